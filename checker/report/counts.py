"""The numbers of one period, counted in the database: coverage, reposts, what people decided.

Every number is as of the period's end: what a person rejects later, or a site corrects later, does not change a week
that was reported. Only plain aggregates are used, so that SQLite and PostgreSQL count alike.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from math import ceil
from typing import Any

from sqlalchemy import (
    Connection,
    Executable,
    and_,
    case,
    distinct,
    func,
    literal_column,
    not_,
    or_,
    select,
    union_all,
)
from sqlalchemy.sql.elements import ColumnElement

from checker.keep.tables import articles, cases, history, pages, runs
from checker.model import JUDGED
from checker.report.figures import Cohort, Coverage, Totals
from checker.report.period import Period

CREDITED = ("exact", "variant")
"""The grades that count as credited (docs: "Credit grades")."""

SETTLED = ("corrected", "removed")
ACTED = ("notified", "corrected", "removed", "closed")
DECIDED = ("confirmed", "rejected", "regressed", *SETTLED)

Conditions = tuple[ColumnElement[bool], ...]


@dataclass(frozen=True)
class Scope:
    """Where to count: a connection, and one channel of the publisher ("" for all)."""

    connection: Connection
    channel: str = ""

    @property
    def of_articles(self) -> Conditions:
        """Conditions on `articles`."""
        return (articles.c.record["channel"].as_string() == self.channel,) if self.channel else ()

    @property
    def of_cases(self) -> Conditions:
        """Conditions on `cases`."""
        return (cases.c.article.in_(select(articles.c.id).where(*self.of_articles)),) if self.channel else ()

    def rows(self, statement: Executable) -> Sequence[Any]:
        """Every row of a statement."""
        return self.connection.execute(statement).all()

    def count(self, statement: Executable) -> int:
        """The one number a statement gives."""
        return int(self.connection.execute(statement).scalar_one())


def coverage(scope: Scope, period: Period) -> Coverage:
    """What the scans that began in a period looked at, by page outcome; sites are left to `sites`."""
    in_period = and_(runs.c.kind == "scan", runs.c.started >= period.start, runs.c.started < period.end)
    found = scope.rows(
        select(runs.c.id, runs.c.state, runs.c.planned, runs.c.pack).where(in_period).order_by(runs.c.id)
    )
    ids = tuple(row.id for row in found)
    outcomes = scope.rows(select(pages.c.outcome, func.count()).where(pages.c.run.in_(ids)).group_by(pages.c.outcome))
    states = Counter(row.state for row in found)
    failed = [(outcome, count) for outcome, count in outcomes if outcome not in JUDGED]
    return Coverage(
        runs=ids,
        complete=states["complete"],
        running=states["running"],
        interrupted=len(found) - states["complete"] - states["running"],
        planned=sum(row.planned for row in found if row.planned) or None,
        pages=sum(count for _, count in outcomes),
        judged=sum(count for outcome, count in outcomes if outcome in JUDGED),
        reasons=tuple(sorted(failed, key=lambda pair: (-pair[1], pair[0]))),
        packs=tuple(sorted({row.pack for row in found if row.pack})),
    )


def sites(scope: Scope, known: Coverage, period: Period) -> Coverage:
    """The coverage with its sites counted (a site failed if none of its pages could be judged) and its articles."""
    judged = case((pages.c.outcome.in_(JUDGED), 1), else_=0)
    by_site = (
        select(func.max(judged).label("judged")).where(pages.c.run.in_(known.runs)).group_by(pages.c.site).subquery()
    )
    tried, reached = scope.rows(select(func.count(), func.coalesce(func.sum(by_site.c.judged), 0)))[0]
    theirs = and_(articles.c.ownership == "ours", articles.c.registered < period.end, *scope.of_articles)
    still = or_(articles.c.unregistered.is_(None), articles.c.unregistered >= period.end)
    total = scope.count(select(func.count()).select_from(articles).where(theirs, still))
    fresh = scope.count(
        select(func.count()).select_from(articles).where(theirs, still, articles.c.registered >= period.start)
    )
    return replace(known, sites=tried, sites_failed=tried - reached, articles=total, registered=fresh)


def counted(period: Period, within: Period | None = None) -> ColumnElement[bool]:
    """The condition that a case is a repost first seen in `within`, as it stood when the period ended."""
    seen = within or period
    return and_(
        cases.c.first_seen >= seen.start,
        cases.c.first_seen < seen.end,
        cases.c.outcome != "not_applicable",
        not_(and_(cases.c.state == "rejected", cases.c.state_since < period.end)),
    )


def was_settled(since: Period) -> ColumnElement[bool]:
    """The condition that a case first seen in a period or later was corrected or removed, so that it broke a rule."""
    then = (history.c.after.in_(SETTLED), history.c.at >= since.start)
    return cases.c.id.in_(select(history.c.case).where(*then))


def not_credited(period: Period) -> ColumnElement[int]:
    """1 for a case of a period that did not name us when it was first seen, else 0."""
    return case((and_(cases.c.grade.in_(CREDITED), not_(was_settled(period))), 0), else_=1)


def suspected(period: Period) -> ColumnElement[int]:
    """1 for a case of a period that broke a rule at error level when it was first seen, else 0."""
    return case((or_(cases.c.outcome == "violation", was_settled(period)), 1), else_=0)


def totals(scope: Scope, known: Mapping[Period, Coverage]) -> tuple[Totals, ...]:
    """The numbers of periods, the earliest first; those that scans find are None where nothing was scanned."""
    periods = sorted(known)
    found, mended = counts(scope, periods), mended_counts(scope, periods)
    return tuple(
        reposts(found[n], mended[n], decided(scope, period, Totals(period, known[period])))
        for n, period in enumerate(periods)
    )


Counts = Mapping[tuple[str, str], int]
"""Reposts by grade and outcome."""


def counts(scope: Scope, periods: Sequence[Period]) -> tuple[Counts, ...]:
    """The reposts first seen in each period, read off one index."""
    kinds = (cases.c.grade, cases.c.outcome)
    each = [
        select(literal_column(str(n)).label("place"), *kinds, func.count().label("n"))
        .where(counted(period), *scope.of_cases)
        .group_by(*kinds)
        for n, period in enumerate(periods)
    ]
    return by_place(scope, union_all(*each), len(periods))


def mended_counts(scope: Scope, periods: Sequence[Period]) -> tuple[Counts, ...]:
    """Those of them that were corrected or removed since, so that their grade is no longer the one first seen."""
    kinds = (cases.c.grade, cases.c.outcome)
    place = case(*((counted(period), n) for n, period in enumerate(periods)))
    groups = select(place.label("place"), *kinds, func.count().label("n")).where(
        was_settled(periods[0]), *scope.of_cases
    )
    return by_place(scope, groups.group_by(literal_column("place"), *kinds), len(periods))


def by_place(scope: Scope, statement: Executable, count: int) -> tuple[Counts, ...]:
    """The groups of a statement by the period's place; those of no period are left out."""
    found: list[dict[tuple[str, str], int]] = [{} for _ in range(count)]
    for row in scope.rows(statement):
        if row.place is not None:
            found[row.place][row.grade, row.outcome] = row.n
    return tuple(found)


