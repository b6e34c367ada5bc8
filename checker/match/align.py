"""Candidate -> passages with exact spans: where a page repeats an article, and how much of it.

Seeds (shared k-grams) are gathered to bands of near diagonals; in the box around each band the longest common
subsequence is taken, and of it the stretches in which what agrees outweighs what does not.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import Indel, LCSseq

from checker.match.fold import Folded, fold
from checker.model import Article, Document, Match, MatchKind, Passage, Span, Thresholds

SEED = 5
"""Folded characters of a seed."""

REPEATS = 16
"""A seed that stands more often than this in the article or on the page is passed over, unless a run holds it."""

REACH = 48
"""Folded characters by which a box goes beyond its seeds, and the greatest gap between two of them."""

DRIFT = 32
"""Diagonals by which seeds of one band may differ from one to the next."""

MISS = 0.8
"""What a character that does not agree costs, where one that agrees earns 1."""

JOIN = 24
"""Folded characters that may lie between two passages that are shown as one."""

LEAST = 12
"""Score below which a stretch is noise."""

Array = NDArray[np.int64]


class Block(NamedTuple):
    """Equal stretches: article place, page place, length; in folded characters."""

    article: int
    page: int
    length: int


@dataclass(frozen=True)
class Stretch:
    """A passage in folded characters; `agree` of them agree."""

    article: Span
    page: Span
    agree: int

    @property
    def score(self) -> float:
        """What agrees less what does not."""
        return self.agree - MISS * (max(size(self.article), size(self.page)) - self.agree)


def size(span: Span) -> int:
    """Return the length of a span."""
    return span[1] - span[0]


def align(article: Article, document: Document, thresholds: Thresholds) -> Match | None:
    """Return what the page repeats of the article, or None where that is nothing or a quotation."""
    ours, theirs = own(article), fold(document.text)
    stretches = [s for s in aligned(ours, theirs) if size(s.article) >= thresholds.run and s.score >= LEAST]
    passages = tuple(passage(s, ours, theirs) for s in stretches)
    if not passages or sum(s.agree for s in stretches) < thresholds.quotation:
        return None
    coverage = share([s.article for s in stretches], (0, len(ours)))
    inside = tuple(np.searchsorted(theirs.at, document.main).tolist())
    page_coverage = share([s.page for s in stretches], (inside[0], inside[1]))
    similarity = sum(p.similarity * size(p.article) for p in passages) / sum(size(p.article) for p in passages)
    passages = marked(passages)
    kind, reasons = judged(coverage, similarity, passages, thresholds)
    return Match(article, kind, coverage, page_coverage, similarity, passages, reasons)


def own(article: Article) -> Folded:
    """Fold an article's text, pasted notices left out."""
    folded = fold(article.text)
    kept = np.ones(len(folded), np.bool_)
    for first, last in article.notice:
        kept[(folded.at >= first) & (folded.at < last)] = False
    return Folded(folded.codes[kept], folded.at[kept])


def aligned(ours: Folded, theirs: Folded) -> list[Stretch]:
    """Return the repeated stretches, in page order, none overlapping another on the page."""
    found = [s for box in boxes(ours, theirs) for s in stretches_of(box, ours, theirs)]
    kept: list[Stretch] = []
    for stretch in sorted(found, key=lambda s: (-s.score, s.page, s.article)):
        if all(apart(stretch, other) for other in kept):
            kept.append(stretch)
    return joined(sorted(kept, key=lambda s: s.page))


def apart(one: Stretch, other: Stretch) -> bool:
    """Tell whether two stretches share less than half of the shorter one's page characters."""
    overlap = min(one.page[1], other.page[1]) - max(one.page[0], other.page[0])
    return overlap * 2 < min(size(one.page), size(other.page))


def boxes(ours: Folded, theirs: Folded) -> list[tuple[Span, Span]]:
    """Return the regions, article span and page span, in which seeds lie along near diagonals."""
    article, page = seeds(ours, theirs)
    order = np.lexsort((article, page))
    open_boxes: list[list[int]] = []
    closed: list[list[int]] = []
    for a, p in zip(article[order].tolist(), page[order].tolist(), strict=True):
        still = [box for box in open_boxes if p - box[3] <= REACH]
        closed += [box for box in open_boxes if p - box[3] > REACH]
        open_boxes = still
        for box in open_boxes:
            if abs((a - p) - (box[1] - box[3])) <= DRIFT:
                box[0], box[1], box[3] = min(box[0], a), max(a, 0), p
                break
        else:
            open_boxes.append([a, a, p, p])
    return [around(box, len(ours), len(theirs)) for box in closed + open_boxes]


def around(box: list[int], ours: int, theirs: int) -> tuple[Span, Span]:
    """Return a box of seeds with its reach."""
    article = max(0, box[0] - REACH), min(ours, max(box[0], box[1]) + SEED + REACH)
    return article, (max(0, box[2] - REACH), min(theirs, box[3] + SEED + REACH))


