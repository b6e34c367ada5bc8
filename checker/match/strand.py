"""Articles as strands, and the sketch of a strand: one byte a character, by which a hit is verified at once.

The high five bits of a byte are a hash of the character, 0 to 30; the low three say how many folded characters were
left out before it (7: seven or more). The byte LAST, whose hash no character has, ends each strand.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from checker.match.fingerprint import GUARANTEE, TRIPLE, Bools, K, is_han, wide
from checker.match.fold import Codes, fold
from checker.model import Article

RUN = 40
"""Folded characters of a shared run that is always found."""

AHEAD = 8
"""Characters behind a common fingerprint by which its places are told apart."""

LAST = 0xF8
GAP_BITS = 3
MOST_GAP = (1 << GAP_BITS) - 1

Bytes = NDArray[np.uint8]
Integers = NDArray[np.int64]


class Strands(NamedTuple):
    """Strands laid end to end, each ended by a 0 in `codes` and LAST in `sketch`, which its length counts.

    The first strands are the Han characters of each article; then those of stretches poor in Han, whose articles
    `owners` names by row.
    """

    codes: Codes
    sketch: Bytes
    lengths: Integers
    owners: Integers


def matched(article: Article) -> str:
    """Return the text of an article that is matched: without its title, pasted notices blanked out."""
    text = article.text
    for first, last in article.notice:
        text = text[:first] + "\n" * (last - first) + text[last:]
    return text


def strands(articles: Sequence[Article]) -> Strands:
    """Return the strands of articles."""
    texts = [matched(article) for article in articles]
    folded = fold("".join(texts))
    ends = np.searchsorted(folded.at, np.cumsum([len(text) for text in texts]))
    begins = np.concatenate((np.zeros(1, np.int64), ends[:-1]))
    counted = is_han(folded.codes)
    codes, sketch, lengths = narrow(folded.codes, counted, begins, ends)
    pieces = [(widened(folded.codes[a:b]), owner) for a, b, owner in lean(counted, ends)]
    return Strands(
        np.concatenate([codes, *(piece for piece, _ in pieces)]),
        np.concatenate([sketch, *(sketched(piece) for piece, _ in pieces)]),
        np.concatenate([lengths, np.array([len(piece) for piece, _ in pieces], np.int64)]),
        np.concatenate([np.arange(len(articles)), np.array([owner for _, owner in pieces], np.int64)]),
    )


def narrow(codes: Codes, counted: Bools, begins: Integers, ends: Integers) -> tuple[Codes, Bytes, Integers]:
    """Return the Han strands of texts laid end to end: codes, sketch and lengths."""
    places = np.flatnonzero(counted)
    sums = summed(counted)
    lengths = sums[ends] - sums[begins] + 1
    text = np.repeat(np.arange(len(ends)), lengths - 1)
    gaps = np.diff(places, prepend=-1) - 1
    first = np.flatnonzero(np.diff(text, prepend=-1))
    gaps[first] = places[first] - begins[text[first]]
    out = np.zeros(len(places) + len(ends), np.uint32)
    sketch = np.full(len(out), LAST, np.uint8)
    here = np.arange(len(places)) + text
    out[here] = codes[places]
    sketch[here] = hue(codes[places]) << GAP_BITS | np.minimum(gaps, MOST_GAP).astype(np.uint8)
    tail = ends - begins
    tail[text[first]] = ends[text[first]] - places[np.append(first[1:], len(places)) - 1] - 1 if len(first) else 0
    sketch[np.cumsum(lengths) - 1] = LAST | np.minimum(tail, MOST_GAP).astype(np.uint8)
    return out, sketch, lengths


def summed(counted: Bools) -> Integers:
    """Return how many of the values before each are true."""
    return np.concatenate((np.zeros(1, np.int64), np.cumsum(counted, dtype=np.int64)))


def hue(codes: Codes) -> Bytes:
    """Return the five-bit hash of characters, 0 to 30."""
    mixed = codes * np.uint32(0x9E3779B1) >> np.uint32(12)
    return (mixed % np.uint32(31)).astype(np.uint8)


def lean(counted: Bools, ends: Integers) -> list[tuple[int, int, int]]:
    """Return the stretches, and their texts, that are made of runs with too few Han characters for a fingerprint."""
    if len(counted) < RUN:
        return []
    sums = summed(counted)
    poor = np.flatnonzero(sums[RUN:] - sums[:-RUN] < GUARANTEE)
    text = np.searchsorted(ends, poor, side="right")
    inside = poor + RUN <= ends[text]
    poor, text = poor[inside], text[inside]
    if not len(poor):
        return []
    cut = np.flatnonzero((np.diff(poor) > 1) | (np.diff(text) > 0)) + 1
    first, last = poor[np.append(0, cut)], poor[np.append(cut, len(poor)) - 1] + RUN
    return list(zip(first.tolist(), last.tolist(), text[np.append(0, cut)].tolist(), strict=True))


def widened(codes: Codes) -> Codes:
    """Return a stretch as a wide strand, ended."""
    return np.append(wide(codes), np.uint32(0))


def sketched(strand: Codes) -> Bytes:
    """Return the sketch of a wide strand; its first character tells of the TRIPLE - 1 that it holds besides itself."""
    sketch: Bytes = hue(strand) << np.uint8(GAP_BITS)
    sketch[0] |= TRIPLE - 1
    sketch[-1] = LAST
    return sketch


def following(sketch: Bytes, places: Integers) -> NDArray[np.uint16]:
    """Return a hash of the AHEAD characters that follow the k-gram at each place."""
    key = np.zeros(len(places), np.uint32)
    for step in range(K, K + AHEAD):
        key = key * np.uint32(0x01000193) + (sketch.take(places + step, mode="clip") >> GAP_BITS)
    return (key * np.uint32(0x9E3779B1) >> np.uint32(16)).astype(np.uint16)
