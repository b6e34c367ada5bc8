"""Look up a page: its k-grams in a segment, every hit verified at once by the sketch, none by a vote alone.

Two ways lead to a candidate. A hit whose surroundings agree far enough makes one by itself: that is how a verbatim run
is found. Hits on near diagonals, none of them long, are compared as a stretch: that is how an edited copy is found.
Common fingerprints take no part in the second way, and in the first only with a run as long as any other.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import LCSseq

from checker.match.bare import bare
from checker.match.fingerprint import TRIPLE, Bools, Hashes, K, W, grams, han, wide
from checker.match.fold import Folded, fold_points, points
from checker.match.segment import Hits, Segment
from checker.match.strand import GAP_BITS, MOST_GAP, RUN, Bytes, Integers, following, hue
from checker.match.stretch import Block, agreeing, extent, heaviest
from checker.model import Span

SIDE = RUN
"""Characters that are compared on each side of a hit."""

CROWD_LOOKED_AT = 1024
"""Places of a page's common fingerprints that are all looked at. Of more, only those behind which the next AHEAD
characters are the page's; and where these still are more for one fingerprint, it is a formula and passed over."""

BAND = 24
"""Hits whose diagonals differ by no more from one to the next may belong to one edited copy."""

VOTES = 3
SPREAD = 30
WEIGHT = 3.5
"""Hits, page characters between the first and the last, and their weight, from which such a copy is compared."""

MARGIN = 60
"""Characters that are compared before the first and behind the last hit of an edited copy."""

EDITED = 48
"""Characters of a strand that must agree in an edited copy, in a stretch of which they are DENSE."""

DENSE = 0.6

SLACK = 4
"""Characters such as ⑩, which fold to several, that a run may hold."""

BLANK = 32
"""A hue that no character has."""


class Shared(NamedTuple):
    """A shared stretch: the strand it is in, where on the page's strand it stands, and the characters that agree."""

    strand: int
    page: int
    end: int
    agree: int


@dataclass(frozen=True, eq=False)
class Probe:
    """A page's strand made ready: hashes of its k-grams, hues with margins, places between -1 and the text's end."""

    hashes: Hashes
    hues: Bytes
    at: Integers
    run: int

    @staticmethod
    def of(strand: Folded, end: int, run: int = RUN) -> "Probe":
        """Make a strand ready; `end` is where its text ends, `run` the characters of a run that is to be found."""
        margin = np.full(SIDE + K, BLANK, np.uint8)
        hues = np.concatenate((margin, hue(strand.codes), margin))
        return Probe(grams(strand.codes), hues, np.concatenate(([-1], strand.at, [end])), run)


def probes(text: str, wide_too: bool) -> Iterator[Probe]:
    """Yield a page's Han strand made ready, and its wide strand where that is asked for."""
    yield Probe.of(han(text), len(text))
    if wide_too:
        folded = fold_points(bare(points(text)))
        codes = wide(folded.codes)
        yield Probe.of(Folded(codes, np.arange(len(codes), dtype=np.int32)), len(codes), RUN - TRIPLE + 1)


def shared(segment: Segment, probe: Probe) -> Iterator[Shared]:
    """Yield the stretches that a page shares with the articles of a segment."""
    rare, common = segment.find(probe.hashes)
    if not len(rare.page) and not len(common.page):
        return
    order = np.argsort(rare.strand - rare.page, kind="stable")
    hits = Hits(rare.page[order], rare.strand[order])
    lone = picked(hits, promising(probe, rare.page, common.page)[hits.page])
    lone = picked(lone, begins_run(lone))
    crowd = (
        crowds(segment, probe, picked(common, promising(probe, common.page)[common.page]))
        if len(common.page)
        else common
    )
    both = Hits(np.concatenate((lone.page, crowd.page)), np.concatenate((lone.strand, crowd.strand)))
    if len(both.page):
        yield from verbatim(segment, probe, near(segment, probe, both))
    yield from edited(segment, probe, hits)


