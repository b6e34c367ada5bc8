"""Looking again: at the pages of open cases on their schedule, and at all kept evidence by new rules and licences."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from checker.crawl.targets import pages, understood
from checker.judge.tally import tally
from checker.keep.capture import Capture
from checker.keep.cases import Wanted
from checker.keep.changes import Change, changes
from checker.keep.record import Record, case_id, record
from checker.keep.sightings import Visit
from checker.model import Examined, Outcome
from checker.parts import is_part, together
from checker.runs import House, now
from checker.scan import AT_ONCE, Road, Suspect, examined
from checker.usage import counted, limits, used


def recheck(house: House, *, workers: int = 1) -> Iterator[Visit]:
    """Visit the pages of open cases that are due and yield what each visit found, once it is kept."""
    crawl = house.place.settings.crawl
    due = [url for url in with_parts(house, house.store.due_visits(now())) if url.startswith(("http://", "https://"))]
    if not due:
        return
    understood(due, crawl)
    road = house.counting()
    with house.run("recheck", [f"{len(due)} pages that are due"]) as number:
        fetched = pages(due, crawl, single=True, shell=house.road.is_shell)
        for each in examined(house.place, house.road, fetched, workers=workers):
            capture = house.evidence.keep(each.page) if each.page.body else None
            seen = house.joined(number, each, road)
            yield from house.store.visit(number, each.page.requested or each.page.url, seen, now(), capture)


def with_parts(house: House, urls: Sequence[str]) -> list[str]:
    """Put the further parts of articles before the first ones, which are judged by what is known of all."""
    found: dict[str, None] = {}
    for url in urls:
        for case in house.store.cases(Wanted(url=url)):
            found |= dict.fromkeys(case.record["page"].get("joined", [])[1:])
        found |= {url: None}
    return list(found)


def judge(house: House, *, workers: int = 1, dry_run: bool = False) -> tuple[Change, ...]:
    """Put the present rules and licences to all kept evidence, and return what changes; a dry run keeps nothing."""
    before = kept_records(house)
    if dry_run:
        return changes(before, would_be(house, workers))
    captures = list(house.store.captures())
    with house.run("judge", [f"{len(captures)} kept pages"]) as number:
        for capture, each in judged(house, captures, workers):
            house.store.keep(number, each, now(), capture)
        settle_quotas(house, number)
    return changes(before, kept_records(house))


def kept_records(house: House) -> list[Record]:
    """Return the records of the cases that rest on evidence."""
    return [case.record for case in house.store.cases(Wanted()) if case.capture is not None]


def judged(house: House, captures: Sequence[Capture], workers: int) -> Iterator[tuple[Capture, Examined]]:
    """Yield kept pages as judged anew, each by itself or with the other parts of its article."""
    kept = (house.evidence.load(capture) for capture in captures)
    again = examined(house.place, house.road, kept, workers=workers, at_once=AT_ONCE)
    yield from anew(house.road, zip(captures, again, strict=True))


def would_be(house: House, workers: int) -> list[Record]:
    """Return the records that judging anew would leave, with its second look at what a quota touches."""
    captures, again = list(house.store.captures()), list[Capture]()
    found: dict[str, Record] = {}
    for capture, each in judged(house, captures, workers):
        found |= by_case(each)
        if is_part(each) or limits(house.road, each):
            again.append(capture)
    limited = house.road.policy.licences.limited
    known = {case.id: case for case in house.store.cases(Wanted())}
    records = {key: case.record for key, case in known.items()} | found
    under = {key: one for key, one in records.items() if one["licence"]["id"] in limited}
    usage = tally(filter(None, (used(one, known.get(key)) for key, one in under.items())))
    road = replace(house.road, policy=replace(house.road.policy, usage=usage))
    pages = (road.examine(Suspect(house.evidence.load(capture))) for capture in again)
    for _, each in anew(road, zip(again, pages, strict=True)):
        found |= by_case(each)
    return list(found.values())


def by_case(each: Examined) -> dict[str, Record]:
    """Return the records of a page's verdicts by the id of their case."""
    records = map(record, each.verdicts)
    return {case_id(one["article"]["id"], one["url"]): one for one in records}


def anew(road: Road, judged: Iterable[tuple[Capture, Examined]]) -> Iterator[tuple[Capture, Examined]]:
    """Yield kept pages as judged anew; those that are parts of articles at the end, when all are there."""
    parts: list[tuple[Capture, Examined]] = []
    for capture, each in judged:
        if is_part(each):
            parts.append((capture, each))
        else:
            yield capture, each
    yield from zip((capture for capture, _ in parts), together(road, (each for _, each in parts)), strict=True)


def settle_quotas(house: House, run: int) -> list[tuple[Outcome, Outcome]]:
    """Judge again what a quota touches, now that every repost is known: the order of finding must not matter.

    Returns the outcomes of the cases that came out otherwise, as they were and as they are.
    """
    cases, road = list(counted(house.store, house.road.policy.licences)), house.counting()
    turned: list[tuple[Outcome, Outcome]] = []
    for url, capture in sorted({case.url: case.capture for case in cases if case.capture is not None}.items()):
        (suspect,) = road.screen([house.evidence.load(capture)])
        if not isinstance(suspect, Suspect):
            continue
        again = house.joined(run, road.examine(suspect), road)
        before = {case.id: case.record for case in cases if case.url == url}
        after = by_case(again)
        if changes(before.values(), after.values()):
            house.store.keep(run, again, now(), capture)
            both = ((before[case]["outcome"], after[case]["outcome"]) for case in sorted(before.keys() & after.keys()))
            turned += [(Outcome(was), Outcome(now_is)) for was, now_is in both if was != now_is]
    return turned
