"""The README says what the program says: every command, every setting, every exit code."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from checker.cli.app import loaded

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def commands(group: Any, above: str = "") -> Iterator[tuple[str, str]]:
    """Yield the words of each command and the first line of its help."""
    for name, command in sorted(group.commands.items()):
        if hasattr(command, "commands"):
            if command.invoke_without_command:
                yield above + name, command.help
            yield from commands(command, f"{above}{name} ")
        else:
            yield above + name, (command.help or "").splitlines()[0]


COMMANDS = list(commands(typer.main.get_command(loaded())))


@pytest.mark.parametrize(("name", "help_line"), COMMANDS)
def test_every_command_is_in_the_readme_with_its_own_help(name: str, help_line: str) -> None:
    assert f"| `checker {name}` | {help_line} |" in README


def test_the_settings_are_those_of_a_new_workspace() -> None:
    assert f"```toml\n{(ROOT / 'checker.toml').read_text(encoding='utf-8')}```" in README


@pytest.mark.parametrize(
    "file", ["README.md", "docs/rules.md", "docs/publishers.md", "docs/tour.md", "corpus/README.md"]
)
def test_what_the_documents_link_to_is_there(file: str) -> None:
    text = (ROOT / file).read_text(encoding="utf-8")
    targets = [part.split(")")[0] for part in text.split("](")[1:]]
    for target in targets:
        if not target.startswith("http"):
            assert ((ROOT / file).parent / target).exists(), target


@pytest.mark.parametrize("name", ["license-files", "readme"])
def test_the_repository_has_what_its_metadata_names(name: str) -> None:
    assert name in (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert (ROOT / "LICENSE").exists()
    assert README.startswith("# checker\n")
