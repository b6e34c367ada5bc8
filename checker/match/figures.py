"""Other figures in the same place: how a story in the same form of words is told from a copy.

Reports of the same kind of event (a ceremony, a launch, a day's figures) share their form of words, sentence by
sentence, and differ in dates, numbers and names. An edited copy differs everywhere, but hardly ever puts one number
into the place of another.
"""

import re
from bisect import bisect_left
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from rapidfuzz.distance import LCSseq

from checker.match.facts import NAME
from checker.match.fold import Folded
from checker.match.numerals import NUMERAL, canonical
from checker.match.passages import Stretch
from checker.model import Span

FIGURE = re.compile(rf"(?P<name>{NAME})|{NUMERAL}")

BESIDE = 2
"""Characters between a figure and those that agree before and behind it, at the most: then it is the same place."""

LONGER = 6
"""Characters by which the place on the page may be longer than the figure."""

RARELY = 8
"""A copy that a person edited has more than so many equal figures for one that is another."""

MANY = 4
"""Other figures, no fewer than the equal ones, that are never by chance."""

CLUMPED = 1.4
"""Equal runs are this many times as long as differences strewn at random would leave them, where a person edited."""

NAMESAKE = 0.4
"""Likeness from which two names may be one that was edited."""


LEAST_APART = 0.02
"""Share of differences that is reckoned with at the least."""


class Figure(NamedTuple):
    """A number or name: where it stands, what it is compared by, and its characters."""

    span: Span
    value: str
    words: str
    is_name: bool


class Told(NamedTuple):
    """How many figures of an article are the same in their place on the page, and which are others."""

    same: int
    others: tuple[tuple[Span, Span], ...]


@lru_cache(maxsize=4)
def figures(text: str) -> tuple[Figure, ...]:
    """Return the numbers and names of a text in order."""
    return tuple(figure(match) for match in FIGURE.finditer(text))


def figure(match: re.Match[str]) -> Figure:
    """Return what was found as it is compared."""
    if match["name"]:
        return Figure(match.span(), match["name"], match["name"], True)
    return Figure(match.span(), canonical(match[0]), match[0].replace(",", "").replace("，", ""), False)


def told(ours: Folded, theirs: Folded, texts: tuple[str, str], found: Sequence[Stretch]) -> Told:
    """Compare the figures of an article with those in their place on the page; `texts` are of both, as folded.

    One that stands elsewhere on the page is neither the same nor another.
    """
    same, others = 0, []
    theirs_all = figures(texts[1])
    values = {each.value for each in theirs_all}
    for stretch in found:
        first, last = ours.span(*stretch.article)
        for one in figures(texts[0]):
            if first <= one.span[0] and one.span[1] <= last and (place := opposite(one.span, ours, theirs, stretch)):
                there = [other for other in within(theirs_all, place) if other.is_name == one.is_name]
                if any(other.value == one.value for other in there):
                    same += 1
                elif there and one.value not in values and not any(edited(one, other) for other in there):
                    others.append((one.span, there[0].span))
    return Told(same, tuple(others))


def other_story(figures_told: Told, found: Sequence[Stretch]) -> bool:
    """Tell whether so many figures are others that the page tells another story in the same form of words.

    Differences strewn at random put a number in the place of another now and then, people do not; so it takes more
    of them there.
    """
    others, same = len(figures_told.others), figures_told.same
    if others >= MANY and others >= same:
        return True
    return others > 0 and others * RARELY >= same and clumped(found)


def clumped(found: Sequence[Stretch]) -> bool:
    """Tell whether the differences stand together, as words and clauses do."""
    runs = [length for stretch in found for length in stretch.runs]
    agree, length = sum(runs), sum(stretch.length for stretch in found)
    apart = max(1 - agree / length, LEAST_APART)
    return sum(run * run for run in runs) / agree >= CLUMPED * (2 - apart) / apart


def opposite(span: Span, ours: Folded, theirs: Folded, stretch: Stretch) -> Span | None:
    """Return the place on the page where a figure of the article would stand; None where that is not clear."""
    first, last = (int(at) for at in ours.at.searchsorted(span))
    blocks = stretch.blocks
    before = bisect_left(blocks, first, key=lambda block: block.article) - 1
    behind = bisect_left(blocks, last + 1, key=lambda block: block.article + block.length)
    if before < 0 or behind >= len(blocks):
        return None
    left, right = blocks[before], blocks[behind]
    reached = min(left.length, first - left.article)
    skipped = max(right.article - last, 0)
    begin, end = left.page + reached, right.page + max(last - right.article, 0)
    if first - left.article - reached > BESIDE or skipped > BESIDE or not 0 < end - begin <= last - first + LONGER:
        return None
    return theirs.span(begin, end)


def within(found: Sequence[Figure], place: Span) -> list[Figure]:
    """Return the figures that stand in a place."""
    begin = bisect_left(found, place[0], key=lambda each: each.span[0])
    end = bisect_left(found, place[1], key=lambda each: each.span[0])
    return [each for each in found[begin:end] if each.span[1] <= place[1]]


def edited(one: Figure, other: Figure) -> bool:
    """Tell whether a figure may be another one with characters dropped or put in."""
    if one.is_name:
        return LCSseq.normalized_similarity(one.words, other.words) > NAMESAKE
    common = LCSseq.similarity(one.words, other.words)
    return common == min(len(one.words), len(other.words))
