"""Our name in running text and in other parts of the page: the dateline, citations, partner links, navigation."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

from checker.model import Credit, Grade, Zone
from checker.read.article import ITEMS, Place
from checker.read.grades import SHUT, named_at
from checker.read.layout import Block
from checker.read.naming import Words
from checker.read.outlets import Reading
from checker.script import packed

ENDS = " \x00()[]【】—-。,:"
OPENERS = " \x00【[("
MOST = 200
"""Mentions of our name outside the article that are kept."""


def mentions(words: Words, place: Place, reading: Reading) -> Iterator[Credit]:
    """Yield what our name, or a claim of the page's own, says outside source lines."""
    blocks = place.layout.blocks
    for number in range(max(0, place.first - 1), min(place.last + 1, len(blocks))):
        block = blocks[number]
        if number <= place.first + 2:
            yield from _opening(words, block, place, reading)
        for cited in reading.cited.finditer(words.text, block.start, block.end):
            credit = named_at(place.layout, cited.span(), Zone.BODY, Grade.NONE, "a citation in the text")
            yield replace(credit, source=place.layout.text[cited.start("name") : cited.end("name")])
    yield from _closing(words, place, reading)
    yield from _elsewhere(place, reading)


def _opening(words: Words, block: Block, place: Place, reading: Reading) -> Iterator[Credit]:
    """Yield the dateline, or the claim, with which a line begins."""
    line = words.text[block.start : block.end]
    mark = reading.dateline.match(line)
    if mark:
        span = (block.start + mark.start("name"), block.start + mark.end())
        credit = named_at(place.layout, span, Zone.BODY, Grade.DATELINE, "dateline of the text")
        yield replace(
            credit, source=place.layout.text[block.start + mark.start("name") : block.start + mark.end("name")]
        )
        return
    other = reading.afar.match(line)
    if other:
        span = (block.start + other.start("name"), block.start + other.end())
        credit = named_at(place.layout, span, Zone.BODY, Grade.OTHER, "dateline of another outlet")
        yield replace(
            credit, source=place.layout.text[block.start + other.start("name") : block.start + other.end("name")]
        )
        return
    claimed = reading.claim.match(line.lstrip(OPENERS))
    if claimed and block.start >= place.main[0]:
        at = block.start + line.index(claimed[0])
        yield named_at(
            place.layout, (at, at + len(claimed[0])), Zone.BODY, Grade.SELF, "the text claims to be the page's own"
        )


def _closing(words: Words, place: Place, reading: Reading) -> Iterator[Credit]:
    """Yield our name where the article ends: alone, cited, with a word that makes it the origin, or in a notice."""
    begin = place.layout.blocks[max(place.first, place.last - 1)].start if place.layout.blocks else 0
    for found in islice(reading.names.longer.finditer(words.text, begin, max(begin, place.tail)), MOST):
        if place.zone(found.start()) is not Zone.TAIL or place.part(found.start()) in SHUT:
            continue
        block = place.layout.blocks[place.layout.block_at(found.start())]
        line = words.text[block.start : block.end]
        alone = packed(line) == packed(found[0]) or reading.cited.fullmatch(line.strip(ENDS))
        told = reading.notice.search(words.text, block.start, found.start())
        if not told and (
            (alone and not _item(found.start(), place))
            or (found.end() not in words.edges and reading.behind.match(words.text, found.end()))
        ):
            yield named_at(place.layout, found.span(), Zone.TAIL, Grade.VARIANT, "our name at the end, without 来源")
        elif reading.notice.search(line):
            yield named_at(place.layout, found.span(), Zone.CHROME, Grade.BOILERPLATE, "a notice about other works")


def _item(offset: int, place: Place) -> bool:
    """Tell whether an offset is in a link or an item of a list, as the name of a partner is."""
    run = place.layout.runs[place.layout.run_at(offset)]
    around = (run.tag, *islice(run.tag.parents, 3))
    return run.frame.link is not None or any(element.name in ITEMS for element in around)


def _elsewhere(place: Place, reading: Reading) -> Iterator[Credit]:
    """Yield our name where it stands in a part of the page that is not the article."""
    for number, found in enumerate(reading.names.anywhere.finditer(place.layout.levelled)):
        if number >= MOST:
            return
        why = _why(found.start(), place)
        if why:
            yield named_at(place.layout, found.span(), Zone.CHROME, Grade.BOILERPLATE, why)


def _why(offset: int, place: Place) -> str:
    """Return why a mention says nothing about the article, "" where it may say something."""
    part = place.part(offset)
    if part:
        return f"page part: {part}"
    if place.zone(offset) is Zone.NONE:
        return "far from the article"
    run = place.layout.runs[place.layout.run_at(offset)]
    outside = not place.main[0] <= offset < place.main[1]
    return "a link with our name that is not said to be the source" if outside and run.frame.link is not None else ""
