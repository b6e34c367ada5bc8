"""What judging anew would change: findings that appear, disappear, or get another level."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from checker.keep.record import Record, case_id


class Effect(StrEnum):
    """What becomes of a finding."""

    APPEARS = "appears"
    DISAPPEARS = "disappears"
    CHANGES = "changes"


@dataclass(frozen=True, order=True)
class Change:
    """One finding that would not stay as it is; levels are "" where there is no finding.

    A case whose outcome changes though its findings stay has one change with the rule "" and its outcomes as levels.
    """

    url: str
    article: str
    rule: str
    effect: Effect
    before: str
    after: str
    case: str


def changes(before: Iterable[Record], after: Iterable[Record]) -> tuple[Change, ...]:
    """Compare the records of some cases with their records judged anew, in the order of address, article and rule."""
    old, new = _by_case(before), _by_case(after)
    found: list[Change] = []
    for case in old.keys() | new.keys():
        was, now = old.get(case), new.get(case)
        some = now or was or {}
        place = (some["url"], some["article"]["id"])
        levels = [
            (rule, _levels(was).get(rule, ""), _levels(now).get(rule, "")) for rule in _levels(was) | _levels(now)
        ]
        differing = [(rule, old_level, new_level) for rule, old_level, new_level in levels if old_level != new_level]
        if not differing and _outcome(was) != _outcome(now):
            differing = [("", _outcome(was), _outcome(now))]
        found += [Change(*place, rule, _effect(one, two), one, two, case) for rule, one, two in differing]
    return tuple(sorted(found))


def _by_case(records: Iterable[Record]) -> dict[str, Record]:
    return {case_id(record["article"]["id"], record["url"]): record for record in records}


def _levels(record: Record | None) -> dict[str, str]:
    return {} if record is None else {finding["rule"]: finding["level"] for finding in record["findings"]}


def _outcome(record: Record | None) -> str:
    return "" if record is None else str(record["outcome"])


def _effect(before: str, after: str) -> Effect:
    if not before:
        return Effect.APPEARS
    return Effect.CHANGES if after else Effect.DISAPPEARS
