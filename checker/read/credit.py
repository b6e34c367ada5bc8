"""Credits: what a page says about where its article comes from, graded by what a reader sees of it."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from checker.model import NO_CREDIT, Credit, Grade, Span, Zone
from checker.read.article import Place, teaser
from checker.read.layout import HAN, Layout, path
from checker.read.outlets import Reading
from checker.read.statement import Statement, Words, statements
from checker.read.wording import GONE, level, packed

CREDITED = (Grade.EXACT, Grade.VARIANT)
NAMED = (Grade.EXACT, Grade.VARIANT, Grade.OTHER, Grade.SELF, Grade.SECONDHAND)
BARE = ("beside the date", "in brackets")
SHUT = frozenset({"related", "comment", "friend", "footer", "caption"})
DATE = re.compile(r"(?:19|20)\d\d ?[-/.年] ?\d{1,2} ?[-/.月] ?\d{1,2} ?日?|\d{1,2}:\d\d(?::\d\d)?|\d{1,2}月\d{1,2}日")
FIELDS = re.compile(r"[|·•]|  +")
LAST = re.compile(r"[(\[【〔]([^()\[\]【】〔〕]{2,40})[)\]】〕][。.]?[ \x00]*$")
BYLINE = re.compile(r"^(?P<who>[\u3400-\u9fff·]{2,4}) ?/ ?(?P<name>[\u3400-\u9fff]{3,14})$")
REPORTER = re.compile(r"(?P<name>[^ ()|:]{2,14}?) ?(?:首席|特约|见习|驻\w{1,6})?(?:记者|通讯员|评论员)[ :/]?\w")
SEPARATOR = re.compile(r"[_|]|\s[-–—]\s|--|—|-")


def credits(place: Place, reading: Reading) -> tuple[Credit, ...]:
    """Return all statements of source on a page, in reading order, those that no reader sees last."""
    layout = place.layout
    words = Words(layout.levelled, frozenset(run.start for run in layout.runs))
    sites = site_names(layout)
    found = [_graded(s, words, place, reading, sites) for s in statements(words, reading)]
    seen = {credit.span for credit in found}
    found += [c for c in _bare(words, place, reading, sites) if not any(_over(c.span, span) for span in seen)]
    seen = {credit.span for credit in found}
    found += [c for c in _prose(words, place, reading) if not any(_over(c.span, span) for span in seen)]
    found += [c for c in _links(place, reading) if not any(_over(c.span, span) for span in {f.span for f in found})]
    found.sort(key=lambda c: c.span or (0, 0))
    return (*found, *_unseen(layout, reading))


def site_names(layout: Layout) -> frozenset[str]:
    """Return the packed names by which the site calls itself: the end of its title, og:site_name."""
    pieces = [piece for piece in SEPARATOR.split(layout.title)[1:] if len(packed(piece)) > 1]
    pieces += [content for name, content in layout.metas if name in {"og:site_name", "application-name"}]
    return frozenset(map(packed, pieces))


def _over(one: Span | None, two: Span | None) -> bool:
    return bool(one and two and one[0] < two[1] and two[0] < one[1])


def grade(name: str, reading: Reading, sites: frozenset[str] = frozenset()) -> tuple[Grade, str]:
    """Return the grade of an outlet's name where a reader sees it as the source, and why."""
    names, key = reading.names, packed(name)
    if key in names.exact:
        return Grade.EXACT, "the required name"
    if key in names.false:
        return Grade.OTHER, "a longer name that merely contains ours"
    if key in names.variants or names.patterns.fullmatch(key):
        return Grade.VARIANT, "another form of our name"
    flat = level(name).replace(GONE, "")
    begun = names.longer.match(flat)
    if begun and (reading.tails.fullmatch(flat, begun.end()) or re.match(r"[ ·—/()-]", flat[begun.end() :])):
        return Grade.VARIANT, "our name with an addition"
    if any(packed(part) in names.exact | names.variants for part in re.split(r"[、,/和与及;&·•—-]|\s", flat)):
        return Grade.VARIANT, "our name among others"
    if key in reading.claims or reading.claim.match(flat):
        return Grade.SELF, "the page names nobody but itself"
    if key in reading.generic:
        return Grade.OTHER, "a source line that names nobody"
    if key in sites:
        return Grade.SELF, "the site names itself"
    return Grade.OTHER, "another source is named"


