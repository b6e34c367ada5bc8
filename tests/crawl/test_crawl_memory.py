"""All bad inputs together leave memory where it was: measured in a process of its own."""

import json
import subprocess
import sys

import pytest

from tests.bench import bench_crawl
from tests.crawl.hostile import CASES

CEILING = 64 * 1024 * 1024

CHILD = """
import json, resource, sys, threading
from checker.crawl.fetch import Fetcher
from checker.crawl.links import links
from checker.crawl.sitemap import feed, sitemap
from checker.settings import Crawl

address, paths, limit = sys.argv[1], json.loads(sys.argv[2]), int(sys.argv[3])
settings = Crawl(contact="x", allow_private=True, delay=0, timeout=0.7, max_bytes=limit)
with Fetcher(settings) as fetcher:
    warm = fetcher.fetch(address + "/warm")
    feed(b""), sitemap(b""), links(warm)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for path in paths:
        page = fetcher.fetch(address + path)
        links(page), sitemap(page.body[:1000])
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print((after - before) * 1024)
"""


LONG = """
import resource, sys
from checker.crawl.targets import pages
from checker.settings import Crawl

settings = Crawl(contact="x", allow_private=True, delay=0, pages=7000, depth=10_000)
targets = [f"http://127.0.0.{at}:{sys.argv[1]}/" for at in range(1, 9)]
for count, page in enumerate(pages(targets, settings), start=1):
    assert page.outcome is None, (page.url, page.reason)
    if count == 10_000:
        early = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(count, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - early) * 1024)
"""


@pytest.mark.soak
def test_memory_is_flat_over_fifty_thousand_pages() -> None:
    with bench_crawl.serving(6250, 3000) as port:
        run = subprocess.run(
            [sys.executable, "-c", LONG, str(port)], capture_output=True, text=True, check=True, timeout=1800
        )
    count, grown = map(int, run.stdout.split())
    assert count == 8 * 6251
    assert grown < 40_000 * 1000, "more than the address of each page is kept"


def test_memory_stays_where_it_was(misbehaving: str) -> None:
    paths = json.dumps([case.path for case in CASES])
    run = subprocess.run(
        [sys.executable, "-c", CHILD, misbehaving, paths, "10000000"], capture_output=True, text=True, check=True
    )
    grown = int(run.stdout)
    assert grown < CEILING, f"grown by {grown / 1e6:.1f} MB over {len(CASES)} bad answers"
