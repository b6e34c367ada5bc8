"""The outbox: every mail is written down before it goes out, so that each reader gets each edition once.

A row is `pending` until it is tried, `sending` from then on, `unsure` from the moment before its text goes over until
the server's answer is noted, then `sent`; what the server refuses for good is `failed`, what it refuses for now is
`pending` again with a later `due`. One process sends at a time, so a row that is `sending` when it begins was left by
one that was killed, and the server has no text of it. A row that is `unsure` was cut off while its text went over:
nobody can know whether the server took it, and the one who sends has to send again (RFC 5321, 6.1: rather twice than
never). It goes again byte for byte, with the same Message-ID, by which mail stores know a duplicate, and the row says
so for good.
"""

import fcntl
import smtplib
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, and_, func, or_, select, update
from sqlalchemy.sql.elements import ColumnElement

from checker.errors import MailError
from checker.keep.database import insert
from checker.keep.store import Store
from checker.keep.tables import outbox
from checker.report.mail import connected, opened, reply, transferred
from checker.settings import Mail

PAUSE = timedelta(minutes=5)
"""How long until the second attempt; doubled for each further one, as greylisting expects (RFC 5321, 4.5.4.1)."""

TOO_LARGE = 552
"""The answer to a mail that is larger than the server takes (RFC 1870); any other answer to the sender may change."""

ATTEMPTS = 12
"""Attempts before a mail counts as failed: about a week."""

LONGEST = timedelta(hours=24)

DOUBLINGS = 10
"""Times that a pause is doubled before it is the longest in any case."""

TWICE = "was cut off before the server's answer; sent again with the same Message-ID, the reader may see it twice"
"""What the row of such a mail says."""

GONE = "is in no [[readers]] of checker.toml any more"

LOCK = 0x6F7574626F78
"""PostgreSQL advisory lock ("outbox")."""


@dataclass(frozen=True)
class Letter:
    """One mail for one reader: `figures` are the numbers it says, which a correction is compared with."""

    reader: str
    period: str
    edition: int
    message_id: str
    body: bytes
    figures: Mapping[str, float | None]


@dataclass(frozen=True)
class Delivery:
    """What became of a mail: state sent, pending, unsure or failed, and what the server said if it was not taken."""

    reader: str
    period: str
    edition: int
    state: str
    attempts: int
    at: datetime
    error: str = ""


def put(connection: Connection, letter: Letter, now: datetime) -> bool:
    """Write a mail down; False where this reader has this edition already."""
    statement = insert(connection, outbox).values(
        reader=letter.reader, period=letter.period, edition=letter.edition, message_id=letter.message_id,
        state="pending", body=letter.body, attempts=0, created=now, due=now, error="", figures=dict(letter.figures),
    )  # fmt: skip
    return connection.execute(statement.on_conflict_do_nothing()).rowcount == 1


def latest(connection: Connection, reader: str, period: str) -> Any | None:
    """The row of the last edition that a reader has of a period, None where there is none."""
    mine = (outbox.c.reader == reader, outbox.c.period == period)
    return connection.execute(select(outbox).where(*mine).order_by(outbox.c.edition.desc()).limit(1)).one_or_none()


def deliver(
    store: Store, settings: Mail, folder: Path, now: datetime, readers: Collection[str], *, again: str = ""
) -> tuple[Delivery, ...]:
    """Send every mail that is due, each in its own transaction, and say what became of each.

    Of the period `again` also what had failed is tried, without waiting for the next attempt's time. Who is not among
    the `readers` any more gets nothing. MailError where the server cannot be used at all, or where another process is
    sending; nothing is lost then.
    """
    with alone(store, folder):
        with store.reading() as connection:
            waiting = connection.execute(select(outbox.c.id).where(to_send(now, again)).order_by(outbox.c.id))
            ids = [row.id for row in waiting]
        return tuple(attempt(store, settings, each, now, readers) for each in ids)


def to_send(now: datetime, again: str) -> ColumnElement[bool]:
    """The condition on rows to send."""
    due = and_(outbox.c.state.in_(("pending", "sending", "unsure")), outbox.c.due <= now)
    return or_(due, and_(outbox.c.period == again, outbox.c.state != "sent"))


