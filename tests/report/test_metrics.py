"""The metrics of a scan in the text format of Prometheus: well formed, complete, written whole."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checker.errors import UsageError
from checker.model import Outcome, PageOutcome
from checker.report.metrics import METRICS, Measured, escaped, exposition, named, told, write_metrics

BEGUN = datetime(2026, 11, 2, 8, tzinfo=UTC)
LINE = re.compile(r'[a-z_]+\{target="((?:[^"\\\n]|\\[\\"n])*)"(?:,outcome="[a-z_]+")?\} [0-9.]+')


def scan(target: str = "https://repost.example/", run: int = 7, pages: int = 30) -> Measured:
    counts = {PageOutcome.CLEAN: pages - 2, PageOutcome.MATCHED: 1, PageOutcome.TIMEOUT: 1}
    return Measured(target, run, BEGUN, BEGUN + timedelta(seconds=60), counts, {Outcome.VIOLATION: 1})


def values(text: str) -> dict[str, str]:
    """The samples of a text, by everything before their value."""
    return dict(line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#"))


def test_a_scan_is_told_with_its_counts_its_pace_and_its_times() -> None:
    said = values(exposition(told(scan())))
    where = 'target="https://repost.example/"'
    assert said[f'checker_scan_pages{{{where},outcome="clean"}}'] == "28"
    assert said[f'checker_scan_pages{{{where},outcome="blocked"}}'] == "0"
    assert said[f'checker_scan_verdicts{{{where},outcome="violation"}}'] == "1"
    assert said[f"checker_scan_pages_per_second{{{where}}}"] == "0.5"
    assert said[f"checker_scan_run{{{where}}}"] == "7"
    assert said[f"checker_scan_start_timestamp_seconds{{{where}}}"] == str(BEGUN.timestamp())
    assert said[f"checker_scan_end_timestamp_seconds{{{where}}}"] == str(BEGUN.timestamp() + 60)


def test_each_metric_stands_once_with_its_help_and_type_before_its_samples() -> None:
    lines = exposition([*told(scan("b")), *told(scan("a"))]).splitlines()
    assert [line.split()[2] for line in lines if line.startswith("# TYPE")] == list(METRICS)
    metric = ""
    for line in lines:
        metric = line.split()[2] if line.startswith("#") else metric
        assert line.startswith(("# HELP ", "# TYPE ", metric + "{"))


@given(st.text())
def test_any_target_makes_lines_of_the_format_and_none_the_same_as_another(target: str) -> None:
    samples = [line for _, _, line in told(scan(target))]
    assert all(LINE.fullmatch(line) for line in samples)
    assert escaped(target) != escaped(target + "\\") != escaped(target + "\n")


def test_what_a_file_says_of_other_known_targets_stays_and_the_rest_goes(tmp_path: Path) -> None:
    file = tmp_path / "checker.prom"
    write_metrics(file, [scan("kept"), scan('a "b"\\\n'), scan("no longer watched")])
    write_metrics(file, [scan("kept", run=8)], known=["kept", 'a "b"\\\n'])
    said = values(file.read_text(encoding="utf-8"))
    assert {key: value for key, value in said.items() if key.startswith("checker_scan_run")} == {
        'checker_scan_run{target="kept"}': "8",
        r'checker_scan_run{target="a \"b\"\\\n"}': "7",
    }
    assert [each.name for each in tmp_path.iterdir()] == ["checker.prom"]


def test_a_file_that_cannot_be_written_is_one_clear_line_and_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="metrics cannot be written"):
        write_metrics(tmp_path / "missing" / "checker.prom", [scan()])
    (tmp_path / "folder").mkdir()
    with pytest.raises(UsageError, match="metrics cannot be written"):
        write_metrics(tmp_path / "folder", [scan()])
    assert [each.name for each in tmp_path.iterdir()] == ["folder"]


def test_several_targets_are_named_by_the_first() -> None:
    assert (named(["a"]), named(["a", "b", "c"])) == ("a", "a and 2 more")
