"""Which processor cores a thread may run on.

The interpreter lets one thread run at a time. Threads that hand it to each other from core to core, hundreds of times a
second, spend up to a third of their time on that; on one core they do not, and leave the others to the processes that
read pages. Where a system knows no such thing (other than Linux), or forbids it, nothing happens.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_allowed: list[set[int]] = []
"""What threads might use before they were kept on one core, the last one first to be restored."""


@contextmanager
def one_core() -> Iterator[None]:
    """Keep this thread, and the threads it starts meanwhile, on the core where it runs."""
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    before = os.sched_getaffinity(0)
    _allowed.append(before)
    _use({_here()} & before or before)
    try:
        yield
    finally:
        _allowed.pop()
        _use(before)


@contextmanager
def all_cores() -> Iterator[None]:
    """Let this thread, and the processes it starts meanwhile, use every core again that it might use at first."""
    if not _allowed:
        yield
        return
    kept = os.sched_getaffinity(0)
    _use(_allowed[0])
    try:
        yield
    finally:
        _use(kept)


def _here() -> int:
    """Return the number of the core on which this thread ran last (proc(5): the 39th field of its stat)."""
    return int(Path("/proc/thread-self/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[36])


def _use(cores: set[int]) -> None:
    with suppress(OSError):  # a sandbox may forbid it: then it is slower, and no worse
        os.sched_setaffinity(0, cores)
