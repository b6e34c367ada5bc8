"""The re-check: what a visit finds is written down each time, and only the page itself corrects a finding."""

from dataclasses import replace
from datetime import timedelta

import pytest

from checker.keep.decisions import Decision
from checker.keep.lifecycle import Found, State
from checker.keep.runs import Task
from checker.keep.store import Store
from checker.model import Examined, Grade, Outcome, Page, PageOutcome, Verdict, Zone
from tests.keep.samples import NOW, examined, finding, verdict

DAY = timedelta(days=1)
URL = "https://a.example/1"


def credited(**changes: object) -> Verdict:
    credit = replace(verdict().credit, grade=Grade.EXACT, quote="來源：國際在線", zone=Zone.HEAD)
    document = replace(verdict().document, text="來源：國際在線\n海風把碼頭的旗子吹得很直，老船長說今天不出海。")
    return replace(verdict(), credit=credit, document=document, outcome=Outcome.COMPLIANT, findings=())


def answer(outcome: PageOutcome, status: int = 0) -> Examined:
    return Examined(Page(URL, NOW + DAY, status=status), outcome)


GONE = answer(PageOutcome.HTTP_ERROR, 404)
CORRECTED, BROKEN = examined(credited()), examined(verdict())


@pytest.fixture
def case(store: Store, run: int) -> str:
    return store.keep(run, BROKEN, NOW)[0]


@pytest.mark.parametrize(
    ("seen", "found", "state"),
    [
        (BROKEN, Found.UNCHANGED, State.CONFIRMED),
        (CORRECTED, Found.CORRECTED, State.CORRECTED),
        (examined(verdict(findings=(finding("INT-01"),), outcome=Outcome.REVIEW)), Found.CHANGED, State.CONFIRMED),
        (examined(verdict(findings=(), outcome=Outcome.COMPLIANT)), Found.CHANGED, State.CONFIRMED),
        (examined(url=URL, at=NOW + DAY), Found.REMOVED, State.REMOVED),
        (GONE, Found.REMOVED, State.REMOVED),
        (answer(PageOutcome.HTTP_ERROR, 410), Found.REMOVED, State.REMOVED),
        (answer(PageOutcome.HTTP_ERROR, 403), Found.UNKNOWN, State.CONFIRMED),
        (answer(PageOutcome.HTTP_ERROR, 500), Found.UNKNOWN, State.CONFIRMED),
        (answer(PageOutcome.BLOCKED, 404), Found.UNKNOWN, State.CONFIRMED),
        (answer(PageOutcome.TIMEOUT), Found.UNKNOWN, State.CONFIRMED),
        (answer(PageOutcome.ROBOTS_DENIED), Found.UNKNOWN, State.CONFIRMED),
        (answer(PageOutcome.UNDECODABLE, 200), Found.UNKNOWN, State.CONFIRMED),
        (answer(PageOutcome.UNCHANGED, 304), Found.UNCHANGED, State.CONFIRMED),
    ],
)
def test_what_a_visit_finds(store: Store, run: int, case: str, seen: Examined, found: Found, state: State) -> None:
    store.decide(case, Decision("confirm", "林"), NOW)
    (visit,) = store.visit(run, URL, seen, NOW + DAY)
    assert (visit.found, visit.outcome) == (found, seen.outcome)
    assert store.case(case).state == state
    assert store.visits(case) == (visit,)


def test_back_again_is_regressed(store: Store, run: int, case: str) -> None:
    for day, seen, state in (
        (1, CORRECTED, State.CORRECTED),
        (3, BROKEN, State.REGRESSED),
        (4, GONE, State.REMOVED),
        (5, answer(PageOutcome.TIMEOUT), State.REMOVED),
        (7, BROKEN, State.REGRESSED),
    ):
        store.visit(run, URL, seen, NOW + day * DAY)
        assert store.case(case).state == state
    assert len(store.visits(case)) == 5
    assert [entry.action for entry in store.history(case)] == ["corrected", "regressed", "removed", "regressed"]


def test_a_case_closed_without_a_correction_does_not_regress(store: Store, run: int, case: str) -> None:
    store.decide(case, Decision("confirm", "林"), NOW)
    store.decide(case, Decision("close", "林", comment="時效已過"), NOW)
    assert [visit.found for visit in store.visit(run, URL, BROKEN, NOW + DAY)] == [Found.UNCHANGED]
    assert [visit.found for visit in store.visit(run, URL, GONE, NOW + 3 * DAY)] == [Found.CHANGED]
    assert [visit.found for visit in store.visit(run, URL, BROKEN, NOW + 7 * DAY)] == [Found.REGRESSED]


