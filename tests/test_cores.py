"""The threads of a crawl share one core; the processes it starts have them all."""

import os
import threading
from collections.abc import Callable

import pytest

from checker.cores import all_cores, one_core
from checker.workers import Workers

pytestmark = pytest.mark.skipif(not hasattr(os, "sched_getaffinity"), reason="the system tells nothing of cores")


def allowed() -> Callable[[int], set[int]]:
    return os.sched_getaffinity


def test_a_thread_and_those_it_starts_stay_on_one_core() -> None:
    before = os.sched_getaffinity(0)
    seen: list[set[int]] = []
    with one_core():
        thread = threading.Thread(target=lambda: seen.append(os.sched_getaffinity(0)))
        thread.start()
        thread.join()
        assert seen == [os.sched_getaffinity(0)]
        assert len(seen[0]) == 1
        with all_cores():
            assert os.sched_getaffinity(0) == before
        assert os.sched_getaffinity(0) == seen[0]
    assert os.sched_getaffinity(0) == before


def test_what_was_allowed_is_allowed_again_after_an_error() -> None:
    before = os.sched_getaffinity(0)
    with pytest.raises(LookupError), one_core():
        raise LookupError
    with all_cores():
        assert os.sched_getaffinity(0) == before


def test_worker_processes_use_every_core() -> None:
    before = os.sched_getaffinity(0)
    with one_core():
        assert list(Workers(allowed, 1, 10.0).map([0])) == [(0, before)]
