"""The frontier in the database: killed at any instant it loses nothing, and several workers share it.

An errand is waiting, leased (a worker fetches it), fetched (its page is on the way to the store), done, dropped (its
site's budget was spent), or taken (another errand was redirected to its address). Only `kept` makes a page's errand
done. What a dead worker had leased or fetched waits again, so a kill repeats at most what was under way. One request at
a time is made to a host, and to an address whatever the host names, whoever shares the database.

A transaction costs as much as a small page, so there is one for several pages: of a host that need not rest between two
requests some errands are leased ahead, and what pages came to is written down together.
"""

import threading
import time
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import IntegrityError

from checker.crawl import statements as sql
from checker.crawl.addresses import host
from checker.crawl.budgets import Budgets, Rest
from checker.crawl.copies import SharedCopies
from checker.crawl.leases import Lease, bury
from checker.crawl.notes import Notes
from checker.crawl.pace import DEAD, Pace, Visit, after
from checker.crawl.patience import patient
from checker.crawl.queue import Claim, Errand, Kind, budget, retried, spent
from checker.crawl.robots import Copies
from checker.crawl.rows import digest, errand_of, free, row_of
from checker.crawl.statements import DONE, MOVED, TAKEN, WAITING
from checker.crawl.tables import crawls, errands, hosts, insert
from checker.model import Page, PageOutcome
from checker.settings import Crawl
from checker.transactions import undisturbed, writing

POLL = 0.5
"""Seconds after which an idle worker looks again whether others found something."""

REMEMBERED = 200_000
"""Addresses known to be pushed already that are kept in memory, to spare the database the links of every page."""

AHEAD = 16
"""Errands of a host that are leased at once where it need not rest between two requests."""

SOON = 0.01
"""Seconds after which to try again where another worker was faster."""


@dataclass
class Hold:
    """A host that this worker holds: its pace, its address as far as known, and what is leased ahead.

    `failed` is its number of failures in a row as the database has it; `busy` while one of its errands is run.
    """

    name: str
    pace: Pace = field(default_factory=Pace)
    address: str | None = None
    failed: int = 0
    ahead: deque[Errand] = field(default_factory=deque)
    busy: bool = True


