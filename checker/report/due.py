"""Which reports are due: a pure question of time, readers and scans."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from checker.report.figures import Coverage
from checker.report.period import Period, last_day, last_week
from checker.settings import Reader

GRACE = timedelta(hours=24)
"""How long after a period's end its report waits for a scan to be complete; then it goes out and says that none is."""


@dataclass(frozen=True)
class Due:
    """A period whose report is due for some readers; `waits` says why it does not go out yet, "" where it does."""

    period: Period
    readers: tuple[Reader, ...]
    waits: str = ""


def periods(now: datetime, timezone: str, readers: Sequence[Reader]) -> tuple[tuple[Period, tuple[Reader, ...]], ...]:
    """The last complete week and day, each with its readers; one period each, however long nothing was sent."""
    last = {"weekly": last_week(now, timezone), "daily": last_day(now, timezone)}
    grouped = ((last[name], tuple(each for each in readers if each.frequency == name)) for name in last)
    return tuple((period, some) for period, some in grouped if some)


def due(now: datetime, period: Period, readers: tuple[Reader, ...], cover: Coverage, *, scanned: bool) -> Due:
    """Whether a period's report can go out; `scanned` says whether anything was scanned before the period's end."""
    if not scanned:
        return Due(period, readers, f"nothing had been scanned by the end of {period.label}")
    if now < period.end + GRACE:
        if cover.running:
            return Due(period, readers, f"a scan of {period.label} is still running")
        if not cover.complete:
            return Due(period, readers, f"no scan of {period.label} is complete yet")
    return Due(period, readers)
