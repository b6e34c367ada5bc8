"""One address -> one `Page`, whatever the server does: redirects, refusals, errors and odd bodies become outcomes."""

import threading
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from importlib.metadata import version
from types import ModuleType, TracebackType
from typing import Self
from urllib.parse import quote, urljoin, urlsplit

import httpx

from checker.crawl.addresses import canonical, host, written
from checker.crawl.answer import settled
from checker.crawl.guard import Resolve, resolve
from checker.crawl.hops import hop
from checker.crawl.transport import Answer, Ask, Transport
from checker.crawl.wire import Turns
from checker.errors import PageError
from checker.model import Page, PageOutcome
from checker.settings import Crawl

HOPS = 10
"""Redirects followed for one address; browsers allow 20, news pages need two."""

REDIRECTS = frozenset({301, 302, 303, 307, 308})

Admit = Callable[[str, str], None]
"""Asked before each hop: (address, target); raises PageError where the target may not be fetched."""


def user_agent(contact: str) -> str:
    """Return the honest name we go by, with an address to complain to."""
    return f"checker/{version('checker')}" + (f" (+{contact})" if contact else "")


def admit_all(_address: str, _target: str) -> None:
    """Let every hop pass; the guard at the socket judges addresses in any case."""


class Fetcher:
    """Gets pages within the bounds of the settings; holds the connections. Use it as a context manager.

    Threads may share it. `fetch` follows redirects itself, `get` is one exchange; neither raises for what a server
    does. It does not know robots.txt or politeness: those are the crawl's.
    """

    def __init__(self, settings: Crawl, *, resolver: Resolve = resolve, library: ModuleType = httpx) -> None:
        self.settings = settings
        self.resolver = resolver
        self.library = library
        self.stack = ExitStack()
        self.lock = threading.Lock()
        self.transports: dict[tuple[str, bool], Transport] = {}
        self.turns = Turns()
        self.headers = {
            "User-Agent": user_agent(settings.contact),
            "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
            "Accept-Language": "zh,en;q=0.5",
            "Accept-Encoding": "gzip, deflate, br, zstd",
        }

    def fetch(
        self,
        url: str,
        *,
        admit: Admit = admit_all,
        etag: str = "",
        last_modified: str = "",
        timeout: float | None = None,
    ) -> Page:
        """Get a page, following redirects after asking `admit` for each."""
        left = self.settings.timeout if timeout is None else timeout
        page = self.get(url, etag=etag, last_modified=last_modified, timeout=left)
        redirects: list[Page] = []
        while page.status in REDIRECTS:
            redirects.append(page)
            try:
                target = destination(page, redirects)
                admit(page.url, target)
            except PageError as error:
                return with_hops(replace(page, outcome=error.outcome, reason=error.reason), redirects)
            left -= float(page.facts["seconds"])
            page = self.get(target, timeout=max(left, 0.0))
        return with_hops(page, redirects)

    def get(self, url: str, *, etag: str = "", last_modified: str = "", timeout: float | None = None) -> Page:
        """Make one exchange, in `timeout` seconds or those of the settings; a redirect is returned as it is."""
        timeout = self.settings.timeout if timeout is None else timeout
        headers = dict(self.headers)
        if etag:
            headers["If-None-Match"] = etag
        if last_modified:
            headers["If-Modified-Since"] = last_modified
        ask = Ask(url, headers)
        answer = self.exchange(ask, timeout, verify=True)
        if self.settings.tls == "record" and "CERTIFICATE_VERIFY_FAILED" in answer.reason:
            unverified = self.exchange(ask, timeout, verify=False)
            unverified.facts["tls_error"] = answer.reason
            answer = unverified
        return page_of(url, answer, limit=self.settings.max_bytes)

    def post(self, url: str, body: bytes, media_type: str) -> Page:
        """Send a body to an address and return what is answered, on the terms of `get`."""
        ask = Ask(url, {"User-Agent": self.headers["User-Agent"], "Content-Type": media_type}, body)
        return page_of(url, self.exchange(ask, self.settings.timeout, verify=True), limit=self.settings.max_bytes)

    def exchange(self, ask: Ask, timeout: float, *, verify: bool) -> Answer:
        """Ask over the transport that the host's proxy and the TLS policy call for."""
        proxy = proxy_for(host(ask.url), self.settings.proxies)
        return self.transport(proxy, verify=verify).exchange(ask, timeout)

    def transport(self, proxy: str, *, verify: bool) -> Transport:
        """Return the pool of connections for a proxy ("" for none), made when first asked for."""
        with self.lock:
            if (proxy, verify) not in self.transports:
                self.transports[proxy, verify] = self.stack.enter_context(
                    Transport(
                        limit=self.settings.max_bytes,
                        allow_private=self.settings.allow_private,
                        verify=verify,
                        proxy=proxy,
                        resolver=self.resolver,
                        turns=self.turns,
                        library=self.library,
                    )
                )
            return self.transports[proxy, verify]

    def interrupt(self) -> None:
        """Break off what is in flight and let nothing begin any more; may be called from another thread."""
        self.turns.over = True
        for transport in tuple(self.transports.values()):
            transport.interrupt()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stack.close()


