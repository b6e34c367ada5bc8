"""Two folded texts -> the stretches that both have, exact to the character.

Maximal equal runs are gathered to boxes of near diagonals. In a box the longest runs that follow one another are
anchors; what lies between two of them, before the first and behind the last, is aligned character by character. Of all
that, the stretches in which what agrees outweighs what does not are kept.
"""

from bisect import bisect
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import LCSseq

from checker.match.fold import Codes
from checker.match.stretch import MISS, Block, agreeing, heaviest
from checker.model import Span

SEED = 5
"""Characters of the shortest equal run that opens a box."""

REPEATS = 16
"""A run of SEED characters that stands more often than this in the article opens no box."""

REACH = 48
"""Characters by which a box goes beyond its runs, and the greatest gap on the page between two of them."""

DRIFT = 32
"""Diagonals by which runs of one box may differ from one to the next."""

WIDEST = 1000
"""Characters of the widest gap that is aligned."""

LEAST = 8.0
"""Weight below which a stretch is noise."""

JOIN = 24
"""Characters that may lie between two stretches which a person would mark as one."""

Array = NDArray[np.int64]


@dataclass(frozen=True)
class Stretch:
    """Equal blocks, in order on both sides, that are read as one repeated stretch."""

    blocks: tuple[Block, ...]

    @property
    def article(self) -> Span:
        """Where it stands in the article."""
        return self.blocks[0].article, self.blocks[-1].article + self.blocks[-1].length

    @property
    def page(self) -> Span:
        """Where it stands on the page."""
        return self.blocks[0].page, self.blocks[-1].page + self.blocks[-1].length

    @property
    def agree(self) -> int:
        """How many characters agree."""
        return agreeing(self.blocks)

    @property
    def length(self) -> int:
        """Its length on the side where it is longer."""
        return max(self.article[1] - self.article[0], self.page[1] - self.page[0])

    @property
    def weight(self) -> float:
        """What agrees less what does not."""
        return self.agree - MISS * (self.length - self.agree)

    @property
    def similarity(self) -> float:
        """The share of both sides' characters that agree."""
        sides = self.article[1] - self.article[0] + self.page[1] - self.page[0]
        return 2 * self.agree / sides

    @property
    def run(self) -> int:
        """The longest run without any difference."""
        best = length = 0
        before: Block | None = None
        for block in self.blocks:
            goes_on = before is not None and touches(before, block)
            length = length + block.length if goes_on else block.length
            best, before = max(best, length), block
        return best


def touches(before: Block, after: Block) -> bool:
    """Tell whether nothing lies between two blocks on either side."""
    return before.article + before.length == after.article and before.page + before.length == after.page


def stretches(ours: Codes, theirs: Codes) -> tuple[Stretch, ...]:
    """Return the repeated stretches in page order; on the page none overlaps another."""
    found = [stretch for box in boxes(runs(ours, theirs)) for stretch in split(filled(box, ours, theirs))]
    taken = np.zeros(len(theirs), np.bool_)
    kept: list[Stretch] = []
    for stretch in sorted(found, key=lambda s: (-s.weight, s.page, s.article)):
        for left in split(free(stretch.blocks, taken)):
            taken[slice(*left.page)] = True
            kept.append(left)
    return tuple(joined(sorted(kept, key=lambda s: s.page)))


def runs(ours: Codes, theirs: Codes) -> list[Block]:
    """Return the maximal equal runs of at least SEED characters, in page order."""
    article, page = seeds(ours, theirs)
    order = np.lexsort((page, page - article))
    article, page = article[order], page[order]
    goes_on = (np.diff(page - article, prepend=-(1 << 62)) == 0) & (np.diff(page, prepend=-2) == 1)
    first = np.flatnonzero(~goes_on)
    lengths = np.diff(np.append(first, len(page))) + SEED - 1
    found = zip(article[first].tolist(), page[first].tolist(), lengths.tolist(), strict=True)
    return sorted((Block(*block) for block in found), key=lambda block: (block.page, block.article))


def seeds(ours: Codes, theirs: Codes) -> tuple[Array, Array]:
    """Return article and page places of the shared runs of SEED characters."""
    mine, other = hashes(ours), hashes(theirs)
    order = np.argsort(mine, kind="stable")
    ranked = mine[order]
    first = np.searchsorted(ranked, other)
    counts = np.searchsorted(ranked, other, side="right") - first
    counts[counts > REPEATS] = 0
    page = np.repeat(np.arange(len(other)), counts)
    within = np.arange(len(page)) - np.repeat(np.cumsum(counts) - counts, counts)
    return order[np.repeat(first, counts) + within], page


def hashes(codes: Codes) -> NDArray[np.uint64]:
    """Return a hash of each run of SEED characters."""
    result = np.zeros(max(len(codes) - SEED + 1, 0), np.uint64)
    for step in range(SEED):
        result = result * np.uint64(0x9E3779B97F4A7C15) + codes[step : step + len(result)]
    return result


