"""Runs: what is at work, what was interrupted, and where it goes on."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from checker.errors import StoreError
from checker.keep import tables
from checker.keep.runs import SILENCE, STALE, Task
from checker.keep.store import Store
from checker.model import PageOutcome
from tests.keep.samples import NOW, examined

TARGETS = ["https://a.example/"]
TASK = Task.of("scan", TARGETS, "cri 1")

DIES = """
import os, signal, sys
from datetime import UTC, datetime
from checker.keep.runs import Task
from checker.keep.store import Store
store = Store.open(sys.argv[1])
store.begin(Task.of("scan", ["https://a.example/"], "cri 1"), datetime.now(UTC))
os.kill(os.getpid(), signal.SIGKILL)
"""


def states(store: Store, now: datetime) -> list[str]:
    return [run.state for run in store.runs(now)]


def test_a_run_begins_and_ends(store: Store) -> None:
    run = store.begin(Task.of("scan", TARGETS, "cri 1"), NOW, planned=9)
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
    dead = store.last_run()
    assert states(store, now) == ["interrupted"]
    others = (
        Task.of("scan", TARGETS, "cri 2"),
        Task.of("scan", ["https://b.example/"], "cri 1"),
        replace(TASK, knowledge="more"),
    )
    for other in others:
        assert store.resume(other, now, join=True) != dead
    assert store.resume(TASK, now, join=False) != dead  # others have begun the same with other rules since


def test_a_dead_run_is_taken_up_and_a_running_one_joined(store: Store, address: str) -> None:
    subprocess.run([sys.executable, "-c", DIES, address], check=False)
    now, dead = datetime.now(UTC), store.last_run()
    assert store.resume(TASK, now, join=False) == dead
    assert states(store, now) == ["running"]
    assert store.resume(TASK, now, join=True) == dead
    assert store.resume(TASK, now, join=False) != dead


def test_a_run_that_was_interrupted_long_ago_is_not_taken_up(store: Store, address: str) -> None:
    subprocess.run([sys.executable, "-c", DIES, address], check=False)
    assert store.resume(TASK, datetime.now(UTC) + 2 * STALE, join=True) != 1


def test_scans_started_at_once_are_one_run(store: Store, address: str) -> None:
    now = datetime.now(UTC)
    with ThreadPoolExecutor(4) as pool:
        runs = set(pool.map(lambda _: store.resume(TASK, now, join=True), range(8)))
    assert len(runs) == 1


def test_how_far_an_archive_was_read_is_kept(store: Store, run: int) -> None:
    assert store.read_up_to(run, "a") == 0
    for read in (7, 9):
        store.note_read(run, "a", read)
    assert (store.read_up_to(run, "a"), store.read_up_to(run, "b")) == (9, 0)


def test_pages_of_a_run_that_never_was_are_refused(store: Store, run: int) -> None:
    with pytest.raises(StoreError, match="there is no run 99"):
        list(store.pages(99))


def test_a_page_judged_in_a_run_does_not_become_unchanged_in_it(store: Store, run: int) -> None:
    looks = (PageOutcome.TIMEOUT, PageOutcome.UNCHANGED, PageOutcome.CLEAN, PageOutcome.UNCHANGED)
    seen = []
    for outcome in looks:
        store.keep(run, examined(outcome=outcome), NOW)
        seen += [page.outcome for page in store.pages(run)]
    assert seen == [PageOutcome.TIMEOUT, PageOutcome.UNCHANGED, PageOutcome.CLEAN, PageOutcome.CLEAN]


def test_a_new_run_settles_the_dead_ones(store: Store, address: str) -> None:
    subprocess.run([sys.executable, "-c", DIES, address], check=False)
    store.begin(Task.of("scan", TARGETS, "cri 1"), datetime.now(UTC))
    with store.reading() as connection:
        written = connection.execute(tables.runs.select().order_by(tables.runs.c.id)).all()
    assert [row.state for row in written] == ["interrupted", "running"]


def test_a_silent_run_on_another_machine_is_taken_to_be_dead(store: Store, run: int) -> None:
    with store.writing() as connection:
        connection.execute(update(tables.runs).values(worker="elsewhere:1"))
    assert states(store, NOW + SILENCE / 2) == ["running"]
    assert states(store, NOW + SILENCE * 2) == ["interrupted"]
    store.keep(run, examined(), NOW + SILENCE / 2)  # by this process, which shares the run, and lives
    assert states(store, NOW + SILENCE * 2) == ["running"]


def test_a_living_process_may_be_silent_for_long(store: Store, run: int) -> None:
    assert states(store, NOW + timedelta(hours=20)) == ["running"]
    assert states(store, NOW + timedelta(days=2)) == ["interrupted"]
