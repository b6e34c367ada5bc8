"""The guard at the socket: every connection is resolved, judged and made here, to the very address that was judged.

Redirects and DNS rebinding are covered, because no hop reaches the network by another way. It fits the backend
interface of httpcore and httpcore2 alike.
"""

import ipaddress
import socket
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any

from checker.crawl.wire import CURRENT, Watched
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
        known = exchange.turns.peers.get(host)
        addresses = tuple(sorted(addresses, key=lambda address: address != known))  # there, where it was met before
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
