"""The demo's web: invented sites on loopback addresses, served byte for byte over real HTTP.

    python -m tests.demo.server          serves until Ctrl-C

Labels may be wrong on purpose: the header says what `sites.toml` says, whatever the bytes are.
"""

import errno
import threading
import time
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
PORT = 8199
"""Where the demo serves if nobody else does; findings then keep their addresses from one demo to the next."""

MISSING = {"cut": 1000, "huge": 20_000_000}
"""Bytes that a faulty answer says it has and does not send."""

TYPES = {".xml": "application/xml", ".txt": "text/plain; charset=utf-8"}


@dataclass(frozen=True)
class Site:
    """One invented site: `redirects` from path to path or address, `slow` the seconds a path takes to answer.

    `faults` says what goes wrong with a path: `cut` (ends before its length), `huge` (says it has 20 MB), `silent`
    (the connection is closed without an answer).
    """

    folder: str
    name: str
    address: str
    about: str
    content_type: str
    server: str
    redirects: Mapping[str, str] = field(default_factory=dict)
    slow: Mapping[str, float] = field(default_factory=dict)
    faults: Mapping[str, str] = field(default_factory=dict)

    def content(self, path: str, port: int) -> tuple[str, bytes] | None:
        """Return content type and bytes of a path, None where there is nothing."""
        file = (HERE / "sites" / self.folder / path.partition("?")[0].lstrip("/")).resolve()
        file = file / "index.html" if file.is_dir() else file
        if not file.is_relative_to(HERE / "sites" / self.folder) or not file.is_file():
            return None
        body = file.read_bytes()
        if file.suffix not in TYPES:
            return self.content_type, body
        return TYPES[file.suffix], body.replace(b"{origin}", self.origin(port).encode())

    def origin(self, port: int) -> str:
        """Return the address of the site, without a path."""
        return f"http://{self.address}:{port}"


def sites() -> tuple[Site, ...]:
    """Return the sites of sites.toml."""
    listed = tomllib.loads((HERE / "sites.toml").read_text(encoding="utf-8"))["site"]
    return tuple(Site(**site) for site in listed)


class Answers(BaseHTTPRequestHandler):
    """Answers one site's requests."""

    protocol_version = "HTTP/1.1"
    timeout = 10

    def __init__(self, site: Site, *args: Any) -> None:
        self.site = site
        super().__init__(*args)

    def version_string(self) -> str:
        """Say what the site says it runs on."""
        return self.site.server

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name is the library's
        """Say nothing: the crawler's own account is the demo."""

    def do_GET(self) -> None:
        """Answer with a redirect, the file, or 404."""
        if target := self.site.redirects.get(self.path):
            self.answer(HTTPStatus.MOVED_PERMANENTLY, "text/html", b"", location=target)
            return
        fault = self.site.faults.get(self.path)
        if fault == "silent":
            self.close_connection = True
            return
        time.sleep(self.site.slow.get(self.path, 0))
        found = self.site.content(self.path, self.connection.getsockname()[1])
        if found is None:
            self.answer(HTTPStatus.NOT_FOUND, "text/html; charset=utf-8", "<h1>404 找不到這一頁</h1>".encode())
            return
        self.answer(HTTPStatus.OK, *found, missing=MISSING.get(fault or "", 0))

    def answer(self, status: HTTPStatus, content_type: str, body: bytes, location: str = "", missing: int = 0) -> None:
        """Write one answer, its length `missing` more than its body; a client that hung up meanwhile is no news."""
        try:
            self.send_response(status)
            self.send_header("Content-Type", content_type)
            self.send_header("Content-Length", str(len(body) + missing))
            if location:
                self.send_header("Location", location)
            self.end_headers()
            self.wfile.write(body)
            self.close_connection = self.close_connection or bool(missing)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True


class Host(ThreadingHTTPServer):
    """One site's server; threads still answering a slow page do not hold up its end."""

    daemon_threads = True
    block_on_close = False

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hung up is no error of the site's."""


@contextmanager
def serving(port: int = PORT) -> Iterator[int]:
    """Serve all sites on one port, `port` if it is free, else any; yield the port."""
    hosts = bound(port)
    with ExitStack() as stack:
        for host in hosts:
            stack.callback(host.server_close)
            stack.callback(host.shutdown)
            threading.Thread(target=host.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        yield hosts[0].server_address[1]


def bound(port: int) -> list[Host]:
    """Return a server for each site, all on one port; another port where one of them is taken."""
    hosts: list[Host] = []
    try:
        for site in sites():
            hosts.append(Host((site.address, hosts[0].server_port if hosts else port), partial(Answers, site)))
    except OSError as error:
        for host in hosts:
            host.server_close()
        if error.errno != errno.EADDRINUSE:
            raise SystemExit(f"cannot serve on {site.address}, a loopback address: {error.strerror}") from error
        return bound(0)
    return hosts


def main() -> None:
    """Serve until Ctrl-C."""
    with serving() as port:
        for site in sites():
            print(f"{site.origin(port)}/  {site.name}  {site.about}")
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            print()


if __name__ == "__main__":
    main()
