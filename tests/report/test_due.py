"""What is due when: after the week, once its scan is complete, or a day later with a word about it."""

from datetime import UTC, datetime, timedelta

import pytest

from checker.report.due import GRACE, due, periods
from checker.report.figures import Coverage
from checker.report.period import parse
from checker.settings import Reader

ZONE = "Asia/Shanghai"
WEEK = parse("2026-W47", ZONE)
WEEKLY, DAILY = Reader(to="w@x.example"), Reader(to="d@x.example", frequency="daily")
DONE = Coverage(runs=(1,), complete=1, pages=100, judged=98)
HALF = Coverage(runs=(1, 2), complete=1, running=1, pages=100, judged=98)
CUT = Coverage(runs=(1,), interrupted=1, pages=9, judged=9)


def test_each_reader_is_due_one_period() -> None:
    found = periods(datetime(2026, 11, 23, 1, tzinfo=UTC), ZONE, (WEEKLY, DAILY))
    assert [(period.label, [reader.to for reader in readers]) for period, readers in found] == [
        ("2026-W47", ["w@x.example"]),
        ("2026-11-22", ["d@x.example"]),
    ]
    assert [period.label for period, _ in periods(datetime(2026, 11, 25, tzinfo=UTC), ZONE, (WEEKLY,))] == ["2026-W47"]
    assert periods(datetime(2026, 11, 25, tzinfo=UTC), ZONE, ()) == ()


@pytest.mark.parametrize(
    ("cover", "after", "waits"),
    [
        (DONE, timedelta(0), ""),
        (HALF, timedelta(hours=1), "a scan of 2026-W47 is still running"),
        (HALF, GRACE, ""),
        (CUT, timedelta(hours=1), "no scan of 2026-W47 is complete yet"),
        (Coverage(), timedelta(hours=1), "no scan of 2026-W47 is complete yet"),
        (Coverage(), GRACE, ""),
    ],
)
def test_a_report_waits_for_the_scan_but_not_for_ever(cover: Coverage, after: timedelta, waits: str) -> None:
    assert due(WEEK.end + after, WEEK, (WEEKLY,), cover, scanned=True).waits == waits


def test_before_the_first_scan_nothing_is_due() -> None:
    told = due(WEEK.end + GRACE, WEEK, (WEEKLY,), Coverage(), scanned=False)
    assert told.waits == "nothing had been scanned by the end of 2026-W47"
