"""Runs and the pages they looked at: what was covered, and what was not."""

import os
import socket
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Self

from sqlalchemy import Connection, Row, func, select, update

from checker.errors import StoreError
from checker.keep import database, tables
from checker.keep.capture import Capture
from checker.keep.record import page_key, site, storable
from checker.model import JUDGED, Examined, PageOutcome

SILENCE = timedelta(minutes=10)
"""A running run of another machine without a sign of life for so long is taken to be dead."""

REUSED = timedelta(days=1)
"""The same for a run of this machine whose process is there: by then it may be another process of that number."""

RESUMING = 0x636865636B6573
"""PostgreSQL advisory lock ("checkes"): of two scans started at once, the second joins the first."""

STALE = timedelta(days=1)
"""A run that was interrupted longer ago is not taken up: what it saw is old, and all is looked at anew."""

RUNNING, COMPLETE, INTERRUPTED = "running", "complete", "interrupted"


@dataclass(frozen=True)
class Run:
    """One scan, re-check or re-judging; `state` is running, complete or interrupted."""

    id: int
    kind: str
    targets: tuple[str, ...]
    started: datetime
    ended: datetime | None
    state: str
    pack: str
    planned: int | None
    worker: str
    beat: datetime
    knowledge: str

    def alive(self, now: datetime) -> bool:
        """Whether the run may still be at work: its process lives, or it gave a sign of life lately."""
        if self.state != RUNNING:
            return False
        host, _, process = self.worker.rpartition(":")
        if host != socket.gethostname() or os.name != "posix":
            return now - self.beat < SILENCE
        return _lives(int(process)) and now - self.beat < REUSED


@dataclass(frozen=True)
class PageRow:
    """One page of a run with its single outcome."""

    url: str
    site: str
    outcome: PageOutcome
    status: int
    charset: str
    bytes: int
    captured: datetime
    reason: str


@dataclass(frozen=True)
class Task:
    """What a run is to do, and by which knowledge: only a run of the same task can be taken up."""

    kind: str
    targets: tuple[str, ...]
    pack: str
    knowledge: str = ""

    @classmethod
    def of(cls, kind: str, targets: Sequence[str], pack: str, knowledge: str = "") -> Self:
        """Return a task whose targets can be stored."""
        return cls(kind, tuple(storable(target) for target in targets), pack, knowledge)


def begin(connection: Connection, task: Task, now: datetime, planned: int | None = None) -> int:
    """Open a run and return its number; running ones whose process is dead are marked interrupted."""
    for run in runs(connection):
        if run.state == RUNNING and not run.alive(now):
            end(connection, run.id, INTERRUPTED, run.beat)
    values = {
        **vars(task),
        "targets": list(task.targets),
        "started": now,
        "state": RUNNING,
        "planned": planned,
        "worker": _worker(),
        "beat": now,
    }
    statement = tables.runs.insert().values(values).returning(tables.runs.c.id)
    return int(connection.execute(statement).scalar_one())


def resume(connection: Connection, task: Task, now: datetime, *, join: bool = False) -> int | None:
    """Take up the latest run of a task where it was interrupted, or `join` it where it is at work; None for neither."""
    database.alone(connection, RESUMING)
    wanted = (task.kind, task.targets)
    latest = next((run for run in runs(connection) if (run.kind, run.targets) == wanted), None)
    if latest is None or (latest.pack, latest.knowledge) != (task.pack, task.knowledge):
        return None
    state = judged_now(latest, now).state
    if state == COMPLETE or now - latest.beat > STALE or (state == RUNNING and not join):
        return None
    again = {"state": RUNNING, "ended": None, "worker": _worker(), "beat": now}
    connection.execute(update(tables.runs).where(tables.runs.c.id == latest.id).values(again))
    return latest.id


def end(connection: Connection, run: int, state: str, now: datetime) -> None:
    """Close a run as complete or interrupted."""
    connection.execute(update(tables.runs).where(tables.runs.c.id == run).values(state=state, ended=now))


def runs(connection: Connection) -> tuple[Run, ...]:
    """Return every run, the latest first, with the state that was written down."""
    rows = connection.execute(select(tables.runs).order_by(tables.runs.c.id.desc()))
    return tuple(_run(row) for row in rows)


def judged_now(run: Run, now: datetime) -> Run:
    """Return the run with the state it has now: one that says running but is dead is interrupted."""
    return replace(run, state=INTERRUPTED, ended=run.beat) if run.state == RUNNING and not run.alive(now) else run


def known(connection: Connection, run: int) -> Run:
    """Return a run; StoreError where there is none of that number."""
    row = connection.execute(select(tables.runs).where(tables.runs.c.id == run)).one_or_none()
    if row is None:
        raise StoreError(f"there is no run {run}; see: checker runs")
    return _run(row)


