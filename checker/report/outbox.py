"""The outbox: every mail is written down before it goes out, so that each reader gets each edition once.

A row is `pending` until it is tried, `sending` while it is handed over, then `sent`; what the server refuses for good
is `failed`, what it refuses for now is `pending` again with a later `due`. One process sends at a time. A row that is
`sending` when a process begins was left by one that was killed: it is sent again, byte for byte, with the same
Message-ID, which is what mail stores know a duplicate by. (Between a server's acceptance and our note of it no
protocol can tell; losing the mail would be worse.)
"""

import fcntl
import smtplib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, func, select, update

from checker.errors import MailError
from checker.keep.database import insert
from checker.keep.store import Store
from checker.keep.tables import outbox
from checker.report.mail import connected, reply
from checker.settings import Mail

PAUSE = timedelta(minutes=5)
"""How long until the second attempt; doubled for each further one, as greylisting expects (RFC 5321, 4.5.4.1)."""

ATTEMPTS = 12
"""Attempts before a mail counts as failed: about a week."""

LONGEST = timedelta(hours=24)

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
    """What became of a mail: state sent, pending or failed, and what the server said if it was not taken."""

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


def deliver(store: Store, settings: Mail, folder: Path, now: datetime, *, again: bool = False) -> tuple[Delivery, ...]:
    """Send every mail that is due, each in its own transaction, and say what became of each.

    `again` also tries what had failed, and does not wait for the next attempt's time. MailError where the server
    cannot be used at all, or where another process is sending; nothing is lost then.
    """
    with alone(store, folder):
        with store.reading() as connection:
            waiting = connection.execute(select(outbox.c.id).where(*to_send(now, again=again)).order_by(outbox.c.id))
            ids = [row.id for row in waiting]
        return tuple(attempt(store, settings, each, now) for each in ids)


def to_send(now: datetime, *, again: bool) -> tuple[Any, ...]:
    """The conditions on rows to send."""
    if again:
        return (outbox.c.state.in_(("pending", "sending", "failed")),)
    return (outbox.c.state.in_(("pending", "sending")), outbox.c.due <= now)


def attempt(store: Store, settings: Mail, row_id: int, now: datetime) -> Delivery:
    """Hand one mail over and write down what the server said; MailError where there is no server to hand it to."""
    with store.writing() as connection:
        claim = update(outbox).where(outbox.c.id == row_id)
        connection.execute(claim.values(state="sending", attempts=outbox.c.attempts + 1))
        row = connection.execute(select(outbox).where(outbox.c.id == row_id)).one()
    try:
        state, error = hand_over(row.body, settings)
    except MailError as trouble:
        note(store, row, now, "pending", str(trouble))
        raise
    if state == "pending" and row.attempts >= ATTEMPTS:
        state = "failed"
    return note(store, row, now, state, error)


def hand_over(body: bytes, settings: Mail) -> tuple[str, str]:
    """Give a mail to the server; return the state it is in then, and the server's words where it was not taken."""
    message = message_from_bytes(body, policy=policy.SMTP)
    sender, to = (message[name].addresses[0].addr_spec for name in ("From", "To"))
    with connected(settings) as client:
        try:
            client.sendmail(sender, [to], body)
        except smtplib.SMTPRecipientsRefused as error:
            codes = [code for code, _ in error.recipients.values()]
            return ("failed" if all(code >= 500 for code in codes) else "pending"), reply(error)
        except smtplib.SMTPSenderRefused as error:
            return "pending", reply(error)
        except smtplib.SMTPDataError as error:
            return ("failed" if error.smtp_code >= 500 else "pending"), reply(error)
        except (OSError, smtplib.SMTPException) as error:
            return "pending", reply(error)
        return "sent", ""


def note(store: Store, row: Any, now: datetime, state: str, error: str) -> Delivery:
    """Write down what became of an attempt."""
    values: dict[str, Any] = {"state": state, "error": error}
    if state == "sent":
        values["sent"] = now
    elif state == "pending":
        values["due"] = now + min(PAUSE * 2 ** (row.attempts - 1), LONGEST)
    with store.writing() as connection:
        connection.execute(update(outbox).where(outbox.c.id == row.id).values(values))
    return Delivery(row.reader, row.period, row.edition, state, row.attempts, now, error)


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
    """The last edition of a period exactly as it went out (to one reader, or to the first); MailError for none."""
    query = select(outbox.c.body).where(outbox.c.period == period).order_by(outbox.c.edition.desc(), outbox.c.id)
    if reader is not None:
        query = query.where(outbox.c.reader == reader)
    body = connection.execute(query.limit(1)).scalar_one_or_none()
    if body is None:
        whom = f" to {reader}" if reader else ""
        raise MailError(f"no report of {period} was sent{whom}; see: checker report list")
    return bytes(body)
