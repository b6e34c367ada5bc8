"""The demo, end to end: commands as a user types them, real HTTP, and what must be found."""

import io
import json
import subprocess
import sys
import tomllib
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import pytest

from checker.cli.app import loaded
from checker.model import Grade, LicenceState, MatchKind, Outcome, PageOutcome
from tests.demo.run import READERS, inside, prepare, stamped
from tests.demo.server import HERE, Site, serving, sites

EXPECTED: dict[str, dict[str, Any]] = tomllib.loads((HERE / "expected.toml").read_text(encoding="utf-8"))
SITES = {site.folder: site for site in sites()}
PAGES = [(folder, path) for folder, pages in EXPECTED.items() for path in pages]
MATCHED = [(folder, path) for folder, path in PAGES if isinstance(EXPECTED[folder][path], list)]

MATCHES = [match for folder, path in MATCHED for match in EXPECTED[folder][path]]

DRAFT = {
    "outcome": "violation",
    "kind": "full",
    "grade": "none",
    "licence": "unknown",
    "article": "2026-08-08-shadow-puppets",
}
"""What `checker check` says of draft.html."""


@dataclass(frozen=True)
class Ran:
    """How a command ended, and what it wrote."""

    code: int
    out: str
    err: str

    @property
    def objects(self) -> list[dict[str, Any]]:
        """The JSON lines it wrote."""
        return [json.loads(line) for line in self.out.splitlines()]


@dataclass(frozen=True)
class Demo:
    """A workspace after its scan: the JSON lines of `scan` and of `pages`, by address without its port."""

    folder: Path
    port: int
    scan: Ran
    matches: dict[str, dict[str, Any]]
    outcomes: dict[str, str]


def checker(folder: Path, *words: str) -> Ran:
    """Run a command in this process: most of a short command's time is Python starting."""
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = loaded()([*words, "--workspace", str(folder)], standalone_mode=False)
    return Ran(code or 0, out.getvalue(), err.getvalue())


def checker_program(folder: Path, *words: str) -> Ran:
    """Run a command as a program of its own, in its workspace."""
    command = [sys.executable, "-m", "checker", *words]
    ran = subprocess.run(command, check=False, cwd=folder, capture_output=True, encoding="utf-8", timeout=300)
    return Ran(ran.returncode, ran.stdout, ran.stderr)


def walked(folder: Path, port: int) -> Demo:
    """Take the demo's road with the commands a user types."""
    prepare(folder)
    registered = checker(folder, "register", str(folder / "corpus"))
    assert registered.code == 0, registered.err
    assert "registered 15, updated 0, unchanged 0, refused 0" in registered.err
    scan = checker_program(folder, "scan", *(f"{site.origin(port)}/" for site in sites()), "--json")
    assert scan.code == 1, scan.err
    matches: dict[str, dict[str, Any]] = {}
    for found in scan.objects:
        matches.setdefault(found["url"], {})[found["article"]["id"]] = found
    outcomes = {page["url"]: page["outcome"] for page in checker(folder, "pages", "--json").objects}
    return Demo(folder, port, scan, matches, outcomes)


def address(demo: Demo, folder: str, path: str) -> str:
    return SITES[folder].origin(demo.port) + path


def test_the_demo_end_to_end(tmp_path: Path, subtests: pytest.Subtests) -> None:
    """One test, so that the sites are scanned by one worker only."""
    with serving(0) as port:
        demo = walked(tmp_path / "workspace", port)
        for folder, path in PAGES:
            with subtests.test("each page ends in its one outcome", page=folder + path):
                each_page_ends_in_its_one_outcome(demo, folder, path)
        for folder, path in MATCHED:
            with subtests.test("each repost is found, graded and judged", page=folder + path):
                each_repost_is_found_graded_and_judged(demo, folder, path)
        for check in (
            nothing_else_is_accused,
            every_page_is_accounted_for,
            the_tour_shows_what_the_demo_finds,
            the_evidence_is_stamped_and_whole,
            a_second_scan_finds_the_same_and_doubles_nothing,
            registering_again_changes_nothing,
            a_draft_is_told_which_line_to_add_and_where,
        ):
            with subtests.test(check.__name__):
                check(demo)


def each_page_ends_in_its_one_outcome(demo: Demo, folder: str, path: str) -> None:
    expected = EXPECTED[folder][path]
    outcome = "matched" if isinstance(expected, list) else expected
    assert demo.outcomes.get(address(demo, folder, path)) == outcome


def each_repost_is_found_graded_and_judged(demo: Demo, folder: str, path: str) -> None:
    found = demo.matches.get(address(demo, folder, path), {})
    expected = EXPECTED[folder][path]
    assert sorted(found) == sorted(match["article"] for match in expected)
    for match in expected:
        got = found[match["article"]]
        assert {key: value for key, value in seen(got).items() if key in match} == {
            key: value for key, value in match.items() if key != "rules"
        }
        assert set(match["rules"]) <= {finding["rule"] for finding in got["findings"]}


