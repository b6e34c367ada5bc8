"""robots.txt by RFC 9309: who may fetch what, and which rule said so.

2xx: the rules count. 4xx except 429: everything is allowed. 429, 5xx, and no answer at all: nothing is allowed.
"""

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from urllib.parse import urlsplit

from protego import Protego

from checker.model import Page, PageOutcome

PRODUCT = "checker"
"""Our product token; never the whole user agent, in which a rule for another robot could be found."""

SIZE = 500 * 1024
"""Bytes of a robots.txt that count (RFC 9309 section 2.5)."""

LIFETIME = 24 * 3600.0
ERROR_LIFETIME = 3600.0
DELAY_CAP = 30.0
"""Seconds of Crawl-delay that are honoured; a host that asks for more is crawled at this pace."""

RULES_EXPLAINED = 2000
"""Lines of a robots.txt in which the deciding one is looked for."""


@dataclass(frozen=True)
class Ruling:
    """Whether an address may be fetched, and what decided it."""

    allowed: bool
    reason: str


@dataclass(frozen=True)
class Rules:
    """The robots.txt of one authority as it was found."""

    address: str
    text: str
    state: str
    parsed: Protego | None  # None: nothing is allowed
    expires: float  # of time.monotonic()

    def ruling(self, url: str) -> Ruling:
        """Judge one address."""
        if self.parsed is None:
            return Ruling(allowed=False, reason=f"{self.address}: {self.state}; nothing is allowed")
        if self.parsed.can_fetch(url, PRODUCT):
            return Ruling(allowed=True, reason=f"{self.address}: {self.state}")
        return Ruling(allowed=False, reason=f"{self.address}: {deciding(self.text, url)}")

    @property
    def delay(self) -> float:
        """Seconds between two requests that the site asks for, up to the cap; 0 where it does not."""
        asked = self.parsed.crawl_delay(PRODUCT) if self.parsed else None
        return min(asked or 0.0, DELAY_CAP)

    @property
    def sitemaps(self) -> tuple[str, ...]:
        """Addresses of sitemaps, as written."""
        return tuple(self.parsed.sitemaps) if self.parsed else ()


class Robots:
    """The rules of all authorities met so far. `get` fetches one address, following redirects."""

    def __init__(self, get: Callable[[str], Page]) -> None:
        self.get = get
        self.known: dict[str, Rules] = {}
        self.lock = threading.Lock()

    def rules(self, url: str) -> Rules:
        """Return the rules for an address's authority, fetched where they are not known or too old."""
        parts = urlsplit(url)
        address = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}/robots.txt"
        with self.lock:
            rules = self.known.get(address)
        if rules is None or rules.expires < time.monotonic():
            rules = read(address, self.get(address))
            with self.lock:
                self.known[address] = rules
        return rules

    def fresh(self, url: str) -> bool:
        """Whether the rules for an address are known, so that no request is needed."""
        parts = urlsplit(url)
        rules = self.known.get(f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}/robots.txt")
        return rules is not None and rules.expires >= time.monotonic()


def read(address: str, page: Page) -> Rules:
    """Turn the answer for a robots.txt into rules."""
    now = time.monotonic()
    empty = page.outcome is PageOutcome.NOT_HTML
    if 200 <= page.status < 300 and (page.outcome is None or empty):
        text = clipped(page.body).decode("utf-8", errors="replace").removeprefix("\ufeff")
        digest = sha256(page.body).hexdigest()[:16]
        return Rules(address, text, f"answered {page.status}, sha256 {digest}", Protego.parse(text), now + LIFETIME)
    if 400 <= page.status < 500 and page.status != 429:
        return Rules(address, "", f"answered {page.status}; all is allowed", Protego.parse(""), now + LIFETIME)
    return Rules(address, "", page.reason or f"answered {page.status}", None, now + ERROR_LIFETIME)


def clipped(body: bytes) -> bytes:
    """Return what counts of a long robots.txt, cut at the end of a line."""
    if len(body) <= SIZE:
        return body
    return body[: max(body.rfind(b"\n", 0, SIZE), body.rfind(b"\r", 0, SIZE), 0)]


def deciding(text: str, url: str) -> str:
    """Return the line that forbids an address: the longest of those that would do so alone (RFC 9309 section 2.2.2)."""
    lines = [line for _, line in zip(range(RULES_EXPLAINED), disallows(text), strict=False)]
    alone = (line for line in lines if not Protego.parse(f"User-agent: *\n{line}").can_fetch(url, PRODUCT))
    return max(alone, key=len, default="disallowed")


def disallows(text: str) -> Iterator[str]:
    """Yield the Disallow lines of a robots.txt."""
    for line in text.splitlines():
        if line.strip().lower().startswith("disallow"):
            yield line.partition("#")[0].strip()
