"""Stock phrases: the stretches of an article that many registered articles share."""

from collections.abc import Sequence

import numpy as np

from checker.match.fingerprint import LAST_PLACE, PLACE_BITS, K, is_han, winnow
from checker.match.fold import fold
from checker.match.segment import Segment
from checker.match.strand import matched
from checker.model import Article, Span

SHARED_BY = 4
"""Places in the index from which a fingerprint is stock."""


def stock(article: Article, segments: Sequence[Segment]) -> tuple[Span, ...]:
    """Return the spans of an article's text that only stock fingerprints cover."""
    folded = fold(matched(article))
    at = folded.at[is_han(folded.codes)]
    entries = winnow(folded.codes[is_han(folded.codes)], np.array([len(at)], np.int64))
    places = (entries & LAST_PLACE).astype(np.int64)
    often = sum((segment.count(entries >> np.uint64(PLACE_BITS)) for segment in segments), np.zeros(len(places)))
    shared, own = np.zeros(len(at) + 1, np.bool_), np.zeros(len(at) + 1, np.bool_)
    for place, count in zip(places.tolist(), often.tolist(), strict=True):
        (shared if count >= SHARED_BY else own)[place : place + K] = True
    stocked = shared & ~own
    edges = np.flatnonzero(np.diff(stocked.astype(np.int8), prepend=0))
    return tuple((int(at[a]), int(at[b - 1]) + 1) for a, b in edges.reshape(-1, 2).tolist())
