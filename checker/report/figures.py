"""What a report says, as one frozen value: screen, mail, workbook and JSON are made of it, so they cannot differ."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from checker.report.period import Period

FLOOR = 0.8
"""Share of pages that must have been judged for a period's numbers to be compared with another's."""

MEAN_OF = 8
"""Earlier periods that the mean is taken over."""

TREND_OF = 12
"""Periods that the trend shows, the report's own included."""


@dataclass(frozen=True)
class Coverage:
    """What a period's scans looked at. `running` and `interrupted` count the scans that did not come to their end."""

    runs: tuple[int, ...] = ()
    complete: int = 0
    running: int = 0
    interrupted: int = 0
    planned: int | None = None
    pages: int = 0
    judged: int = 0
    sites: int = 0
    sites_failed: int = 0
    reasons: tuple[tuple[str, int], ...] = ()
    packs: tuple[str, ...] = ()
    articles: int = 0
    registered: int = 0

    @property
    def known(self) -> bool:
        """Whether anything was looked at: without a scan, a number is not 0 but unknown."""
        return self.pages > 0

    @property
    def share(self) -> float | None:
        """Judged pages of all pages that were tried or planned."""
        whole = max(self.pages, self.planned or 0)
        return self.judged / whole if whole else None

    @property
    def thin(self) -> bool:
        """Whether too few of the pages could be judged."""
        share = self.share
        return share is None or share < FLOOR

    @property
    def sound(self) -> bool:
        """Whether numbers may be compared: every scan came to its end and most pages could be judged."""
        return not self.thin and not self.running and not self.interrupted


@dataclass(frozen=True)
class Totals:
    """The numbers of one period. What scans find is None without a scan; what people decided is always known.

    `reposts` counts cases first seen in the period (an article on a page), `credited` those that named the publisher
    when they were first seen; `suspected` broke a rule at error level; `hours` is the median and `hours_p90` the 90th
    percentile of the time from the first sight of a case to its correction or removal in the period.
    """

    period: Period
    coverage: Coverage = Coverage()
    reposts: int | None = None
    credited: int | None = None
    exact: int | None = None
    suspected: int | None = None
    reviewable: int | None = None
    grades: tuple[tuple[str, int], ...] = ()
    confirmed: int = 0
    corrected: int = 0
    removed: int = 0
    regressed: int = 0
    rejected: int = 0
    hours: float | None = None
    hours_p90: float | None = None

    @property
    def credit_rate(self) -> float | None:
        """Share of reposts that named the publisher."""
        return None if not self.reposts or self.credited is None else self.credited / self.reposts

    @property
    def exact_rate(self) -> float | None:
        """Share of reposts that carried the required form."""
        return None if not self.reposts or self.exact is None else self.exact / self.reposts

    @property
    def reviewed(self) -> int:
        """Cases that a person confirmed or rejected in the period."""
        return self.confirmed + self.rejected


NumberName = Literal["reposts", "credit_rate", "confirmed", "hours"]


@dataclass(frozen=True)
class Number:
    """One of the four numbers: now, in the period before, and the mean of the sound ones among the last eight.

    `before` and `mean` are None where there is nothing to compare with, or where comparing would mislead.
    """

    name: NumberName
    now: float | None
    before: float | None
    mean: float | None

    @property
    def change(self) -> float | None:
        """The difference to the period before."""
        return None if self.now is None or self.before is None else self.now - self.before


@dataclass(frozen=True)
class Line:
    """One case in a list; `more` counts the other addresses of its site that show the same."""

    case: str
    organisation: str
    operator: str
    site: str
    article: str
    title: str
    outcome: str
    state: str
    level: str
    grade: str
    licence: str
    kind: str
    url: str
    at: datetime
    more: int = 0


@dataclass(frozen=True)
class Listing:
    """The first few of `total` cases."""

    lines: tuple[Line, ...] = ()
    total: int = 0

    @property
    def more(self) -> int:
        """How many are not shown."""
        return self.total - sum(1 + line.more for line in self.lines)


