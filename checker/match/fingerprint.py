"""Fingerprints: hashes of k-grams, winnowed on our side, all of them on the page's side.

Winnowing (Schleimer, Wilkerson, Aiken 2003) keeps the least hash of every window of W k-grams, so a run of K + W - 1
characters that a page shares with an article contains a kept fingerprint, and every further W characters one more.

What is hashed is a *strand*: the Han characters of a text, folded, less numerals and particles. Markup and scripts are
ASCII, so a page's source has the same strand as its visible text. Where a text is poor in Han, `wide` makes a strand of
everything else.
"""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from checker.glyphs import Glyphs, Units, glyphs
from checker.match.fold import Codes, Folded, fold, points
from checker.match.table import POINTS, load

K = 6
W = 6
GUARANTEE = K + W - 1
"""Characters of a shared run of a strand that always contain a fingerprint."""

HASH_BITS = 33
PLACE_BITS = 31
"""A fingerprint and its place in a segment fill one 64-bit word."""

NUMERALS = "〇零一二三四五六七八九十百千万亿两廿卅壹贰叁肆伍陆柒捌玖拾佰仟"
PARTICLES = "的了着都就也又且还和与及在是地得之把被让吧呢啊吗"
"""Left out of the look-up: numbers are spelled in many ways, and particles are the first thing an editor touches."""

SEVERAL = np.uint16(1)

BEYOND = 0x10000
PAIRED = 0x400
HIGH_HALF = 0xD800
"""Characters from BEYOND on are two units, the first of them from HIGH_HALF on, one for PAIRED characters."""

SECOND_HALF, HALVES = 0xDC00, 0xFC00
"""The second of the two, and the bits by which a half is told."""

TRIPLE = 3
"""Folded characters that make one character of a wide strand."""

WIDE = 1 << 24
"""Characters of a wide strand begin here, beyond all code points."""

Hashes = NDArray[np.uint64]
Entries = NDArray[np.uint64]
Bools = NDArray[np.bool_]

MIX = np.uint64(0x9E3779B97F4A7C15)
BASE = np.uint64(0x2545F4914F6CDD1D)
BASE_SQUARED = np.uint64(0x2545F4914F6CDD1D**2 % 2**64)
NEVER = np.uint64(0xFFFFFFFFFFFFFFFF)
LAST_PLACE = np.uint64((1 << PLACE_BITS) - 1)


@cache
def han_table() -> Units:
    """Return UTF-16 unit -> folded character of a strand, 0 for none, SEVERAL where a unit alone does not tell."""
    single = load().single
    folded = np.where(counted()[np.minimum(single, POINTS - 1)], single, np.uint32(0))
    table = np.where(single[:BEYOND] >= BEYOND, SEVERAL, folded[:BEYOND]).astype(np.uint16)
    beyond = np.flatnonzero(folded[BEYOND:]) // PAIRED
    table[HIGH_HALF + beyond] = SEVERAL
    return table


def is_han(codes: Codes) -> Bools:
    """Tell which folded codes belong to a strand: Han characters that are no numeral and no particle."""
    return counted()[codes]


@cache
def counted() -> Bools:
    """Return for each code point whether it belongs to a strand."""
    table = np.zeros(POINTS, np.bool_)
    table[0x3400:0xA000] = table[0x20000:0x33480] = True
    table[points(NUMERALS + PARTICLES)] = False
    return table


def han(text: str) -> Folded:
    """Return the strand of a text; `at` are places in its UTF-16."""
    return strand_of(glyphs(text))


def strand_of(seen: Glyphs) -> Folded:
    """Return the strand of a text whose glyphs are known."""
    codes = han_table().take(seen.units)
    counts = np.flatnonzero(codes)
    codes = codes.take(counts)
    if SEVERAL in codes:
        return strand_of_several(seen)
    return Folded(codes.astype(np.uint32), seen.at.take(counts).astype(np.int32))


def strand_of_several(seen: Glyphs) -> Folded:
    """Return the strand of a text in which a single unit does not always tell what character it folds to."""
    folded = fold(seen.units.tobytes().decode("utf-16-le", "surrogatepass"))
    half = seen.units & HALVES
    begins = np.flatnonzero(np.append(True, (half[1:] != SECOND_HALF) | (half[:-1] != HIGH_HALF)))
    some = np.flatnonzero(is_han(folded.codes))
    return Folded(folded.codes.take(some), seen.at.take(begins.take(folded.at.take(some))).astype(np.int32))


def wide(codes: Codes) -> Codes:
    """Return the wide strand of folded codes: a character for every TRIPLE of them, overlapping."""
    if len(codes) < TRIPLE:
        return np.zeros(0, np.uint32)
    one = codes.astype(np.uint64) * MIX
    triple = (one[:-2] * BASE + one[1:-1]) * BASE + one[2:]
    return (triple >> np.uint64(40)).astype(np.uint32) | np.uint32(WIDE)


def grams(codes: Codes) -> Hashes:
    """Return the hash of each K-gram of a strand, HASH_BITS wide; empty where there are fewer than K characters."""
    if len(codes) < K:
        return np.zeros(0, np.uint64)
    one = codes.astype(np.uint64) * MIX
    two = one[:-1] * BASE + one[1:]
    four = two[:-2] * BASE_SQUARED + two[2:]
    six: Hashes = four[:-2] * BASE_SQUARED + two[4:]
    six ^= six >> np.uint64(32)
    six *= MIX
    six >>= np.uint64(64 - HASH_BITS)
    return six


def winnow(codes: Codes, lengths: NDArray[np.int64]) -> Entries:
    """Return the kept fingerprints of strands laid end to end, as `hash << PLACE_BITS | place`, in order of place.

    A strand shorter than W k-grams keeps its least one. Of equal hashes in a window the right-most is kept.
    """
    hashes = grams(codes)
    if not len(hashes):
        return np.zeros(0, np.uint64)
    strand = np.repeat(np.arange(len(lengths)), lengths)
    whole = strand[: len(hashes)] == strand[K - 1 :]
    keys = np.concatenate((np.where(whole, ranked(hashes), NEVER), np.full(W - 1, NEVER)))
    full = windows(keys, np.maximum) != NEVER
    starts = np.cumsum(lengths) - lengths
    starts = starts[starts < len(hashes)]
    full[starts[whole[starts]]] = True
    least = windows(keys, np.minimum)
    least = least[full & (least != NEVER)]
    first = np.append(True, least[1:] != least[:-1])
    chosen: Entries = least[first[: len(least)]] ^ LAST_PLACE
    return chosen


def kept(hashes: Hashes) -> Bools:
    """Tell which k-grams of a single strand winnowing keeps; all of a strand shorter than W of them."""
    result = np.ones(len(hashes), np.bool_)
    if len(hashes) >= W:
        least = windows(ranked(hashes), np.minimum)
        result[:] = False
        result[(least & LAST_PLACE ^ LAST_PLACE).astype(np.int64)] = True
    return result


def ranked(hashes: Hashes) -> Entries:
    """Return hashes followed by their places in such a way that of equal hashes the right-most is the least."""
    return hashes << np.uint64(PLACE_BITS) | LAST_PLACE - np.arange(len(hashes), dtype=np.uint64)


def windows(keys: Entries, best: np.ufunc) -> Entries:
    """Return the best key of each window of W."""
    count = len(keys) - W + 1
    found = keys[:count].copy()
    for step in range(1, W):
        best(found, keys[step : step + count], out=found)
    return found
