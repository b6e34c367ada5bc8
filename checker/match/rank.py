"""Which articles share a page, best first, from all stretches of it that any of them shares."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from checker.match.strand import Integers
from checker.match.verbatim import NOTHING, Shared

MANY = 32
CLEARLY = 0.8
"""Of more articles than this, those are left out that share so much less of the page than better ones do."""


class Sharer(NamedTuple):
    """An article by its row: how many characters it shares with the page, in which spans of the page's strand."""

    row: int
    agree: int
    spans: bytes


def ranked(pieces: Sequence[Shared]) -> list[Sharer]:
    """Return the articles that share stretches of a page, best first; what several stretches cover counts once."""
    stretches = Shared(*map(np.concatenate, zip(*pieces, strict=True))) if pieces else NOTHING
    if not len(stretches.row):
        return []
    order = np.lexsort((-stretches.end, stretches.page, stretches.row))
    row, page, end, agree = (array[order] for array in stretches)
    first = np.flatnonzero(np.diff(row, prepend=-1))
    new = uncovered(page, end, first)
    totals = np.add.reduceat(agree * new // (end - page), first)
    owners = row[first]
    spans = np.split(np.stack((page, end), axis=1), first[1:])
    counted = [each[kept > 0].tobytes() for each, kept in zip(spans, np.split(new, first[1:]), strict=True)]
    best = np.lexsort((owners, -totals)).tolist()
    return [Sharer(int(owners[at]), int(totals[at]), counted[at]) for at in best]


def uncovered(page: Integers, end: Integers, first: Integers) -> Integers:
    """Return how much of each stretch the ones before it of the same article leave; `first` is each article's first."""
    number = np.zeros(len(page), np.int64)
    number[first[1:]] = 1
    offset = np.cumsum(number) * (int(end.max()) + 1)
    furthest = np.maximum.accumulate(end + offset)
    before = np.concatenate(([0], furthest[:-1]))
    left: Integers = np.maximum(end + offset - np.maximum(page + offset, before), 0)
    return left


def telling(found: list[Sharer]) -> list[Sharer]:
    """Return the sharers; of very many, those half of whose share of the page no clearly better one has."""
    return found if len(found) <= MANY else list(unexplained(found))


def unexplained(found: list[Sharer]) -> Iterator[Sharer]:
    """Yield the sharers, best first, half of whose share no clearly better one has; equal ones are decided once."""
    better = np.zeros(max(int(np.frombuffer(each.spans, np.int64).max()) for each in found), np.bool_)
    waiting: list[tuple[int, NDArray[np.bool_]]] = []
    decided: dict[tuple[int, bytes], bool] = {}
    for sharer in found:
        while waiting and waiting[0][0] * CLEARLY > sharer.agree:
            better |= waiting.pop(0)[1]
        key = (sharer.agree, sharer.spans)
        if key not in decided:
            places = np.zeros(len(better), np.bool_)
            for first, last in np.frombuffer(sharer.spans, np.int64).reshape(-1, 2).tolist():
                places[first:last] = True
            decided[key] = 2 * int((places & ~better).sum()) >= int(places.sum())
            if decided[key]:
                waiting.append((sharer.agree, places))
        if decided[key]:
            yield sharer
