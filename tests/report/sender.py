"""Processes that report and kill themselves: one waits for orders on stdin and forks a child for each.

An order is a JSON array: the database's address, folder, port, step to die at ("" for nowhere), at which call of it.
The answers are the child's number and, in the end, its exit code.
"""

import json
import os
import signal
import smtplib
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from checker.keep.store import Store
from checker.report import outbox, post
from checker.report.period import parse
from checker.settings import Mail, Reader, Settings
from tests.report.world import MONDAY, ZONE

READERS = ("ann@readers.example", "bo@readers.example", "cai@readers.example")


def settings(port: int, **mail: Any) -> Settings:
    """Settings with three readers and a server on a local port."""
    values = {"host": "127.0.0.1", "port": port, "security": "none", "sender": "rights@own.example", **mail}
    return Settings(timezone=ZONE, mail=Mail(**values), readers=tuple(Reader(to=to) for to in READERS))


def office_of(store: Store, folder: Path, port: int, **mail: Any) -> post.Office:
    """An office with that server."""
    return post.Office(store, settings(port, **mail), folder)


def killing(function: Callable[..., Any], nth: int, when: str) -> Callable[..., Any]:
    """The function, but its n-th call ends this process at once: before, after or halfway through its work."""
    calls = 0

    def call(*arguments: Any, **named: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == nth and when == "halfway":
            client, body = arguments
            client.send(body[: len(body) // 2])
        if calls == nth and when != "after":
            os.kill(os.getpid(), signal.SIGKILL)
        result = function(*arguments, **named)
        if calls == nth:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    return call


STEPS: dict[str, tuple[Any, str, str]] = {
    "before a letter is written": (outbox, "put", "before"),
    "after a letter is written": (outbox, "put", "after"),
    "before a connection": (outbox, "connected", "before"),
    "after the recipient": (smtplib.SMTP, "rcpt", "after"),
    "when the server waits for the text": (outbox, "opened", "after"),
    "before the text": (outbox, "transferred", "before"),
    "in the middle of the text": (outbox, "transferred", "halfway"),
    "after the server took it": (outbox, "transferred", "after"),
    "before it is noted": (outbox, "note", "before"),
    "after it is noted": (outbox, "note", "after"),
}
"""Where a process can die, in the order it gets there."""

UNSURE = ("before the text", "in the middle of the text", "after the server took it", "before it is noted")
"""Steps after which nobody but the server can know whether it took the mail."""

TWICE = UNSURE[-2:]
"""Those of them after which it did."""


def send(database: str, folder: str, port: int, step: str, nth: int) -> None:
    """Send the report of 2026-W47, and die at the step named."""
    if step:
        place, name, when = STEPS[step]
        setattr(place, name, killing(getattr(place, name), nth, when))
    with Store.open(database) as store:
        post.send_now(office_of(store, Path(folder), port), parse("2026-W47", ZONE), MONDAY)


def main() -> None:
    """Carry out orders until there are no more."""
    for line in sys.stdin:
        child = os.fork()
        if not child:
            send(*json.loads(line))
            os._exit(0)
        print(child, flush=True)
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


if __name__ == "__main__":
    main()