def attempt(store: Store, settings: Mail, row_id: int, now: datetime, readers: Collection[str]) -> Delivery:
    """Hand one mail over and write down what the server said; MailError where there is no server to hand it to."""
    with store.writing() as connection:
        before = connection.execute(select(outbox).where(outbox.c.id == row_id)).one()
        if before.reader in readers:
            claim = {"state": "sending", "attempts": before.attempts + 1}
            if before.state == "unsure":
                claim["error"] = TWICE
            connection.execute(update(outbox).where(outbox.c.id == row_id).values(claim))
        row = connection.execute(select(outbox).where(outbox.c.id == row_id)).one()
    if row.reader not in readers:
        return note(store, row, now, "failed", GONE)
    try:
        state, error = hand_over(row.body, settings, partial(unsure, store, row))
    except MailError as trouble:
        note(store, row, now, "pending", str(trouble))
        raise
    if state != "sent" and row.attempts >= ATTEMPTS:
        state = "failed"
    return note(store, row, now, state, error)


def hand_over(body: bytes, settings: Mail, before_text: Callable[[], None]) -> tuple[str, str]:
    """Give a mail to the server; return the state it is in then, and the server's words where it was not taken.

    `before_text` is called once the server is ready for the text, before any of it goes over.
    """
    message = message_from_bytes(body, policy=policy.SMTP)
    sender, to = (message[name].addresses[0].addr_spec for name in ("From", "To"))
    so_far = "pending"
    with connected(settings) as client:
        try:
            opened(client, sender, to, len(body))
            before_text()
            so_far = "unsure"
            transferred(client, body)
        except smtplib.SMTPSenderRefused as error:
            return ("failed" if error.smtp_code == TOO_LARGE else "pending"), reply(error)
        except smtplib.SMTPResponseException as error:
            return ("failed" if error.smtp_code >= 500 else "pending"), reply(error)
        except (OSError, smtplib.SMTPException) as error:
            return so_far, reply(error)
        return "sent", ""


def unsure(store: Store, row: Any) -> None:
    """Write down that the text of a mail goes over now."""
    with store.writing() as connection:
        connection.execute(update(outbox).where(outbox.c.id == row.id).values(state="unsure"))


def note(store: Store, row: Any, now: datetime, state: str, error: str) -> Delivery:
    """Write down what became of an attempt; that it is not the first copy is not forgotten."""
    twice = TWICE if row.error.startswith(TWICE) else ""
    values: dict[str, Any] = {"state": state, "error": "; ".join(filter(None, (twice, error)))}
    if state == "sent":
        values["sent"] = now
    elif state != "failed":
        values["due"] = now + min(PAUSE * 2 ** min(row.attempts - 1, DOUBLINGS), LONGEST)
    with store.writing() as connection:
        connection.execute(update(outbox).where(outbox.c.id == row.id).values(values))
    return Delivery(row.reader, row.period, row.edition, state, row.attempts, now, values["error"])


@contextmanager
def alone(store: Store, folder: Path) -> Iterator[None]:
    """Hold the right to send, which the system takes back from a process that dies; MailError where another has it."""
    busy = MailError("another process is sending reports right now; nothing is lost, try again later")
    with store.reading() as connection:
        if connection.dialect.name == "postgresql":
            if not connection.execute(select(func.pg_try_advisory_lock(LOCK))).scalar_one():
                raise busy
            try:
                yield
            finally:
                connection.execute(select(func.pg_advisory_unlock(LOCK)))
            return
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "outbox.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise busy from error
        yield
        with suppress(OSError):
            fcntl.flock(file, fcntl.LOCK_UN)


def archive(connection: Connection, period: str | None = None) -> tuple[Delivery, ...]:
    """Every mail that was written down, the latest first; of one period if it is named."""
    query = select(outbox).order_by(outbox.c.created.desc(), outbox.c.id.desc())
    if period is not None:
        query = query.where(outbox.c.period == period)
    return tuple(
        Delivery(row.reader, row.period, row.edition, row.state, row.attempts, row.sent or row.created, row.error)
        for row in connection.execute(query)
    )


def as_sent(connection: Connection, period: str, reader: str | None = None) -> bytes:
    """The last edition of a period exactly as it went out (to one reader, or to the first); MailError for none.

    What waits, or was refused, was not sent.
    """
    went = (outbox.c.period == period, outbox.c.state.in_(("sent", "unsure")))
    query = select(outbox.c.body).where(*went).order_by(outbox.c.edition.desc(), outbox.c.id)
    if reader is not None:
        query = query.where(outbox.c.reader == reader.strip().lower())
    body = connection.execute(query.limit(1)).scalar_one_or_none()
    if body is None:
        whom = f" to {reader}" if reader else ""
        raise MailError(f"no report of {period} was sent{whom}; see: checker report list")
    return bytes(body)
