"""The store keeps each thing once, whatever comes again."""

from dataclasses import replace
from datetime import timedelta

import pytest

from checker.errors import StoreError
from checker.keep.articles import Registered
from checker.keep.cases import Wanted
from checker.keep.lifecycle import State
from checker.keep.store import Store
from checker.model import Level, Outcome, PageOutcome
from tests.keep.samples import NOW, article, examined, finding, verdict

LATER = NOW + timedelta(days=1)


def test_registering_again_changes_nothing(store: Store) -> None:
    first = [article("a1"), article("a2"), article("a1")]
    assert store.register(first, NOW) == Registered(2, 0, 1)
    assert store.register([article("a1"), article("a2", "改過的文字，比原來長了一點。")], LATER) == Registered(0, 1, 1)
    assert [each.id for each in store.articles()] == ["a1", "a2"]
    assert store.article("a1") == article("a1")


def test_an_unregistered_article_is_gone_until_it_comes_again(store: Store) -> None:
    store.register([article("a1")], NOW)
    store.unregister("a1", LATER)
    assert list(store.articles()) == []
    with pytest.raises(StoreError, match="'a1'"):
        store.unregister("a1", LATER)
    assert store.register([article("a1")], LATER) == Registered(1, 0, 0)


def test_the_same_verdict_again_updates_its_case(store: Store, run: int) -> None:
    (first,) = store.keep(run, examined(verdict()), NOW)
    (again,) = store.keep(run, examined(verdict(captured=LATER)), LATER)
    assert first == again
    (case,) = store.cases()
    assert (case.state, case.outcome, case.level) == (State.DETECTED, Outcome.VIOLATION, Level.ERROR)
    assert (case.first_seen, case.last_seen) == (NOW, LATER)
    assert store.page_text(case.id) == verdict().document.text


def test_judging_a_capture_anew_is_no_new_sight_of_the_page(store: Store, run: int) -> None:
    store.keep(run, examined(verdict()), NOW)
    store.keep(run, examined(verdict(outcome=Outcome.REVIEW)), LATER)
    (case,) = store.cases()
    assert (case.outcome, case.last_seen) == (Outcome.REVIEW, NOW)


def test_an_older_capture_does_not_overwrite_a_newer_one(store: Store, run: int) -> None:
    newer = verdict(captured=LATER, outcome=Outcome.COMPLIANT, findings=())
    store.keep(run, examined(newer), LATER)
    store.keep(run, examined(verdict()), LATER)
    (case,) = store.cases()
    assert case.outcome == Outcome.COMPLIANT


def test_cases_are_found_by_what_is_wanted(store: Store, run: int) -> None:
    warned = verdict(
        "https://b.example/2", article("a2"), outcome=Outcome.REVIEW, findings=(finding("INT-01", Level.WARNING),)
    )
    (error,) = store.keep(run, examined(verdict()), NOW)
    (warning,) = store.keep(run, examined(warned), NOW)
    for wanted, ids in (
        (Wanted(), [error, warning]),
        (Wanted(level=Level.ERROR), [error]),
        (Wanted(level=Level.NOTE), [error, warning]),
        (Wanted(outcomes=(Outcome.REVIEW,)), [warning]),
        (Wanted(states=(State.CONFIRMED,)), []),
        (Wanted(article="a2"), [warning]),
        (Wanted(site="a.example"), [error]),
        (Wanted(rule="INT-01"), [warning]),
        (Wanted(since=LATER), []),
        (Wanted(limit=1), [error]),
        (Wanted(run=run), [error, warning]),
    ):
        assert [case.id for case in store.cases(wanted)] == ids, wanted


def test_a_case_is_found_by_the_start_of_its_id(store: Store, run: int) -> None:
    (identity,) = store.keep(run, examined(verdict()), NOW)
    assert store.case(identity[:6]).id == identity
    with pytest.raises(StoreError, match="no finding has an id that starts with 'zz'"):
        store.case("zz")
    with pytest.raises(StoreError, match="starts with ''"):
        store.case("")
    for number in range(40):
        store.keep(run, examined(verdict(f"https://c.example/{number}")), NOW)
    crowded = min(case.id[0] for case in store.cases())
    with pytest.raises(StoreError, match="give more of it"):
        store.case(crowded)


def test_each_page_of_a_run_has_one_outcome(store: Store, run: int) -> None:
    store.keep(run, examined(verdict()), NOW)
    store.keep(run, examined(url="https://a.example/2", outcome=PageOutcome.TIMEOUT), NOW)
    store.keep(run, examined(url="https://a.example/2", outcome=PageOutcome.CLEAN), LATER)
    assert store.coverage(run) == {PageOutcome.CLEAN: 1, PageOutcome.MATCHED: 1}
    assert store.coverage_by_site(run) == {"a.example": store.coverage(run)}
    assert [(page.url, page.outcome) for page in store.pages(run)] == [
        ("https://a.example/1", PageOutcome.MATCHED),
        ("https://a.example/2", PageOutcome.CLEAN),
    ]


def test_hostile_text_is_stored(store: Store, run: int) -> None:
    document = replace(
        verdict().document, text="a\x00b\ud800c", title="\x00", url="https://a.example/\x00" + "長" * 9000
    )
    store.keep(run, examined(verdict(document=document)), NOW)
    (case,) = store.cases()
    assert store.page_text(case.id) == document.text
    assert case.record["page"]["title"] == "\ufffd"
