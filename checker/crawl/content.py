"""The bytes a page really has: transfer and content codings undone, never beyond a limit.

A coding is undone step by step, so that a bomb costs its limit and nothing more (RFC 9110 section 8.4; gzip, deflate,
br and zstd, at most three of them one upon the other).
"""

import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import brotli
import zstandard

from checker.errors import PageError
from checker.model import PageOutcome

LAYERS = 3
"""More codings than this upon each other are no page but an attack."""

STEP = 256 * 1024
"""Bytes that one step may make, so that the limit is overrun by one step at most."""

MAGIC = {"gzip": b"\x1f\x8b", "zstd": b"\x28\xb5\x2f\xfd"}


@dataclass(frozen=True)
class Content:
    """A decoded body. `whole` is False where its coding ended too early; `note` says what was odd."""

    body: bytes
    whole: bool = True
    note: str = ""


def undo(body: bytes, codings: str, *, limit: int) -> Content:
    """Undo the codings of a Content-Encoding header, the last one first.

    PageError: TOO_LARGE beyond `limit` bytes, UNDECODABLE for an unknown coding or too many of them. A body that is
    not coded as its header says is taken as it is, with a note.
    """
    names = [name for name in (part.strip().lower() for part in codings.split(",")) if name not in ("", "identity")]
    if len(names) > LAYERS:
        raise PageError(PageOutcome.UNDECODABLE, f"{len(names)} content codings upon each other")
    content = Content(body)
    for name in reversed(names):
        step = undo_one(content.body, name.removeprefix("x-"), limit=limit)
        content = Content(step.body, content.whole and step.whole, content.note or step.note)
    return content


def undo_one(body: bytes, name: str, *, limit: int) -> Content:
    """Undo one coding of at most `limit` bytes."""
    if name not in CODINGS:
        raise PageError(PageOutcome.UNDECODABLE, f"unknown content coding {name[:40]!r}")
    if not body or not body.startswith(MAGIC.get(name, b"")):
        return Content(body, note=f"said {name}, was not" if body else "")
    out = bytearray()
    whole = Flag()
    try:
        for piece in CODINGS[name](body, whole):
            out += piece
            if len(out) > limit:
                raise PageError(PageOutcome.TOO_LARGE, f"{name} content of more than {limit:,} bytes")
    except (zlib.error, brotli.error, zstandard.ZstdError):
        if not out:
            return Content(body, note=f"said {name}, was not")
        return Content(bytes(out), whole=False, note=f"{name} content is damaged")
    return Content(bytes(out), whole.up, "" if whole.up else f"{name} content ends early")


@dataclass
class Flag:
    """Whether a coding came to its proper end."""

    up: bool = False


def gunzip(body: bytes, whole: Flag) -> Iterator[bytes]:
    """Undo gzip, several members too; what follows the last member is ignored, as browsers do."""
    while body.startswith(MAGIC["gzip"]):
        whole.up = False
        inflater = zlib.decompressobj(31)
        yield from inflated(inflater, body)
        whole.up = inflater.eof
        body = inflater.unused_data if inflater.eof else b""


def inflate(body: bytes, whole: Flag) -> Iterator[bytes]:
    """Undo deflate: the zlib form that the standard means, or the bare one that servers send."""
    zlib_form = body[0] & 15 == 8 and int.from_bytes(body[:2], "big") % 31 == 0
    inflater = zlib.decompressobj(15 if zlib_form else -15)
    yield from inflated(inflater, body)
    whole.up = inflater.eof


def inflated(inflater: "zlib._Decompress", body: bytes) -> Iterator[bytes]:
    """Yield what a zlib stream holds, a step at a time."""
    piece = inflater.decompress(body, STEP)
    while piece:
        yield piece
        if inflater.eof:
            return
        piece = inflater.decompress(inflater.unconsumed_tail, STEP)


def unbrotli(body: bytes, whole: Flag) -> Iterator[bytes]:
    """Undo Brotli (RFC 7932)."""
    decompressor = brotli.Decompressor()
    piece = decompressor.process(body, output_buffer_limit=STEP)
    while piece:
        yield piece
        if decompressor.is_finished() or decompressor.can_accept_more_data():
            break
        piece = decompressor.process(b"", output_buffer_limit=STEP)
    whole.up = decompressor.is_finished()


def unzstd(body: bytes, whole: Flag) -> Iterator[bytes]:
    """Undo Zstandard (RFC 8878), its window held to the 8 MB that the RFC asks of decoders."""
    decompressor = zstandard.ZstdDecompressor(max_window_size=8 * 1024 * 1024).decompressobj()
    for at in range(0, len(body), 128):  # 128 bytes can make some 5 MB, no more
        if decompressor.eof:
            break
        yield decompressor.decompress(body[at : at + 128])
    whole.up = decompressor.eof


CODINGS: dict[str, Callable[[bytes, Flag], Iterator[bytes]]] = {
    "gzip": gunzip,
    "deflate": inflate,
    "br": unbrotli,
    "zstd": unzstd,
}


def unchunk(body: bytes) -> Content:
    """Undo the chunked transfer coding (RFC 9112 section 7.1) where archives kept it; a body without it stays."""
    out = bytearray()
    at = 0
    while True:
        end = body.find(b"\r\n", at, at + 64)
        try:
            size = int(body[at:end].split(b";")[0], 16) if end > at else -1
        except ValueError:
            size = -1
        if size < 0:
            return Content(bytes(out), whole=False, note="chunks end early") if out else Content(body)
        if size == 0:
            return Content(bytes(out))
        out += body[end + 2 : end + 2 + size]
        at = end + 2 + size + 2
