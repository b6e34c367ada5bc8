"""One HTTP exchange, bounded in time and size. The only module that calls httpx.

Bodies are taken as raw bytes: what they say is for `read` to find out. The transport of httpx is used without its
client, so there are no cookies, no redirects, no proxies from the environment and no decoding behind our back.
httpx2, the living continuation of httpx, fits as well: pass it as `library`.
"""

import importlib
import ssl
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from types import ModuleType, TracebackType
from typing import Any, NamedTuple, Self

import httpx

from checker.crawl.addresses import host
from checker.crawl.guard import Guard, Resolve, refuse_literal, resolve
from checker.crawl.wire import CURRENT, Exchange, Turns
from checker.errors import PageError
from checker.model import PageOutcome

CORES = {"httpx": "httpcore", "httpx2": "httpcore2"}
"""The library under each HTTP library."""

POOLS = 64
"""Hosts whose connections are kept for the next request."""

HEADERS_MAX = 128 * 1024
"""Bytes that headers may have."""

CHUNKS_MAX = 1_000_000
"""Bytes that chunk sizes may take on the wire beside the body."""

Pairs = tuple[tuple[str, str], ...]


class Ask(NamedTuple):
    """What a server is asked: an address, with a body where it is to be POSTed one."""

    url: str
    headers: dict[str, str]
    body: bytes | None = None


@dataclass
class Answer:
    """What came back, as it came: the body without its transfer coding, its content codings still on.

    `outcome` and `reason` are set where the exchange did not end well; what had come by then is kept.
    """

    status: int = 0
    headers: Pairs = ()
    body: bytes = b""
    wire: tuple[bytes, bytes] = (b"", b"")
    facts: dict[str, str] = field(default_factory=dict)
    outcome: PageOutcome | None = None
    reason: str = ""


