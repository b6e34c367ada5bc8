"""Verbatim runs: how far a page goes on as an article does around a hit, by the sketch, eight characters in a word."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from checker.match.fingerprint import Bools, K, W
from checker.match.probe import SIDE, Probe
from checker.match.segment import Hits, Segment, Words
from checker.match.strand import GAP_BITS, LAST, MOST_GAP, RUN, Integers

EIGHT = 8
EACH = np.uint64(0x0101010101010101)
ONE = np.uint64(1)
TOP = np.uint64(56)
HUES, GAPS = EACH * np.uint64(LAST), EACH * np.uint64(MOST_GAP)
OPEN = EACH * np.uint64(3 << GAP_BITS)
"""In each byte of a word some bits are the hue and some the gap. A gap and one more reaches those of OPEN
if it is open; so does the sum of three gaps and one more."""

GAPS_BEFORE = np.array([(1 << 8 * min(count, EIGHT)) - 1 for count in range(EIGHT + 2)], np.uint64) & GAPS
"""The gaps of the first characters of a word, by their number."""

AHEAD = np.arange(K, K + SIDE, EIGHT)[:, None]
BEFORE = np.arange(-EIGHT, -SIDE - EIGHT, -EIGHT)[:, None]
"""Where the words behind and before a hit begin."""

STEPS = (2, SIDE // EIGHT)
"""Words on each side that are looked at: first those that tell most hits apart."""


class Shared(NamedTuple):
    """Shared stretches, an array each: the article's row, where on the pages' strands it stands, and what agrees."""

    row: Integers
    page: Integers
    end: Integers
    agree: Integers


NOTHING = Shared(*[np.zeros(0, np.int64)] * 4)


def verbatim(segment: Segment, probe: Probe, hits: Hits) -> Shared:
    """Return the runs around hits that may be RUN folded characters long, counting what the strand leaves out."""
    hits = hits.some(likely(segment, probe, hits))
    for rows in STEPS:
        if not len(hits.page):
            return NOTHING
        ahead, before = AHEAD[:rows], BEFORE[:rows]
        right = reach(equal, segment.eight(hits.strand + ahead), probe.eight(hits.page + ahead))
        left = reach(equal_before, segment.eight(hits.strand + before), probe.eight(hits.page + before))
        length = K + right.length + left.length
        reached = length + right.left_out + left.left_out + gaps(segment.eight(hits.strand) & GAPS_BEFORE[K])
        far = (reached >= probe.run) | (right.length == rows * EIGHT) | (left.length == rows * EIGHT)
        hits = hits.some(far)
    page, length = hits.page - left.length[far], length[far]
    return Shared(segment.owner(hits.strand), page, page + length, length)


def likely(segment: Segment, probe: Probe, hits: Hits) -> Bools:
    """Tell which hits may stand in a run, by the eight characters on each side of them: most do not.

    Such a run has W - 1 characters beside the k-gram, and goes on beyond the eight or leaves out enough to be long.
    """
    behind, before, gram = (segment.eight(hits.strand + at) for at in (K, -EIGHT, 0))
    right = equal(behind, probe.eight(hits.page + K))
    left = equal_before(before, probe.eight(hits.page - EIGHT))
    both = left + right
    reached = both + gaps((behind & GAPS) + (before & GAPS) + (gram & GAPS))
    result: Bools = (both >= W - 1) & ((left == EIGHT) | (right == EIGHT) | (reached >= probe.run - K))
    return result


def begins_run(segment: Segment, probe: Probe, hits: Hits) -> Bools:
    """Tell which hits are the first of their runs: fewer than W characters agree before them, for winnowing's sake."""
    differ = (segment.eight(hits.strand - EIGHT) & HUES) ^ probe.eight(hits.page - EIGHT)
    result: Bools = differ >> np.uint64(8 * (EIGHT - W)) != 0
    return result


class Reach(NamedTuple):
    """How many characters agree on one side of each hit, up to SIDE, and how many are left out before the next."""

    length: Integers
    left_out: Integers


def reach(same: Callable[[Words, Words], Integers], ours: Words, theirs: Words) -> Reach:
    """Measure how far words, one row behind the other, agree in each column."""
    agree = same(ours, theirs)
    on = np.ones(agree.shape, np.bool_)
    on[1:] = np.logical_and.accumulate(agree[:-1] == EIGHT)
    first = GAPS_BEFORE[agree + 1] if same is equal else GAPS & ~GAPS_BEFORE[EIGHT - agree]
    return Reach((agree * on).sum(axis=0), (gaps(ours & first) * on).sum(axis=0))


def equal(ours: Words, theirs: Words) -> Integers:
    """Return how many characters of two words are the same from the first on."""
    other = (ours & HUES) ^ theirs
    return (np.bitwise_count(~other & (other - ONE)) >> 3).astype(np.int64)


def equal_before(ours: Words, theirs: Words) -> Integers:
    """Return how many characters of two words are the same from the last on, backwards."""
    other = ((ours & HUES) ^ theirs).byteswap()
    return (np.bitwise_count(~other & (other - ONE)) >> 3).astype(np.int64)


def gaps(left_out: Words) -> Integers:
    """Return how many folded characters the gaps of a word, or of three, leave out; very many where one is open."""
    return np.where((left_out + EACH) & OPEN, 2 * RUN, left_out * EACH >> TOP).astype(np.int64)
