"""WARC records as bytes: a page becomes a group of records, and a group of records becomes the page again.

A group is the exchanges on the way to the page (redirects, pieces its scripts asked for), a response and a request
each; then the page's own response (or, for a page that did not come by HTTP, a resource), its request, its body as a
`conversion` where the response holds it in another form (decoded, rendered), and a `metadata` record with everything
else that a `Page` knows.
Each record is its own gzip member and carries the SHA-256 of its block.
"""

import base64
import hashlib
import json
import re
import uuid
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from io import BytesIO
from typing import Any
from urllib.parse import quote

from warcio.recordloader import ArcWarcRecord
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from checker.errors import EvidenceError
from checker.model import Hop, Page, PageOutcome

BLANK_LINE = re.compile(rb"\r?\n\r?\n")

DECODED = frozenset({"content-encoding", "transfer-encoding", "content-length"})
"""Headers that say how the body came over the wire: not true of a body that is kept decoded."""

READ = 1 << 20


@dataclass(frozen=True)
class Kept:
    """One record as it lies in a file: where its gzip member starts and ends, its headers and its block."""

    start: int
    end: int
    headers: dict[str, str]
    block: bytes

    @property
    def sound(self) -> bool:
        """Whether the block is what its digest says."""
        return self.headers.get("warc-block-digest") == digest(self.block)


def digest(data: bytes) -> str:
    """Return the labelled digest of a WARC header."""
    return "sha256:" + base64.b32encode(hashlib.sha256(data).digest()).decode("ascii")


def opening(name: str, now: datetime) -> bytes:
    """Return the warcinfo record that opens a file."""
    fields = f"software: checker\r\nformat: WARC File Format 1.1\r\nfilename: {name}\r\n"
    return _pack(
        "warcinfo", fields.encode(), "application/warc-fields", {"WARC-Filename": name, "WARC-Date": _date(now)}
    )


def group(page: Page) -> bytes:
    """Return the records of a page."""
    headers = {"WARC-Target-URI": _uri(page.url), "WARC-Date": _date(page.captured)}
    first = _identity()
    http = page.wire is not None or page.status > 0
    answer = page.body if not http else _answer(page) if page.wire is None else page.wire[1]
    kind, content_type = ("response", "application/http; msgtype=response") if http else ("resource", _type(page))
    records = [record for hop in page.hops for record in _exchange(hop)]
    records.append(_pack(kind, answer, content_type, {**headers, "WARC-Record-ID": first}))
    if page.wire is not None and page.wire[0]:
        concurrent = {**headers, "WARC-Concurrent-To": first}
        records.append(_pack("request", page.wire[0], "application/http; msgtype=request", concurrent))
    about = {**headers, "WARC-Refers-To": first}
    if http and _payload(answer) != page.body:
        records.append(_pack("conversion", page.body, _type(page), about))
    facts = json.dumps(_facts(page), ensure_ascii=True, sort_keys=True).encode("ascii")
    records.append(_pack("metadata", facts, "application/json", about))
    return b"".join(records)


def ungroup(data: bytes) -> Page:
    """Return the page of a group of records; EvidenceError where a record is damaged or missing."""
    every = list(records(BytesIO(data)))
    sound = [record for record in every if record.sound]
    facts = json.loads(sound[-1].block) if sound and sound[-1].headers["warc-type"] == "metadata" else {}
    led = len(facts.get("hops", ())) * 2
    found = {record.headers["warc-type"]: record for record in sound[led:]}
    if not facts or len(sound) < len(every) or not found.keys() & {"response", "resource"}:
        raise EvidenceError("expected a page's records, whole and with the digests they had when they were kept")
    if "conversion" in found:
        body = found["conversion"].block
    else:
        body = found["resource"].block if "resource" in found else _payload(found["response"].block)
    if hashlib.sha256(body).hexdigest() != facts["sha256"]:
        raise EvidenceError("the page's body is not the one that was kept: its SHA-256 differs")
    request = found["request"].block if "request" in found else b""
    return Page(
        url=facts["url"],
        captured=datetime.fromisoformat(facts["captured"]),
        body=body,
        status=facts["status"],
        headers=tuple((name, value) for name, value in facts["headers"]),
        outcome=None if facts["outcome"] is None else PageOutcome(facts["outcome"]),
        reason=facts["reason"],
        requested=facts["requested"],
        wire=(request, found["response"].block) if facts["wire"] else None,
        facts=facts["facts"],
        hops=tuple(
            _hop(each, (sound[2 * at + 1].block, sound[2 * at].block)) for at, each in enumerate(facts.get("hops", ()))
        ),
    )


