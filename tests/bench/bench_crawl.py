"""How fast a crawl is beside others on the same pages: `python -m tests.bench.bench_crawl`.

Eight loopback hosts serve the same invented pages. The crawl asks robots.txt, keeps its frontier in the database,
follows links and screens each page; a bare asynchronous httpx loop and Scrapy know all addresses beforehand and only
take the bodies. One request in flight at each host and no delay, on all sides.
"""

import asyncio
import importlib.util
import multiprocessing
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path

import httpx

from checker.crawl.frontier import SharedFrontier
from checker.crawl.targets import pages
from checker.keep.store import Store
from checker.read.refusal import load_refusals
from checker.read.screen import screen
from checker.settings import Crawl

HOSTS = tuple(f"127.0.0.{last}" for last in range(1, 9))
PAGES = 250
SIZE = 30_000
RATIO = 0.6
ROUNDS = 3
SETTINGS = Crawl(contact="bench@example.org", allow_private=True, delay=0, pages=PAGES + 1, depth=50)
REFUSALS = load_refusals(Path(__file__).parents[2] / "rules" / "refusals.toml")
NOT_FOUND = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"


def body(number: int, pages: int, size: int) -> bytes:
    """An invented news page of about `size` bytes that links to twenty others of `pages`."""
    chance = random.Random(number)
    words = "".join(chance.choices("天地玄黃宇宙洪荒日月盈昃辰宿列張寒來暑往秋收冬藏", k=size // 4))
    links = "".join(f'<li><a href="/news/{(number * 20 + at) % pages}.html">{at}</a></li>' for at in range(20))
    paragraphs = "".join(f"<p>{words[at : at + 200]}。</p>\n" for at in range(0, len(words), 200))
    return f"<!DOCTYPE html><meta charset=utf-8><title>{number}</title><ul>{links}</ul>{paragraphs}".encode()


class Site(asyncio.Protocol):
    """A connection of a server that answers from memory."""

    answers: dict[bytes, bytes]

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        for request in data.split(b"\r\n\r\n")[:-1]:
            self.transport.write(self.answers.get(request.split(b" ", 2)[1], NOT_FOUND))


def answer(content: bytes, kind: bytes = b"text/html") -> bytes:
    """The bytes of a whole HTTP answer."""
    head = b"HTTP/1.1 200 OK\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n" % (kind, len(content))
    return head + content


def serve(tell: Connection, pages: int = PAGES, size: int = SIZE) -> None:
    """Serve all hosts on one port until the process is ended; tell the port."""
    Site.answers = {f"/news/{at}.html".encode(): answer(body(at, pages, size)) for at in range(pages)}
    Site.answers[b"/"] = answer(body(0, pages, size))
    Site.answers[b"/robots.txt"] = answer(b"User-agent: *\nDisallow: /private\n", b"text/plain")

    async def run() -> None:
        loop = asyncio.get_running_loop()
        first = await loop.create_server(Site, HOSTS[0], 0)
        port = first.sockets[0].getsockname()[1]
        for name in HOSTS[1:]:
            await loop.create_server(Site, name, port)
        tell.send(port)
        await asyncio.Event().wait()

    asyncio.run(run())


@contextmanager
def serving(pages: int = PAGES, size: int = SIZE) -> Iterator[int]:
    """Serve in a process of its own; gives the port."""
    here, there = multiprocessing.Pipe()
    server = multiprocessing.get_context("spawn").Process(target=serve, args=(there, pages, size), daemon=True)
    server.start()
    try:
        yield here.recv()
    finally:
        server.terminate()
        server.join()
        here.close()
        there.close()


@contextmanager
def database() -> Iterator[Store]:
    """A new store in a SQLite file."""
    with tempfile.TemporaryDirectory() as folder, Store.open(f"sqlite:///{folder}/checker.db") as store:
        yield store


def crawl(port: int) -> float:
    """Crawl all hosts, screen each page, and cross it off the frontier in the database; return pages a second."""
    targets = [f"http://{name}:{port}/" for name in HOSTS]
    with database() as store:
        began = time.perf_counter()
        frontier = SharedFrontier(store.engine, 1, SETTINGS)
        got = 0
        for page in pages(targets, SETTINGS, frontier=frontier):
            got += bool(screen(page, REFUSALS).text)
            frontier.kept(page)
        frontier.close()
        return rate(got, time.perf_counter() - began)


def in_memory(port: int) -> float:
    """The same with a frontier in memory, which a killed crawl would lose; return pages a second."""
    began = time.perf_counter()
    targets = [f"http://{name}:{port}/" for name in HOSTS]
    got = sum(bool(screen(page, REFUSALS).text) for page in pages(targets, SETTINGS))
    return rate(got, time.perf_counter() - began)


def bare(port: int) -> float:
    """Take the same pages with nothing but httpx, one request in flight at each host; return pages a second."""

    async def host(client: httpx.AsyncClient, name: str) -> int:
        got = 0
        for path in ("", *(f"news/{at}.html" for at in range(PAGES))):
            response = await client.get(f"http://{name}:{port}/{path}")
            got += response.status_code == 200 and bool(response.content)
        return got

    async def run() -> int:
        async with httpx.AsyncClient() as client:
            return sum(await asyncio.gather(*(host(client, name) for name in HOSTS)))

    began = time.perf_counter()
    return rate(asyncio.run(run()), time.perf_counter() - began)


def scrapy(port: int) -> float:
    """Take the same pages with Scrapy and do nothing with them; return pages a second."""
    command = [sys.executable, "-m", "tests.bench.spider", ",".join(HOSTS), str(port), str(PAGES)]
    got, seconds = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
    return rate(int(got), float(seconds))


def rate(got: int, seconds: float) -> float:
    """Pages a second, once it is sure that none is missing."""
    assert got == len(HOSTS) * (PAGES + 1), got
    return got / seconds


def main() -> None:
    """Print every rate, the best of some rounds taken in turn."""
    others = {"scrapy, fetch alone": scrapy} if importlib.util.find_spec("scrapy") else {}
    runs = {"bare asynchronous httpx": bare, "crawl": crawl, "crawl, frontier in memory": in_memory, **others}
    with serving() as port:
        rounds = [{name: run(port) for name, run in runs.items()} for _ in range(ROUNDS)]
    best = {name: max(each[name] for each in rounds) for name in runs}
    for name, pages_a_second in best.items():
        print(f"{name:26}{pages_a_second:7,.0f} pages/s  {pages_a_second / best['bare asynchronous httpx']:.2f}")
    if not others:
        print("scrapy, fetch alone         not installed: pip install scrapy")
    print(f"floor: crawl {RATIO} of bare, and ahead of scrapy")


if __name__ == "__main__":
    main()
