"""Time stamps (RFC 3161): what an authority is asked, and whether its reply proves that some bytes were there then.

A reply is believed when its signature covers the SHA-256 of the bytes, when it answers the very request (nonce), and
when its certificate is made for time stamps, was valid at the time it states, and leads to one of the roots.
"""

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from cryptography.x509 import Certificate, load_pem_x509_certificates
from rfc3161_client import (
    HashAlgorithm,
    PKIStatus,
    TimestampRequestBuilder,
    TimeStampResponse,
    VerificationError,
    VerifierBuilder,
    decode_timestamp_response,
)

from checker.errors import SettingsError, StampError
from checker.keep.record import instant

QUERY = "application/timestamp-query"
"""The media type of a request (RFC 3161, 3.4)."""

CLOCKS_APART = timedelta(hours=1)
"""How far the authority's time may lie from this machine's when it is asked."""

CERTIFICATES = 0xA0
"""The tag of the certificates in a SignedData (RFC 5652, 5.1)."""

KNOWN = {
    "Mismatch between messages": "it is a time stamp of something else",
    "Nonce mismatch": "it answers another request",
    "unable to get local issuer certificate": "its certificate leads to none of the roots",
    "self-signed certificate": "its certificate leads to none of the roots",
    "self-signed certificate in certificate chain": "its certificate leads to none of the roots",
    "unsuitable certificate purpose": "its certificate is not made for time stamps",
    "signer certificate not found": "it comes without its certificate",
    "certificate has expired": "its certificate had expired",
    "provider signature failure": "its signature is not right",
}
"""What the library says of a reply, and what that means."""


@dataclass(frozen=True)
class Asked:
    """A request for a time stamp of some bytes: what goes to the authority, and the number its reply must repeat."""

    data: bytes
    query: bytes
    nonce: int | None


def asked(data: bytes) -> Asked:
    """Return the request for a time stamp of the SHA-256 of some bytes, certificates wanted."""
    request = TimestampRequestBuilder().data(data).hash_algorithm(HashAlgorithm.SHA256).build()
    return Asked(data, request.as_bytes(), request.nonce)


def roots_of(path: Path) -> tuple[Certificate, ...]:
    """Read the certificates that authorities must lead to, of a PEM file; SettingsError where there are none."""
    try:
        return tuple(load_pem_x509_certificates(path.read_bytes()))
    except OSError as error:
        raise SettingsError(f"cannot be read: {error.strerror}", path=path) from error
    except ValueError as error:
        raise SettingsError("expected certificates, as PEM", path=path) from error


def accepted(asked: Asked, reply: bytes, roots: Sequence[Certificate], now: datetime) -> datetime:
    """Return the time of a fresh reply; StampError where it is no answer to the request, or its time is not now's."""
    at = stamped(asked.data, reply, roots, asked.nonce)
    if abs(at - now) > CLOCKS_APART:
        raise StampError(f"its time is {instant(at)}, this machine's {instant(now)}")
    return at


def stamped(data: bytes, reply: bytes, roots: Sequence[Certificate], nonce: int | None = None) -> datetime:
    """Return when an authority says that some bytes were there; StampError where its reply does not prove it."""
    response = decoded(reply)
    try:
        VerifierBuilder(roots=list(roots), nonce=nonce).build().verify_message(response, data)
    except VerificationError as error:
        raise StampError(sentence(error)) from error
    except ValueError as error:
        raise StampError(refusal(reply)) from error
    return response.tst_info.gen_time.astimezone(UTC)


def time_of(reply: bytes) -> datetime:
    """Return the time that a reply states, taken on its word; StampError where it states none."""
    try:
        return decoded(reply).tst_info.gen_time.astimezone(UTC)
    except ValueError as error:
        raise StampError(refusal(reply)) from error


def decoded(reply: bytes) -> TimeStampResponse:
    """Read a reply, also one whose certificates are out of order: DER sorts them, many an authority does not."""
    for form in (reply, in_order(reply)):
        with suppress(ValueError):
            return decode_timestamp_response(form)
    raise StampError(refusal(reply))


def refusal(reply: bytes) -> str:
    """Say why a reply holds no time stamp, in the words of RFC 3161 where it is one at all."""
    try:
        status, *_ = elements(elements(reply)[0].content)
        number = int.from_bytes(elements(status.content)[0].content)
        return f"the authority gives none: {PKIStatus(number).name.lower().replace('_', ' ')}"
    except (ValueError, IndexError):
        return "expected a reply as RFC 3161 writes it"


def in_order(reply: bytes) -> bytes:
    """Return a reply with its certificates sorted as DER asks (X.690, 11.6); its signature does not cover them."""
    try:
        _, token = elements(elements(reply)[0].content)
        _, wrapped = elements(token.content)
        shown = next(each for each in elements(elements(wrapped.content)[0].content) if each.tag == CERTIFICATES)
        certificates = sorted(each.whole for each in elements(shown.content))
    except (ValueError, IndexError, StopIteration):
        return reply
    return reply.replace(shown.content, b"".join(certificates), 1)


class Element(NamedTuple):
    """One element of DER: its tag, what it holds, and all of it."""

    tag: int
    content: bytes
    whole: bytes


def elements(data: bytes) -> list[Element]:
    """Return the elements that some bytes are made of; ValueError or IndexError where they are cut off."""
    found, at = list[Element](), 0
    while at < len(data):
        length, start = data[at + 1], at + 2
        if length > 0x7F:
            start += length & 0x7F
            length = int.from_bytes(data[at + 2 : start])
        end = start + length
        if end > len(data):
            raise ValueError("an element is cut off")
        found.append(Element(data[at], data[start:end], data[at:end]))
        at = end
    return found


def sentence(error: VerificationError) -> str:
    """Say in a few words what is wrong with a reply; the library quotes all of OpenSSL's."""
    words = str(error)
    told = re.search(r"Verify error: ([^\"]+)", words) or re.search(r'reason: "([^"]+)"', words)
    said = told.group(1) if told else words
    return KNOWN.get(said, said)
