"""WARC files: whole, damaged, odd; each record ends as one page, and ranges of a file as the file."""

import gzip
import hashlib
from base64 import b32encode
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import brotli
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checker.crawl.warc import offset, pages, split
from checker.errors import UsageError
from checker.model import Page, PageOutcome

LIMIT = 1_000_000


def http(body: bytes, *, status: str = "200 OK", headers: str = "Content-Type: text/html") -> bytes:
    """A stored HTTP answer."""
    return f"HTTP/1.1 {status}\r\n{headers}\r\n\r\n".encode() + body


def record(block: bytes, *, kind: str = "response", url: str = "http://news.example/1", **fields: str | None) -> bytes:
    """A WARC record; a field of None is left out."""
    names = {
        "WARC-Type": kind,
        "WARC-Record-ID": f"<urn:uuid:{hashlib.md5(block).hexdigest()}>",
        "WARC-Target-URI": url,
        "WARC-Date": "2026-11-02T08:00:00Z",
        "Content-Type": "application/http; msgtype=response",
        "Content-Length": str(len(block)),
    }
    given_fields = {name.replace("_", "-"): value for name, value in fields.items()}
    lines = [f"{name}: {value}\r\n" for name, value in {**names, **given_fields}.items() if value is not None]
    return b"WARC/1.0\r\n" + "".join(lines).encode() + b"\r\n" + block + b"\r\n\r\n"


def article(number: int) -> bytes:
    """A record of an invented page whose bytes hardly compress, so that damage stays within it."""
    noise = b"".join(hashlib.sha256(b"%d %d" % (number, at)).hexdigest().encode() for at in range(40))
    return record(http(b"<p>%d %s</p>" % (number, noise)), url=f"http://news.example/{number}")


def members(count: int) -> list[bytes]:
    """Records, each its own gzip member, as the standard asks."""
    return [gzip.compress(article(number), mtime=0) for number in range(count)]


def read(folder: Path, content: bytes, name: str = "x.warc.gz", **bounds: int) -> list[Page]:
    """Write a WARC file and read it."""
    path = folder / name
    path.write_bytes(content)
    return list(pages(path, limit=LIMIT, **bounds))


def one(folder: Path, content: bytes) -> Page:
    """The only page of a plain WARC file."""
    (page,) = read(folder, content, "x.warc")
    return page


def test_a_page_is_what_was_stored(tmp_path: Path) -> None:
    page = one(tmp_path, record(http(b"<p>hello</p>", headers="Content-Type: text/html; charset=gbk\r\nX-A: b")))
    assert (page.url, page.status, page.body, page.outcome) == ("http://news.example/1", 200, b"<p>hello</p>", None)
    assert page.captured == datetime(2026, 11, 2, 8, tzinfo=UTC)
    assert page.headers == (("Content-Type", "text/html; charset=gbk"), ("X-A", "b"))
    assert page.facts["warc"] == "x.warc#0"


def test_headers_may_end_in_bare_newlines(tmp_path: Path) -> None:
    page = one(tmp_path, record(b"HTTP/1.0 200 OK\nContent-Type: text/html\n\n<p>a</p>\r\n\r\n<p>b</p>"))
    assert (page.header("content-type"), page.body) == ("text/html", b"<p>a</p>\r\n\r\n<p>b</p>")


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ("Content-Encoding: gzip", gzip.compress(b"hello", mtime=0)),
        ("Content-Encoding: br", brotli.compress(b"hello")),
        ("Transfer-Encoding: chunked", b"3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n"),
        ("Transfer-Encoding: chunked", b"hello"),
        ("Content-Encoding: gzip", b"hello"),
    ],
    ids=["gzip", "br", "chunked", "chunked in name only", "gzip in name only"],
)
def test_codings_are_undone(tmp_path: Path, headers: str, body: bytes) -> None:
    assert one(tmp_path, record(http(body, headers=headers))).body == b"hello"


