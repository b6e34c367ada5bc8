"""One article over several pages, read as one document: whatever any part says, the whole says."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain

from checker.model import Credit, Document, Operator, PageKind, Span
from checker.read.credit import deciding
from checker.read.grades import CREDITED


@dataclass(frozen=True)
class Piece:
    """A stretch of one part's text, and where it stands in the whole."""

    part: int
    span: Span
    start: int


def join(parts: Sequence[Document]) -> Document:
    """Return the document that the parts of an article make, given in their order; at least one.

    The parts' main texts follow each other, as if no page had been turned. Before them stands what is above the first,
    behind them what is below it and around the others.
    """
    first, pieces = parts[0], _pieces(parts)
    text = "\n".join(parts[each.part].text[slice(*each.span)] for each in pieces)
    moved = chain.from_iterable(_moved(part.credits, at, pieces) for at, part in enumerate(parts))
    found = tuple(sorted(moved, key=lambda each: (each.span is None, each.span or (0, 0))))
    spans = ((at, span) for at, part in enumerate(parts) for span in part.notices)
    credit, joined = deciding(found), tuple(part.url for part in parts)
    return replace(
        first,
        text=text,
        main=(first.main[0], sum(len(each) for each in map(_own, parts)) + first.main[0] + len(parts) - 1),
        authors=tuple(dict.fromkeys(chain.from_iterable(part.authors for part in parts))),
        editor=_any(part.editor for part in parts),
        original_title=_any(part.original_title for part in parts),
        published=next((part.published for part in parts if part.published), None),
        source=credit.source if credit.grade in CREDITED else _any(part.source or "" for part in parts) or None,
        credits=found,
        credit=credit,
        operator=next((part.operator for part in parts if part.operator != Operator()), first.operator),
        kind=PageKind.ARTICLE if any(part.kind is PageKind.ARTICLE for part in parts) else first.kind,
        notices=tuple(there for at, span in spans if (there := _there(span, at, pieces))),
        links=tuple(dict.fromkeys(chain.from_iterable(part.links for part in parts))),
        parts=max(part.parts for part in parts),
        next_page=parts[-1].next_page,
        siblings=tuple(sorted({url for part in parts for url in part.siblings})),
        joined=joined,
    )


def _own(part: Document) -> str:
    return part.text[slice(*part.main)]


def _pieces(parts: Sequence[Document]) -> tuple[Piece, ...]:
    """Cut the texts at their main stretches and put those behind each other."""
    first, others = parts[0], list(enumerate(parts))[1:]
    spans: list[tuple[int, Span]] = [(0, (0, first.main[1]))]
    spans += [(at, part.main) for at, part in others]
    spans += [(0, (first.main[1], len(first.text)))]
    for at, part in others:
        spans += [(at, (0, part.main[0])), (at, (part.main[1], len(part.text)))]
    pieces, start = [], 0
    for at, span in spans:
        pieces.append(Piece(at, span, start))
        start += span[1] - span[0] + 1
    return tuple(pieces)


def _moved(found: Iterable[Credit], part: int, pieces: Sequence[Piece]) -> Iterator[Credit]:
    """Yield a part's credits where they stand in the whole."""
    for credit in found:
        yield credit if credit.span is None else replace(credit, span=_there(credit.span, part, pieces))


def _there(span: Span, part: int, pieces: Sequence[Piece]) -> Span | None:
    """Return a part's span as one of the whole, by the piece that holds its beginning; None where it is in none."""
    for piece in pieces:
        start, end = piece.span
        if piece.part == part and start <= span[0] < end:
            return piece.start + span[0] - start, piece.start + min(span[1], end) - start
    return None


def _any(words: Iterable[str]) -> str:
    """Return the first that says anything."""
    return next(filter(None, words), "")
