"""Words compared without regard to script, width or invisible characters, each still at its own place.

`level` maps every character to exactly one character, so an offset into the levelled text is an offset into the
original: traditional to simplified, full width to half width, upper to lower case, every kind of blank to a space, and
what no reader sees (zero-width, bidi, combining marks) to `GONE`.
"""

import re
import sys
import unicodedata
from functools import lru_cache
from operator import ne

import numpy as np
from numpy.typing import NDArray
from opencc import OpenCC

GAP = r"[ \x00]{0,9}"
"""What may stand between the characters of a word: blanks and the unseen; bounded, so no text is slow to search."""
GONE = "\x00"
"""Stands for a character no reader sees."""

NO_LETTER = re.compile(r"[\W_]+")
"""What is not a letter, an ideograph or a digit."""

LONG = 50
"""Characters from which on a text is levelled faster as an array."""

_BLANKS = "\t\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
_BARS = "丨｜│┃∣❘ǀ"
_COLONS = "：﹕︰∶ː꞉"
_FILLERS = "\u115f\u1160\u3164\uffa0\u034f\u180e"


@lru_cache(maxsize=1)
def _ideographs() -> dict[int, str]:
    """The traditional, variant and compatibility ideographs that have one simplified form."""
    every = [chr(code) for code in (*range(0x3400, 0xA000), *range(0xF900, 0xFADA))]
    plain = OpenCC("t2s").convert("\n".join(every)).split("\n")
    return {ord(old): new for old, new in zip(every, plain, strict=True) if old != new and len(new) == 1}


@lru_cache(maxsize=1)
def _table() -> dict[int, str]:
    converter, table = OpenCC("t2s"), dict(_ideographs())
    for code in range(0x80, 0x10000):
        if 0xD800 <= code < 0xE000 or code in table:
            continue
        letter = chr(code)
        if unicodedata.category(letter) in {"Cf", "Mn", "Me", "Cc"}:
            table[code] = GONE
            continue
        plain = unicodedata.normalize("NFKC", letter).lower()
        if len(plain) == 1 and plain != letter:
            table[code] = converter.convert(plain)
    table |= dict.fromkeys(
        [*range(0xE0100, 0xE01F0), *range(0xE0000, 0xE0080), *range(9), 0x0B, *range(0x0E, 0x20)], GONE
    )
    table |= {ord(c): " " for c in _BLANKS} | {ord(c): "|" for c in _BARS} | {ord(c): ":" for c in _COLONS}
    table |= {ord(c): GONE for c in _FILLERS} | {code: chr(code).lower() for code in range(0x41, 0x5B)}
    return {code: to for code, to in table.items() if len(to) == 1}


@lru_cache(maxsize=1)
def _codes() -> NDArray[np.uint32]:
    """The table as code point -> code point."""
    codes = np.arange(sys.maxunicode + 1, dtype=np.uint32)
    table = _table()
    codes[list(table)] = [ord(to) for to in table.values()]
    return codes


def level(text: str) -> str:
    """Return the text levelled, character for character (same length)."""
    if len(text) < LONG:
        return text.translate(_table())
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), "<u4")
    return _codes().take(codes).tobytes().decode("utf-32-le", "surrogatepass")


def simplified(text: str) -> str:
    """Return the text in simplified characters and otherwise as it is (same length)."""
    return text.translate(_ideographs())


def traditional(text: str) -> int:
    """Return how many characters of a text are traditional ones."""
    return sum(map(ne, text, simplified(text)))


def packed(text: str) -> str:
    """Return the levelled text without anything that is not a letter, an ideograph or a digit: a key to compare by."""
    return NO_LETTER.sub("", level(text))


def spaced(words: str) -> str:
    """Return a regular expression for words whose characters may be parted by blanks or unseen characters."""
    return GAP.join(re.escape(c) for c in level(words) if not c.isspace())


def either(*words: str) -> str:
    """Return a regular expression for any of the words, the longest first; it never matches where there are none."""
    by_length = sorted({w for w in words if w}, key=lambda w: (-len(w), w))
    return "|".join(spaced(w) for w in by_length) or r"(?!)"
