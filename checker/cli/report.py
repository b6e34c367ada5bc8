"""`checker report`: the week on one page, and by mail."""

import sys
import webbrowser
from datetime import UTC, date, datetime
from functools import partial
from typing import Annotated

import typer
from pydantic import ValidationError

from checker.cli.app import app
from checker.cli.console import grid, say, stdout
from checker.cli.options import WorkspaceOption, workspace_at
from checker.errors import UsageError
from checker.judge.licence import Licences, load_licences
from checker.judge.tally import totals
from checker.keep.store import Store
from checker.knowledge import sentence
from checker.report.bulletin import View
from checker.report.figures import LicenceNote
from checker.report.outbox import archive, as_sent
from checker.report.period import Period, last_week, parse
from checker.report.post import Office, readers_of, send_now, send_test, write
from checker.settings import Language, Reader, Workspace
from checker.usage import reposts

report = typer.Typer(help="The week's report: write it, send it, look at what was sent.", invoke_without_command=True)
app.add_typer(report, name="report")

PROBLEMS = {"over_quota": "exceeded", "near_quota": "near_quota", "expired": "expired", "expiring": "expiring"}
"""How the judge's notices are called in the report; unsigned ones are the register's own matter."""

PeriodOption = Annotated[
    str | None, typer.Option("--week", help="An ISO week such as 2026-W47, or a day; by default the last whole week.")
]
LanguageOption = Annotated[Language | None, typer.Option(help="By default the workspace's.", show_default=False)]
ViewOption = Annotated[View, typer.Option(help="management: no addresses, no names of sites.")]
ChannelOption = Annotated[str, typer.Option(help="Only articles of this channel.", show_default=False)]


@report.callback()
def write_report(
    ctx: typer.Context,
    week: PeriodOption = None,
    send: Annotated[
        bool, typer.Option("--send", help="Mail it to its readers; who has it gets nothing twice.")
    ] = False,
    test_to: Annotated[str | None, typer.Option(help="Mail it to this address only, as a test.")] = None,
    language: LanguageOption = None,
    view: ViewOption = "full",
    channel: ChannelOption = "",
    workspace: WorkspaceOption = None,
) -> None:
    """Write report.html, mail.eml and findings.xlsx of a week; --send mails them."""
    if ctx.invoked_subcommand:
        return
    place = workspace_at(workspace)
    with Store.open(place.database) as store:
        office, period = office_of(place, store), period_of(week, place)
        written_for = reader(place, language, view, channel, test_to or place.settings.mail.sender)
        if send:
            readers_of(office, period, datetime.now(UTC))
        made = write(office, period, datetime.now(UTC), written_for)
        for path in (made.report, made.mail, made.workbook):
            say(f"written {path}")
        if test_to:
            send_test(office, period, written_for, datetime.now(UTC))
            say(f"test sent to {test_to}")
        failed = 0
        for each in send_now(office, period, datetime.now(UTC)) if send else ():
            say(f"{each.state} {each.reader} {each.period}" + (f": {each.error}" if each.error else ""))
            failed += each.state != "sent"
    raise typer.Exit(2 if failed else 0)


@report.command()
def preview(
    week: PeriodOption = None,
    language: LanguageOption = None,
    view: ViewOption = "full",
    channel: ChannelOption = "",
    workspace: WorkspaceOption = None,
) -> None:
    """Write the report and open it in the browser."""
    place = workspace_at(workspace)
    written_for = reader(place, language, view, channel, place.settings.mail.sender)
    with Store.open(place.database) as store:
        made = write(office_of(place, store), period_of(week, place), datetime.now(UTC), written_for)
    say(f"written {made.report}")
    webbrowser.open(made.report.resolve().as_uri())


@report.command("list")
def list_sent(week: PeriodOption = None, workspace: WorkspaceOption = None) -> None:
    """List every mail that was written down for a reader, and what became of it."""
    place = workspace_at(workspace)
    label = week and parse(week, place.settings.timezone).label
    table = grid("period", "edition", "reader", "state", "tries", "when", "error")
    with Store.open(place.database) as store, store.reading() as connection:
        for each in archive(connection, label):
            when = each.at.astimezone(place.settings.zone).strftime("%Y-%m-%d %H:%M")
            edition, tries = str(each.edition + 1), str(each.attempts)
            table.add_row(each.period, edition, each.reader, each.state, tries, when, each.error)
    if table.row_count:
        stdout.print(table, markup=False)
    else:
        say(f"no report{f' of {label}' if label else ''} was written for a reader yet")


@report.command()
def show(
    period: Annotated[str, typer.Argument(metavar="PERIOD", help="Such as 2026-W47.", show_default=False)],
    to: Annotated[str | None, typer.Option(help="The reader; by default the first.")] = None,
    workspace: WorkspaceOption = None,
) -> None:
    """Write a report to stdout exactly as it was mailed (message/rfc822)."""
    place = workspace_at(workspace)
    label = parse(period, place.settings.timezone).label
    with Store.open(place.database) as store, store.reading() as connection:
        sys.stdout.buffer.write(as_sent(connection, label, to))


def period_of(label: str | None, place: Workspace) -> Period:
    """Return the period asked for, the last whole week by default; UsageError for one that has not begun."""
    timezone, now = place.settings.timezone, datetime.now(UTC)
    period = last_week(now, timezone) if label is None else parse(label, timezone)
    if now < period.start:
        raise UsageError(f"{label}: has not begun yet; the last whole week is {last_week(now, timezone).label}")
    return period


def reader(place: Workspace, language: Language | None, view: View, channel: str, to: str) -> Reader:
    """Return whom the written report is for."""
    try:
        return Reader(to=to, language=language or place.settings.language, view=view, channel=channel)
    except ValidationError as error:
        raise UsageError(sentence(error)[0]) from error


def office_of(place: Workspace, store: Store) -> Office:
    """Return what reporting needs of a workspace."""
    licences = load_licences(place.rules / "licences.toml")
    return Office(store, place.settings, place.reports, partial(licence_notes, licences, store))


def licence_notes(licences: Licences, store: Store, on: date) -> tuple[LicenceNote, ...]:
    """Return the licences that someone should look at: ended, ending, used up."""
    return tuple(
        LicenceNote(
            id=each.licence.id,
            licensee=each.licence.licensee,
            problem=PROBLEMS[each.about],
            ends=each.licence.terms(on).end,
            used=each.used,
            quota=each.limit,
        )
        for each in licences.notices(on, totals(reposts(store, licences), on))
        if each.about in PROBLEMS
    )
