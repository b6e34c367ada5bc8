"""People's decisions: only allowed moves, nothing forgotten, nothing overwritten."""

import random
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from checker.errors import StoreError, UsageError
from checker.keep.cases import Wanted
from checker.keep.curations import Curation, Fact
from checker.keep.decisions import Bulk, Decision
from checker.keep.lifecycle import CHECKER, MOVES, OPEN, SEEN, VISITED, State
from checker.keep.runs import Task
from checker.keep.store import Store
from checker.model import Grade, Level, Outcome, PageOutcome, Verdict
from tests.keep.samples import NOW, article, examined, finding, verdict

DAY = timedelta(days=1)
CONFIRM = Decision("confirm", "林")
REJECT = Decision("reject", "林", "wrong_article", "標題相同，內容不同")


@pytest.fixture
def case(store: Store, run: int) -> str:
    return store.keep(run, examined(verdict()), NOW)[0]


def test_every_state_can_be_reached_and_left() -> None:
    moves = [*MOVES.values(), *SEEN.values()]
    assert {move.end for move in moves} == set(State)
    assert set().union(*(move.start for move in moves)) == set(State)
    assert OPEN < VISITED


def test_a_decision_is_written_into_the_history(store: Store, case: str) -> None:
    store.decide(case, CONFIRM, NOW + DAY)
    entry = store.decide(case, Decision("notify", "林", comment="發了函"), NOW + 2 * DAY)
    assert store.history(case)[-1] == entry
    assert [(each.who, each.before, each.after) for each in store.history(case)] == [
        ("林", State.DETECTED, State.CONFIRMED),
        ("林", State.CONFIRMED, State.NOTIFIED),
    ]
    found = store.case(case)
    assert (found.state, found.state_since) == (State.NOTIFIED, NOW + 2 * DAY)


