"""Scrapy's fetch alone, in a process of its own: `python -m tests.bench.spider HOSTS PORT PAGES` prints pages, seconds.

As `bare` in `bench_crawl`: all addresses are known beforehand, robots.txt is not asked, nothing is parsed or kept; one
request in flight at each host and no delay. The time to start Python and Scrapy is not counted.
"""

import sys
import time
from collections.abc import AsyncIterator
from typing import Any

from scrapy import Request, Spider
from scrapy.crawler import CrawlerProcess
from scrapy.http import Response

SETTINGS = {
    "AUTOTHROTTLE_ENABLED": False,
    "CONCURRENT_REQUESTS": 8,
    "CONCURRENT_REQUESTS_PER_DOMAIN": 1,
    "COOKIES_ENABLED": False,
    "DOWNLOAD_DELAY": 0,
    "LOG_ENABLED": False,
    "RETRY_ENABLED": False,
    "ROBOTSTXT_OBEY": False,
    "TELNETCONSOLE_ENABLED": False,
}


class Bare(Spider):
    """Takes pages and forgets them."""

    name = "bare"

    def __init__(self, addresses: tuple[str, ...], got: list[int]) -> None:
        super().__init__()
        self.addresses = addresses
        self.got = got

    async def start(self) -> AsyncIterator[Any]:
        """Ask for every page."""
        for address in self.addresses:
            yield Request(address)

    def parse(self, response: Response, **_: Any) -> None:
        """Count a page."""
        self.got[0] += response.status == 200 and bool(response.body)


def main(hosts: str, port: str, pages: int) -> None:
    """Take the pages of all hosts, in turn."""
    paths = ("", *(f"news/{at}.html" for at in range(pages)))
    addresses = tuple(f"http://{host}:{port}/{path}" for path in paths for host in hosts.split(","))
    got = [0]
    process = CrawlerProcess(SETTINGS)
    process.crawl(Bare, addresses=addresses, got=got)
    began = time.perf_counter()
    process.start()
    sys.stdout.write(f"{got[0]} {time.perf_counter() - began}\n")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
