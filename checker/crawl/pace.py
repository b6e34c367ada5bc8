"""How fast one host is asked: AutoThrottle's formula between requests, back-off when the host says it is too much."""

from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from checker.settings import Crawl

BACKOFF = 60.0
"""Seconds to wait after a first 429 or 503 that names no time; doubled each time."""

LONGEST = 24 * 3600.0
SLOW_DOWN = frozenset({429, 503})
DEAD = 3
"""Connections in a row that fail before a host is given up for the run."""


@dataclass(frozen=True)
class Visit:
    """What one request told about its host: seconds it took, status (0 for no answer), Retry-After, wanted delay.

    `bytes` are those that were received.
    """

    seconds: float
    status: int
    retry_after: str = ""
    wanted: float = 0.0
    bytes: int = 0


@dataclass(frozen=True)
class Pace:
    """The pace of one host: seconds between requests, and how many refusals or failures came in a row."""

    delay: float = 0.0
    refused: int = 0
    failed: int = 0

    def wait(self, visit: Visit, now: datetime) -> float:
        """Return the seconds until the host may be asked again, after the visit that led to this pace."""
        if visit.status not in SLOW_DOWN:
            return self.delay
        asked = retry_after(visit.retry_after, now)
        backoff = BACKOFF * 2 ** min(self.refused - 1, 12)
        return max(self.delay, min(backoff if asked is None else asked, LONGEST))


def after(pace: Pace, visit: Visit, settings: Crawl) -> Pace:
    """Return the pace after a visit: slower at once where the host is slow, faster only after good answers."""
    least = max(settings.delay, visit.wanted)
    most = max(settings.max_delay, least)
    target = visit.seconds if settings.delay > 0 else 0.0
    delay = max(target, (pace.delay + target) / 2)
    if not 200 <= visit.status < 400:
        delay = max(delay, pace.delay)
    return Pace(
        delay=min(max(delay, least), most),
        refused=pace.refused + 1 if visit.status in SLOW_DOWN else 0,
        failed=pace.failed + 1 if visit.status == 0 else 0,
    )


def retry_after(value: str, now: datetime) -> float | None:
    """Read a Retry-After header as seconds from now, never negative; None where it says nothing usable."""
    value = value.strip()
    if value.isascii() and value.isdecimal() and len(value) < 12:
        return float(value)
    try:
        when = parsedate_to_datetime(value)
        return max(0.0, ((when if when.tzinfo else when.replace(tzinfo=UTC)) - now).total_seconds())
    except (ValueError, TypeError, OverflowError):
        return None