def seeds(ours: Folded, theirs: Folded) -> tuple[Array, Array]:
    """Return article and page places of the shared k-grams."""
    mine, other = hashes(ours.codes), hashes(theirs.codes)
    order = np.argsort(mine, kind="stable")
    ranked = mine[order]
    first = np.searchsorted(ranked, other)
    counts = np.searchsorted(ranked, other, side="right") - first
    counts[counts > REPEATS] = 0
    page = np.repeat(np.arange(len(other)), counts)
    within = np.arange(len(page)) - np.repeat(np.cumsum(counts) - counts, counts)
    return order[np.repeat(first, counts) + within], page


def hashes(codes: NDArray[np.uint32]) -> NDArray[np.uint64]:
    """Return a hash of each SEED-gram."""
    if len(codes) < SEED:
        return np.zeros(0, np.uint64)
    rows = np.lib.stride_tricks.sliding_window_view(codes.astype(np.uint64), SEED)
    return rows @ (np.uint64(0x9E3779B97F4A7C15) ** np.arange(1, SEED + 1, dtype=np.uint64))


def stretches_of(box: tuple[Span, Span], ours: Folded, theirs: Folded) -> Iterator[Stretch]:
    """Yield the best stretch of a box."""
    (a, a_end), (p, p_end) = box
    mine = Folded(ours.codes[a:a_end], ours.at[a:a_end]).text
    other = Folded(theirs.codes[p:p_end], theirs.at[p:p_end]).text
    blocks = [Block(a + b.a, p + b.b, b.size) for b in LCSseq.editops(mine, other).as_matching_blocks() if b.size]
    best = heaviest(blocks)
    if best:
        first, last = best[0], best[-1]
        article = first.article, last.article + last.length
        yield Stretch(article, (first.page, last.page + last.length), sum(b.length for b in best))


def heaviest(blocks: Sequence[Block]) -> Sequence[Block]:
    """Return the run of blocks in which what agrees outweighs most what lies between."""
    best, best_score, begin, score = (0, 0), 0.0, 0, 0.0
    for at, block in enumerate(blocks):
        if at:
            before = blocks[at - 1]
            gap = max(block.article - before.article, block.page - before.page) - before.length
            score -= MISS * gap
        if score <= 0:
            begin, score = at, 0.0
        score += block.length
        if score > best_score:
            best, best_score = (begin, at + 1), score
    return blocks[slice(*best)]


def joined(stretches: list[Stretch]) -> list[Stretch]:
    """Join neighbours that follow each other on both sides with little between them."""
    result: list[Stretch] = []
    for stretch in stretches:
        if result and follows(result[-1], stretch):
            before = result.pop()
            article, page = (before.article[0], stretch.article[1]), (before.page[0], stretch.page[1])
            stretch = Stretch(article, page, before.agree + stretch.agree)
        result.append(stretch)
    return result


def follows(before: Stretch, after: Stretch) -> bool:
    """Tell whether a stretch goes on where the one before it ended."""
    ours, theirs = after.article[0] - before.article[1], after.page[0] - before.page[1]
    return 0 <= ours <= JOIN and 0 <= theirs <= JOIN


def passage(stretch: Stretch, ours: Folded, theirs: Folded) -> Passage:
    """Return a stretch in the original texts, its similarity measured between the two."""
    (a, a_end), (p, p_end) = stretch.article, stretch.page
    mine, other = Folded(ours.codes[a:a_end], ours.at).text, Folded(theirs.codes[p:p_end], theirs.at).text
    similarity = Indel.normalized_similarity(mine, other)
    return Passage(ours.span(a, a_end), theirs.span(p, p_end), round(similarity, 4))


def marked(passages: tuple[Passage, ...]) -> tuple[Passage, ...]:
    """Mark the passages that stand out of the article's order: all but the heaviest ascending ones."""
    best: list[tuple[int, list[int]]] = []
    for at, one in enumerate(passages):
        weight, chain = max(
            (b for b in best if passages[b[1][-1]].article[0] <= one.article[0]), default=(0, []), key=lambda b: b[0]
        )
        best.append((weight + size(one.article), [*chain, at]))
    in_order = max(best, key=lambda b: b[0])[1] if best else []
    return tuple(replace(p, moved=at not in in_order) for at, p in enumerate(passages))


def share(spans: Sequence[Span], whole: Span) -> float:
    """Return the share of a whole that some spans cover."""
    if size(whole) <= 0:
        return 0.0
    covered = np.zeros(size(whole), np.bool_)
    for first, last in spans:
        covered[max(0, first - whole[0]) : max(0, last - whole[0])] = True
    return round(float(covered.mean()), 4)


def judged(
    coverage: float, similarity: float, passages: tuple[Passage, ...], thresholds: Thresholds
) -> tuple[MatchKind, tuple[str, ...]]:
    """Decide the kind of match, with the reasons."""
    in_order = not any(p.moved for p in passages)
    covers = f"{coverage:.0%} of the article stands on the page"
    if coverage >= thresholds.full and in_order and similarity >= thresholds.full:
        return MatchKind.FULL, (f"{covers}, in order (full from {thresholds.full:.0%})",)
    if coverage >= thresholds.near:
        how = "edited" if in_order else "rearranged"
        return MatchKind.NEAR, (f"{covers}, {how} (near from {thresholds.near:.0%})",)
    return MatchKind.EXCERPT, (f"{covers} (excerpt below {thresholds.near:.0%})",)
