"""The publisher's own copyright notice, where it was pasted along with an article.

A notice is recognised by its wording, not by its letters: the share of a sentence's folded three-character runs that
occur in the notice of the rule pack. So a notice in the other script, with other numbers, punctuation or small edits
is still a notice, and no list of words is needed. Only a block at the start or the end of a text can be one, and it
must name the publisher: news about copyright stays news.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from checker.match.fold import fold
from checker.model import Publisher, Span

GRAM = 3
KNOWN = 0.3
"""A sentence counts for the notice from this share of known runs on; news prose stays under 0.1."""
LEAST = 12
"""A block needs this many characters' worth of known runs above the share, about one clause."""
DROP = 20.0
"""A block ends where about 70 characters of other text follow: what so many losses part are two blocks."""

SENTENCE = re.compile(r"[^\n。！？；]+[\n。！？；”」』\"]*")


def notice_spans(text: str, publisher: Publisher) -> tuple[Span, ...]:
    """Return the stretches of `text` that are the publisher's pasted notice, in order, white space around trimmed."""
    known = vocabulary(tuple(publisher.notice.values()))
    if not known:
        return ()
    sentences = [match.span() for match in SENTENCE.finditer(text)]
    weights = (weight(words(text[start:end]), known) for start, end in sentences)
    backwards = (weight(words(text[start:end]), known) for start, end in reversed(sentences))
    tail = len(sentences) - best_prefix(backwards)
    head = min(best_prefix(weights), tail)
    blocks = (sentences[:head], sentences[tail:])
    spans = (trimmed(text, block[0][0], block[-1][1]) for block in blocks if block)
    names = folded_names((publisher.name, *publisher.names))
    return merged(span for span in spans if any(name in words(text[slice(*span)]) for name in names))


def without(text: str, spans: Sequence[Span]) -> str:
    """Return `text` with the stretches of `spans` taken out."""
    ends = [0, *(end for _, end in spans)]
    starts = [*(start for start, _ in spans), len(text)]
    return "".join(text[start:end] for start, end in zip(ends, starts, strict=True))


def words(text: str) -> str:
    """Return the folded characters of `text` as a string: one script, no punctuation, no space."""
    return "".join(map(chr, fold(text).codes.tolist()))


@lru_cache(maxsize=64)
def folded_names(names: tuple[str, ...]) -> tuple[str, ...]:
    """Return the folded forms of names, each once, longest first."""
    return tuple(sorted({words(name) for name in names} - {""}, key=lambda name: (-len(name), name)))


@lru_cache(maxsize=64)
def vocabulary(sentences: tuple[str, ...]) -> frozenset[str]:
    """Return every run of three folded characters in the notice."""
    return frozenset(gram for sentence in sentences for gram in grams(words(sentence)))


def grams(folded: str) -> Iterator[str]:
    """Yield the three-character runs of a folded text."""
    return (folded[at : at + GRAM] for at in range(len(folded) - GRAM + 1))


def weight(folded: str, known: frozenset[str]) -> float:
    """Return how much a sentence speaks for the notice: known runs beyond the share of `KNOWN`, negative for news."""
    runs = [gram in known for gram in grams(folded)]
    return sum(runs) - KNOWN * len(runs)


def best_prefix(weights: Iterable[float]) -> int:
    """Return how many of the first sentences make the block that speaks most for the notice; 0 where none does.

    No more of `weights` is taken than decides it: an article without a notice costs a sentence or two at each end.
    """
    best, length, total = 0.0, 0, 0.0
    for number, one in enumerate(weights, start=1):
        total += one
        if total > best:
            best, length = total, number
        if total < best - DROP:
            break
    return length if best >= LEAST else 0


def trimmed(text: str, start: int, end: int) -> Span:
    """Return the span without white space at its ends."""
    block = text[start:end]
    return start + len(block) - len(block.lstrip()), end - len(block) + len(block.rstrip())


def merged(spans: Iterable[Span]) -> tuple[Span, ...]:
    """Return the spans in order, each once, empty ones dropped."""
    return tuple(sorted({(start, end) for start, end in spans if start < end}))
