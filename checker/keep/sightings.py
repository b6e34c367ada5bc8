"""What a look at a page means for its cases: new, seen again, changed, corrected, gone, back.

A scan moves only what no person decided on. A visit of the re-check moves the rest as well, as the table `SEEN` of
`lifecycle` allows; both leave rejected, licensed and excepted cases where people put them.
"""

import hashlib
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, exists, select, update

from checker.keep import articles, curations, database, tables
from checker.keep.decisions import observed
from checker.keep.lifecycle import OPEN, SCHEDULE, SEEN, SETTLED, VISITED, Found, State, next_visit
from checker.keep.record import LEVELS, case_id, page_key, record, site, storable, worst
from checker.model import Examined, Finding, Outcome, PageOutcome, Verdict

BROKEN = (Outcome.VIOLATION, Outcome.REVIEW)
LOOKED_AT = (PageOutcome.MATCHED, PageOutcome.CLEAN)
GONE = (404, 410)


@dataclass(frozen=True)
class Visit:
    """One dated look at a case's page; every one is kept, also where nothing changed."""

    case: str
    run: int
    at: datetime
    outcome: PageOutcome
    found: Found
    sha256: str


@dataclass(frozen=True)
class Look:
    """One examined page: in which run, when, and which kept capture shows it; `visit` where the re-check looked."""

    run: int
    examined: Examined
    now: datetime
    capture: int | None
    visit: bool = False


def scan(connection: Connection, look: Look) -> tuple[str, ...]:
    """Write down what a scan saw on a page; return the ids of its cases."""
    seen = tuple(_sight(connection, look, verdict, verdict.document.url)[0] for verdict in look.examined.verdicts)
    columns = tables.cases.c
    here = columns.page == page_key(look.examined.page.url)
    if look.examined.outcome == PageOutcome.UNCHANGED:
        connection.execute(update(tables.cases).where(here, columns.present).values(run=look.run))
        later = columns.last_seen < look.examined.page.captured
        connection.execute(
            update(tables.cases).where(here, columns.present, later).values(last_seen=look.examined.page.captured)
        )
    elif look.examined.outcome in LOOKED_AT:
        # A case seen in this very run stays: the run may hold several captures of one page, in any order.
        gone = _stand().where(here, columns.present, columns.run != look.run, columns.id.not_in(seen), _looked_for())
        for row in connection.execute(gone.where(columns.captured <= look.examined.page.captured)).all():
            _miss(connection, look, row)
    return seen


def visit(connection: Connection, look: Look, url: str) -> tuple[Visit, ...]:
    """Write down what a visit saw at an address: a row for each of its cases that are still of interest."""
    columns = tables.cases.c
    rows = connection.execute(
        _stand().where(columns.page == page_key(url), columns.state.in_(tuple(VISITED))).order_by(columns.id)
    ).all()
    verdicts = {verdict.match.article.id: verdict for verdict in look.examined.verdicts}
    seen = tuple(_visit(connection, look, row, verdicts.pop(row.article, None)) for row in rows)
    for verdict in verdicts.values():
        _sight(connection, look, verdict, url)
    return seen


def visits(connection: Connection, case: str) -> tuple[Visit, ...]:
    """Return every visit to a case's page, the oldest first."""
    columns = tables.visits.c
    rows = connection.execute(select(tables.visits).where(columns.case == case).order_by(columns.id))
    return tuple(
        Visit(row.case, row.run, row.at, PageOutcome(row.outcome), Found(row.found), row.sha256) for row in rows
    )


def due(connection: Connection, now: datetime) -> tuple[str, ...]:
    """Return the addresses whose cases are due for a visit, the longest waiting first."""
    columns = tables.cases.c
    query = select(columns.url, columns.page).where(columns.due <= now).order_by(columns.due, columns.url)
    addresses: dict[str, str] = {}
    for row in connection.execute(query):
        addresses.setdefault(row.page, row.url)
    return tuple(addresses.values())


