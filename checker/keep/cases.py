"""Cases (an article on a page), read in many ways."""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, select

from checker.errors import EvidenceError, StoreError
from checker.keep import tables
from checker.keep.capture import Capture
from checker.keep.lifecycle import State
from checker.keep.record import LEVELS, Record, in_language, instant, page_key
from checker.model import Level, LicenceState, Outcome

SEARCH = 200
"""The most candidates looked at to say that a case's prefix is ambiguous."""


@dataclass(frozen=True)
class Case:
    """One article on one page, as it stands.

    `record` has every language, `level` is the worst of its findings, `present` says whether the last look found the
    article there, `due` when the page is visited again, `expires` when the decision on it runs out.
    """

    id: str
    article: str
    url: str
    site: str
    organisation: str
    outcome: Outcome
    state: State
    level: Level | None
    record: Record
    first_seen: datetime
    last_seen: datetime
    state_since: datetime
    present: bool
    due: datetime | None
    expires: datetime | None
    run: int
    capture: Capture | None

    def listed(self, language: str) -> Record:
        """Return the JSON object of `checker findings --json`: the scan's, with id, state and when it was seen."""
        return {
            **in_language(self.record, language),
            "id": self.id,
            "state": self.state.value,
            "first_seen": instant(self.first_seen),
            "last_seen": instant(self.last_seen),
        }


@dataclass(frozen=True)
class Wanted:
    """Which cases to read; None or () means any. `level` is the least bad level wanted."""

    states: tuple[State, ...] = ()
    outcomes: tuple[Outcome, ...] = ()
    level: Level | None = None
    article: str | None = None
    site: str | None = None
    url: str | None = None
    rule: str | None = None
    licences: tuple[LicenceState, ...] = ()
    run: int | None = None
    since: datetime | None = None
    limit: int | None = None


def cases(connection: Connection, wanted: Wanted) -> Iterator[Case]:
    """Return the wanted cases, in the order of page address and article."""
    columns = tables.cases.c
    query = _narrowed(_query(), wanted).order_by(columns.url, columns.article)
    if wanted.limit is not None:
        query = query.limit(wanted.limit)
    for row in connection.execution_options(yield_per=500).execute(query):
        yield _case(row)


def case(connection: Connection, prefix: str) -> Case:
    """Return the case whose id starts with `prefix`; StoreError where there is none, or more than one."""
    columns = tables.cases.c
    wanted = prefix.strip().lower()
    query = _query().where(columns.id.startswith(wanted, autoescape=True)).order_by(columns.id).limit(SEARCH)
    found = [_case(row) for row in connection.execute(query)] if wanted else []
    exact = [each for each in found if each.id == wanted]
    if len(found) == 1 or exact:
        return (exact or found)[0]
    if not found:
        raise StoreError(f"no finding has an id that starts with {prefix!r}; list them with: checker findings")
    some = ", ".join(each.id for each in found[:5])
    raise StoreError(f"{len(found)} findings have an id that starts with {prefix!r}: {some}; give more of it")


def captures(connection: Connection, *, every: bool = False) -> Iterator[Capture]:
    """Return the captures that a case rests on, the oldest first; with `every`, also those of earlier looks."""
    where = tables.captures.c
    query = select(tables.captures).order_by(where.captured, where.id)
    if not every:
        query = query.where(where.id.in_(select(tables.cases.c.capture).where(tables.cases.c.capture.is_not(None))))
    for row in connection.execution_options(yield_per=500).execute(query):
        yield Capture(row.file, row.offset, row.length, row.sha256, row.url, row.captured)


def page_text(connection: Connection, identity: str) -> str:
    """Return the visible text of a case's page, into which its passages point; EvidenceError where it is damaged."""
    columns = tables.cases.c
    packed = connection.execute(select(columns.page_text).where(columns.id == identity)).scalar_one()
    try:
        return zlib.decompress(packed).decode("utf-8", "surrogatepass")
    except (zlib.error, UnicodeDecodeError) as error:
        raise EvidenceError(f"finding {identity}: the text of its page is damaged in the database") from error


def _query() -> Select[Any]:
    columns = [column for column in tables.cases.c if column.name != "page_text"]
    where = tables.captures.c
    return select(
        *columns,
        where.file.label("capture_file"),
        where.offset.label("capture_offset"),
        where.length.label("capture_length"),
        where.sha256.label("capture_sha256"),
        where.url.label("capture_url"),
        where.captured.label("capture_captured"),
    ).select_from(tables.cases.outerjoin(tables.captures, tables.cases.c.capture == where.id))


def _narrowed(query: Select[Any], wanted: Wanted) -> Select[Any]:
    columns = tables.cases.c
    if wanted.states:
        query = query.where(columns.state.in_([state.value for state in wanted.states]))
    if wanted.outcomes:
        query = query.where(columns.outcome.in_([outcome.value for outcome in wanted.outcomes]))
    if wanted.licences:
        query = query.where(columns.licence.in_([state.value for state in wanted.licences]))
    if wanted.level is not None:
        query = query.where(columns.level.in_([level.value for level in LEVELS[: LEVELS.index(wanted.level) + 1]]))
    if wanted.rule is not None:
        findings = tables.findings.c
        broken = select(findings.case).where(findings.rule == wanted.rule, findings.present.is_(True))
        query = query.where(columns.id.in_(broken))
    exact = (
        (columns.article, wanted.article),
        (columns.site, wanted.site),
        (columns.page, None if wanted.url is None else page_key(wanted.url)),
        (columns.run, wanted.run),
    )
    for column, value in exact:
        if value is not None:
            query = query.where(column == value)
    return query if wanted.since is None else query.where(columns.last_seen >= wanted.since)


def _case(row: Row[Any]) -> Case:
    capture = None
    if row.capture_file is not None:
        capture = Capture(
            row.capture_file,
            row.capture_offset,
            row.capture_length,
            row.capture_sha256,
            row.capture_url,
            row.capture_captured,
        )
    return Case(
        id=row.id,
        article=row.article,
        url=row.url,
        site=row.site,
        organisation=row.organisation,
        outcome=Outcome(row.outcome),
        state=State(row.state),
        level=None if row.level is None else Level(row.level),
        record=row.record,
        first_seen=row.first_seen,
        last_seen=row.last_seen,
        state_since=row.state_since,
        present=row.present,
        due=row.due,
        expires=row.expires,
        run=row.run,
        capture=capture,
    )
