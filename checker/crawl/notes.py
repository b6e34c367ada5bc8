"""What happened since the last transaction, to be written down with the next one."""

import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from checker.crawl import statements as sql
from checker.crawl.queue import Spent, lists
from checker.crawl.statements import DONE, FETCHED

Rows = list[dict[str, Any]]


class Notes:
    """Statements and their parameters, noted by any thread without waiting for the database.

    `changes` counts what was noted, so that who found nothing to do can tell whether something came since.
    """

    def __init__(self, crawl: int) -> None:
        self._crawl = crawl
        self._lock = threading.Lock()
        self._noted: list[tuple[Any, dict[str, Any]]] = []
        self._fetched: dict[int, dict[str, Any]] = {}  # pages on the way to the store, by the address asked for
        self._spent: defaultdict[str, Spent] = defaultdict(Spent)
        self._kept = 0
        self.changes = 0

    def note(self, statement: Any, **values: Any) -> None:
        """Note a statement and its parameters."""
        with self._lock:
            self._noted.append((statement, values))
            self.changes += 1

    def spend(self, site: str, cost: Spent) -> None:
        """Note what a visit to a site cost."""
        with self._lock:
            self._spent[site] += cost

    def fetched(self, asked: int, **values: Any) -> None:
        """Note that an errand's page is on the way to the store: parameters of `FINISH` but for the state."""
        with self._lock:
            self._fetched[asked] = values
            self.changes += 1

    def kept(self, asked: int) -> int:
        """Note that the store has a page; return how many such notes are not written down yet."""
        with self._lock:
            values = self._fetched.pop(asked, None)
            if values is None:
                self._noted.append((sql.KEPT, {"run": self._crawl, "one": asked}))
            else:
                self._noted.append((sql.FINISH, {**values, "then": DONE, "by": None}))
            self._kept += 1
            return self._kept

    @contextmanager
    def taken(self) -> Iterator[list[tuple[Any, Rows]]]:
        """Take what was noted, statement by statement; where it cannot be written down, it stays noted."""
        with self._lock:
            fetched = [(sql.FINISH, {**values, "then": FETCHED}) for values in self._fetched.values()]
            noted = [*self._noted, *fetched, *self._costs()]
            self._noted, self._fetched, kept, self._kept = [], {}, self._kept, 0
        try:
            yield grouped(noted)
        except BaseException:
            with self._lock:
                self._noted[:0] = noted
                self._kept += kept
            raise

    def _costs(self) -> Iterator[tuple[Any, dict[str, Any]]]:
        """Take what visits cost, site by site."""
        costs, self._spent = self._spent, defaultdict(Spent)
        for site, cost in costs.items():
            of = {"run": self._crawl, "of": site, "lists": lists(site)}
            yield sql.SPENT, {**of, "received": cost.bytes, "took": cost.seconds}


def grouped(noted: list[tuple[Any, dict[str, Any]]]) -> list[tuple[Any, Rows]]:
    """Return what was noted, statement by statement; that a page is kept comes after all else, as it did."""
    groups: dict[Any, Rows] = {}
    for statement, values in noted:
        groups.setdefault(statement, []).append(values)
    return sorted(groups.items(), key=lambda group: group[0] is sql.KEPT)
