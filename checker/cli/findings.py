"""`checker findings`, `checker show`: what was found and what became of it."""

import sys
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from checker.cli.app import app
from checker.cli.console import say, stdout
from checker.cli.options import Identity, JsonOption, WorkspaceOption, workspace_at
from checker.errors import EvidenceError, StampError, UsageError
from checker.keep.capture import Proof
from checker.keep.cases import Case, Wanted
from checker.keep.evidence import Evidence
from checker.keep.lifecycle import PUT_AWAY, State
from checker.keep.record import Record
from checker.keep.store import Store
from checker.model import Level, Outcome, Page
from checker.report.formats import BINARY_FORMATS, TEXT_FORMATS, table
from checker.report.side_by_side import side_by_side, terminal
from checker.settings import Workspace
from checker.stamps import proof


class Format(StrEnum):
    """The shapes a list of findings can take."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"
    XLSX = "xlsx"
    SARIF = "sarif"


@app.command()
def findings(
    format: Annotated[Format, typer.Option("--format", help="The shape of the list.")] = Format.TABLE,
    json: JsonOption = False,
    csv: Annotated[bool, typer.Option("--csv", help="The same as --format csv.")] = False,
    every: Annotated[bool, typer.Option("--all", help="Also what complies, and what people have closed.")] = False,
    state: Annotated[
        list[State] | None, typer.Option(help="Only findings in this state; may be given again.", show_default=False)
    ] = None,
    level: Annotated[Level | None, typer.Option(help="Only findings this bad or worse.", show_default=False)] = None,
    article: Annotated[str | None, typer.Option(help="Only on this article.", metavar="ID", show_default=False)] = None,
    site: Annotated[str | None, typer.Option(help="Only on this host.", show_default=False)] = None,
    rule: Annotated[
        str | None, typer.Option(help="Only breaches of this rule.", metavar="RULE", show_default=False)
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write to this file.", show_default=False)
    ] = None,
    workspace: WorkspaceOption = None,
) -> None:
    """List what was found: a table, or JSON lines, CSV, XLSX, SARIF."""
    place = workspace_at(workspace)
    shape = Format.JSON if json else Format.CSV if csv else format
    wanted = Wanted(
        states=tuple(state or (() if every else (one for one in State if one not in PUT_AWAY))),
        outcomes=() if every or state else (Outcome.VIOLATION, Outcome.REVIEW),
        level=level,
        article=article,
        site=site,
        rule=rule,
    )
    language = place.settings.language
    with Store.open(place.database) as store:
        store.expire(datetime.now(UTC))
        rows = listed(store, wanted, language)
        if shape is Format.TABLE:
            table(firsts(rows), stdout, language)
        elif shape.value in BINARY_FORMATS:
            if output is None:
                raise UsageError(f"--format {shape} is no text; name a file with --output")
            with output.open("wb") as stream:
                BINARY_FORMATS[shape.value](rows, stream, language)
        elif output:
            with output.open("w", encoding="utf-8", newline="") as text:
                TEXT_FORMATS[shape.value](rows, text, language)
        else:
            TEXT_FORMATS[shape.value](rows, sys.stdout, language)
    if output:
        say(f"written to {output}")


def listed(store: Store, wanted: Wanted, language: str) -> Iterator[Record]:
    """Yield the wanted cases; `same_as` is the id of the one that shows the same under another address of the site."""
    twins = store.twins([case.id for case in store.cases(wanted)])
    for case in store.cases(wanted):
        yield {**case.listed(language), "same_as": twins.get(case.id)}


def firsts(rows: Iterator[Record]) -> Iterator[Record]:
    """Yield what is listed once for all its addresses, with how many more of them there are."""
    every = list(rows)
    more = Counter(row["same_as"] for row in every)
    yield from ({**row, "more": more[row["id"]]} for row in every if row["same_as"] is None)


@app.command()
def show(
    finding: Identity,
    html: Annotated[
        Path | None, typer.Option(help="Write a page that shows it, to this file.", show_default=False)
    ] = None,
    workspace: WorkspaceOption = None,
) -> None:
    """Show one finding: its rules, the credit, the licence, and both texts side by side."""
    place = workspace_at(workspace)
    language = place.settings.language
    with Store.open(place.database) as store:
        case = store.case(finding)
        article = store.article(case.article)
        text = store.page_text(case.id)
    page, stamp = kept(place, case), dated(place, case)
    if html is None:
        terminal(case, article, stdout, language, page_text=text, page=page, proof=stamp)
        return
    html.write_text(side_by_side(case, article, language, page_text=text, page=page, proof=stamp), encoding="utf-8")
    say(f"written to {html}")


def kept(place: Workspace, case: Case) -> Page | None:
    """Return the page a case rests on as it was kept; None, and a word about it, where it cannot be read."""
    try:
        return None if case.capture is None else Evidence(place.evidence).load(case.capture)
    except EvidenceError as error:
        say(f"the kept page cannot be shown: {error}")
        return None


def dated(place: Workspace, case: Case) -> Proof | None:
    """Return the time stamp under the page a case rests on; None, and a word about it, where it cannot be read."""
    try:
        return None if case.capture is None else proof(place, case.capture.file)
    except (EvidenceError, StampError) as error:
        say(f"the time stamp cannot be shown: {error}")
        return None
