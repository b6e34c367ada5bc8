"""The runs: a scan, a re-check, a judging anew. Each takes pages down the road and keeps what comes out.

What is kept is kept in this order: the page as evidence, then its row and its cases in one transaction, and only then
is it crossed off the frontier. A run killed at any instant repeats at most the pages that were under way.
"""

from collections import Counter, deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from itertools import chain
from typing import Any, Self

from checker.crawl.budgets import Rest
from checker.crawl.follow import part_of_article
from checker.crawl.frontier import SharedFrontier
from checker.crawl.live import no_validators
from checker.crawl.outlook import outstanding, planned
from checker.crawl.queue import Errand
from checker.crawl.revisit import Revisits
from checker.crawl.statements import DROPPED, FETCHED, LEASED, RESTING, WAITING
from checker.crawl.targets import Plan, pages, understood
from checker.crawl.warc import offset
from checker.errors import UsageError
from checker.judge.tally import tally
from checker.keep.cases import Wanted
from checker.keep.database import guarded
from checker.keep.evidence import Evidence
from checker.keep.record import record, site
from checker.keep.runs import Task
from checker.keep.store import Store
from checker.model import JUDGED, Examined, Page, PageOutcome
from checker.parts import articles, is_part, linked, together
from checker.scan import AT_ONCE, Road, Suspect, examined
from checker.settings import Crawl, Workspace
from checker.usage import limits, reposts

SCAN = "scan"

UNFETCHED = frozenset(
    {PageOutcome.ROBOTS_DENIED, PageOutcome.REFUSED_ADDRESS, PageOutcome.TIMEOUT, PageOutcome.NETWORK_ERROR}
)
"""Outcomes of pages that were not had from their site."""

LEFT = {DROPPED: "over budget", RESTING: "not due"}
"""Why pages that were found are left out, by the state of their errands."""

TO_COME = {WAITING: "to come", LEASED: "under way", FETCHED: "on the way"}
"""Where pages are that are not kept yet."""

NOTED = 32
"""Pages of archives after which it is noted how far they were read."""


@dataclass(frozen=True)
class House:
    """A workspace with its doors open: the road, the database, the evidence."""

    place: Workspace
    road: Road
    store: Store
    evidence: Evidence

    @classmethod
    @contextmanager
    def open(cls, place: Workspace) -> Iterator[Self]:
        """Open a workspace for runs, and close it again."""
        road = Road.open(place)
        with Store.open(place.database) as store, Evidence.open(place.evidence) as evidence:
            store.expire(now())
            yield cls(place, road, store, evidence)

    def counting(self) -> Road:
        """Return the road, judging by what is known by now to be used under licences that limit it."""
        usage = tally(reposts(self.store, self.road.policy.licences))
        return replace(self.road, policy=replace(self.road.policy, usage=usage))

    def keep(self, run: int, each: Examined, road: Road) -> Examined:
        """Keep one page of a run, with the evidence of what it repeats; return it as it was kept."""
        capture = self.evidence.keep(each.page) if each.verdicts else None
        judged = self.joined(run, each, road)
        self.store.keep(run, judged, now(), capture)
        return judged

    def joined(self, run: int, each: Examined, road: Road) -> Examined:
        """Judge a page by what its licensee uses elsewhere, and as a part of its article.

        What is kept of the other parts is taken in; their cases follow at once.
        """
        if limits(road, each):
            each = replace(road.examine(Suspect(each.page)), page=each.page)
        if not is_part(each):
            return each
        known = [
            case
            for article in sorted(articles(each))
            for case in self.store.cases(Wanted(article=article, site=site(each.page.url)))
        ]
        kept = {case.url: case.capture for case in linked(each, known) if case.capture}
        parts = [road.examine(Suspect(self.evidence.load(capture))) for capture in kept.values()]
        own, *others = together(road, [each, *parts])
        before = [case.record for case in known]
        for other, capture in zip(others, kept.values(), strict=True):
            if any(record(verdict) not in before for verdict in other.verdicts):
                self.store.settle(run, other, now(), capture)
        return own

    @contextmanager
    def run(self, kind: str, targets: Sequence[str], *, live: bool = False) -> Iterator[int]:
        """Open a run; it ends complete or interrupted.

        An interrupted scan of the same task is taken up; a `live` one that is at work is joined: programs share it.
        """
        task = Task.of(kind, targets, self.road.pack.name, self.road.knowledge)
        begin = partial(self.store.resume, join=live) if kind == SCAN else self.store.begin
        number = begin(task, now())
        state = "interrupted"
        try:
            yield number
            state = "complete"
        finally:
            self.store.end(number, state, now())


def scan(
    house: House, run: int, targets: Sequence[str], crawl: Crawl, *, workers: int = 1, rest: Rest = Rest.LAST
) -> Iterator[Examined]:
    """Scan targets in a run of the house and yield each page once it is kept; a broken-off crawl is taken up.

    `rest` says what is done with pages that are not worth another visit yet.
    """
    plan = understood(targets, crawl)
    if plan.stdin:
        raise UsageError("a scan takes addresses and files; to judge a page from standard input: checker check -")
    if plan.seeds:
        yield from live(house, run, targets, crawl, workers, rest)
    else:
        yield from local(house, run, targets, crawl, workers)


