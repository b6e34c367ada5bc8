"""The lists of a report: new, regressed and settled cases, offenders, copied articles, decisions that wait."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Select, and_, distinct, func, or_, select
from sqlalchemy.sql.elements import ColumnElement

from checker.keep.tables import articles, cases, history
from checker.keep.twins import twins
from checker.report.counts import SETTLED, Scope, counted, not_credited, standing, suspected
from checker.report.figures import Copied, Decision, LicenceNote, Line, Listing, Offender
from checker.report.period import Period, midnight

SHOWN = 5
"""Rows of a list in a mail; the rest is in the workbook."""

LOOKED_AT = 100
"""Cases among which a list looks for other addresses of the same repost."""

FEWEST = 2
"""Reposts from which an organisation can be a top offender: one page does not make a habit."""

WAITING = ("detected", "triaged")
"""States of a case nobody has decided on."""

KINDS = {"regressed": "regressed", "notified": "unanswered"}
"""The kind of decision that a state asks for, whatever the outcome; other states go by the outcome."""

DAYS_TO_DECIDE = {"regressed": 1, "unanswered": 3, "suspected": 1, "review": 5}
"""Working days for each kind of decision (timers of a finding's life cycle)."""

EXPIRY_NOTICE = timedelta(days=14)
"""How long before its end an exception is brought up again."""

ORDER = ("regressed", "licence", "unanswered", "expiring_exception", "suspected", "review")
"""Which kind of decision comes first."""

OPERATOR = cases.c.record["page"]["operator"]["name"].as_string()


def new_cases(scope: Scope, period: Period) -> Listing:
    """Cases first seen in the period that look like a breach, the most copied first."""
    bad = and_(counted(period), cases.c.outcome == "violation", *scope.of_cases)
    total = scope.count(select(func.count()).select_from(cases).where(bad))
    first = lines_of(cases.c.first_seen).where(bad).order_by(cases.c.coverage.desc(), cases.c.first_seen, cases.c.id)
    return Listing(shown(scope, first), total)


def turned(scope: Scope, period: Period, states: tuple[str, ...]) -> Listing:
    """Cases that came into one of the states in the period, the latest first."""
    when = (
        select(history.c.case, func.max(history.c.at).label("at"))
        .where(history.c.after.in_(states), *standing(period))
        .group_by(history.c.case)
        .subquery()
    )
    total = scope.count(
        select(func.count()).select_from(cases).join(when, when.c.case == cases.c.id).where(*scope.of_cases)
    )
    latest = lines_of(when.c.at).join(when, when.c.case == cases.c.id).where(*scope.of_cases)
    return Listing(shown(scope, latest.order_by(when.c.at.desc(), cases.c.id)), total)


def settled(scope: Scope, period: Period) -> Listing:
    """Cases corrected or removed in the period."""
    return turned(scope, period, SETTLED)


def lines_of(at: Any) -> Select[Any]:
    """The columns of a Line; `at` is the instant it is listed for."""
    return select(
        cases.c.id, cases.c.organisation, OPERATOR.label("operator"), cases.c.site, cases.c.article, articles.c.title,
        cases.c.outcome, cases.c.state, cases.c.level, cases.c.grade, cases.c.licence, cases.c.kind, cases.c.url,
        at.label("at"),
    ).join(articles, articles.c.id == cases.c.article)  # fmt: skip


def lines(scope: Scope, statement: Select[Any]) -> tuple[Line, ...]:
    """The rows of a statement as lines."""
    return tuple(
        Line(row.id, row.organisation, row.operator or "", row.site, row.article, row.title, row.outcome, row.state,
             row.level or "", row.grade, row.licence, row.kind, row.url, row.at)
        for row in scope.rows(statement)
    )  # fmt: skip


def shown(scope: Scope, statement: Select[Any]) -> tuple[Line, ...]:
    """The first lines of a statement; a repost that a site shows under several addresses is one line."""
    found = lines(scope, statement.limit(LOOKED_AT))
    first = twins(scope.connection, [line.case for line in found])
    more = Counter(first.values())
    return tuple(replace(line, more=more[line.case]) for line in found if line.case not in first)[:SHOWN]


def offenders(scope: Scope, period: Period) -> tuple[int, tuple[Offender, ...]]:
    """How many organisations reposted, and those with most confirmed, suspected, then uncredited reposts."""
    sure = select(history.c.case).where(history.c.after == "confirmed", *standing(period))
    confirmed = dict(
        tuple(row)
        for row in scope.rows(
            select(cases.c.organisation, func.count())
            .where(cases.c.id.in_(sure), *scope.of_cases)
            .group_by(cases.c.organisation)
        )
    )
    groups = scope.rows(
        select(
            cases.c.organisation,
            func.count().label("reposts"),
            func.sum(not_credited(period)).label("uncredited"),
            func.sum(suspected(period)).label("suspected"),
            func.min(cases.c.id).label("sample"),
        )
        .where(counted(period), *scope.of_cases)
        .group_by(cases.c.organisation)
    )
    rank = [
        ((-confirmed.get(row.organisation, 0), -row.suspected, -row.uncredited, row.organisation), row)
        for row in groups
        if row.reposts >= FEWEST and (row.suspected or row.uncredited)
    ]
    top = [row for _, row in sorted(rank, key=lambda pair: pair[0])[:SHOWN]]
    used = sites_of(scope, period, [row.organisation for row in top])
    return len(groups), tuple(
        Offender(row.organisation, operator(scope, row.sample), used[row.organisation], row.reposts, row.uncredited,
                 row.suspected, confirmed.get(row.organisation, 0))
        for row in top
    )  # fmt: skip


def sites_of(scope: Scope, period: Period, organisations: list[str]) -> dict[str, tuple[str, ...]]:
    """The sites that each of some organisations used in the period."""
    found: dict[str, list[str]] = {name: [] for name in organisations}
    of_them = and_(counted(period), cases.c.organisation.in_(organisations))
    pair = select(cases.c.organisation, cases.c.site).distinct().where(of_them, *scope.of_cases)
    for row in scope.rows(pair.order_by(cases.c.site)):
        found[row.organisation].append(row.site)
    return {name: tuple(sites) for name, sites in found.items()}


def copied(scope: Scope, period: Period) -> tuple[Copied, ...]:
    """The articles reposted most."""
    top = (
        select(
            cases.c.article,
            func.count().label("reposts"),
            func.count(distinct(cases.c.organisation)).label("organisations"),
            func.sum(not_credited(period)).label("uncredited"),
        )
        .where(counted(period), *scope.of_cases)
        .group_by(cases.c.article)
        .order_by(func.count().desc(), cases.c.article)
        .limit(SHOWN)
        .subquery()
    )
    rows = scope.rows(
        select(top, articles.c.title)
        .join(articles, articles.c.id == top.c.article)
        .order_by(top.c.reposts.desc(), top.c.article)
    )
    return tuple(Copied(row.article, row.title, row.reposts, row.organisations, row.uncredited) for row in rows)


def decisions(scope: Scope, made: datetime, timezone: str, notes: Iterable[LicenceNote]) -> tuple[Decision, ...]:
    """Everything that waits for a person at an instant, one entry for each organisation and kind, most urgent first."""
    today = made.astimezone(ZoneInfo(timezone)).date()
    kept = [*open_cases(scope, made, timezone), *expiring(scope, made, timezone)]
    kept += [
        Decision("licence", note.licensee, 1, note=note) for note in notes if note.problem in ("exceeded", "expired")
    ]
    kept.sort(key=lambda each: (ORDER.index(each.kind), -each.count, each.due or today, each.subject))
    named = [replace(each, operator=operator(scope, each.case)) if each.case else each for each in kept[:SHOWN]]
    return (*named, *kept[SHOWN:])


def operator(scope: Scope, key: str) -> str:
    """The name of the operator that the page of a case states, "" where it states none."""
    return scope.connection.execute(select(OPERATOR).where(cases.c.id == key)).scalar_one() or ""


def is_open(made: datetime, timezone: str) -> ColumnElement[bool]:
    """The condition that a case waits for a person: undecided, gone wrong again, or its notice past its time."""
    answered = made.astimezone(ZoneInfo(timezone)).date()
    while add_working_days(answered, DAYS_TO_DECIDE["unanswered"]) >= made.astimezone(ZoneInfo(timezone)).date():
        answered -= timedelta(days=1)
    late = cases.c.state_since < midnight(answered + timedelta(days=1), timezone)
    return and_(
        cases.c.state.in_((*WAITING, *KINDS)),
        cases.c.outcome.in_(("violation", "review")),
        or_(cases.c.state != "notified", late),
    )


def is_expiring(made: datetime) -> ColumnElement[bool]:
    """The condition that a decision with an end still holds but not for long."""
    return and_(cases.c.expires >= made, cases.c.expires < made + EXPIRY_NOTICE)


def open_cases(scope: Scope, made: datetime, timezone: str) -> list[Decision]:
    """The cases that wait, joined by organisation; grouped as their index is ordered."""
    group = (cases.c.state, cases.c.outcome, cases.c.organisation)
    rows = scope.rows(
        select(
            *group,
            func.count().label("n"),
            func.min(cases.c.state_since).label("since"),
            func.min(cases.c.id).label("sample"),
        )
        .where(is_open(made, timezone), *scope.of_cases)
        .group_by(*group)
    )
    found: dict[tuple[str, str], Decision] = {}
    for row in rows:
        kind = KINDS.get(row.state) or ("suspected" if row.outcome == "violation" else "review")
        new = Decision(kind, row.organisation, row.n, due(row.since, timezone, kind), row.sample)
        known = found.get((kind, row.organisation))
        found[kind, row.organisation] = new if known is None else joined(known, new)
    return list(found.values())


def joined(one: Decision, other: Decision) -> Decision:
    """Two entries of one organisation as one."""
    days = [each.due for each in (one, other) if each.due]
    return replace(one, count=one.count + other.count, due=min(days, default=None), case=min(one.case, other.case))


def expiring(scope: Scope, made: datetime, timezone: str) -> list[Decision]:
    """Exceptions and other decisions with an end that is near, while they still hold."""
    rows = scope.rows(
        select(cases.c.organisation, cases.c.id, cases.c.expires)
        .where(is_expiring(made), *scope.of_cases)
        .order_by(cases.c.id)
    )
    zone = ZoneInfo(timezone)
    return [
        Decision("expiring_exception", row.organisation, 1, row.expires.astimezone(zone).date(), row.id) for row in rows
    ]


def due(since: datetime, timezone: str, kind: str) -> date:
    """The day by which a decision is due."""
    return add_working_days(since.astimezone(ZoneInfo(timezone)).date(), DAYS_TO_DECIDE[kind])


def add_working_days(day: date, count: int) -> date:
    """The day that many working days (Monday to Friday) later, or earlier."""
    step = timedelta(days=1 if count > 0 else -1)
    for _ in range(abs(count)):
        day += step
        while day.weekday() >= 5:
            day += step
    return day