def _visit(connection: Connection, look: Look, row: Row[Any], verdict: Verdict | None) -> Visit:
    page, outcome = look.examined.page, look.examined.outcome
    if verdict is not None:
        found = _sight(connection, look, verdict, row.url)[1]
    elif (outcome in LOOKED_AT and row.looked_for) or (outcome == PageOutcome.HTTP_ERROR and page.status in GONE):
        found = _miss(connection, look, row)
    else:
        found = Found.UNCHANGED if outcome == PageOutcome.UNCHANGED else Found.UNKNOWN
    digest = hashlib.sha256(page.body).hexdigest() if page.body else ""
    seen = Visit(row.id, look.run, look.now, outcome, found, digest)
    _plan(connection, seen)
    connection.execute(tables.visits.insert().values(vars(seen)))
    return seen


def _plan(connection: Connection, seen: Visit) -> None:
    columns = tables.cases.c
    row = connection.execute(select(columns.state, columns.state_since).where(columns.id == seen.case)).one()
    after = next_visit(State(row.state), row.state_since, seen.at)
    values: dict[str, Any] = {"due": after}
    if seen.found == Found.UNKNOWN:
        before = visits(connection, seen.case)
        if not before or before[-1].found != Found.UNKNOWN:  # one more try tomorrow, then as planned
            values = {"due": min(filter(None, (after, seen.at + SCHEDULE[0])))}
    elif seen.outcome == PageOutcome.UNCHANGED:
        values["last_seen"] = seen.at
    connection.execute(update(tables.cases).where(columns.id == seen.case).values(values))


def _sight(connection: Connection, look: Look, verdict: Verdict, url: str) -> tuple[str, Found]:
    """Write a verdict into the case of its article at an address. An older capture changes nothing that is known."""
    articles.remember(connection, verdict.match.article, look.now)
    fresh = _row(connection, look, verdict, url)
    columns = tables.cases.c
    statement = database.insert(connection, tables.cases).values({**fresh, **_born(look, verdict)})
    if connection.execute(statement.on_conflict_do_nothing()).rowcount > 0:
        _keep_findings(connection, fresh["id"], verdict.findings, look.now)
        return fresh["id"], Found.CHANGED
    row = connection.execute(_stand().where(columns.id == fresh["id"])).one()
    if row.captured > verdict.captured:
        connection.execute(update(tables.cases).where(columns.id == row.id).values(run=look.run))
        return row.id, Found.UNCHANGED
    found = _found(row, fresh)
    changes = {name: value for name, value in fresh.items() if (name, value) != ("capture", None)}
    changes["last_seen"] = max(row.last_seen, verdict.captured)
    if row.due is None and verdict.outcome in BROKEN:
        changes["due"] = next_visit(State(row.state), row.state_since, look.now)
    connection.execute(update(tables.cases).where(columns.id == row.id).values(changes))
    _keep_findings(connection, row.id, verdict.findings, look.now)
    _move(connection, look, row, found)
    return row.id, found


def _found(row: Row[Any], fresh: dict[str, Any]) -> Found:
    was, now = row.outcome in BROKEN, fresh["outcome"] in BROKEN
    state = State(row.state)
    if now and (state in SETTLED or (state == State.CLOSED and not (was and row.present))):
        return Found.REGRESSED
    same = row.grade == fresh["grade"] and zlib.decompress(row.page_text) == zlib.decompress(fresh["page_text"])
    # Without a change on the page a better outcome is ours (a new licence, a new pack), and no correction of theirs.
    if was and fresh["outcome"] == Outcome.COMPLIANT and not same and state in OPEN:
        return Found.CORRECTED
    return Found.UNCHANGED if same and row.outcome == fresh["outcome"] and row.present else Found.CHANGED


