"""How fast a crawl is against a bare asynchronous httpx loop on the same pages: `python -m tests.bench.bench_crawl`.

Eight loopback hosts serve the same invented pages. The crawl asks robots.txt, keeps its frontier, follows links and
screens each page; the bare loop knows all addresses beforehand and only takes the bodies. Delay 0 on both sides.
"""

import asyncio
import multiprocessing
import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection

import httpx

from checker.crawl.targets import pages
from checker.read.screen import screen
from checker.settings import Crawl

HOSTS = tuple(f"127.0.0.{last}" for last in range(1, 9))
PAGES = 250
SIZE = 30_000
RATIO = 0.6
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


def crawl(port: int) -> int:
    """Crawl all hosts and screen each page; return the number of pages."""
    settings = Crawl(contact="bench@example.org", allow_private=True, delay=0, pages=PAGES + 1, depth=50)
    return sum(bool(screen(page).text) for page in pages([f"http://{name}:{port}/" for name in HOSTS], settings))


def bare(port: int) -> int:
    """Take the same pages with nothing but httpx, one request in flight at each host; return their number."""

    async def host(client: httpx.AsyncClient, name: str) -> int:
        got = 0
        for path in ("", *(f"news/{at}.html" for at in range(PAGES))):
            response = await client.get(f"http://{name}:{port}/{path}")
            got += response.status_code == 200 and bool(response.content)
        return got

    async def run() -> int:
        async with httpx.AsyncClient() as client:
            return sum(await asyncio.gather(*(host(client, name) for name in HOSTS)))

    return asyncio.run(run())


def rate(run: Callable[[int], int], port: int) -> float:
    """Pages a second."""
    began = time.perf_counter()
    got = run(port)
    assert got == len(HOSTS) * (PAGES + 1), got
    return got / (time.perf_counter() - began)


def main() -> None:
    """Print both rates, the best of three rounds each, taken in turn."""
    with serving() as port:
        rounds = [(rate(crawl, port), rate(bare, port)) for _ in range(3)]
    ours, theirs = (max(column) for column in zip(*rounds, strict=True))
    print(f"crawl {ours:,.0f} pages/s, bare asynchronous httpx {theirs:,.0f}, ratio {ours / theirs:.2f} (≥ {RATIO})")


if __name__ == "__main__":
    main()
