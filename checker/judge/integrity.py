"""Facts that were changed inside passages: numbers, dates, names, negations.

A passage is aligned as a whole and may hold small edits. Each edit is widened to the word it changes and sorted by what
that word is; edits of layout, script and punctuation are none.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from functools import lru_cache

from rapidfuzz.distance import Levenshtein

from checker.judge.pack import Judging
from checker.model import Document, Match, Span
from checker.script import level, packed

LONGEST = 12_000
"""Characters of one passage that are compared; what follows in a longer one is compared as a passage of its own."""

TOLD = 5
"""Changes of one sort that a message tells."""

SMALL = 20
"""An edit of more characters is an insertion or a cut, not a changed word."""

AGREED = 5
"""Characters that agree on each side of an edit that stands alone."""

ALIKE = 0.8
"""Similarity from which a passage is the same text with edits; below, other words stand there."""

FIGURES = "0123456789.,%"
NUMERALS = "零〇一二三四五六七八九十百千万亿两"
DATE_UNITS = "年月日号"


@dataclass(frozen=True)
class Differences:
    """Changes by sort, each written `ours → theirs`, in the order of the article."""

    numbers: tuple[str, ...] = ()
    dates: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    negations: tuple[str, ...] = ()

    def shown(self) -> dict[str, str]:
        """Return the changes of each sort in one line, the first few of them."""
        sorts = {sort.name: getattr(self, sort.name) for sort in fields(self)}
        return {name: "; ".join(changes[:TOLD]) for name, changes in sorts.items()}


def differences(match: Match, document: Document, judging: Judging) -> Differences:
    """Return what was changed inside the passages of a match."""
    found: dict[str, list[str]] = {sort.name: [] for sort in fields(Differences)}
    alike = (passage for passage in match.passages if passage.similarity >= ALIKE)
    for passage in sorted(alike, key=lambda passage: passage.article):
        ours = match.article.text[slice(*passage.article)]
        theirs = document.text[slice(*passage.page)]
        for sort, change in _changes(ours, theirs, judging):
            if change not in found[sort]:
                found[sort].append(change)
    return Differences(**{sort: tuple(changes) for sort, changes in found.items()})


def _changes(ours: str, theirs: str, judging: Judging) -> Iterator[tuple[str, str]]:
    """Yield sort and wording of every change of a fact in one passage."""
    plain_ours, plain_theirs = level(ours), level(theirs)
    if plain_ours == plain_theirs:
        return
    negations = tuple(level(word) for word in judging.negations)
    names = list(_names(plain_ours, judging))
    for one, other in _edits(plain_ours, plain_theirs):
        sort = _sort(plain_ours, plain_theirs, one, other, negations) or _name(names, one, other)
        if sort:
            a, b = _word(plain_ours, one, sort), _word(plain_theirs, other, sort)
            yield sort, f"{ours[slice(*a)] or '∅'} → {theirs[slice(*b)] or '∅'}"


def _edits(ours: str, theirs: str) -> Iterator[tuple[Span, Span]]:
    """Yield the small edits between two plain texts that change letters and stand alone, as spans of both.

    An edit stands alone between two stretches that agree; where edits crowd, the words are other ones and their
    numbers cannot be compared.
    """
    for at in range(0, max(len(ours), 1), LONGEST):
        part, other = ours[at : at + LONGEST], theirs[at : at + LONGEST]
        edits = list(Levenshtein.opcodes(part, other))
        for before, edit, after in zip([None, *edits], edits, [*edits[1:], None], strict=False):
            a, b, c, d = edit.src_start, edit.src_end, edit.dest_start, edit.dest_end
            if edit.tag == "equal" or max(b - a, d - c) > SMALL or packed(part[a:b]) == packed(other[c:d]):
                continue
            if all(side is None or side.src_end - side.src_start >= AGREED for side in (before, after)):
                yield (at + a, at + b), (at + c, at + d)


def _sort(ours: str, theirs: str, one: Span, other: Span, negations: tuple[str, ...]) -> str:
    """Say what an edit changes: numbers, dates, negations, or "" for neither."""
    a, b = _word(ours, one, "numbers"), _word(theirs, other, "numbers")
    mine, yours = ours[slice(*a)], theirs[slice(*b)]
    if mine != yours and _figures(mine) != _figures(yours) and _is_number(mine) and _is_number(yours):
        unit = ours[a[1] : a[1] + 1] or theirs[b[1] : b[1] + 1]
        return "dates" if unit and unit in DATE_UNITS else "numbers"
    before, after = ours[slice(*one)], theirs[slice(*other)]
    if sum(map(before.count, negations)) != sum(map(after.count, negations)):
        return "negations"
    return ""


def _is_number(word: str) -> bool:
    return bool(word) and all(char in FIGURES + NUMERALS for char in word)


def _figures(word: str) -> str:
    return word.replace(",", "").rstrip(".")


def _word(text: str, span: Span, sort: str) -> Span:
    """Widen an edit to the number, or by two characters on each side to show where it stands."""
    start, end = span
    if sort not in {"numbers", "dates"}:
        return max(0, start - 2), min(len(text), end + 2)
    chars = FIGURES + NUMERALS
    while start > 0 and text[start - 1] in chars:
        start -= 1
    while end < len(text) and text[end] in chars:
        end += 1
    while start < end and text[start] in ",.":
        start += 1
    while end > start and text[end - 1] in ",.":
        end -= 1
    return start, end


def _names(text: str, judging: Judging) -> Iterator[Span]:
    """Yield where the names of speakers stand: a surname and what follows it, before a word of speech."""
    for found in _speakers(judging.surnames, judging.speech).finditer(text):
        yield found.span(1)


@lru_cache(maxsize=16)
def _speakers(surnames: str, speech: tuple[str, ...]) -> re.Pattern[str]:
    verbs = "|".join(sorted((re.escape(level(word)) for word in speech), key=len, reverse=True))
    if not surnames or not verbs:
        return re.compile(r"(?!)()")
    return re.compile(rf"([{re.escape(level(surnames))}][\u4e00-\u9fff]{{1,2}}?)(?:{verbs})")


def _name(names: Iterable[Span], one: Span, other: Span) -> str:
    """Say "names" where an edit puts other characters in the place of a name."""
    replaced = one[0] < one[1] and other[0] < other[1]
    return "names" if replaced and any(start < one[1] and one[0] < end for start, end in names) else ""
