"""Verbatim runs: how far a page goes on as an article does around a hit, by the sketch, eight characters in a word."""

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

WORDS = SIDE // EIGHT
"""Words on each side of a hit that are looked at, as long as they are the same."""


BEHIND, BEFORE = 1, -1


class Shared(NamedTuple):
    """Shared stretches, an array each: the article's row, where on the pages' strands it stands, and what agrees."""

    row: Integers
    page: Integers
    end: Integers
    agree: Integers


NOTHING = Shared(*[np.zeros(0, np.int64)] * 4)


def verbatim(segment: Segment, probe: Probe, hits: Hits) -> Shared:
    """Return the runs around hits that are RUN folded characters long, counting what the strand leaves out."""
    behind, before = (beside(segment, probe, hits, side, 0) for side in (BEHIND, BEFORE))
    some = likely(segment, probe, hits, behind, before)
    hits = hits.take(some)
    right = extended(segment, probe, hits, BEHIND, behind.take(some))
    left = extended(segment, probe, hits, BEFORE, before.take(some))
    length = K + right.length + left.length
    reached = length + right.left_out + left.left_out + inside(segment, hits)
    far = np.flatnonzero(reached >= probe.run)
    page, length = hits.page.take(far) - left.length.take(far), length.take(far)
    return Shared(segment.owner(hits.strand.take(far)), page, page + length, length)


def agree_at(segment: Segment, probe: Probe, hits: Hits, behind: Integers) -> Bools:
    """Tell which hits agree in the word that stands so far behind them; true where that would be in the k-gram."""
    agree = behind < K
    asked = np.flatnonzero(~agree)
    some, at = hits.take(asked), behind.take(asked)
    agree[asked] = segment.eight(some.strand + at) & HUES == probe.eight(some.page + at)
    return agree


class Reach(NamedTuple):
    """How many characters agree on one side of each hit, and how many are left out up to the next."""

    length: Integers
    left_out: Integers

    def take(self, which: Integers) -> "Reach":
        """Return some of them."""
        return Reach(self.length.take(which), self.left_out.take(which))


def likely(segment: Segment, probe: Probe, hits: Hits, behind: Reach, before: Reach) -> Integers:
    """Tell which hits may stand in a run, by the eight characters on each side of them: most do not.

    Such a run has W - 1 characters beside the k-gram, and goes on beyond the eight or leaves out enough to be long.
    """
    length = behind.length + before.length
    far = (behind.length == EIGHT) | (before.length == EIGHT)
    near = np.flatnonzero((length >= W - 1) & ~far)
    long = K + length.take(near) + behind.left_out.take(near) + before.left_out.take(near)
    far[near] = long + inside(segment, hits.take(near)) >= probe.run
    return np.flatnonzero(far & (length >= W - 1))


def extended(segment: Segment, probe: Probe, hits: Hits, side: int, reach: Reach) -> Reach:
    """Go on from the first word on one side of hits, as far as all characters agree."""
    going = np.flatnonzero(reach.length == EIGHT)
    for word in range(1, WORDS):
        if not len(going):
            break
        further = beside(segment, probe, hits.take(going), side, word)
        reach.length[going] += further.length
        reach.left_out[going] += further.left_out
        going = going[further.length == EIGHT]
    return reach


def beside(segment: Segment, probe: Probe, hits: Hits, side: int, word: int) -> Reach:
    """Measure how far a word on one side of hits agrees, counted from them."""
    at = K + EIGHT * word if side == BEHIND else -EIGHT * (word + 1)
    ours, theirs = segment.eight(hits.strand + at), probe.eight(hits.page + at)
    if side == BEHIND:
        agree = equal(ours, theirs)
        return Reach(agree, gaps(ours & GAPS_BEFORE.take(agree + 1)))
    agree = equal_before(ours, theirs)
    return Reach(agree, gaps(ours & GAPS & ~GAPS_BEFORE.take(EIGHT - agree)))


def inside(segment: Segment, hits: Hits) -> Integers:
    """Return how many characters are left out inside the k-grams of hits."""
    return gaps(segment.eight(hits.strand) & GAPS_BEFORE[K])


def begins_run(segment: Segment, probe: Probe, hits: Hits) -> Bools:
    """Tell which hits are the first of their runs: fewer than W characters agree before them, for winnowing's sake."""
    differ = (segment.eight(hits.strand - EIGHT) & HUES) ^ probe.eight(hits.page - EIGHT)
    result: Bools = differ >> np.uint64(8 * (EIGHT - W)) != 0
    return result


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
