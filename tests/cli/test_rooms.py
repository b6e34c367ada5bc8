"""The table of commands: every command has its room in the help, and is in the module that the table names."""

import subprocess
import sys
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

import checker.cli
from checker.cli.app import ROOMS, loaded

MODULES = {name: module for room in ROOMS.values() for name, module in room.items()}
ALONE = """
import sys, typer
from checker.cli.app import loaded
print(*typer.main.get_command(loaded(sys.argv[1])).commands)
"""


def test_the_table_names_every_command() -> None:
    group = typer.main.get_command(loaded())
    assert sorted(group.commands) == sorted(MODULES)  # type: ignore[attr-defined]


def test_the_table_names_every_module_with_commands() -> None:
    texts = {path.stem: path.read_text(encoding="utf-8") for path in Path(checker.cli.__path__[0]).glob("*.py")}
    assert {name for name, text in texts.items() if "import app" in text and name != "__init__"} == set(
        MODULES.values()
    )


@pytest.mark.parametrize("name", ["findings", "init"])
def test_a_command_is_there_without_all_others(name: str) -> None:
    shown = subprocess.run(
        [sys.executable, "-c", ALONE, name], capture_output=True, text=True, check=True
    ).stdout.split()
    assert name in shown
    assert set(shown) < set(MODULES)


def test_the_version_is_told() -> None:
    shown = CliRunner().invoke(loaded(), ["--version"])
    assert (shown.exit_code, shown.stdout) == (0, f"checker {checker.__version__}\n")