class Transport:
    """Pools of connections, for one proxy or for none, each connection made through the guard.

    Each host has a pool of its own: a pool looks at all its connections whenever it is asked for one.
    """

    def __init__(
        self,
        *,
        limit: int,
        allow_private: bool,
        verify: bool = True,
        proxy: str = "",
        resolver: Resolve = resolve,
        turns: Turns | None = None,
        library: ModuleType = httpx,
    ) -> None:
        self.limit = limit
        self.turns = turns or Turns()
        self.open: set[Exchange] = set()
        self.allow_private = allow_private
        self.proxy = proxy
        self.library = library
        self.resolver = resolver
        self.context = library.create_ssl_context() if verify else unverified()
        self.limits = library.Limits(max_connections=None, max_keepalive_connections=4, keepalive_expiry=30)
        self.pools: dict[str, Any] = {}  # by host, the one used longest ago first
        self.lock = threading.Lock()

    def pool(self, name: str) -> Any:
        """Return the pool of a host; beyond POOLS the one that has been idle longest is closed."""
        with self.lock:
            self.pools[name] = found = self.pools.pop(name, None) or self.guarded()
            busy = {exchange.host for exchange in tuple(self.open)}
            idle = [each for each in self.pools if each not in busy] if len(self.pools) > POOLS else []
            for each in idle[:1]:
                self.pools.pop(each).close()
            return found

    def guarded(self) -> Any:
        """Make a pool, and put the guard in front of the network.

        httpx has no public place for a backend, so a test holds this one.
        """
        inner = self.library.HTTPTransport(verify=self.context, limits=self.limits, proxy=self.proxy or None)
        core = importlib.import_module(CORES[self.library.__name__])
        pool = inner._pool  # noqa: SLF001 - see above
        pool._network_backend = Guard(  # noqa: SLF001 - see above
            pool._network_backend,  # noqa: SLF001 - see above; an AttributeError here means that it has moved
            (core.ConnectError, core.ConnectTimeout),
            allow_private=self.allow_private,
            resolver=self.resolver,
            proxy=bool(self.proxy),
        )
        return inner

    def exchange(self, ask: Ask, timeout: float) -> Answer:
        """Ask a server, within `timeout` seconds in all.

        Never raises for what a server does; the answer says how it ended.
        """
        exchange = Exchange(time.monotonic() + timeout, HEADERS_MAX, self.turns, host(ask.url))
        answer = self.run(exchange, ask, timeout)
        if answer.outcome is PageOutcome.NETWORK_ERROR and exchange.reused and exchange.received == 0:
            # the server had closed the kept connection, which no client can know; it was never asked
            again = Exchange(exchange.deadline, HEADERS_MAX, self.turns, exchange.host)
            return self.run(again, ask, timeout)
        return answer

    def run(self, exchange: Exchange, ask: Ask, timeout: float) -> Answer:
        """Carry one exchange through to its answer."""
        self.open.add(exchange)
        token = CURRENT.set(exchange)
        answer = Answer()
        began = time.monotonic()
        try:
            exchange.take_turn(self.turns.peers.get(exchange.host, "") if not self.proxy else "")
            self.into(answer, ask, timeout)
        except PageError as error:
            answer.outcome, answer.reason = error.outcome, error.reason
        except self.library.TimeoutException:
            answer.outcome, answer.reason = PageOutcome.TIMEOUT, "no answer in time"
        except Exception as error:  # noqa: BLE001 - whatever a server provokes in the library ends as an outcome
            answer.outcome = PageOutcome.TRUNCATED if answer.status else PageOutcome.NETWORK_ERROR
            answer.reason = sentence(error)
        finally:
            CURRENT.reset(token)
            self.open.discard(exchange)
            exchange.end()
        answer.wire = (b"".join(exchange.request), b"".join(exchange.response))
        took = time.monotonic() - began - exchange.waited
        answer.facts |= exchange.facts | {"seconds": f"{took:.3f}", "received": str(exchange.received)}
        return answer

    def into(self, answer: Answer, ask: Ask, timeout: float) -> None:
        """Send the request and fill the answer as it comes."""
        method = "GET" if ask.body is None else "POST"
        request = self.library.Request(method, ask.url, headers=ask.headers, content=ask.body)
        if self.proxy:
            refuse_literal(request.url.host, allow_private=self.allow_private)
            answer.facts["proxy"] = without_login(self.library.URL(self.proxy))
        request.extensions["timeout"] = dict.fromkeys(("connect", "read", "write", "pool"), timeout)
        response = self.pool(CURRENT.get().host).handle_request(request)
        CURRENT.get().begin_body(self.limit + CHUNKS_MAX)
        try:
            answer.headers = tuple((name.decode("latin-1"), text(value)) for name, value in response.headers.raw)
            answer.facts["http_version"] = text(response.extensions.get("http_version", b""))
            answer.status = response.status_code
            self.receive(answer, response)
        finally:
            with suppress(PageError):
                response.close()

    def receive(self, answer: Answer, response: Any) -> None:
        """Receive the body, keeping what had come when it breaks off."""
        declared = response.headers.get("Content-Length", "")
        if declared.isdecimal() and int(declared) > self.limit:
            raise PageError(PageOutcome.TOO_LARGE, f"says it has {int(declared):,} bytes")
        pieces: list[bytes] = []
        try:
            pieces.extend(response.stream)
        finally:
            answer.body = b"".join(pieces)

    def interrupt(self) -> None:
        """Break off every exchange in flight, from another thread."""
        for exchange in tuple(self.open):
            if exchange.stream is not None:
                exchange.stream.interrupt()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for pool in self.pools.values():
            pool.close()


def unverified() -> ssl.SSLContext:
    """Return a TLS context that takes any certificate; the certificate is noted, not trusted."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def text(value: bytes) -> str:
    """Read a header value: UTF-8 where it is, or else byte for byte."""
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value.decode("latin-1")


def without_login(proxy: Any) -> str:
    """Return the address of a proxy without user name and password."""
    return f"{proxy.scheme}://{proxy.host}:{proxy.port}"


def sentence(error: Exception) -> str:
    """Say in a few words what the library found wrong."""
    words = " ".join(str(error).split())[:200]
    return words or type(error).__name__
