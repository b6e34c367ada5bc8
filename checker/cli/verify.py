"""`checker verify`: whether the kept evidence still is what it was."""

import sys

import typer

from checker import verify as evidence
from checker.cli.app import app
from checker.cli.console import say
from checker.cli.options import WorkspaceOption, workspace_at
from checker.runs import House


@app.command()
def verify(workspace: WorkspaceOption = None) -> None:
    """Read all kept evidence again: every page, what findings quote, every time stamp; exit code 1 on damage."""
    counts = evidence.Verified()
    with House.open(workspace_at(workspace)) as house:
        for remark in evidence.verify(house, counts):
            line = f"{remark.place}: {remark.reason}".replace("\n", " ")
            if remark.damage:
                sys.stdout.write(line + "\n")
            else:
                say(f"note: {line}")
    told = (f"captures {counts.captures}", f"records {counts.records}", f"stamps {counts.stamps}")
    say(f"{', '.join(told)}, damaged {counts.damaged}")
    raise typer.Exit(1 if counts.damaged else 0)
