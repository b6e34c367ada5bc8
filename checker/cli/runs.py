"""`checker pages`, `checker runs`, `checker coverage`: what was looked at, and what was not."""

import json as jsons
import sys
from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from checker.cli.app import app
from checker.cli.console import grid, stdout
from checker.cli.options import JsonOption, WorkspaceOption, workspace_at
from checker.keep.record import instant
from checker.keep.runs import PageRow
from checker.keep.store import Store
from checker.runs import covered

RunOption = Annotated[
    int | None, typer.Option("--run", help="The number of a run; by default the last.", show_default=False)
]


@app.command()
def pages(run: RunOption = None, json: JsonOption = False, workspace: WorkspaceOption = None) -> None:
    """List the pages of a run, each with its one outcome."""
    place = workspace_at(workspace)
    table = grid("outcome", "status", "charset", "bytes", "address", "reason")
    with Store.open(place.database) as store:
        for row in store.pages(store.last_run() if run is None else run):
            if json:
                sys.stdout.write(jsons.dumps(told(row), ensure_ascii=False) + "\n")
            else:
                table.add_row(row.outcome, str(row.status), row.charset, f"{row.bytes:,}", row.url, row.reason)
    if not json:
        stdout.print(table, markup=False)


def told(row: PageRow) -> dict[str, Any]:
    """Return the JSON object of a page."""
    return {
        "url": row.url,
        "outcome": row.outcome.value,
        "status": row.status,
        "charset": row.charset,
        "bytes": row.bytes,
        "captured": instant(row.captured),
        "reason": row.reason,
    }


@app.command()
def runs(workspace: WorkspaceOption = None) -> None:
    """List the runs, the latest first."""
    place = workspace_at(workspace)
    table = grid("run", "kind", "state", "started", "pages", "rule pack", "targets")
    with Store.open(place.database) as store:
        for run in store.runs(datetime.now(UTC)):
            started = run.started.astimezone(place.settings.zone).strftime("%Y-%m-%d %H:%M")
            count = str(sum(store.coverage(run.id).values()))
            table.add_row(str(run.id), run.kind, run.state, started, count, run.pack, " ".join(run.targets))
    stdout.print(table, markup=False)


@app.command()
def coverage(run: RunOption = None, json: JsonOption = False, workspace: WorkspaceOption = None) -> None:
    """Show for each site of a run how many pages were judged, and why others were not."""
    place = workspace_at(workspace)
    table = grid("site", "planned", "fetched", "judged", "matched", "failed", "denied", "why")
    with Store.open(place.database) as store:
        for each in covered(store, store.last_run() if run is None else run):
            if json:
                sys.stdout.write(jsons.dumps(each, ensure_ascii=False) + "\n")
            else:
                table.add_row(*cells(each))
    if not json:
        stdout.print(table, markup=False)


def cells(site: dict[str, Any]) -> tuple[str, ...]:
    """Return the cells of one site; what is not known is a dash, which is not 0."""
    counts = ("planned", "fetched", "judged", "matched", "failed", "denied")
    numbers = ("—" if site[name] is None else str(site[name]) for name in counts)
    why = ", ".join(f"{outcome} {count}" for outcome, count in sorted(site["why"].items()))
    return (site["site"] or "(files)", *numbers, why)
