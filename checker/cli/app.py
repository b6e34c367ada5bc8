"""The command `checker`: its sub-commands, and how an error reaches the user as one line.

Exit codes: 0 nothing found at or above the threshold, 1 findings at or above it, 2 could not run, 3 ran but covered
too little. An interrupted command ends with 130, as shells expect.
"""

import sys
from importlib import import_module
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from checker import __version__
from checker.cli.console import stderr
from checker.errors import CheckerError

ROOMS = {
    "Set up": {
        "init": "init",
        "register": "register",
        "unregister": "register",
        "licence": "licence",
        "rules": "rules",
        "sites": "sites",
    },
    "Look": {
        "scan": "scan",
        "check": "scan",
        "read": "read",
        "explain": "explain",
        "own-check": "own_check",
        "recheck": "again",
        "judge": "again",
        "stamp": "stamp",
        "verify": "verify",
        "run-due": "sites",
    },
    "Decide": {
        "findings": "findings",
        "show": "findings",
        "triage": "decisions",
        "decide": "decisions",
        "decide-all": "bulk",
        "undo": "decisions",
        "history": "decisions",
        "curate": "decisions",
    },
    "Tell": {"report": "report", "runs": "runs", "pages": "runs", "coverage": "runs"},
}
"""The commands in the order of the work, as the help lists them, each with the module it is in."""


class Commands(TyperGroup):
    """The group of commands; an error of the checker becomes one line on stderr and exit code 2."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Return the commands in the order of ROOMS, each told which room it is in."""
        names = [name for room in ROOMS.values() for name in room if name in self.commands]
        for room, members in ROOMS.items():
            for name in set(members) & set(names):
                self.commands[name].rich_help_panel = room  # type: ignore[attr-defined]
        return names

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


def version(asked: bool) -> None:
    """Print the version and end."""
    if asked:
        print(f"checker {__version__}")
        raise typer.Exit


@app.callback()
def checker(
    version: Annotated[
        bool, typer.Option("--version", callback=version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Make a group of the app, also where a single command is loaded."""


def loaded(asked: str = "") -> typer.Typer:
    """Return the app with the command that is asked for; with all of them where that is none, as for the help.

    Loading all takes most of a second, which would be spent at the start of every command.
    """
    modules = {name: module for room in ROOMS.values() for name, module in room.items()}
    for module in [modules[asked]] if asked in modules else dict.fromkeys(modules.values()):
        import_module(f"checker.cli.{module}")
    return app


def main() -> None:
    """Run the command line."""
    loaded(next((word for word in sys.argv[1:] if not word.startswith("-")), ""))()
