"""Real servers on loopback addresses: one that misbehaves as told, one that serves invented sites and logs requests."""

import socket
import socketserver
import ssl
import struct
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

Script = Callable[[socket.socket], None]
"""What a server does once it has read a request."""


TLS = Path(__file__).with_name("tls")
"""Keys and certificates made for these tests, good for a hundred years (but for the expired one)."""


@dataclass(frozen=True)
class Seen:
    """One request as the server saw it: when it came, when its answer began to be sent, and its headers."""

    began: float
    ended: float
    address: str
    path: str
    headers: Mapping[str, str]


@dataclass
class Site:
    """What is served at each path, after `latency` seconds; what was asked for is in `seen`."""

    scripts: dict[str, Script]
    default: Script | None = None
    latency: float = 0.0
    seen: list[Seen] = field(default_factory=list)


def text(
    body: bytes | str, *, status: str = "200 OK", headers: str = "Content-Type: text/html; charset=utf-8"
) -> Script:
    """Answer properly."""
    content = body.encode() if isinstance(body, str) else body
    head = f"HTTP/1.1 {status}\r\nContent-Length: {len(content)}\r\n{headers}".rstrip() + "\r\n\r\n"
    return raw(head.encode() + content, close=False)


def raw(answer: bytes, *, close: bool = True) -> Script:
    """Send these bytes, and close where told."""

    def script(connection: socket.socket) -> None:
        connection.sendall(answer)
        if close:
            connection.shutdown(socket.SHUT_WR)

    return script


def moved(target: bytes | str, status: str = "302 Found") -> Script:
    """Redirect."""
    location = target if isinstance(target, bytes) else target.encode()
    return raw(f"HTTP/1.1 {status}\r\nContent-Length: 0\r\nLocation: ".encode() + location + b"\r\n\r\n", close=False)


def drip(first: bytes, piece: bytes, *, every: float) -> Script:
    """Send a beginning, then a piece every so many seconds, until the client has enough."""

    def script(connection: socket.socket) -> None:
        connection.sendall(first)
        for _ in range(10_000):
            connection.sendall(piece)
            time.sleep(every)

    return script


def flood(first: bytes, piece: bytes, *, pieces: int = 1 << 30) -> Script:
    """Send a beginning, then pieces as fast as the client takes them."""

    def script(connection: socket.socket) -> None:
        connection.sendall(first)
        for _ in range(pieces):
            connection.sendall(piece)

    return script


def reset(connection: socket.socket) -> None:
    """Break the connection off with RST."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def hang(connection: socket.socket) -> None:
    """Say nothing until the client goes."""
    with suppress(OSError):
        connection.recv(1)


class Server(socketserver.ThreadingTCPServer):
    """A server of one site on one address."""

    daemon_threads = True
    block_on_close = False
    allow_reuse_address = True
    request_queue_size = 64

    def __init__(self, address: str, port: int, site: Site, context: ssl.SSLContext | None = None) -> None:
        self.site = site
        self.context = context
        super().__init__((address, port), Conversation)

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that goes away is what these servers provoke."""


class Conversation(socketserver.BaseRequestHandler):
    """The requests of one connection, one after the other."""

    server: Server

    def handle(self) -> None:
        self.request.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with suppress(OSError):
            if self.server.context is not None:
                self.request = self.server.context.wrap_socket(self.request, server_side=True)
            self.converse()
        self.request.close()

    def converse(self) -> None:
        buffer = b""
        while True:
            while b"\r\n\r\n" not in buffer:
                if not (piece := self.request.recv(65536)):
                    return
                buffer += piece
            head, _, buffer = buffer.partition(b"\r\n\r\n")
            self.answer(head.decode("latin-1"))

    def answer(self, head: str) -> None:
        began = time.monotonic()
        first, *lines = head.split("\r\n")
        path = first.split(" ")[1]
        site = self.server.site
        script = site.scripts.get(path) or site.scripts.get(path.partition("?")[0]) or site.default
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        time.sleep(site.latency)
        site.seen.append(Seen(began, time.monotonic(), str(self.server.server_address[0]), path, headers))
        (script or text("gone", status="404 Not Found"))(self.request)


def certified(name: str) -> ssl.SSLContext:
    """TLS with one of the certificates beside: good, expired, otherhost (all of `ca.pem`) or selfsigned."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(TLS / f"{name}.pem")
    return context


@contextmanager
def serving(
    site: Site, address: str = "127.0.0.1", port: int = 0, context: ssl.SSLContext | None = None
) -> Iterator[str]:
    """Serve a site; gives its address, `http://127.0.0.1:12345`, or https where there is a TLS context."""
    with Server(address, port, site, context) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield f"http{'s' if context else ''}://{address}:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()
