"""Fingerprints: hashes of k-grams, winnowed on our side, all of them on the page's side.

Winnowing (Schleimer, Wilkerson, Aiken 2003) keeps the least hash of every window of W k-grams, so a run of K + W - 1
characters that a page shares with an article contains a kept fingerprint, and every further W characters one more.
"""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from checker.match.fold import Codes, fold
from checker.match.table import load

K = 6
W = 5
GUARANTEE = K + W - 1
"""Han characters of a shared run that always contain a fingerprint."""

HASH_BITS = 33
PLACE_BITS = 31
"""A fingerprint and its place in a segment fill one 64-bit word."""

NUMERALS = "〇零一二三四五六七八九十百千万亿两廿卅壹贰叁肆伍陆柒捌玖拾佰仟"
PARTICLES = "的了着都就也又且还和与及在是地得之把被让吧呢啊吗"
"""Left out of the look-up: numbers are spelled in many ways, and particles are the first thing an editor touches."""

FIRST_WIDE = 0x2E80
"""No Han character stands below; markup and scripts do."""

SURROGATES = (0xD800, 0xDFFF)

Hashes = NDArray[np.uint64]
Entries = NDArray[np.uint64]
Places = NDArray[np.int64]

MIX = np.uint64(0x9E3779B97F4A7C15)
BASE = np.uint64(0x2545F4914F6CDD1D)
BASE_SQUARED = np.uint64(0x2545F4914F6CDD1D**2 % 2**64)
NEVER = np.uint64(0xFFFFFFFFFFFFFFFF)


@cache
def han_table() -> NDArray[np.uint16]:
    """Return code unit -> folded Han character or 0, for the Basic Multilingual Plane; 1 where more must be asked."""
    single = load().single[:0x10000]
    table = np.where(is_han(single) & (single < 0x10000), single, 0).astype(np.uint16)
    table[single >= 0x10000] = 1
    table[SURROGATES[0] : SURROGATES[1] + 1] = 1
    return table


def is_han(codes: Codes) -> NDArray[np.bool_]:
    """Tell which folded codes count in the look-up: Han characters that are no numeral and no particle."""
    unified = (codes >= 0x3400) & (codes < 0xA000)
    beyond = (codes >= 0x20000) & (codes < 0x33480)
    left_out = np.array([ord(c) for c in NUMERALS + PARTICLES], np.uint32)
    return (unified | beyond) & ~np.isin(codes, left_out)


def han(text: str) -> Codes:
    """Return the folded Han characters of a text or of a page's source, in order, without numerals and particles."""
    units = np.frombuffer(text.encode("utf-16-le", "surrogatepass"), "<u2")
    codes = han_table()[units[units >= FIRST_WIDE]]
    codes = codes[codes != 0]
    if (codes == 1).any():
        folded = fold(text).codes
        return folded[is_han(folded)]
    return codes.astype(np.uint32)


def grams(codes: Codes) -> Hashes:
    """Return the hash of each K-gram, HASH_BITS wide; empty where there are fewer than K characters."""
    if len(codes) < K:
        return np.zeros(0, np.uint64)
    one = codes.astype(np.uint64) * MIX
    two = one[:-1] * BASE + one[1:]
    four = two[:-2] * BASE_SQUARED + two[2:]
    six = four[:-2] * BASE_SQUARED + two[4:]
    six ^= six >> np.uint64(32)
    six *= MIX
    return six >> np.uint64(64 - HASH_BITS)


def winnow(codes: Codes, starts: NDArray[np.int64]) -> Entries:
    """Return the kept fingerprints of several texts laid end to end, as `hash << PLACE_BITS | place`, unsorted.

    `starts` are the places where the texts begin. A text shorter than W k-grams keeps its least one. Of equal
    hashes in a window the right-most is kept.
    """
    hashes = grams(codes)
    if not len(hashes):
        return np.zeros(0, np.uint64)
    text = np.repeat(np.arange(len(starts)), np.diff(np.append(starts, len(codes))))
    whole = text[: len(hashes)] == text[K - 1 :]
    last = np.uint64((1 << PLACE_BITS) - 1)
    keys = np.where(whole, hashes << np.uint64(PLACE_BITS) | (last - np.arange(len(hashes), dtype=np.uint64)), NEVER)
    least, most = windows(keys)
    chosen = most != NEVER
    chosen[starts[starts < len(hashes)]] = True
    kept = least[chosen & (least != NEVER)]
    return kept[np.diff(kept, prepend=NEVER) != 0] ^ last


def windows(keys: Entries) -> tuple[Entries, Entries]:
    """Return the least and the greatest key of the window of W that begins at each key."""
    padded = np.concatenate((keys, np.full(W - 1, NEVER)))
    least, most = keys.copy(), keys.copy()
    for step in range(1, W):
        ahead = padded[step : step + len(keys)]
        np.minimum(least, ahead, out=least)
        np.maximum(most, ahead, out=most)
    return least, most
