"""Bad input: one clear line, the right exit code, nothing changed, no traceback."""

import json
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest

from checker import runs
from checker.runs import House
from checker.settings import open_workspace
from tests.cli.conftest import Checker, run
from tests.cli.pages import BRIDGE, CLEAN, page, text_of, warc


def one_line(err: str) -> str:
    lines = err.strip().splitlines()
    assert len(lines) == 1, err
    assert "Traceback" not in err
    return lines[0]


def test_no_workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    ended = run("findings")
    assert ended.code == 2
    assert "no checker.toml here or above" in one_line(ended.err)


def test_a_workspace_is_never_laid_over_another(workspace: Path) -> None:
    before = (workspace / "checker.toml").read_bytes()
    ended = run("init", str(workspace))
    assert ended.code == 2
    assert "already holds checker.toml" in one_line(ended.err)
    assert (workspace / "checker.toml").read_bytes() == before


@pytest.mark.parametrize(
    ("file", "broken", "expected"),
    [
        ("checker.toml", 'timezone = "Mars/Base"', "checker.toml:1: timezone:"),
        ("checker.toml", "[crawl]\ndelay = -1", "checker.toml:2: crawl.delay:"),
        ("checker.toml", "colour = 1", "checker.toml:1: unknown key colour"),
        ("checker.toml", '[mail]\npassword = "x"', "CHECKER_MAIL_PASSWORD"),
        ("checker.toml", "not toml", "not valid TOML"),
        ("rules/licences.toml", "[[licence]]\nid = 3", "licences.toml"),
        ("rules/publishers/cri.toml", "version = 1", "cri.toml:1"),
        ("rules/credits.toml", "x = [", "credits.toml"),
        ("rules/refusals.toml", "[[refusal]]\nkind = 1", "refusals.toml"),
    ],
)
def test_a_broken_file_is_named_with_line_and_reason(
    file: str, broken: str, expected: str, checker: Checker, workspace: Path
) -> None:
    (workspace / file).write_text(broken, encoding="utf-8")
    ended = checker("check", "-", given=page(CLEAN))
    assert (ended.code, ended.out) == (2, "")
    assert expected in one_line(ended.err)


@pytest.mark.parametrize("missing", ["rules/credits.toml", "rules/refusals.toml"])
def test_a_missing_file_is_named(missing: str, checker: Checker, workspace: Path) -> None:
    (workspace / missing).unlink()
    ended = checker("check", "-", given=page(CLEAN))
    assert ended.code == 2
    assert Path(missing).name in one_line(ended.err)


@pytest.mark.parametrize(
    "words",
    [
        ("scan", "nowhere.warc.gz"),
        ("scan", "no-such-folder/"),
        ("register", "nowhere.jsonl"),
        ("read", "nowhere.html"),
        ("show", "ffff"),
        ("unregister", "nobody"),
        ("report", "--week", "2026-W77"),
        ("report", "--week", ""),
        ("report", "--week", "2199-W01"),
        ("report", "--test-to", "nobody"),
        ("report", "--send"),  # no readers
        ("report", "list", "--week", "soon"),
        ("report", "show", "2026-W10"),
        ("report", "show", "soon"),
        ("licence", "show", "nobody"),
        ("licence", "import", "nowhere.csv"),
        ("rules", "show", "XXX-99"),
        ("findings", "--format", "xlsx"),
        ("pages",),
    ],
)
def test_what_is_not_there_is_one_line_and_two(words: tuple[str, ...], checker: Checker) -> None:
    ended = checker(*words)
    assert (ended.code, ended.out) == (2, "")
    one_line(ended.err)


@pytest.mark.parametrize("words", [("--language", "fr"), ("--view", "all"), ("preview", "--language", "fr")])
def test_a_word_that_a_report_does_not_know_is_a_usage_error(words: tuple[str, ...], checker: Checker) -> None:
    ended = checker("report", *words)
    assert (ended.code, ended.out) == (2, "")
    assert "Traceback" not in ended.err


def test_a_live_crawl_without_a_contact_is_refused(checker: Checker) -> None:
    ended = checker("scan", "http://127.0.0.1:9/")
    assert ended.code == 2
    assert "crawl.contact" in one_line(ended.err)
    assert checker("runs").out.count("\n") == 1


def test_bad_lines_are_refused_and_the_rest_goes_in(checker: Checker, tmp_path: Path) -> None:
    good = {
        "id": "new-1",
        "title": "新聞",
        "url": "https://news.cri.cn/1.html",
        "published": "2026-11-02T08:00:00+08:00",
        "source": "國際在線",
        "text": CLEAN,
    }
    lines = [
        json.dumps(good, ensure_ascii=False),
        "no json",
        json.dumps({"id": "new-2"}),
        json.dumps(good | {"id": "tiny", "text": "太短"}, ensure_ascii=False),
        json.dumps(good | {"id": "huge", "text": "大" * 700_000}, ensure_ascii=False),
        json.dumps(good, ensure_ascii=False),
    ]
    file = tmp_path / "new.jsonl"
    file.write_text("\n".join(lines), encoding="utf-8")
    ended = checker("register", str(file))
    assert ended.code == 0
    told = ended.err.strip().splitlines()
    assert told[-1] == "registered 1, updated 0, unchanged 0, refused 5"
    assert [line.split(":")[1] for line in told[:-1]] == ["2", "3", "4", "5", "6"]
    assert all(line.startswith(f"refused {file}:") for line in told[:-1])