def promising(probe: Probe, *known_places: Integers) -> Bools:
    """Tell which k-grams of a page can be in a run of RUN characters whose fingerprints are all among some places.

    Of any W neighbours within a run one is in the index, so a run ends before W of them that are not. And what the
    page spends fewer than RUN characters on, markup and all, is no such run. (A run of common fingerprints with a rare
    one among them is found by the rare one.)
    """
    known = np.zeros(len(probe.hashes), np.bool_)
    for places in known_places:
        known[places] = True
    place = np.flatnonzero(known)
    if not len(place):
        return known
    cut = np.flatnonzero(place[1:] - place[:-1] > W) + 1
    first, last = np.append(0, cut), np.append(cut, len(place)) - 1
    before = np.maximum(place[first] - W + 1, 0)
    behind = np.minimum(place[last] + W + K, len(probe.at) - 1)
    long = probe.at[behind] - probe.at[before] - 1 + SLACK >= probe.run
    known[place] = np.repeat(long, last - first + 1)
    return known


def begins_run(hits: Hits) -> Bools:
    """Tell which hits, in order of diagonal, do not go on where the hit before them ends."""
    diagonal = hits.strand - hits.page
    begins = np.ones(len(diagonal), np.bool_)
    begins[1:] = (diagonal[1:] != diagonal[:-1]) | (hits.page[1:] - hits.page[:-1] > K)
    return begins


def picked(hits: Hits, which: Bools) -> Hits:
    """Return some of the hits."""
    return Hits(hits.page[which], hits.strand[which])


def crowds(segment: Segment, probe: Probe, common: Hits) -> Hits:
    """Return the hits of common fingerprints: all while they are few, else those that go on as the page does."""
    begin, end = (segment.commons[common.strand + step].astype(np.int64) for step in (0, 1))
    if int((end - begin).sum()) > CROWD_LOOKED_AT:
        key = following(probe.hues, common.page + SIDE + K, 0)
        begin, end = (bisected(segment.aheads, key, begin, end, later) for later in (False, True))
    counts = np.where(end - begin <= CROWD_LOOKED_AT, end - begin, 0)
    which = np.repeat(np.arange(len(begin)), counts)
    entry = np.arange(len(which)) + np.repeat(begin - np.cumsum(counts) + counts, counts)
    return Hits(common.page[which], segment.crowd[entry].astype(np.int64))


def bisected(
    values: NDArray[np.uint16], key: NDArray[np.uint16], begin: Integers, end: Integers, later: bool
) -> Integers:
    """Return where each key would go in its own sorted range of values; `later`: behind its equals."""
    low, high = begin.copy(), end.copy()
    while (low < high).any():
        middle = (low + high) // 2
        value = values.take(middle, mode="clip")
        right = (low < high) & ((value <= key) if later else (value < key))
        low, high = np.where(right, middle + 1, low), np.where(right | (low >= high), high, middle)
    return low


def near(segment: Segment, probe: Probe, hits: Hits) -> Hits:
    """Return the hits that stand in a run of GUARANTEE characters; a run of RUN folded characters is no shorter."""
    beside = np.concatenate((np.arange(-1, -W, -1), np.arange(K, K + W - 1)))
    sketch = segment.sketch.take(hits.strand[:, None] + beside, mode="clip")
    same = sketch >> GAP_BITS == probe.hues.take(hits.page[:, None] + (beside + SIDE + K))
    before = np.logical_and.accumulate(same[:, : W - 1], axis=1).sum(axis=1)
    behind = np.logical_and.accumulate(same[:, W - 1 :], axis=1).sum(axis=1)
    return picked(hits, before + behind >= W - 1)


