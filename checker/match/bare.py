"""A page's source -> what is no markup, quickly and roughly: for texts that are not Han, which markup interrupts."""

import numpy as np

from checker.glyphs import Units
from checker.match.fingerprint import Bools
from checker.match.strand import Integers

LESS, MORE, AMPERSAND, SEMICOLON, SLASH = (ord(char) for char in "<>&;/")

EITHER = np.uint16(0xFFFD)
"""All bits of a unit but the one by which < and > differ."""

ENTITY = 10
"""Characters of the longest entity that is left out."""

SMALL = np.uint16(0x20)
"""The bit that makes a letter a small one."""

SCRIPT, STYLE = (np.frombuffer(name, np.uint8) for name in (b"script", b"style"))


def bare(source: Units) -> Units:
    """Return the units of a source without tags, scripts, styles and entities.

    What stands behind a < is a tag up to the next >, however many other < come before it; where none comes, no tag.
    """
    marks = np.flatnonzero(source & EITHER == LESS)
    if not len(marks):
        return without_entities(source)
    opens = source.take(marks) == LESS
    if opens[-1]:
        opens[int(np.flatnonzero(~opens).max(initial=-1)) + 1 :] = False
    opens[silent(source, marks, opens)] = True
    edges = np.concatenate(([-1], marks, [len(source)]))
    lengths = np.diff(edges) - 1
    seen = np.concatenate(([True], ~opens)) & (lengths > 0)
    return without_entities(source.take(joined(edges[:-1][seen] + 1, lengths[seen])))


def joined(begin: Integers, lengths: Integers) -> Integers:
    """Return the places of several stretches, one after the other."""
    ends = np.cumsum(lengths)
    places: Integers = np.arange(int(ends[-1]) if len(ends) else 0) + np.repeat(begin - ends + lengths, lengths)
    return places


def silent(source: Units, marks: Integers, opens: Bools) -> Bools:
    """Tell behind which marks the content is not seen: from a script's or style's tag to the tag that ends it."""
    after = source.take(marks + 1, mode="clip")
    ends = np.flatnonzero(opens & (after == SLASH))
    begins = scripted(source, marks, np.flatnonzero(opens & (after | SMALL == ord("s"))), 1)
    ends = scripted(source, marks, ends[source.take(marks[ends] + 2, mode="clip") | SMALL == ord("s")], 2)
    last = np.append(ends, len(marks))[np.searchsorted(ends, begins)]
    result = np.zeros(len(marks), np.bool_)
    for first, end in zip(begins.tolist(), last.tolist(), strict=True):
        result[first:end] = True
    return result


def scripted(source: Units, marks: Integers, some: Integers, behind: int) -> Integers:
    """Return those of some marks that are followed by the name of a script or style, so many characters behind."""
    second = source.take(marks[some] + behind + 1, mode="clip") | SMALL
    some = some[(second == ord("c")) | (second == ord("t"))]
    letters = source.take(marks[some][:, None] + np.arange(behind, behind + 6), mode="clip") | SMALL
    found: Integers = some[(letters == SCRIPT).all(axis=1) | (letters[:, :5] == STYLE).all(axis=1)]
    return found


def without_entities(source: Units) -> Units:
    """Leave out entities such as &nbsp; (a numeric one of a letter too: pages that spell in those are parsed)."""
    begin = np.flatnonzero(source == AMPERSAND)
    if not len(begin):
        return source
    ends = np.flatnonzero(source == SEMICOLON)
    begin = begin[begin < ends[-1]] if len(ends) else begin[:0]
    lengths = ends[np.searchsorted(ends, begin)] + 1 - begin
    short = lengths <= ENTITY
    kept = np.ones(len(source), np.bool_)
    kept[joined(begin[short], lengths[short])] = False
    return source[kept]
