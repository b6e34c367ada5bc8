"""Stretches of likeness: of what two texts share in order, the part in which what agrees outweighs what does not."""

from collections.abc import Sequence
from typing import NamedTuple

MISS = 0.8
"""What a character that does not agree costs, where one that agrees earns 1."""


class Block(NamedTuple):
    """Equal stretches: place in the article, place on the page, length."""

    article: int
    page: int
    length: int


def heaviest(blocks: Sequence[Block]) -> Sequence[Block]:
    """Return the run of blocks in which what agrees outweighs most what lies between."""
    best, best_score, begin, score = (0, 0), 0.0, 0, 0.0
    for at, block in enumerate(blocks):
        if at:
            before = blocks[at - 1]
            score -= MISS * (max(block.article - before.article, block.page - before.page) - before.length)
        if score <= 0:
            begin, score = at, 0.0
        score += block.length
        if score > best_score:
            best, best_score = (begin, at + 1), score
    return blocks[slice(*best)]


def agreeing(blocks: Sequence[Block]) -> int:
    """Return how many characters agree."""
    return sum(block.length for block in blocks)


def extent(blocks: Sequence[Block]) -> int:
    """Return the length of a run of blocks on the side where it is longer."""
    first, last = blocks[0], blocks[-1]
    return max(last.article - first.article, last.page - first.page) + last.length
