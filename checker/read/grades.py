"""How good a credit an outlet's name is, and which grades count for what."""

import re
from dataclasses import replace

from checker.model import Credit, Grade, Span, Zone
from checker.read.layout import Layout
from checker.read.outlets import Reading
from checker.script import GONE, level, packed

CREDITED = (Grade.EXACT, Grade.VARIANT)
NAMED = (Grade.EXACT, Grade.VARIANT, Grade.OTHER, Grade.SELF, Grade.SECONDHAND)
SHUT = frozenset({"related", "comment", "friend", "footer", "caption", "choice"})
"""Parts of a page in which nothing is said about the article itself."""
ITSELF = "the site names itself"
BARE = ("beside the date", "in an element called source", "in brackets")
"""How the reason of a credit without a keyword begins."""
SEPARATOR = re.compile(r"[_|]|\s[-–—]\s|--|—|-")
AMONG = re.compile(r"[、,/和与及;&·•—-]|\s")


def graded(name: str, reading: Reading, sites: frozenset[str] = frozenset()) -> tuple[Grade, str]:
    """Return the grade of an outlet's name where a reader sees it as the source, and why."""
    return _ours(name, reading) or _theirs(name, reading, sites)


def _ours(name: str, reading: Reading) -> tuple[Grade, str] | None:
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
    return (Grade.VARIANT, "our name among others") if _among(flat, begun.end() if begun else 0, reading) else None


def _among(flat: str, begun: int, reading: Reading) -> bool:
    """Tell whether a value names us beside others: in a list, before another outlet, behind what the page compiled."""
    names = reading.names
    if begun:
        added = reading.tails.match(flat, begun)
        if reading.known.match(flat, added.end() if added else begun):
            return True
    if reading.claim.match(flat) and reading.through.search(flat):
        return True
    return any(packed(part) in names.exact | names.variants for part in AMONG.split(flat))


def _theirs(name: str, reading: Reading, sites: frozenset[str]) -> tuple[Grade, str]:
    key = packed(name)
    if key in reading.claims or reading.claim.match(level(name)):
        return Grade.SELF, "the page names nobody but itself"
    if key in reading.generic:
        return Grade.OTHER, "a source line that names nobody"
    if key in sites:
        return Grade.SELF, ITSELF
    return Grade.OTHER, "another source is named"


def site_names(layout: Layout) -> frozenset[str]:
    """Return the packed names by which the site calls itself: the end of its title, og:site_name."""
    pieces = [piece for piece in SEPARATOR.split(layout.title)[1:] if len(packed(piece)) > 1]
    pieces += [content for name, content in layout.metas if name in {"og:site_name", "application-name"}]
    return frozenset(map(packed, pieces))


def shown(credit: Credit, layout: Layout) -> Credit:
    """Return the credit as hidden where its words have the colour of their background."""
    if credit.span is None or credit.grade not in CREDITED:
        return credit
    reason = layout.sight.faint(layout.runs[layout.run_at(credit.span[1] - 1)].tag)
    return replace(credit, grade=Grade.HIDDEN, zone=Zone.MARKUP, reason=f"not seen: {reason}") if reason else credit


def named_at(layout: Layout, span: Span, zone: Zone, grade: Grade, reason: str) -> Credit:
    """Return the credit that a stretch of visible text makes, its words being the outlet's name."""
    name = layout.text[span[0] : span[1]]
    return shown(Credit(name, zone, grade, " ".join(name.split()), span, layout.path(span[0]), reason), layout)


def over(one: Span | None, two: Span | None) -> bool:
    """Tell whether two spans share a character."""
    return bool(one and two and one[0] < two[1] and two[0] < one[1])
