"""Gather a period's figures from the database."""

from datetime import date, datetime, timedelta

from sqlalchemy import Connection, distinct, func, select

from checker.keep.tables import cases, history, runs
from checker.report.counts import Scope, cohort, counted, coverage, sites, standing, totals
from checker.report.figures import MEAN_OF, TREND_OF, Figures, LicenceNote
from checker.report.lists import copied, decisions, new_cases, offenders, settled, turned
from checker.report.period import Period

LATELY = timedelta(days=30)
"""How long an ended licence is told of."""

PROBLEMS = ("exceeded", "expired", "near_quota", "expiring")
"""What can be the matter with a licence, the most urgent first."""


def gather(
    connection: Connection,
    period: Period,
    *,
    made: datetime,
    channel: str = "",
    licences: tuple[LicenceNote, ...] = (),
) -> Figures:
    """The figures of a period, as known at the instant `made`; `licences` are the judge station's notes."""
    scope = Scope(connection, channel)
    known = {each: coverage(scope, each) for each in map(period.earlier, range(TREND_OF))}
    known[period] = sites(scope, known[period], period)
    trend = totals(scope, known)
    organisations, worst = offenders(scope, period)
    notes = worth_telling(licences, period)
    waiting = decisions(scope, made, period.timezone, notes)
    return Figures(
        period=period,
        made=made,
        channel=channel,
        now=trend[-1],
        trend=trend,
        days=tuple(day(scope, period, each) for each in period.each_day()),
        new=new_cases(scope, period),
        regressed=turned(scope, period, ("regressed",)),
        settled=settled(scope, period),
        decisions=waiting,
        pending=sum(each.count for each in waiting),
        offenders=worst,
        copied=copied(scope, period),
        organisations=organisations,
        pages=scope.count(select(func.count(distinct(cases.c.page))).where(counted(period), *scope.of_cases)),
        cohorts=tuple(cohort(scope, period.earlier(step), made) for step in range(MEAN_OF - 1, -1, -1)),
        licences=notes,
    )


def worth_telling(notes: tuple[LicenceNote, ...], period: Period) -> tuple[LicenceNote, ...]:
    """The notes in order of urgency, without licences that ended long ago."""
    since = period.first - LATELY
    fresh = [note for note in notes if note.problem != "expired" or note.ends is None or note.ends >= since]
    return tuple(sorted(fresh, key=lambda note: (PROBLEMS.index(note.problem), note.ends or date.max, note.id)))


def day(scope: Scope, period: Period, each: Period) -> tuple[date, int | None, int]:
    """A day, its reposts (None where no scan was at work that day) and what was confirmed on it."""
    at_work = select(func.count()).where(
        runs.c.kind == "scan", runs.c.started < each.end, func.coalesce(runs.c.ended, runs.c.started) >= each.start
    )
    confirmed = scope.count(
        select(func.count(distinct(history.c.case)))
        .join(cases, cases.c.id == history.c.case)
        .where(history.c.after == "confirmed", *standing(each), *scope.of_cases)
    )
    if not scope.count(at_work):
        return each.first, None, confirmed
    found = scope.count(select(func.count()).select_from(cases).where(counted(period, each), *scope.of_cases))
    return each.first, found, confirmed
