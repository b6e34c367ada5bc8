"""Text made comparable, character for character: the offsets stay what they were."""

import unicodedata
from functools import cache, lru_cache

import opencc

HAN = ((0x3400, 0x4DC0), (0x4E00, 0xA000))

WORD = 64
"""Characters up to which a text is taken for a word of the rule pack, asked about again and again."""


def plain(text: str) -> str:
    """Return a text of the same length: simplified characters, half-width forms, small letters."""
    return _word(text) if len(text) <= WORD else text.translate(_table())


@lru_cache(maxsize=4096)
def _word(text: str) -> str:
    return text.translate(_table())


def letters(text: str) -> str:
    """Return the plain text without punctuation and space, for comparing titles and names."""
    return "".join(filter(str.isalnum, plain(text)))


def simplified(text: str) -> str:
    """Return the text in simplified characters and otherwise as it is."""
    table = _table()
    return "".join(table[ord(char)] if char in _traditional() else char for char in text)


def traditional(text: str) -> int:
    """Return how many characters of a text are traditional ones."""
    return sum(map(_traditional().__contains__, text))


@cache
def _traditional() -> frozenset[str]:
    """The Han characters that have another, simplified form."""
    return frozenset(chr(code) for code in _table() if any(start <= code < stop for start, stop in HAN))


@cache
def _table() -> dict[int, str]:
    """The folding of single code points: OpenCC's t2s for Han, NFKC and case for the rest of the basic plane."""
    han = [chr(code) for start, stop in HAN for code in range(start, stop)]
    simplified = opencc.OpenCC("t2s").convert("\n".join(han)).split("\n")
    table = {ord(old): new for old, new in zip(han, simplified, strict=True) if old != new and len(new) == 1}
    for code in (*range(0x00A0, 0x0250), *range(0x2000, 0x3400), *range(0xFF00, 0xFFF0), *range(0x41, 0x5B)):
        folded = unicodedata.normalize("NFKC", chr(code)).casefold()
        if len(folded) == 1 and folded != chr(code):
            table[code] = folded
    return table
