"""Killed at any instant, the index is in the state before the change or in the one after it."""

import fcntl
import random
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from checker.errors import IndexFormatError
from checker.match import index as index_module
from checker.match.index import LOCK, Index
from tests.match.texts import FERRY, article


def state(folder: Path) -> dict[str, str]:
    """Article id -> the version of its text, checked to be readable and findable."""
    index = Index.open(folder)
    found = {each.id: re.split("本| ", each.text)[1] for each in index.articles()}
    assert len(found) == len(index)
    for each in index.articles():
        assert index.article(each.id) == each
        assert each.id in {candidate.id for candidate in index.candidates(each.text)}
    return found


def changed(before: dict[str, str], line: str) -> dict[str, str]:
    """The state after the change that a line announces."""
    verb, version, *ids = line.split()
    if verb == "add":
        return before | dict.fromkeys(ids, version)
    return {key: old for key, old in before.items() if key not in ids}


def kill_once(folder: Path, seed: int, rng: random.Random) -> None:
    """Let a writer run for a moment, kill it, and compare what is there with what it said."""
    before = state(folder)
    command = [sys.executable, "-m", "tests.match.writer", str(folder), str(seed)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        lines = [writer.stdout.readline()]
        time.sleep(rng.uniform(0, 0.25))
        writer.send_signal(signal.SIGKILL)
        lines += writer.stdout.readlines()
    pending = ""
    for line in lines:
        if line.startswith("done"):
            before, pending = changed(before, pending), ""
        else:
            pending = line
    after = state(folder)
    assert after in ([before, changed(before, pending)] if pending.strip() else [before])


def test_killed_while_writing(tmp_path: Path) -> None:
    rng = random.Random(1)
    for seed in range(4):
        kill_once(tmp_path, seed, rng)


@pytest.mark.soak
def test_killed_many_times(tmp_path: Path) -> None:
    rng = random.Random(2)
    for seed in range(150):
        kill_once(tmp_path, seed, rng)


def test_a_failure_at_any_step_leaves_the_old_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    index = Index.open(tmp_path)
    index.add([article("版本0 " + FERRY, f"a{n}") for n in range(6)])
    before = state(tmp_path)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    for step in ("build.from_articles", "put", "build.from_segments"):
        with monkeypatch.context() as patch:
            patch.setattr(f"checker.match.index.{step}", full)
            try:
                Index.open(tmp_path).add([article("版本1 " + FERRY, "a0")])
            except OSError:
                assert state(tmp_path) in (before, before | {"a0": "1"})
    Index.open(tmp_path).add([article("版本2 " + FERRY, "a0")])
    assert state(tmp_path) == before | {"a0": "2"}


def test_a_second_writer_waits_and_then_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    index = Index.open(tmp_path)
    index.add([article(FERRY)])
    monkeypatch.setattr(index_module, "PATIENCE", 0.1)
    with (tmp_path / LOCK).open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(IndexFormatError, match="another process is writing"):
            index.remove(["a"])
        assert index.candidates(FERRY)
    index.remove(["a"])
    assert len(index) == 0
