"""Judging anew says beforehand what it would change."""

from dataclasses import replace

import pytest

from checker.keep.changes import Effect, changes
from checker.keep.record import case_id, record
from checker.model import Finding, Level, Outcome, Verdict
from tests.keep.samples import article, finding, verdict

URL = "https://a.example/1"
HERE = (URL, "a1")
CASE = case_id("a1", URL)
ERROR, NOTE = finding("ATT-02"), finding("ATT-02", Level.NOTE)
OTHER = finding("LIC-01", Level.WARNING)


def judged(*findings: Finding, outcome: Outcome = Outcome.VIOLATION) -> Verdict:
    return verdict(URL, findings=findings, outcome=outcome)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (judged(ERROR), judged(ERROR), []),
        (judged(ERROR), judged(replace(ERROR, quote="別的話")), []),
        (judged(ERROR), judged(NOTE), [("ATT-02", Effect.CHANGES, "error", "note")]),
        (judged(ERROR), judged(ERROR, OTHER), [("LIC-01", Effect.APPEARS, "", "warning")]),
        (
            judged(ERROR),
            judged(OTHER),
            [("ATT-02", Effect.DISAPPEARS, "error", ""), ("LIC-01", Effect.APPEARS, "", "warning")],
        ),
        (judged(), judged(outcome=Outcome.COMPLIANT), [("", Effect.CHANGES, "violation", "compliant")]),
    ],
)
def test_what_would_change(before: Verdict, after: Verdict, expected: list[tuple[str, Effect, str, str]]) -> None:
    found = changes([record(before)], [record(after)])
    assert [(each.rule, each.effect, each.before, each.after) for each in found] == expected
    assert {(each.url, each.article, each.case) for each in found} <= {(*HERE, CASE)}


def test_cases_that_come_and_go() -> None:
    gone, come = record(judged(ERROR)), record(verdict("https://b.example/1", article("a2")))
    assert [(each.url, each.effect) for each in changes([gone], [come])] == [
        (URL, Effect.DISAPPEARS),
        ("https://b.example/1", Effect.APPEARS),
    ]
