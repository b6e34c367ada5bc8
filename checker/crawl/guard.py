"""The guard at the socket: every connection is resolved, judged and made here, to the very address that was judged.

Redirects and DNS rebinding are covered, because no hop reaches the network by another way. The guard also notes what
passes: the bytes of request and response as exchanged (above TLS), the peer's address, and the facts of TLS.
It fits the backend interface of httpcore and httpcore2 alike.
"""

import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, Protocol

from checker.errors import PageError
from checker.model import PageOutcome

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolve = Callable[[str, int], tuple[str, ...]]

NEVER: tuple[Network, ...] = tuple(
    map(
        ipaddress.ip_network,
        (
            "0.0.0.0/8",
            "169.254.0.0/16",  # link-local; cloud metadata at 169.254.169.254
            "100.100.100.200/32",  # metadata of Alibaba Cloud
            "168.63.129.16/32",  # metadata of Azure
            "224.0.0.0/3",
            "::/128",
            "fe80::/10",
            "fd00:ec2::254/128",  # metadata of AWS
            "fd20:ce::254/128",  # metadata of Google Cloud
            "ff00::/8",
            "64:ff9b::/96",  # NAT64: any IPv4 address hides behind it, as behind the next three
            "64:ff9b:1::/48",
            "2001::/32",  # Teredo
            "2002::/16",  # 6to4
        ),
    )
)
"""Addresses that are refused whatever the settings say."""

NOT_GLOBAL: tuple[Network, ...] = tuple(
    map(
        ipaddress.ip_network,
        (
            "100.64.0.0/10",  # carrier-grade NAT
            "192.0.0.0/24",
            "192.88.99.0/24",  # 6to4 relays
            "fec0::/10",
        ),
    )
)
"""Addresses that Python's `is_global` would let through, or did in some versions."""


def refusal(address: str, *, allow_private: bool) -> str:
    """Say why an address may not be connected to; "" where it may."""
    ip: Address = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped is not None:
        ip = ip.ipv4_mapped
    if any(ip in network for network in NEVER):
        return f"{ip} is a link-local, metadata, translated, multicast or unspecified address"
    if not allow_private and (not ip.is_global or any(ip in network for network in NOT_GLOBAL)):
        return f"{ip} is not a public address"
    return ""


def resolve(name: str, port: int) -> tuple[str, ...]:
    """Look a host name up; its addresses in the resolver's order. OSError where there is none."""
    found = socket.getaddrinfo(name, port, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(entry[4][0]) for entry in found))


class OverrunError(Exception):
    """An exchange went beyond its time or its size."""

    def __init__(self, outcome: PageOutcome, reason: str) -> None:
        super().__init__(reason)
        self.outcome = outcome
        self.reason = reason


class Turn(Protocol):
    """A lock."""

    def acquire(self) -> bool:
        """Wait for the turn."""

    def release(self) -> None:
        """Pass the turn on."""


class Turns:
    """One turn for each address: never two requests in flight there, whatever the host names.

    `peers` remembers which address a host was last met at, so that the turn is taken before a pooled connection is.
    """

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.locks: dict[str, Turn] = {}
        self.peers: dict[str, str] = {}
        self.over = False  # nobody gets a turn any more

    def at(self, address: str) -> Turn:
        """Return the turn of an address."""
        with self.lock:
            return self.locks.setdefault(address, threading.Lock())


@dataclass(eq=False)
class Exchange:
    """One request and its answer while they happen: how long and how much they may, and what passed."""

    deadline: float  # of time.monotonic()
    limit: int  # bytes that may be received, at first of headers only
    turns: Turns
    stream: "Watched | None" = None
    turn: Turn | None = None
    waited: float = 0.0
    received: int = 0
    reused: bool = False
    body: bool = False
    request: list[bytes] = field(default_factory=list)
    response: list[bytes] = field(default_factory=list)
    facts: dict[str, str] = field(default_factory=dict)

    def remaining(self, timeout: float | None) -> float:
        """Return the seconds an operation may take; TIMEOUT when the time is over."""
        if self.turns.over:
            raise OverrunError(PageOutcome.NETWORK_ERROR, "broken off")
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise OverrunError(PageOutcome.TIMEOUT, "the whole answer took too long")
        return left if timeout is None else min(left, timeout)

    def take_turn(self, address: str) -> None:
        """Wait until nobody else has a request in flight at an address; the wait is not counted as the answer's."""
        if self.turn is None and address:
            began = time.monotonic()
            self.turn = self.turns.at(address)
            self.turn.acquire()
            self.waited = time.monotonic() - began
            self.deadline += self.waited

    def end(self) -> None:
        """Let others have the address."""
        if self.turn is not None:
            self.turn.release()

    def take(self, piece: bytes) -> None:
        """Note received bytes; TOO_LARGE beyond the limit, NETWORK_ERROR where the headers alone go beyond it."""
        self.received += len(piece)
        self.response.append(piece)
        if self.received > self.limit and self.body:
            raise OverrunError(PageOutcome.TOO_LARGE, f"more than {self.limit:,} bytes on the wire")
        if self.received > self.limit:
            raise OverrunError(PageOutcome.NETWORK_ERROR, f"more than {self.limit:,} bytes of headers")

    def begin_body(self, limit: int) -> None:
        """Take the headers as complete: so many bytes more may come."""
        self.limit = self.received + limit
        self.body = True


CURRENT: ContextVar[Exchange] = ContextVar("exchange")
"""The exchange of the running thread: connections are pooled, exchanges are not."""


