"""A workspace with the sample corpus registered, and the commands as a user types them."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from typer.testing import CliRunner

from checker.cli.app import loaded

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str


Checker = Callable[..., Ended]


@pytest.fixture(scope="session")
def registered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace as `checker init` and `checker register corpus` leave it."""
    folder = tmp_path_factory.mktemp("workspace") / "here"
    assert run("init", str(folder)).code == 0
    assert run("register", str(folder / "corpus"), "--workspace", str(folder)).code == 0
    return folder


@pytest.fixture
def workspace(registered: Path, tmp_path: Path) -> Path:
    """A copy of it, to be changed at will."""
    return Path(shutil.copytree(registered, tmp_path / "workspace"))


@pytest.fixture
def checker(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> Checker:
    """Run a command inside the workspace."""
    monkeypatch.chdir(workspace)
    monkeypatch.setattr("checker.cli.console.stdout.width", 200)
    return run


def run(*words: str, given: bytes = b"") -> Ended:
    result = CliRunner().invoke(loaded(), list(words), input=given)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return Ended(result.exit_code, result.stdout, result.stderr)
