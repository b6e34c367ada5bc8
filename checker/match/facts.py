"""The facts of a text, in order: numbers, quotations, titles of works, foreign names.

The same story told in other words (洗稿) keeps them, and keeps their order; so do independent reports of one event,
which is why a rewrite is never more than a question to a person. A fact weighs what it would be worth as a coincidence:
a year or a small number little, a long number or a quotation much.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

from rapidfuzz.distance import LCSseq

from checker.match.fold import fold
from checker.match.numerals import NUMERAL, canonical
from checker.model import Span

NAME = r"[\u4e00-\u9fff]{1,2}(?:[·•][\u4e00-\u9fff]{1,8})*?[·•][\u4e00-\u9fff]{1,2}"
"""A foreign name, of its first and last part the two characters by the dot: where it begins and ends is not told."""

FACT = re.compile(
    rf"(?P<number>{NUMERAL})"
    r"|[“「『](?P<quote>[^“”「」『』]{4,40})[”」』]"
    r"|《(?P<work>[^《》]{2,30})》"
    rf"|(?P<name>{NAME})"
)

ONE_SCRIPT = str.maketrans("萬億兩點", "万亿两点")

YEAR = range(1900, 2101)
HEAVIEST = 4.0
"""Weight of the weightiest fact."""

SAME = 0.6
"""Share of the weight of an article's facts that a rewrite keeps, in order."""

ENOUGH = 12.0
"""Weight of the facts it keeps, at the least."""

AT_LEAST = 5
"""Different facts it keeps, at the least."""


class Fact(NamedTuple):
    """A fact as it is compared, where it stands, and what it weighs."""

    value: str
    span: Span
    weight: float


def facts(text: str) -> tuple[Fact, ...]:
    """Return the facts of a text that weigh anything, in order."""
    found = []
    for match in FACT.finditer(text.translate(ONE_SCRIPT)):
        kind = match.lastgroup or ""
        value = compared(kind, match[kind])
        if heavy := weight(kind, value):
            found.append(Fact(value, match.span(), heavy))
    return tuple(found)


def compared(kind: str, words: str) -> str:
    """Return a fact in the one form in which it is compared."""
    return canonical(words) if kind == "number" else fold(words).text


def weight(kind: str, value: str) -> float:
    """Return what a fact weighs: of a number the more, the more digits it has before its zeros."""
    if kind != "number":
        return min(HEAVIEST, 1 + len(value) / 4)
    if value.isdigit() and len(value) == 4 and int(value) in YEAR:
        return 0.25
    telling = len(value.strip("%").replace(".", "").strip("0"))
    return min(HEAVIEST, 0.5 * (telling - 1)) if telling > 1 else 0.0


def kept(ours: Sequence[Fact], theirs: Sequence[Fact]) -> tuple[tuple[Fact, Fact], ...]:
    """Return the pairs of facts that both texts have in the same order."""
    matching = LCSseq.editops([f.value for f in ours], [f.value for f in theirs]).as_matching_blocks()
    return tuple((ours[block.a + step], theirs[block.b + step]) for block in matching for step in range(block.size))


def rewritten(ours: str, theirs: str) -> tuple[tuple[Fact, Fact], ...]:
    """Return the facts that one text keeps of another in order, where they are enough for a rewrite; else none."""
    mine = facts(ours)
    pairs = kept(mine, facts(theirs))
    total, common = sum(fact.weight for fact in mine), sum(fact.weight for fact, _ in pairs)
    different = len({fact.value for fact, _ in pairs if fact.weight >= 1})
    return pairs if common >= ENOUGH and common >= SAME * total and different >= AT_LEAST else ()
