"""The budgets of sites: how many of the addresses found are kept, which can wait, and when the rest is dropped."""

import time
from collections import Counter
from dataclasses import replace
from enum import StrEnum
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, Row

from checker.crawl import statements as sql
from checker.crawl.leases import queued
from checker.crawl.queue import FOUND, MAPS, Errand, Kind, Spent, budget
from checker.crawl.revisit import resting
from checker.crawl.rows import digest, free, row_of
from checker.crawl.statements import DROPPED, RESTING, WAITING
from checker.crawl.tables import errands, hosts, insert, quotas
from checker.settings import Crawl

LAST = 500
"""What is added to the priority of a page that is not worth another visit yet."""


class Rest(StrEnum):
    """What is done with found pages that are not worth another visit yet: see `revisit`."""

    VISITED = "visited"  # as any other
    LAST = "last"  # after all others
    SKIPPED = "skipped"


def is_found(errand: Errand) -> bool:
    """Whether an errand is for a page that was found, not asked for by name."""
    return errand.depth > 0 and errand.kind is Kind.PAGE


class Budgets:
    """What one crawl may still find and fetch; each method belongs into the caller's transaction."""

    def __init__(self, crawl: int, settings: Crawl, rest: Rest = Rest.VISITED, knowledge: str = "") -> None:
        self._crawl = crawl
        self._settings = settings
        self._rest = rest
        self._knowledge = knowledge

    def add(self, connection: Connection, fresh: dict[int, Errand]) -> int:
        """Insert errands as far as their sites have room for more; return how many were new."""
        known = self._quotas(connection, fresh)
        room = {name: FOUND * self._settings.pages + MAPS - row.found for name, row in known.items()}
        rows: list[dict[str, Any]] = []
        now = time.time_ns()
        resting = self._resting(connection, [key for key, errand in fresh.items() if is_found(errand)])
        for key, errand in fresh.items():
            if errand.depth > 0:
                if room[errand.site] <= 0:
                    continue
                room[errand.site] -= 1
            spent = errand.depth > 0 and known[budget(errand)].claimed >= self._most(errand)
            rows.append({**self._row(errand, spent=spent, resting=key in resting), "pushed": now + len(rows)})
        if not rows:
            return 0
        rows.sort(key=itemgetter("key"))  # two workers that insert the same must do it in the same order
        statement = insert(connection, errands).on_conflict_do_nothing()
        new = connection.execute(statement.returning(errands.c.key, errands.c.host, errands.c.state), rows).all()
        for name, count in sorted(Counter(row.host for row in new if row.state == WAITING).items()):
            connection.execute(insert(connection, hosts).values(free(name)).on_conflict_do_nothing())
            queued(connection, self._crawl, name, count)
        for name, count in sorted(Counter(fresh[row.key].site for row in new if fresh[row.key].depth > 0).items()):
            connection.execute(sql.FOUND_MORE, {"run": self._crawl, "of": name, "count": count})
        return len(new)

    def spend(self, connection: Connection, leased: list[Errand]) -> list[Errand]:
        """Count leased errands; where a budget is spent, drop the rest, and return what of these is beyond it."""
        beyond: list[Errand] = []
        for name, count in sorted(Counter(map(budget, leased)).items()):
            of = {"run": self._crawl, "of": name}
            claimed, taken, seconds = connection.execute(sql.CLAIMED, {**of, "count": count}).one()
            mine = [errand for errand in leased if budget(errand) == name]
            over = Spent(taken, seconds).beyond(self._settings)
            if claimed < self._most(mine[0]) and not over:
                continue
            found = [errand for errand in mine if errand.depth > 0]
            surplus = found if over else found[::-1][: claimed - self._most(mine[0])]
            for errand in surplus:
                connection.execute(sql.BACK, {"run": self._crawl, "one": digest(errand.key)})
            connection.execute(sql.UNCLAIMED, {**of, "count": len(surplus)})
            beyond += surplus
            for at, number in sorted(Counter(connection.execute(sql.DROP, of).scalars()).items()):
                queued(connection, self._crawl, at, -number)
        return beyond

    def _quotas(self, connection: Connection, fresh: dict[int, Errand]) -> dict[str, Row[Any]]:
        """What was claimed and found of the budgets that some errands count against; made where they are missing."""
        names = sorted({name for errand in fresh.values() for name in (errand.site, budget(errand))})
        wanted = {"run": self._crawl, "budgets": names}
        known = {row.budget: row for row in connection.execute(sql.QUOTAS, wanted)}
        if missing := [name for name in names if name not in known]:
            zero = {"claimed": 0, "found": 0, "bytes": 0, "seconds": 0.0}
            rows = [{"crawl": self._crawl, "budget": name, **zero} for name in missing]
            connection.execute(insert(connection, quotas).on_conflict_do_nothing(), rows)
            known = {row.budget: row for row in connection.execute(sql.QUOTAS, wanted)}
        return known

    def _row(self, errand: Errand, *, spent: bool, resting: bool) -> dict[str, Any]:
        """The row of a new errand; a page that is not worth another visit yet comes last, or not at all."""
        if resting and not spent and self._rest is Rest.LAST:
            errand = replace(errand, priority=errand.priority + LAST)
        state = DROPPED if spent else RESTING if resting and self._rest is Rest.SKIPPED else WAITING
        return row_of(self._crawl, errand, state)

    def _resting(self, connection: Connection, keys: list[int]) -> frozenset[int]:
        """Which of these addresses are not worth another visit yet."""
        return frozenset() if self._rest is Rest.VISITED else resting(connection, keys, self._knowledge, time.time())

    def _most(self, errand: Errand) -> int:
        return self._settings.pages if errand.kind is Kind.PAGE else MAPS
