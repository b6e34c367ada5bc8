"""robots.txt by RFC 9309: who may fetch what, and which rule said so.

2xx: the rules count. 4xx except 429: everything is allowed. 429, 5xx, and no answer at all: a copy of the last day
counts, and without one nothing is allowed.
"""

import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256
from typing import Protocol
from urllib.parse import urlsplit

from protego import Protego

from checker.crawl.pace import SLOW_DOWN
from checker.model import Page, PageOutcome

PRODUCT = "checker"
"""Our product token; never the whole user agent, in which a rule for another robot could be found."""

AGENT = re.compile(r"^([ \t]*user[- ]?agent[ \t]*:?[ \t]*)([^\n#]*)", re.IGNORECASE | re.MULTILINE)

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
    """Whether an address may be fetched, and what decided it.

    `outcome` is that of a page which may not; `delay` the seconds between requests that the site asks for; `asked`
    whether robots.txt was fetched for this ruling, and `status` what it was answered with (0 for no answer).
    """

    allowed: bool
    reason: str
    outcome: PageOutcome = PageOutcome.ROBOTS_DENIED
    delay: float = 0.0
    asked: bool = False
    status: int = 200


@dataclass(frozen=True)
class Rules:
    """The robots.txt of one authority as it was found."""

    address: str
    text: str
    state: str
    parsed: Protego | None  # None: nothing is allowed
    expires: float  # of time.monotonic()
    status: int
    outcome: PageOutcome = PageOutcome.ROBOTS_DENIED

    def ruling(self, url: str) -> Ruling:
        """Judge one address."""
        if self.parsed is None:
            return self.answer(allowed=False, reason=f"{self.state}; nothing is allowed")
        if self.parsed.can_fetch(url, PRODUCT):
            return self.answer(allowed=True, reason=self.state)
        return self.answer(allowed=False, reason=deciding(self.text, url))

    def answer(self, *, allowed: bool, reason: str) -> Ruling:
        """Return a ruling that names this file."""
        reason = f"{self.address}: {reason}"
        return Ruling(allowed, reason, self.outcome, self.delay, status=self.status)

    @property
    def delay(self) -> float:
        """Seconds between two requests that the site asks for, up to the cap; 0 where it does not."""
        asked = self.parsed.crawl_delay(PRODUCT) if self.parsed else None
        return min(asked or 0.0, DELAY_CAP)

    @property
    def sitemaps(self) -> tuple[str, ...]:
        """Addresses of sitemaps, as written."""
        return tuple(self.parsed.sitemaps) if self.parsed else ()


@dataclass(frozen=True)
class Copy:
    """A robots.txt as it was last read; `shared` where another worker of this crawl has just read it."""

    status: int
    body: bytes
    fetched: float  # seconds since 1970
    shared: bool = False

    def page(self, address: str) -> Page:
        """Return the answer that it was."""
        return Page(address, datetime.fromtimestamp(self.fetched, UTC), self.body, self.status)


class Copies(Protocol):
    """What keeps the robots.txt files that were read."""

    def load(self, address: str) -> Copy | None:
        """Return the copy of an address, None where there is none."""

    def save(self, address: str, copy: Copy) -> None:
        """Keep a copy."""


class NoCopies:
    """Keeps nothing."""

    def load(self, address: str) -> Copy | None:
        """See `Copies.load`."""
        return None

    def save(self, address: str, copy: Copy) -> None:
        """See `Copies.save`."""


class Robots:
    """The rules of all authorities met so far. `get` fetches one address, following redirects."""

    def __init__(self, get: Callable[[str], Page], copies: Copies | None = None) -> None:
        self.get = get
        self.copies = NoCopies() if copies is None else copies
        self.known: dict[str, Rules] = {}  # a host is visited by one thread at a time

    def ruling(self, url: str) -> Ruling:
        """Judge an address; its robots.txt is fetched where it is not known or too old."""
        address = place(url)
        rules = self.known.get(address)
        if rules is not None and rules.expires > time.monotonic():
            return rules.ruling(url)
        copy = self.copies.load(address)
        if copy is not None and copy.shared:
            left = LIFETIME - (time.time() - copy.fetched)
            self.known[address] = rules = replace(read(address, copy.page(address)), expires=time.monotonic() + left)
            return rules.ruling(url)
        self.known[address] = rules = self.had(address, copy)
        return replace(rules.ruling(url), asked=True)

    def had(self, address: str, copy: Copy | None) -> Rules:
        """Fetch a robots.txt; where it cannot be had, a copy of the last day stands for it for an hour.

        Not where the host says that it is asked too much: then it is left alone.
        """
        page = self.get(address)
        rules = read(address, page)
        if rules.parsed is not None:
            self.copies.save(address, Copy(page.status, clipped(page.body), time.time()))
        elif copy is not None and page.status not in SLOW_DOWN and 0 <= time.time() - copy.fetched < LIFETIME:
            old = read(address, copy.page(address))
            state = f"{rules.state}; the copy of {instant(copy.fetched)} counts, {old.state}"
            return replace(old, state=state, expires=time.monotonic() + ERROR_LIFETIME)
        return rules

    def sitemaps(self, url: str) -> tuple[str, ...]:
        """Return the sitemaps that the robots.txt of an address names, as far as it is known."""
        rules = self.known.get(place(url))
        return rules.sitemaps if rules else ()


def instant(seconds: float) -> str:
    """Return an instant in ISO 8601, to the second."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")


def place(url: str) -> str:
    """Return the address of the robots.txt that rules over an address."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}/robots.txt"


def read(address: str, page: Page) -> Rules:
    """Turn the answer for a robots.txt into rules.

    Without any answer the page itself counts as failed in the same way, and the next address asks again.
    """
    now = time.monotonic()
    if 200 <= page.status < 300 and (page.outcome is None or page.outcome is PageOutcome.NOT_HTML):
        text = addressed(clipped(page.body).decode("utf-8", errors="replace").removeprefix("\ufeff"))
        state = f"answered {page.status}, sha256 {sha256(page.body).hexdigest()[:16]}"
        return Rules(address, text, state, Protego.parse(text), now + LIFETIME, page.status)
    if 400 <= page.status < 500 and page.status != 429:
        state = f"answered {page.status}; all is allowed"
        return Rules(address, "", state, Protego.parse(""), now + LIFETIME, page.status)
    if page.status == 0 and page.outcome is not None:
        return Rules(address, "", page.reason, None, now, 0, page.outcome)
    return Rules(address, "", page.reason or f"answered {page.status}", None, now + ERROR_LIFETIME, page.status)


def addressed(text: str) -> str:
    """Return a robots.txt in which only groups for us and for everybody keep their names.

    The parser would take a rule for `check` as meant for `checker`; RFC 9309 section 2.2.1 wants the whole token.
    """
    return AGENT.sub(
        lambda line: f"{line[1]}{line[2] if is_ours(line[2]) else 'another'}", "\n".join(text.splitlines())
    )


def is_ours(name: str) -> bool:
    """Whether a group of this name applies to us."""
    token = re.match(r"[a-zA-Z_-]+", name.strip())
    return name.strip() == "*" or (token is not None and token[0].lower() == PRODUCT)


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
