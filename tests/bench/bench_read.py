"""What reading a candidate page costs: `python -m tests.bench.bench_read [--corpus FILE.jsonl --pages WARC]`.

CPU time of each step over the same pages in one run, each page's steps one after the other, so that their ratios mean
something on any machine: Beautiful Soup's parse with lxml, our own parse into the same tree, all of reading, and the
whole way of a candidate page (reading, aligning, judging). Without a corpus the pages are those of tests/pages, each
looked for by its own article.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from bs4 import BeautifulSoup
from rich.console import Console
from rich.table import Table

from checker.crawl.warc import pages as captured
from checker.errors import PageError
from checker.judge.pack import load_pack
from checker.match.index import Index
from checker.model import Article, Page
from checker.read.decode import decode
from checker.read.document import read
from checker.read.outlets import Reading, load_reading
from checker.read.tree import tree
from checker.register.corpus import read_corpus
from checker.register.record import Registration
from checker.scan import Road, Suspect, settle, tidy
from checker.settings import Settings, Workspace

ROOT = Path(__file__).parents[2]
MOST = 300
"""Candidate pages that are measured."""
LARGEST = 10_000_000
STEPS = ("bs4 with lxml", "our parse", "reading", "candidate page")


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--corpus", type=Path, help="a .jsonl of articles")
    options.add_argument("--pages", type=Path, help="a .warc.gz of pages")
    chosen = options.parse_args()
    if (chosen.corpus is None) != (chosen.pages is None):
        options.error("--corpus and --pages go together")
    with tempfile.TemporaryDirectory() as folder:
        workspace = Workspace(Path(folder), Settings())
        (workspace.root / "rules").symlink_to(ROOT / "rules")
        pack = load_pack(next((ROOT / "rules" / "publishers").glob("*.toml")))
        reading = load_reading(ROOT / "rules" / "credits.toml", pack.publisher)
        if chosen.pages:
            found = list(captured(chosen.pages, limit=LARGEST))
            read_in = read_corpus(chosen.corpus, Registration({pack.publisher.id: pack.publisher}))
            articles = [article for article in read_in if isinstance(article, Article)]
        else:
            found = list(own())
            articles = list(told(found, reading))
        Index.open(workspace.index).add(articles)
        road = Road.open(workspace)
        suspects = [each for each in road.screen(found) if isinstance(each, Suspect)][:MOST]
        settle()
        shown(Console(width=110), [measured(road, suspect) for suspect in suspects])


def own() -> Iterator[Page]:
    """Yield the labelled pages of the tests."""
    for path in sorted((ROOT / "tests" / "pages").glob("*.html")):
        moment = datetime(2026, 11, 2, 8, tzinfo=UTC)
        headers = (("Content-Type", "text/html"),)
        yield Page(f"http://site.example/{path.name}", moment, path.read_bytes(), status=200, headers=headers)


def told(pages: list[Page], reading: Reading) -> Iterator[Article]:
    """Yield the article that each page tells."""
    for number, page in enumerate(pages):
        try:
            document = read(page, reading)
        except PageError:
            continue
        yield Article(f"cri-{number}", document.title, document.text[slice(*document.main)])


def measured(road: Road, suspect: Suspect) -> tuple[float, ...]:
    """Return the milliseconds of each step over one page."""
    page = suspect.page
    html = decode(page.body, page.header("content-type")).text
    return (
        spent(lambda: BeautifulSoup(html, "lxml")),
        spent(lambda: tree(html)),
        spent(lambda: read(page, road.reading)),
        spent(lambda: road.examine(suspect)),
    )


def spent(work: Callable[[], object]) -> float:
    """Return the CPU milliseconds of one piece of work, with what a worker does after each page."""
    start = time.process_time()
    work()
    tidy()
    return 1000 * (time.process_time() - start)


def shown(console: Console, rows: list[tuple[float, ...]]) -> None:
    """Print medians and high ends, in milliseconds and as multiples of what bs4's parse takes."""
    columns = list(zip(*rows, strict=True))
    base = statistics.median(columns[0])
    table = Table(title=f"reading {len(rows)} candidate pages, CPU time")
    for head in ("step", "median ms", "of bs4's parse", "9 of 10 within ms"):
        table.add_column(head, justify="left" if head == "step" else "right")
    beyond = [max(0.0, whole - parse) for parse, whole in zip(columns[0], columns[2], strict=True)]
    for name, column in [*zip(STEPS, columns, strict=True), ("reading beyond bs4's parse", beyond)]:
        middle, high = statistics.median(column), sorted(column)[int(0.9 * len(column))]
        table.add_row(name, f"{middle:.1f}", f"{middle / base:.2f}", f"{high:.1f}")
    console.print(table)


if __name__ == "__main__":
    main()
