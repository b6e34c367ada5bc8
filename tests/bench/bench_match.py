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
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from io import BytesIO
from itertools import islice
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from checker.crawl import warc
from checker.errors import PageError
from checker.glyphs import PageText
from checker.match.align import align
from checker.match.index import Index
from checker.model import Document, Page, Thresholds
from checker.read.refusal import load_refusals
from checker.read.screen import screen
from checker.scan import AT_ONCE
from tests.bench import match_quality
from tests.bench.match_texts import edited, invented, page, recombined, sentences
from tests.bench.parsing import charset_of, parse

ROOT = Path(__file__).parents[2]
LARGEST = 10_000_000
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
        screening(console, index, chosen.pages or invented_pages(Path(folder) / "pages.warc.gz", rng))
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


def invented_pages(file: Path, rng: random.Random) -> Path:
    """Write a WARC of clean pages around invented texts."""
    with file.open("wb") as stream:
        writer = WARCWriter(stream, gzip=True)
        for number in range(CLEAN):
            head = StatusAndHeaders("200 OK", [("Content-Type", "text/html; charset=utf-8")], protocol="HTTP/1.1")
            body = BytesIO(page("".join(invented(rng)), rng))
            url = f"https://site.example/{number}"
            writer.write_record(writer.create_warc_record(url, "response", payload=body, http_headers=head))
    return file


def screening(console: Console, index: Index, file: Path) -> None:
    """Print what screening costs beside parsing."""
    refusals = load_refusals(ROOT / "rules" / "refusals.toml")

    def screened(pages: Sequence[Page]) -> list[PageText]:
        return [screen(page, refusals).page for page in pages]

    def read(number: int) -> int:
        return sum(1 for _ in islice(warc.pages(file, limit=LARGEST), number))

    pages = list(screenable(file))
    count = len(pages)
    alike = [(page.body, charset_of(page)) for page in pages]
    batches = [pages[at : at + AT_ONCE] for at in range(0, count, AT_ONCE)]
    texts = [screened(batch) for batch in batches]
    steps = {
        "read WARC": least(read, [(count,)]) / count,
        "parse (resiliparse)": least(parse, alike) / count,
        "decode and screen": least(screened, [(batch,) for batch in batches]) / count,
        "decode, screen and look up": least(lambda batch: index.touches(screened(batch)), [(b,) for b in batches])
        / count,
    }
    reading, parsing, _, looking = steps.values()
    steps |= {"read and parse": reading + parsing, "read, decode, screen and look up": reading + looking}
    table = Table(title=f"screening {count} pages against {len(index):,} articles")
    table.add_column("step")
    for name in ("ms/page", "pages/s", "parse = 1", "read and parse = 1"):
        table.add_column(name, justify="right")
    for name, spent in steps.items():
        ratios = (f"{parsing / spent:.2f}", f"{(reading + parsing) / spent:.2f}")
        table.add_row(name, f"{spent:.3f}", f"{1000 / spent:,.0f}", *ratios)
    console.print(table)
    touched = sum(sum(index.touches(screened(batch))) for batch in batches)
    named = sum(len(index.candidates(text.text)) for batch in texts for text in batch)
    console.print(f"pages with a candidate: {touched} of {count}, candidates: {named}\n")


def screenable(file: Path) -> Iterator[Page]:
    """Yield the pages of a WARC that hold text."""
    for each in warc.pages(file, limit=LARGEST):
        with suppress(PageError):
            screen(each)
            yield each


def least(step: Callable[..., object], items: Sequence[tuple[Any, ...]]) -> float:
    """Return the milliseconds that a step takes for all items, each by the least of several rounds."""
    best = [float("inf")] * len(items)
    for _ in range(ROUNDS):
        for number, item in enumerate(items):
            start = time.process_time()
            step(*item)
            best[number] = min(best[number], time.process_time() - start)
    return 1000 * sum(best)


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
