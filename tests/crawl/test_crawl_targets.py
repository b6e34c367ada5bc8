"""What a user points at becomes pages, or one clear line."""

import gzip
from pathlib import Path

import pytest

from checker.crawl.targets import pages, understood
from checker.errors import UsageError
from checker.model import Page, PageOutcome
from checker.settings import Crawl
from tests.crawl.servers import Site, serving, text
from tests.crawl.test_crawl_warc import http, record

PAGE = "<p>山門外的石階又添了三級</p>"


def outcomes(found: list[Page]) -> list[PageOutcome | None]:
    """The outcomes of pages, in order."""
    return [page.outcome for page in found]


def test_saved_pages_and_standard_input(tmp_path: Path, settings: Crawl) -> None:
    file = tmp_path / "頁.html"
    file.write_text(PAGE)
    found = list(pages([str(file), "-"], settings, stdin=PAGE.encode))
    assert sorted(page.url for page in found) == ["-", file.as_uri()]
    assert {page.body.decode() for page in found} == {PAGE}


def test_saved_pages_that_are_none(tmp_path: Path, settings: Crawl) -> None:
    (tmp_path / "empty.html").write_bytes(b"")
    (tmp_path / "large.html").write_bytes(b"x" * (settings.max_bytes + 1))
    found = list(pages([str(tmp_path / "empty.html"), str(tmp_path / "large.html")], settings))
    assert outcomes(found) == [PageOutcome.NOT_HTML, PageOutcome.TOO_LARGE]
    assert outcomes(list(pages(["-"], settings, stdin=lambda: b"x" * (settings.max_bytes + 1)))) == [
        PageOutcome.TOO_LARGE
    ]


def test_warc_files_and_folders(tmp_path: Path, settings: Crawl) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "a.warc").write_bytes(record(http(b"<p>a"), url="http://news.example/a"))
    (tmp_path / "b.warc.gz").write_bytes(gzip.compress(record(http(b"<p>b"), url="http://news.example/b")))
    (tmp_path / "notes.txt").write_text("not a page")
    assert [page.url[-1] for page in pages([str(tmp_path)], settings)] == ["b", "a"]
    assert [page.url[-1] for page in pages([str(tmp_path / "b.warc.gz")], settings)] == ["b"]


def test_a_file_of_addresses(tmp_path: Path, settings: Crawl) -> None:
    with serving(Site({"/a": text(PAGE), "/b": text(PAGE)})) as address:
        file = tmp_path / "list.csv"
        file.write_text(f"\ufeff# sites\n{address}/a,first\n\n  {address}/b # second\n{address}/a\n", encoding="utf-8")
        assert sorted(page.url[-1] for page in pages([str(file)], settings)) == ["a", "b"]


@pytest.mark.parametrize(
    ("table", "charset"),
    [
        ("url,name\nhttps://a.example/,甲\nhttps://b.example/news/,乙\n", "utf-8"),
        ('name;網址\n"甲;乙";https://a.example/\n\n乙;https://b.example/news/;x\n', "utf-8-sig"),
        ("名称\t网址\n甲\ta.example\n乙\thttps://b.example/news/\n", "gb18030"),
        ("# sites\na.example,甲\nhttps://b.example/news/ # a section\n,\n", "utf-8"),
    ],
    ids=["head", "semicolons", "tabs and GB 18030", "no head"],
)
def test_a_table_of_sites(table: str, charset: str, tmp_path: Path, settings: Crawl) -> None:
    file = tmp_path / "sites.csv"
    file.write_bytes(table.encode(charset))
    seeds = understood([str(file)], settings).seeds
    assert [(seed.url, seed.site, seed.section) for seed in seeds] == [
        ("https://a.example/", "a.example", ""),
        ("https://b.example/news/", "b.example", "b.example/news/"),
    ]


def test_a_bad_cell_of_a_table_is_named_by_its_line(tmp_path: Path, settings: Crawl) -> None:
    file = tmp_path / "sites.csv"
    file.write_text("url\nhttps://a.example/\nnot an address\n")
    with pytest.raises(UsageError, match=r"sites\.csv:3: expected an http or https address"):
        understood([str(file)], settings)


@pytest.mark.parametrize(
    ("target", "word"),
    [
        ("missing.html", "no such file"),
        ("ftp://news.example/", "http"),
        ("http://", "http"),
        ("http://x:99999/", "http"),
        (".", "no WARC file"),
        ("bad.txt", "bad.txt:2"),
        ("none.txt", "no address"),
        ("binary.txt", "one address a line"),
    ],
)
def test_a_bad_target_is_one_clear_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, target: str, word: str, settings: Crawl
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "bad.txt").write_text("# list\nnews.example/a\n")
    (tmp_path / "none.txt").write_text("# nothing\n")
    (tmp_path / "binary.txt").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UsageError, match=word) as raised:
        list(pages([target], settings))
    assert "\n" not in str(raised.value)


def test_a_bad_target_stops_before_any_page(tmp_path: Path, settings: Crawl) -> None:
    (tmp_path / "a.html").write_text(PAGE)
    running = pages([str(tmp_path / "a.html"), "missing.html"], settings)
    with pytest.raises(UsageError):
        next(running)


@pytest.mark.parametrize(
    ("target", "site", "section"),
    [
        ("https://www.news.com", "news.com", ""),
        ("https://www.news.com/", "news.com", ""),
        ("https://www.news.com/world/", "news.com", "www.news.com/world/"),
        ("https://www.news.com/world/1.html", "", ""),
        ("https://www.news.com/?id=1", "", ""),
    ],
)
def test_site_section_or_page(target: str, site: str, section: str, settings: Crawl) -> None:
    (seed,) = understood([target], settings).seeds
    assert (seed.site, seed.section) == (site, section)


@pytest.mark.parametrize("parts", [1, 2, 3, 7, 50])
def test_the_parts_of_an_archive_make_the_whole(parts: int, tmp_path: Path, settings: Crawl) -> None:
    file = tmp_path / "many.warc.gz"
    records = [record(http(f"<p>第{number}頁".encode()), url=f"http://a.example/{number}") for number in range(20)]
    file.write_bytes(b"".join(map(gzip.compress, records)))
    whole = [page.url for page in pages([str(file)], settings)]
    shared = [page.url for number in range(parts) for page in pages([f"{file}#{number + 1}/{parts}"], settings)]
    assert len(whole) == 20
    assert shared == whole


@pytest.mark.parametrize("part", ["#0/4", "#5/4"])
def test_a_part_that_is_none_is_refused(part: str, tmp_path: Path, settings: Crawl) -> None:
    file = tmp_path / "one.warc.gz"
    file.write_bytes(b"")
    with pytest.raises(UsageError, match="expected a part from 1 to 4"):
        list(pages([f"{file}{part}"], settings))
