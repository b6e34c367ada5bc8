"""Outlets named without a keyword: beside the date, in a byline, in an element called source, in a last bracket."""

import re
from collections.abc import Iterator
from functools import lru_cache

from bs4.element import Tag

from checker.model import Credit, Span, Zone
from checker.read.article import Place
from checker.read.chrome import CAMEL
from checker.read.grades import SHUT, graded, named_at
from checker.read.layout import Block, Run
from checker.read.naming import Words
from checker.read.outlets import Reading
from checker.script import packed

DATE = re.compile(
    r"(?:19|20)\d\d ?[-/.年] ?\d{1,2} ?[-/.月] ?\d{1,2} ?日?|\d{1,2}:\d\d(?::\d\d)?|\d{1,2}月\d{1,2}日|\d{1,2}-\d{1,2} "
)
FIELDS = re.compile(r"[|·•]|  +")
LAST = re.compile(r"[(\[【〔]([^()\[\]【】〔〕]{2,40})[)\]】〕][。.]?[ \x00]*$")
BYLINE = re.compile(r"^(?P<who>[\u3400-\u9fff·]{2,4}) ?/ ?(?P<name>[\u3400-\u9fff]{3,14})$")
REPORTER = re.compile(r"(?P<name>[^ ()|:]{2,14}?) ?(?:首席|特约|见习|驻\w{1,6})?(?:记者|通讯员|评论员)(?:[ :/]?\w|$)")
EDITED = re.compile(r"(?P<name>[^\s\[\]]{2,14})\[(?:整理|编译|综合|原创)\]")
INLINE = frozenset({"a", "span", "em", "i", "b", "strong", "font", "cite"})
HIGH = 4
"""Inline elements around a name whose own name is looked at."""
NAMED = 300
"""Characters of an element's class and id that are looked at."""
LONGEST = 120
"""Characters of a line that may be a line of dates and names."""
NEAR = 4
"""Lines between a date and a name that belong together."""


def bare(words: Words, place: Place, reading: Reading, sites: frozenset[str]) -> Iterator[Credit]:
    """Yield the outlets that the head and the tail of the article name without a keyword."""
    for span in _heads(words, place, reading):
        grade, reason = graded(place.layout.text[slice(*span)], reading, sites)
        called = _called(place.layout.runs[place.layout.run_at(span[0])], reading)
        where = "in an element called source" if called else "beside the date"
        yield named_at(place.layout, span, Zone.HEAD, grade, f"{where}: {reason}")
    for span in _tails(words, place, reading):
        grade, reason = graded(place.layout.text[slice(*span)], reading, sites)
        yield named_at(place.layout, span, Zone.TAIL, grade, f"in brackets at the end: {reason}")


def _tails(words: Words, place: Place, reading: Reading) -> Iterator[Span]:
    """Yield the names in brackets that end a line where the article ends."""
    blocks = place.layout.blocks
    for block in blocks[max(place.first, place.last - 2) : place.last + 3] if place.main[1] else ():
        last = LAST.search(words.text, max(block.start, block.end - 60), block.end)
        if last is None or place.part(block.start) in SHUT or place.zone(last.start()) is not Zone.TAIL:
            continue
        name = _in_bracket(last[1], reading)
        if name and reading.outlet(name):
            at = last.start(1) + last[1].find(name)
            yield at, at + len(name)


def _in_bracket(words: str, reading: Reading) -> str:
    """Return the name that a bracket gives, without what leads to it and who wrote for it."""
    words = words.strip(" \x00")
    led = None if reading.known.match(words) else reading.kinds.match(words)
    words = words[led.end() :] if led else words
    reporter = REPORTER.match(words)
    if reporter:
        known = reading.known.match(reporter["name"])
        return known[0] if known else reporter["name"]
    signed = re.fullmatch(r"(?P<name>\S{3,14}) [\u3400-\u9fff·]{2,4}", words)
    if signed:
        return signed["name"]
    known = reading.known.match(words)
    theirs = known and packed(known[0]) not in reading.names.exact
    said = known and theirs and not reading.outlet(words) and reading.tails.fullmatch(words, known.end())
    return known[0] if known and said else words


