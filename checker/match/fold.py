"""Fold text for matching, and keep the way back.

A folded character is a letter or number without case, width, script variant and marks; all else is dropped. So two
texts that a reader takes for the same have the same folded characters.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from checker.match.table import EXPANDS, load
from checker.model import Span

Codes = NDArray[np.uint32]
Positions = NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class Folded:
    """`codes[i]` is a folded code point, `at[i]` the offset in the original of the character it came from.

    A character that stands for several (㎞ for km) gives several codes with the same offset.
    """

    codes: Codes
    at: Positions

    def __len__(self) -> int:
        return len(self.codes)

    @property
    def text(self) -> str:
        """The folded characters as a string."""
        return self.codes.astype("<u4").tobytes().decode("utf-32-le")

    def span(self, first: int, last: int) -> Span:
        """Return the half-open span of the original from folded character `first` up to but without `last`."""
        return int(self.at[first]), int(self.at[last - 1]) + 1


def fold(text: str) -> Folded:
    """Fold a text."""
    return fold_points(points(text))


def fold_points(all_points: Codes) -> Folded:
    """Fold a text given as code points."""
    table = load()
    codes = table.single[all_points]
    at = np.flatnonzero(codes).astype(np.int32)
    codes = codes[at]
    if len(codes) and codes.max() >= EXPANDS:
        return expanded(codes, at, table.expansions)
    return Folded(codes, at)


def expanded(codes: Codes, at: Positions, expansions: Codes) -> Folded:
    """Put the several characters in the place of each character that stands for them."""
    several = codes >= EXPANDS
    rows = expansions[codes[several] - EXPANDS]
    counts = np.ones(len(codes), np.int64)
    counts[several] = np.count_nonzero(rows, axis=1)
    result = np.repeat(codes, counts)
    result[np.repeat(several, counts)] = rows[rows != 0]
    return Folded(result, np.repeat(at, counts))


def points(text: str) -> Codes:
    """Return the code points of a text; a lone surrogate counts as one."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), "<u4")