def boxes(found: Sequence[Block]) -> list[list[Block]]:
    """Gather runs, in page order, to boxes in which each begins near the end of another, on a near diagonal."""
    still: list[list[Block]] = []
    done: list[list[Block]] = []
    for block in found:
        done += [box for box in still if block.page > reach(box)]
        still = [box for box in still if block.page <= reach(box)]
        home = min(still, key=lambda box: abs(drift(box[-1], block)), default=None)
        if home is not None and abs(drift(home[-1], block)) <= DRIFT:
            home.append(block)
        else:
            still.append([block])
    return done + still


def reach(box: list[Block]) -> int:
    """Return the place on the page up to which a box takes runs in."""
    return box[-1].page + box[-1].length + REACH


def drift(one: Block, other: Block) -> int:
    """Return by how much the diagonals of two runs differ."""
    return (one.page - one.article) - (other.page - other.article)


def filled(box: Sequence[Block], ours: Codes, theirs: Codes) -> list[Block]:
    """Return the anchors of a box, and what agrees between and around them."""
    anchors = in_order(box)
    first, last = anchors[0], anchors[-1]
    start = Block(max(0, first.article - REACH), max(0, first.page - REACH), 0)
    ends = last.article + last.length, last.page + last.length
    stop = Block(min(len(ours), ends[0] + REACH), min(len(theirs), ends[1] + REACH), 0)
    result: list[Block] = []
    before = start
    for block in [*anchors, stop]:
        result += between(before, block, ours, theirs)
        if block.length:
            result.append(block)
        before = block
    return result


def in_order(box: Sequence[Block]) -> list[Block]:
    """Return the longest runs of a box that follow one another on both sides, overlaps cut off."""
    chosen: list[Block] = []
    for block in sorted(box, key=lambda b: (-b.length, b.page, b.article)):
        at = bisect(chosen, block.page, key=lambda b: b.page)
        cut = block
        if at:
            before = chosen[at - 1]
            over = max(before.article + before.length - cut.article, before.page + before.length - cut.page, 0)
            cut = Block(cut.article + over, cut.page + over, cut.length - over)
        if at < len(chosen):
            behind = chosen[at]
            room = min(behind.article - cut.article, behind.page - cut.page)
            cut = Block(cut.article, cut.page, min(cut.length, room))
        if cut.length > 0 and abs(drift(block, cut)) == 0:
            chosen.insert(at, cut)
    return chosen


def between(before: Block, after: Block, ours: Codes, theirs: Codes) -> Iterator[Block]:
    """Yield what agrees between two blocks."""
    article, page = before.article + before.length, before.page + before.length
    mine, other = ours[article : after.article], theirs[page : after.page]
    if 0 < len(mine) <= WIDEST and 0 < len(other) <= WIDEST:
        matching = LCSseq.editops(written(mine), written(other)).as_matching_blocks()
        yield from (Block(article + block.a, page + block.b, block.size) for block in matching if block.size)


def written(codes: Codes) -> str:
    """Return codes as a string."""
    return codes.astype("<u4").tobytes().decode("utf-32-le")


def split(blocks: Sequence[Block]) -> Iterator[Stretch]:
    """Yield the heaviest stretch of some blocks, and those before and behind it, down to LEAST."""
    best = trimmed(heaviest(blocks))
    if not best or Stretch(tuple(best)).weight < LEAST:
        return
    yield Stretch(tuple(best))
    yield from split([block for block in blocks if block.page < best[0].page and block.article < best[0].article])
    yield from split([block for block in blocks if block.page > best[-1].page and block.article > best[-1].article])


def trimmed(blocks: Sequence[Block]) -> Sequence[Block]:
    """Return blocks without single characters, apart from the rest, at either end: those agree by chance."""
    first, last = 0, len(blocks)
    while last - first > 1 and blocks[first].length == 1 and not touches(blocks[first], blocks[first + 1]):
        first += 1
    while last - first > 1 and blocks[last - 1].length == 1 and not touches(blocks[last - 2], blocks[last - 1]):
        last -= 1
    return blocks[first:last]


def free(blocks: Sequence[Block], taken: NDArray[np.bool_]) -> list[Block]:
    """Return the parts of blocks whose page characters are not taken."""
    result: list[Block] = []
    for block in blocks:
        inside = np.flatnonzero(~taken[block.page : block.page + block.length])
        if len(inside) == block.length:
            result.append(block)
        elif len(inside):
            first = int(inside[0])
            length = int(np.argmin(np.append(np.diff(inside) == 1, False))) + 1
            result.append(Block(block.article + first, block.page + first, length))
    return result


def joined(found: Sequence[Stretch]) -> Iterator[Stretch]:
    """Join neighbours that follow each other on both sides with little between them."""
    before: Stretch | None = None
    for stretch in found:
        if before is not None and follows(before, stretch):
            before = Stretch(before.blocks + stretch.blocks)
            continue
        if before is not None:
            yield before
        before = stretch
    if before is not None:
        yield before


def follows(before: Stretch, after: Stretch) -> bool:
    """Tell whether a stretch goes on where the one before it ended."""
    ours, theirs = after.article[0] - before.article[1], after.page[0] - before.page[1]
    return 0 <= ours <= JOIN and 0 <= theirs <= JOIN
