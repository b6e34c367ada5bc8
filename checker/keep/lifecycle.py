"""The life of a case as data: its states, who may move it where, and when it is looked at again."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

CHECKER = "checker"
"""Who makes the moves that no person made."""


class State(StrEnum):
    """Where a case stands in its life."""

    DETECTED = "detected"
    TRIAGED = "triaged"
    CONFIRMED = "confirmed"
    REJECTED = "rejected"
    LICENSED = "licensed"
    EXCEPTION = "exception"
    WATCH = "watch"
    NOTIFIED = "notified"
    CORRECTED = "corrected"
    REMOVED = "removed"
    REGRESSED = "regressed"
    CLOSED = "closed"


class Found(StrEnum):
    """What a visit found; `unknown` where the page could not be judged, which never counts as corrected."""

    UNCHANGED = "unchanged"
    CHANGED = "changed"
    CORRECTED = "corrected"
    REMOVED = "removed"
    REGRESSED = "regressed"
    UNKNOWN = "unknown"


REJECTIONS = frozenset(
    {
        "not_ours",
        "same_third_source",
        "licensed",
        "quotation_fair",
        "mere_facts",
        "extraction_error",
        "wrong_article",
        "earlier_publication",
        "own_channel",
        "duplicate",
        "test",
    }
)
"""Why a finding is none."""

RESOLUTIONS = frozenset(
    {"goodwill", "partner_agreement_pending", "not_worth", "cannot_identify", "strategic", "court_pending"}
)
"""Why a true finding is let be."""

UNDECIDED = frozenset({State.DETECTED, State.REGRESSED})
WAITING = UNDECIDED | {State.TRIAGED, State.WATCH}
OPEN = WAITING | {State.CONFIRMED, State.NOTIFIED}
SETTLED = frozenset({State.CORRECTED, State.REMOVED})
PUT_AWAY = frozenset({State.REJECTED, State.LICENSED, State.EXCEPTION, State.CLOSED})
"""A person decided that nothing is to be done, or no more."""


@dataclass(frozen=True)
class Move:
    """A decision of a person: from which states to which, and the reasons it must choose from (none: free words)."""

    start: frozenset[State]
    end: State
    reasons: frozenset[str] = frozenset()


MOVES: Mapping[str, Move] = {
    "triage": Move(UNDECIDED | {State.WATCH}, State.TRIAGED),
    "confirm": Move(WAITING, State.CONFIRMED),
    "reject": Move(OPEN, State.REJECTED, REJECTIONS),
    "license": Move(OPEN, State.LICENSED),
    "except": Move(OPEN, State.EXCEPTION, RESOLUTIONS),
    "watch": Move(OPEN - {State.WATCH}, State.WATCH),
    "notify": Move(frozenset({State.CONFIRMED}), State.NOTIFIED),
    "correct": Move(OPEN, State.CORRECTED),
    "remove": Move(OPEN, State.REMOVED),
    "close": Move(SETTLED | {State.CONFIRMED, State.NOTIFIED}, State.CLOSED),
    "reopen": Move(frozenset(State) - UNDECIDED, State.DETECTED),
}

SEEN: Mapping[Found, Move] = {
    Found.CORRECTED: Move(OPEN, State.CORRECTED),
    Found.REMOVED: Move(OPEN, State.REMOVED),
    Found.REGRESSED: Move(SETTLED | {State.CLOSED}, State.REGRESSED),
}
"""What a look at the page moves by itself. Rejected, licensed and excepted cases stay so, whatever is seen."""

VISITED = OPEN | SETTLED | {State.CLOSED}
"""The states whose pages are visited again."""

SCHEDULE = tuple(timedelta(days=days) for days in (1, 3, 7, 30, 90))
"""When a case is visited, counted from its last change of state; an open one every 90 days from then on."""


def next_visit(state: State, since: datetime, now: datetime) -> datetime | None:
    """Return when a case that was looked at now is due again, None where that is never."""
    if state not in VISITED:
        return None
    coming = next((since + step for step in SCHEDULE if since + step > now), None)
    return coming if coming is not None or state not in OPEN else now + SCHEDULE[-1]
