"""Pages from WARC files (ISO 28500), read record by record at the speed of the disk.

Every response ends as exactly one `Page`. What a file cannot give is a page too: a gap of damaged bytes, an empty
file, a file without records, each `truncated` under the file's own address with `#offset`, so that it is counted and
never silently missing. Reading takes a range of the file, so that many workers can share one.
"""

import base64
import hashlib
import os
import re
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import BinaryIO

from fastwarc.warc import ArchiveIterator, WarcRecord, WarcRecordType

from checker.crawl import content
from checker.crawl.addresses import of_file, written
from checker.crawl.answer import settled
from checker.errors import UsageError
from checker.model import Page, PageOutcome

GZIP = b"\x1f\x8b\x08"
PLAIN = b"WARC/1."
EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
"""No web page was captured before this; an earlier date is a mistake of its writer."""

HEADERS_MAX = 1_000_000
"""Bytes of HTTP headers a record may have beside its body."""

BLOCK = 1 << 20
"""Bytes looked through at a time in search of the next record."""

BLANK = re.compile(rb"\r?\n\r?\n")
LENGTH = re.compile(rb"^content-length:\s*(\d+)\s*$", re.IGNORECASE | re.MULTILINE)
ALGORITHMS = frozenset({"md5", "sha1", "sha256", "sha512"})
NOTHING: Mapping[str, str] = {}


@dataclass
class Reading:
    """One file being read: what bounds a page, where it stands in, and which bodies were seen (for revisits).

    `at` is the offset of the record in hand, `told` whether a page was already made of it; of records before `after`
    none is made.
    """

    path: Path
    limit: int
    modified: datetime
    after: int = 0
    at: int = 0
    told: bool = False
    seen: set[str] = field(default_factory=set)

    def gap(self, end: int, reason: str) -> Page:
        """The page that stands for the bytes from `at` to `end`, which cannot be read."""
        return Page(
            url=f"{of_file(self.path)}#{self.at}",
            captured=self.modified,
            outcome=PageOutcome.TRUNCATED,
            reason=f"{reason} (bytes {self.at:,} to {end:,})",
        )


def pages(path: Path, *, limit: int, start: int = 0, end: int | None = None, after: int = 0) -> Iterator[Page]:
    """Yield a page for each response record that begins in [start, end) of a WARC file.

    `limit` bounds the bytes of a body. Ranges that meet give each record once, whatever their borders; borders from
    `split` are exact. What begins before `after` was read before: it is only looked at for what later records refer
    to. UsageError where the file cannot be opened.
    """
    try:
        with path.open("rb") as file:
            status = os.fstat(file.fileno())
            reading = Reading(path, limit, datetime.fromtimestamp(status.st_mtime, UTC), after)
            if status.st_size == 0 and after == 0:
                yield reading.gap(0, "empty file")
            reading.at = start if start == 0 else find_record(file, start)
            yield from between(reading, file, min(status.st_size, status.st_size if end is None else end))
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror or error}") from error


def between(reading: Reading, file: BinaryIO, end: int) -> Iterator[Page]:
    """Read from a record's beginning up to `end`; after what cannot be read, go on at the next record."""
    while reading.at < end:
        file.seek(reading.at)
        reading.told, damage = False, ""
        try:
            yield from run(reading, file, end)
        except DamageError as error:
            damage = str(error)
        over = end_of(file, reading.at) if reading.told or not damage else reading.at + 1
        following = find_record(file, over)
        if damage and not reading.told:
            gap = reading.gap(following, damage)
        elif reading.at + 1 < over < following:
            reading.at = over
            gap = reading.gap(following, "bytes that are no record")
        else:
            gap = None
        if gap is not None and reading.at >= reading.after:
            yield gap
        reading.at = following


class DamageError(Exception):
    """The record at hand cannot be read to its end; caught in this module."""


def run(reading: Reading, file: BinaryIO, end: int) -> Iterator[Page]:
    """Yield pages up to `end` or the first damage, keeping `reading.at` at the record in hand."""
    count = 0
    records = iter(ArchiveIterator(file, record_types=WarcRecordType.any_type, parse_http=False))
    while True:
        try:
            record = next(records, None)
        except OSError as error:
            raise DamageError(f"damaged WARC: {error}") from error
        if record is None:
            break
        if record.stream_pos >= end and is_record(file, record.stream_pos):
            return
        count, reading.at, reading.told = count + 1, record.stream_pos, False
        page = page_of(reading, record) if reading.at >= reading.after else passed(reading, record)
        if page is not None:
            reading.told = True
            yield page
    if count == 0:
        raise DamageError("no WARC record")


def page_of(reading: Reading, record: WarcRecord) -> Page | None:
    """Make a page of one record; None for one that holds no page (requests, DNS answers, other formats)."""
    kind = (record.headers.get("WARC-Type") or "").lower()
    return KINDS[kind](reading, record) if kind in KINDS else None