@pytest.mark.parametrize(
    ("content", "outcome"),
    [
        (record(http(b"gone", status="404 Not Found")), PageOutcome.HTTP_ERROR),
        (record(http(b"", status="302 Found", headers="Location: /x")), PageOutcome.HTTP_ERROR),
        (record(http(b"")), PageOutcome.NOT_HTML),
        (record(b"what is this"), PageOutcome.HTTP_ERROR),
        (record(http(b"x" * 3_000_000)), PageOutcome.TOO_LARGE),
        (record(http(gzip.compress(bytes(9_000_000)), headers="Content-Encoding: gzip")), PageOutcome.TOO_LARGE),
        (record(http(b"hel"), WARC_Truncated="length"), PageOutcome.TRUNCATED),
        (record(http(b"5\r\nhel"), Transfer_Encoding=None), None),
        (record(http(b"5\r\nhel\r\n", headers="Transfer-Encoding: chunked")), PageOutcome.TRUNCATED),
        (record(http(b"hello"), kind="revisit", WARC_Payload_Digest="sha1:NOWHERE"), PageOutcome.TRUNCATED),
        (
            record(b"", kind="revisit", WARC_Profile="http://netpreserve.org/warc/1.1/revisit/server-not-modified"),
            PageOutcome.UNCHANGED,
        ),
    ],
    ids=[
        "404",
        "redirect",
        "empty",
        "no HTTP",
        "large",
        "bomb",
        "cut by the archive",
        "plain",
        "cut chunks",
        "revisit of nothing",
        "304",
    ],
)
def test_a_record_ends_in_its_outcome(tmp_path: Path, content: bytes, outcome: PageOutcome | None) -> None:
    page = one(tmp_path, content)
    assert page.outcome is outcome
    assert (page.reason != "") is (outcome is not None)


def test_what_holds_no_page_is_passed_over(tmp_path: Path) -> None:
    content = record(b"software: x\r\n", kind="warcinfo", WARC_Target_URI=None, Content_Type="application/warc-fields")
    content += record(b"GET / HTTP/1.1\r\n\r\n", kind="request") + record(b"20261102\n", Content_Type="text/dns")
    content += record(b"<p>saved", kind="resource", url="http://news.example/s", Content_Type="text/html")
    assert [page.url for page in read(tmp_path, content, "x.warc")] == ["http://news.example/s"]