def _graded(found: Statement, words: Words, place: Place, reading: Reading, sites: frozenset[str]) -> Credit:
    """Grade a statement made by a keyword."""
    layout = place.layout
    name = layout.text[found.name[0] : found.name[1]].strip()
    credit = Credit(
        quote=layout.text[found.start : found.end],
        zone=_zone(found.start, place),
        grade=Grade.OTHER,
        source=name.replace("\n", " "),
        span=(found.start, found.end),
        path=layout.path(found.name[0]),
    )
    part = place.part(found.start)
    if found.notice:
        return replace(credit, grade=Grade.BOILERPLATE, zone=Zone.CHROME, reason="a notice about other works")
    if part in SHUT or (part and credit.zone is not Zone.HEAD):
        return replace(credit, grade=Grade.BOILERPLATE, zone=Zone.CHROME, reason=f"page part: {part}")
    if credit.zone is Zone.NONE and teaser(layout.runs[layout.run_at(found.start)].tag, place.own):
        return replace(credit, grade=Grade.BOILERPLATE, zone=Zone.CHROME, reason="another article's teaser")
    given, reason = grade(name, reading, sites)
    if given in CREDITED:
        return _faint(replace(credit, grade=given, reason=reason), layout)
    if given is Grade.OTHER:
        rest = words.text[found.end : min(words.line_end(found.end), found.end + 40)]
        behind = reading.through.search(rest)
        if behind and not re.search(r"[。!?]", rest[: behind.start()]):
            end = found.end + behind.end()
            return replace(
                credit,
                grade=Grade.SECONDHAND,
                via=credit.source,
                quote=layout.text[found.start : end],
                span=(found.start, end),
                reason="another medium is named, which names us",
            )
    return replace(credit, grade=given, reason=reason)


def _faint(credit: Credit, layout: Layout) -> Credit:
    """Return the credit as hidden where its words have the colour of their background."""
    if credit.span is None or credit.grade not in CREDITED:
        return credit
    reason = layout.sight.faint(layout.runs[layout.run_at(credit.span[1] - 1)].tag)
    return replace(credit, grade=Grade.HIDDEN, zone=Zone.MARKUP, reason=f"not seen: {reason}") if reason else credit


def _zone(offset: int, place: Place) -> Zone:
    return place.zone(offset)


def _bare(words: Words, place: Place, reading: Reading, sites: frozenset[str]) -> Iterator[Credit]:
    """Yield outlets that are named without a keyword: beside the date, in a byline, in brackets at the very end."""
    layout = place.layout
    for start, end in _bare_heads(words, place, reading):
        given, reason = grade(layout.text[start:end], reading, sites)
        yield _credit(layout, start, end, Zone.HEAD, given, f"beside the date: {reason}")
    for number in range(max(place.first, place.last - 1), min(place.last + 3, len(layout.blocks))):
        block = layout.blocks[number]
        if place.main[1] == 0 or place.part(block.start) in SHUT:
            continue
        last = LAST.search(words.text, max(block.start, block.end - 60), block.end)
        if last is None:
            continue
        reporter = REPORTER.match(last[1])
        name = reporter["name"] if reporter else last[1].strip(" \x00")
        if reading.outlet(name):
            at = last.start(1) + last[1].find(name)
            given, reason = grade(layout.text[at : at + len(name)], reading, sites)
            yield _credit(layout, at, at + len(name), Zone.TAIL, given, f"in brackets at the end: {reason}")


def _credit(layout: Layout, start: int, end: int, zone: Zone, given: Grade, reason: str) -> Credit:
    name = layout.text[start:end]
    return _faint(Credit(name, zone, given, name.strip(), (start, end), layout.path(start), reason), layout)


def _bare_heads(words: Words, place: Place, reading: Reading) -> Iterator[Span]:
    """Yield the spans of outlet names in the lines of the head that carry a date, or in elements that are called source."""
    layout = place.layout
    first, last = layout.block_at(place.head), min(place.first + 1, len(layout.blocks))
    dated = [n for n in range(first, last) if DATE.search(words.text, layout.blocks[n].start, layout.blocks[n].end)]
    for number in range(first, last):
        block = layout.blocks[number]
        if (
            block.end - block.start > 120
            or place.part(block.start) in SHUT
            or not any(abs(n - number) <= 4 for n in dated)
        ):
            continue
        for run in layout.runs[block.first : block.last]:
            called = _called(run.tag, reading)
            for start, end in _fields(words.text, run.start, run.end):
                name = words.text[start:end]
                byline = BYLINE.match(name) or REPORTER.match(name)
                if byline and reading.outlet(byline["name"]) and (number in dated or called or BYLINE.match(name)):
                    yield start + byline.start("name"), start + byline.end("name")
                elif _plain(name, reading) and (called or (number in dated and reading.outlet(name))):
                    yield start, end


def _called(tag: object, reading: Reading) -> bool:
    """Tell whether an element, or one of the two around it, is called source or the like."""
    for _ in range(2):
        attrs = getattr(tag, "attrs", None)
        if not attrs:
            tag = getattr(tag, "parent", None)
            continue
        names = f"{' '.join(attrs.get('class', []) if isinstance(attrs.get('class'), list) else [])} {attrs.get('id', '')}".lower()
        if set(re.findall(r"[a-z]+", names)) & (reading.called - {"author"}) or "medianame" in names.replace("_", ""):
            return True
        tag = getattr(tag, "parent", None)
    return False


def _fields(text: str, start: int, end: int) -> Iterator[Span]:
    """Yield the parts of a stretch between dates, bars and wide gaps."""
    cuts = sorted([(m.start(), m.end()) for form in (DATE, FIELDS) for m in form.finditer(text, start, end)])
    at = start
    for left, right in [*cuts, (end, end)]:
        if left > at:
            core = text[at:left]
            inner = core.strip(" \x00:|,、")
            if inner:
                begin = at + core.index(inner)
                yield begin, begin + len(inner)
        at = max(at, right)