def passed(reading: Reading, record: WarcRecord) -> Page | None:
    """Pass over a record that was read before, but for what a later one may refer to."""
    kind = (record.headers.get("WARC-Type") or "").lower()
    reading.told = kind in KINDS
    if kind == "response":
        reading.seen.add(record.headers.get("WARC-Payload-Digest") or "")
    return None


def response(reading: Reading, record: WarcRecord) -> Page | None:
    """Make a page of an HTTP response; whatever is wrong with it becomes the page's outcome."""
    kind = record.headers.get("Content-Type") or "application/http"
    if "http" not in kind:
        return None
    declared = record.headers.get("Content-Length") or ""
    if not declared.isdecimal():
        return bare(reading, record, PageOutcome.TRUNCATED, f"WARC Content-Length {declared[:20]!r}")
    if int(declared) > reading.limit + HEADERS_MAX:
        return bare(reading, record, PageOutcome.TOO_LARGE, f"a record of {int(declared):,} bytes")
    try:
        block = record.reader.read()
    except OSError as error:
        return bare(reading, record, PageOutcome.TRUNCATED, f"damaged WARC: {error}")
    return answered(reading, record, block, cut=len(block) < int(declared))


def answered(reading: Reading, record: WarcRecord, block: bytes, *, cut: bool) -> Page:
    """Make a page of the bytes of an HTTP response."""
    blank = BLANK.search(block)
    head, raw = (block, b"") if blank is None else (block[: blank.start()], block[blank.end() :])
    status, headers = parse_head(head)
    page = bare(reading, record, facts=digests(record, block, raw), status=status, headers=headers)
    if (digest := record.headers.get("WARC-Payload-Digest")) is not None:
        reading.seen.add(digest)
    if not status:
        return replace(page, outcome=PageOutcome.HTTP_ERROR, reason="no HTTP status line")
    whole = content.unchunk(raw) if "chunked" in page.header("Transfer-Encoding").lower() else content.Content(raw)
    page = settled(page, whole.body, limit=reading.limit)
    if cut or not whole.whole:
        return replace(page, outcome=PageOutcome.TRUNCATED, reason="the record ends early")
    if (why := record.headers.get("WARC-Truncated")) is not None:
        return replace(page, outcome=PageOutcome.TRUNCATED, reason=f"cut off when it was archived: {why}")
    return page


def resource(reading: Reading, record: WarcRecord) -> Page | None:
    """Make a page of a stored HTML file, which has no HTTP headers."""
    kind = record.headers.get("Content-Type") or ""
    declared = record.headers.get("Content-Length") or ""
    if "html" not in kind or not declared.isdecimal() or int(declared) > reading.limit:
        return None
    body = record.reader.read()
    facts = digests(record, body, body)
    page = bare(reading, record, facts=facts, status=200, headers=(("Content-Type", kind),))
    return replace(page, body=body)


def offset(page: Page) -> int:
    """Return where in its archive the record or the gap begins that a page of `pages` was made of."""
    return int(page.facts.get("warc", page.url).rpartition("#")[2])


def revisit(reading: Reading, record: WarcRecord) -> Page:
    """Make a page of a record that only says: the same answer as before."""
    digest = record.headers.get("WARC-Payload-Digest") or ""
    if digest in reading.seen or "not-modified" in (record.headers.get("WARC-Profile") or ""):
        return bare(reading, record, PageOutcome.UNCHANGED, "the same as an earlier record")
    return bare(reading, record, PageOutcome.TRUNCATED, "a revisit record without its original")


KINDS: dict[str, Callable[[Reading, WarcRecord], Page | None]] = {
    "response": response,
    "revisit": revisit,
    "resource": resource,
}


def bare(
    reading: Reading,
    record: WarcRecord,
    outcome: PageOutcome | None = None,
    reason: str = "",
    *,
    facts: Mapping[str, str] = NOTHING,
    status: int = 0,
    headers: tuple[tuple[str, str], ...] = (),
) -> Page:
    """Make a page of what the WARC headers say: address, date, and where the record stands."""
    raw = (record.headers.get("WARC-Target-URI") or "").strip("<>")  # wget wrote brackets round it
    captured, doubt = moment(record.headers.get("WARC-Date") or "", reading.modified)
    return Page(
        url=written(raw) or f"{of_file(reading.path)}#{reading.at}",
        captured=captured,
        outcome=outcome,
        reason=reason,
        status=status,
        headers=headers,
        requested=raw,
        facts={**facts, **doubt, "warc": f"{reading.path.name}#{reading.at}"},
    )


def parse_head(head: bytes) -> tuple[int, tuple[tuple[str, str], ...]]:
    """Read the status line and header fields of an HTTP response; status 0 where there is no status line."""
    first, *rest = head.decode("latin-1").replace("\r\n", "\n").split("\n")
    words = first.split(None, 2)
    if not first.startswith("HTTP/") or len(words) < 2 or not words[1].isdecimal() or len(words[1]) != 3:
        return 0, ()
    pairs = (line.partition(":") for line in rest)
    return int(words[1]), tuple((name.strip(), value.strip()) for name, colon, value in pairs if colon)