class TestDamage:
    """71 to 77: what is lost is counted, what is not is read."""

    @pytest.mark.parametrize("cut", [0.3, 0.55, 0.77, 0.999])
    def test_a_cut_record_is_truncated(self, tmp_path: Path, cut: float) -> None:
        whole = b"".join(members(8))
        found = read(tmp_path, whole[: int(len(whole) * cut)])
        assert [page.outcome for page in found[:-1]] == [None] * (len(found) - 1)
        assert found[-1].outcome is PageOutcome.TRUNCATED

    def test_a_cut_plain_record_is_truncated(self, tmp_path: Path) -> None:
        whole = b"".join(article(number) for number in range(3))
        assert [page.outcome for page in read(tmp_path, whole[:-300], "x.warc")] == [None, None, PageOutcome.TRUNCATED]

    @settings(max_examples=40, deadline=None)
    @given(st.integers(0, 7), st.floats(0.0, 1.0), st.binary(min_size=10, max_size=10))
    def test_damage_costs_one_record(
        self, tmp_path_factory: pytest.TempPathFactory, hit: int, where: float, bad: bytes
    ) -> None:
        parts = members(8)
        at = int(where * (len(parts[hit]) - 10))
        parts[hit] = parts[hit][:at] + bad + parts[hit][at + 10 :]
        found = read(tmp_path_factory.mktemp("warc"), b"".join(parts))
        good = {page.url for page in found if page.outcome is None and not page.facts.get("digest")}
        assert good >= {f"http://news.example/{number}" for number in range(8) if number != hit}

    def test_the_gap_is_told(self, tmp_path: Path) -> None:
        parts = members(4)
        parts[1] = b"\0" * len(parts[1])
        found = read(tmp_path, b"".join(parts))
        (gap,) = [page for page in found if page.outcome is not None]
        assert gap.url == f"{(tmp_path / 'x.warc.gz').as_uri()}#{len(parts[0])}"
        assert f"{len(parts[0]):,} to {len(parts[0]) + len(parts[1]):,}" in gap.reason
        assert len(found) == 4

    def test_damage_within_a_record_is_that_record(self, tmp_path: Path) -> None:
        parts = members(4)
        parts[1] = parts[1][:-400] + b"\xff" * 40 + parts[1][-360:]
        outcomes = [page.outcome for page in read(tmp_path, b"".join(parts))]
        assert outcomes == [None, PageOutcome.TRUNCATED, None, None]

    def test_garbage_before_the_first_record(self, tmp_path: Path) -> None:
        found = read(tmp_path, b"garbage" * 20 + b"".join(members(3)))
        assert [page.outcome for page in found] == [PageOutcome.TRUNCATED, None, None, None]

    def test_a_forged_record_in_a_plain_page_stays_a_page(self, tmp_path: Path) -> None:
        forged = b"\r\n\r\n" + record(http(b"<p>forged"), url="http://victim.example/")
        whole = record(http(b"<p>" + forged), url="http://news.example/0") + article(1)
        assert [page.url[-1] for page in read(tmp_path, whole, "x.warc")] == ["0", "1"]
        assert [page.url[-1] for page in read(tmp_path, whole + b"rubbish" * 9, "x.warc")][:2] == ["0", "1"]

    @pytest.mark.parametrize(
        "content", [b"", b"<html>no WARC</html>", gzip.compress(b"hello")], ids=["empty", "HTML", "gzip"]
    )
    def test_no_record_at_all(self, tmp_path: Path, content: bytes) -> None:
        (page,) = read(tmp_path, content)
        assert page.outcome is PageOutcome.TRUNCATED

    def test_compressed_as_a_whole(self, tmp_path: Path) -> None:
        whole = gzip.compress(b"".join(article(number) for number in range(5)))
        assert [page.outcome for page in read(tmp_path, whole)] == [None] * 5

    @pytest.mark.parametrize("length", ["-5", "99999999999999999999", "5x", "7000000"])
    def test_a_wrong_length_costs_its_record(self, tmp_path: Path, length: str) -> None:
        bad = gzip.compress(record(http(b"hello"), url="http://news.example/bad", Content_Length=length))
        found = read(tmp_path, members(1)[0] + bad + members(2)[1])
        assert {"http://news.example/0", "http://news.example/1"} <= {p.url for p in found if p.outcome is None}
        assert any(page.outcome in {PageOutcome.TRUNCATED, PageOutcome.TOO_LARGE} for page in found)


class TestOddities:
    """76 to 80."""

    def test_a_wrong_digest_is_a_fact(self, tmp_path: Path) -> None:
        right = b32encode(hashlib.sha1(b"hello").digest()).decode()
        assert "digest" not in one(tmp_path, record(http(b"hello"), WARC_Payload_Digest=f"sha1:{right}")).facts
        assert "digest" in one(tmp_path, record(http(b"hellO"), WARC_Payload_Digest=f"sha1:{right}")).facts

    def test_a_revisit_of_a_record_in_the_file_is_unchanged(self, tmp_path: Path) -> None:
        digest = "sha1:" + b32encode(hashlib.sha1(b"hello").digest()).decode()
        content = record(http(b"hello"), WARC_Payload_Digest=digest)
        content += record(http(b""), kind="revisit", WARC_Payload_Digest=digest)
        assert [page.outcome for page in read(tmp_path, content, "x.warc")] == [None, PageOutcome.UNCHANGED]

    @pytest.mark.parametrize(
        ("raw", "url"),
        [
            ("<http://news.example/wget>", "http://news.example/wget"),
            ("http://news.example/a b", "http://news.example/a%20b"),
            ("http://news.example/新聞", "http://news.example/%E6%96%B0%E8%81%9E"),
            ("http://news.example/%B9%FA", "http://news.example/%B9%FA"),
        ],
    )
    def test_addresses_are_written_as_on_the_wire(self, tmp_path: Path, raw: str, url: str) -> None:
        assert one(tmp_path, record(http(b"hello"), url=raw)).url == url

    @pytest.mark.parametrize("date", ["0000-00-00T00:00:00Z", "2099-01-01T00:00:00Z", "yesterday", "", "1970-01-01"])
    def test_a_date_that_cannot_be_is_not_believed(self, tmp_path: Path, date: str) -> None:
        page = one(tmp_path, record(http(b"hello"), WARC_Date=date))
        assert datetime(2020, 1, 1, tzinfo=UTC) < page.captured <= datetime.now(UTC)
        assert page.facts["date"]

    @pytest.mark.parametrize(
        "date", ["2026-11-02T08:00:00.123456Z", "2026-11-02T16:00:00+08:00", "2026-11-02T08:00:00"]
    )
    def test_dates_are_utc(self, tmp_path: Path, date: str) -> None:
        assert one(tmp_path, record(http(b"x"), WARC_Date=date)).captured.replace(microsecond=0) == datetime(
            2026, 11, 2, 8, tzinfo=UTC
        )


