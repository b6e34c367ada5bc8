"""A scan of bad pages, through the command line: each ends in its outcome, and no credit is missed that is there."""

import json
from pathlib import Path

import pytest

from tests.cli.conftest import run
from tests.crawl.bad_pages import CASES, Case, scripts
from tests.crawl.servers import Site, serving

Found = dict[str, tuple[str, str, list[str]]]


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Found:
    """What a scan of all of them said of each: outcome, reason, grades."""
    folder = tmp_path_factory.mktemp("bad") / "here"
    where = ("--workspace", str(folder))
    assert run("init", str(folder)).code == 0
    assert run("register", str(folder / "corpus"), *where).code == 0
    with serving(Site(scripts())) as address, pytest.MonkeyPatch.context() as patch:
        for name, value in (("CONTACT", "tests@example.org"), ("ALLOW_PRIVATE", "true"), ("DELAY", "0")):
            patch.setenv(f"CHECKER_CRAWL_{name}", value)
        listed = folder / "addresses.txt"
        listed.write_text("".join(f"{address}{case.path}\n" for case in CASES), encoding="utf-8")
        matches = [json.loads(line) for line in run("scan", str(listed), "--json", *where).out.splitlines()]
        pages = [json.loads(line) for line in run("pages", "--json", *where).out.splitlines()]
    grades: dict[str, list[str]] = {}
    for match in matches:
        grades.setdefault(match["url"], []).append(match["credit"]["grade"])
    return {
        row["url"].removeprefix(address): (row["outcome"], row["reason"], grades.get(row["url"], [])) for row in pages
    }


@pytest.mark.parametrize("case", CASES, ids=[case.path[1:] for case in CASES])
def test_a_bad_page_ends_in_its_outcome(case: Case, found: Found) -> None:
    outcome, reason, grades = found[case.path]
    assert outcome == case.outcome, reason
    if case.grade:
        assert grades == [case.grade]


def test_there_is_no_other_page(found: Found, tmp_path: Path) -> None:
    assert set(found) == {case.path for case in CASES}
