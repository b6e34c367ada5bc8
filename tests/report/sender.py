"""Processes that report and kill themselves: one waits for orders on stdin and forks a child for each.

An order is a JSON array of database, folder, port, step to die at ("" for nowhere) and at which call of it; the answers
are the child's number and, in the end, its exit code.
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


def killing(function: Callable[..., Any], nth: int, *, after: bool) -> Callable[..., Any]:
    """The function, but its n-th call ends this process at once, before or after it did its work."""
    calls = 0

    def call(*arguments: Any, **named: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == nth and not after:
            os.kill(os.getpid(), signal.SIGKILL)
        result = function(*arguments, **named)
        if calls == nth:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    return call


STEPS: dict[str, tuple[Any, str, bool]] = {
    "before a letter is written": (outbox, "put", False),
    "after a letter is written": (outbox, "put", True),
    "before the first connection": (outbox, "connected", False),
    "after the recipient": (smtplib.SMTP, "rcpt", True),
    "before the text": (smtplib.SMTP, "data", False),
    "after the server took it": (smtplib.SMTP, "data", True),
    "before it is noted": (outbox, "note", False),
    "after it is noted": (outbox, "note", True),
}


def send(database: str, folder: str, port: int, step: str, nth: int) -> None:
    """Send the report of 2026-W47, and die at the step named."""
    if step:
        place, name, after = STEPS[step]
        setattr(place, name, killing(getattr(place, name), nth, after=after))
    with Store.open(f"sqlite:///{database}") as store:
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