def _heads(words: Words, place: Place, reading: Reading) -> Iterator[Span]:
    """Yield the names in lines of the head that carry a date or stand near one."""
    blocks = place.layout.blocks
    first, last = place.layout.block_at(place.head), min(place.first, len(blocks))
    dated = [n for n in range(first, last) if DATE.search(words.text, blocks[n].start, blocks[n].end)]
    for number in range(first, last):
        block = blocks[number]
        if block.end - block.start > LONGEST or place.part(block.start) in SHUT:
            continue
        if any(abs(n - number) <= NEAR for n in dated):
            yield from _names(block, words, place, reading, dated=number in dated)


def _names(block: Block, words: Words, place: Place, reading: Reading, *, dated: bool) -> Iterator[Span]:
    for run in place.layout.runs[block.first : block.last]:
        called = _called(run, reading)
        if block.start < place.title and not called:
            continue
        for start, end in _fields(words.text, run.start, run.end):
            name = words.text[start:end]
            slashed = BYLINE.match(name)
            byline = slashed or EDITED.fullmatch(name) or REPORTER.match(name)
            if byline and (dated or called or slashed or start == block.start) and _byline(byline, reading):
                yield start + byline.start("name"), start + byline.end("name")
            elif _plain(name, reading) and (called or _known((start, end), block, place, reading, dated=dated)):
                yield start, end
            elif dated and (first := _first(name, reading)):
                yield start, start + first


def _first(name: str, reading: Reading) -> int:
    """Return the length of a known outlet with which a field begins, before a reporter or another field."""
    known = reading.known.match(name)
    return known.end() if known and name[known.end() : known.end() + 1] == " " else 0


def _byline(match: re.Match[str], reading: Reading) -> bool:
    return match.re is EDITED or reading.outlet(match["name"])


def _known(span: Span, block: Block, place: Place, reading: Reading, *, dated: bool) -> bool:
    """Tell whether a field is an outlet beside a date, or below the headline a line of its own that is a known one."""
    name = place.layout.levelled[slice(*span)]
    if dated and (reading.outlet(name) or reading.claim.fullmatch(name)):
        return True
    alone = span == (block.start, block.end) and span[0] >= place.below
    return alone and (reading.known.fullmatch(name) is not None or reading.press(name))


def _called(run: Run, reading: Reading) -> bool:
    """Tell whether the element of a run, or one close around it, is called source or the like."""
    tag: Tag | None = run.tag
    for step in range(HIGH):
        if tag is None or (step > 1 and tag.name not in INLINE):
            return False
        attrs = tag.attrs
        names = f"{' '.join(attrs.get('class') or ())} {attrs.get('id') or ''} {attrs.get('itemprop') or ''}"
        if _means(names[:NAMED], reading.called):
            return True
        tag = tag.parent
    return False


@lru_cache(maxsize=4096)
def _means(names: str, called: frozenset[str]) -> bool:
    """Tell whether the names of an element say that it holds a source."""
    words = {word.lower() for word in re.findall("[a-z]+", names + " " + CAMEL.sub(r"\1 \2", names), re.IGNORECASE)}
    return bool(words & called) or "medianame" in names.lower().replace("_", "")


def _fields(text: str, start: int, end: int) -> Iterator[Span]:
    """Yield the parts of a stretch between dates, bars and wide gaps."""
    cuts = sorted((m.start(), m.end()) for form in (DATE, FIELDS) for m in form.finditer(text, start, end))
    at = start
    for left, right in [*cuts, (end, end)]:
        inner = text[at:left].strip(" \x00:|,、")
        if inner:
            begin = text.index(inner, at)
            yield begin, begin + len(inner)
        at = max(at, right)


def _plain(name: str, reading: Reading) -> bool:
    """Tell whether a field can be a name and nothing else."""
    if not 2 <= len(packed(name)) <= 20 or re.search(r"[:。!?,]", name):
        return False
    field = reading.fields
    return packed(name) not in reading.never and not (
        reading.stops.search(name) or field.match(name) or any(f.end() == len(name) for f in field.finditer(name))
    )
