"""What passes on the wire in one exchange: bounded in time and size, noted byte for byte, in turns at an address."""

import socket
import ssl
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, Protocol

from checker.errors import PageError
from checker.model import PageOutcome


class Turn(Protocol):
    """A lock."""

    def acquire(self) -> bool:
        """Wait for the turn."""

    def release(self) -> None:
        """Pass the turn on."""


PATIENCE = 60.0
"""Seconds that a request waits for its turn at an address where another program has one in flight."""

Meet = Callable[[str, str], bool]
"""Told before a request: (host, address); False while another program has a request in flight at the address."""


def alone(_host: str, _address: str) -> bool:
    """Know of no other program."""
    return True


def unnoticed(_host: str) -> None:
    """Tell no other program."""


class Turns:
    """One turn for each address: never two requests in flight there, whatever the host names.

    `peers` remembers which address a host was last met at, so that the turn is taken before a pooled connection is.
    `meet` is asked as well, for the turns of other programs, and `leave` told when a request is over.
    """

    def __init__(self) -> None:
        self.meet: Meet = alone
        self.leave: Callable[[str], None] = unnoticed
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
    host: str = ""
    stream: "Watched | None" = None
    turn: Turn | None = None
    address: str = ""
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
            raise PageError(PageOutcome.NETWORK_ERROR, "broken off")
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise PageError(PageOutcome.TIMEOUT, "the whole answer took too long")
        return left if timeout is None else min(left, timeout)

    def take_turn(self, address: str) -> None:
        """Wait until nobody else has a request in flight at an address; the wait is not counted as the answer's."""
        if not address or address == self.address:
            return
        self.end()
        began = time.monotonic()
        self.turn, self.address = self.turns.at(address), address
        self.turn.acquire()
        while not self.turns.meet(self.host, address):
            if self.turns.over or time.monotonic() - began > PATIENCE:
                raise PageError(PageOutcome.TIMEOUT, f"another program kept asking at {address}")
            time.sleep(0.05)
        waited = time.monotonic() - began
        self.waited += waited
        self.deadline += waited

    def end(self) -> None:
        """Let others have the address."""
        if self.turn is not None:
            self.turns.leave(self.host)
            self.turn.release()
        self.turn, self.address = None, ""

    def take(self, piece: bytes) -> None:
        """Note received bytes; TOO_LARGE beyond the limit, NETWORK_ERROR where the headers alone go beyond it."""
        self.received += len(piece)
        self.response.append(piece)
        if self.received > self.limit and self.body:
            raise PageError(PageOutcome.TOO_LARGE, f"more than {self.limit:,} bytes on the wire")
        if self.received > self.limit:
            raise PageError(PageOutcome.NETWORK_ERROR, f"more than {self.limit:,} bytes of headers")

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
