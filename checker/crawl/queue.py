"""What is still to be fetched, and when each host may be asked again: the frontier, here in memory.

`Frontier` is the interface; a frontier in the database can stand in for `Queue`. All methods may be called from
several threads.
"""

import heapq
import itertools
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Protocol

from checker.crawl.addresses import host
from checker.crawl.pace import DEAD, Pace, Visit, after
from checker.crawl.robots import Copies, NoCopies
from checker.model import PageOutcome
from checker.settings import Crawl

TRIES = 3
"""Times one address is asked for before its failure counts."""

MAPS = 100
"""Sitemaps and feeds of one site that are fetched in one run."""

LATER = 1000
"""What a failed try adds to the priority."""

FOUND = 20
"""Addresses of one site that are kept for each page of its budget."""


class Kind(StrEnum):
    """What an address is fetched for."""

    PAGE = "page"
    SITEMAP = "sitemap"
    FEED = "feed"


@dataclass(frozen=True, slots=True)
class Errand:
    """One address to fetch, for one target.

    `key` is its canonical form, under which it is known once; `site` and `section` bound which links are followed
    ("" for none); a smaller `priority` goes first; `requested` is the address that was redirected here, over `hops`
    redirects, of which those from other hosts are in `trail` (see `hops.packed`).
    """

    url: str
    key: str
    site: str = ""
    section: str = ""
    depth: int = 0
    priority: int = 0
    kind: Kind = Kind.PAGE
    requested: str = ""
    tries: int = 0
    hops: int = 0
    trail: str = ""


@dataclass(frozen=True)
class Claim:
    """An errand to run now; `parked` says why its host is not to be asked any more in this run."""

    errand: Errand
    parked: str = ""


class Frontier(Protocol):
    """What is still to be fetched; holds politeness and budgets, and the `copies` of robots.txt that were read."""

    copies: Copies

    def push(self, errands: Iterable[Errand]) -> int:
        """Add the errands whose key is not known yet; return how many were new."""

    def take_over(self, key: str, errand: Errand) -> bool:
        """Note that the errand was redirected to `key` on its host; False where that has an errand of its own."""

    def claim(self) -> Claim | float | None:
        """Take the next errand of a host that is free and due; else the seconds to wait, or None when all is done."""

    def release(self, errand: Errand, visit: Visit | None, *, again: bool = False) -> None:
        """Free the host after a visit (None: no request was made); `again` puts the errand back."""

    def finish(self, errand: Errand, outcome: PageOutcome | None) -> None:
        """Note that an errand was run, and what came of it goes to the reader."""

    def hand_on(self, errand: Errand) -> None:
        """Note that another errand ends what this one began."""

    def meet(self, name: str, address: str) -> bool:
        """Note at which IP address a host is about to be asked; False while another program asks there."""

    def leave(self, name: str) -> None:
        """Note that the request to a host is over."""


@dataclass
class Host:
    """One host: its errands in order, its pace, when it may be asked next, and whether it is in the queue's heap."""

    name: str
    waiting: list[tuple[int, int, Errand]] = field(default_factory=list)
    pace: Pace = field(default_factory=Pace)
    due: float = 0.0  # of time.monotonic()
    busy: bool = False
    queued: bool = False


