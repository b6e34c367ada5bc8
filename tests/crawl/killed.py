"""A crawl in a process of its own, to be killed: `python -m tests.crawl.killed DATABASE RUN TARGET...`."""

import sys
from datetime import UTC, datetime

from checker.crawl.frontier import SharedFrontier
from checker.crawl.targets import pages
from checker.keep.store import Store
from checker.model import Examined, PageOutcome
from checker.settings import Crawl

SETTINGS = Crawl(
    contact="tests@example.org", allow_private=True, delay=0, timeout=5, connections=4, pages=1000, depth=9
)


def main(address: str, run: int, targets: list[str]) -> None:
    """Crawl the targets, keep each page as clean, and tell the frontier so."""
    with Store.open(address) as store:
        frontier = SharedFrontier(store.engine, run, SETTINGS)
        for page in pages(targets, SETTINGS, frontier=frontier):
            store.keep(run, Examined(page, page.outcome or PageOutcome.CLEAN), datetime.now(UTC))
            frontier.kept(page)
        frontier.close()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3:])
