"""What people decided on cases: kept in a history that only grows, undone by adding to it, never overwritten."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, select, update

from checker.errors import StoreError, UsageError
from checker.keep import tables
from checker.keep.lifecycle import CHECKER, MOVES, Move, State, next_visit
from checker.keep.record import storable


@dataclass(frozen=True)
class Decision:
    """What a person wants: `action` is a key of MOVES, `reason` one of the action's reasons or free words."""

    action: str
    who: str
    reason: str = ""
    comment: str = ""
    expires: datetime | None = None


@dataclass(frozen=True)
class Entry:
    """One line of a case's history; `undoes` is the number of the entry that it takes back."""

    id: int
    case: str
    at: datetime
    who: str
    action: str
    before: State
    after: State
    reason: str
    comment: str
    expires: datetime | None
    undoes: int | None


@dataclass(frozen=True)
class Bulk:
    """What a decision on many cases did: the cases decided, and how many of each state were left alone."""

    decided: tuple[str, ...]
    skipped: dict[State, int]


def decide(connection: Connection, case: str, decision: Decision, now: datetime) -> Entry:
    """Move a case as a person decided; UsageError where the move is not allowed from its state."""
    move = _checked(decision, now)
    before = _locked(connection, case).state
    if before not in move.start:
        allowed = ", ".join(sorted(move.start))
        raise UsageError(f"{case} is {before}; {decision.action} is for cases that are {allowed}")
    return _append(connection, case, State(before), move.end, decision, now)


def decide_all(connection: Connection, ids: Iterable[str], decision: Decision, now: datetime, *, dry_run: bool) -> Bulk:
    """Decide on many cases; those on which a person decided before, or that the move is not for, are left alone."""
    move = _checked(decision, now)
    decided, skipped = [], Counter[State]()
    for case in sorted(set(ids)):
        row = _locked(connection, case)
        if row.decided or row.state not in move.start:
            skipped[State(row.state)] += 1
            continue
        decided.append(case)
        if not dry_run:
            _append(connection, case, State(row.state), move.end, decision, now)
    return Bulk(tuple(decided), dict(sorted(skipped.items())))


def undo(connection: Connection, case: str, who: str, comment: str, now: datetime) -> Entry:
    """Take the last decision on a case back; UsageError where the last move was not a person's decision."""
    _person(who)
    row = _locked(connection, case)
    standing = _standing(connection, case)
    if not standing or standing[-1].who == CHECKER:
        raise UsageError(f"{case}: the last move was not a person's decision; there is nothing to undo")
    last, rest = standing[-1], standing[:-1]
    entry = {
        **_entry(case, now, State(row.state), last.before),
        "who": storable(who),
        "action": "undo",
        "reason": last.action,
        "comment": storable(comment),
        "undoes": last.id,
    }
    number = _insert(connection, entry)
    earlier = rest[-1] if rest else None
    _settle(connection, case, last.before, earlier, now)
    return Entry(id=number, **entry)


def run_out(connection: Connection, now: datetime) -> bool:
    """Return whether there are decisions that have run out."""
    columns = tables.cases.c
    return connection.execute(select(columns.id).where(columns.expires <= now).limit(1)).first() is not None


def expire(connection: Connection, now: datetime) -> tuple[str, ...]:
    """Bring cases whose decision has run out back to detected; return their ids."""
    columns = tables.cases.c
    due = connection.execute(
        select(columns.id, columns.state).where(columns.expires <= now).order_by(columns.id).with_for_update()
    ).all()
    for row in due:
        observed(connection, row.id, State(row.state), State.DETECTED, "expire", now)
    return tuple(row.id for row in due)


def observed(connection: Connection, case: str, before: State, after: State, action: str, now: datetime) -> None:
    """Move a case by itself, because of what was seen or because a decision ran out."""
    _append(connection, case, before, after, Decision(action, CHECKER), now)


def history(connection: Connection, case: str) -> tuple[Entry, ...]:
    """Return everything that happened to a case, the oldest first."""
    return tuple(_read(row) for row in connection.execute(_history(case)))


def _checked(decision: Decision, now: datetime) -> Move:
    move = MOVES.get(decision.action)
    if move is None:
        raise UsageError(f"unknown decision {decision.action!r}; expected one of {', '.join(MOVES)}")
    _person(decision.who)
    if move.reasons and decision.reason not in move.reasons:
        raise UsageError(f"{decision.action} needs a reason, one of {', '.join(sorted(move.reasons))}")
    if decision.expires is not None and decision.expires <= now:
        raise UsageError(f"the decision would be over already: expected an expiry after {now:%Y-%m-%d %H:%M}")
    return move


def _person(who: str) -> None:
    if not who.strip() or who.strip() == CHECKER:
        raise UsageError("a decision needs the name of the person who made it")


def _locked(connection: Connection, case: str) -> Row[str, bool]:
    columns = tables.cases.c
    query = select(columns.state, columns.decided).where(columns.id == case).with_for_update()
    row = connection.execute(query).one_or_none()
    if row is None:
        raise StoreError(f"no finding {case!r}")
    return row


def _append(connection: Connection, case: str, before: State, after: State, decision: Decision, now: datetime) -> Entry:
    values = {
        **_entry(case, now, before, after),
        "who": storable(decision.who),
        "action": decision.action,
        "reason": storable(decision.reason),
        "comment": storable(decision.comment),
        "expires": decision.expires,
    }
    entry = Entry(id=_insert(connection, values), **values)
    _settle(connection, case, after, entry, now)
    return entry


def _entry(case: str, now: datetime, before: State, after: State) -> dict[str, Any]:
    return {"case": case, "at": now, "before": before, "after": after, "expires": None, "undoes": None}


def _insert(connection: Connection, values: dict[str, Any]) -> int:
    return int(connection.execute(tables.history.insert().values(values).returning(tables.history.c.id)).scalar_one())


def _settle(connection: Connection, case: str, state: State, entry: Entry | None, now: datetime) -> None:
    """Put into the case's row what the last standing entry of its history says."""
    columns = tables.cases.c
    seen = connection.execute(select(columns.first_seen).where(columns.id == case)).scalar_one()
    since = seen if entry is None else entry.at
    values = {
        "state": state.value,
        "state_since": since,
        "decided": entry is not None and entry.who != CHECKER and state != State.DETECTED,
        "expires": None if entry is None else entry.expires,
        "due": next_visit(state, since, now),
    }
    connection.execute(update(tables.cases).where(columns.id == case).values(values))


def _standing(connection: Connection, case: str) -> list[Entry]:
    entries = history(connection, case)
    undone = {entry.undoes for entry in entries}
    return [entry for entry in entries if entry.undoes is None and entry.id not in undone]


def _history(case: str) -> Select[Any]:
    return select(tables.history).where(tables.history.c.case == case).order_by(tables.history.c.id)


def _read(row: Row[Any]) -> Entry:
    return Entry(**{**row._mapping, "before": State(row.before), "after": State(row.after)})  # noqa: SLF001 - documented
