"""A kept page comes back byte for byte; a damaged one never does."""

import os
import resource
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fastwarc.warc import ArchiveIterator, WarcRecordType

from checker.errors import EvidenceError
from checker.keep.evidence import MARK, Evidence, Flaw
from checker.model import Hop, Page, PageOutcome

BODY = "來源：海角網 —— 正文".encode("gb18030")

PLAIN = Page(
    url="https://a.example/新闻?q=1",
    captured=datetime(2026, 11, 2, 8, 0, 0, 123456, tzinfo=UTC),
    body=BODY,
    status=200,
    headers=(("Content-Type", "text/html; charset=gb2312"), ("Content-Encoding", "gzip"), ("X-Odd", "a\r\nb")),
    requested="http://a.example/新闻?q=1",
    facts={"peer": "192.0.2.1"},
)
WIRE = replace(
    PLAIN,
    wire=(
        b"GET / HTTP/1.1\r\nHost: a.example\r\n\r\n",
        b"HTTP/1.1 200 \xff\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    ),
)
LED = replace(
    WIRE,
    hops=(
        Hop("http://a.example/", PLAIN.captured, 301, (b"GET /", b"HTTP/1.1 301 Moved\r\n\r\n")),
        Hop("http://b.example/", PLAIN.captured, 302, (b"GET /b", b"HTTP/1.1 302 \xff"), cut=True),
    ),
)
PAGES = {
    "redirected": LED,
    "rendered": replace(LED, body=b"<!DOCTYPE html><p>", facts={"rendered": "Chromium"}),
    "piece": replace(PLAIN, hops=(replace(LED.hops[0], piece=True),)),
    "rebuilt": PLAIN,
    "as on the wire": WIRE,
    "wire is the body": replace(PLAIN, wire=(b"GET", b"HTTP/1.1 200 OK\n\n" + BODY)),
    "local file": Page("file:///tmp/a b\n.html", PLAIN.captured, BODY),
    "empty": replace(PLAIN, body=b""),
    "no status we know": replace(PLAIN, status=999),
    "failed": Page("https://a.example/", PLAIN.captured, outcome=PageOutcome.TIMEOUT, reason="too slow"),
    "lone surrogate": replace(PLAIN, url="https://a.example/\ud800"),
}


@pytest.mark.parametrize("page", PAGES.values(), ids=PAGES.keys())
def test_a_kept_page_comes_back_as_it_was(tmp_path: Path, page: Page) -> None:
    with Evidence.open(tmp_path) as evidence:
        evidence.keep(PLAIN)
        capture = evidence.keep(page)
        assert evidence.load(capture) == page
        assert list(evidence.verify()) == []


def test_others_can_read_the_files(tmp_path: Path) -> None:
    with Evidence.open(tmp_path) as evidence:
        for page in PAGES.values():
            capture = evidence.keep(page)
    with (tmp_path / capture.file).open("rb") as stream:
        records = [
            (record.record_type, record.verify_block_digest()) for record in ArchiveIterator(stream, parse_http=False)
        ]
    assert all(sound for _, sound in records)
    kinds = [kind for kind, _ in records]
    assert kinds.count(WarcRecordType.metadata) == len(PAGES)
    assert kinds.count(WarcRecordType.request) == 4 + 5
    with (tmp_path / capture.file).open("rb") as stream:
        wires = [r.reader.read() for r in ArchiveIterator(stream, WarcRecordType.response, parse_http=False)]
    assert WIRE.wire is not None
    assert WIRE.wire[1] in wires
    assert all(hop.wire[1] in wires for hop in LED.hops)


def test_a_page_half_written_by_a_killed_process_is_cut_off(tmp_path: Path) -> None:
    with Evidence.open(tmp_path) as evidence:
        whole = evidence.keep(PLAIN)
        half = evidence.keep(WIRE)
    path = tmp_path / whole.file
    path.with_name(path.name + MARK).touch()
    os.truncate(path, half.offset + half.length - 9)
    with Evidence.open(tmp_path) as evidence:
        assert evidence.load(whole) == PLAIN
        assert list(evidence.verify()) == []
        with pytest.raises(EvidenceError, match=path.name):
            evidence.load(half)
    assert not path.with_name(path.name + MARK).exists()


def test_a_file_that_is_being_written_is_left_alone(tmp_path: Path) -> None:
    with Evidence.open(tmp_path) as writer:
        capture = writer.keep(PLAIN)
        with Evidence.open(tmp_path) as other:
            beside = other.keep(WIRE)
        assert beside.file != capture.file
        assert writer.load(writer.keep(WIRE)) == WIRE


def test_every_flipped_byte_is_noticed(tmp_path: Path) -> None:
    with Evidence.open(tmp_path) as evidence:
        capture = evidence.keep(WIRE)
        path = tmp_path / capture.file
        data = path.read_bytes()
        for at in range(capture.offset, capture.offset + capture.length, 7):
            path.write_bytes(data[:at] + bytes([data[at] ^ 0x10]) + data[at + 1 :])
            try:
                assert evidence.load(capture) == WIRE
            except EvidenceError:
                assert [flaw.file for flaw in evidence.verify()] == [capture.file]


def test_a_damaged_redirect_is_noticed(tmp_path: Path) -> None:
    with Evidence.open(tmp_path) as evidence:
        capture = evidence.keep(LED)
        path = tmp_path / capture.file
        data = path.read_bytes()
        path.write_bytes(data[: capture.offset + 40] + b"\0" + data[capture.offset + 41 :])
        with pytest.raises(EvidenceError, match="whole"):
            evidence.load(capture)


def test_damage_is_named_by_file_and_byte(tmp_path: Path) -> None:
    with Evidence.open(tmp_path) as evidence:
        capture = evidence.keep(PLAIN)
        os.truncate(tmp_path / capture.file, capture.offset + 3)
        assert list(evidence.verify()) == [Flaw(capture.file, capture.offset, "no whole record from here on")]
        with pytest.raises(EvidenceError, match=f"at byte {capture.offset}"):
            evidence.load(capture)
        with pytest.raises(EvidenceError, match="gone"):
            evidence.load(replace(capture, file="2026-11/gone.warc.gz"))


def test_a_page_that_cannot_be_written_leaves_the_file_whole(tmp_path: Path) -> None:
    with Evidence.open(tmp_path) as evidence:
        first = evidence.keep(PLAIN)
        limits = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (first.offset + first.length + 100, limits[1]))
        try:
            with pytest.raises(EvidenceError, match="cannot be kept: File too large"):
                evidence.keep(WIRE)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        assert list(evidence.verify()) == []
        assert evidence.load(evidence.keep(WIRE)) == WIRE
        assert evidence.load(first) == PLAIN


def test_a_folder_that_cannot_be_made_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(EvidenceError, match="cannot be used for evidence"):
        Evidence.open(tmp_path / "file" / "evidence")
