"""Look up pages: their k-grams in a segment, every hit verified at once by the sketch, none by a vote alone.

Two ways lead to a candidate. A hit whose surroundings agree far enough makes one by itself: that is how a verbatim run
is found. Hits on near diagonals, none of them long, are compared as a stretch: that is how an edited copy is found.
Common fingerprints take no part in the second way, and in the first only with a run as long as any other.
"""

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from checker.match.edited import edited
from checker.match.fingerprint import Bools, K, W
from checker.match.probe import MARGIN, Probe
from checker.match.segment import Found, Hits, Segment
from checker.match.strand import Integers, following
from checker.match.verbatim import EIGHT, Shared, agree_at, begins_run, verbatim

CROWD_LOOKED_AT = 256
"""Places of a page's common fingerprints that are all looked at; of more, only those that go on for AHEAD characters
as the page does."""

FORMULA = 512
"""Such places of one fingerprint from which on they are a formula, and passed over."""

SLACK = 4
"""Characters such as ⑩, which fold to several, that a run may hold."""

LOOK = 64
FURTHER = 16
"""Hits of a page that are looked at before it is asked whether more are needed; then so much more."""


def shared(segment: Segment, probe: Probe) -> Iterator[Shared]:
    """Yield all stretches that pages share with the articles of a segment."""
    found = segment.find(probe.hashes)
    yield verbatim(segment, probe, runners(probe, found))
    yield verbatim(segment, probe, crowds(segment, probe, found.common))
    yield from edited(segment, probe, found.rare)


def touched(segment: Segment, probe: Probe, standing: Callable[[Shared], Shared]) -> Bools:
    """Tell which pages share anything with articles that are `standing`; no page is looked at once it is known."""
    found = segment.find(probe.hashes)
    known = np.zeros(len(probe.begins), np.bool_)

    def unknown(hits: Hits) -> Hits:
        return hits.some(~known[probe.page(hits.page)]) if known.any() else hits

    def look(hits: Hits) -> None:
        for some in portions(probe, hits):
            known[probe.page(standing(verbatim(segment, probe, unknown(some))).page)] = True

    look(runners(probe, found))
    look(crowds(segment, probe, unknown(found.common)))
    for stretch in edited(segment, probe, unknown(found.rare)):
        known[probe.page(standing(stretch).page)] = True
    return known


def portions(probe: Probe, hits: Hits) -> Iterator[Hits]:
    """Yield hits, in order of page, a few of each, then more: the first few tell of most pages that share anything."""
    counts = np.bincount(probe.page(hits.page))
    rank = np.arange(len(hits.page)) - np.repeat(np.cumsum(counts) - counts, counts)
    begin, end = 0, LOOK
    while begin < counts.max(initial=0):
        yield hits.some((rank >= begin) & (rank < end))
        begin, end = end, end * FURTHER


def runners(probe: Probe, found: Found) -> Hits:
    """Return the hits of rare fingerprints that may stand in a verbatim run."""
    rare, common = found
    return rare.some(promising(probe, rare.page, common.page).take(rare.page)) if len(rare.page) else rare


def promising(probe: Probe, *known_places: Integers) -> Bools:
    """Tell which k-grams of pages can be in a run of RUN characters whose fingerprints are all among some places.

    Of any W neighbours within a run one is in the index, so a run ends before W of them that are not. And what the
    page spends fewer than RUN characters on, markup and all, is no such run. (A run of common fingerprints with a rare
    one among them is found by the rare one.)
    """
    known = np.zeros(len(probe.hashes), np.bool_)
    for places in known_places:
        known[places] = True
    place = np.flatnonzero(known)
    cut = np.flatnonzero(place[1:] - place[:-1] > W)
    first, last = place.take(np.concatenate(([0], cut + 1))), place.take(np.concatenate((cut, [len(place) - 1])))
    before = probe.at.take(np.maximum(first - W + 1, 0))
    behind = probe.at.take(last + W + K, mode="clip")
    long = behind - before - 1 + SLACK >= probe.run
    known[place] = np.repeat(long, np.diff(np.concatenate(([-1], cut, [len(place) - 1]))))
    return known


def crowds(segment: Segment, probe: Probe, common: Hits) -> Hits:
    """Return the hits of common fingerprints in runs: of each page all while few, else those that go on as it does.

    Where none is passed over, the first one of a run stands for the others.
    """
    if not len(common.page):
        return common
    common = common.some(promising(probe, common.page).take(common.page))
    begin = segment.commons.take(common.strand).view(np.int64)
    end = segment.commons.take(common.strand + 1).view(np.int64)
    page = probe.page(common.page)
    many = (np.bincount(page, end - begin) > CROWD_LOOKED_AT).take(page) if len(page) else np.zeros(0, np.bool_)
    if many.any():
        key = following(probe.hues, common.page[many] + MARGIN).astype(np.int64)
        begin[many], end[many] = bisected(segment.aheads, np.stack((key, key + 1)), begin[many], end[many])
    counts = end - begin
    passed = counts > FORMULA
    counts[passed] = 0
    which = np.repeat(np.arange(len(begin)), counts)
    entry = np.arange(len(which)) + np.repeat(begin - np.cumsum(counts) + counts, counts)
    hits = Hits(common.page.take(which), segment.crowd.take(entry).astype(np.int64))
    unsure = np.isin(page, page[passed])
    last = np.where(unsure, -1, least_end(probe, common.page) - EIGHT - common.page).take(which)
    kept = np.flatnonzero(agree_at(segment, probe, hits, last))
    hits = hits.take(kept)
    return hits.some(begins_run(segment, probe, hits) | unsure.take(which.take(kept)))


def least_end(probe: Probe, places: Integers) -> Integers:
    """Return up to where a run of RUN characters goes on at the least, that begins with places or less than W before.

    What the page spends fewer than RUN characters on, markup and all, is in the run.
    """
    number = probe.page(places)
    begin = np.maximum(places - W + 1, probe.begins.take(number))
    inside = probe.at.searchsorted(probe.at.take(begin + 1) + probe.run - SLACK) - 1
    ends = np.append(probe.begins[1:], len(probe.codes)).take(number) - 1
    least: Integers = np.minimum(inside, ends)
    return least


def bisected(values: NDArray[np.uint16], keys: Integers, begin: Integers, end: Integers) -> Integers:
    """Return where each key would go before its equals in its own sorted range of values, not empty."""
    at = np.broadcast_to(begin, keys.shape)
    for power in reversed(range(int((end - begin).max()).bit_length())):
        further = at + ((1 << power) - 1)
        less = (further < end) & (values.take(further, mode="clip") < keys)
        at = at + (less << power)
    return at