def records(stream: Any, start: int = 0) -> Iterator[Kept]:
    """Return the whole records of a compressed WARC stream; stop at the first one that is cut or damaged."""
    for begin, end, data in members(stream, start):
        head, blank, rest = data.partition(b"\r\n\r\n")
        lines = head.decode("utf-8", "replace").split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines[1:])}
        length = headers.get("content-length", "")
        if not blank or not lines[0].startswith("WARC/") or not length.isdecimal() or len(rest) != int(length) + 4:
            return
        yield Kept(begin, end, headers, rest[: int(length)])


def members(stream: Any, start: int = 0) -> Iterator[tuple[int, int, bytes]]:
    """Return the whole gzip members of a stream as (start, end, content); stop at the first that is cut or damaged."""
    rest, at = b"", start
    while True:
        member = zlib.decompressobj(zlib.MAX_WBITS | 16)
        parts, used = [], 0
        while not member.eof:
            chunk = rest or stream.read(READ)
            if not chunk:
                return
            try:
                parts.append(member.decompress(chunk))
            except zlib.error:
                return
            rest = member.unused_data
            used += len(chunk) - len(rest)
        yield at, at + used, b"".join(parts)
        at += used


def _pack(kind: str, block: bytes, content_type: str, headers: dict[str, str]) -> bytes:
    fields = {"WARC-Type": kind, "WARC-Record-ID": _identity(), **headers, "WARC-Block-Digest": digest(block)}
    if content_type.startswith("application/http"):
        fields["WARC-Payload-Digest"] = digest(_payload(block))
    elif kind != "warcinfo":
        fields["WARC-Payload-Digest"] = fields["WARC-Block-Digest"]
    lines = StatusAndHeaders("", list(fields.items()), protocol="WARC/1.1")
    # The record is made without parsing the block: warcio would rebuild the HTTP headers, and not byte for byte.
    record = ArcWarcRecord(
        "warc", kind, lines, BytesIO(block), None, content_type, len(block), payload_length=len(block)
    )
    out = BytesIO()
    WARCWriter(out, gzip=True, warc_version="1.1").write_record(record)
    return out.getvalue()


def _exchange(hop: Hop) -> tuple[bytes, bytes]:
    """Return the response and the request of one exchange on the way to a page."""
    first = _identity()
    headers = {"WARC-Target-URI": _uri(hop.url), "WARC-Date": _date(hop.captured)}
    said = {**headers, "WARC-Record-ID": first} | ({"WARC-Truncated": "length"} if hop.cut else {})
    request, response = hop.wire
    return (
        _pack("response", response, "application/http; msgtype=response", said),
        _pack("request", request, "application/http; msgtype=request", {**headers, "WARC-Concurrent-To": first}),
    )


def _hop(facts: dict[str, Any], wire: tuple[bytes, bytes]) -> Hop:
    captured = datetime.fromisoformat(facts["captured"])
    return Hop(facts["url"], captured, facts["status"], wire, piece=facts["piece"], cut=facts["cut"])


def _payload(answer: bytes) -> bytes:
    blank = BLANK_LINE.search(answer)
    return b"" if blank is None else answer[blank.end() :]


def _answer(page: Page) -> bytes:
    try:
        phrase = HTTPStatus(page.status).phrase
    except ValueError:
        phrase = ""
    lines = [f"HTTP/1.1 {page.status} {phrase}"]
    lines += [_line(f"{name}: {value}") for name, value in page.headers if name.lower() not in DECODED]
    lines += [f"Content-Length: {len(page.body)}", "", ""]
    return "\r\n".join(lines).encode("utf-8", "replace") + page.body


def _facts(page: Page) -> dict[str, Any]:
    return {
        "url": page.url,
        "requested": page.requested,
        "captured": page.captured.isoformat(),
        "status": page.status,
        "headers": [list(pair) for pair in page.headers],
        "outcome": None if page.outcome is None else page.outcome.value,
        "reason": page.reason,
        "facts": dict(page.facts),
        "sha256": hashlib.sha256(page.body).hexdigest(),
        "wire": page.wire is not None,
        "hops": [
            {
                "url": hop.url,
                "captured": hop.captured.isoformat(),
                "status": hop.status,
                "piece": hop.piece,
                "cut": hop.cut,
            }
            for hop in page.hops
        ],
    }


def _line(text: str) -> str:
    return re.sub(r"[\r\n]+", " ", text)


def _uri(url: str) -> str:
    return quote(url.encode("utf-8", "replace"), safe=":/?#[]@!$&'()*+,;=%-._~")


def _type(page: Page) -> str:
    return _line(page.header("content-type")) or "application/octet-stream"


def _date(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _identity() -> str:
    return f"<urn:uuid:{uuid.uuid4()}>"
