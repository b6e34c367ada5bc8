"""Why a page and an article match, or do not: every figure that had a say."""

from dataclasses import dataclass

import numpy as np

from checker.match.align import (
    ALIKE,
    DENSE,
    EDITED_LEAST,
    EDITED_SHARE,
    Pair,
    align,
    dense,
    own_agreeing,
    own_share,
    pair,
    passage,
)
from checker.match.fingerprint import PLACE_BITS, grams, han, winnow
from checker.match.passages import Stretch, stretches
from checker.match.strand import matched
from checker.model import Article, Document, Match, Passage, Span, Thresholds


@dataclass(frozen=True)
class Stretched:
    """One repeated stretch: where, how long its longest run is, how many characters agree, how many are our own."""

    passage: Passage
    run: int
    agree: int
    own: int
    dense: float


@dataclass(frozen=True)
class Explanation:
    """All that decides on a pair. `fingerprints` of the article are on the page, `of` it has in all."""

    fingerprints: int
    of: int
    stock: tuple[Span, ...]
    stretches: tuple[Stretched, ...]
    own_share: float
    conditions: tuple[tuple[str, float, float, bool], ...]
    match: Match | None


def explain(
    article: Article, document: Document, thresholds: Thresholds, *, stock: tuple[Span, ...] = ()
) -> Explanation:
    """Explain a pair; `conditions` are what would make it a match: name, value, threshold, fulfilled."""
    both = pair(article, document, stock)
    found = stretches(both.ours.codes, both.theirs.codes)
    shared, total = fingerprints(article, document)
    return Explanation(
        shared,
        total,
        stock,
        tuple(stretched(both, stretch) for stretch in found),
        round(own_share(both, found), 4),
        conditions(both, found, thresholds),
        align(article, document, thresholds, stock=stock),
    )


def stretched(both: Pair, stretch: Stretch) -> Stretched:
    """Return the figures of one stretch."""
    own = own_agreeing(both, stretch)
    return Stretched(passage(both, stretch), stretch.run, stretch.agree, own, round(dense(both, stretch), 1))


def fingerprints(article: Article, document: Document) -> tuple[int, int]:
    """Return how many of an article's fingerprints a page has, and how many there are."""
    codes = han(matched(article)).codes
    entries = winnow(codes, np.array([len(codes)], np.int64))
    ours = np.unique(entries >> np.uint64(PLACE_BITS))
    return int(np.isin(ours, grams(han(document.text).codes)).sum()), len(ours)


def conditions(
    both: Pair, found: tuple[Stretch, ...], thresholds: Thresholds
) -> tuple[tuple[str, float, float, bool], ...]:
    """Return the ways to a match: name, value, threshold, whether it is reached."""
    alike = [stretch for stretch in found if stretch.similarity >= ALIKE]
    run = float(max((stretch.run for stretch in found), default=0))
    best = max((dense(both, stretch) for stretch in found), default=0.0)
    share, agree = own_share(both, found), float(sum(own_agreeing(both, stretch) for stretch in alike))
    return (
        ("longest run of equal characters", run, float(thresholds.quotation), run >= thresholds.quotation),
        ("own characters in one passage, times its similarity", round(best, 1), DENSE, best >= DENSE),
        ("share of the article's own wording, edited", round(share, 4), EDITED_SHARE, share >= EDITED_SHARE),
        ("own characters that agree in all", agree, float(EDITED_LEAST), agree >= EDITED_LEAST),
    )