def _miss(connection: Connection, look: Look, row: Row[Any]) -> Found:
    """Write down that an article is not on its page: no longer, or, in the same capture judged anew, never was."""
    columns = tables.findings.c
    connection.execute(update(tables.findings).where(columns.case == row.id).values(present=False))
    changes: dict[str, Any] = {"present": False}
    same = row.captured == look.examined.page.captured
    if same:
        full = connection.execute(select(tables.cases.c.record).where(tables.cases.c.id == row.id)).scalar_one()
        log = [*full["log"], "judged anew, the page does not repeat the article"]
        changes |= {"outcome": Outcome.NOT_APPLICABLE.value, "level": None, "run": look.run}
        changes["record"] = {**full, "outcome": Outcome.NOT_APPLICABLE.value, "findings": [], "log": log}
    connection.execute(update(tables.cases).where(tables.cases.c.id == row.id).values(changes))
    if not same and State(row.state) in OPEN:
        _move(connection, look, row, Found.REMOVED)
        return Found.REMOVED
    return Found.CHANGED if row.present else Found.UNCHANGED


def _move(connection: Connection, look: Look, row: Row[Any], found: Found) -> None:
    move = SEEN.get(found)
    if move is None or State(row.state) not in move.start:
        return
    if look.visit or not row.decided:
        observed(connection, row.id, State(row.state), move.end, found.value, look.now)
    elif row.due is None or row.due > look.now:  # a person decided: let the re-check look at once
        connection.execute(update(tables.cases).where(tables.cases.c.id == row.id).values(due=look.now))


def _looked_for() -> ColumnElement[bool]:
    """Whether a case's article is registered, so that a look at its page would have found it."""
    columns = tables.articles.c
    return exists().where(columns.id == tables.cases.c.article, columns.unregistered.is_(None))


def _stand() -> Select[Any]:
    columns = tables.cases.c
    return select(
        columns.id,
        columns.article,
        columns.url,
        columns.state,
        columns.state_since,
        columns.decided,
        columns.due,
        columns.present,
        columns.outcome,
        columns.grade,
        columns.captured,
        columns.last_seen,
        columns.page_text,
        _looked_for().label("looked_for"),
    ).with_for_update(of=tables.cases)


def _row(connection: Connection, look: Look, verdict: Verdict, url: str) -> dict[str, Any]:
    document, host = verdict.document, site(url)
    return {
        "id": case_id(verdict.match.article.id, url),
        "article": verdict.match.article.id,
        "page": page_key(url),
        "url": storable(url),
        "site": host,
        "organisation": curations.organisation(connection, document.operator.icp, host),
        "outcome": verdict.outcome.value,
        "kind": verdict.match.kind.value,
        "grade": verdict.credit.grade.value,
        "licence": verdict.licence.state.value,
        "level": worst(verdict.findings),
        "coverage": verdict.match.coverage,
        "record": {**record(verdict), "url": storable(url)},
        "page_text": zlib.compress(document.text.encode("utf-8", "surrogatepass")),
        "last_seen": look.now,
        "present": True,
        "captured": verdict.captured,
        "published": None if document.published is None else document.published.when,
        "run": look.run,
        "capture": look.capture,
    }


def _born(look: Look, verdict: Verdict) -> dict[str, Any]:
    """What only a new case gets from a look at its page; afterwards it is for people and the life cycle to change."""
    return {
        "first_seen": look.now,
        "state": State.DETECTED.value,
        "state_since": look.now,
        "decided": False,
        "expires": None,
        "due": look.now + SCHEDULE[0] if verdict.outcome in BROKEN else None,
    }


def _keep_findings(connection: Connection, case: str, findings: Iterable[Finding], now: datetime) -> None:
    rows: dict[str, dict[str, Any]] = {}
    for finding in sorted(findings, key=lambda each: LEVELS.index(each.level), reverse=True):
        rows[finding.rule] = {
            "case": case,
            "rule": finding.rule,
            "level": finding.level.value,
            "kind": finding.kind.value,
            "pack": finding.pack,
            "first_seen": now,
            "last_seen": now,
            "present": True,
        }
    database.upsert(connection, tables.findings, rows.values(), keep=("first_seen",))
    columns = tables.findings.c
    connection.execute(
        update(tables.findings).where(columns.case == case, columns.rule.not_in(tuple(rows))).values(present=False)
    )
