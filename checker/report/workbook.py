"""The workbook that goes with a report: the rows behind each number."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from checker.keep.record import instant
from checker.keep.tables import articles, cases, history
from checker.report.bulletin import View, bulletin
from checker.report.counts import Scope, counted, standing
from checker.report.figures import Figures, Totals
from checker.report.formats.columns import COLUMNS, cells, heads
from checker.report.formats.sheets import Cell, Sheet, workbook
from checker.report.formats.xlsx import WIDTHS
from checker.report.phrases import Phrases
from checker.report.wording import Wording, wording

ROWS = 5_000
"""Cases listed; a workbook of more is no longer read in a mail, and the commands list them all."""

NUMBERS = (
    "reposts", "credited", "exact", "suspected", "confirmed", "corrected", "removed", "regressed", "rejected",
    "credit_rate", "hours", "hours_p90",
)  # fmt: skip

Rows = list[tuple[Cell, ...]]


@dataclass(frozen=True)
class Workbook:
    """A written workbook; `cut` counts the cases that it leaves out."""

    content: bytes
    cut: int = 0


def report_workbook(scope: Scope, figures: Figures, language: str, view: View) -> Workbook:
    """Write the workbook of a report; the management view has no sheet of cases or names."""
    words = wording(language)
    told = bulletin(figures, language, view)
    sheets = [
        Sheet(
            words.say("sheet.counting"), (told.title, told.period), tuple((line,) for line in told.counting), (110, 30)
        ),
        Sheet(
            words.say("sheet.numbers"), numbers_head(words), tuple(numbers(each) for each in figures.trend), (12,) * 14
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
    """The sheets with names: cases, decisions, organisations, articles, licences."""
    offenders: Rows = [
        (f"{each.operator} {each.organisation}".strip(), " ".join(each.sites), each.reposts, each.uncredited,
         each.suspected, each.confirmed)
        for each in figures.offenders
    ]  # fmt: skip
    copied: Rows = [
        (each.article, each.title, each.reposts, each.organisations, each.uncredited) for each in figures.copied
    ]
    licences: Rows = [
        (each.id, each.licensee, each.problem, None if each.ends is None else each.ends.isoformat(), each.used,
         each.quota, each.clause)
        for each in figures.licences
    ]  # fmt: skip
    names = ("organisation", "sites", "reposts", "uncredited", "suspected", "confirmed")
    widths = tuple(WIDTHS.get(name, 14) for name in COLUMNS)
    decided_heads = titles(words, "id", "at", "who", "after", "reason", "article_title", "url")
    return [
        Sheet(words.say("sheet.decisions"), titles(words, "item", "id", "due"), waiting(figures, words), (70, 18, 12)),
        Sheet(words.say("sheet.cases"), tuple(heads(words)), found(scope, figures, words), widths),
        Sheet(words.say("sheet.decided"), decided_heads, decided(scope, figures, words), (18, 18, 14, 12, 18, 36, 44)),
        Sheet(words.say("sheet.offenders"), titles(words, *names), offenders, (36, 44, 10, 10, 10, 10)),
        Sheet(
            words.say("sheet.copied"),
            titles(words, "article_id", "article_title", "reposts", "organisations", "uncredited"),
            copied,
            (18, 44, 10, 10, 10),
        ),
        Sheet(
            words.say("sheet.licences"),
            titles(words, "id", "licensee", "problem", "ends", "used", "quota", "clause"),
            licences,
            (14, 30, 14, 12, 8, 8, 20),
        ),
    ]


def waiting(figures: Figures, words: Wording) -> Rows:
    """Everything that waits for a decision, with a case to begin with and the day it is due."""
    say = Phrases(figures, words.language, "full", 0, "")
    return [
        (say.decision(each), each.case, None if each.due is None else each.due.isoformat())
        for each in figures.decisions
    ]


def titles(words: Wording, *names: str) -> tuple[str, ...]:
    """Column titles."""
    return tuple(words.say(f"column.{name}") for name in names)


def numbers_head(words: Wording) -> tuple[str, ...]:
    """Column titles of the numbers by period."""
    return titles(words, "period", "share", *NUMBERS)


def numbers(totals: Totals) -> tuple[Cell, ...]:
    """A row of numbers; what is not known is an empty cell, never 0."""
    rounded = (value if value is None else round(value, 4) for value in (getattr(totals, name) for name in NUMBERS))
    share = totals.coverage.share
    return (totals.period.label, None if share is None else round(share, 4), *rounded)


def found(scope: Scope, figures: Figures, words: Wording) -> Iterator[tuple[Cell, ...]]:
    """The cases first seen in the period, row by row."""
    query = (
        select(cases.c.id, cases.c.state, cases.c.first_seen, cases.c.last_seen, cases.c.record)
        .where(counted(figures.period), *scope.of_cases)
        .order_by(cases.c.first_seen, cases.c.id)
        .limit(ROWS)
    )
    for row in scope.connection.execution_options(yield_per=500).execute(query):
        seen = {"first_seen": instant(row.first_seen), "last_seen": instant(row.last_seen)}
        flat = cells({**row.record, "id": row.id, "state": row.state, **seen}, words)
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
        (row.case, clock(row.at, zone), row.who, words.word("state", row.after), row.reason, row.title, row.url)
        for row in scope.rows(query)
    ]


def clock(when: datetime, zone: ZoneInfo) -> str:
    """An instant by the wall clock of the workspace."""
    return f"{when.astimezone(zone):%Y-%m-%d %H:%M}"
