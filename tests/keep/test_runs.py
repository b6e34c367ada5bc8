"""Runs: what is at work, what was interrupted, and where it goes on."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from checker.errors import StoreError
from checker.keep import tables
from checker.keep.runs import SILENCE
from checker.keep.store import Store
from checker.model import PageOutcome
from tests.keep.samples import NOW, examined

TARGETS = ["https://a.example/"]

DIES = """
import os, signal, sys
from datetime import UTC, datetime
from checker.keep.store import Store
store = Store.open(sys.argv[1])
store.begin("scan", ["https://a.example/"], "cri 1", datetime.now(UTC))
os.kill(os.getpid(), signal.SIGKILL)
"""


def states(store: Store, now: datetime) -> list[str]:
    return [run.state for run in store.runs(now)]


def test_a_run_begins_and_ends(store: Store) -> None:
    run = store.begin("scan", TARGETS, "cri 1", NOW, planned=9)
    assert store.last_run() == run
    assert states(store, NOW) == ["running"]
    store.end(run, "complete", NOW)
    (only,) = store.runs(NOW)
    assert (only.state, only.ended, only.planned, only.targets) == ("complete", NOW, 9, tuple(TARGETS))


def test_there_may_be_no_run_yet(store: Store) -> None:
    with pytest.raises(StoreError, match="no run is recorded yet"):
        store.last_run()


def test_a_run_whose_process_died_is_interrupted_and_can_be_taken_up(store: Store, address: str) -> None:
    subprocess.run([sys.executable, "-c", DIES, address], check=False)
    now = datetime.now(UTC)
    assert states(store, now) == ["interrupted"]
    assert store.resume("scan", TARGETS, "cri 2", now) is None
    assert store.resume("scan", ["https://b.example/"], "cri 1", now) is None
    assert store.resume("scan", TARGETS, "cri 1", now) == store.last_run()
    assert states(store, now) == ["running"]
    assert store.resume("scan", TARGETS, "cri 1", now) is None


def test_a_page_judged_in_a_run_does_not_become_unchanged_in_it(store: Store, run: int) -> None:
    looks = (PageOutcome.TIMEOUT, PageOutcome.UNCHANGED, PageOutcome.CLEAN, PageOutcome.UNCHANGED)
    seen = []
    for outcome in looks:
        store.keep(run, examined(outcome=outcome), NOW)
        seen += [page.outcome for page in store.pages(run)]
    assert seen == [PageOutcome.TIMEOUT, PageOutcome.UNCHANGED, PageOutcome.CLEAN, PageOutcome.CLEAN]


def test_a_new_run_settles_the_dead_ones(store: Store, address: str) -> None:
    subprocess.run([sys.executable, "-c", DIES, address], check=False)
    store.begin("scan", TARGETS, "cri 1", datetime.now(UTC))
    with store.reading() as connection:
        written = connection.execute(tables.runs.select().order_by(tables.runs.c.id)).all()
    assert [row.state for row in written] == ["interrupted", "running"]


def test_a_silent_run_on_another_machine_is_taken_to_be_dead(store: Store, run: int) -> None:
    with store.writing() as connection:
        connection.execute(update(tables.runs).values(worker="elsewhere:1"))
    assert states(store, NOW + SILENCE / 2) == ["running"]
    store.keep(run, examined(), NOW + SILENCE / 2)
    assert states(store, NOW + SILENCE) == ["running"]
    assert states(store, NOW + SILENCE * 2) == ["interrupted"]


def test_a_living_process_may_be_silent_for_long(store: Store, run: int) -> None:
    assert states(store, NOW + timedelta(hours=20)) == ["running"]
    assert states(store, NOW + timedelta(days=2)) == ["interrupted"]