def local(house: House, run: int, targets: Sequence[str], crawl: Crawl, workers: int) -> Iterator[Examined]:
    """Scan files; of an archive that a killed run had begun only the rest."""
    plan = understood(targets, crawl)
    road = house.counting()
    marks: deque[Mark] = deque()
    given = marked(chain(((None, page) for page in plan.saved(crawl)), archived(house, run, plan, crawl)), marks)
    for count, each in enumerate(examined(house.place, house.road, given, workers=workers, at_once=AT_ONCE), start=1):
        kept = house.keep(run, each, road)
        mark = marks.popleft()
        if mark is not None and count % NOTED == 0:
            house.store.note_read(run, *mark)
        yield kept


Mark = tuple[str, int] | None
"""The name of an archive, and up to which byte it is read once a page of it is kept."""


def archived(house: House, run: int, plan: Plan, crawl: Crawl) -> Iterator[tuple[Mark, Page]]:
    """Yield the pages of archives with how far each one has read its archive."""
    for archive in plan.warcs:
        name = archive.name
        for page in archive.pages(crawl, house.store.read_up_to(run, name)):
            yield (name, offset(page) + 1), page


def marked(pages: Iterable[tuple[Mark, Page]], marks: deque[Mark]) -> Iterator[Page]:
    """Pass pages on, and put what each is marked with in a line: the pages come back in their order."""
    for mark, page in pages:
        marks.append(mark)
        yield page


def live(house: House, run: int, targets: Sequence[str], crawl: Crawl, workers: int, rest: Rest) -> Iterator[Examined]:
    """Scan sites through the frontier in the database; what did not change since the last scan is not read again."""
    road = house.counting()
    rest = rest if crawl.revisit else Rest.VISITED
    memory = Revisits(house.store.engine, house.road.knowledge)
    with fronted(house, run, crawl, rest) as frontier:
        while True:
            fetched = pages(
                targets,
                crawl,
                frontier=frontier,
                validators=memory.validators if crawl.revisit else no_validators,
                shell=house.road.is_shell,
            )
            for each in examined(house.place, house.road, since(fetched, memory, crawl), workers=workers):
                kept = house.keep(run, each, road)
                frontier.kept(each.page)
                memory.note(each.page, each.outcome, now(), each.text)
                yield kept
            if not frontier.push(further(house, run, crawl)) and frontier.others_done():
                return


@contextmanager
def fronted(house: House, run: int, crawl: Crawl, rest: Rest) -> Iterator[SharedFrontier]:
    """Open the frontier of a run, and leave it again; what the database reports is one clear line."""
    with guarded(house.store.engine):
        frontier = SharedFrontier(house.store.engine, run, crawl, rest=rest, knowledge=house.road.knowledge)
        try:
            yield frontier
        finally:
            frontier.close()


def further(house: House, run: int, crawl: Crawl) -> list[Errand]:
    """Return the errands for the other parts of what a run found, however deep in their sites they lie."""
    urls = {url for case in house.store.cases(Wanted(run=run)) for url in case.record["page"].get("siblings", [])}
    return list(filter(None, (part_of_article(url, crawl) for url in sorted(urls) if url.startswith("http"))))


def left(house: House, run: int) -> int:
    """Return how many addresses of a live run are still to be fetched, as far as is known by now."""
    with guarded(house.store.engine):
        return outstanding(house.store.engine, run)


def covered(store: Store, run: int) -> Iterator[dict[str, Any]]:
    """Yield, for each site of a run, what was planned there and what became of it; None for what is not known.

    What was planned is known of sites that were crawled; where no page could be judged, nothing is known of matches.
    """
    outcomes = store.coverage_by_site(run)
    with guarded(store.engine):
        plans = planned(store.engine, run)
    for name in sorted(outcomes.keys() | plans.keys()):
        pages, plan = outcomes.get(name, {}), plans.get(name)
        failed = {outcome.value: count for outcome, count in pages.items() if outcome not in JUDGED}
        total, judged = sum(pages.values()), sum(pages.values()) - sum(failed.values())
        yield {
            "site": name,
            "planned": None if plan is None else plan.total() - left_out(plan),
            "fetched": total - sum(pages.get(outcome, 0) for outcome in UNFETCHED),
            "judged": judged,
            "matched": pages.get(PageOutcome.MATCHED, 0) if judged else None,
            "failed": sum(failed.values()) - (denied := pages.get(PageOutcome.ROBOTS_DENIED, 0)),
            "denied": denied,
            "why": failed | {word: plan[state] for state, word in (LEFT | TO_COME).items() if plan and plan[state]},
        }


def left_out(plan: Counter[str]) -> int:
    """Return how many pages were found but not planned."""
    return sum(plan[state] for state in LEFT)


def since(fetched: Iterator[Page], memory: Revisits, crawl: Crawl) -> Iterator[Page]:
    """Mark the pages that are byte for byte what they were, when the same was known and looked for."""
    for page in fetched:
        same = crawl.revisit and page.outcome is None and memory.unchanged(page)
        yield replace(page, outcome=PageOutcome.UNCHANGED, reason="the same bytes as before") if same else page


def now() -> datetime:
    """Return this instant."""
    return datetime.now(UTC)
