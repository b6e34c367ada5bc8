"""The options that several commands share, what they mean, and the workspace they open."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from checker.model import Level, Outcome
from checker.settings import Workspace, find, open_workspace

WorkspaceOption = Annotated[
    Path | None,
    typer.Option(
        "--workspace", "-w", help="The workspace; by default the nearest from here upwards.", show_default=False
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="One JSON object a line on stdout, and nothing else there.")]
WorkersOption = Annotated[int, typer.Option(min=1, help="Processes that read suspicious pages.")]
MetricsOption = Annotated[
    Path | None,
    typer.Option(help="Write the scan's figures to this file, for Prometheus.", metavar="FILE", show_default=False),
]
Targets = Annotated[list[str], typer.Argument(metavar="TARGET...", show_default=False)]
Identity = Annotated[str, typer.Argument(metavar="FINDING", help="The id of a finding, or its first characters.")]


class FailOn(StrEnum):
    """The least finding that makes a command end with exit code 1."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"
    REVIEW = "review"
    NEVER = "never"


FailOnOption = Annotated[FailOn, typer.Option(help="The least finding that ends the command with exit code 1.")]

LEVELS = (Level.NOTE, Level.WARNING, Level.ERROR)


def workspace_at(folder: Path | None) -> Workspace:
    """Open the workspace named by the option, or the nearest one."""
    return open_workspace(folder or find(Path.cwd()))


def fails(record: Mapping[str, Any], fail_on: FailOn) -> bool:
    """Tell whether one match is at or above the threshold.

    `error` asks for a violation; `review` also takes what waits for a person; a level takes findings that bad or worse.
    """
    match fail_on:
        case FailOn.NEVER:
            return False
        case FailOn.ERROR:
            return bool(record["outcome"] == Outcome.VIOLATION)
        case FailOn.REVIEW:
            return record["outcome"] in {Outcome.VIOLATION, Outcome.REVIEW}
        case _:
            least = LEVELS.index(Level(fail_on.value))
            return any(LEVELS.index(Level(finding["level"])) >= least for finding in record["findings"])


def exit_code(records: Iterable[Mapping[str, Any]], fail_on: FailOn, *, covered: bool = True) -> int:
    """Return 3 where too little was covered to say anything, 1 where there are findings, else 0."""
    if not covered:
        return 3
    return int(any(fails(record, fail_on) for record in records))
