"""The facts of a text, in order: numbers, quotations, titles of works, foreign names. For telling a rewrite (洗稿).

The same story told in other words keeps them, and keeps their order; so do independent reports of one event, which is
why a rewrite is never more than a question to a person. A fact weighs what it would be worth as a coincidence: a year
or a small number little, a long number or a quotation much.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

from rapidfuzz.distance import LCSseq

from checker.match.fold import fold
from checker.model import Span

FACT = re.compile(
    r"(?P<number>\d[\d,，]*(?:\.\d+)?)"
    r"|[“「『](?P<quote>[^“”「」『』]{4,40})[”」』]"
    r"|《(?P<work>[^《》]{2,30})》"
    r"|(?P<name>[\u4e00-\u9fff]{1,8}(?:[·•][\u4e00-\u9fff]{1,8})+)"
)

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
    """Return the facts of a text in order."""
    return tuple(
        Fact(value, match.span(), weight(match.lastgroup or "", value))
        for match in FACT.finditer(text)
        if (value := fold(match[match.lastgroup or 0]).text)
    )


def weight(kind: str, value: str) -> float:
    """Return what a fact weighs."""
    if kind != "number":
        return min(HEAVIEST, 1 + len(value) / 4)
    if value.isdigit() and len(value) == 4 and int(value) in YEAR:
        return 0.25
    return min(HEAVIEST, 0.5 * (len(value) - 1)) if len(value) > 1 else 0.0


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
