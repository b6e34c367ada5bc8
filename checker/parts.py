"""Articles spread over several pages: the parts that belong together, judged as one.

The first part carries the verdict on the whole; the others say where they are judged. Which page came first, and
in which run, makes no difference: the whole is made of what is known of each part when any of them is seen.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from checker.keep.cases import Case
from checker.keep.record import instant, page_key, site
from checker.model import Document, Examined, LicenceAnswer, LicenceState, Outcome, Verdict
from checker.read.parts import join
from checker.scan import Road

MOST = 50
"""Parts of one article that are judged as one."""


def is_part(each: Examined) -> bool:
    """Whether a page repeats something, and is one of several pages of its article that link to each other."""
    return any(verdict.document.parts > 1 for verdict in each.verdicts)


def articles(each: Examined) -> frozenset[str]:
    """Return the ids of the articles that a page repeats."""
    return frozenset(verdict.match.article.id for verdict in each.verdicts)


def together(road: Road, examined: Iterable[Examined]) -> tuple[Examined, ...]:
    """Judge pages again, those that are parts of one article as one; the order of the pages stays and does not matter.

    Each page is given once, as it was examined by itself.
    """
    pages = list(examined)
    judged = {id(each): each for each in pages}
    for group in groups(pages):
        for each, anew in zip(group, whole(road, group), strict=True):
            judged[id(each)] = anew
    return tuple(judged[id(each)] for each in pages)


def groups(pages: Sequence[Examined]) -> Iterator[list[Examined]]:
    """Yield the parts of each article that are there, at least two, in their order.

    Of several pages that say to be the same part, the one with the shortest address counts, as it was last.
    """
    rest = sorted((each for each in pages if is_part(each)), key=_rank)
    while rest:
        group = [rest.pop(0)]
        for member in group:
            linked = [each for each in rest if belong(member, each)]
            group += linked
            rest = [each for each in rest if each not in linked]
        parts: dict[int, Examined] = {}
        for each in sorted(group, key=_rank):
            parts.setdefault(_read(each).part, each)
        if len(parts) > 1:
            yield [parts[number] for number in sorted(parts)]


def linked(each: Examined, cases: Iterable[Case]) -> list[Case]:
    """Return those of some cases on the same site whose pages are parts of one article with a page, by their links.

    A page of which a later look is known brings nothing new: it has none.
    """
    own = page_key(each.page.url)
    there = [case for case in cases if case.present and case.capture and case.record["page"].get("parts")]
    if any(page_key(case.url) == own and case.record["captured"] > instant(each.page.captured) for case in there):
        return []
    rest = {page_key(case.url): case for case in there if page_key(case.url) != own}
    leads = {key: {page_key(url) for url in case.record["page"]["siblings"]} for key, case in rest.items()}
    leads[own] = {page_key(url) for url in _read(each).siblings}
    group, found = [own], list[Case]()
    for member in group:
        new = [key for key in rest if key not in group and near(member, leads[member], key, leads[key])]
        group += new[: MOST - len(group)]
        found += [rest[key] for key in new if key in group]
    return found


def belong(one: Examined, other: Examined) -> bool:
    """Whether two pages are parts of one article: one site, one article repeated, and their links say so."""
    if site(one.page.url) != site(other.page.url) or not articles(one) & articles(other):
        return False
    here, there = ({page_key(url) for url in _read(each).siblings} for each in (one, other))
    return near(page_key(one.page.url), here, page_key(other.page.url), there)


def near(one: str, ones: set[str], other: str, others: set[str]) -> bool:
    """Whether one of two pages links to the other as a part of its article, or both to a third."""
    return one in others or other in ones or bool(ones & others)


def _rank(each: Examined) -> tuple[int, str, float]:
    return len(each.page.url), each.page.url, -each.page.captured.timestamp()


def _read(each: Examined) -> Document:
    return each.verdicts[0].document


def whole(road: Road, group: Sequence[Examined]) -> list[Examined]:
    """Judge the parts of one article as one document: its verdicts are the first part's."""
    first = group[0]
    document = join([_read(each) for each in group])
    matches = road.matches(document)
    verdicts = tuple(
        road.policy.judge(document, match, captured=first.page.captured, matches=matches) for match in matches
    )
    by_article = {verdict.match.article.id: verdict for verdict in verdicts}
    left = tuple(each for each in first.verdicts if each.match.article.id not in by_article)
    head = replace(first, verdicts=(*verdicts, *left))
    return [head, *(replace(each, verdicts=tuple(_settled(by_article, each))) for each in group[1:])]


def _settled(whole: dict[str, Verdict], part: Examined) -> Iterator[Verdict]:
    """Yield the verdicts of a further part: what the first part's verdicts cover is judged there."""
    for verdict in part.verdicts:
        over = whole.get(verdict.match.article.id)
        yield verdict if over is None else _covered(verdict, over)


def _covered(verdict: Verdict, over: Verdict) -> Verdict:
    own, document = verdict.credit, verdict.document
    where = f"part {document.part} of {over.document.parts}; judged as one with {over.document.url}: {over.outcome}"
    return replace(
        verdict,
        credit=own if own.grade is over.credit.grade else replace(over.credit, span=None),
        licence=LicenceAnswer(LicenceState.NONE, reason=where),
        outcome=Outcome.NOT_APPLICABLE,
        findings=(),
        log=(where,),
    )