def verbatim(segment: Segment, probe: Probe, hits: Hits) -> Iterator[Shared]:
    """Yield the runs around hits that may be RUN folded characters long, counting what the strand leaves out."""
    if not len(hits.page):
        return
    hits = picked(hits, runs(segment, probe, hits, SIDE // 3).reach >= probe.run)
    if not len(hits.page):
        return
    found = runs(segment, probe, hits, SIDE)
    far = found.reach >= probe.run
    page, length = (hits.page - found.left)[far], (found.left + found.right)[far]
    strand = strands_at(segment, hits.strand[far])
    yield from map(Shared, strand.tolist(), page.tolist(), (page + length).tolist(), length.tolist())


class Runs(NamedTuple):
    """Equal characters before each hit and from it on; `reach` is how long the run may be in folded characters."""

    left: Integers
    right: Integers
    reach: Integers


def runs(segment: Segment, probe: Probe, hits: Hits, side: int) -> Runs:
    """Measure the runs around hits, up to `side` characters on each side; one that goes on beyond reaches far."""
    around = np.arange(-side, K + side)
    sketch = segment.sketch.take(hits.strand[:, None] + around, mode="clip")
    same = sketch >> GAP_BITS == probe.hues.take(hits.page[:, None] + (around + SIDE + K))
    left = until_false(same[:, side - 1 :: -1])
    right = until_false(same[:, side:])
    left_out = sketch & MOST_GAP
    left_out[left_out == MOST_GAP] = RUN
    length = np.cumsum(left_out + np.uint8(1), axis=1, dtype=np.int16)
    rows = np.arange(len(left))
    inside = (left < side) & (right < K + side)
    last = np.where(inside, side + right, 0)
    reach = np.where(inside, length[rows, last] - 1 - length[rows, np.maximum(side - left - 1, 0)], 2 * RUN)
    return Runs(left, right, reach.astype(np.int64))


def until_false(same: Bools) -> Integers:
    """Return how many of each row's first values are true."""
    stop: Integers = np.where(same.all(axis=1), same.shape[1], np.argmin(same, axis=1))
    return stop


def strands_at(segment: Segment, places: Integers) -> Integers:
    """Return the strands that hold some places.

    The places are made as narrow as the array they are sought in, which numpy would copy as a whole otherwise.
    """
    sought = places.astype(segment.strands.dtype)
    return segment.strands.searchsorted(sought, side="right") - 1


def edited(segment: Segment, probe: Probe, hits: Hits) -> Iterator[Shared]:
    """Yield the stretches in which hits on near diagonals, apart on the page, are part of a longer likeness."""
    for first, last in bands(hits):
        page, place = hits.page[first:last], hits.strand[first:last]
        begin, end = int(page.min()), int(page.max()) + K
        number = int(strands_at(segment, place[:1])[0])
        agree, length = likeness(segment, probe, number, (begin, end), (int(place.min()), int(place.max()) + K))
        if agree >= EDITED and agree >= DENSE * length:
            yield Shared(number, begin, end, agree)


def bands(hits: Hits) -> list[Span]:
    """Return the ranges of hits, in order of diagonal, that stand close and carry weight in several places.

    A hit weighs the less, the more places of the segment have the same k-gram.
    """
    if len(hits.page) < VOTES:
        return []
    weight = 1 / np.sqrt(np.bincount(hits.page))[hits.page]
    diagonal = hits.strand - hits.page
    cut = np.flatnonzero(diagonal[1:] - diagonal[:-1] > BAND) + 1
    first, last = np.append(0, cut), np.append(cut, len(diagonal))
    spread = np.maximum.reduceat(hits.page, first) - np.minimum.reduceat(hits.page, first)
    heavy = (last - first >= VOTES) & (spread >= SPREAD) & (np.add.reduceat(weight, first) >= WEIGHT)
    return list(zip(first[heavy].tolist(), last[heavy].tolist(), strict=True))


def likeness(segment: Segment, probe: Probe, number: int, page: Span, place: Span) -> tuple[int, int]:
    """Return how many characters agree in the best part of a stretch and its margins, and the length of that part."""
    begin, end = int(segment.strands[number]), int(segment.strands[number + 1]) - 1
    sketch = segment.sketch[max(begin, place[0] - MARGIN) : min(end, place[1] + MARGIN)] >> GAP_BITS
    mine = sketch.tobytes()
    other = probe.hues[max(0, page[0] - MARGIN) + SIDE + K : page[1] + MARGIN + SIDE + K].tobytes()
    if LCSseq.similarity(mine, other, score_cutoff=EDITED) < max(EDITED, (page[1] - page[0]) // 2):
        return 0, 0
    matching = LCSseq.editops(mine, other).as_matching_blocks()
    best = heaviest([Block(block.a, block.b, block.size) for block in matching if block.size])
    return (agreeing(best), extent(best)) if best else (0, 0)
