"""The workbook that goes with a report: the rows behind each number."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from itertools import chain
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from checker.keep.tables import articles, cases, history
from checker.report.bulletin import View, bulletin
from checker.report.counts import Scope, counted, standing
from checker.report.figures import Figures, Totals
from checker.report.formats.columns import COLUMNS, cells
from checker.report.formats.sheets import Cell, Sheet, workbook
from checker.report.lists import is_expiring, is_open
from checker.report.phrases import Phrases
from checker.report.wording import Wording, wording

ROWS = 5_000
"""Cases listed; a workbook of more is no longer read in a mail, and the commands list them all."""

NUMBERS = (
    "reposts", "credited", "exact", "suspected", "confirmed", "corrected", "removed", "regressed", "rejected",
    "credit_rate", "hours", "hours_p90",
)  # fmt: skip

Rows = list[tuple[Cell, ...]]

DAY, MOMENT, SHARE, COUNT, HOURS = "yyyy-mm-dd", "yyyy-mm-dd hh:mm", "0.0%", "#,##0", "#,##0.0"
"""How a spreadsheet shows what is no text."""

SHOWN = {"coverage": SHARE, "published": DAY, "captured": MOMENT, "first_seen": MOMENT, "last_seen": MOMENT}
WIDTHS = {
    "id": 19, "rules": 18, "coverage": 9, "quote": 28, "article_title": 36, "article_url": 30, "url": 44,
    "page_title": 36, "published": 12, "operator": 24, "icp": 22, "captured": 17, "first_seen": 17, "last_seen": 17,
    "message": 48, "repair": 48, "basis": 40,
}  # fmt: skip
"""Widths of the columns of a case in characters; others are narrow."""

CODES = ("state", "level", "kind", "grade", "licence")
"""Cells of a case that are codes, called by their names here: people read this workbook, not programs."""


@dataclass(frozen=True)
class Workbook:
    """A written workbook; `cut` counts the cases that it leaves out."""

    content: bytes
    cut: int = 0


def report_workbook(scope: Scope, figures: Figures, language: str, view: View) -> Workbook:
    """Write the workbook of a report; the management view has no sheet of cases or names."""
    words = wording(language)
    told = bulletin(figures, language, view)
    rates = ("", SHARE, *(SHARE if "rate" in name else HOURS if "hours" in name else COUNT for name in NUMBERS))
    sheets = [
        Sheet(
            words.say("sheet.counting"), (told.title, told.period), tuple((line,) for line in told.counting), (110, 30)
        ),
        Sheet(
            words.say("sheet.numbers"),
            titles(words, "period", "share", *NUMBERS),
            tuple(numbers(each) for each in figures.trend),
            (12, *(11,) * 13),
            rates,
        ),
        Sheet(words.say("sheet.coverage"), titles(words, "item", "value"), told.coverage, (24, 80)),
    ]
    cut = 0
    if view == "full":
        total = scope.count(select(func.count()).select_from(cases).where(counted(figures.period), *scope.of_cases))
        cut = max(0, total - ROWS)
        sheets[1:1] = case_sheets(scope, figures, words)
    stream = BytesIO()
    workbook(stream, sheets)
    return Workbook(stream.getvalue(), cut)


def case_sheets(scope: Scope, figures: Figures, words: Wording) -> list[Sheet]:
    """The sheets with names: what waits, cases, decisions, organisations, articles, licences."""
    offenders: Rows = [
        (f"{each.operator} {each.organisation}".strip(), " ".join(each.sites), each.reposts, each.uncredited,
         each.suspected, each.confirmed)
        for each in figures.offenders
    ]  # fmt: skip
    copied: Rows = [
        (each.article, each.title, each.reposts, each.organisations, each.uncredited) for each in figures.copied
    ]
    licences: Rows = [
        (each.id, each.licensee, words.word("licence_problem", each.problem), each.ends, each.used, each.quota,
         each.clause)
        for each in figures.licences
    ]  # fmt: skip

    def sheet(name: str, columns: dict[str, int], rows: Iterable[tuple[Cell, ...]], **kinds: str) -> Sheet:
        shown = tuple(kinds.get(column, "") for column in columns)
        return Sheet(words.say(f"sheet.{name}"), titles(words, *columns), rows, tuple(columns.values()), shown)

    widths = {name: WIDTHS.get(name, 13) for name in COLUMNS}
    counts = dict.fromkeys(("reposts", "organisations", "uncredited", "suspected", "confirmed"), COUNT)
    return [
        sheet(
            "decisions",
            {"item": 44, "organisation": 44, "cases": 8, "due": 12, "id": 19},
            waiting(figures, words),
            due=DAY,
            cases=COUNT,
        ),
        sheet(
            "waiting",
            {
                "id": 19,
                "state": 12,
                "outcome": 13,
                "organisation": 24,
                "site": 28,
                "article_title": 36,
                "url": 44,
                "since": 17,
            },
            waiting_cases(scope, figures, words),
            since=MOMENT,
        ),
        sheet("cases", widths, found(scope, figures, words), **SHOWN),
        sheet(
            "decided",
            {"id": 19, "at": 17, "who": 14, "after": 12, "reason": 22, "article_title": 36, "url": 44},
            decided(scope, figures, words),
            at=MOMENT,
        ),
        sheet(
            "offenders",
            {"organisation": 36, "sites": 44, "reposts": 10, "uncredited": 10, "suspected": 10, "confirmed": 10},
            offenders,
            **counts,
        ),
        sheet(
            "copied",
            {"article_id": 18, "article_title": 44, "reposts": 10, "organisations": 13, "uncredited": 10},
            copied,
            **counts,
        ),
        sheet(
            "licences",
            {"id": 14, "licensee": 30, "problem": 14, "ends": 12, "used": 8, "quota": 8, "clause": 20},
            licences,
            ends=DAY,
        ),
    ]


def waiting(figures: Figures, words: Wording) -> Rows:
    """Everything that waits for a decision, with how many cases, the day it is due and a case to begin with."""
    say = Phrases(figures, words.language, "full", 0, "")
    return [(say.decision(each), say.about(each), each.count, each.due, each.case) for each in figures.decisions]


def waiting_cases(scope: Scope, figures: Figures, words: Wording) -> Rows:
    """The cases that wait, one by one, as their index is ordered."""
    order = (cases.c.state, cases.c.outcome, cases.c.organisation, cases.c.state_since, cases.c.article, cases.c.id)
    query = select(*order, cases.c.site, cases.c.url, articles.c.title).join(articles, articles.c.id == cases.c.article)
    waits = (is_open(figures.made, figures.period.timezone), is_expiring(figures.made))
    found = (scope.rows(query.where(each, *scope.of_cases).order_by(*order).limit(ROWS)) for each in waits)
    zone = ZoneInfo(figures.period.timezone)
    return [
        (row.id, words.word("state", row.state), words.verdict(row.outcome, row.state), row.organisation, row.site,
         row.title, row.url, clock(row.state_since, zone))
        for row in chain.from_iterable(found)
    ]  # fmt: skip


def titles(words: Wording, *names: str) -> tuple[str, ...]:
    """Column titles."""
    return tuple(words.say(f"column.{name}") for name in names)


def numbers(totals: Totals) -> tuple[Cell, ...]:
    """A row of numbers; what is not known is an empty cell, never 0."""
    rounded = (value if value is None else round(value, 4) for value in (getattr(totals, name) for name in NUMBERS))
    share = totals.coverage.share
    return (totals.period.label, None if share is None else round(share, 4), *rounded)


def found(scope: Scope, figures: Figures, words: Wording) -> Iterator[tuple[Cell, ...]]:
    """The cases first seen in the period, row by row."""
    query = (
        select(
            cases.c.id, cases.c.state, cases.c.first_seen, cases.c.last_seen, cases.c.captured, cases.c.published,
            cases.c.record,
        )
        .where(counted(figures.period), *scope.of_cases)
        .order_by(cases.c.first_seen, cases.c.id)
        .limit(ROWS)
    )  # fmt: skip
    zone = ZoneInfo(figures.period.timezone)
    for row in scope.connection.execution_options(yield_per=500).execute(query):
        flat: dict[str, Cell] = dict(cells({**row.record, "id": row.id, "state": row.state}, words))
        flat |= {name: words.word(name, str(flat[name])) for name in CODES if flat[name]}
        flat["outcome"] = words.verdict(row.record["outcome"], row.state)
        flat |= {name: clock(getattr(row, name), zone) for name in ("first_seen", "last_seen", "captured")}
        flat["published"] = row.published
        yield tuple(flat[name] for name in COLUMNS)


def decided(scope: Scope, figures: Figures, words: Wording) -> Rows:
    """What was decided in the period, in the order it was."""
    query = (
        select(history, articles.c.title, cases.c.url)
        .join(cases, cases.c.id == history.c.case)
        .join(articles, articles.c.id == cases.c.article)
        .where(*standing(figures.period), *scope.of_cases)
        .order_by(history.c.at, history.c.id)
        .limit(ROWS)
    )
    zone = ZoneInfo(figures.period.timezone)
    return [
        (row.case, clock(row.at, zone), row.who, words.word("state", row.after), words.word("reason", row.reason),
         row.title, row.url)
        for row in scope.rows(query)
    ]  # fmt: skip


def clock(when: datetime, zone: ZoneInfo) -> datetime:
    """An instant as the wall clock of the workspace shows it, to the minute."""
    return when.astimezone(zone).replace(tzinfo=None, second=0, microsecond=0)
