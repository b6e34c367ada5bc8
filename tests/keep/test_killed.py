"""SIGKILL at any instant: what was finished is there, whole, once; nothing points into half a file."""

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sqlalchemy import text

from checker.keep.evidence import Evidence
from checker.keep.runs import Task
from checker.keep.store import Store
from checker.model import PageOutcome
from tests.keep.samples import NOW


def killed(address: str, folder: Path, chance: random.Random) -> list[int]:
    """Run the scan, kill it at a random instant, and return the pages it said were finished, by run."""
    with Store.open(address) as store:
        run = store.begin(Task.of("scan", [], "cri 1"), NOW)
    command = [sys.executable, "-m", "tests.keep.killed", address, str(folder), str(run)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    finished = [int(process.stdout.readline()) for _ in range(chance.randrange(1, 30))]
    time.sleep(chance.random() * 0.05)
    process.send_signal(signal.SIGKILL)
    finished += [int(line) for line in process.communicate()[0].splitlines() if line.strip()]
    return [run, *finished]


def consistent(address: str, folder: Path, run: int, finished: list[int]) -> None:
    with Store.open(address) as store, Evidence.open(folder) as evidence:
        kept = {page.url: page.outcome for page in store.pages(run)}
        assert {f"https://a.example/{number}" for number in finished} <= kept.keys()
        assert len(kept) <= len(finished) + 1
        matched = {url for url, outcome in kept.items() if outcome == PageOutcome.MATCHED}
        cases = {case.url: case for case in store.cases() if case.run == run}
        assert cases.keys() == matched
        for url, case in cases.items():
            assert case.capture is not None
            assert evidence.load(case.capture).url == url
        assert list(evidence.verify()) == []
        with store.reading() as connection:
            if connection.dialect.name == "sqlite":
                assert connection.execute(text("PRAGMA integrity_check")).scalar() == "ok"


@pytest.mark.parametrize("seed", range(1))
def test_a_killed_scan_is_whole(address: str, tmp_path: Path, seed: int) -> None:
    run, *finished = killed(address, tmp_path / "evidence", random.Random(seed))
    consistent(address, tmp_path / "evidence", run, finished)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(60))
def test_a_scan_killed_often_is_whole(address: str, tmp_path: Path, seed: int) -> None:
    chance = random.Random(1000 + seed)
    for _ in range(3):
        run, *finished = killed(address, tmp_path / "evidence", chance)
        consistent(address, tmp_path / "evidence", run, finished)
