"""Live pages: sites, sections and single addresses, fetched politely by a few threads.

A thread holds one host at a time. Each address passes the frontier, robots.txt and the guard at the socket; redirects
to another host go back to the frontier, so that no host is asked twice at once.
"""

import queue
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from checker.cores import one_core
from checker.crawl.addresses import canonical, host, site
from checker.crawl.fetch import HOPS, REDIRECTS, Fetcher
from checker.crawl.follow import errands
from checker.crawl.hops import hop, packed, unpacked
from checker.crawl.links import refresh
from checker.crawl.pace import SLOW_DOWN, Visit
from checker.crawl.queue import TRIES, Claim, Errand, Frontier, Kind, Queue
from checker.crawl.robots import Robots, Ruling
from checker.crawl.scope import Scope
from checker.errors import PageError, SettingsError
from checker.model import Page, PageOutcome
from checker.settings import Crawl

ROBOTS_HOPS = 5

LAST = 3.0
"""Seconds that a thread may take to end; one that is just connecting to nowhere is left behind."""

AGAIN = frozenset({PageOutcome.NETWORK_ERROR, PageOutcome.TIMEOUT})
"""Failures that may pass; the address is asked for again after the others of its host."""

Validators = Callable[[str], tuple[str, str]]
"""(ETag, Last-Modified) of the last visit to a canonical address, "" where unknown."""


Render = Callable[[Page, Callable[[str, float], Page]], Page]
"""Makes of a page what it is once its scripts have run, where only they fill it; gets its pieces by a function."""


def require_contact(settings: Crawl) -> None:
    """Refuse to crawl anonymously."""
    if not settings.contact:
        raise SettingsError("crawl.contact is empty: set an e-mail or web address for the user agent of a live crawl")


def no_validators(_key: str) -> tuple[str, str]:
    """Know of no earlier visit."""
    return "", ""


def pages(
    seeds: Iterable[Errand],
    settings: Crawl,
    *,
    fetcher: Fetcher,
    frontier: Frontier | None = None,
    validators: Validators = no_validators,
    render: Render | None = None,
) -> Iterator[Page]:
    """Crawl from the seeds and yield each page once, in the order of arrival; `render` may make more of one first.

    SettingsError without `crawl.contact`. Closing the iterator breaks off what is in flight and ends the threads.
    """
    require_contact(settings)
    frontier = Queue(settings) if frontier is None else frontier
    frontier.push(seeds)
    fetcher.turns.meet, fetcher.turns.leave = frontier.meet, frontier.leave
    crawl = Crawler(settings, fetcher, frontier, validators, render)
    threads = [
        threading.Thread(target=crawl.work, name=f"fetch {at}", daemon=True) for at in range(settings.connections)
    ]
    with one_core():
        for thread in threads:
            thread.start()
        try:
            yield from crawl.arriving(len(threads))
        finally:
            crawl.stop.set()
            fetcher.interrupt()
            for thread in threads:
                thread.join(timeout=LAST)


@dataclass(frozen=True)
class Arrived:
    """What a thread hands over: a page and the errand it ends, an error that stops the crawl, or neither: its end."""

    errand: Errand | None = None
    page: Page | None = None
    error: Exception | None = None


