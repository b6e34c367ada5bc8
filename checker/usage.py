"""What licensees use: the reposts that a licence with a limit counts, from the cases that are kept."""

from collections.abc import Iterator
from datetime import date, datetime

from checker.judge.licence import Licences
from checker.judge.tally import Used
from checker.keep.cases import Case, Wanted
from checker.keep.record import Record
from checker.keep.store import Store
from checker.model import Examined, LicenceState
from checker.scan import Road

COUNTED = (LicenceState.VALID, LicenceState.OUT_OF_SCOPE)
"""Licence answers that use a quota up, or would."""


def reposts(store: Store, licences: Licences) -> tuple[Used, ...]:
    """Return every repost that a licence with a limit counts."""
    return tuple(filter(None, (used(case.record, case) for case in counted(store, licences))))


def counted(store: Store, licences: Licences) -> Iterator[Case]:
    """Yield the cases that count under a licence that limits how many articles may be used."""
    if licences.limited:
        found = store.cases(Wanted(licences=COUNTED))
        yield from (case for case in found if case.record["licence"]["id"] in licences.limited)


def used(found: Record, case: Case | None) -> Used | None:
    """Return a repost as its licence counts it; `case` is what is known of it, None where it is new.

    One that was seen once was seen when its page was captured, however late that was brought in.
    """
    licence = found["licence"]
    if licence["state"] not in COUNTED or not licence["on"]:
        return None
    seen = datetime.fromisoformat(found["captured"])
    if case is not None and case.last_seen > case.first_seen:
        seen = max(seen, case.last_seen)
    return Used(
        on=date.fromisoformat(licence["on"]),
        article=found["article"]["id"],
        url=found["url"],
        licence=licence["id"],
        seen=seen.date(),
        live=case is None or case.present,
        dated=licence.get("dated", True),
    )


def limits(road: Road, each: Examined) -> bool:
    """Whether a page stands under a licence that limits how many articles may be used."""
    return not road.policy.licences.limited.isdisjoint(verdict.licence.id for verdict in each.verdicts)
