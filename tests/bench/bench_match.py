"""How fast and how good matching is: `python -m tests.bench.bench_match [--corpus FILE] [--pages WARC] [--articles N]`.

All figures of a table are of one run on one core, side by side, so that their ratios mean something on any machine.
Without a corpus the texts are invented; without pages the clean pages are made around invented texts.
"""

import argparse
import random
import resource
import statistics
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from fastwarc.warc import ArchiveIterator, WarcRecordType
from resiliparse.parse.html import HTMLTree
from rich.console import Console
from rich.table import Table

from checker.errors import PageError
from checker.match.align import align
from checker.match.index import Index
from checker.model import Document, Page, Thresholds
from checker.read.screen import screen
from tests.bench import match_quality
from tests.bench.match_texts import edited, invented, page, recombined, sentences

CLEAN = 300
ROUNDS = 5
COPIES = 200


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--corpus", type=Path, help="a .jsonl of articles whose sentences are recombined")
    options.add_argument("--pages", type=Path, help="a .warc.gz of clean pages")
    options.add_argument("--articles", type=int, default=20_000)
    options.add_argument("--quality", action="store_true", help="passages, and other tools beside")
    chosen = options.parse_args()
    rng = random.Random(7)
    texts = sentences(chosen.corpus, rng)
    console = Console(width=110)
    with tempfile.TemporaryDirectory() as folder:
        index = registered(console, Path(folder), texts, chosen.articles)
        screening(console, index, list(bodies(chosen.pages, rng)))
        aligning(console, index, rng)
    if chosen.quality:
        match_quality.passages(console, texts, rng)
        match_quality.rivals(console, texts, rng)


def registered(console: Console, folder: Path, texts: list[list[str]], number: int) -> Index:
    """Register recombined articles and print rate, size and time to open."""
    index = Index.open(folder)
    making, characters = made(number, texts)
    start = time.process_time()
    index.add(recombined(texts, number, random.Random(1)))
    seconds = time.process_time() - start - making
    whole = sum(path.stat().st_size for path in folder.iterdir())
    records = sum(len(part.segment.blocks) for part in index.parts)
    start = time.perf_counter()
    opened = Index.open(folder)
    opening = time.perf_counter() - start
    table = Table(title=f"registration of {number:,} articles of {characters // number} characters")
    for name in ("articles/s", "bytes/1,000 chars", "of these fingerprints", "segments", "opened in", "peak memory"):
        table.add_column(name, justify="right")
    kilo = characters / 1000
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    row = (
        f"{number / seconds:,.0f}",
        f"{whole / kilo:,.0f}",
        f"{(whole - records) / kilo:,.0f}",
        f"{len(index.parts)}",
    )
    table.add_row(*row, f"{opening * 1000:.1f} ms", f"{peak:,.0f} MB")
    console.print(table)
    return opened


def made(number: int, texts: list[list[str]]) -> tuple[float, int]:
    """Return the seconds it takes to make the articles alone, and their characters."""
    start = time.process_time()
    characters = sum(len(article.text) for article in recombined(texts, number, random.Random(1)))
    return time.process_time() - start, characters


def bodies(warc: Path | None, rng: random.Random) -> Iterator[bytes]:
    """Yield the bodies of clean pages."""
    if warc is None:
        for _ in range(CLEAN):
            yield page("".join(invented(rng)), rng)
        return
    with warc.open("rb") as stream:
        for record in ArchiveIterator(stream, record_types=WarcRecordType.response):
            yield record.reader.read()


def screening(console: Console, index: Index, pages: list[bytes]) -> None:
    """Print what screening costs beside parsing; the least of several rounds each."""

    def parsed(body: bytes) -> object:
        try:
            return HTMLTree.parse_from_bytes(body, "utf-8")
        except ValueError:
            return None

    def screened(body: bytes) -> str:
        try:
            return screen(Page("https://site.example/", datetime.now(UTC), body)).text
        except PageError:
            return ""

    sources = [screened(body) for body in pages]
    found = [index.candidates(text) for text in sources]
    rows = {
        "parse (resiliparse)": least(parsed, pages),
        "decode and screen": least(screened, pages),
        "look up": least(index.candidates, sources),
        "screen and look up": least(lambda body: index.candidates(screened(body)), pages),
    }
    table = Table(title=f"screening {len(pages)} pages against {len(index):,} articles")
    table.add_column("step")
    table.add_column("ms/page", justify="right")
    table.add_column("pages/s", justify="right")
    table.add_column("parse = 1", justify="right")
    for name, milliseconds in rows.items():
        ratio = rows["parse (resiliparse)"] / milliseconds
        table.add_row(name, f"{milliseconds:.3f}", f"{1000 / milliseconds:,.0f}", f"{ratio:.2f}")
    console.print(table)
    with_any = sum(1 for each in found if each)
    console.print(f"pages with a candidate: {with_any} of {len(pages)}, candidates: {sum(map(len, found))}\n")


def least(step: Callable[[Any], object], items: Iterable[Any]) -> float:
    """Return milliseconds an item, the least of several rounds."""
    items = list(items)
    best = float("inf")
    for _ in range(ROUNDS):
        start = time.process_time()
        for item in items:
            step(item)
        best = min(best, time.process_time() - start)
    return best * 1000 / len(items)


def aligning(console: Console, index: Index, rng: random.Random) -> None:
    """Print what aligning a copied page costs, and whether copies are found."""
    table = Table(title="copies of registered articles")
    for name in ("edits", "found", "look up ms", "align ms (median)"):
        table.add_column(name, justify="right")
    for rate in (0.0, 0.1, 0.2, 0.3):
        found, looking, aligned = 0, [], []
        for _ in range(COPIES):
            article = index.article(f"r{rng.randrange(len(index))}")
            text = edited(article.text, rate, rng)
            source = page(text, rng).decode()
            start = time.perf_counter()
            ids = [candidate.id for candidate in index.candidates(source)]
            looking.append(time.perf_counter() - start)
            if article.id not in ids:
                continue
            start = time.perf_counter()
            match = align(article, Document("", text, (0, len(text))), Thresholds())
            aligned.append(time.perf_counter() - start)
            found += match is not None
        spent = statistics.median(aligned) * 1000 if aligned else float("nan")
        table.add_row(
            f"{rate:.0%}", f"{found / COPIES:.3f}", f"{statistics.median(looking) * 1000:.2f}", f"{spent:.2f}"
        )
    console.print(table)


if __name__ == "__main__":
    main()