def page_of(url: str, answer: Answer, *, limit: int) -> Page:
    """Make a page of an answer; `limit` bounds the decoded body."""
    page = Page(
        url=url,
        captured=datetime.now(UTC),
        status=answer.status,
        headers=answer.headers,
        requested=url,
        wire=answer.wire,
        facts=answer.facts,
    )
    if answer.outcome is None:
        return settled(page, answer.body, limit=limit)
    if answer.outcome is not PageOutcome.TRUNCATED:
        return replace(page, outcome=answer.outcome, reason=answer.reason, wire=None)
    page = settled(page, answer.body, limit=limit)
    return replace(page, outcome=answer.outcome, reason=answer.reason)


def with_hops(page: Page, redirects: list[Page]) -> Page:
    """Note which redirects led to a page, itself among them where it is one that was not followed; keep the others."""
    if not redirects:
        return page
    earlier = [each for each in redirects if each.url != page.url]
    facts = {
        **page.facts,
        "redirects": "\n".join(f"{each.status} {each.url}" for each in redirects),
        "received": str(sum(int(each.facts["received"]) for each in (*earlier, page))),
    }
    return replace(page, requested=redirects[0].url, facts=facts, hops=tuple(map(hop, earlier)))


def destination(page: Page, redirects: list[Page]) -> str:
    """Return where a redirect leads; PageError where it leads nowhere, in a circle, or out of the web."""
    location = page.header("Location").strip()
    if not location:
        raise PageError(PageOutcome.HTTP_ERROR, f"answered {page.status} without a Location")
    target = resolved(page.url, location)
    if any(each.url == target for each in redirects):
        raise PageError(PageOutcome.HTTP_ERROR, "redirect loop")
    if len(redirects) >= HOPS:
        raise PageError(PageOutcome.HTTP_ERROR, f"more than {HOPS} redirects")
    return target


def resolved(base: str, location: str) -> str:
    """Resolve a redirect's Location; PageError for another scheme than http and https, or an unusable address."""
    try:
        raw = location.encode("latin-1") if location.isascii() is False and is_latin(location) else location.encode()
        target = urljoin(base, quote(raw, safe="!#$%&'()*+,/:;=?@[]~"))
        parts = urlsplit(target)
        if parts.scheme not in ("http", "https"):
            raise PageError(PageOutcome.REFUSED_ADDRESS, f"redirect to a {parts.scheme[:20]}: address")
        canonical(target)
    except ValueError as error:
        raise PageError(PageOutcome.HTTP_ERROR, f"redirect to an unusable address: {error}") from error
    return written(target)


def is_latin(location: str) -> bool:
    """Whether a header value was read byte for byte, so that its bytes can be had back."""
    return all(ord(character) < 256 for character in location)


def proxy_for(name: str, proxies: Mapping[str, str]) -> str:
    """Return the proxy of a host: the longest pattern that fits decides; "" for none."""
    fitting = [pattern for pattern in proxies if fnmatchcase(name, pattern)]
    return proxies[max(fitting, key=len)] if fitting else ""
