"""The stretch of time a report is about: an ISO week or a day, in the time zone of the workspace."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from checker.errors import UsageError

WEEK = 7


@dataclass(frozen=True, order=True)
class Period:
    """`days` whole calendar days from `first` on; its instants are half-open, [start, end), in UTC.

    Days begin at local midnight, so a week in which clocks change has 167 or 169 hours.
    """

    first: date
    days: int
    timezone: str

    @property
    def last(self) -> date:
        """The last day in it."""
        return self.first + timedelta(days=self.days - 1)

    @property
    def start(self) -> datetime:
        """The instant it begins."""
        return midnight(self.first, self.timezone)

    @property
    def end(self) -> datetime:
        """The instant after it."""
        return midnight(self.first + timedelta(days=self.days), self.timezone)

    @property
    def weekly(self) -> bool:
        """Whether it is a week."""
        return self.days == WEEK

    @property
    def label(self) -> str:
        """`2026-W47` for a week (ISO 8601, so the year is the week's and not the day's), `2026-11-17` for a day."""
        if not self.weekly:
            return self.first.isoformat()
        year, number, _ = self.first.isocalendar()
        return f"{year}-W{number:02}"

    def earlier(self, steps: int = 1) -> "Period":
        """The period it is compared with: the week before, or for a day the same weekday of the week before."""
        return Period(self.first - timedelta(days=WEEK * steps), self.days, self.timezone)

    def preceding(self, steps: int = 1) -> "Period":
        """The period that many weeks (or days) before."""
        return Period(self.first - timedelta(days=self.days * steps), self.days, self.timezone)

    def each_day(self) -> tuple["Period", ...]:
        """Its days, in order."""
        return tuple(Period(self.first + timedelta(days=n), 1, self.timezone) for n in range(self.days))


def midnight(day: date, timezone: str) -> datetime:
    """The first instant of a local day. Where clocks jump over midnight, the instant of the jump (PEP 495)."""
    return datetime.combine(day, time.min, ZoneInfo(timezone)).astimezone(UTC)


def week_of(day: date, timezone: str) -> Period:
    """The ISO week that holds a day."""
    return Period(day - timedelta(days=day.weekday()), WEEK, timezone)


def last_week(now: datetime, timezone: str) -> Period:
    """The last ISO week that is over at an instant."""
    return week_of(now.astimezone(ZoneInfo(timezone)).date(), timezone).earlier()


def last_day(now: datetime, timezone: str) -> Period:
    """The last day that is over at an instant."""
    return Period(now.astimezone(ZoneInfo(timezone)).date() - timedelta(days=1), 1, timezone)


def parse(label: str, timezone: str) -> Period:
    """The period of a label such as 2026-W47 or 2026-11-17; UsageError for anything else."""
    try:
        if week := re.fullmatch(r"(\d{4})-W(\d{2})", label, re.ASCII):
            return Period(date.fromisocalendar(int(week[1]), int(week[2]), 1), WEEK, timezone)
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", label, re.ASCII):
            return Period(date.fromisoformat(label), 1, timezone)
    except ValueError as error:
        raise UsageError(f"{label}: there is no such week or day ({error})") from error
    raise UsageError(f"{label}: expected an ISO week such as 2026-W47 or a day such as 2026-11-17")