class SharedFrontier:
    """The frontier of one crawl; see `queue.Frontier` for what its methods promise, and `kept` for the caller's part.

    `engine` is the store's: its execution option `writes` begins a transaction that may write. Opening the frontier of
    a crawl that was interrupted takes it up where it stopped. What is released, finished and kept is noted, and written
    in the next transaction: at the next claim, or when the frontier is closed.
    """

    def __init__(
        self, engine: Engine, crawl: int, settings: Crawl, *, rest: Rest = Rest.VISITED, knowledge: str = ""
    ) -> None:
        self._engine = engine
        self._crawl = crawl
        self._settings = settings
        self._lease = Lease()
        self._budgets = Budgets(crawl, settings, rest, knowledge)
        self._door = threading.RLock()  # one transaction at a time: threads need not queue up in the database
        self._latch = threading.Lock()  # of what is held; never waits for the database
        self._notes = Notes(crawl)
        self._pushed: set[int] = set()
        self._holds: dict[str, Hold] = {}
        self._guests: set[str] = set()
        self._idle_until = 0.0
        self._closed = False
        with self._writing() as connection:
            row = {"id": crawl, "begun": time.time()}
            connection.execute(insert(connection, crawls).values(row).on_conflict_do_nothing())
        self.copies: Copies = SharedCopies(engine, crawl)

    @patient
    def push(self, pushed: Iterable[Errand]) -> int:
        """Add the errands whose key is not known yet; return how many were new."""
        unknown = [errand for errand in pushed if hash(errand.key) not in self._pushed]
        if not unknown:
            return 0
        fresh = {digest(errand.key): errand for errand in unknown}
        with self._writing() as connection:
            new = self._budgets.add(connection, fresh)
        if len(self._pushed) > REMEMBERED:
            self._pushed.clear()
        self._pushed.update(hash(errand.key) for errand in unknown)
        self._notes.changes += 1
        self._idle_until = 0.0
        return new

    @patient
    def take_over(self, key: str, errand: Errand) -> bool:
        """Note that the errand was redirected to `key` on its host; False where that has an errand of its own."""
        there, mine = digest(key), digest(errand.key)
        row = {**row_of(self._crawl, errand, TAKEN), "key": there, "asked": mine}
        with self._writing() as connection:
            connection.execute(insert(connection, errands).values(row).on_conflict_do_nothing())
            found = connection.execute(sql.TAKER, {"run": self._crawl, "one": there}).one()
        return there == mine or bool(found.state == TAKEN and found.asked == mine)

    @patient
    def claim(self) -> Claim | float | None:
        """Take the next errand of a host that is free and due; else the seconds to wait, or None when all is done."""
        at_hand = self._at_hand()
        if at_hand is not None:
            return at_hand
        with self._door:
            at_hand = self._at_hand()
            if at_hand is not None:
                return at_hand
            if self._closed:
                return None
            try:
                return self._claimed()
            except IntegrityError:  # another worker was faster at this address
                return SOON

    def release(self, errand: Errand, visit: Visit | None, *, again: bool = False) -> None:
        """Free the host after a visit (None: no request was made); `again` puts the errand back."""
        name = host(errand.url)
        if again:
            back = row_of(self._crawl, retried(errand), WAITING)
            changed = {f"new_{key}": back[key] for key in sql.RETRIED}
            self._notes.note(sql.AGAIN, run=self._crawl, one=back["key"], **changed)
            self._notes.note(sql.QUEUED, run=self._crawl, of=name, count=1)
        with self._latch:
            hold = self._holds.get(name) or Hold(name)
            wait = 0.0
            if visit is not None:
                hold.pace = after(hold.pace, visit, self._settings)
                wait = hold.pace.wait(visit, datetime.now(UTC))
                self._notes.spend(errand.site, spent(visit, wait, self._settings))
            hold.busy = False
            if not hold.ahead or wait > 0 or hold.pace.failed:
                self._give_back(hold, wait, visited=visit is not None)
            self._idle_until = 0.0

    def finish(self, errand: Errand, outcome: PageOutcome | None) -> None:
        """Note that an errand was run: a page is done once it is `kept`, a list of addresses at once."""
        end = {"run": self._crawl, "one": digest(errand.key), "result": outcome}
        if errand.kind is Kind.PAGE:
            self._notes.fetched(digest(errand.requested or errand.url), **end, by=self._lease.worker)
        else:
            self._notes.note(sql.FINISH, **end, then=DONE, by=None)
        self._idle_until = 0.0

    def hand_on(self, errand: Errand) -> None:
        """Note that another errand ends what this one began."""
        end = {"run": self._crawl, "one": digest(errand.key), "result": MOVED}
        self._notes.note(sql.FINISH, **end, then=DONE, by=None)
        self._idle_until = 0.0

    @patient
    def kept(self, page: Page) -> None:
        """Note that the store has a page: it is not fetched again when this crawl is taken up once more."""
        if self._notes.kept(digest(page.requested or page.url)) >= self._settings.connections:
            with self._writing():
                pass

    @patient
    def meet(self, name: str, address: str) -> bool:
        """Note at which IP address a host is about to be asked; False while another worker asks there."""
        hold = self._holds.get(name)
        if hold is not None and hold.address == address:
            return True
        with self._door:
            if self._closed:
                return False
            try:
                with self._writing() as connection:
                    met = self._met(connection, name, address, claimed=hold is not None)
            except IntegrityError:  # the database lets no two hosts of one address be held at once
                return False
            if hold is not None:
                hold.address = address if met else None
            elif met:
                self._guests.add(name)
            return met

    def leave(self, name: str) -> None:
        """Free a host that was met without having been claimed."""
        if name in self._guests:
            with self._door:
                self._guests.discard(name)
                self._notes.note(sql.FREE, of=name, me=self._lease.worker)

    @patient
    def others_done(self) -> bool:
        """Wait for the workers that share this crawl; False where something waits again that a dead one had leased."""
        while True:
            with self._writing() as connection:
                waiting, _ = connection.execute(sql.WAITS, {"run": self._crawl, "now": time.time()}).one()
                if waiting or not connection.execute(sql.OUTSTANDING, {"run": self._crawl}).scalar_one():
                    return not waiting
            time.sleep(POLL)

    @patient
    def close(self) -> None:
        """Write down what is noted, and leave; what is still leased or fetched waits for the next worker.

        A thread that comes too late gets nothing more: nobody would ever take back what a worker holds that has left.
        """
        with self._door:
            self._closed = True
            with self._writing() as connection:
                bury(connection, [self._lease.worker])

    @patient
    def counts(self) -> dict[str, int]:
        """Return how many errands of the crawl are in each state."""
        with self._writing() as connection:
            return {row[0]: row[1] for row in sorted(connection.execute(sql.STATES, {"run": self._crawl}))}

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        """One writing transaction, which also writes down what was noted since the last one."""
        with undisturbed(), self._door, self._notes.taken() as noted, writing(self._engine) as connection:
            self._lease.keep(connection)
            for statement, rows in noted:
                connection.execute(statement, rows)
            yield connection

    def _at_hand(self) -> Claim | float | None:
        """An errand that is leased ahead, or the seconds for which there is nothing to do; None where neither is."""
        with self._latch:
            for hold in () if self._closed else self._holds.values():
                if not hold.busy:
                    hold.busy = True
                    return Claim(hold.ahead.popleft())
        idle = self._idle_until - time.monotonic()
        return idle if idle > 0 else None

    def _give_back(self, hold: Hold, wait: float, *, visited: bool) -> None:
        """Free a host, its pace noted, and let wait again what was leased ahead."""
        self._holds.pop(hold.name, None)
        if visited:
            due = {"until": time.time() + wait, "seconds": wait, "pace": hold.pace.delay, "refusals": hold.pace.refused}
            self._notes.note(sql.PACED, of=hold.name, me=self._lease.worker, **due)
        else:
            self._notes.note(sql.FREE, of=hold.name, me=self._lease.worker)
        if hold.pace.failed != hold.failed:
            self._notes.note(sql.FAILED, run=self._crawl, of=hold.name, failures=hold.pace.failed)
        for errand in hold.ahead:
            self._notes.note(sql.BACK, run=self._crawl, one=digest(errand.key))
            if errand.tries == 0:
                self._notes.note(sql.UNCLAIMED, run=self._crawl, of=budget(errand), count=1)
        if hold.ahead:
            self._notes.note(sql.QUEUED, run=self._crawl, of=hold.name, count=len(hold.ahead))

    def _met(self, connection: Connection, name: str, address: str, *, claimed: bool) -> bool:
        """Write down the address of a host, held already or only now."""
        if not self._mine(connection, address):
            return False
        met = {"of": name, "me": self._lease.worker, "there": address}
        if claimed:
            connection.execute(sql.MET, {**met, "there": None})  # never wait for one address while holding another
            try:
                with connection.begin_nested():
                    connection.execute(sql.MET, met)
            except IntegrityError:
                return False
            return True
        connection.execute(insert(connection, hosts).values(free(name)).on_conflict_do_nothing())
        return connection.execute(sql.VISITED, met).rowcount == 1

    def _mine(self, connection: Connection, address: str | None) -> bool:
        """Whether no other transaction is about to take an address."""
        if address is None or connection.dialect.name != "postgresql":
            return True
        return bool(connection.execute(sql.MINE, {"there": address}).scalar_one())

    def _claimed(self) -> Claim | float | None:
        """Claim a host in the database, with the errands that are leased of it."""
        seen = self._notes.changes
        with self._writing() as connection:
            now = time.time()
            bounds = {"run": self._crawl, "now": now, "patience": self._settings.patience, "dead": DEAD}
            row = connection.execute(sql.CLAIMABLE, bounds).first()
            if row is not None:
                return self._take(connection, row)
            wait = self._wait(connection, now)
        if wait is not None and self._notes.changes == seen:
            self._idle_until = time.monotonic() + min(wait, POLL)
        return wait

    def _take(self, connection: Connection, row: Any) -> Claim | float:
        """Hold a host and hand out its first errand; some seconds to wait where another worker was faster."""
        if not self._mine(connection, row.address):
            return SOON
        parked = ""
        if row.failed >= DEAD:
            parked = f"no answer {row.failed} times in a row"
        elif row.waits > self._settings.patience:
            parked = f"the host asks to wait {row.waits:,.0f} seconds"
        ahead = AHEAD if not (parked or row.delay or self._settings.delay) else 1
        leased = self._lease_ahead(connection, row.host, ahead)
        if not leased:
            return SOON
        connection.execute(sql.HOLD, {"of": row.host, "me": self._lease.worker})
        connection.execute(sql.QUEUED, {"run": self._crawl, "of": row.host, "count": -len(leased)})
        first, *rest = leased
        pace = Pace(row.delay, row.refused, row.failed)
        with self._latch:
            self._holds[row.host] = Hold(row.host, pace, row.address, row.failed, deque(rest))
        return Claim(first, parked)

    def _lease_ahead(self, connection: Connection, name: str, most: int) -> list[Errand]:
        """Lease the first errands of a host: pages of one priority, so that nothing urgent has to wait for them."""
        rows = connection.execute(sql.FIRST, {"run": self._crawl, "of": name, "most": most}).all()
        if not rows:  # the count is wrong: a transaction was done twice
            connection.execute(sql.EMPTY, {"run": self._crawl, "of": name})
        found = {row.key: errand_of(row.errand) for row in rows if row.priority == rows[0].priority}
        if any(errand.kind is not Kind.PAGE for errand in found.values()):
            found = dict([next(iter(found.items()))])
        leases = [{"run": self._crawl, "one": key, "me": self._lease.worker} for key in found]
        if leases:
            connection.execute(sql.LEASE, leases)
        beyond = self._budgets.spend(connection, [errand for errand in found.values() if errand.tries == 0])
        return [errand for errand in found.values() if errand not in beyond]

    def _wait(self, connection: Connection, now: float) -> float | None:
        """The seconds until something may be claimable, None where nothing is left to come."""
        waiting, soonest = connection.execute(sql.WAITS, {"run": self._crawl, "now": now}).one()
        if soonest is not None:
            return max(float(soonest), 0.001)
        return POLL if waiting or connection.execute(sql.UNDER_WAY, {"run": self._crawl}).scalar_one() else None