def test_a_scan_with_nothing_registered_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run("init", str(tmp_path / "new"))
    monkeypatch.chdir(tmp_path / "new")
    ended = run("check", "-", given=page(CLEAN))
    assert ended.code == 0
    assert "nothing is registered" in ended.err.splitlines()[0]


@pytest.mark.parametrize(
    ("body", "outcome"),
    [
        (b"", "not_html 1"),
        (b"\x89PNG\r\n\x1a\n" + bytes(1000), "not_html 1"),
        (bytes(range(128, 256)) * 50, "undecodable 1"),
        (b"<p>" + b"x" * 11_000_000, "too_large 1"),
    ],
)
def test_a_page_that_cannot_be_judged_has_its_own_outcome(body: bytes, outcome: str, checker: Checker) -> None:
    ended = checker("check", "-", given=body)
    assert (ended.code, ended.out) == (0, "")
    assert ended.err.splitlines()[-1] == f"pages 1, matched 0, violations 0, review 0, failed 1 ({outcome})"


def test_a_cut_warc_is_counted_and_the_scan_goes_on(checker: Checker, tmp_path: Path) -> None:
    whole = warc(tmp_path / "a.warc.gz", {f"https://repost.example/{at}": page(text_of(BRIDGE)) for at in range(4)})
    cut = tmp_path / "cut.warc.gz"
    cut.write_bytes(whole.read_bytes()[:-700])
    ended = checker("scan", str(cut), str(whole), "--json")
    assert ended.code == 1
    assert "truncated 1" in ended.err.splitlines()[-1]
    assert len(ended.out.splitlines()) == 4


def test_an_interrupted_scan_leaves_a_consistent_store(checker: Checker, workspace: Path, tmp_path: Path) -> None:
    pages = {f"https://repost.example/{at}": page(text_of(BRIDGE) + str(at)) for at in range(3000)}
    file = warc(tmp_path / "many.warc.gz", pages)
    command = [sys.executable, "-m", "checker", "scan", str(file)]
    running = subprocess.Popen(command, cwd=workspace, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
    deadline = time.monotonic() + 60
    while len(checker("findings", "--json").out.splitlines()) < 3 and time.monotonic() < deadline:
        time.sleep(0.2)
    running.send_signal(signal.SIGINT)
    _, err = running.communicate(timeout=60)
    assert running.returncode == 130
    assert "Traceback" not in err
    assert "interrupted" in checker("runs").out
    judged = {json.loads(line)["url"] for line in checker("pages", "--json").out.splitlines()}
    found = {json.loads(line)["url"] for line in checker("findings", "--all", "--json").out.splitlines()}
    assert 3 <= len(found) < 3000
    assert found == judged


def test_an_interrupted_archive_is_taken_up(checker: Checker, workspace: Path, tmp_path: Path) -> None:
    file = warc(tmp_path / "many.warc.gz", {f"https://a.example/{at}": page(CLEAN) for at in range(90)})
    crawl = open_workspace(workspace).settings.crawl
    with (
        House.open(open_workspace(workspace)) as house,
        suppress(KeyboardInterrupt),
        house.run("scan", [str(file)]) as run,
    ):
        for count, _ in enumerate(runs.scan(house, run, [str(file)], crawl), start=1):
            if count == 70:
                raise KeyboardInterrupt
    ended = checker("scan", str(file))
    assert f"run {run} goes on where it broke off" in ended.err
    assert ended.err.splitlines()[-1].startswith("pages 90, ")
    assert checker("runs").out.count(" complete ") == 1


def test_a_workspace_has_one_rule_pack(checker: Checker, workspace: Path) -> None:
    pack = workspace / "rules" / "publishers" / "cri.toml"
    pack.rename(pack.with_name("other.toml"))
    assert checker("check", "-", given=page(CLEAN)).code == 0
    pack.with_name("other.toml").unlink()
    ended = checker("check", "-", given=page(CLEAN))
    assert ended.code == 2
    assert "expected one rule pack in this folder, found none" in one_line(ended.err)


@pytest.mark.parametrize(
    "words",
    [
        ("findings", "--csv", "--output", "nowhere/findings.csv"),
        ("findings", "--format", "xlsx", "--output", "nowhere/findings.xlsx"),
        ("findings", "--format", "sarif", "--output", "rules"),
    ],
)
def test_a_file_that_cannot_be_written_is_one_line_and_two(words: tuple[str, ...], checker: Checker) -> None:
    ended = checker(*words)
    assert ended.code == 2
    assert words[-1] in one_line(ended.err)
