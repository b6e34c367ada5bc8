"""Lists of evidence files: each finished file once, each list bound to the one before it."""

import hashlib
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path

import pytest

from checker.errors import EvidenceError
from checker.keep.evidence import Evidence
from checker.keep.manifest import Manifest, extend, manifests, stamping
from checker.model import Page

PAGE = Page("https://a.example/", datetime(2026, 11, 2, 8, tzinfo=UTC), b"<p>", status=200)


def one_more(folder: Path) -> None:
    with Evidence.open(folder) as evidence:
        evidence.keep(PAGE)


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def last(folder: Path) -> Manifest:
    """Extend the lists as a command does."""
    with stamping(folder):
        found = extend(folder)
    assert found is not None
    return found


def test_no_evidence_makes_no_list(tmp_path: Path) -> None:
    with stamping(tmp_path):
        assert extend(tmp_path) is None
    assert manifests(tmp_path) == []


def test_a_list_names_what_is_new_and_the_list_before_it(tmp_path: Path) -> None:
    one_more(tmp_path)
    first = last(tmp_path)
    (held,) = tmp_path.glob("*/*.warc.gz")
    assert first.path.read_text() == f"{sha256(held)}  {held.relative_to(tmp_path)}\n"
    one_more(tmp_path)
    second = last(tmp_path)
    before, new = second.digests().items()
    assert before == ("stamps/000001.sha256", sha256(first.path))
    assert (tmp_path / new[0]).is_file()
    assert new[0] != held.relative_to(tmp_path).as_posix()


def test_nothing_new_makes_no_new_list(tmp_path: Path) -> None:
    one_more(tmp_path)
    assert last(tmp_path) == last(tmp_path)
    assert len(manifests(tmp_path)) == 1


def test_a_file_that_is_written_to_waits_for_its_end(tmp_path: Path) -> None:
    with Evidence.open(tmp_path) as evidence:
        evidence.keep(PAGE)
        with stamping(tmp_path):
            assert extend(tmp_path) is None
    assert len(last(tmp_path).digests()) == 1


def test_what_a_killed_process_left_is_cleared_away(tmp_path: Path) -> None:
    one_more(tmp_path)
    stamps = tmp_path / "stamps"
    stamps.mkdir()
    (stamps / "000001.sha256.part").write_text("half a li")
    assert last(tmp_path).path.name == "000001.sha256"
    assert [path.name for path in stamps.iterdir()] == ["000001.sha256"]


def listing(folder: Path) -> None:
    with stamping(folder):
        extend(folder)


def test_two_at_once_make_one_list(tmp_path: Path) -> None:
    one_more(tmp_path)
    spawn = get_context("spawn")
    both = [spawn.Process(target=listing, args=(tmp_path,)) for n in range(2)]
    for each in both:
        each.start()
    for each in both:
        each.join()
    assert [each.exitcode for each in both] == [0, 0]
    assert len(manifests(tmp_path)) == 1


def test_an_authority_has_a_name_of_its_own_for_its_reply(tmp_path: Path) -> None:
    one_more(tmp_path)
    listed = last(tmp_path)
    for authority in ("https://tsa.example/tsr", "http://127.0.0.1:318/"):
        listed.reply(authority).write_bytes(b"reply")
    assert list(listed.replies()) == ["127.0.0.1_318", "tsa.example_tsr"]


def test_a_line_that_is_none_is_told_with_its_place(tmp_path: Path) -> None:
    one_more(tmp_path)
    listed = last(tmp_path)
    listed.path.write_text(listed.path.read_text() + "what is this\n")
    with pytest.raises(EvidenceError, match=r"000001.sha256:2: expected a SHA-256 and a file"):
        listed.digests()
