"""Quotas counted over many reposts: the n-th is within, the next is not, in whatever order they were found."""

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from checker.judge.clauses import Counts, Use
from checker.judge.licence import Licences
from checker.judge.tally import Used, tally, totals
from checker.judge.terms import Licence
from checker.model import Article, LicenceState

MONDAY = date(2026, 6, 1)


def used(number: int, on: date = MONDAY, seen: date | None = None, live: bool = True, dated: bool = True) -> Used:
    """The repost of an article under the licence L, last seen on its own day unless another is given."""
    return Used(on, f"a{number}", f"http://site.example/{number}", "L", seen or on, live, dated)


def use(number: int, on: date = MONDAY) -> Use:
    """The same repost, as it is put to the licences."""
    return Use(f"http://site.example/{number}", on, Article(id=f"a{number}", title="t", text="x"))


@settings(deadline=None)
@given(st.permutations(range(8)), st.integers(0, 9))
def test_a_quota_of_n_lets_n_articles_pass_in_any_order(order: list[int], quota: int) -> None:
    terms = {"id": "L", "licensee": "某站", "domains": ["site.example"], "start": "2026-01-01", "quota": {"day": quota}}
    register = Licences((Licence.model_validate(terms),))
    usage = tally(used(number) for number in order)
    states = [register.look_up(use(number), usage).answer.state for number in range(8)]
    assert [state is LicenceState.VALID for state in states] == [number < quota for number in range(8)]


def test_periods_begin_with_the_day_the_week_and_the_month() -> None:
    later = MONDAY + timedelta(days=9)
    days = (MONDAY - timedelta(days=1), MONDAY, MONDAY + timedelta(days=2))
    usage = tally(used(number, day, seen=later) for number, day in enumerate(days, start=1))
    assert usage("L", use(9, MONDAY + timedelta(days=2))) == Counts(day=1, week=2, month=2, total=3, live=3)
    assert usage("L", use(9, MONDAY + timedelta(days=7))) == Counts(day=0, week=0, month=2, total=3, live=3)
    assert usage("L", use(9, MONDAY)) == Counts(day=1, week=1, month=1, total=2, live=2)
    assert usage("other", use(9)) == Counts()


def test_an_article_on_two_pages_counts_once_and_never_against_itself() -> None:
    twice = Used(MONDAY, "a1", "http://site.example/copy", "L", MONDAY)
    assert tally([used(1), twice])("L", use(2)) == Counts(1, 1, 1, 1, 1)
    assert tally([used(1), twice])("L", use(1)) == Counts()


def test_two_are_online_at_once_where_the_earlier_was_still_seen_on_the_day_of_the_later() -> None:
    tuesday, wednesday = MONDAY + timedelta(days=1), MONDAY + timedelta(days=2)
    usage = tally([used(1, seen=tuesday), used(2, seen=wednesday), used(3, tuesday, seen=wednesday)])
    assert usage("L", use(9, tuesday)).live == 3
    assert usage("L", use(9, wednesday)).live == 2
    assert usage("L", use(9, wednesday + timedelta(days=1))).live == 0


def test_a_repost_that_does_not_tell_its_day_was_surely_online_when_it_was_captured() -> None:
    tuesday, friday = MONDAY + timedelta(days=1), MONDAY + timedelta(days=4)
    usage = tally([used(1, seen=tuesday), used(2, seen=friday)])
    assert usage("L", replace(use(9, tuesday), since=MONDAY, seen=friday)).live == 1


def test_the_register_counts_as_online_what_the_last_look_found() -> None:
    assert totals([used(1, live=False), used(2), used(3, MONDAY + timedelta(days=1))], MONDAY) == {
        "L": Counts(day=2, week=2, month=2, total=2, live=1)
    }


def test_a_repost_without_a_day_of_its_own_is_in_no_day_week_or_month() -> None:
    """Scanned on one day, they were not all reposted on it."""
    found = [used(number, dated=False) for number in range(8)]
    assert tally(found)("L", use(9)) == Counts(total=8, live=8)
    assert tally([used(1, dated=False), used(2)])("L", use(9)) == Counts(day=1, week=1, month=1, total=2, live=2)