@dataclass(frozen=True)
class Offender:
    """An organisation that reposted: its sites (an ICP number joins domains) and what they did in the period."""

    organisation: str
    operator: str
    sites: tuple[str, ...]
    reposts: int
    uncredited: int
    suspected: int
    confirmed: int


@dataclass(frozen=True)
class Copied:
    """An article and how often it was reposted in the period."""

    article: str
    title: str
    reposts: int
    organisations: int
    uncredited: int


@dataclass(frozen=True)
class LicenceNote:
    """A licence someone should look at; `problem` is exceeded, near_quota, expired or expiring.

    `used` and `quota` count works where the problem is one of quantity; `ends` is the licence's last day.
    """

    id: str
    licensee: str
    problem: str
    ends: date | None = None
    used: int | None = None
    quota: int | None = None
    clause: str = ""


@dataclass(frozen=True)
class Decision:
    """Something a person has to decide: `count` cases of one organisation (or one licence), due on a day.

    `kind` is regressed, unanswered, expiring_exception, suspected, review, licence; `operator` the name that the
    organisation's pages state, known for the most urgent ones.
    """

    kind: str
    subject: str
    count: int
    due: date | None = None
    case: str = ""
    operator: str = ""
    note: LicenceNote | None = None


@dataclass(frozen=True)
class Cohort:
    """Cases confirmed in one period and what became of them until now."""

    period: Period
    confirmed: int
    acted: int
    corrected: int
    removed: int


@dataclass(frozen=True)
class Figures:
    """Everything a report says."""

    period: Period
    made: datetime
    channel: str
    now: Totals
    trend: tuple[Totals, ...]  # oldest first, the report's own period last
    days: tuple[tuple[date, int | None, int], ...]  # of each day: reposts (None: not scanned), confirmed
    new: Listing = Listing()
    regressed: Listing = Listing()
    settled: Listing = Listing()
    decisions: tuple[Decision, ...] = ()
    pending: int = 0
    offenders: tuple[Offender, ...] = ()
    copied: tuple[Copied, ...] = ()
    organisations: int = 0
    pages: int = 0
    cohorts: tuple[Cohort, ...] = ()
    licences: tuple[LicenceNote, ...] = ()
    changed: tuple[tuple[str, float | None, float | None], ...] = ()  # in a correction: name, as sent, as it is now

    @property
    def over(self) -> bool:
        """Whether the period had ended when its figures were gathered."""
        return self.made >= self.period.end

    @property
    def comparable(self) -> bool:
        """Whether the numbers may be compared with those of other periods."""
        return self.over and self.now.coverage.sound

    @property
    def before(self) -> Totals | None:
        """The period before, where both may be compared."""
        before = self.trend[-2] if len(self.trend) > 1 else None
        return before if before and self.comparable and before.coverage.sound else None

    @property
    def numbers(self) -> tuple[Number, ...]:
        """The four numbers."""
        names: tuple[NumberName, ...] = ("reposts", "credit_rate", "confirmed", "hours")
        return tuple(self.number(name) for name in names)

    def number(self, name: NumberName) -> Number:
        """One number with what it is compared with."""
        earlier = [each for each in self.trend[-1 - MEAN_OF : -1] if each.coverage.sound]
        values = [value for value in (getattr(each, name) for each in earlier) if value is not None]
        mean = sum(values) / len(values) if values and self.comparable else None
        before = None if self.before is None else getattr(self.before, name)
        return Number(name, getattr(self.now, name), before, mean)

    @property
    def headline(self) -> Mapping[str, float | None]:
        """The numbers that a correction mail follows once they were sent."""
        totals = self.now
        names = ("reposts", "credited", "suspected", "confirmed", "corrected", "removed", "regressed", "hours")
        return {name: getattr(totals, name) for name in names}
