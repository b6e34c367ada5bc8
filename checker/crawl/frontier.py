"""The frontier in the database: killed at any instant it loses nothing, and several workers share it.

An errand is waiting, leased (a worker fetches it), fetched (its page is on the way to the store), done, dropped (its
site's budget was spent), or taken (another errand was redirected to its address). Only `kept` makes a page's errand
done. What a dead worker had leased or fetched waits again, so a kill repeats at most what was under way. One request at
a time is made to a host, whoever shares the database.
"""

import hashlib
import json
import threading
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, Engine, Row

from checker.crawl import statements as sql
from checker.crawl.addresses import host
from checker.crawl.leases import Lease, bury, queued
from checker.crawl.pace import DEAD, Pace, Visit, after
from checker.crawl.queue import FOUND, MAPS, Claim, Errand, Kind, budget, retried
from checker.crawl.statements import DONE, DROPPED, FETCHED, LEASED, TAKEN, WAITING
from checker.crawl.tables import crawls, errands, hosts, insert, quotas
from checker.model import Page, PageOutcome
from checker.settings import Crawl

POLL = 0.5
"""Seconds after which an idle worker looks again whether others found something."""

REMEMBERED = 200_000
"""Addresses known to be pushed already that are kept in memory, to spare the database the links of every page."""

Rows = list[dict[str, Any]]


