"""The office: figures are gathered, put into letters, corrected, delivered, written to files."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime
from email.message import EmailMessage
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, func, select

from checker.errors import SettingsError, UsageError
from checker.files import put
from checker.keep.store import Store
from checker.keep.tables import outbox, runs
from checker.report import outbox as box
from checker.report.counts import Scope, coverage
from checker.report.due import Due, due, periods
from checker.report.figures import Figures, LicenceNote
from checker.report.gather import gather
from checker.report.mail import Attachment, address, compose, message_id_of, send
from checker.report.outbox import Delivery, Letter
from checker.report.period import Period
from checker.report.weekly import page, render
from checker.report.wording import wording
from checker.report.workbook import ROWS, Workbook, report_workbook
from checker.settings import Reader, Settings

BOOK = "findings.xlsx"
"""The workbook beside a written report."""

KEPT_RIGHT = 4
"""Periods already reported whose numbers are looked at again; a change in them makes a correction."""

Licences = Callable[[date], tuple[LicenceNote, ...]]
"""The judge station's notes on licences, as of a day."""


@dataclass(frozen=True)
class Office:
    """What is needed to report: the store, the settings, the folder of reports, and the licences' notes."""

    store: Store
    settings: Settings
    folder: Path
    licences: Licences = lambda _: ()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that sees one state of the database, so that numbers add up while a scan goes on."""
        with self.store.reading() as connection:
            if connection.dialect.name == "postgresql":
                connection.execution_options(isolation_level="REPEATABLE READ")
            yield connection

    def figures(self, connection: Connection, period: Period, now: datetime, channel: str = "") -> Figures:
        """The figures of a period as they are now."""
        return gather(connection, period, made=now, channel=channel, licences=self.licences(period.last))


def book_for(connection: Connection, figures: Figures, reader: Reader) -> Workbook:
    """The workbook of a reader."""
    return report_workbook(Scope(connection, reader.channel), figures, reader.language, reader.view)


def compose_for(
    office: Office, figures: Figures, book: Workbook, reader: Reader, edition: int, now: datetime, test: str = ""
) -> EmailMessage:
    """The mail of an edition for a reader, ready to go; `test` names the attempt of one that is only a test."""
    words, mail = wording(reader.language), office.settings.mail
    name = f"{figures.period.label}.xlsx"
    lines = []
    if len(book.content) <= mail.attachment_bytes:
        attachment = Attachment(name, book.content)
        lines.append(words.say("footer.attachment", name=name))
    else:
        attachment = None
        limit = f"{mail.attachment_bytes / 1_000_000:g} MB"
        lines.append(words.say("footer.too_large", limit=limit, place=f"data/reports/{figures.period.label}/{name}"))
        written(office.folder / figures.period.label / name, book.content)
    if book.cut:
        lines.append(words.say("footer.rows_cut", shown=ROWS, n=book.cut))
    rendered = render(figures, reader.language, reader.view, edition=edition, links=mail.link, attached=" ".join(lines))
    if test:
        rendered = replace(rendered, subject=f"{words.say('report.test')} {rendered.subject}")
    key = message_id_of(test or figures.period.label, reader_key(reader), edition, mail)
    return compose(rendered, reader.to, mail, message_id=key, date=now, attachment=attachment)


def reader_key(reader: Reader) -> str:
    """What a reader is known by in the outbox: the bare address, and the channel where it is one of several."""
    return f"{address(reader.to).addr_spec.lower()} {reader.channel}".strip()


def keys(readers: Iterable[Reader]) -> frozenset[str]:
    """What readers are known by in the outbox."""
    return frozenset(map(reader_key, readers))


def queue(office: Office, period: Period, readers: Iterable[Reader], now: datetime) -> int:
    """Write down the mails of a period that its readers do not have yet, corrections included; return how many."""
    known: dict[str, Figures] = {}
    return sum(queue_one(office, period, reader, now, known) for reader in readers)


def queue_one(office: Office, period: Period, reader: Reader, now: datetime, known: dict[str, Figures]) -> bool:
    """Write down the report of a period for a reader, or its correction, or nothing where nothing changed.

    `known` holds the figures of the channels gathered so far.
    """
    with office.reading() as connection:
        last = box.latest(connection, reader_key(reader), period.label)
        if last is not None and last.state != "sent":
            return False
        if reader.channel not in known:
            known[reader.channel] = office.figures(connection, period, now, reader.channel)
        figures = known[reader.channel]
        if last is not None:
            figures = replace(figures, changed=changes(last.figures or {}, figures))
            if not figures.changed:
                return False
        edition = 0 if last is None else last.edition + 1
        book = book_for(connection, figures, reader)
    mail = compose_for(office, figures, book, reader, edition, now)
    key, body = str(mail["Message-ID"]), mail.as_bytes()
    letter = Letter(reader_key(reader), period.label, edition, key, body, figures.headline)
    with office.store.writing() as connection:
        return box.put(connection, letter, now)


def changes(sent: Mapping[str, Any], figures: Figures) -> tuple[tuple[str, float | None, float | None], ...]:
    """The numbers that are no longer as they were sent, times to the hour."""
    now = figures.headline
    return tuple(
        (name, sent[name], now[name]) for name in now if name in sent and rounded(sent[name]) != rounded(now[name])
    )


def rounded(value: float | None) -> int | None:
    """A number as far as a reader sees it."""
    return None if value is None else round(value)


def run_due(office: Office, now: datetime) -> tuple[tuple[Due, ...], tuple[Delivery, ...]]:
    """Write down and send what is due; return the periods looked at, and what became of each mail tried."""
    readers, timezone = office.settings.readers, office.settings.timezone
    if not readers:
        raise SettingsError("no [[readers]] in checker.toml; nobody would get a report")
    looked = tuple(look(office, period, some, now) for period, some in periods(now, timezone, readers))
    for each in looked:
        if not each.waits:
            queue(office, each.period, each.readers, now)
        correct(office, each, now)
    return looked, box.deliver(office.store, office.settings.mail, office.folder, now, keys(readers))


def look(office: Office, period: Period, readers: tuple[Reader, ...], now: datetime) -> Due:
    """Whether a period's report is due."""
    with office.reading() as connection:
        cover = coverage(Scope(connection), period)
        before = select(func.count()).select_from(runs).where(runs.c.kind == "scan", runs.c.started < period.end)
        scanned = connection.execute(before).scalar_one() > 0
    return due(now, period, readers, cover, scanned=scanned)


