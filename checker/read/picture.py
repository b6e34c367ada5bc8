"""Credits a reader sees that are no text of the page: a picture, by the words that stand in for it; a style's words."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

from checker.model import Credit, Grade, Zone
from checker.read.article import Place
from checker.read.grades import CREDITED, SHUT, graded
from checker.read.layout import Picture, path
from checker.read.naming import Words
from checker.read.outlets import Reading
from checker.read.statement import statements
from checker.script import level, packed

MOST = 500
"""Pictures of a page that are looked at."""
LEAD = 16
"""Characters before a picture in which the keyword stands that it gives the outlet to."""
LONGEST = 20


def pictured(words: Words, place: Place, reading: Reading, sites: frozenset[str]) -> Iterator[Credit]:
    """Yield what pictures say: an outlet's logo behind a keyword of source, or our whole statement drawn."""
    for picture in islice(place.layout.pictures, MOST):
        if place.part(picture.at) not in SHUT:
            yield from _drawn(picture, place, reading)
            yield from _logo(picture, words, place, reading, sites)
    for written in place.layout.generated:
        flat = level(written)
        name = next((found.name for found in statements(Words(flat), reading) if found.ours and not found.notice), None)
        ours = reading.names.longer.match(flat)
        if name or ours:
            said = written[slice(*(name or (0, ours.end() if ours else 0)))]
            yield Credit(written, Zone.HEAD, Grade.VARIANT, said, reason="our name written by the page's style sheet")


def _drawn(picture: Picture, place: Place, reading: Reading) -> Iterator[Credit]:
    for found in statements(Words(level(picture.words)), reading):
        if found.ours and not found.notice:
            yield Credit(
                quote=picture.words[found.start : found.end],
                zone=place.zone(picture.at),
                grade=Grade.VARIANT,
                source=picture.words[slice(*found.name)],
                path=path(picture.tag),
                reason="our name in a picture, by the words that stand in for it",
            )


def _logo(picture: Picture, words: Words, place: Place, reading: Reading, sites: frozenset[str]) -> Iterator[Credit]:
    name = picture.words.strip()
    since = max(words.text.rfind("\n", 0, picture.at) + 1, picture.at - LEAD)
    before = words.text[since : picture.at].rstrip(" \x00")
    key = next((found for found in reading.label.finditer(before) if found.end() == len(before)), None)
    zone = place.zone(max(0, picture.at - 1))
    if key is None or reading.decoy.search(before[: key.start()]) or not 2 <= len(packed(name)) <= LONGEST:
        return
    grade, reason = graded(name, reading, sites)
    if grade in CREDITED or zone in {Zone.HEAD, Zone.TAIL}:
        quote = place.layout.text[since + key.start() : picture.at].rstrip() + name
        credit = Credit(quote, zone, grade, name, path=path(picture.tag), reason=f"in a picture: {reason}")
        yield replace(credit, grade=Grade.VARIANT) if grade is Grade.EXACT else credit
