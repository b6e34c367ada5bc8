"""`checker stamp`: an outsider's time under the kept evidence."""

import typer

from checker.cli.app import app
from checker.cli.console import say, stdout
from checker.cli.options import WorkspaceOption, workspace_at
from checker.keep.evidence import Evidence
from checker.keep.record import instant
from checker.settings import Workspace
from checker.stamps import stamp


@app.command("stamp")
def stamp_evidence(workspace: WorkspaceOption = None) -> None:
    """Have authorities put their time under the kept evidence (RFC 3161); who failed is asked again the next time."""
    place = workspace_at(workspace)
    with Evidence.open(place.evidence):  # which puts in order what a killed scan has left
        failed = stamps_due(place)
    raise typer.Exit(2 if failed else 0)


def stamps_due(place: Workspace) -> int:
    """Ask for the stamps that are due, a line for each, and return how many were not had."""
    had = failed = 0
    for each in stamp(place):
        if each.at is None:
            failed += 1
            say(f"no time stamp of {each.authority}: {each.error}")
        else:
            had += 1
            stdout.print(f"{instant(each.at)}  {each.list}  {each.authority}", markup=False)
    say(f"stamps {had}, failed {failed}")
    return failed