def correct(office: Office, each: Due, now: datetime) -> None:
    """Write down corrections of the last periods that were sent."""
    labels = select(outbox.c.period).distinct().where(outbox.c.state == "sent")
    with office.reading() as connection:
        sent = {row.period for row in connection.execute(labels)}
    for step in range(1, KEPT_RIGHT):
        earlier = each.period.preceding(step)
        if earlier.label in sent:
            gathered: dict[str, Figures] = {}
            for reader in filter(partial(has, office, earlier.label), each.readers):
                queue_one(office, earlier, reader, now, gathered)


def has(office: Office, label: str, reader: Reader) -> bool:
    """Whether a reader was sent a period's report."""
    with office.reading() as connection:
        return box.latest(connection, reader_key(reader), label) is not None


def readers_of(office: Office, period: Period, now: datetime) -> tuple[Reader, ...]:
    """Who gets the report of a period now; SettingsError where nobody does.

    UsageError for a period that is not over: its numbers would have to be corrected when it is.
    """
    if now < period.end:
        raise UsageError(f"{period.label} is not over yet; look at it with `report preview`, or send a test")
    frequency = "weekly" if period.weekly else "daily"
    some = tuple(each for each in office.settings.readers if each.frequency == frequency)
    if not some:
        raise SettingsError(f"no [[readers]] get a {frequency} report; add one to checker.toml")
    return some


def send_now(office: Office, period: Period, now: datetime) -> tuple[Delivery, ...]:
    """Send a period's report to its readers now: those who have it get nothing, or a correction where it changed."""
    queue(office, period, readers_of(office, period, now), now)
    known = keys(office.settings.readers)
    return box.deliver(office.store, office.settings.mail, office.folder, now, known, again=period.label)


def send_test(office: Office, period: Period, reader: Reader, now: datetime) -> None:
    """Send a report to one address at once, as a test: nothing is written down, no other reader gets anything."""
    with office.reading() as connection:
        figures = office.figures(connection, period, now, reader.channel)
        book = book_for(connection, figures, reader)
    mail = compose_for(office, figures, book, reader, 0, now, test=f"test.{now:%Y%m%dT%H%M%S%f}")
    send(mail, office.settings.mail)


@dataclass(frozen=True)
class Written:
    """The files of a report."""

    report: Path
    mail: Path
    workbook: Path
    figures: Figures


def write(office: Office, period: Period, now: datetime, reader: Reader) -> Written:
    """Write `report.html`, `mail.eml` and `findings.xlsx` of a period into the folder of reports."""
    folder = office.folder / period.label
    with office.reading() as connection:
        figures = office.figures(connection, period, now, reader.channel)
        book = book_for(connection, figures, reader)
    mail = compose_for(office, figures, book, reader, 0, now)
    html = page(figures, reader.language, reader.view, links=office.settings.mail.link, book=BOOK)
    return Written(
        written(folder / "report.html", html.encode()),
        written(folder / "mail.eml", mail.as_bytes()),
        written(folder / BOOK, book.content),
        figures,
    )


def written(path: Path, content: bytes) -> Path:
    """Write a file whole or not at all; UsageError where it cannot be."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        put(path, content)
    except OSError as error:
        raise UsageError(f"{path}: the report cannot be written: {error.strerror or error}") from error
    return path
