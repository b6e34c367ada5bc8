"""Two folded texts -> the stretches that both have, exact to the character.

Maximal equal runs are gathered to boxes of near diagonals. In a box the longest runs that follow one another are
anchors; what lies between two of them, before the first and behind the last, is aligned character by character. Of all
that, the stretches in which what agrees outweighs what does not are kept.
"""

from bisect import bisect
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import LCSseq

from checker.match.fold import Codes
from checker.match.strand import RUN
from checker.match.stretch import MISS, Block, agreeing, heaviest
from checker.model import Span

SEED = 5
"""Characters of the shortest equal run that opens a box."""

REPEATS = 16
"""A run of SEED characters that stands more often than this in the article opens no box, but as part of a long run."""

REACH = 48
"""Characters by which a box goes beyond its runs, and the greatest gap on the page between two of them."""

DRIFT = 32
"""Diagonals by which runs of one box may differ from one to the next."""

WIDEST = 1000
"""Characters of the widest gap that is aligned."""

LEAST = 8.0
"""Weight below which a stretch is noise."""

LEFT = 8
"""Characters of the shortest run that is looked at again where it is out of its box's order."""

MOVED = 0.8
"""What a character that agrees within a stretch, but in another order, adds to its similarity."""

JOIN = 24
"""Characters that may lie between two stretches which a person would mark as one."""

Array = NDArray[np.int64]


@dataclass(frozen=True)
class Stretch:
    """Equal blocks, in order on both sides, that are read as one repeated stretch; `inside` are equal out of order."""

    blocks: tuple[Block, ...]
    inside: tuple[Block, ...] = ()

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
        return agreeing(self.blocks) + agreeing(self.inside)

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
        """The share of both sides' characters that agree, a little less of what is out of order."""
        sides = self.article[1] - self.article[0] + self.page[1] - self.page[0]
        return 2 * (agreeing(self.blocks) + MOVED * agreeing(self.inside)) / sides

    @property
    def runs(self) -> list[int]:
        """The lengths of the runs without any difference."""
        lengths: list[int] = []
        before: Block | None = None
        for block in self.blocks:
            if before is not None and touches(before, block):
                lengths[-1] += block.length
            else:
                lengths.append(block.length)
            before = block
        return lengths + [block.length for block in self.inside]

    @property
    def run(self) -> int:
        """The longest run without any difference."""
        return max(self.runs)


def touches(before: Block, after: Block) -> bool:
    """Tell whether nothing lies between two blocks on either side."""
    return before.article + before.length == after.article and before.page + before.length == after.page


def stretches(ours: Codes, theirs: Codes) -> tuple[Stretch, ...]:
    """Return the repeated stretches in page order; on the page none overlaps another.

    Where two would, the heavier has the characters; but one with a run of RUN characters has them before all others.
    """
    taken = np.zeros(len(theirs), np.bool_)
    kept: list[Stretch] = []
    for stretch in sorted(likely(ours, theirs), key=lambda s: (s.run < RUN, -s.weight, s.page, s.article)):
        host = next((at for at, other in enumerate(kept) if lies_within(stretch, other)), None)
        if host is not None:
            kept[host] = replace(kept[host], inside=kept[host].inside + stretch.blocks)
            continue
        for left in split(free(stretch.blocks, taken)):
            taken[slice(*left.page)] = True
            kept.append(left)
    return tuple(joined(sorted(kept, key=lambda s: s.page)))


def likely(ours: Codes, theirs: Codes) -> Iterator[Stretch]:
    """Yield the stretches of all boxes; runs that are out of their box's order make boxes of their own."""
    waiting = boxes(runs(ours, theirs))
    texts = written(ours), written(theirs)
    while waiting:
        box = waiting.pop()
        anchors = in_order(box)
        yield from split(filled(anchors, *texts))
        rest = [block for block in box if block.length >= LEFT and not any(map(partial(overlap, block), anchors))]
        waiting += boxes(rest)


def overlap(one: Block, other: Block) -> bool:
    """Tell whether two blocks share characters on either side."""
    article = one.article < other.article + other.length and other.article < one.article + one.length
    return article or (one.page < other.page + other.length and other.page < one.page + one.length)