class Crawler:
    """One crawl: what its threads share."""

    def __init__(
        self,
        settings: Crawl,
        fetcher: Fetcher,
        frontier: Frontier,
        validators: Validators,
        render: Render | None = None,
    ) -> None:
        self.settings = settings
        self.fetcher = fetcher
        self.frontier = frontier
        self.validators = validators
        self.render = render
        self.robots = Robots(self.get_robots, frontier.copies)
        self.scope = Scope(datetime.now(UTC).year)
        self.stop = threading.Event()
        self.arrived: queue.Queue[Arrived] = queue.Queue(maxsize=2 * settings.connections)

    def arriving(self, threads: int) -> Iterator[Page]:
        """Yield pages until every thread has come to its end."""
        while threads:
            arrived = self.arrived.get()
            if arrived.error is not None:
                raise arrived.error
            if arrived.errand is None or arrived.page is None:
                threads -= 1
                continue
            self.frontier.finish(arrived.errand, arrived.page.outcome)
            yield arrived.page

    def hand_over(self, arrived: Arrived) -> None:
        """Give something to the reader, unless nobody reads any more."""
        while not self.stop.is_set():
            try:
                self.arrived.put(arrived, timeout=0.2)
            except queue.Full:
                continue
            return

    def work(self) -> None:
        """Run errands until there are none."""
        try:
            while not self.stop.is_set():
                claim = self.frontier.claim()
                if claim is None:
                    break
                if isinstance(claim, Claim):
                    self.run(claim)
                else:
                    self.stop.wait(min(claim, 0.05))
        except Exception as error:  # noqa: BLE001 - a thread cannot raise; the reader does
            self.hand_over(Arrived(error=error))
        self.hand_over(Arrived())

    def run(self, claim: Claim) -> None:
        """Run one errand and hand its page over, if it is one."""
        errand = claim.errand
        if claim.parked:
            self.frontier.release(errand, None)
            page: Page | None = failed(errand, PageOutcome.BLOCKED, claim.parked)
        else:
            page = self.visit(errand)
        if self.stop.is_set():
            return  # what was broken off is not finished
        if page is not None and errand.kind is Kind.PAGE:
            self.hand_over(Arrived(errand, page))
        elif page is not None:
            self.frontier.finish(errand, page.outcome)

    def visit(self, errand: Errand) -> Page | None:
        """Ask robots.txt, fetch, and free the host; None where the address is asked for again or went elsewhere."""
        ruling = self.ruling(errand.url)
        if ruling.allowed:
            page = self.fetched(errand)
            page = replace(page, facts={**page.facts, "robots": ruling.reason})
            visit = Visit(
                float(page.facts["seconds"]),
                page.status,
                page.header("Retry-After"),
                ruling.delay,
                int(page.facts["received"]),
            )
            if self.render and page.outcome is None and errand.kind is Kind.PAGE:
                page = self.render(page, self.piece)
        else:
            page = failed(errand, ruling.outcome, ruling.reason)
            visit = Visit(0, ruling.status, "", ruling.delay)
        if self.stop.is_set():
            self.frontier.release(errand, None)
            return None
        again = errand.tries + 1 < TRIES and (page.outcome in AGAIN or page.status in SLOW_DOWN)
        ended = None if again else self.ended(errand, page)
        reached = (ruling.asked or ruling.allowed) and page.outcome is not PageOutcome.REFUSED_ADDRESS
        self.frontier.release(errand, visit if reached or page.status else None, again=again)
        return ended

    def ruling(self, url: str) -> Ruling:
        """Judge an address by its robots.txt; where that had to be fetched, wait as before any other request."""
        ruling = self.robots.ruling(url)
        if ruling.asked and ruling.allowed:
            self.stop.wait(max(self.settings.delay, ruling.delay))
        return ruling

    def fetched(self, errand: Errand) -> Page:
        """Fetch, following redirects on the errand's own host; one that leads off it becomes the fact `moved_to`."""
        moved: list[str] = []

        def admit(here: str, there: str) -> None:
            if host(there) != host(here):
                moved.append(there)
                raise PageError(PageOutcome.HTTP_ERROR, f"moved to {there}")
            if not self.frontier.take_over(canonical(there), errand):
                raise PageError(PageOutcome.UNCHANGED, f"moved to {there}, which is looked at by itself")
            self.stop.wait(self.settings.delay)
            ruling = self.ruling(there)
            if not ruling.allowed:
                raise PageError(ruling.outcome, ruling.reason)

        etag, last_modified = self.validators(errand.key)
        page = self.fetcher.fetch(errand.url, admit=admit, etag=etag, last_modified=last_modified)
        facts = {**page.facts, "moved_to": moved[0]} if moved else page.facts
        hops = (*unpacked(errand.trail), *page.hops)
        return replace(page, requested=errand.requested or errand.url, facts=facts, hops=hops)

    def piece(self, url: str, seconds: float) -> Page:
        """Fetch what a page's script asks for, within its site and as its robots.txt allows."""

        def admit(_here: str, there: str) -> None:
            if site(there) != site(url) or not self.robots.ruling(there).allowed or self.stop.is_set():
                raise PageError(PageOutcome.ROBOTS_DENIED, f"a piece moved to {there}")

        ruling = self.robots.ruling(url)
        if not ruling.allowed or self.stop.is_set():
            return Page(url, datetime.now(UTC), outcome=ruling.outcome, reason=ruling.reason)
        return self.fetcher.fetch(url, admit=admit, timeout=seconds)

    def ended(self, errand: Errand, page: Page) -> Page | None:
        """Send on what a page leads to; return the page that ends the errand, None where another errand will."""
        if "moved_to" in page.facts:
            return self.moved(errand, page)
        if page.status in SLOW_DOWN:
            return replace(page, outcome=PageOutcome.BLOCKED)
        if page.outcome is None and errand.kind is Kind.PAGE and (target := refresh(page)):
            facts = {**page.facts, "moved_to": target}
            return self.moved(errand, replace(page, outcome=PageOutcome.HTTP_ERROR, facts=facts))
        if page.outcome is None:
            sitemaps = self.robots.sitemaps(page.url)
            self.frontier.push(errands(errand, page, self.scope, self.settings, sitemaps))
        return page

    def moved(self, errand: Errand, page: Page) -> Page | None:
        """Send what leads to another host, or on by its markup, back to the frontier; out of the site it ends here."""
        target = page.facts["moved_to"]
        home = site(target) if errand.depth == 0 and errand.site else errand.site
        if home and site(target) != home:
            return replace(page, reason=f"moved out of the site, to {target}")
        hops = len(page.facts.get("redirects", "").splitlines()) + (page.status not in REDIRECTS) + errand.hops
        if hops > HOPS:
            return replace(page, reason=f"more than {HOPS} redirects")
        way, key = (*page.hops, hop(page)), canonical(target)
        if key in {canonical(each.url) for each in way}:
            return replace(page, outcome=PageOutcome.HTTP_ERROR, reason="redirect loop")
        trail = packed(way)
        onward = replace(
            errand, url=target, key=key, site=home, requested=page.requested, hops=hops, tries=0, trail=trail
        )
        if self.frontier.push([onward]):
            self.frontier.hand_on(errand)
            return None
        return replace(page, outcome=PageOutcome.UNCHANGED, reason=f"moved to {target}, which is looked at by itself")

    def get_robots(self, address: str) -> Page:
        """Fetch a robots.txt, following few redirects."""
        hops: list[str] = []

        def admit(_here: str, there: str) -> None:
            hops.append(there)
            if len(hops) > ROBOTS_HOPS:
                raise PageError(PageOutcome.HTTP_ERROR, f"more than {ROBOTS_HOPS} redirects")
            self.stop.wait(self.settings.delay)

        return self.fetcher.fetch(address, admit=admit)


def failed(errand: Errand, outcome: PageOutcome, reason: str) -> Page:
    """Return the page of an errand for which nothing was fetched."""
    return Page(errand.url, datetime.now(UTC), outcome=outcome, reason=reason, requested=errand.requested or errand.url)
