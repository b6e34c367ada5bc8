"""The whole road, timed on one core: screening, candidate pages, registering. `python -m tests.bench.bench_scan`.

    --corpus FILE.jsonl --pages FILE.warc.gz    measure on these; by default on the sample corpus and the demo's pages

Processor time of this process, so that other work on the machine does not count.
"""

import argparse
import gc
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.table import Table

from checker.crawl.targets import html_file
from checker.crawl.warc import pages
from checker.keep.store import Store
from checker.match.index import Index
from checker.model import Article, Page
from checker.register.corpus import read_corpus
from checker.register.entry import enter
from checker.register.record import Registration
from checker.scan import AT_ONCE, Road, Suspect, batches, pack_of, tidy
from checker.settings import Settings, Workspace
from checker.workspace import lay_out

ROOT = Path(__file__).parents[2]
LIMIT = 10_000_000
MILESTONES = (1_000, 10_000, 100_000)
"""Pages after which memory is measured."""

READ = 100


@dataclass(frozen=True)
class Measured:
    """Seconds of processor time: for registering all, for screening all pages, for each candidate.

    `memory` is what the process holds beyond mapped files, in bytes, after so many pages.
    """

    articles: int
    register: float
    pages: int
    screen: float
    candidates: list[float]
    memory: dict[int, int]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpus", type=Path, default=ROOT / "corpus")
    parser.add_argument("--pages", type=Path)
    options = parser.parse_args()
    given = options.pages
    found = list(pages(given, limit=LIMIT)) if given else [html_file(path, limit=LIMIT) for path in demo_pages()]
    with tempfile.TemporaryDirectory() as scratch:
        show(measure(Path(scratch) / "workspace", options.corpus, found))


def demo_pages() -> Iterator[Path]:
    """Yield the pages of the demo's sites."""
    yield from sorted((ROOT / "tests" / "demo" / "sites").rglob("*.html"))


def measure(folder: Path, corpus: Path, found: list[Page]) -> Measured:
    """Register a corpus and take pages down the road, as a worker process does."""
    lay_out(folder)
    place = Workspace(folder, Settings(database=f"sqlite:///{folder}/data/checker.db"))
    articles = articles_of(corpus, place)
    with Store.open(place.database) as store:
        register = spent(lambda: enter(articles, Index.open(place.index), store, datetime.now(UTC)))
    road = Road.open(place)
    gc.freeze()
    gc.set_threshold(200_000)
    screen, candidates = 0.0, []
    for batch in batches(found, AT_ONCE):
        screen += spent(lambda batch=batch: road.screen(batch))  # type: ignore[misc]
        for suspect in road.screen(batch):
            if isinstance(suspect, Suspect):
                candidates.append(spent(lambda suspect=suspect: road.examine(suspect)))  # type: ignore[misc]
                gc.collect(0)
    return Measured(len(articles), register, len(found), screen, candidates, memory(road, found))


def articles_of(corpus: Path, place: Workspace) -> list[Article]:
    """Return the articles of a corpus file or folder, as a workspace registers them."""
    pack = pack_of(place)
    registration = Registration({pack.publisher.id: pack.publisher})
    return [each for each in read_corpus(corpus, registration) if isinstance(each, Article)]


def memory(road: Road, found: list[Page]) -> dict[int, int]:
    """Screen the pages again and again, read one candidate in READ, and return the memory held after so many pages."""
    held: dict[int, int] = {}
    done = 0
    while done < max(MILESTONES):
        for batch in batches(found, AT_ONCE):
            for number, suspect in enumerate(road.screen(batch), start=done):
                if isinstance(suspect, Suspect) and number % READ == 0:
                    road.examine(suspect)
                    tidy()
            held |= {each: own_memory() for each in MILESTONES if done < each <= done + len(batch)}
            done += len(batch)
    return held


def own_memory() -> int:
    """Return the bytes of memory that this process holds, mapped files apart."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return 1024 * int(status.partition("RssAnon:")[2].split()[0])


def spent(work: Callable[[], object]) -> float:
    """Return the seconds of processor time that work takes."""
    start = time.process_time()
    work()
    return time.process_time() - start


def show(measured: Measured) -> None:
    """Print the table."""
    table = Table(
        "what", "figure", box=None, header_style="bold", title="the whole road, one core", title_justify="left"
    )
    table.add_row("articles registered, index and database", f"{measured.articles / measured.register:,.0f} a second")
    table.add_row("pages screened (decode, screen, look up)", f"{measured.pages / measured.screen:,.0f} a second")
    if measured.candidates:
        median = statistics.median(measured.candidates) * 1000
        table.add_row("a candidate page (read, align, judge), median", f"{median:.1f} ms")
    for count, held in measured.memory.items():
        table.add_row(f"memory after {count:,} pages, mapped files apart", f"{held / 1e6:,.0f} MB")
    table.add_row("pages, of them candidates", f"{measured.pages}, {len(measured.candidates)}")
    Console().print(table)


if __name__ == "__main__":
    main()
