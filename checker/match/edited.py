"""Edited copies: hits on near diagonals, none of them long, that are part of a longer likeness."""

from collections.abc import Iterator

import numpy as np
from rapidfuzz.distance import LCSseq

from checker.match.fingerprint import PLACE_BITS, K
from checker.match.probe import MARGIN, Probe
from checker.match.segment import Hits, Segment
from checker.match.strand import LAST, Integers
from checker.match.stretch import Block, agreeing, extent, heaviest
from checker.match.verbatim import Shared
from checker.model import Span

BAND = 24
"""Hits whose diagonals differ by no more from one to the next may belong to one edited copy."""

SPREAD = 30
WEIGHT = 3.5
"""Page characters between the first and the last hit, and weight of them all, from which such a copy is compared."""

BESIDE = 60
"""Characters that are compared before the first and behind the last hit of an edited copy."""

EDITED = 48
"""Characters of a strand that must agree in an edited copy, in a stretch of which they are DENSE."""

DENSE = 0.6


def edited(segment: Segment, probe: Probe, rare: Hits) -> Iterator[Shared]:
    """Yield the stretches in which hits on near diagonals, apart on the page, are part of a longer likeness."""
    if len(rare.page) <= WEIGHT:
        return
    diagonal, order = in_order(probe, rare)
    for first, last in bands(rare.page, order, diagonal):
        page, place = rare.page.take(order[first:last]), rare.strand.take(order[first:last])
        begin, end = int(page.min()), int(page.max()) + K
        agree, length = likeness(segment, probe, (begin, end), (int(place.min()), int(place.max()) + K))
        if agree >= EDITED and agree >= DENSE * length:
            yield Shared(segment.owner(place[:1]), *(np.array([value]) for value in (begin, end, agree)))


def in_order(probe: Probe, hits: Hits) -> tuple[Integers, Integers]:
    """Return the diagonals of hits in order, those of different pages far apart, and which hit is on each.

    Sorting one number for both takes a tenth of the time of sorting with an index.
    """
    bits = len(hits.page).bit_length()
    diagonal = (probe.page(hits.page) << PLACE_BITS + 1) + hits.strand - hits.page
    both = np.sort((diagonal << bits) + np.arange(len(hits.page)))
    return both >> bits, both & (1 << bits) - 1


def bands(pages: Integers, order: Integers, diagonal: Integers) -> list[Span]:
    """Return the ranges of hits, in order of diagonal, that stand close and carry weight in several places.

    A hit weighs the less, the more places of the segment have the same k-gram.
    """
    first = np.concatenate(([0], np.flatnonzero(diagonal[1:] - diagonal[:-1] > BAND) + 1))
    last = np.concatenate((first[1:], [len(diagonal)]))
    some = last - first > WEIGHT
    if not some.any():
        return []
    page = pages.take(order)
    spread = np.maximum.reduceat(page, first) - np.minimum.reduceat(page, first)
    weight = np.add.reduceat(1 / np.sqrt(np.bincount(pages).take(page)), first)
    heavy = some & (spread >= SPREAD) & (weight >= WEIGHT)
    return list(zip(first[heavy].tolist(), last[heavy].tolist(), strict=True))


def likeness(segment: Segment, probe: Probe, page: Span, place: Span) -> tuple[int, int]:
    """Return how many characters agree in the best part of a stretch and its margins, and the length of that part."""
    begin, end = segment.strand(place[0])
    sketch = segment.sketch[max(begin, place[0] - BESIDE) : min(end, place[1] + BESIDE)] & np.uint8(LAST)
    mine = sketch.tobytes()
    first, last = probe.strand(page[0])  # the strands of other pages lie beside it
    hues = probe.hues[MARGIN + max(first, page[0] - BESIDE) : MARGIN + min(last, page[1] + BESIDE)]
    other = hues.tobytes()
    if LCSseq.similarity(mine, other, score_cutoff=EDITED) < max(EDITED, (page[1] - page[0]) // 2):
        return 0, 0
    matching = LCSseq.editops(mine, other).as_matching_blocks()
    best = heaviest([Block(block.a, block.b, block.size) for block in matching if block.size])
    return (agreeing(best), extent(best)) if best else (0, 0)
