"""Cut a text into pieces at its passages, so that both sides of a match can be shown highlighted and numbered."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from checker.model import Span

AROUND = 160
"""Characters of unmarked text shown on each side of a mark, where a text is shortened."""


@dataclass(frozen=True)
class Piece:
    """A stretch of text.

    `passage` is its number (from 1), 0 for none; `credit` marks a statement of source; `omitted` counts the
    characters left out in its place.
    """

    text: str
    passage: int = 0
    credit: bool = False
    omitted: int = 0


def pieces(text: str, passages: Iterable[Span], credit: Span | None = None) -> tuple[Piece, ...]:
    """The whole text in pieces; a passage's number is its place in `passages`. Of overlapping marks the first wins."""
    marks = [(start, end, number) for number, (start, end) in enumerate(passages, start=1)]
    if credit is not None:
        marks.append((*credit, 0))
    cut, at = [], 0
    for start, end, number in sorted(marks):
        begin, stop = max(start, at), min(end, len(text))
        if begin >= stop:
            continue
        if begin > at:
            cut.append(Piece(text[at:begin]))
        cut.append(Piece(text[begin:stop], passage=number, credit=number == 0))
        at = stop
    if at < len(text):
        cut.append(Piece(text[at:]))
    return tuple(cut)


def shortened(cut: tuple[Piece, ...], around: int = AROUND) -> tuple[Piece, ...]:
    """The pieces with long unmarked stretches reduced to what stands next to a mark."""
    short: list[Piece] = []
    for number, piece in enumerate(cut):
        marked = piece.passage or piece.credit
        before = around if number else 0
        after = around if number + 1 < len(cut) else 0
        left_out = len(piece.text) - before - after
        if marked or left_out <= around:
            short.append(piece)
            continue
        short.append(replace(piece, text=piece.text[:before]))
        short.append(Piece("", omitted=left_out))
        short.append(replace(piece, text=piece.text[len(piece.text) - after :] if after else ""))
    return tuple(piece for piece in short if piece.text or piece.omitted)


def sides(record: Mapping[str, Any], article: str, page: str) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
    """The article's text and the page's text in pieces, the same number on both sides of a passage."""
    passages = record["match"]["passages"]
    span = record["credit"].get("span")
    ours = pieces(article, [tuple(each["article"]) for each in passages])
    theirs = pieces(page, [tuple(each["page"]) for each in passages], None if span is None else (span[0], span[1]))
    return ours, shortened(theirs)
