"""A page's text and its glyphs: the characters from U+2E80 on, which are all that screening needs of most pages.

Han characters, kana, Hangul and full-width signs stand there; markup and scripts stand below.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

FIRST = 0x2E80
"""No Han character stands below."""

Units = NDArray[np.uint16]
Places = NDArray[np.int64]


class Glyphs(NamedTuple):
    """The UTF-16 units of a text from FIRST on, where in its UTF-16 each stands, and how long that is."""

    units: Units
    at: Places
    end: int


@dataclass(frozen=True, eq=False)
class PageText:
    """The text of a page, decoded when it is first asked for, and its glyphs, which may be known without.

    `head` is how the text begins, at least up to the end of its title.
    """

    head: str
    decode: Callable[[], str]
    seen: Callable[[], Glyphs]

    @classmethod
    def of(cls, text: str) -> Self:
        """Return a text that is decoded already."""
        return cls(text, lambda: text, lambda: glyphs(text))

    @cached_property
    def text(self) -> str:
        """All of the text."""
        return self.decode()

    @cached_property
    def glyphs(self) -> Glyphs:
        """Its characters from FIRST on."""
        return self.seen()


def units(text: str) -> Units:
    """Return the UTF-16 units of a text."""
    return np.frombuffer(text.encode("utf-16-le", "surrogatepass"), "<u2")


def glyphs(text: str) -> Glyphs:
    """Return the glyphs of a text."""
    every = units(text)
    at = np.flatnonzero(every >= FIRST)
    return Glyphs(every.take(at), at, len(every))
