"""The frontier in the database: killed at any instant it loses nothing, and several workers share it.

An errand is waiting, leased (a worker fetches it), fetched (its page is on the way to the store), done, or dropped (its
site's budget was spent). Only `kept` makes a page's errand done. What a dead worker had leased or fetched waits again,
so a kill repeats at most what was under way. One request at a time is made to a host, whoever shares the database.
"""

import hashlib
import json
import os
import socket
import threading
import time
import uuid
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Engine, Row, Select, and_, case, delete, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.schema import Table

from checker.crawl import tables
from checker.crawl.addresses import host
from checker.crawl.pace import DEAD, Pace, Visit, after
from checker.crawl.queue import Claim, Errand, Kind
from checker.crawl.tables import errands, hosts, queues, quotas, workers
from checker.model import Page, PageOutcome
from checker.settings import Crawl

WAITING, LEASED, FETCHED, DONE, DROPPED = "waiting", "leased", "fetched", "done", "dropped"

SILENCE = 300.0
"""Seconds without a sign of life after which a worker on another machine is taken to be dead."""

BEAT = 10.0
"""Seconds between two signs of life; also between two looks for dead workers."""

POLL = 0.5
"""Seconds after which an idle worker looks again whether others found something."""

REMEMBERED = 200_000
"""Addresses known to be pushed already that are kept in memory, to spare the database the links of every page."""


