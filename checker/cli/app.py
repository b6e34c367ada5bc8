"""The command `checker`: its sub-commands, and how an error reaches the user as one line.

Exit codes: 0 nothing found at or above the threshold, 1 findings at or above it, 2 could not run, 3 ran but covered
too little. An interrupted command ends with 130, as shells expect.
"""

from typing import Any

import typer
from typer.core import TyperGroup

from checker.cli.console import stderr
from checker.errors import CheckerError

ROOMS = {
    "Set up": ("init", "register", "unregister", "licence", "rules", "sites"),
    "Look": ("scan", "check", "read", "explain", "own-check", "recheck", "judge", "verify", "run-due"),
    "Decide": ("findings", "show", "triage", "decide", "decide-all", "undo", "history", "curate"),
    "Tell": ("report", "runs", "pages", "coverage"),
}
"""The commands in the order of the work, as the help lists them."""


class Commands(TyperGroup):
    """The group of commands; an error of the checker becomes one line on stderr and exit code 2."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Return the commands in the order of ROOMS, each told which room it is in."""
        names = [name for room in ROOMS.values() for name in room if name in self.commands]
        for room, members in ROOMS.items():
            for name in set(members) & set(names):
                self.commands[name].rich_help_panel = room  # type: ignore[attr-defined]
        return names + [name for name in super().list_commands(ctx) if name not in names]

    def invoke(self, ctx: Any) -> Any:
        """Run a command; no traceback reaches a user who did nothing wrong with Python."""
        try:
            return super().invoke(ctx)
        except CheckerError as error:
            stderr.print(f"checker: {error}", markup=False, highlight=False, soft_wrap=True)
            raise typer.Exit(2) from error
        except BrokenPipeError:
            raise
        except OSError as error:
            place = f"{error.filename}: " if error.filename else ""
            stderr.print(f"checker: {place}{error.strerror or error}", markup=False, highlight=False, soft_wrap=True)
            raise typer.Exit(2) from error
        except (KeyboardInterrupt, EOFError, typer.Abort) as stop:
            stderr.print("checker: interrupted; what was finished is kept", markup=False)
            raise typer.Exit(130) from stop


app = typer.Typer(
    name="checker",
    cls=Commands,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Find reposts of your articles, grade their credit, judge their licence, keep the proof.",
    epilog="Exit codes: 0 nothing found, 1 findings at or above --fail-on, 2 could not run, 3 covered too little.",
)


def main() -> None:
    """Run the command line."""
    app()
