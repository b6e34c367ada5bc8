"""What is still to be fetched, and when each host may be asked again: the frontier, here in memory.

`Frontier` is the interface; a frontier in the database can stand in for `Queue`. All methods may be called from
several threads.
"""

import heapq
import itertools
import threading
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Protocol

from checker.crawl.addresses import host
from checker.crawl.pace import DEAD, Pace, Visit, after
from checker.model import PageOutcome
from checker.settings import Crawl

TRIES = 3
"""Times one address is asked for before its failure counts."""


class Kind(StrEnum):
    """What an address is fetched for."""

    PAGE = "page"
    SITEMAP = "sitemap"
    FEED = "feed"


@dataclass(frozen=True)
class Errand:
    """One address to fetch, for one target.

    `key` is its canonical form, under which it is known once; `site` and `section` bound which links are followed
    ("" for none); a smaller `priority` goes first; `requested` is the address that was redirected here.
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


@dataclass(frozen=True)
class Claim:
    """An errand to run now; `parked` says why its host is not to be asked any more in this run."""

    errand: Errand
    parked: str = ""


class Frontier(Protocol):
    """What is still to be fetched; holds politeness and budgets."""

    def push(self, errands: Iterable[Errand]) -> int:
        """Add the errands whose key is not known yet; return how many were new."""

    def claim(self) -> Claim | float | None:
        """Take the next errand of a host that is free and due; else the seconds to wait, or None when all is done."""

    def release(self, errand: Errand, visit: Visit | None, *, again: bool = False) -> None:
        """Free the host after a visit (None: no request was made); `again` puts the errand back."""

    def finish(self, errand: Errand, outcome: PageOutcome | None) -> None:
        """Note that what the errand fetched is dealt with for good."""


@dataclass
class Host:
    """One host: its errands in order, its pace, and when it may be asked next."""

    waiting: list[tuple[int, int, Errand]] = field(default_factory=list)
    pace: Pace = field(default_factory=Pace)
    due: float = 0.0  # of time.monotonic()
    busy: bool = False


class Queue:
    """The frontier in memory: gone when the run ends."""

    def __init__(self, settings: Crawl) -> None:
        self.settings = settings
        self.lock = threading.Lock()
        self.hosts: dict[str, Host] = {}
        self.known: set[str] = set()
        self.order = itertools.count()
        self.claimed: Counter[str] = Counter()

    def push(self, errands: Iterable[Errand]) -> int:
        """See `Frontier.push`."""
        new = 0
        with self.lock:
            for errand in errands:
                if errand.key not in self.known:
                    self.known.add(errand.key)
                    self.put(errand)
                    new += 1
        return new

    def put(self, errand: Errand) -> None:
        """Queue an errand at its host."""
        at = self.hosts.setdefault(host(errand.url), Host())
        heapq.heappush(at.waiting, (errand.priority, next(self.order), errand))

    def claim(self) -> Claim | float | None:
        """See `Frontier.claim`."""
        with self.lock:
            now = time.monotonic()
            soonest = float("inf")
            for name in tuple(self.hosts):
                at = self.hosts[name]
                if at.busy:
                    continue
                self.drop_over_budget(at)
                if not at.waiting:
                    continue
                parked = self.parked(at, now)
                if at.due <= now or parked:
                    return self.take(at, parked)
                soonest = min(soonest, at.due - now)
            if soonest < float("inf"):
                return soonest
            return 1.0 if any(at.busy for at in self.hosts.values()) else None

    def take(self, at: Host, parked: str) -> Claim:
        """Hand out a host's first errand."""
        errand = heapq.heappop(at.waiting)[2]
        at.busy = True
        if errand.kind is Kind.PAGE and errand.tries == 0:
            self.claimed[errand.site] += 1
        return Claim(errand, parked)

    def drop_over_budget(self, at: Host) -> None:
        """Forget found addresses of a site whose page budget is spent."""
        while at.waiting and self.over_budget(at.waiting[0][2]):
            heapq.heappop(at.waiting)

    def over_budget(self, errand: Errand) -> bool:
        """Whether an errand is beyond its site's budget of pages; what was asked for by name never is."""
        return errand.depth > 0 and errand.tries == 0 and self.claimed[errand.site] >= self.settings.pages

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
            if visit is not None:
                at.pace = after(at.pace, visit, self.settings)
                at.due = time.monotonic() + at.pace.wait(visit, datetime.now(UTC))
            if again:
                self.put(replace(errand, tries=errand.tries + 1))

    def finish(self, errand: Errand, outcome: PageOutcome | None) -> None:
        """See `Frontier.finish`; memory has nothing to note."""