@pytest.mark.parametrize(
    ("decision", "message"),
    [
        (Decision("notify", "林"), "is detected; notify is for cases that are confirmed"),
        (Decision("reject", "林", "because"), "reject needs a reason, one of duplicate, .*wrong_article"),
        (Decision("except", "林"), "except needs a reason, one of .*goodwill"),
        (Decision("forget", "林"), "unknown decision 'forget'; expected one of triage, confirm"),
        (Decision("confirm", " "), "needs the name of the person"),
        (Decision("confirm", CHECKER), "needs the name of the person"),
        (Decision("confirm", "林", expires=NOW), "over already"),
    ],
)
def test_a_move_that_is_not_allowed_changes_nothing(store: Store, case: str, decision: Decision, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        store.decide(case, decision, NOW + DAY)
    assert store.history(case) == ()
    assert store.case(case).state == State.DETECTED


def test_an_unknown_case_cannot_be_decided(store: Store) -> None:
    with pytest.raises(StoreError, match="no finding 'ffff'"):
        store.decide("ffff", CONFIRM, NOW)


def test_undo_restores_what_was_before(store: Store, case: str) -> None:
    store.decide(case, CONFIRM, NOW + DAY)
    confirmed = store.case(case)
    store.decide(case, REJECT, NOW + 2 * DAY)
    store.undo(case, "高", NOW + 3 * DAY)
    assert replace(store.case(case), due=None) == replace(confirmed, due=None)
    store.undo(case, "高", NOW + 4 * DAY)
    assert (store.case(case).state, store.case(case).state_since) == (State.DETECTED, NOW)
    with pytest.raises(UsageError, match="nothing to undo"):
        store.undo(case, "高", NOW + 5 * DAY)
    history = store.history(case)
    assert [(entry.action, entry.undoes) for entry in history] == [
        ("confirm", None),
        ("reject", None),
        ("undo", history[1].id),
        ("undo", history[0].id),
    ]


def test_a_resolution_runs_out(store: Store, case: str) -> None:
    store.decide(case, Decision("except", "林", "goodwill", expires=NOW + 30 * DAY), NOW + DAY)
    assert store.expire(NOW + 29 * DAY) == ()
    assert store.expire(NOW + 30 * DAY) == (case,)
    assert store.expire(NOW + 31 * DAY) == ()
    assert store.case(case).state == State.DETECTED
    assert (store.history(case)[-1].who, store.history(case)[-1].action) == (CHECKER, "expire")


def test_undo_brings_the_expiry_back(store: Store, case: str) -> None:
    store.decide(case, Decision("except", "林", "goodwill", expires=NOW + 30 * DAY), NOW + DAY)
    store.decide(case, Decision("reopen", "林"), NOW + 2 * DAY)
    assert store.case(case).expires is None
    store.undo(case, "林", NOW + 3 * DAY)
    assert store.case(case).expires == NOW + 30 * DAY


def test_a_decision_on_many_leaves_those_of_people_alone(store: Store, run: int) -> None:
    ids = [store.keep(run, examined(verdict(f"https://{host}.example/")), NOW)[0] for host in "abcd"]
    store.decide(ids[0], REJECT, NOW)
    store.decide(ids[1], CONFIRM, NOW)
    rest = tuple(sorted(ids[2:]))
    expected = Bulk(rest, {State.CONFIRMED: 1, State.REJECTED: 1})
    watch = Decision("watch", "高")
    assert store.decide_all(ids, watch, NOW, dry_run=True) == expected
    assert {case.state for case in store.cases()} == {State.REJECTED, State.CONFIRMED, State.DETECTED}
    assert store.decide_all(ids, watch, NOW) == expected
    assert [case.id for case in store.cases(Wanted(states=(State.WATCH,)))] == ids[2:]


def any_verdict(chance: random.Random) -> Verdict:
    outcome = chance.choice(list(Outcome))
    rules = chance.sample(["ATT-01", "ATT-02", "LIC-03", "INT-01"], chance.randrange(3))
    document = replace(verdict().document, text=chance.choice(["一二三", "四五六", verdict().document.text]))
    return verdict(
        document=document,
        outcome=outcome,
        captured=NOW + timedelta(minutes=chance.randrange(2000)),
        credit=replace(verdict().credit, grade=chance.choice(list(Grade))),
        findings=tuple(finding(rule, chance.choice(list(Level))) for rule in rules),
    )


def any_look(chance: random.Random) -> Any:
    outcome = chance.choice([PageOutcome.MATCHED, PageOutcome.MATCHED, *PageOutcome])
    if outcome == PageOutcome.MATCHED:
        return examined(any_verdict(chance))
    return examined(url="https://a.example/1", outcome=outcome)


@pytest.mark.parametrize("decision", [CONFIRM, REJECT, Decision("license", "林"), Decision("watch", "林")])
def test_decisions_survive_random_scans(store: Store, run: int, case: str, decision: Decision) -> None:
    entry = store.decide(case, decision, NOW)
    chance = random.Random(decision.action)
    for number in range(250):
        if number % 5 == 0:
            run = store.begin(Task.of("scan", [], "cri 1"), NOW)
        store.keep(run, any_look(chance), NOW + timedelta(minutes=number))
    assert store.case(case).state == MOVES[decision.action].end
    assert store.history(case) == (entry,)
    assert len(list(store.cases())) == 1


def test_a_corrected_organisation_holds_for_cases_there_and_to_come(store: Store, run: int) -> None:
    store.keep(run, examined(verdict("https://news.cape-example.com.cn/1")), NOW)
    store.keep(run, examined(verdict("https://other.example/1")), NOW)
    store.curate(Curation(Fact.ORGANISATION, "cape-example.com.cn", "海角傳媒", "高", NOW, "官網頁腳"))
    store.keep(run, examined(verdict("https://cape-example.com.cn/2", article("a2"))), NOW)
    assert [case.organisation for case in store.cases()] == ["海角傳媒", "海角傳媒", "测ICP备00000001号"]
    store.curate(Curation(Fact.ORGANISATION, "cape-example.com.cn", "", "高", NOW + DAY, "弄錯了"))
    assert {case.organisation for case in store.cases()} == {"测ICP备00000001号"}
    assert store.curated(Fact.ORGANISATION) == {}
    assert [each.value for each in store.curations()] == ["海角傳媒", ""]


def test_corrected_facts_are_checked(store: Store) -> None:
    store.curate(Curation(Fact.FIRST_PUBLICATION, "a1", "2026-10-30", "高", NOW, ""))
    store.curate(Curation(Fact.FIRST_PUBLICATION, "a1", "2026-10-29T08:00:00+08:00", "高", NOW, ""))
    assert store.curated(Fact.FIRST_PUBLICATION) == {"a1": "2026-10-29T08:00:00+08:00"}
    with pytest.raises(UsageError, match="expected a day"):
        store.curate(Curation(Fact.FIRST_PUBLICATION, "a1", "gestern", "高", NOW, ""))
    with pytest.raises(UsageError, match="name of the person"):
        store.curate(Curation(Fact.OWNER, "a1", "新海社", "", NOW, ""))