def seen(match: dict[str, Any]) -> dict[str, str]:
    """Return what the demo's lists say of a match."""
    return {
        "outcome": match["outcome"],
        "kind": match["match"]["kind"],
        "grade": match["credit"]["grade"],
        "licence": match["licence"]["state"],
        "article": match["article"]["id"],
    }


def nothing_else_is_accused(demo: Demo) -> None:
    assert set(demo.matches) - {address(demo, folder, path) for folder, path in MATCHED} == set()


def every_page_is_accounted_for(demo: Demo) -> None:
    assert set(demo.outcomes) == {address(demo, folder, path) for folder, path in PAGES}
    last = demo.scan.err.strip().splitlines()[-1]
    assert last.startswith(f"pages {len(PAGES)}, ")
    assert "failed 10 (" in last


def the_tour_shows_what_the_demo_finds(demo: Demo) -> None:
    """Shares may move a little with the matching; everything else is what the reader sees."""
    block = (HERE.parents[1] / "docs" / "tour.md").read_text(encoding="utf-8").split("<!-- found -->\n```\n")[1]
    shown = [line.split() for line in block.split("\n```")[0].splitlines()]
    found = [match for page in demo.matches.values() for match in page.values()]
    assert sorted([*words[:2], *words[3:]] for words in shown) == sorted(
        [*list(seen(match).values())[:4], match["url"].removeprefix("http://").replace(f":{demo.port}/", ":8199/")]
        for match in found
    )


def the_evidence_is_stamped_and_whole(demo: Demo) -> None:
    with inside(demo.folder):
        stamped()
    ended = checker(demo.folder, "verify")
    captures = sum(outcome == "matched" for outcome in demo.outcomes.values())
    assert ended.err == f"captures {captures}, records {len(MATCHES)}, stamps 1, damaged 0\n"


def a_second_scan_finds_the_same_and_doubles_nothing(demo: Demo) -> None:
    again = checker(demo.folder, "scan", f"{SITES['mingri'].origin(demo.port)}/", "--json").objects
    assert [found["article"]["id"] for found in again] == ["2026-08-08-shadow-puppets"]
    listed = checker(demo.folder, "findings", "--all", "--json").objects
    assert len(listed) == sum(map(len, demo.matches.values()))
    assert len({found["id"] for found in listed}) == len(listed)


def registering_again_changes_nothing(demo: Demo) -> None:
    again = checker(demo.folder, "register", str(demo.folder / "corpus"))
    assert "registered 0, updated 0, unchanged 15, refused 0" in again.err


def a_draft_is_told_which_line_to_add_and_where(demo: Demo) -> None:
    """A draft has no address yet: its licence is unknown, its credit is not."""
    draft = checker(demo.folder, "check", str(HERE / "draft.html"), "--json")
    assert [seen(match) for match in draft.objects] == [DRAFT]
    assert "在標題「一張驢皮,三代人的手影:青藤皮影戲進了課堂」下方、正文第一段之前加上一行" in draft.err
    assert draft.code == 1


def expected_matches() -> list[dict[str, Any]]:
    return [*MATCHES, DRAFT]


@pytest.mark.parametrize(
    ("said", "answers"),
    [("outcome", Outcome), ("kind", MatchKind), ("grade", Grade), ("licence", LicenceState)],
)
def test_every_answer_about_a_match_occurs_in_the_demo(said: str, answers: type[StrEnum]) -> None:
    assert {match[said] for match in expected_matches()} == set(answers)


def test_every_outcome_of_a_page_occurs_in_the_demo() -> None:
    """All but one: no page of ours is so hostile that reading it takes too long; tests/test_workers.py has that one."""
    pages = (EXPECTED[folder][path] for folder, path in PAGES)
    outcomes = {"matched" if isinstance(page, list) else page for page in pages}
    assert outcomes == set(PageOutcome) - {PageOutcome.PARSE_TIMEOUT}


@pytest.mark.parametrize("site", sites(), ids=lambda site: site.folder)
def test_every_page_of_a_site_is_expected(site: Site) -> None:
    folder = HERE / "sites" / site.folder
    files = {
        f"/{file.relative_to(folder).as_posix()}" for file in folder.rglob("*") if file.suffix in {".html", ".pdf"}
    }
    files = {file.removesuffix("index.html") for file in files}
    assert files <= set(EXPECTED[site.folder])
    assert all(
        b"Invented for the demo of checker" in file.read_bytes() for file in folder.rglob("*") if file.suffix == ".html"
    )


def test_readers_are_part_of_the_demos_settings() -> None:
    assert tomllib.loads(READERS)["readers"][1]["view"] == "management"
