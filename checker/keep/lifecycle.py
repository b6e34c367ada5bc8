"""The states of a case and the moves between them."""

from enum import StrEnum


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
