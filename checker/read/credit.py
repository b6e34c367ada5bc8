"""Credits: what a page says about where its article comes from, graded by what a reader sees of it."""

import re
from collections.abc import Iterable
from dataclasses import replace

from checker.model import NO_CREDIT, Credit, Grade, Span, Zone
from checker.read.article import Place, listed
from checker.read.bare import bare
from checker.read.grades import BARE, CREDITED, ITSELF, NAMED, SHUT, graded, over, shown, site_names
from checker.read.layout import Layout
from checker.read.mention import mentions
from checker.read.naming import Words
from checker.read.outlets import Reading
from checker.read.picture import pictured
from checker.read.statement import Statement, fields, statements
from checker.read.unseen import unseen
from checker.script import packed

REACH = 40
"""Characters behind an outlet in which it may name another."""
BESIDE = re.compile(r"[ \x00]{0,3}([(\[])[ \x00]?|[ \x00]{1,3}")
"""What stands between an outlet and ours: a bracket, or a blank."""
LISTED = 3
"""Outlets named by elements of one kind from which these are the items of a list."""


def credits_of(place: Place, reading: Reading) -> tuple[Credit, ...]:
    """Return all statements of source on a page, in reading order, those that no reader sees last."""
    layout = place.layout
    words = Words(layout.levelled, layout.edges)
    sites = site_names(layout)
    found: list[Credit] = []
    for statement in statements(words, reading):
        if not found or not over(found[-1].span, (statement.start, statement.end)):
            found.append(_labelled(statement, words, place, reading, sites))
    fielded = (_labelled(each, words, place, reading, sites) for each in fields(words, reading))
    for more in (fielded, bare(words, place, reading, sites), mentions(words, place, reading)):
        taken = [credit.span for credit in found]
        found += [credit for credit in more if not any(over(credit.span, span) for span in taken)]
    found = _untold(found, layout)
    found += pictured(words, place, reading, sites)
    seen = [credit for credit in found if credit.zone is not Zone.MARKUP]
    faint = [credit for credit in found if credit.zone is Zone.MARKUP]
    seen.sort(key=lambda credit: (credit.span is None, credit.span or (0, 0)))
    return (*seen, *faint, *unseen(layout, reading))


def _untold(found: list[Credit], layout: Layout) -> list[Credit]:
    """Set aside what many elements of one kind say, each of another outlet, but for labels in the head: a list."""

    def item(credit: Credit) -> bool:
        return credit.span is not None and (credit.zone in {Zone.TAIL, Zone.NONE} or credit.reason.startswith(BARE))

    kinds: dict[str, set[str]] = {}
    for credit in filter(item, found):
        kinds.setdefault(layout.path((credit.span or (0, 0))[0]), set()).add(packed(credit.source))
    lists = {kind for kind, names in kinds.items() if len(names) >= LISTED}
    return [
        replace(c, grade=Grade.BOILERPLATE, zone=Zone.CHROME, reason="an item of a list, each with a source")
        if item(c) and c.span and layout.path(c.span[0]) in lists
        else c
        for c in found
    ]


def _labelled(found: Statement, words: Words, place: Place, reading: Reading, sites: frozenset[str]) -> Credit:
    """Grade a statement made by a keyword."""
    layout, (start, end) = place.layout, found.name
    name = layout.text[start:end].strip()
    credit = Credit(
        quote=layout.text[found.start : found.end],
        zone=place.zone(found.start),
        grade=Grade.OTHER,
        source=" ".join(name.split()),
        span=(found.start, found.end),
        path=layout.path(start),
    )
    block = _boilerplate(found, credit.zone, place)
    if block:
        return replace(credit, grade=Grade.BOILERPLATE, zone=Zone.CHROME, reason=block)
    grade, reason = graded(name, reading, sites)
    if found.verb and grade is Grade.EXACT:
        grade, reason = Grade.VARIANT, "our name after another word than 来源"
    credit = replace(credit, grade=grade, reason=reason)
    if grade is not Grade.OTHER:
        return shown(credit, layout)
    return _beside(credit, words, place, reading) or _secondhand(credit, found.name, words, place, reading)