class Frontier:
    """The frontier of one crawl; see `queue.Frontier` for what each method promises.

    `engine` is the store's: its execution option `writes` begins a transaction that may write. Opening the frontier of a
    crawl that was interrupted takes it up where it stopped.
    """

    def __init__(self, engine: Engine, crawl: int, settings: Crawl) -> None:
        self._engine = engine.execution_options(writes=True)
        self._crawl = crawl
        self._settings = settings
        self._worker = f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex[:8]}"
        self._lock = threading.Lock()
        self._pushed: set[int] = set()
        self._finished: list[tuple[Errand, PageOutcome | None]] = []
        self._kept: list[int] = []
        self._beat = 0.0
        self._idle_until = 0.0
        with self._writing() as connection:
            row = {"id": crawl, "begun": time.time()}
            connection.execute(_insert(connection, tables.crawls).values(row).on_conflict_do_nothing())

    def push(self, pushed: Iterable[Errand]) -> int:
        """Add the errands whose key is not known yet; return how many were new."""
        fresh = {digest(errand.key): errand for errand in pushed}
        with self._lock:
            fresh = {key: errand for key, errand in fresh.items() if key not in self._pushed}
        if not fresh:
            return 0
        with self._writing() as connection:
            spent = self._spent(connection, {errand.site for errand in fresh.values()})
            rows = [self._row(key, errand, spent) for key, errand in sorted(fresh.items())]
            statement = _insert(connection, errands).on_conflict_do_nothing()
            new = connection.execute(statement.returning(errands.c.host, errands.c.state), rows).all()
            self._queue(connection, Counter(row.host for row in new if row.state == WAITING))
        with self._lock:
            if len(self._pushed) > REMEMBERED:
                self._pushed.clear()
            self._pushed.update(fresh)
            self._idle_until = 0.0
        return len(new)

    def claim(self) -> Claim | float | None:
        """Take the next errand of a host that is free and due; else the seconds to wait, or None when all is done."""
        with self._lock:
            idle = self._idle_until - time.monotonic()
        if idle > 0:
            return idle
        with self._writing() as connection:
            now = time.time()
            row = connection.execute(self._claimable(now)).first()
            if row is not None:
                return self._take(connection, row, now)
            wait = self._wait(connection, now)
        if wait is not None:
            with self._lock:
                self._idle_until = time.monotonic() + min(wait, POLL)
        return wait

    def release(self, errand: Errand, visit: Visit | None, *, again: bool = False) -> None:
        """Free the host after a visit (None: no request was made); `again` puts the errand back."""
        name = host(errand.url)
        with self._writing() as connection:
            freed: dict[str, Any] = {"worker": None}
            if visit is not None:
                freed |= self._paced(connection, name, visit)
            connection.execute(update(hosts).where(hosts.c.host == name, hosts.c.worker == self._worker).values(freed))
            if again:
                back = replace(errand, tries=errand.tries + 1)
                row = self._row(digest(errand.key), back, frozenset())
                connection.execute(update(errands).where(self._is(errand)).values(row))
                self._queue(connection, Counter({name: 1}))
        with self._lock:
            self._idle_until = 0.0

    def finish(self, errand: Errand, outcome: PageOutcome | None) -> None:
        """Note that an errand was dealt with; that of a page is done once the page is `kept`."""
        with self._lock:
            self._finished.append((errand, outcome))
            self._idle_until = 0.0

    def kept(self, page: Page) -> None:
        """Note that the store has a page, so that it is not fetched again when this crawl is taken up once more."""
        with self._lock:
            self._kept.append(digest(page.requested or page.url))

    def close(self) -> None:
        """Write down what is noted, and leave; what is still leased or fetched waits for the next worker."""
        with self._writing() as connection:
            self._bury(connection, [self._worker])

    def counts(self) -> dict[str, int]:
        """Return how many errands of the crawl are in each state."""
        with self._engine.connect() as connection:
            rows = connection.execute(
                select(errands.c.state, func.count())
                .where(errands.c.crawl == self._crawl)
                .group_by(errands.c.state)
                .order_by(errands.c.state)
            )
            return {state: count for state, count in rows}

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        """One writing transaction, which also writes down what was noted since the last one."""
        with self._lock:
            finished, self._finished = self._finished, []
            kept, self._kept = self._kept, []
        try:
            with self._engine.begin() as connection:
                self._live(connection)
                for errand, outcome in finished:
                    state = FETCHED if errand.kind is Kind.PAGE and outcome is not None else DONE
                    values = {"state": state, "outcome": outcome, "worker": self._worker if state == FETCHED else None}
                    connection.execute(update(errands).where(self._is(errand)).values(values))
                if kept:
                    is_kept = and_(
                        errands.c.crawl == self._crawl, errands.c.asked.in_(kept), errands.c.state == FETCHED
                    )
                    connection.execute(update(errands).where(is_kept).values(state=DONE, worker=None))
                yield connection
        except BaseException:
            with self._lock:
                self._finished[:0], self._kept[:0] = finished, kept
            raise

    def _is(self, errand: Errand) -> Any:
        return and_(errands.c.crawl == self._crawl, errands.c.key == digest(errand.key))

    def _row(self, key: int, errand: Errand, spent: frozenset[str]) -> dict[str, Any]:
        return {
            "crawl": self._crawl,
            "key": key,
            "host": host(errand.url),
            "site": errand.site,
            "priority": errand.priority,
            "depth": errand.depth,
            "tries": errand.tries,
            "state": DROPPED if errand.site in spent and _budgeted(errand) else WAITING,
            "worker": None,
            "outcome": None,
            "asked": digest(errand.requested or errand.url),
            "errand": json.dumps(asdict(errand), sort_keys=True),
        }

    def _queue(self, connection: Connection, added: Counter[str]) -> None:
        for name, count in sorted(added.items()):
            row = {"host": name, "worker": None, "due": 0.0, "wait": 0.0, "delay": 0.0, "refused": 0}
            connection.execute(_insert(connection, hosts).values(row).on_conflict_do_nothing())
            queue = {"crawl": self._crawl, "host": name, "waiting": count, "failed": 0}
            connection.execute(
                _insert(connection, queues)
                .values(queue)
                .on_conflict_do_update(
                    index_elements=[queues.c.crawl, queues.c.host], set_={"waiting": queues.c.waiting + count}
                )
            )

    def _spent(self, connection: Connection, sites: set[str]) -> frozenset[str]:
        """Of some sites, those whose budget of pages is spent."""
        over = select(quotas.c.site).where(
            quotas.c.crawl == self._crawl, quotas.c.site.in_(sites), quotas.c.claimed >= self._settings.pages
        )
        return frozenset(connection.execute(over).scalars())

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

    def _take(self, connection: Connection, row: Row[Any], now: float) -> Claim:
        first = connection.execute(
            select(errands.c.key, errands.c.errand)
            .where(errands.c.crawl == self._crawl, errands.c.host == row.host, errands.c.state == WAITING)
            .order_by(errands.c.priority, errands.c.depth, errands.c.key)
            .limit(1)
        ).one()
        values = json.loads(first.errand)
        errand = Errand(**{**values, "kind": Kind(values["kind"])})
        connection.execute(update(errands).where(self._is(errand)).values(state=LEASED, worker=self._worker))
        connection.execute(update(hosts).where(hosts.c.host == row.host).values(worker=self._worker))
        connection.execute(
            update(queues)
            .where(queues.c.crawl == self._crawl, queues.c.host == row.host)
            .values(waiting=queues.c.waiting - 1)
        )
        if errand.kind is Kind.PAGE and errand.tries == 0:
            self._spend(connection, errand.site)
        if row.failed >= DEAD:
            return Claim(errand, f"no answer {row.failed} times in a row")
        far = row.waits > self._settings.patience
        return Claim(errand, f"the host asks to wait {row.waits:,.0f} seconds" if far else "")

    def _spend(self, connection: Connection, site: str) -> None:
        """Count a page of a site; when the budget is spent, drop what was found there and never asked for."""
        row = {"crawl": self._crawl, "site": site, "claimed": 1}
        claimed = connection.execute(
            _insert(connection, quotas)
            .values(row)
            .on_conflict_do_update(
                index_elements=[quotas.c.crawl, quotas.c.site], set_={"claimed": quotas.c.claimed + 1}
            )
            .returning(quotas.c.claimed)
        ).scalar_one()
        if claimed != self._settings.pages:
            return
        over = and_(
            errands.c.crawl == self._crawl,
            errands.c.site == site,
            errands.c.state == WAITING,
            errands.c.depth > 0,
            errands.c.tries == 0,
        )
        dropped = connection.execute(update(errands).where(over).values(state=DROPPED).returning(errands.c.host))
        for name, count in sorted(Counter(dropped.scalars()).items()):
            connection.execute(
                update(queues)
                .where(queues.c.crawl == self._crawl, queues.c.host == name)
                .values(waiting=queues.c.waiting - count)
            )

    def _wait(self, connection: Connection, now: float) -> float | None:
        """The seconds until something may be claimable, None where nothing is left to come."""
        there = and_(queues.c.crawl == self._crawl, queues.c.waiting > 0)
        joined = queues.join(hosts, hosts.c.host == queues.c.host)
        waiting, soonest = connection.execute(
            select(func.count(), func.min(case((hosts.c.worker.is_(None), _waits(now)))))
            .select_from(joined)
            .where(there)
        ).one()
        if soonest is not None:
            return max(float(soonest), 0.001)
        leased = select(func.count()).where(errands.c.crawl == self._crawl, errands.c.worker.is_not(None))
        leased = leased.where(errands.c.state == LEASED)
        return POLL if waiting or connection.execute(leased).scalar_one() else None

    def _paced(self, connection: Connection, name: str, visit: Visit) -> dict[str, Any]:
        queue = and_(queues.c.crawl == self._crawl, queues.c.host == name)
        row = connection.execute(select(hosts.c.delay, hosts.c.refused).where(hosts.c.host == name)).one()
        failed = connection.execute(select(queues.c.failed).where(queue)).scalar_one()
        pace = after(Pace(row.delay, row.refused, failed), visit, self._settings)
        if pace.failed != failed:
            connection.execute(update(queues).where(queue).values(failed=pace.failed))
        wait = pace.wait(visit, datetime.now(UTC))
        return {"due": time.time() + wait, "wait": wait, "delay": pace.delay, "refused": pace.refused}

    def _live(self, connection: Connection) -> None:
        """Give a sign of life now and then, and take over from those who no longer do."""
        now = time.time()
        if abs(now - self._beat) < BEAT:
            return
        self._beat = now
        row = {"id": self._worker, "beat": now}
        statement = _insert(connection, workers).values(row)
        connection.execute(statement.on_conflict_do_update(index_elements=[workers.c.id], set_={"beat": now}))
        others = connection.execute(select(workers).where(workers.c.id != self._worker).order_by(workers.c.id)).all()
        self._bury(connection, [other.id for other in others if not _lives(other.id, now - other.beat)])

    def _bury(self, connection: Connection, dead: list[str]) -> None:
        """Let what some workers had under way wait again, in whichever crawl."""
        if not dead:
            return
        at_work = errands.c.worker.in_(dead)
        back = (
            update(errands).where(at_work).values(state=WAITING, worker=None).returning(errands.c.crawl, errands.c.host)
        )
        for (crawl, name), count in sorted(Counter((row.crawl, row.host) for row in connection.execute(back)).items()):
            connection.execute(
                update(queues)
                .where(queues.c.crawl == crawl, queues.c.host == name)
                .values(waiting=queues.c.waiting + count)
            )
        connection.execute(update(hosts).where(hosts.c.worker.in_(dead)).values(worker=None))
        connection.execute(delete(workers).where(workers.c.id.in_(dead)))


def digest(address: str) -> int:
    """Return the 63-bit number under which an address is looked up."""
    return int.from_bytes(hashlib.sha256(address.encode("utf-8", "surrogatepass")).digest()[:8]) >> 1


def _budgeted(errand: Errand) -> bool:
    """Whether an errand counts against its site's budget of pages: what was asked for by name never does."""
    return errand.depth > 0 and errand.tries == 0


def _waits(now: float) -> Any:
    """The seconds until a host is due; never more than was set, also where the clock was put back."""
    left = hosts.c.due - now
    return case((left > hosts.c.wait, hosts.c.wait), else_=left)


def _lives(worker: str, silent: float) -> bool:
    machine, process, _ = worker.rsplit(":", 2)
    if machine == socket.gethostname() and os.name == "posix":
        try:
            os.kill(int(process), 0)
        except ProcessLookupError:
            return False
        except PermissionError:
            return True
        return True
    return silent < SILENCE


def _insert(connection: Connection, table: Table) -> postgresql.Insert | sqlite.Insert:
    return postgresql.insert(table) if connection.dialect.name == "postgresql" else sqlite.insert(table)