def reposts(found: Counts, mended: Counts, people: Totals) -> Totals:
    """What scans found in a period, as it was when first seen, beside what people decided."""
    if not people.coverage.known:
        return people
    stayed = {kind: n - mended.get(kind, 0) for kind, n in found.items()}
    grades: Counter[str] = Counter()
    for (grade, _), n in found.items():
        grades[grade] += n
    return replace(
        people,
        reposts=sum(found.values()),
        credited=sum(n for (grade, _), n in stayed.items() if grade in CREDITED),
        exact=sum(n for (grade, _), n in stayed.items() if grade == "exact"),
        suspected=sum(n for (_, outcome), n in found.items() if outcome == "violation")
        + sum(n for (_, outcome), n in mended.items() if outcome != "violation"),
        reviewable=sum(n for (_, outcome), n in stayed.items() if outcome == "review"),
        grades=tuple(sorted(grades.items(), key=lambda pair: (-pair[1], pair[0]))),
    )


def standing(period: Period) -> Conditions:
    """Conditions on `history`: what was decided in a period and not undone by its end."""
    undone = select(history.c.undoes).where(history.c.undoes.is_not(None), history.c.at < period.end)
    return (history.c.at >= period.start, history.c.at < period.end, history.c.id.not_in(undone))


def decided(scope: Scope, period: Period, so_far: Totals) -> Totals:
    """The totals with what became of cases in a period: confirmed, rejected, regressed, corrected, removed."""
    when = func.min(history.c.at).label("at")
    found = scope.rows(
        select(history.c.after, history.c.case, when, cases.c.first_seen)
        .join(cases, cases.c.id == history.c.case)
        .where(history.c.after.in_(DECIDED), *standing(period), *scope.of_cases)
        .group_by(history.c.after, history.c.case, cases.c.first_seen)
    )
    number = Counter(row.after for row in found)
    first: dict[str, tuple[datetime, datetime]] = {}
    for row in found:
        if row.after in SETTLED:
            first[row.case] = min(first.get(row.case, (row.at, row.first_seen)), (row.at, row.first_seen))
    hours = sorted((at - seen).total_seconds() / 3600 for at, seen in first.values())
    return replace(
        so_far,
        confirmed=number["confirmed"],
        corrected=number["corrected"],
        removed=number["removed"],
        regressed=number["regressed"],
        rejected=number["rejected"],
        hours=percentile(hours, 0.5),
        hours_p90=percentile(hours, 0.9),
    )


def percentile(ordered: Sequence[float], share: float) -> float | None:
    """The value below which that share of the ordered values lies; the middle of two for the median; None for none."""
    if not ordered:
        return None
    if share == 0.5:
        half = len(ordered) // 2
        return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2
    return ordered[ceil(len(ordered) * share) - 1]


def cohort(scope: Scope, period: Period, until: datetime) -> Cohort:
    """What became, until an instant, of the cases confirmed in a period."""
    sure = (
        select(history.c.case)
        .join(cases, cases.c.id == history.c.case)
        .where(history.c.after == "confirmed", *standing(period), *scope.of_cases)
    )
    later = and_(history.c.case.in_(sure), history.c.at >= period.start, history.c.at < until)
    number = dict(
        tuple(row)
        for row in scope.rows(
            select(history.c.after, func.count(distinct(history.c.case)))
            .where(later, history.c.after.in_(("confirmed", *SETTLED)))
            .group_by(history.c.after)
        )
    )
    acted = scope.count(select(func.count(distinct(history.c.case))).where(later, history.c.after.in_(ACTED)))
    return Cohort(period, number.get("confirmed", 0), acted, number.get("corrected", 0), number.get("removed", 0))