def last(connection: Connection) -> int:
    """Return the number of the latest run; StoreError where there is none."""
    latest = connection.execute(select(func.max(tables.runs.c.id))).scalar()
    if latest is None:
        raise StoreError("no run is recorded yet; scan something first")
    return int(latest)


def keep_page(connection: Connection, run: int, examined: Examined, now: datetime, capture: int | None) -> None:
    """Write down what became of a page in this run; looking at it again overwrites the row.

    That a page did not change since this very run judged it says nothing new: the run was killed between judging it
    and crossing it off, or an archive repeats it.
    """
    page = examined.page
    key = page_key(page.url)
    connection.execute(update(tables.runs).where(tables.runs.c.id == run).values(beat=now, worker=_worker()))
    if examined.outcome == PageOutcome.UNCHANGED and _judged(connection, run, key):
        return
    row = {
        "run": run,
        "page": key,
        "url": storable(page.url),
        "site": site(page.url),
        "outcome": examined.outcome.value,
        "status": page.status,
        "charset": storable(examined.charset),
        "bytes": len(page.body),
        "captured": page.captured,
        "reason": storable(examined.reason or page.reason),
        "capture": capture,
    }
    database.upsert(connection, tables.pages, [row])


def keep_capture(connection: Connection, capture: Capture) -> int:
    """Write down where a page is kept and return the row's number."""
    row: dict[str, Any] = {
        "page": page_key(capture.url),
        "url": storable(capture.url),
        "captured": capture.captured,
        "sha256": capture.sha256,
        "file": capture.file,
        "offset": capture.offset,
        "length": capture.length,
    }
    columns = tables.captures.c
    statement = database.insert(connection, tables.captures).values(row)
    statement = statement.on_conflict_do_update(
        index_elements=[columns.page, columns.captured, columns.sha256],
        set_={name: row[name] for name in ("file", "offset", "length")},
    )
    return int(connection.execute(statement.returning(columns.id)).scalar_one())


def note_read(connection: Connection, run: int, archive: str, read: int) -> None:
    """Note that a run has kept every page of an archive's records that begin before a byte."""
    database.upsert(connection, tables.archives, [{"run": run, "archive": archive, "read": read}])


def read_up_to(connection: Connection, run: int, archive: str) -> int:
    """Return up to which byte a run has read an archive."""
    columns = tables.archives.c
    query = select(columns.read).where(columns.run == run, columns.archive == archive)
    return int(connection.execute(query).scalar() or 0)


def pages(connection: Connection, run: int) -> Iterator[PageRow]:
    """Return the pages of a run, in the order of their addresses; StoreError where there is no such run."""
    known(connection, run)
    columns = tables.pages.c
    query = select(tables.pages).where(columns.run == run).order_by(columns.url, columns.page)
    for row in connection.execution_options(yield_per=1000).execute(query):
        yield PageRow(
            url=row.url,
            site=row.site,
            outcome=PageOutcome(row.outcome),
            status=row.status,
            charset=row.charset,
            bytes=row.bytes,
            captured=row.captured,
            reason=row.reason,
        )


def coverage(connection: Connection, run: int) -> dict[PageOutcome, int]:
    """Return how many pages of a run ended in each outcome; outcomes that did not occur are left out."""
    columns = tables.pages.c
    rows = connection.execute(
        select(columns.outcome, func.count())
        .where(columns.run == run)
        .group_by(columns.outcome)
        .order_by(columns.outcome)
    )
    return {PageOutcome(outcome): count for outcome, count in rows}


def coverage_by_site(connection: Connection, run: int) -> dict[str, dict[PageOutcome, int]]:
    """Return, for each site of a run, how many pages ended in each outcome; StoreError where there is no such run."""
    known(connection, run)
    columns = tables.pages.c
    rows = connection.execute(
        select(columns.site, columns.outcome, func.count())
        .where(columns.run == run)
        .group_by(columns.site, columns.outcome)
        .order_by(columns.site, columns.outcome)
    )
    counts: dict[str, dict[PageOutcome, int]] = {}
    for host, outcome, count in rows:
        counts.setdefault(host, {})[PageOutcome(outcome)] = count
    return counts


def _judged(connection: Connection, run: int, key: str) -> bool:
    columns = tables.pages.c
    outcome = connection.execute(select(columns.outcome).where(columns.run == run, columns.page == key)).scalar()
    return outcome in JUDGED


def _run(row: Row[Any]) -> Run:
    return Run(**{**row._mapping, "targets": tuple(row.targets)})  # noqa: SLF001 - the documented name of a row's mapping


def _worker() -> str:
    return f"{socket.gethostname()}:{os.getpid()}"


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
