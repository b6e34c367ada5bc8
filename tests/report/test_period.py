"""Weeks and days: ISO years, W53, time zones, clocks that change."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checker.errors import UsageError
from checker.report.period import Period, last_day, last_week, parse, week_of

ZONES = ("Asia/Shanghai", "Europe/Berlin", "America/Sao_Paulo", "Asia/Beirut", "Australia/Lord_Howe", "Pacific/Apia")


@pytest.mark.parametrize(
    ("label", "first", "last"),
    [
        ("2026-W47", date(2026, 11, 16), date(2026, 11, 22)),
        ("2026-W01", date(2025, 12, 29), date(2026, 1, 4)),
        ("2020-W53", date(2020, 12, 28), date(2021, 1, 3)),
        ("2026-W53", date(2026, 12, 28), date(2027, 1, 3)),
        ("2027-W01", date(2027, 1, 4), date(2027, 1, 10)),
        ("2024-02-29", date(2024, 2, 29), date(2024, 2, 29)),
    ],
)
def test_a_label_names_its_days_and_the_days_name_the_label(label: str, first: date, last: date) -> None:
    period = parse(label, "Asia/Shanghai")
    assert (period.first, period.last, period.label) == (first, last, label)


@pytest.mark.parametrize(
    "label", ["2025-W53", "2026-W00", "2026-W54", "2026-47", "2026-W7", "W47", "2026-02-30", "", "２０２６-W47"]
)
def test_what_is_no_week_or_day_is_refused_in_one_line(label: str) -> None:
    with pytest.raises(UsageError, match=r"^[^\n]*(there is no such|expected an ISO week)[^\n]*$"):
        parse(label, "Asia/Shanghai")


@pytest.mark.parametrize(
    ("now", "week"),
    [
        (datetime(2026, 11, 22, 15, 59, 59, tzinfo=UTC), "2026-W46"),  # still Sunday in Shanghai
        (datetime(2026, 11, 22, 16, 0, tzinfo=UTC), "2026-W47"),  # Monday 00:00 in Shanghai
        (datetime(2026, 12, 31, 16, 0, tzinfo=UTC), "2026-W52"),  # New Year's Day
        (datetime(2027, 1, 3, 16, 0, tzinfo=UTC), "2026-W53"),
        (datetime(2027, 1, 10, 16, 0, tzinfo=UTC), "2027-W01"),
    ],
)
def test_the_last_complete_week_goes_on_over_new_year(now: datetime, week: str) -> None:
    assert last_week(now, "Asia/Shanghai").label == week


def test_every_monday_of_ten_years_reports_the_week_that_just_ended() -> None:
    monday = datetime(2020, 1, 6, 1, tzinfo=UTC)
    labels = [last_week(monday + timedelta(weeks=n), "UTC").label for n in range(522)]
    assert len(set(labels)) == 522
    assert {"2020-W53", "2021-W01", "2026-W53", "2027-W01"} <= set(labels)


@pytest.mark.parametrize(
    ("label", "zone", "hours"),
    [
        ("2026-W13", "Europe/Berlin", 167),
        ("2026-W43", "Europe/Berlin", 169),
        ("2026-W40", "Australia/Lord_Howe", 167.5),
        ("2018-W44", "America/Sao_Paulo", 167),  # clocks jump over midnight: Sunday begins at 01:00
        ("2011-W52", "Pacific/Apia", 144),  # Friday 30 December never was
        ("2026-W47", "Asia/Shanghai", 168),
    ],
)
def test_a_week_has_the_hours_its_clocks_give_it(label: str, zone: str, hours: float) -> None:
    period = parse(label, zone)
    assert (period.end - period.start) / timedelta(hours=1) == hours
    assert [day.start for day in period.each_day()][1:] == [day.end for day in period.each_day()][:-1]


@given(st.integers(0, 50 * 366 * 86_400), st.sampled_from(ZONES))
def test_every_instant_lies_in_exactly_one_day_and_one_week(seconds: int, zone: str) -> None:
    instant = datetime(1990, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
    day = Period(instant.astimezone(ZoneInfo(zone)).date(), 1, zone)
    week = week_of(day.first, zone)
    assert day.start <= instant < day.end
    assert week.start <= instant < week.end
    assert week.earlier().end == week.start
    assert parse(week.label, zone) == week


def test_a_day_is_compared_with_the_same_weekday_and_not_with_the_day_before() -> None:
    day = last_day(datetime(2026, 11, 23, 1, tzinfo=UTC), "Asia/Shanghai")
    assert day.label == "2026-11-22"
    assert day.earlier().label == "2026-11-15"
