"""What is found of each kind of copy, through the index and alignment: `python -m tests.bench.bench_copies [FOLDER]`.

FOLDER is a labelled set's (its `dev/corpus.jsonl` is used), or a `.jsonl` of articles; without it the texts are
invented. Most articles are registered; the rest are the foreign texts that excerpts are put into. Of each kind the
table tells how many copies are candidates, how many are found, and how many other articles are named that share no run
as long as a quotation with the page.
"""

import argparse
import random
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from checker.match.align import align
from checker.match.fold import fold
from checker.match.index import Index
from checker.match.weigh import weigh
from checker.model import Article, Document, Match, Thresholds
from tests.bench.match_edits import SENTENCE, WHOLE, as_it_is, replaced
from tests.bench.match_texts import sentences

COPIES = 200
FOREIGN = 200
"""Texts that are not registered."""

THRESHOLDS = Thresholds()


@dataclass(frozen=True)
class Copy:
    """A page and the articles it copies."""

    text: str
    of: frozenset[str]


@dataclass(frozen=True)
class Corpus:
    """Registered articles, foreign texts, and chance."""

    articles: Sequence[Article]
    foreign: Sequence[str]
    rng: random.Random


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("folder", type=Path, nargs="?")
    options.add_argument("--copies", type=int, default=COPIES)
    options.add_argument("--kind", default="", help="only kinds whose name holds this")
    options.add_argument("--lost", action="store_true", help="say which articles are lost")
    chosen = options.parse_args()
    corpus = corpus_of(chosen.folder)
    table = Table("kind of copy", "candidate", "found", "others named", title=f"{chosen.copies} copies of each kind")
    with tempfile.TemporaryDirectory() as folder:
        index = Index.open(Path(folder))
        index.add(corpus.articles)
        for kind, make in kinds().items():
            if chosen.kind in kind:
                copies = [made for made in (make(corpus) for _ in range(chosen.copies)) if made]
                table.add_row(kind, *measured(index, copies, chosen.lost))
    Console(width=110).print(table)


def corpus_of(folder: Path | None) -> Corpus:
    """Return the articles that are registered and those that are not."""
    path = folder / "dev" / "corpus.jsonl" if folder and folder.is_dir() else folder
    rng = random.Random(11)
    texts = ["".join(text) for text in sentences(path, rng)]
    rng.shuffle(texts)
    articles = [Article(id=str(number), title="", text=text) for number, text in enumerate(texts[FOREIGN:])]
    return Corpus(articles, texts[:FOREIGN], rng)


def kinds() -> dict[str, Callable[[Corpus], Copy | None]]:
    """Return how a copy of each kind is made."""
    whole = {name: (lambda corpus, edit=edit: of_whole(corpus, edit)) for name, edit in WHOLE.items()}
    return whole | {
        "one sentence in a foreign text": lambda corpus: of_sentences(corpus, 1, 0.0),
        "two sentences in a foreign text": lambda corpus: of_sentences(corpus, 2, 0.0),
        "four sentences, 10% replaced, in a foreign text": lambda corpus: of_sentences(corpus, 4, 0.1),
        "parts of three articles": lambda corpus: of_three(corpus, 0.0),
        "parts of three articles, 10% replaced": lambda corpus: of_three(corpus, 0.1),
    }


def of_whole(corpus: Corpus, edit: Callable[[str, random.Random], str]) -> Copy:
    """Copy an article as an edit leaves it."""
    article = corpus.rng.choice(corpus.articles)
    return Copy(edit(article.text, corpus.rng), frozenset({article.id}))


def of_sentences(corpus: Corpus, number: int, rate: float) -> Copy | None:
    """Copy some sentences into a foreign text, where they are as long as a quotation and more."""
    article = corpus.rng.choice(corpus.articles)
    found = SENTENCE.findall(article.text)
    first = corpus.rng.randrange(len(found))
    piece = "".join(found[first : first + number])
    if len(fold(piece)) < THRESHOLDS.quotation * (1 if not rate else 4):
        return None
    return Copy(planted(corpus, replaced(rate)(piece, corpus.rng)), frozenset({article.id}))


def of_three(corpus: Corpus, rate: float) -> Copy:
    """Put together thirds of three articles."""
    some = corpus.rng.sample(corpus.articles, 3)
    edit = replaced(rate) if rate else as_it_is
    thirds = ["".join((cut := SENTENCE.findall(a.text))[: max(2, len(cut) // 3)]) for a in some]
    pairs = [(a.id, third) for a, third in zip(some, thirds, strict=True) if len(third) >= 4 * THRESHOLDS.quotation]
    return Copy("".join(edit(third, corpus.rng) for _, third in pairs), frozenset(name for name, _ in pairs))


def planted(corpus: Corpus, piece: str) -> str:
    """Put a piece into a foreign text."""
    host = SENTENCE.findall(corpus.rng.choice(corpus.foreign))
    at = corpus.rng.randrange(len(host) + 1)
    return "".join([*host[:at], piece, *host[at:]])


def measured(index: Index, copies: Sequence[Copy], lost: bool) -> tuple[str, str, str]:
    """Return the cells of a row: share of candidates, share found, other articles named a page."""
    asked = candidates = found = others = 0
    for copy in copies:
        named = {each.id for each in index.candidates(paragraphs(copy.text))}
        matches = {match.article.id: match for match in matched(index, named, copy.text)}
        asked += len(copy.of)
        candidates += len(copy.of & named)
        found += len(copy.of & set(matches))
        others += sum(1 for name in set(matches) - copy.of if not verbatim(matches[name]))
        if lost and copy.of - set(matches):
            Console().print(sorted(copy.of - set(matches)), sorted(copy.of - named), copy.text[:200])
    return f"{candidates / asked:.3f}", f"{found / asked:.3f}", f"{others / len(copies):.3f}"


def matched(index: Index, named: set[str], text: str) -> Iterator[Match]:
    """Yield what stands of the candidates once they are aligned and weighed."""
    document = Document("", text, (0, len(text)))
    articles = [index.article(name) for name in sorted(named)]
    aligned = (align(each, document, THRESHOLDS, stock=index.stock(each)) for each in articles)
    yield from weigh(tuple(match for match in aligned if match is not None))


def verbatim(match: Match) -> bool:
    """Tell whether a match rests on a run as long as a quotation."""
    return any("in a row" in reason for reason in match.reasons)


def paragraphs(text: str) -> str:
    """Write a text as a page's source."""
    body = "".join(f"<p>　　{part}</p>\n" for part in text.split("\n") if part)
    return f"<!DOCTYPE html><html><head><title>题</title></head><body>{body}</body></html>"


if __name__ == "__main__":
    main()
