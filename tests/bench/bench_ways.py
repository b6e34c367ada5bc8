"""Whether screening loses anything, on a labelled set: `python -m tests.bench.bench_ways CORPUS PAGES`.

Every page is matched in three ways: screened by its bytes and then read, as a scan does; read without having been
screened; and screened with all of its Han characters written as numeric references, which takes the road of resolved
text. All three must find the same articles on the same pages; those that do not are named, and the exit code is 1.
"""

import sys
import tempfile
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from rich.console import Console
from rich.table import Table

from checker.crawl.warc import pages
from checker.errors import PageError
from checker.match.index import Index
from checker.model import Page
from checker.read.decode import decode
from checker.read.document import read
from checker.scan import AT_ONCE, Road, Suspect, batches
from checker.settings import Settings, Workspace
from checker.workspace import lay_out
from tests.bench.bench_scan import articles_of

LIMIT = 10_000_000
UTF_8 = (("Content-Type", "text/html; charset=utf-8"),)

Found = set[tuple[str, str]]
"""Pages by address, and the articles matched on them by id."""


def main(corpus: str, archive: str) -> None:
    """Match the pages in each way, print how many matches each finds, and name the differences."""
    with tempfile.TemporaryDirectory() as folder:
        place = Workspace(Path(folder), Settings())
        lay_out(place.root)
        Index.open(place.index).add(articles_of(Path(corpus), place))
        road = Road.open(place)
        taken = list(pages(Path(archive), limit=LIMIT))
        ways: dict[str, Callable[[], Found]] = {
            "screened by their bytes": lambda: screened(road, taken),
            "read, not screened": lambda: unscreened(road, taken),
            "screened, spelled in references": lambda: screened(road, [spelled(page) for page in taken]),
        }
        found = {name: way() for name, way in ways.items()}
    table = Table("pages", "matches", title=f"{len(taken)} pages")
    for name, matches in found.items():
        table.add_row(name, f"{len(matches)}")
    Console().print(table)
    differing = sorted({each for one in found.values() for other in found.values() for each in one - other})
    for url, article in differing:
        print(url, article, *(name for name, matches in found.items() if (url, article) in matches), sep="\t")
    raise SystemExit(bool(differing))


def screened(road: Road, taken: Sequence[Page]) -> Found:
    """Return the matches of the pages that screening lets through."""
    suspects = (each for batch in batches(taken, AT_ONCE) for each in road.screen(batch) if isinstance(each, Suspect))
    return unscreened(road, [suspect.page for suspect in suspects])


def unscreened(road: Road, taken: Sequence[Page]) -> Found:
    """Return the matches of pages that are read whatever they share."""
    found: Found = set()
    for page in taken:
        with suppress(PageError):
            document = read(page, road.reading)
            found |= {(page.url, match.article.id) for match in road.matches(document)}
    return found


def spelled(page: Page) -> Page:
    """Return a page whose characters beyond ASCII are written as numeric references; one that has no text as it is."""
    try:
        text = decode(page.body, page.header("content-type")).text
    except PageError:
        return page
    return replace(page, body=text.encode("ascii", "xmlcharrefreplace"), headers=UTF_8)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        raise SystemExit(__doc__)
    main(*sys.argv[1:])