def _boilerplate(found: Statement, zone: Zone, place: Place) -> str:
    """Return which block a statement belongs to that says nothing about this article, "" where it does."""
    part = place.part(found.start)
    if found.notice:
        return "a notice about other works"
    if place.part(found.name[0]) in SHUT:
        part = place.part(found.name[0])
    if part in SHUT or (part == "nav" and zone is not Zone.HEAD):
        return f"page part: {part}"
    if zone in {Zone.TAIL, Zone.NONE} and not found.this and listed(place, found.start):
        return "another article's teaser"
    return ""


def _beside(credit: Credit, words: Words, place: Place, reading: Reading) -> Credit | None:
    """Return the credit with our name, where that stands behind a blank or in brackets right after another outlet."""
    (start, end) = credit.span or (0, 0)
    behind = BESIDE.match(words.text, end)
    ours = behind and reading.names.longer.match(words.text, behind.end())
    if not (behind and ours) or words.text[ours.end() : ours.end() + 1].isalnum():
        return None
    span = (start, ours.end())
    credit = replace(credit, quote=place.layout.text[slice(*span)], span=span)
    if behind[1]:
        return replace(
            credit, grade=Grade.SECONDHAND, via=credit.source, reason="another medium is named, which names us"
        )
    return shown(replace(credit, grade=Grade.VARIANT, reason="our name beside another"), place.layout)


def _secondhand(credit: Credit, name: Span, words: Words, place: Place, reading: Reading) -> Credit:
    """Return the credit as second hand where the outlet it names goes on to name us."""
    (start, end), (begin, _) = credit.span or (0, 0), name
    behind = reading.through.search(words.text, begin + 1, min(words.line_end(end), end + REACH))
    if behind is None or re.search(r"[。!?]", words.text[end : behind.start()]):
        return credit
    span = (start, behind.end())
    via = place.layout.text[begin : min(name[1], behind.start())].strip()
    return replace(
        credit,
        grade=Grade.SECONDHAND,
        source=via,
        via=via,
        quote=place.layout.text[slice(*span)],
        span=span,
        reason="another medium is named, which names us",
    )


def deciding(found: Iterable[Credit]) -> Credit:
    """Return the credit that decides: the source line a reader sees, then markup, dateline, boilerplate."""
    return min(found, key=_rank, default=NO_CREDIT)


def _rank(credit: Credit) -> int:
    seen = credit.zone in {Zone.HEAD, Zone.TAIL}
    near = seen or credit.zone is Zone.BODY
    order = (
        credit.grade is Grade.EXACT and near,
        credit.grade is Grade.VARIANT and near,
        credit.grade in NAMED and seen and not credit.reason.startswith(BARE),
        credit.grade in NAMED and seen,
        credit.grade in CREDITED,
        credit.grade is Grade.HIDDEN,
        credit.grade is Grade.DATELINE,
        credit.grade in NAMED,
        credit.grade is Grade.BOILERPLATE,
    )
    return order.index(True) if True in order else len(order)


def source(found: Iterable[Credit]) -> str | None:
    """Return the outlet that a careful reader takes for the article's source; None where the page names none.

    A site's own name beside the date says who runs the page, not where the article is from.
    """
    every = [credit for credit in found if credit.reason != f"{BARE[0]}: {ITSELF}"]
    decided = deciding(every)
    if decided.grade in CREDITED:
        return decided.source
    for zone in (Zone.HEAD, Zone.TAIL):
        named = [c for c in every if c.zone is zone and c.grade in NAMED]
        labelled = [c for c in named if not c.reason.startswith(BARE)]
        if labelled or named:
            return (labelled or named)[0].source
    rest = [c for c in every if c.zone is Zone.NONE and c.grade in NAMED]
    return rest[0].source if len(rest) == 1 else None
