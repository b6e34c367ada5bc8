"""Which part of a page an element is (navigation, related articles, comments …), by the words of its name and marks."""

import re
from collections.abc import Mapping
from itertools import pairwise

WORD = re.compile(r"[a-z]+|[\u4e00-\u9fff]+")
CAMEL = re.compile(r"([a-z])([A-Z])")
MOST = 20_000
"""Keys that are remembered: the pages of a site have the same ones."""
SHORT = 200
"""Characters of a key that is remembered."""


class Parts:
    """The parts of a page by the words that name them: `<footer>` for an element, `footer` for a class, id or role."""

    def __init__(self, words: Mapping[str, str]) -> None:
        self._words = dict(words)
        self._known: dict[str, str] = {}

    def kind(self, key: str) -> str:
        """Return which part an element is, "" for none; its key is its name, then its classes, id and role."""
        known = self._known.get(key)
        if known is not None:
            return known
        found = next((self._words[word] for word in words(key) if word in self._words), "")
        if len(key) <= SHORT and len(self._known) < MOST:
            self._known[key] = found
        return found


def words(key: str) -> tuple[str, ...]:
    """Return an element's name and the words of its marks: each two neighbours as one, then each alone."""
    name, _, marks = key.partition(" ")
    found = WORD.findall(CAMEL.sub(r"\1 \2", marks).lower())
    return (f"<{name}>", *(a + b for a, b in pairwise(found)), *found)
