"""What a scan says while it runs and after: a line for a terminal, figures for Prometheus, nothing for a pipe."""

import io
from datetime import UTC, datetime
from pathlib import Path

import pytest
from rich.console import Console

from checker.cli.coverage import Tally
from checker.cli.scan import watched
from checker.model import Examined, Page, PageOutcome
from tests.cli.conftest import Checker
from tests.cli.pages import BRIDGE, CLEAN, page, text_of, warc
from tests.crawl.servers import Site, serving, text

OUTCOMES = [PageOutcome.CLEAN, PageOutcome.TIMEOUT, PageOutcome.MATCHED, PageOutcome.BLOCKED, PageOutcome.TIMEOUT]
PAGES = [
    Examined(Page(f"https://a.example/{number}", datetime(2026, 3, 6, tzinfo=UTC)), outcome)
    for number, outcome in enumerate(OUTCOMES)
]


def seen(monkeypatch: pytest.MonkeyPatch, *, terminal: bool, left: int) -> str:
    """What stands on stderr while pages pass."""
    stream = io.StringIO()
    console = Console(file=stream, force_terminal=terminal, width=160)
    monkeypatch.setattr("checker.cli.console.stderr", console)
    assert list(watched(PAGES, Tally(), lambda: left)) == PAGES
    return stream.getvalue()


def test_a_terminal_sees_counts_reasons_and_how_many_are_to_come(monkeypatch: pytest.MonkeyPatch) -> None:
    line = seen(monkeypatch, terminal=True, left=6)
    assert "5/7" in line
    assert "1 host, 1 matched, failed 3 (blocked 1, timeout 2)" in line
    assert "/s" in line


def test_a_pipe_sees_nothing_and_nobody_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("checker.cli.scan.monotonic", lambda: pytest.fail("asked"))
    assert seen(monkeypatch, terminal=False, left=6) == ""


def test_the_figures_of_a_scan_are_those_of_its_last_line(checker: Checker, tmp_path: Path) -> None:
    pages = {"https://a.example/1": page(text_of(BRIDGE), credit="來源：新華網"), "https://a.example/2": page(CLEAN)}
    file, target = tmp_path / "checker.prom", str(warc(tmp_path / "pages.warc.gz", pages))
    ended = checker("scan", target, "--metrics", str(file))
    assert ended.err.splitlines()[-1] == "pages 2, matched 1, violations 1, review 0, failed 0"
    lines = file.read_text(encoding="utf-8").splitlines()
    assert f'checker_scan_pages{{target="{target}",outcome="matched"}} 1' in lines
    assert f'checker_scan_verdicts{{target="{target}",outcome="violation"}} 1' in lines
    assert f'checker_scan_run{{target="{target}"}} 1' in lines


def test_the_figures_of_a_watched_site_stay_until_it_is_scanned_again_or_no_longer_watched(
    checker: Checker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHECKER_CRAWL_CONTACT", "team@example.org")
    monkeypatch.setenv("CHECKER_CRAWL_ALLOW_PRIVATE", "true")
    monkeypatch.setenv("CHECKER_CRAWL_DELAY", "0")
    file = tmp_path / "checker.prom"
    with serving(Site({"/": text(page(text_of(BRIDGE)))})) as address:
        checker("sites", "add", f"{address}/")
        assert checker("run-due", "--metrics", str(file)).code == 0
        first = file.read_text(encoding="utf-8")
        assert f'checker_scan_pages{{target="{address}/",outcome="matched"}} 1' in first
        assert checker("run-due", "--metrics", str(file)).code == 0
    assert file.read_text(encoding="utf-8") == first
    checker("sites", "remove", f"{address}/")
    checker("run-due", "--metrics", str(file))
    assert file.read_text(encoding="utf-8") == ""