class Queue:
    """The frontier in memory: gone when the run ends."""

    def __init__(self, settings: Crawl) -> None:
        self.copies: Copies = NoCopies()
        self.settings = settings
        self.lock = threading.Lock()
        self.hosts: dict[str, Host] = {}
        self.ready: list[tuple[float, int, Host]] = []  # free hosts that have errands, the soonest due first
        self.busy = 0
        self.known: dict[str, str] = {}  # canonical address -> key of the errand that deals with it
        self.order = itertools.count()
        self.claimed: Counter[str] = Counter()
        self.spent: defaultdict[str, Spent] = defaultdict(Spent)
        self.found: Counter[str] = Counter()

    def push(self, errands: Iterable[Errand]) -> int:
        """See `Frontier.push`."""
        new = 0
        with self.lock:
            for errand in errands:
                if errand.key not in self.known and self.room(errand):
                    self.known[errand.key] = errand.key
                    self.put(errand)
                    new += 1
        return new

    def room(self, errand: Errand) -> bool:
        """Whether a found address may still be kept: an endless site must not fill the memory."""
        if errand.depth > 0:
            self.found[errand.site] += 1
        return self.found[errand.site] <= FOUND * self.settings.pages + MAPS

    def take_over(self, key: str, errand: Errand) -> bool:
        """See `Frontier.take_over`."""
        with self.lock:
            return self.known.setdefault(key, errand.key) == errand.key

    def put(self, errand: Errand) -> None:
        """Queue an errand at its host."""
        name = host(errand.url)
        at = self.hosts.setdefault(name, Host(name))
        heapq.heappush(at.waiting, (errand.priority, next(self.order), errand))
        self.enqueue(at)

    def enqueue(self, at: Host) -> None:
        """Put a free host that has errands where its turn will come; one that is given up comes at once."""
        if at.waiting and not at.busy and not at.queued:
            at.queued = True
            due = 0.0 if self.parked(at, time.monotonic()) else at.due
            heapq.heappush(self.ready, (due, next(self.order), at))

    def claim(self) -> Claim | float | None:
        """See `Frontier.claim`."""
        with self.lock:
            now = time.monotonic()
            while self.ready:
                due, _, at = self.ready[0]
                if due > now:
                    return due - now
                heapq.heappop(self.ready)
                at.queued = False
                self.drop_over_budget(at)
                parked = self.parked(at, now)
                if at.waiting and (at.due <= now or parked):
                    return self.take(at, parked)
                self.enqueue(at)
            return 1.0 if self.busy else None

    def take(self, at: Host, parked: str) -> Claim:
        """Hand out a host's first errand."""
        errand = heapq.heappop(at.waiting)[2]
        at.busy = True
        self.busy += 1
        if errand.tries == 0:
            self.claimed[budget(errand)] += 1
        return Claim(errand, parked)

    def drop_over_budget(self, at: Host) -> None:
        """Forget found addresses of a site of which a budget is spent."""
        while at.waiting and self.over_budget(at.waiting[0][2]):
            heapq.heappop(at.waiting)

    def over_budget(self, errand: Errand) -> bool:
        """Whether an errand is beyond its site's budgets; what was asked for by name never is."""
        if errand.depth == 0 or errand.tries > 0:
            return False
        most = self.settings.pages if errand.kind is Kind.PAGE else MAPS
        return self.claimed[budget(errand)] >= most or self.spent[errand.site].beyond(self.settings)

    def parked(self, at: Host, now: float) -> str:
        """Say why a host is given up for this run; "" where it is not."""
        if at.pace.failed >= DEAD:
            return f"no answer {at.pace.failed} times in a row"
        if at.due - now > self.settings.patience:
            return f"the host asks to wait {at.due - now:,.0f} seconds"
        return ""

    def release(self, errand: Errand, visit: Visit | None, *, again: bool = False) -> None:
        """See `Frontier.release`."""
        with self.lock:
            at = self.hosts[host(errand.url)]
            at.busy = False
            self.busy -= 1
            if visit is not None:
                at.pace = after(at.pace, visit, self.settings)
                wait = at.pace.wait(visit, datetime.now(UTC))
                at.due = time.monotonic() + wait
                self.spent[errand.site] += spent(visit, wait, self.settings)
            if again:
                self.put(retried(errand))
            self.enqueue(at)

    def finish(self, errand: Errand, outcome: PageOutcome | None) -> None:
        """See `Frontier.finish`; memory has nothing to note."""

    def hand_on(self, errand: Errand) -> None:
        """See `Frontier.hand_on`; memory has nothing to note."""

    def meet(self, name: str, address: str) -> bool:
        """See `Frontier.meet`; nobody else shares this memory."""
        return True

    def leave(self, name: str) -> None:
        """See `Frontier.leave`."""


@dataclass(frozen=True)
class Spent:
    """What a site has cost so far: bytes received, and seconds of requests and of the pauses after them."""

    bytes: int = 0
    seconds: float = 0.0

    def __add__(self, other: "Spent") -> "Spent":
        return Spent(self.bytes + other.bytes, self.seconds + other.seconds)

    def beyond(self, settings: Crawl) -> bool:
        """Whether the site's budget of bytes or of time is spent."""
        return self.bytes >= settings.site_bytes or self.seconds >= settings.site_seconds


def spent(visit: Visit, wait: float, settings: Crawl) -> Spent:
    """Return what a visit cost; a pause beyond our patience is not waited for."""
    return Spent(visit.bytes, visit.seconds + min(wait, settings.patience))


def retried(errand: Errand) -> Errand:
    """Return an errand for its next try, after all others of its host, so that one bad address does not fail it."""
    return replace(errand, tries=errand.tries + 1, priority=errand.priority + LATER)


def budget(errand: Errand) -> str:
    """Name the budget an errand is counted against: its site's pages, or its site's sitemaps and feeds."""
    return errand.site if errand.kind is Kind.PAGE else lists(errand.site)


def lists(site: str) -> str:
    """Name the budget of a site's sitemaps and feeds."""
    return f"{site} lists"