def test_visits_keep_to_the_schedule(store: Store, run: int, case: str) -> None:
    visited = []
    for hours in range(0, 200 * 24, 6):
        now = NOW + timedelta(hours=hours)
        for url in store.due_visits(now):
            store.visit(run, url, BROKEN, now)
            visited.append(hours // 24)
    assert visited == [1, 3, 7, 30, 90, 180]


def test_missed_visits_do_not_pile_up(store: Store, run: int, case: str) -> None:
    assert store.due_visits(NOW + 20 * DAY) == (URL,)
    store.visit(run, URL, BROKEN, NOW + 20 * DAY)
    assert store.case(case).due == NOW + 30 * DAY


def test_a_failed_visit_is_tried_once_more_the_next_day(store: Store, run: int, case: str) -> None:
    for day in (7, 8):
        store.visit(run, URL, answer(PageOutcome.TIMEOUT), NOW + day * DAY)
        assert store.case(case).due == NOW + (8 if day == 7 else 30) * DAY


def test_people_s_decisions_that_end_a_case_end_its_visits(store: Store, run: int, case: str) -> None:
    store.decide(case, Decision("reject", "林", "not_ours"), NOW)
    assert store.due_visits(NOW + 100 * DAY) == ()
    assert store.visit(run, URL, CORRECTED, NOW + DAY) == ()
    assert store.case(case).state == State.REJECTED


def test_a_page_that_moved_keeps_its_case(store: Store, run: int, case: str) -> None:
    moved = verdict("https://a.example/moved")
    (visit,) = store.visit(run, URL, examined(moved), NOW + DAY)
    assert (visit.case, visit.found) == (case, Found.UNCHANGED)
    assert [each.url for each in store.cases()] == [URL]


def test_a_scan_settles_what_no_person_decided(store: Store, run: int, case: str) -> None:
    later = store.begin(Task.of("scan", [URL], "cri 1"), NOW + DAY)
    store.keep(later, CORRECTED, NOW + DAY)
    assert store.case(case).state == State.CORRECTED
    store.keep(later, BROKEN, NOW + DAY)
    assert store.case(case).state == State.REGRESSED


def test_a_page_without_the_article_any_more(store: Store, run: int, case: str) -> None:
    store.keep(run, examined(url=URL), NOW)
    assert store.case(case).present  # the same run saw it there, in another capture of the page
    later = store.begin(Task.of("scan", [URL], "cri 1"), NOW + DAY)
    store.keep(later, answer(PageOutcome.TIMEOUT), NOW + DAY)
    assert store.case(case).present
    store.keep(later, examined(url=URL, at=NOW + DAY), NOW + DAY)
    found = store.case(case)
    assert (found.present, found.state) == (False, State.REMOVED)


def test_judging_the_same_capture_anew_removes_nothing_from_the_page(store: Store, run: int, case: str) -> None:
    """The page did not change, the rules did: the finding goes, but nobody took anything down."""
    judged = store.begin(Task.of("judge", [], "cri 2"), NOW + DAY)
    store.keep(judged, examined(url=URL), NOW + DAY)
    found = store.case(case)
    assert (found.present, found.state, found.outcome, found.level) == (
        False,
        State.DETECTED,
        Outcome.NOT_APPLICABLE,
        None,
    )
    assert (found.record["outcome"], found.record["findings"]) == ("not_applicable", [])


def test_an_older_capture_without_the_article_removes_nothing(store: Store, run: int, case: str) -> None:
    later = store.begin(Task.of("scan", [URL], "cri 1"), NOW + DAY)
    store.keep(later, examined(url=URL, at=NOW - DAY), NOW + DAY)
    assert (store.case(case).present, store.case(case).state) == (True, State.DETECTED)


def test_an_article_that_is_not_looked_for_any_more_is_not_missed(store: Store, run: int, case: str) -> None:
    store.unregister("a1", NOW)
    later = store.begin(Task.of("scan", [URL], "cri 1"), NOW + DAY)
    store.keep(later, examined(url=URL, at=NOW + DAY), NOW + DAY)
    (visit,) = store.visit(later, URL, examined(url=URL, at=NOW + DAY), NOW + DAY)
    assert (store.case(case).present, store.case(case).state) == (True, State.DETECTED)
    assert visit.found == Found.UNKNOWN


def test_a_scan_that_sees_a_decided_case_corrected_calls_for_a_visit(store: Store, run: int, case: str) -> None:
    store.decide(case, Decision("confirm", "林"), NOW)
    assert store.due_visits(NOW) == ()
    store.keep(run, CORRECTED, NOW)
    assert store.case(case).state == State.CONFIRMED
    assert store.due_visits(NOW) == (URL,)
