"""A page's source -> what is no markup, quickly and roughly: for texts that are not Han, which markup interrupts."""

import numpy as np

from checker.match.fingerprint import Bools
from checker.match.fold import Codes
from checker.match.strand import Integers

LESS, MORE, AMPERSAND, SEMICOLON, SLASH = (ord(char) for char in "<>&;/")

ENTITY = 10
"""Characters of the longest entity that is left out."""

SMALL = np.uint32(0x20)
"""The bit that makes a letter a small one."""


def bare(points: Codes) -> Codes:
    """Return the code points of a source without tags, scripts, styles and entities."""
    opens, closes = np.flatnonzero(points == LESS), np.flatnonzero(points == MORE)
    if len(opens) and len(closes):
        opens = opens[opens < closes[-1]]
        ends = closes[np.searchsorted(closes, opens)]
        begin, stop = np.append(0, ends + 1), np.append(opens, len(points))
        points = points[joined(begin, np.where(np.append(False, silent(points, opens)), begin, stop))]
    return without_entities(points)


def joined(begin: Integers, stop: Integers) -> Integers:
    """Return the places of several stretches, one after the other."""
    lengths = np.maximum(stop - begin, 0)
    places: Integers = np.arange(int(lengths.sum())) + np.repeat(begin - np.cumsum(lengths) + lengths, lengths)
    return places


def silent(points: Codes, opens: Integers) -> Bools:
    """Tell behind which tags the content is not seen: from a script's or style's tag to the tag that ends it."""
    state = np.zeros(len(opens), np.int64)
    after = points.take(opens + 1, mode="clip")
    ending = after == SLASH
    first = np.where(ending, points.take(opens + 2, mode="clip"), after)
    some = np.flatnonzero((first | SMALL) == ord("s"))
    at = opens[some] + 1 + ending[some]
    told = named(points, at, "script") | named(points, at, "style")
    state[some[told]] = np.where(ending[some[told]], -1, 1) * (some[told] + 1)
    latest = np.maximum.accumulate(np.abs(state))
    result: Bools = np.append(0, state)[latest] > 0
    return result


def named(points: Codes, at: Integers, name: str) -> Bools:
    """Tell where a name of small letters stands, in any case of letters."""
    found = np.ones(len(at), np.bool_)
    for step, char in enumerate(name):
        found &= (points.take(at + step, mode="clip") | SMALL) == ord(char)
    return found


def without_entities(points: Codes) -> Codes:
    """Leave out entities such as &nbsp; (a numeric one of a letter too: pages that spell in those are parsed)."""
    begin, ends = np.flatnonzero(points == AMPERSAND), np.flatnonzero(points == SEMICOLON)
    if not len(begin) or not len(ends):
        return points
    begin = begin[begin < ends[-1]]
    stop = ends[np.searchsorted(ends, begin)] + 1
    short = stop - begin <= ENTITY
    kept = np.ones(len(points), np.bool_)
    kept[joined(begin[short], stop[short])] = False
    return points[kept]