def _plain(name: str, reading: Reading) -> bool:
    return (
        2 <= len(packed(name)) <= 20
        and ":" not in name
        and reading.stops.match(name) is None
        and not re.search(r"[。!?,]", name)
    )


def _prose(words: Words, place: Place, reading: Reading) -> Iterator[Credit]:
    """Yield our dateline at the beginning of the text, claims of the page's own, and citations of us."""
    layout, text = place.layout, words.text
    for number in range(max(0, place.first - 1), min(place.last + 1, len(layout.blocks))):
        block = layout.blocks[number]
        line = text[block.start : block.end]
        if number <= place.first + 2:
            mark = re.match(reading.dateline, line)
            if mark and re.search(rf"(?:{reading.names.marks})", line[mark.start("name") : mark.end() + 2]):
                span = (block.start + mark.start("name"), block.start + mark.end())
                yield _credit(layout, *span, Zone.BODY, Grade.DATELINE, "dateline of the text")
                continue
            claimed = reading.claim.match(line.lstrip(" \x00【[("))
            if claimed and number >= place.first:
                at = block.start + line.index(claimed[0])
                yield _credit(
                    layout, at, at + len(claimed[0]), Zone.BODY, Grade.SELF, "the text claims to be the page's own"
                )
        for cited in reading.cited.finditer(line):
            span = (block.start + cited.start(), block.start + cited.end())
            yield replace(_credit(layout, *span, Zone.BODY, Grade.NONE, "a citation in the text"), source=cited["name"])


def _links(place: Place, reading: Reading) -> Iterator[Credit]:
    """Yield our name where it stands in a part of the page that is not the article: partner links, navigation, a notice."""
    layout = place.layout
    for number, found in enumerate(reading.names.anywhere.finditer(layout.levelled)):
        if number > 200:
            return
        zone, part = place.zone(found.start()), place.part(found.start())
        if part or zone is Zone.NONE:
            why = f"page part: {part}" if part else "far from the article"
            yield _credit(layout, found.start(), found.end(), Zone.CHROME, Grade.BOILERPLATE, why)


def _unseen(layout: Layout, reading: Reading) -> Iterator[Credit]:
    """Yield what the markup states and no reader sees."""
    for name, content in layout.metas:
        bare = name.removeprefix("input ")
        value = re.sub(r"^\s*(?:\S{0,4}来源|source)\s*:\s*", "", level(content[:200]))
        if bare in reading.metas and value and reading.names.longer.match(value):
            kind = "a hidden field" if name.startswith("input ") else "a meta element"
            yield Credit(
                content[:80], Zone.MARKUP, Grade.HIDDEN, value.strip(), None, f"meta[{bare}]", f"only in {kind}"
            )
    for hidden in layout.unseen:
        words = Words(level(hidden.text))
        for found in statements(words, reading):
            if found.ours and not found.notice:
                quote, name = hidden.text[found.start : found.end], hidden.text[found.name[0] : found.name[1]]
                yield Credit(
                    quote, Zone.MARKUP, Grade.HIDDEN, name.strip(), None, path(hidden.tag), f"not seen: {hidden.reason}"
                )
    for script, tag in layout.scripts:
        if HAN.search(script):
            words = Words(level(script))
            for found in statements(words, reading):
                if found.ours and not found.notice:
                    quote = script[found.start : found.end]
                    yield Credit(
                        quote,
                        Zone.MARKUP,
                        Grade.HIDDEN,
                        script[slice(*found.name)],
                        None,
                        path(tag),
                        "written by a script",
                    )


def deciding(found: Iterable[Credit]) -> Credit:
    """Return the credit that decides for the article: the source line a reader sees, then markup, dateline, boilerplate."""
    return min(found, key=_rank, default=NO_CREDIT)


def _rank(credit: Credit) -> int:
    seen = credit.zone in {Zone.HEAD, Zone.TAIL}
    order = (
        credit.grade is Grade.EXACT,
        credit.grade is Grade.VARIANT,
        credit.grade in NAMED and seen and not credit.reason.startswith(BARE),
        credit.grade in NAMED and seen,
        credit.grade is Grade.HIDDEN,
        credit.grade is Grade.DATELINE,
        credit.grade in NAMED,
        credit.grade is Grade.BOILERPLATE,
    )
    return order.index(True) if True in order else len(order)


def source(found: Iterable[Credit]) -> str | None:
    """Return the outlet that a careful reader takes for the article's source; None where the page names none."""
    listed = list(found)
    decided = deciding(listed)
    if decided.grade in CREDITED:
        return decided.source
    for zone in (Zone.HEAD, Zone.TAIL):
        named = [c for c in listed if c.zone is zone and c.grade in NAMED]
        labelled = [c for c in named if not c.reason.startswith(BARE)]
        if labelled or named:
            return (labelled or named)[0].source
    rest = [c for c in listed if c.zone is Zone.NONE and c.grade in NAMED]
    return rest[0].source if len(rest) == 1 else None
