"""All bad inputs together leave memory where it was: measured in a process of its own.

What is read of a page that repeats an article is read by a worker, in bounds of its own (see `tests/test_workers.py`).
"""

import gzip
import json
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest

from tests.bench import bench_crawl
from tests.crawl import bad_pages, hostile
from tests.crawl.servers import Site, serving, text
from tests.crawl.test_crawl_warc import article, http, members, record

CEILING = 64 * 1024 * 1024

CHILD = """
import json, re, sys
from pathlib import Path
from checker.crawl import robots, warc
from checker.crawl.fetch import Fetcher
from checker.crawl.links import links
from checker.crawl.sitemap import feed, sitemap
from checker.errors import PageError
from checker.read.refusal import load_refusals
from checker.read.screen import screen
from checker.settings import Crawl

address, paths, folder, limit = sys.argv[1], json.loads(sys.argv[2]), Path(sys.argv[3]), int(sys.argv[4])
settings = Crawl(contact="x", allow_private=True, delay=0, timeout=0.7, max_bytes=limit)
refusals = load_refusals(Path("rules") / "refusals.toml")

def peak():
    # not ru_maxrss, which begins with that of the process that started this one
    return int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])

def looked_at(page):
    links(page)
    try:
        screen(page, refusals).page.glyphs
    except PageError:
        pass

with Fetcher(settings) as fetcher:
    warm = fetcher.fetch(address + "/warm")
    feed(b""), sitemap(b""), looked_at(warm), robots.read("http://news.example/robots.txt", warm)
    before = peak()
    for path in paths:
        page = fetcher.fetch(address + path)
        if "robots" in path:
            robots.read(page.url, page).ruling(address + "/private/1")
        elif "sitemap" in path:
            len(sitemap(page.body)), len(feed(page.body[:100_000]))
        else:
            looked_at(page)
    for archive in sorted(folder.iterdir()):
        for page in warc.pages(archive, limit=limit):
            looked_at(page)
print((peak() - before) * 1024)
"""


LONG = """
import re, sys
from pathlib import Path
from checker.crawl.targets import pages
from checker.settings import Crawl

def peak():
    return int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])

settings = Crawl(contact="x", allow_private=True, delay=0, pages=7000, depth=10_000)
targets = [f"http://127.0.0.{at}:{sys.argv[1]}/" for at in range(1, 9)]
for count, page in enumerate(pages(targets, settings), start=1):
    assert page.outcome is None, (page.url, page.reason)
    if count == 10_000:
        early = peak()
print(count, (peak() - early) * 1024)
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


BOMB = f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "{"x" * 1000}">{{}}]><urlset><url><loc>&j;</loc></url></urlset>'
ENTITIES = "".join(f'<!ENTITY {name} "{f"&{before};" * 10}">' for before, name in pairwise("abcdefghij"))
LISTS = {
    "/63-sitemap-bomb": text(BOMB.format(ENTITIES)),
    "/69-sitemap-gzip": text(gzip.compress(b"<urlset>" + b"<url><loc>http://a.example/</loc></url>" * 2_000_000)),
    "/70-robots-5-MB": text("User-agent: *\n" + "# filler\n" * 600_000),
    "/70-robots-rules": text("User-agent: *\n" + "".join(f"Disallow: /*a{at}*b$\n" for at in range(20_000))),
}


def archives(folder: Path) -> None:
    """Write the bad archives: cut, damaged, garbage before, not by record, of wrong lengths and dates."""
    whole = b"".join(members(200))
    damaged = whole[:20_000] + b"x" * 10 + whole[20_010:]
    large = record(http(b"x" * 20_000_000))
    odd = record(http(b"<p>x"), WARC_Date="0000-01-01T00:00:00Z", Content_Length="99999999999")
    for name, content in {
        "71": whole[:-300],
        "72": damaged,
        "73": b"garbage" * 1000 + whole,
        "74": b"",
        "75": gzip.compress(b"".join(article(number) for number in range(200)) + large),
        "76-80": gzip.compress(odd) + whole,
    }.items():
        (folder / f"{name}.warc.gz").write_bytes(content)


def test_memory_stays_where_it_was(tmp_path: Path) -> None:
    archives(tmp_path)
    scripts = {**hostile.scripts(), **bad_pages.scripts(), **LISTS}
    with serving(Site(scripts)) as address:
        run = subprocess.run(
            [sys.executable, "-c", CHILD, address, json.dumps(list(scripts)), str(tmp_path), "10000000"],
            capture_output=True,
            text=True,
            check=True,
        )
    grown = int(run.stdout)
    assert grown < CEILING, f"grown by {grown / 1e6:.1f} MB over {len(scripts)} bad answers and 6 bad archives"
