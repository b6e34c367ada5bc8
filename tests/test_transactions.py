"""Ctrl-C comes at the end of what must not be broken off, and loses neither the work nor itself."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import text

from checker.keep.store import Store
from checker.transactions import undisturbed, writing


@contextmanager
def answered(handler: Any) -> Iterator[None]:
    before = signal.signal(signal.SIGINT, handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def test_ctrl_c_waits_for_the_outermost_end() -> None:
    done: list[str] = []
    with answered(signal.default_int_handler), pytest.raises(KeyboardInterrupt):  # noqa: PT012 - each step tells
        with undisturbed():
            with undisturbed():
                signal.raise_signal(signal.SIGINT)
                done.append("inner")
            done.append("outer")
        done.append("never")
    assert done == ["inner", "outer"]


def test_an_error_inside_does_not_swallow_it() -> None:
    with answered(signal.default_int_handler), pytest.raises(KeyboardInterrupt), undisturbed():  # noqa: PT012
        signal.raise_signal(signal.SIGINT)
        raise LookupError


def test_one_that_is_ignored_stays_ignored() -> None:
    with answered(signal.SIG_IGN), undisturbed():
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN


def test_other_threads_are_left_alone() -> None:
    before = signal.getsignal(signal.SIGINT)
    seen: list[Any] = []

    def work() -> None:
        with undisturbed():
            seen.append(signal.getsignal(signal.SIGINT))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert seen == [before]


def disturbed(store: Store) -> None:
    with writing(store.engine) as connection:
        signal.raise_signal(signal.SIGINT)
        connection.execute(text("CREATE TABLE disturbed (number INTEGER)"))


def test_what_was_being_written_is_kept_and_the_next_one_may_write(address: str) -> None:
    with Store.open(address) as store:
        with answered(signal.default_int_handler), pytest.raises(KeyboardInterrupt):
            disturbed(store)
        with writing(store.engine) as connection:
            assert connection.execute(text("SELECT count(*) FROM disturbed")).scalar_one() == 0
            connection.execute(text("DROP TABLE disturbed"))
