"""Pages made ready to be looked up: their strands laid end to end, as those of articles are in a segment.

Several pages are looked up at once, because most of what a look-up of one page costs is calls, not work.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np

from checker.glyphs import PageText, Units, units
from checker.match.bare import bare
from checker.match.fingerprint import TRIPLE, Hashes, K, grams, is_han, strand_of
from checker.match.fold import Codes, Folded, fold
from checker.match.segment import Words, words
from checker.match.strand import GAP_BITS, RUN, Bytes, Integers, hue, lean, widened
from checker.model import Span

SIDE = RUN
MARGIN = SIDE + K
"""Characters that are compared on each side of a hit, and that a probe has on each side so that they can be."""

BLANK = np.uint8(1)
"""A byte of a page that no byte of a sketch is equal to."""

END = np.uint32(0)
"""No character: ends the strand of each page."""

RICH = 1000
"""Han characters from which on a page is searched for other texts only where the index has a fair share of them."""


@dataclass(frozen=True, eq=False)
class Probe:
    """Strands of pages, each ended by END; `begins` is where each begins, `at` where its characters are in the texts.

    `at` counts on from page to page, between -1 and what is behind all. `run` characters of a run are sought.
    """

    codes: Codes
    at: Integers
    begins: Integers
    run: int = RUN

    @classmethod
    def of(cls, strands: Sequence[Folded], ends: Sequence[int], run: int = RUN) -> Self:
        """Lay strands end to end; `ends` are the lengths of their texts."""
        lengths = np.array([len(strand) + 1 for strand in strands], np.int64)
        begins = np.cumsum(lengths) - lengths
        codes = np.full(int(lengths.sum()), END)
        at = np.full(len(codes) + 2, -1, np.int64)
        offset = 0
        for strand, begin, end in zip(strands, begins.tolist(), ends, strict=True):
            codes[begin : begin + len(strand)] = strand.codes
            np.add(strand.at, offset, out=at[begin + 1 : begin + 1 + len(strand)])
            offset += end + 1
            at[begin + 1 + len(strand)] = offset - 1
        at[-1] = offset
        return cls(codes, at, begins, run)

    @cached_property
    def hashes(self) -> Hashes:
        """The hash of each k-gram."""
        return grams(self.codes)

    @cached_property
    def hues(self) -> Bytes:
        """The hues of the strands, as a sketch has them, with margins that no character has."""
        hues = hue(self.codes) << np.uint8(GAP_BITS)
        hues[self.codes == END] = BLANK
        margin = np.full(MARGIN, BLANK)
        return np.concatenate((margin, hues, margin))

    def eight(self, places: Integers) -> Words:
        """Return the hues from some places on, eight in one word."""
        return self._words[places + MARGIN]

    @cached_property
    def _words(self) -> Words:
        return words(self.hues)

    def page(self, places: Integers) -> Integers:
        """Return which page each place is in."""
        return self.begins.searchsorted(places, side="right") - 1

    def strand(self, place: int) -> Span:
        """Return where the strand of the page that holds a place begins and where its last character ends."""
        number = int(self.begins.searchsorted(place, side="right"))
        end = int(self.begins[number]) if number < len(self.begins) else len(self.codes)
        return int(self.begins[number - 1]), end - 1


def probes(pages: Sequence[PageText], foreign: bool, mostly: bool) -> Iterator[tuple[Probe, Integers]]:
    """Yield the Han strands of pages, and the wide ones where texts poor in Han are sought (`foreign`); and whose.

    A page rich in Han is searched for such texts only where the index has `mostly` more than a few of them.
    """
    strands, lengths = [], []
    poor: dict[int, Folded] = {}
    for number, page in enumerate(pages):
        strands.append(strand_of(page.glyphs))
        lengths.append(page.glyphs.end)
        if foreign and (mostly or len(strands[-1]) < RICH) and len(wide := wide_strand(units(page.text))):
            poor[number] = wide
    yield Probe.of(strands, lengths), np.arange(len(pages))
    if poor:
        yield Probe.of(list(poor.values()), list(map(len, poor.values())), RUN - TRIPLE + 1), np.array(list(poor))


def wide_strand(source: Units) -> Folded:
    """Return the wide strands of what is poor in Han in a page's source, end to end."""
    codes = fold(bare(source).tobytes().decode("utf-16-le", "surrogatepass")).codes
    pieces = [widened(codes[first:last]) for first, last, _ in lean(is_han(codes), np.array([len(codes)]))]
    strand = np.concatenate(pieces) if pieces else codes[:0]
    return Folded(strand, np.arange(len(strand), dtype=np.int32))