class Watched:
    """A stream that keeps the exchange's deadline and limits, and notes what passes."""

    def __init__(self, inner: Any, facts: dict[str, str], address: str) -> None:
        self.inner = inner
        self.facts = facts
        self.address = address  # whose turn a request needs; "" for a proxy
        self.used = 0

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Receive up to `max_bytes` within the exchange's time."""
        exchange = CURRENT.get()
        piece: bytes = self.inner.read(max_bytes, exchange.remaining(timeout))
        exchange.take(piece)
        return piece

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Send within the exchange's time."""
        exchange = CURRENT.get()
        if exchange.stream is not self:
            self.used += 1
        exchange.take_turn(self.address)
        exchange.stream = self
        exchange.reused = self.used > 1
        exchange.facts.update(self.facts)
        exchange.request.append(bytes(buffer))
        self.inner.write(buffer, exchange.remaining(timeout))

    def close(self) -> None:
        """Close the connection."""
        self.inner.close()

    def interrupt(self) -> None:
        """Break off, from another thread: whoever reads gets an end of file."""
        with suppress(OSError):
            self.inner.get_extra_info("socket").shutdown(socket.SHUT_RDWR)

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> "Watched":
        """Begin TLS and note its version, cipher and certificate."""
        left = CURRENT.get().remaining(timeout)
        inner = self.inner.start_tls(ssl_context, server_hostname, left)
        return Watched(inner, self.facts | tls_facts(inner.get_extra_info("ssl_object")), self.address)

    def get_extra_info(self, info: str) -> Any:
        """Return what the connection tells about itself."""
        return self.inner.get_extra_info(info)


def tls_facts(connection: Any) -> dict[str, str]:
    """Say what TLS was agreed upon; the certificates the server sent as PEM, its own first."""
    cipher = connection.cipher()
    chain = connection.get_unverified_chain() or ()
    return {
        "tls_version": connection.version() or "",
        "tls_cipher": cipher[0] if cipher else "",
        "tls_certificate": "".join(certificate.public_bytes() for certificate in chain),
    }


class Guard:
    """A network backend that connects only where it may.

    `inner` is the backend of the HTTP library and `failures` what it raises when a connection fails; `resolver` is
    the name look-up. `proxy` is true where the peer is a proxy that the operator chose: it resolves names itself, so
    only the proxy's own address would be seen here, and `refuse_literal` is all that can be done before.
    """

    def __init__(
        self,
        inner: Any,
        failures: tuple[type[Exception], ...],
        *,
        allow_private: bool,
        resolver: Resolve = resolve,
        proxy: bool = False,
    ) -> None:
        self.inner = inner
        self.failures = failures
        self.allow_private = allow_private
        self.resolver = resolver
        self.proxy = proxy

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> Watched:
        """Resolve, judge every address, and connect to the first that answers."""
        exchange = CURRENT.get()
        addresses = look_up(self.resolver, host, port, exchange.remaining(timeout))
        if not self.proxy:
            judge(addresses, allow_private=self.allow_private)
        for left, address in reversed(tuple(enumerate(reversed(addresses)))):
            exchange.take_turn("" if self.proxy else address)
            try:
                inner = self.inner.connect_tcp(
                    address, port, exchange.remaining(timeout), local_address, socket_options
                )
            except self.failures:
                if left == 0:
                    raise
            else:
                return self.watched(inner, host, address)
        raise PageError(PageOutcome.NETWORK_ERROR, f"{host} has no address")

    def watched(self, inner: Any, host: str, address: str) -> Watched:
        """Return the connection made, noting where the host was met."""
        if self.proxy:
            return Watched(inner, {}, "")
        CURRENT.get().turns.peers[host] = address
        return Watched(inner, {"peer": address}, address)

    def sleep(self, seconds: float) -> None:
        """Wait before the library tries again; it never does, its retries are off."""
        time.sleep(seconds)


def judge(addresses: Iterable[str], *, allow_private: bool) -> None:
    """Refuse a host of which any address may not be connected to (PageError REFUSED_ADDRESS)."""
    for address in addresses:
        if why := refusal(address, allow_private=allow_private):
            raise PageError(PageOutcome.REFUSED_ADDRESS, why)


def refuse_literal(host: str, *, allow_private: bool) -> None:
    """Refuse a host that is written as an address which may not be connected to, in whatever notation."""
    with suppress(OSError, UnicodeError):
        found = socket.getaddrinfo(host, None, flags=socket.AI_NUMERICHOST)
        judge((str(entry[4][0]) for entry in found), allow_private=allow_private)


def look_up(resolver: Resolve, host: str, port: int, timeout: float) -> tuple[str, ...]:
    """Resolve a name within `timeout` seconds, which the system's resolver does not offer.

    PageError NETWORK_ERROR where the name has no address, TIMEOUT where the answer does not come.
    """
    box: list[tuple[str, ...] | Exception] = []

    def ask() -> None:
        try:
            box.append(resolver(host, port))
        except (OSError, UnicodeError) as error:
            box.append(error)

    asking = threading.Thread(target=ask, daemon=True, name=f"resolve {host}")
    asking.start()
    asking.join(timeout)
    if not box:
        raise PageError(PageOutcome.TIMEOUT, f"no answer from the name server for {host}")
    if isinstance(box[0], Exception):
        raise PageError(PageOutcome.NETWORK_ERROR, f"no address for {host}: {box[0]}") from box[0]
    return box[0]