class SharedFrontier:
    """The frontier of one crawl; see `queue.Frontier` for what its methods promise, and `kept` for the caller's part.

    `engine` is the store's: its execution option `writes` begins a transaction that may write. Opening the frontier of
    a crawl that was interrupted takes it up where it stopped. What is released, finished and kept is noted, and written
    in the next transaction: at the next claim, or when the frontier is closed.
    """

    def __init__(self, engine: Engine, crawl: int, settings: Crawl) -> None:
        self._engine = engine.execution_options(writes=True)
        self._crawl = crawl
        self._settings = settings
        self._lease = Lease()
        self._door = threading.RLock()  # one transaction at a time: threads need not queue up in the database
        self._pushed: set[int] = set()
        self._held: dict[str, Pace] = {}
        self._noted: list[tuple[Any, dict[str, Any]]] = []
        self._idle_until = 0.0
        with self._writing() as connection:
            row = {"id": crawl, "begun": time.time()}
            connection.execute(insert(connection, crawls).values(row).on_conflict_do_nothing())

    def push(self, pushed: Iterable[Errand]) -> int:
        """Add the errands whose key is not known yet; return how many were new."""
        with self._door:
            fresh = {digest(errand.key): errand for errand in pushed}
            fresh = {key: errand for key, errand in fresh.items() if key not in self._pushed}
            if not fresh:
                return 0
            with self._writing() as connection:
                new = self._add(connection, fresh)
            if len(self._pushed) > REMEMBERED:
                self._pushed.clear()
            self._pushed.update(fresh)
            return new

    def take_over(self, key: str, errand: Errand) -> bool:
        """Note that the errand was redirected to `key` on its host; False where that has an errand of its own."""
        there, mine = digest(key), digest(errand.key)
        row = {**self._row(errand, TAKEN), "key": there, "asked": mine}
        with self._writing() as connection:
            connection.execute(insert(connection, errands).values(row).on_conflict_do_nothing())
            found = connection.execute(sql.TAKER, {"run": self._crawl, "one": there}).one()
        return there == mine or bool(found.state == TAKEN and found.asked == mine)

    def claim(self) -> Claim | float | None:
        """Take the next errand of a host that is free and due; else the seconds to wait, or None when all is done."""
        with self._door:
            if (idle := self._idle_until - time.monotonic()) > 0:
                return idle
            with self._writing() as connection:
                now = time.time()
                bounds = {"run": self._crawl, "now": now, "patience": self._settings.patience, "dead": DEAD}
                row = connection.execute(sql.CLAIMABLE, bounds).first()
                if row is not None:
                    return self._take(connection, row)
                wait = self._wait(connection, now)
            if wait is not None:
                self._idle_until = time.monotonic() + min(wait, POLL)
            return wait

    def release(self, errand: Errand, visit: Visit | None, *, again: bool = False) -> None:
        """Free the host after a visit (None: no request was made); `again` puts the errand back."""
        name = host(errand.url)
        with self._door:
            before = self._held.pop(name, Pace())
            if visit is None:
                self._note(sql.FREE, of=name, me=self._lease.worker)
            else:
                self._note_pace(name, before, visit)
            if again:
                back = self._row(retried(errand), WAITING)
                changed = {f"new_{key}": back[key] for key in sql.RETRIED}
                self._note(sql.AGAIN, run=self._crawl, one=back["key"], **changed)
                self._note(sql.QUEUED, run=self._crawl, of=name, count=1)

    def finish(self, errand: Errand, outcome: PageOutcome | None) -> None:
        """Note that an errand was dealt with; that of a page is done once the page is `kept`."""
        fetched = errand.kind is Kind.PAGE and outcome is not None
        by = self._lease.worker if fetched else None
        with self._door:
            end = {"then": FETCHED if fetched else DONE, "result": outcome, "by": by}
            self._note(sql.FINISH, run=self._crawl, one=digest(errand.key), **end)

    def kept(self, page: Page) -> None:
        """Note that the store has a page: it is not fetched again when this crawl is taken up once more."""
        with self._door:
            self._note(sql.KEPT, run=self._crawl, one=digest(page.requested or page.url))

    def close(self) -> None:
        """Write down what is noted, and leave; what is still leased or fetched waits for the next worker."""
        with self._writing() as connection:
            bury(connection, [self._lease.worker])

    def counts(self) -> dict[str, int]:
        """Return how many errands of the crawl are in each state."""
        with self._writing() as connection:
            return {row[0]: row[1] for row in sorted(connection.execute(sql.STATES, {"run": self._crawl}))}

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        """One writing transaction, which also writes down what was noted since the last one."""
        with self._door:
            with self._engine.begin() as connection:
                self._lease.keep(connection)
                for statement, values in self._noted:
                    connection.execute(statement, values)
                yield connection
            self._noted.clear()
            self._idle_until = 0.0

    def _note(self, statement: Any, **values: Any) -> None:
        self._noted.append((statement, values))
        self._idle_until = 0.0

    def _note_pace(self, name: str, before: Pace, visit: Visit) -> None:
        pace = after(before, visit, self._settings)
        wait = pace.wait(visit, datetime.now(UTC))
        due = {"until": time.time() + wait, "seconds": wait, "pace": pace.delay, "refusals": pace.refused}
        self._note(sql.PACED, of=name, me=self._lease.worker, **due)
        if pace.failed != before.failed:
            self._note(sql.FAILED, run=self._crawl, of=name, failures=pace.failed)

    def _row(self, errand: Errand, state: str) -> dict[str, Any]:
        return {
            "crawl": self._crawl,
            "key": digest(errand.key),
            "host": host(errand.url),
            "budget": budget(errand),
            "priority": errand.priority,
            "pushed": time.time_ns(),
            "depth": errand.depth,
            "tries": errand.tries,
            "state": state,
            "worker": None,
            "outcome": None,
            "asked": digest(errand.requested or errand.url),
            "errand": json.dumps(asdict(errand), sort_keys=True),
        }

    def _add(self, connection: Connection, fresh: dict[int, Errand]) -> int:
        """Insert errands as far as their sites have room for more; return how many were new."""
        known = self._quotas(connection, fresh)
        room = {name: FOUND * self._settings.pages + MAPS - row.found for name, row in known.items()}
        rows: Rows = []
        now = time.time_ns()
        for errand in fresh.values():
            if errand.depth > 0:
                if room[errand.site] <= 0:
                    continue
                room[errand.site] -= 1
            spent = errand.depth > 0 and known[budget(errand)].claimed >= self._most(errand)
            rows.append({**self._row(errand, DROPPED if spent else WAITING), "pushed": now + len(rows)})
        if not rows:
            return 0
        rows.sort(key=itemgetter("key"))  # two workers that insert the same must do it in the same order
        statement = insert(connection, errands).on_conflict_do_nothing()
        new = connection.execute(statement.returning(errands.c.key, errands.c.host, errands.c.state), rows).all()
        for name, count in sorted(Counter(row.host for row in new if row.state == WAITING).items()):
            free = {"host": name, "worker": None, "due": 0.0, "wait": 0.0, "delay": 0.0, "refused": 0}
            connection.execute(insert(connection, hosts).values(free).on_conflict_do_nothing())
            queued(connection, self._crawl, name, count)
        for name, count in sorted(Counter(fresh[row.key].site for row in new if fresh[row.key].depth > 0).items()):
            connection.execute(sql.FOUND_MORE, {"run": self._crawl, "of": name, "count": count})
        return len(new)

    def _quotas(self, connection: Connection, fresh: dict[int, Errand]) -> dict[str, Row[Any]]:
        """What was claimed and found of the budgets that some errands count against; made where they are missing."""
        names = sorted({name for errand in fresh.values() for name in (errand.site, budget(errand))})
        wanted = {"run": self._crawl, "budgets": names}
        known = {row.budget: row for row in connection.execute(sql.QUOTAS, wanted)}
        if missing := [name for name in names if name not in known]:
            rows = [{"crawl": self._crawl, "budget": name, "claimed": 0, "found": 0} for name in missing]
            connection.execute(insert(connection, quotas).on_conflict_do_nothing(), rows)
            known = {row.budget: row for row in connection.execute(sql.QUOTAS, wanted)}
        return known

    def _most(self, errand: Errand) -> int:
        return self._settings.pages if errand.kind is Kind.PAGE else MAPS

    def _take(self, connection: Connection, row: Row[str, float, int, int, float]) -> Claim | float:
        """Hand out a host's first errand; some seconds to wait where another worker was faster."""
        at = {"run": self._crawl, "of": row.host}
        found = connection.execute(sql.FIRST, at).one_or_none()
        if found is None:
            return 0.01
        values = json.loads(found.errand)
        errand = Errand(**{**values, "kind": Kind(values["kind"])})
        connection.execute(sql.LEASE, {"run": self._crawl, "one": found.key, "me": self._lease.worker})
        connection.execute(sql.HOLD, {"of": row.host, "me": self._lease.worker})
        connection.execute(sql.QUEUED, {**at, "count": -1})
        if errand.tries == 0:
            self._spend(connection, errand)
        self._held[row.host] = Pace(row.delay, row.refused, row.failed)
        if row.failed >= DEAD:
            return Claim(errand, f"no answer {row.failed} times in a row")
        far = row.waits > self._settings.patience
        return Claim(errand, f"the host asks to wait {row.waits:,.0f} seconds" if far else "")

    def _spend(self, connection: Connection, errand: Errand) -> None:
        """Count an errand against its budget; when that is spent, drop the rest that was found for it."""
        of = {"run": self._crawl, "of": budget(errand)}
        if connection.execute(sql.CLAIMED, of).scalar_one() != self._most(errand):
            return
        for name, count in sorted(Counter(connection.execute(sql.DROP, of).scalars()).items()):
            queued(connection, self._crawl, name, -count)

    def _wait(self, connection: Connection, now: float) -> float | None:
        """The seconds until something may be claimable, None where nothing is left to come."""
        waiting, soonest = connection.execute(sql.WAITS, {"run": self._crawl, "now": now}).one()
        if soonest is not None:
            return max(float(soonest), 0.001)
        return POLL if waiting or connection.execute(sql.UNDER_WAY, {"run": self._crawl}).scalar_one() else None


def outstanding(engine: Engine, crawl: int) -> int:
    """Return how many errands of a crawl are still to be done, as far as is known by now; nothing is written."""
    with engine.connect() as connection:
        states = {row[0]: row[1] for row in connection.execute(sql.STATES, {"run": crawl})}
    return sum(states.get(state, 0) for state in (WAITING, LEASED, FETCHED))


def digest(address: str) -> int:
    """Return the 63-bit number under which an address is looked up."""
    return int.from_bytes(hashlib.sha256(address.encode("utf-8", "surrogatepass")).digest()[:8]) >> 1