def moment(written_date: str, fallback: datetime) -> tuple[datetime, dict[str, str]]:
    """Read a WARC-Date; one that cannot be true gives the file's own time, and a fact that says so."""
    try:
        when = datetime.fromisoformat(written_date)
        when = when.replace(tzinfo=UTC) if when.tzinfo is None else when.astimezone(UTC)
    except (ValueError, OverflowError):
        return fallback, {"date": f"WARC-Date {written_date[:40]!r} is no date; the file's time is taken"}
    if not EARLIEST <= when <= datetime.now(UTC) + timedelta(days=1):
        return fallback, {"date": f"WARC-Date {written_date[:40]!r} cannot be true; the file's time is taken"}
    return when, {}


def digests(record: WarcRecord, block: bytes, payload: bytes) -> dict[str, str]:
    """Check the digest of the payload, or else of the block; a fact only where it is wrong."""
    for name, body in (("WARC-Payload-Digest", payload), ("WARC-Block-Digest", block)):
        algorithm, _, value = (record.headers.get(name) or "").partition(":")
        if value and algorithm.lower() in ALGORITHMS:
            made = hashlib.new(algorithm.lower(), body, usedforsecurity=False)
            right = value.lower() == made.hexdigest() or value.upper() == base64.b32encode(made.digest()).decode()
            return {} if right else {"digest": f"{name} is wrong"}
    return {}


def find_record(file: BinaryIO, start: int) -> int:
    """Return the offset of the first record at or after `start`, or the size of the file.

    A record begins with a gzip member that inflates to `WARC/1.`, or in a plain file with such a line.
    """
    mark, at = mark_of(file), start
    while block := os.pread(file.fileno(), BLOCK, at):
        found = block.find(mark)
        while found >= 0:
            if is_record(file, at + found):
                return at + found
            found = block.find(mark, found + 1)
        at += max(len(block) - len(mark) + 1, 1)  # a mark may lie across two blocks
    return max(os.fstat(file.fileno()).st_size, start)


def mark_of(file: BinaryIO) -> bytes:
    """Return what the records of a file begin with."""
    first = os.pread(file.fileno(), len(PLAIN), 0)
    return GZIP if first.startswith(GZIP) or (first != PLAIN and str(file.name).endswith(".gz")) else PLAIN


def is_record(file: BinaryIO, at: int) -> bool:
    """Whether a record begins at an offset."""
    start = os.pread(file.fileno(), 1024, at)
    if mark_of(file) == PLAIN:
        return start.startswith(PLAIN) and (at == 0 or os.pread(file.fileno(), 1, at - 1) == b"\n")
    try:
        return start.startswith(GZIP) and zlib.decompressobj(31).decompress(start, len(PLAIN)) == PLAIN
    except zlib.error:
        return False


def end_of(file: BinaryIO, at: int) -> int:
    """Return where the record at an offset ends by its own account; never inside it, so no page can plant a record."""
    size = os.fstat(file.fileno()).st_size
    if not is_record(file, at):
        return size  # a record within one gzip member for the whole file
    if mark_of(file) == PLAIN:
        head = os.pread(file.fileno(), HEADERS_MAX, at).partition(b"\r\n\r\n")[0]
        declared = LENGTH.search(head)
        return at + 1 if declared is None else min(at + len(head) + 4 + int(declared[1]) + 4, size)
    return end_of_member(file, at)


def end_of_member(file: BinaryIO, at: int) -> int:
    """Return where a gzip member ends; the next byte where it is damaged or cut."""
    inflater, here = zlib.decompressobj(31), at
    with suppress(zlib.error):
        while block := os.pread(file.fileno(), BLOCK, here):
            here += len(block)
            while block and not inflater.eof:
                inflater.decompress(block, BLOCK)
                block = inflater.unconsumed_tail
            if inflater.eof:
                return here - len(inflater.unused_data)
    return at + 1


def split(path: Path, parts: int) -> tuple[tuple[int, int], ...]:
    """Cut a WARC file into at most `parts` ranges of about equal size, each beginning at a record.

    The file is walked once, so a page that carries bytes looking like a record cannot shift a border. A file that is
    compressed as a whole, or what follows damaged bytes, is one range.
    """
    with path.open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        borders = [0]
        for at in starts(file):
            if at >= len(borders) * size / parts and 0 < at < size and is_record(file, at):
                borders.append(at)
    return tuple(zip(borders, [*borders[1:], size], strict=True))


def starts(file: BinaryIO) -> Iterator[int]:
    """Yield the offset of each record up to the first damage."""
    with suppress(OSError):
        for record in ArchiveIterator(file, record_types=WarcRecordType.any_type, parse_http=False):
            yield record.stream_pos