def lies_within(stretch: Stretch, other: Stretch) -> bool:
    """Tell whether a stretch stands in gaps of another one, on both sides."""
    article = other.article[0] <= stretch.article[0] and stretch.article[1] <= other.article[1]
    if not article or not (other.page[0] <= stretch.page[0] and stretch.page[1] <= other.page[1]):
        return False
    return not any(overlap(one, two) for one in stretch.blocks for two in other.blocks + other.inside)


def runs(ours: Codes, theirs: Codes) -> list[Block]:
    """Return the maximal equal runs of at least SEED characters, in page order; of very frequent ones the long."""
    article, page, all_of_them = seeds(ours, theirs)
    found = maximal(article, page, SEED)
    if not all_of_them:
        found += long_runs(ours, theirs)
    return sorted(set(found), key=lambda block: (block.page, block.article))


def maximal(article: Array, page: Array, length: int) -> list[Block]:
    """Return the runs that shared runs of one length amount to, given their places."""
    order = np.lexsort((page, page - article))
    article, page = article[order], page[order]
    goes_on = (np.diff(page - article, prepend=-(1 << 62)) == 0) & (np.diff(page, prepend=-2) == 1)
    first = np.flatnonzero(~goes_on)
    lengths = np.diff(np.append(first, len(page))) + length - 1
    found = zip(article[first].tolist(), page[first].tolist(), lengths.tolist(), strict=True)
    return [Block(*block) for block in found]


def seeds(ours: Codes, theirs: Codes) -> tuple[Array, Array, bool]:
    """Return article and page places of shared runs of SEED characters, and whether none is left out as frequent."""
    mine, other = hashes(ours, SEED), hashes(theirs, SEED)
    order = np.argsort(mine, kind="stable")
    ranked = mine[order]
    first = np.searchsorted(ranked, other)
    counts = np.zeros(len(other), np.int64)
    known = np.flatnonzero(ranked.take(first, mode="clip") == other) if len(ranked) else first[:0]
    counts[known] = np.searchsorted(ranked, other[known], side="right") - first[known]
    frequent = counts > REPEATS
    counts[frequent] = 0
    page = np.repeat(np.arange(len(other)), counts)
    within = np.arange(len(page)) - np.repeat(np.cumsum(counts) - counts, counts)
    return order[np.repeat(first, counts) + within], page, not frequent.any()


def long_runs(ours: Codes, theirs: Codes) -> list[Block]:
    """Return the runs of at least RUN characters, each with its first place in the article."""
    mine, first = np.unique(hashes(ours, RUN), return_index=True)
    other = hashes(theirs, RUN)
    if not len(mine):
        return []
    at = np.minimum(np.searchsorted(mine, other), len(mine) - 1)
    page = np.flatnonzero(mine[at] == other)
    return maximal(first[at[page]], page, RUN)


def hashes(codes: Codes, length: int) -> NDArray[np.uint64]:
    """Return a hash of each run of some length."""
    result = np.zeros(max(len(codes) - length + 1, 0), np.uint64)
    for step in range(length):
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


def filled(anchors: Sequence[Block], ours: str, theirs: str) -> list[Block]:
    """Return anchors, in order, and what agrees between and around them."""
    first, last = anchors[0], anchors[-1]
    start = Block(max(0, first.article - REACH), max(0, first.page - REACH), 0)
    ends = last.article + last.length, last.page + last.length
    stop = Block(min(len(ours), ends[0] + REACH), min(len(theirs), ends[1] + REACH), 0)
    result: list[Block] = []
    before = start
    for block in [*anchors, stop]:
        mine = ours[before.article + before.length : block.article]
        other = theirs[before.page + before.length : block.page]
        if mine and other:
            result += between(before, mine, other)
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


def between(before: Block, mine: str, other: str) -> list[Block]:
    """Return what agrees of what stands behind a block on either side."""
    if len(mine) > WIDEST or len(other) > WIDEST:
        return []
    article, page = before.article + before.length, before.page + before.length
    matching = LCSseq.editops(mine, other).as_matching_blocks()
    return [Block(article + block.a, page + block.b, block.size) for block in matching if block.size]


def written(codes: Codes) -> str:
    """Return codes as a string."""
    return codes.astype("<u4").tobytes().decode("utf-32-le", "surrogatepass")


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
            before = Stretch(before.blocks + stretch.blocks, before.inside + stretch.inside)
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
