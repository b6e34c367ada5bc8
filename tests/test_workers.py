"""Workers: order, deadline, crashes, memory, laziness, a clean end."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import psutil
import pytest

from checker.errors import WorkersError
from checker.workers import AHEAD, Lost, Workers


def plain() -> Callable[[int], int]:
    return abs


def by_word() -> Callable[[str], str]:
    return obey


def obey(word: str) -> str:
    """Do what the item says, as a hostile page would."""
    if word == "hang":
        while True:
            pass
    if word == "die":
        os.kill(os.getpid(), signal.SIGKILL)
    if word == "eat":
        return "x" * 2_000_000_000
    if word == "raise":
        raise ValueError("no such page")
    if word == "unpicklable":
        return lambda: word  # type: ignore[return-value]
    return word.upper()


def once(marker: Path) -> Callable[[str], str]:
    """A work function whose first item kills its worker from outside, as the kernel does when memory is short."""

    def work(word: str) -> str:
        if not marker.exists():
            marker.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return word

    return work


def broken() -> Callable[[int], int]:
    raise LookupError("no index here")


def stillborn() -> Callable[[int], int]:
    os._exit(7)


def test_a_thousand_items_come_back_in_order() -> None:
    items = list(range(-1000, 0))
    assert list(Workers(plain, 2, 30).map(items)) == [(item, -item) for item in items]


@pytest.mark.parametrize(
    ("word", "reason", "detail"),
    [
        ("hang", "parse_timeout", "no answer within 3 s"),
        ("die", "crashed", "signal 9"),
        ("eat", "crashed", "out of memory"),
        ("raise", "crashed", "ValueError: no such page"),
        ("unpicklable", "crashed", ""),
    ],
)
def test_bad_work_costs_only_its_own_item(word: str, reason: str, detail: str) -> None:
    words = ["a", "b", word, "c", word, "d"]
    answers = list(Workers(by_word, 2, 3, memory=500_000_000).map(words))
    assert [item for item, _ in answers] == words
    assert [answer for _, answer in answers if isinstance(answer, str)] == ["A", "B", "C", "D"]
    lost = [answer for _, answer in answers if isinstance(answer, Lost)]
    assert [one.reason for one in lost] == [reason, reason]
    assert all(detail in one.detail for one in lost)


def test_an_item_whose_worker_was_killed_by_others_is_tried_again(tmp_path: Path) -> None:
    answers = list(Workers(partial(once, tmp_path / "killed"), 2, 30).map(["a", "b", "c"]))
    assert answers == [("a", "a"), ("b", "b"), ("c", "c")]
    assert (tmp_path / "killed").exists()


def nap() -> Callable[[int], int]:
    return doze


def doze(item: int) -> int:
    time.sleep(0.05)
    return item


def test_workers_killed_from_outside_cost_nothing() -> None:
    answers = Workers(nap, 2, 30).map(range(40))
    found = [next(answers)]
    for worker in children():
        os.kill(worker.pid, signal.SIGKILL)
    found += answers
    assert found == [(item, item) for item in range(40)]


def children() -> list[psutil.Process]:
    return [child for child in psutil.Process().children() if "spawn_main" in " ".join(child.cmdline())]


def test_items_are_taken_only_a_few_ahead() -> None:
    taken: list[int] = []

    def source() -> Iterator[int]:
        for item in range(10_000):
            taken.append(item)
            yield item

    answers = Workers(plain, 2, 30).map(source())
    assert next(answers) == (0, 0)
    assert len(taken) <= AHEAD * 2 + 1
    answers.close()  # type: ignore[attr-defined]


def test_the_processes_end_with_the_iterator() -> None:
    answers = Workers(plain, 2, 30).map(range(100))
    next(answers)
    workers = children()
    assert workers
    answers.close()  # type: ignore[attr-defined]
    assert not any(child.is_running() for child in workers)


def test_no_items_no_processes() -> None:
    assert list(Workers(plain, 2, 30).map([])) == []


def test_what_start_raises_is_raised() -> None:
    with pytest.raises(LookupError, match="no index here"):
        list(Workers(broken, 2, 30).map([1]))


def test_workers_that_die_before_they_work_stop_the_run() -> None:
    with pytest.raises(WorkersError, match="code 7"):
        list(Workers(stillborn, 2, 30).map([1]))


def test_an_error_of_the_source_is_raised() -> None:
    def source() -> Iterator[int]:
        yield 1
        raise OSError("disk is gone")

    with pytest.raises(OSError, match="disk is gone"):
        list(Workers(plain, 1, 30).map(source()))


INTERRUPTED = """
from tests.test_workers import by_word
from checker.workers import Workers
if __name__ == "__main__":
    for item, answer in Workers(by_word, 2, 60).map(["a", "hang", "hang"]):
        print(answer, flush=True)
"""


def test_ctrl_c_ends_parent_and_workers_without_noise(tmp_path: Path) -> None:
    script = tmp_path / "interrupted.py"
    script.write_text(INTERRUPTED, encoding="utf-8")
    root = Path(__file__).parents[1]
    run = subprocess.Popen(
        [sys.executable, script],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        env={**os.environ, "PYTHONPATH": str(root)},
    )
    assert run.stdout is not None
    assert run.stdout.readline() == "A\n"
    workers = psutil.Process(run.pid).children(recursive=True)
    time.sleep(0.2)
    os.killpg(run.pid, signal.SIGINT)
    _, errors = run.communicate(timeout=20)
    assert errors.count("Traceback") == 1
    assert errors.rstrip().endswith("KeyboardInterrupt")
    psutil.wait_procs(workers, timeout=5)
    assert not any(worker.is_running() for worker in workers)


def test_what_is_known_needs_no_worker_and_keeps_its_place() -> None:
    workers = Workers(by_word, 2, 5.0, known=lambda word: word if word.isdigit() else None)
    assert list(workers.map(["1", "a", "2", "3", "hang?", "4"])) == [
        ("1", "1"), ("a", "A"), ("2", "2"), ("3", "3"), ("hang?", "HANG?"), ("4", "4"),
    ]  # fmt: skip


def test_known_answers_are_handed_on_before_the_next_item_is_taken() -> None:
    taken: list[int] = []

    def source() -> Iterator[int]:
        for item in range(100):
            taken.append(item)
            yield item

    answers = Workers(plain, 1, 5.0, known=lambda item: item).map(source())
    assert next(answers) == (0, 0)
    assert taken == [0]
