"""Facts that were changed inside passages: numbers, dates, names, negations.

A passage is aligned as a whole and may hold small edits. Each edit is widened to the word it changes and sorted by what
that word is; edits of layout, script and punctuation are none.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from functools import lru_cache

from rapidfuzz.distance import Levenshtein, Opcode

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
NUMBER = FIGURES + NUMERALS
DATE_UNITS = "年月日号"

CLAUSE = 24
"""Characters shown of a clause on each side of a changed word."""

CLAUSE_ENDS = re.compile(r"[\n，。;；：!！?？、]|[,:](?!\d)|(?<!\d)[,:]")

NOTHING = "∅"
"""How a message says that nothing stands on one side."""


@dataclass(frozen=True)
class Change:
    """One changed fact: the changed words, and the clause they stand in, on both sides."""

    ours: str
    theirs: str
    our_clause: str
    their_clause: str

    def __str__(self) -> str:
        """Return the changed words, ours first."""
        return f"{self.ours or NOTHING} → {self.theirs or NOTHING}"

    @property
    def clauses(self) -> str:
        """The clauses the changed words stand in, ours first."""
        return f"「{self.our_clause}」→「{self.their_clause}」"


@dataclass(frozen=True)
class Differences:
    """Changes by sort, in the order of the article."""

    numbers: tuple[Change, ...] = ()
    dates: tuple[Change, ...] = ()
    names: tuple[Change, ...] = ()
    negations: tuple[Change, ...] = ()

    def shown(self) -> dict[str, str]:
        """Return the changes of each sort in one line, the first few of them."""
        return {name: "; ".join(map(str, changes[:TOLD])) for name, changes in self._sorts()}

    def quoted(self) -> dict[str, str]:
        """Return the article's words and the page's words around the changes of each sort, as `numbers.words` ..."""
        return {f"{name}.words": "; ".join(each.clauses for each in changes[:TOLD]) for name, changes in self._sorts()}

    def _sorts(self) -> Iterator[tuple[str, tuple[Change, ...]]]:
        for sort in fields(self):
            yield sort.name, getattr(self, sort.name)


def differences(match: Match, document: Document, judging: Judging) -> Differences:
    """Return what was changed inside the passages of a match."""
    found: dict[str, dict[str, Change]] = {sort.name: {} for sort in fields(Differences)}
    alike = (passage for passage in match.passages if passage.similarity >= ALIKE)
    for passage in sorted(alike, key=lambda passage: passage.article):
        ours = match.article.text[slice(*passage.article)]
        theirs = document.text[slice(*passage.page)]
        for sort, change in _changes(ours, theirs, judging):
            found[sort].setdefault(str(change), change)
    return Differences(**{sort: tuple(changes.values()) for sort, changes in found.items()})


def _changes(ours: str, theirs: str, judging: Judging) -> Iterator[tuple[str, Change]]:
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
            clauses = _clause(ours, a), _clause(theirs, b)
            yield sort, Change(ours[slice(*a)], theirs[slice(*b)], *clauses)


def _clause(text: str, span: Span) -> str:
    """Return the clause a stretch stands in, from one punctuation mark to the next, or as much of it as is shown."""
    start, end = span
    before = CLAUSE_ENDS.split(text[max(0, start - CLAUSE) : start])[-1]
    after = CLAUSE_ENDS.split(text[end : end + CLAUSE], maxsplit=1)[0]
    return f"{before}{text[start:end]}{after}".strip()


def _edits(ours: str, theirs: str) -> Iterator[tuple[Span, Span]]:
    """Yield the small edits between two plain texts that change letters and stand alone, as spans of both.

    An edit stands alone between two stretches that agree; where edits crowd, the words are other ones and their
    numbers cannot be compared. Edits inside one number are one edit, those inside one date stand alone together.
    """
    for at in range(0, max(len(ours), 1), LONGEST):
        part, other = ours[at : at + LONGEST], theirs[at : at + LONGEST]
        steps = list(Levenshtein.opcodes(part, other))
        for crowd, before, after in _crowds(steps, part):
            alone = all(side is None or side.src_end - side.src_start >= AGREED for side in (before, after))
            for a, b, c, d in _joined(crowd, part) if alone else ():
                if max(b - a, d - c) <= SMALL and packed(part[a:b]) != packed(other[c:d]):
                    yield (at + a, at + b), (at + c, at + d)


def _crowds(steps: list[Opcode], text: str) -> Iterator[tuple[list[Opcode], Opcode | None, Opcode | None]]:
    """Yield the edits with nothing but figures and units of a date between them, and what agrees on either side."""
    crowd: list[Opcode] = []
    before: Opcode | None = None
    for step in steps:
        if step.tag != "equal":
            crowd.append(step)
        elif not crowd or not _within(text[step.src_start : step.src_end], NUMBER + DATE_UNITS):
            if crowd:
                yield crowd, before, step
            crowd, before = [], step
    if crowd:
        yield crowd, before, None


def _joined(crowd: list[Opcode], text: str) -> list[tuple[int, int, int, int]]:
    """Return the edits of a crowd as four offsets each; those with nothing but figures between them as one."""
    joined: list[tuple[int, int, int, int]] = []
    for step in crowd:
        if joined and _within(text[joined[-1][1] : step.src_start], NUMBER):
            a, _, c, _ = joined.pop()
            joined.append((a, step.src_end, c, step.dest_end))
        else:
            joined.append((step.src_start, step.src_end, step.dest_start, step.dest_end))
    return joined


def _within(text: str, chars: str) -> bool:
    return all(char in chars for char in text)


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
    return bool(word) and _within(word, NUMBER)


def _figures(word: str) -> str:
    return word.replace(",", "").rstrip(".")


def _word(text: str, span: Span, sort: str) -> Span:
    """Widen an edit to the number, or by two characters on each side to show where it stands."""
    start, end = span
    if sort not in {"numbers", "dates"}:
        return max(0, start - 2), min(len(text), end + 2)
    while start > 0 and text[start - 1] in NUMBER:
        start -= 1
    while end < len(text) and text[end] in NUMBER:
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
