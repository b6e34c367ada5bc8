"""How fast and how good matching is:
`python -m tests.bench.bench_match [--corpus FILE] [--pages WARC] [--articles N ...]`.

All figures of a table are of one run on one core, side by side, so that their ratios mean something on any machine.
Without a corpus the texts are invented, and so are, without pages, clean pages around invented texts. Of given pages
those are clean that share nothing with the registered articles, which are made of the sentences of the corpus.
"""

import argparse
import random
import resource
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import partial
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from checker import scan
from checker.crawl import warc
from checker.errors import PageError
from checker.glyphs import PageText
from checker.match.align import align
from checker.match.index import Index
from checker.model import Document, Page, Thresholds
from checker.read.refusal import load_refusals
from checker.read.screen import screen
from tests.bench import match_quality
from tests.bench.match_texts import edited, invented, page, recombined, sentences
from tests.bench.parsing import charset_of, parse

ROOT = Path(__file__).parents[2]
LARGEST = 10_000_000
CLEAN = 300
ROUNDS = 7
COPIES = 200

Step = tuple[Callable[[Any], object], Sequence[Any]]
"""What is measured, and the items it is done to."""


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--corpus", type=Path, help="a .jsonl of articles whose sentences are recombined")
    options.add_argument("--pages", type=Path, help="a .warc.gz of clean pages")
    options.add_argument("--articles", type=int, nargs="+", default=[10_000, 20_000])
    options.add_argument("--quality", action="store_true", help="passages, and other tools beside")
    chosen = options.parse_args()
    rng = random.Random(7)
    texts = sentences(chosen.corpus, rng)
    console = Console(width=110)
    with tempfile.TemporaryDirectory() as folder:
        indexes = registered(console, Path(folder), texts, sorted(chosen.articles))
        screening(console, indexes, chosen.pages or invented_pages(Path(folder) / "pages.warc.gz", rng))
        aligning(console, indexes[-1], rng)
    if chosen.quality:
        match_quality.passages(console, texts, rng)
        match_quality.rivals(console, texts, rng)


def registered(console: Console, folder: Path, texts: list[list[str]], numbers: Sequence[int]) -> list[Index]:
    """Register recombined articles in one index for each number; print rate, size and time to open."""
    table = Table(title="registration")
    for name in (
        "articles",
        "articles/s",
        "bytes/1,000 chars",
        "of these fingerprints",
        "segments",
        "opened in",
        "peak",
    ):
        table.add_column(name, justify="right")
    indexes = []
    for number in numbers:
        index = Index.open(folder / str(number))
        making, characters = made(number, texts)
        start = time.process_time()
        index.add(recombined(texts, number, random.Random(1)))
        seconds = time.process_time() - start - making
        whole = sum(path.stat().st_size for path in index.folder.iterdir())
        records = sum(len(part.segment.blocks) for part in index.parts)
        start = time.perf_counter()
        indexes.append(Index.open(index.folder))
        opening = time.perf_counter() - start
        kilo = characters / 1000
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        sizes = (f"{whole / kilo:,.0f}", f"{(whole - records) / kilo:,.0f}", f"{len(index.parts)}")
        table.add_row(f"{number:,}", f"{number / seconds:,.0f}", *sizes, f"{opening * 1000:.1f} ms", f"{peak:,.0f} MB")
    console.print(table)
    return indexes


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


def screening(console: Console, indexes: Sequence[Index], file: Path) -> None:
    """Print what screening clean pages costs beside parsing them, with every index."""
    refusals = load_refusals(ROOT / "rules" / "refusals.toml")

    def screened(pages: Sequence[Page]) -> list[PageText]:
        return [screen(page, refusals).page for page in pages]

    with tempfile.TemporaryDirectory() as folder:
        clean, whole = Path(folder) / "clean.warc.gz", list(screenable(file))
        shares = [any(flags) for flags in zip(*(index.touches(screened(whole)) for index in indexes), strict=True)]
        copy_records(file, [page for page, known in zip(whole, shares, strict=True) if not known], clean)
        pages = list(screenable(clean))
        batches = list(scan.batches(pages, scan.AT_ONCE))
        alike = [(page.body, charset_of(page)) for page in pages]
        steps: dict[str, Step] = {
            "read WARC": (lambda _: sum(1 for _ in warc.pages(clean, limit=LARGEST)), [clean]),
            "parse": (lambda item: parse(*item), alike),
            "screen": (screened, batches),
        }
        for index in indexes:
            steps[f"screen, look up in {len(index):,}"] = (partial(looked_up, index, screened), batches)
        spent = {name: each / len(pages) for name, each in least(steps).items()}
    reading, parsing = spent.pop("read WARC"), spent.pop("parse")
    table = Table(title=f"{len(pages)} clean pages of {len(whole)}; ms a page: read WARC {reading:.3f}")
    for name in ("step", "ms", "with reading", "parse / it", "parse / with reading", "both with reading"):
        table.add_column(name, justify="left" if name == "step" else "right")
    for name, own in {"parse (resiliparse)": parsing, **spent}.items():
        ratios = (parsing / own, parsing / (reading + own), (reading + parsing) / (reading + own))
        table.add_row(name, f"{own:.3f}", f"{reading + own:.3f}", *(f"{ratio:.2f}" for ratio in ratios))
    console.print(table)
    first, *_, last = [spent[name] + reading for name in spent if "look up" in name] * 2
    console.print(f"slower by the most articles than by the fewest: {last / first:.2f}, end to end\n")


def looked_up(index: Index, screened: Callable[[Sequence[Page]], list[PageText]], pages: Sequence[Page]) -> None:
    """Screen pages and look them up."""
    index.touches(screened(pages))


def screenable(file: Path) -> Iterator[Page]:
    """Yield the pages of a WARC that hold text."""
    for each in warc.pages(file, limit=LARGEST):
        with suppress(PageError):
            screen(each)
            yield each


def copy_records(file: Path, pages: Sequence[Page], to: Path) -> None:
    """Copy the records of some pages, byte for byte, into a WARC of their own."""
    wanted = {int(page.facts["warc"].rpartition("#")[2]) for page in pages}
    with file.open("rb") as source, to.open("wb") as target:
        places = [*warc.starts(source), file.stat().st_size]
        for begin, end in pairwise(places):
            if begin in wanted:
                source.seek(begin)
                target.write(source.read(end - begin))


def least(steps: Mapping[str, Step]) -> dict[str, float]:
    """Return the milliseconds that each step takes for all of its items, each by the least of several rounds."""
    best = {name: [float("inf")] * len(items) for name, (_, items) in steps.items()}
    for _ in range(ROUNDS):
        for name, (step, items) in steps.items():
            for number, item in enumerate(items):
                start = time.process_time()
                step(item)
                best[name][number] = min(best[name][number], time.process_time() - start)
    return {name: 1000 * sum(each) for name, each in best.items()}


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