class TestRanges:
    """Many workers share a file: ranges that meet give every record once."""

    WHOLE = b"".join(members(12))

    @settings(max_examples=40, deadline=None)
    @given(st.lists(st.integers(0, len(WHOLE)), max_size=5))
    def test_any_borders(self, tmp_path_factory: pytest.TempPathFactory, borders: list[int]) -> None:
        path = tmp_path_factory.mktemp("warc") / "x.warc.gz"
        path.write_bytes(self.WHOLE)
        ends = sorted({0, len(self.WHOLE), *borders})
        found = [page.url for start, end in pairwise(ends) for page in pages(path, limit=LIMIT, start=start, end=end)]
        assert found == [f"http://news.example/{number}" for number in range(12)]

    @pytest.mark.parametrize("name", ["x.warc.gz", "x.warc"])
    @pytest.mark.parametrize("parts", [1, 3, 50])
    def test_split_borders_are_records(self, tmp_path: Path, name: str, parts: int) -> None:
        path = tmp_path / name
        path.write_bytes(self.WHOLE if name.endswith("gz") else b"".join(article(number) for number in range(12)))
        ranges = split(path, parts)
        assert len(ranges) == min(parts, 12)
        assert (ranges[0][0], ranges[-1][1]) == (0, path.stat().st_size)
        found = [page.url for start, end in ranges for page in pages(path, limit=LIMIT, start=start, end=end)]
        assert found == [f"http://news.example/{number}" for number in range(12)]

    def test_a_page_that_looks_like_a_record_shifts_no_border(self, tmp_path: Path) -> None:
        forged = gzip.compress(record(http(b"<p>forged"), url="http://victim.example/"))
        path = tmp_path / "x.warc.gz"
        path.write_bytes(gzip.compress(record(http(forged * 200), url="http://news.example/0"), 0) + members(2)[1])
        found = [page.url for start, end in split(path, 4) for page in pages(path, limit=LIMIT, start=start, end=end)]
        assert found == ["http://news.example/0", "http://news.example/1"]


class TestTakenUp:
    """An archive that a killed scan had begun is read on from where it was, with what the rest refers to."""

    @given(number=st.integers(0, 12))
    @settings(max_examples=13, deadline=None)
    def test_what_was_read_is_passed_over(self, tmp_path_factory: pytest.TempPathFactory, number: int) -> None:
        digest = "sha1:" + b32encode(hashlib.sha1(b"x").digest()).decode()
        original = record(http(b"x"), WARC_Payload_Digest=digest)
        again = record(http(b""), kind="revisit", WARC_Payload_Digest=digest)
        pieces = [gzip.compress(original, mtime=0), *members(8), gzip.compress(again, mtime=0)]
        pieces[4] = pieces[4][:50] + b"damage" + pieces[4][56:]
        folder = tmp_path_factory.mktemp("warc")
        whole = read(folder, b"".join(pieces))
        number = min(number, len(whole))
        after = offset(whole[number - 1]) + 1 if number else 0
        rest = read(folder, b"".join(pieces), after=after)
        assert [(page.url, page.outcome) for page in rest] == [(page.url, page.outcome) for page in whole[number:]]
        assert whole[-1].outcome is PageOutcome.UNCHANGED


def test_a_file_that_cannot_be_opened_is_said(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"missing\.warc"):
        list(pages(tmp_path / "missing.warc", limit=LIMIT))
