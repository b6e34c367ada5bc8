"""`checker verify`: whole evidence is told from damaged evidence, and a new way of reading from both."""

import shutil
import sqlite3
import zlib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from tests.cli.conftest import Checker, run
from tests.cli.pages import BRIDGE, FERRY, page, text_of, warc


@pytest.fixture(scope="module")
def scan(registered: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with two findings."""
    folder = tmp_path_factory.mktemp("scanned")
    place = Path(shutil.copytree(registered, folder / "here"))
    pages = {
        "https://repost.example/1.html": page(text_of(BRIDGE), credit="來源：新華網"),
        "https://repost.example/2.html": page(text_of(FERRY), credit="來源：國際在線"),
    }
    run("scan", str(warc(folder / "pages.warc.gz", pages)), "--workspace", str(place))
    return place


@pytest.fixture
def workspace(scan: Path, tmp_path: Path) -> Path:
    """A copy of it, to be damaged at will."""
    return Path(shutil.copytree(scan, tmp_path / "workspace"))


@pytest.fixture
def evidence(workspace: Path) -> Path:
    """The one file of evidence."""
    (file,) = (workspace / "data").rglob("*.warc.gz")
    return file


@contextmanager
def database(workspace: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(workspace / "data" / "checker.db")) as connection, connection:
        yield connection


def last(err: str) -> str:
    return err.splitlines()[-1]


def test_whole_evidence_is_all_right(checker: Checker) -> None:
    ended = checker("verify")
    assert (ended.code, ended.out, ended.err) == (0, "", "captures 2, records 2, stamps 0, damaged 0\n")


def test_a_changed_byte_is_told_with_its_page_and_once(checker: Checker, evidence: Path, workspace: Path) -> None:
    with database(workspace) as connection:
        offset, length, url = connection.execute('SELECT "offset", length, url FROM captures ORDER BY id').fetchone()
    held = bytearray(evidence.read_bytes())
    held[offset + length // 2] ^= 0xFF
    evidence.write_bytes(held)
    ended = checker("verify")
    assert ended.code == 1
    assert ended.out.startswith(f"{url}: ")
    assert len(ended.out.splitlines()) == int(last(ended.err).split()[-1])


def test_a_missing_file_is_told_for_each_page_in_it(checker: Checker, evidence: Path) -> None:
    evidence.unlink()
    ended = checker("verify")
    assert (ended.code, len(ended.out.splitlines())) == (1, 2)
    assert last(ended.err) == "captures 2, records 2, stamps 0, damaged 2"


def test_bytes_that_no_finding_rests_on_are_read_too(checker: Checker, evidence: Path) -> None:
    with evidence.open("ab") as stream:
        stream.write(b"no record")
    ended = checker("verify")
    assert (ended.code, last(ended.err)) == (1, "captures 2, records 2, stamps 0, damaged 1")


@pytest.mark.parametrize(
    ("text", "code", "told"),
    [
        ("{kept}\n頁尾", 0, "note: finding"),
        ("從未在這個頁面上出現過的一句話。" * 60, 1, "holds nothing of what the finding quotes"),
        ("短", 1, "outside of the text of its page"),
    ],
    ids=["another way of reading", "words that are not on the page", "spans that lead nowhere"],
)
def test_the_text_of_a_finding_is_compared_with_the_page(
    checker: Checker, workspace: Path, text: str, code: int, told: str
) -> None:
    with database(workspace) as connection:
        identity, packed = connection.execute("SELECT id, page_text FROM cases ORDER BY url").fetchone()
        changed = text.replace("{kept}", zlib.decompress(packed).decode())
        connection.execute("UPDATE cases SET page_text = ? WHERE id = ?", (zlib.compress(changed.encode()), identity))
    ended = checker("verify")
    assert ended.code == code
    assert told in ended.out + ended.err
    assert identity in ended.out + ended.err


def test_a_text_that_cannot_be_unpacked_is_damage_of_its_finding(checker: Checker, workspace: Path) -> None:
    with database(workspace) as connection:
        connection.execute("UPDATE cases SET page_text = ? WHERE url LIKE '%1.html'", (b"no zlib",))
    ended = checker("verify")
    assert (ended.code, last(ended.err)) == (1, "captures 2, records 2, stamps 0, damaged 1")
