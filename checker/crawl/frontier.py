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

from sqlalchemy import ColumnElement, Connection, Engine, Row, Select, and_, case, func, or_, select, update

from checker.crawl import tables
from checker.crawl.addresses import host
from checker.crawl.leases import Lease, bury, queued
from checker.crawl.pace import DEAD, Pace, Visit, after
from checker.crawl.queue import FOUND, MAPS, Claim, Errand, Kind, budget, retried
from checker.crawl.tables import errands, hosts, insert, queues, quotas
from checker.model import Page, PageOutcome
from checker.settings import Crawl

WAITING, LEASED, FETCHED, DONE, DROPPED, TAKEN = "waiting", "leased", "fetched", "done", "dropped", "taken"

POLL = 0.5
"""Seconds after which an idle worker looks again whether others found something."""

REMEMBERED = 200_000
"""Addresses known to be pushed already that are kept in memory, to spare the database the links of every page."""


class SharedFrontier:
    """The frontier of one crawl; see `queue.Frontier` for what its methods promise, and `kept` for the caller's part.

    `engine` is the store's: its execution option `writes` begins a transaction that may write. Opening the frontier of
    a crawl that was interrupted takes it up where it stopped.
    """

    def __init__(self, engine: Engine, crawl: int, settings: Crawl) -> None:
        self._engine = engine.execution_options(writes=True)
        self._crawl = crawl
        self._settings = settings
        self._lease = Lease()
        self._door = threading.RLock()  # one transaction at a time: threads need not queue up in the database
        self._pushed: set[int] = set()
        self._finished: list[tuple[Errand, PageOutcome | None]] = []
        self._kept: list[int] = []
        self._idle_until = 0.0
        with self._writing() as connection:
            row = {"id": crawl, "begun": time.time()}
            connection.execute(insert(connection, tables.crawls).values(row).on_conflict_do_nothing())

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
        mine = digest(errand.key)
        row = {**self._row(errand, DONE), "key": digest(key), "state": TAKEN, "asked": mine}
        with self._writing() as connection:
            connection.execute(insert(connection, errands).values(row).on_conflict_do_nothing())
            there = select(errands.c.state, errands.c.asked).where(self._is(row["key"]))
            found = connection.execute(there).one()
        return digest(key) == mine or bool(found.state == TAKEN and found.asked == mine)

    def claim(self) -> Claim | float | None:
        """Take the next errand of a host that is free and due; else the seconds to wait, or None when all is done."""
        with self._door:
            if (idle := self._idle_until - time.monotonic()) > 0:
                return idle
            with self._writing() as connection:
                now = time.time()
                row = connection.execute(self._claimable(now)).first()
                if row is not None:
                    return self._take(connection, row)
                wait = self._wait(connection, now)
            if wait is not None:
                self._idle_until = time.monotonic() + min(wait, POLL)
            return wait

    def release(self, errand: Errand, visit: Visit | None, *, again: bool = False) -> None:
        """Free the host after a visit (None: no request was made); `again` puts the errand back."""
        name = host(errand.url)
        with self._writing() as connection:
            freed = {"worker": None} if visit is None else {"worker": None, **self._paced(connection, name, visit)}
            mine = and_(hosts.c.host == name, hosts.c.worker == self._lease.worker)
            connection.execute(update(hosts).where(mine).values(freed))
            if again:
                back = self._row(retried(errand), WAITING)
                connection.execute(update(errands).where(self._is(back["key"])).values(back))
                queued(connection, self._crawl, name, 1)

    def finish(self, errand: Errand, outcome: PageOutcome | None) -> None:
        """Note that an errand was dealt with; that of a page is done once the page is `kept`."""
        with self._door:
            self._finished.append((errand, outcome))
            self._idle_until = 0.0

    def kept(self, page: Page) -> None:
        """Note that the store has a page: it is not fetched again when this crawl is taken up once more."""
        with self._door:
            self._kept.append(digest(page.requested or page.url))

    def close(self) -> None:
        """Write down what is noted, and leave; what is still leased or fetched waits for the next worker."""
        with self._writing() as connection:
            bury(connection, [self._lease.worker])

    def counts(self) -> dict[str, int]:
        """Return how many errands of the crawl are in each state."""
        with self._writing() as connection:
            here = select(errands.c.state, func.count()).where(errands.c.crawl == self._crawl)
            return {
                row[0]: row[1] for row in connection.execute(here.group_by(errands.c.state).order_by(errands.c.state))
            }

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        """One writing transaction, which also writes down what was noted since the last one."""
        with self._door:
            with self._engine.begin() as connection:
                self._lease.keep(connection)
                self._write_noted(connection)
                yield connection
            self._finished.clear()
            self._kept.clear()
            self._idle_until = 0.0

    def _write_noted(self, connection: Connection) -> None:
        for errand, outcome in self._finished:
            fetched = errand.kind is Kind.PAGE and outcome is not None
            state, worker = (FETCHED, self._lease.worker) if fetched else (DONE, None)
            values = {"state": state, "outcome": outcome, "worker": worker}
            connection.execute(update(errands).where(self._is(digest(errand.key))).values(values))
        if self._kept:
            there = and_(errands.c.crawl == self._crawl, errands.c.asked.in_(self._kept), errands.c.state == FETCHED)
            connection.execute(update(errands).where(there).values(state=DONE, worker=None))

    def _is(self, key: int) -> ColumnElement[bool]:
        return and_(errands.c.crawl == self._crawl, errands.c.key == key)

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
        names = {errand.site for errand in fresh.values()} | {budget(errand) for errand in fresh.values()}
        here = and_(quotas.c.crawl == self._crawl, quotas.c.budget.in_(names))
        rows = {row.budget: row for row in connection.execute(select(quotas).where(here))}
        room = Counter(dict.fromkeys(names, FOUND * self._settings.pages + MAPS))
        now = time.time_ns()
        room.subtract({name: row.found for name, row in rows.items()})
        values: list[dict[str, Any]] = []
        for errand in fresh.values():
            if errand.depth > 0:
                if room[errand.site] <= 0:
                    continue
                room[errand.site] -= 1
            row = rows.get(budget(errand))
            spent = row is not None and errand.depth > 0 and row.claimed >= self._most(errand)
            values.append({**self._row(errand, DROPPED if spent else WAITING), "pushed": now + len(values)})
        if not values:
            return 0
        values.sort(key=itemgetter("key"))  # two workers that insert the same must do it in the same order
        statement = insert(connection, errands).on_conflict_do_nothing()
        new = connection.execute(statement.returning(errands.c.key, errands.c.host, errands.c.state), values).all()
        for name, count in sorted(Counter(row.host for row in new if row.state == WAITING).items()):
            free = {"host": name, "worker": None, "due": 0.0, "wait": 0.0, "delay": 0.0, "refused": 0}
            connection.execute(insert(connection, hosts).values(free).on_conflict_do_nothing())
            queued(connection, self._crawl, name, count)
        for name, count in sorted(Counter(fresh[row.key].site for row in new if fresh[row.key].depth > 0).items()):
            self._counted(connection, name, found=count)
        return len(new)

    def _most(self, errand: Errand) -> int:
        return self._settings.pages if errand.kind is Kind.PAGE else MAPS

    def _counted(self, connection: Connection, name: str, *, claimed: int = 0, found: int = 0) -> int:
        """Count against a budget; return how many errands were claimed from it."""
        row = {"crawl": self._crawl, "budget": name, "claimed": claimed, "found": found}
        more = {"claimed": quotas.c.claimed + claimed, "found": quotas.c.found + found}
        statement = insert(connection, quotas).values(row)
        statement = statement.on_conflict_do_update(index_elements=[quotas.c.crawl, quotas.c.budget], set_=more)
        return int(connection.execute(statement.returning(quotas.c.claimed)).scalar_one())

    def _claimable(self, now: float) -> Select[Any]:
        """A free host with waiting errands that is due, or that is given up."""
        waits = _waits(now)
        return (
            select(hosts.c.host, waits.label("waits"), queues.c.failed)
            .select_from(queues.join(hosts, hosts.c.host == queues.c.host))
            .where(
                queues.c.crawl == self._crawl,
                queues.c.waiting > 0,
                hosts.c.worker.is_(None),
                or_(waits <= 0, waits > self._settings.patience, queues.c.failed >= DEAD),
            )
            .order_by(hosts.c.due, hosts.c.host)
            .limit(1)
            .with_for_update(of=hosts, skip_locked=True)
        )

    def _take(self, connection: Connection, row: Row[Any]) -> Claim | float:
        """Hand out a host's first errand; some seconds to wait where another worker was faster."""
        first = (
            select(errands.c.key, errands.c.errand)
            .where(errands.c.crawl == self._crawl, errands.c.host == row.host, errands.c.state == WAITING)
            .order_by(errands.c.priority, errands.c.pushed, errands.c.key)
            .limit(1)
        )
        found = connection.execute(first).one_or_none()
        if found is None:
            return 0.01
        key, values = found.key, json.loads(found.errand)
        errand = Errand(**{**values, "kind": Kind(values["kind"])})
        connection.execute(update(errands).where(self._is(key)).values(state=LEASED, worker=self._lease.worker))
        connection.execute(update(hosts).where(hosts.c.host == row.host).values(worker=self._lease.worker))
        queued(connection, self._crawl, row.host, -1)
        if errand.tries == 0 and self._counted(connection, budget(errand), claimed=1) == self._most(errand):
            self._drop(connection, budget(errand))
        if row.failed >= DEAD:
            return Claim(errand, f"no answer {row.failed} times in a row")
        far = row.waits > self._settings.patience
        return Claim(errand, f"the host asks to wait {row.waits:,.0f} seconds" if far else "")

    def _drop(self, connection: Connection, name: str) -> None:
        """Drop what was found for a budget that is spent and never asked for; what was asked for by name stays."""
        over = and_(
            errands.c.crawl == self._crawl,
            errands.c.budget == name,
            errands.c.state == WAITING,
            errands.c.depth > 0,
            errands.c.tries == 0,
        )
        dropped = connection.execute(update(errands).where(over).values(state=DROPPED).returning(errands.c.host))
        for at, count in sorted(Counter(dropped.scalars()).items()):
            queued(connection, self._crawl, at, -count)

    def _wait(self, connection: Connection, now: float) -> float | None:
        """The seconds until something may be claimable, None where nothing is left to come."""
        soonest = func.min(case((hosts.c.worker.is_(None), _waits(now))))
        there = queues.join(hosts, hosts.c.host == queues.c.host)
        mine = and_(queues.c.crawl == self._crawl, queues.c.waiting > 0)
        waiting, due = connection.execute(select(func.count(), soonest).select_from(there).where(mine)).one()
        if due is not None:
            return max(float(due), 0.001)
        leased = select(func.count()).where(errands.c.crawl == self._crawl, errands.c.state == LEASED)
        return POLL if waiting or connection.execute(leased.where(errands.c.worker.is_not(None))).scalar_one() else None

    def _paced(self, connection: Connection, name: str, visit: Visit) -> dict[str, Any]:
        queue = and_(queues.c.crawl == self._crawl, queues.c.host == name)
        there = queues.join(hosts, hosts.c.host == queues.c.host)
        known = select(hosts.c.delay, hosts.c.refused, queues.c.failed).select_from(there).where(queue)
        before = Pace(*connection.execute(known).one())
        pace = after(before, visit, self._settings)
        if pace.failed != before.failed:
            connection.execute(update(queues).where(queue).values(failed=pace.failed))
        wait = pace.wait(visit, datetime.now(UTC))
        return {"due": time.time() + wait, "wait": wait, "delay": pace.delay, "refused": pace.refused}


def digest(address: str) -> int:
    """Return the 63-bit number under which an address is looked up."""
    return int.from_bytes(hashlib.sha256(address.encode("utf-8", "surrogatepass")).digest()[:8]) >> 1


def _waits(now: float) -> ColumnElement[float]:
    """The seconds until a host is due; never more than was set, also where the clock was put back."""
    left = hosts.c.due - now
    return case((left > hosts.c.wait, hosts.c.wait), else_=left)
