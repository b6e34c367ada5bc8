"""Transactions that write. Ctrl-C waits for their end: broken off as it begins, one would keep the turn to write."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """One transaction that is kept whole or not at all."""
    with undisturbed(), engine.execution_options(writes=True).begin() as connection:
        yield connection


@contextmanager
def undisturbed() -> Iterator[None]:
    """Let Ctrl-C come when this is done, and not between any two steps of it."""
    before = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or not callable(before):
        yield  # Python tells of signals in the main thread alone; and one that is ignored stays so
        return
    came: list[int] = []

    def note(number: int, _frame: Any) -> None:
        came.append(number)

    signal.signal(signal.SIGINT, note)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
        if came:
            signal.raise_signal(signal.SIGINT)
