"""`checker stamp`: an outsider's time under the kept evidence."""

from collections import Counter

import typer

from checker.cli.app import app
from checker.cli.console import say, stdout
from checker.cli.options import WorkspaceOption, workspace_at
from checker.keep.evidence import Evidence
from checker.settings import Workspace
from checker.stamps import stamp


@app.command("stamp")
def stamp_evidence(workspace: WorkspaceOption = None) -> None:
    """Have authorities put their time under the kept evidence (RFC 3161); who failed is asked again the next time."""
    place = workspace_at(workspace)
    failed = stamps_due(place)
    raise typer.Exit(2 if failed else 0)


def stamps_due(place: Workspace) -> int:
    """Ask for the stamps that are due, a line for each, and return how many were not had."""
    counts = Counter[bool]()
    with Evidence.open(place.evidence):
        for each in stamp(place):
            counts[each.at is None] += 1
            if each.at is None:
                say(f"no time stamp of {each.authority}: {each.error}")
            else:
                stdout.print(f"{each.at:%Y-%m-%dT%H:%M:%SZ}  {each.list}  {each.authority}", markup=False)
    say(f"stamps {counts[False]}, failed {counts[True]}")
    return counts[True]
