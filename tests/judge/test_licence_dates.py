"""Laws about days: a licence is asked as of the day of the repost, and nothing agreed later changes that answer."""

from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from checker.judge.licence import Licences
from checker.judge.terms import Licence
from checker.model import LicenceState

DAYS = st.dates(date(2020, 1, 1), date(2030, 12, 31))


@st.composite
def licences(draw: st.DrawFn) -> Licence:
    """A licence of site.example with any start, end and suspensions."""
    start = draw(DAYS)
    end = draw(st.none() | st.dates(start, date(2031, 12, 31)))
    rests = draw(st.lists(st.tuples(DAYS, st.none() | st.integers(0, 60)), max_size=2))
    suspension = [
        {"start": first} if length is None else {"start": first, "end": first + timedelta(days=length)}
        for first, length in rests
    ]
    return Licence.model_validate(
        {
            "id": "L",
            "licensee": "某站",
            "domains": ["site.example"],
            "start": start,
            "end": end,
            "suspension": suspension,
        }
    )


@settings(deadline=None)
@given(licences(), DAYS)
def test_the_state_of_a_day_follows_from_start_end_and_suspension_alone(licence: Licence, day: date) -> None:
    state = Licences((licence,)).check("site.example", day).state
    if day < licence.start:
        assert state is LicenceState.NOT_STARTED
    elif licence.end is not None and day > licence.end:
        assert state is LicenceState.EXPIRED
    elif any(rest.start <= day and (rest.end is None or day <= rest.end) for rest in licence.suspension):
        assert state is LicenceState.SUSPENDED
    else:
        assert state is LicenceState.VALID


@settings(deadline=None)
@given(licences(), DAYS, DAYS, st.booleans())
def test_an_amendment_never_changes_what_was_so_before_it(
    licence: Licence, agreed: date, day: date, moved: bool
) -> None:
    agreed = max(agreed, licence.start)
    change = {"from": agreed, "domains": ["moved.example" if moved else "site.example"], "link": True}
    amended = Licence.model_validate(licence.model_dump() | {"amendment": [change]})
    before, after = Licences((licence,)).check("site.example", day), Licences((amended,)).check("site.example", day)
    if day < agreed:
        assert before == after
        assert amended.terms(day) == licence.terms(day)
    else:
        assert amended.terms(day).link
        assert (after.state is LicenceState.VALID) <= (before.state is LicenceState.VALID and not moved)


@settings(deadline=None)
@given(licences(), DAYS)
def test_a_renewal_agreed_in_time_leaves_no_gap(licence: Licence, day: date) -> None:
    if licence.end is None or licence.suspension:
        return
    change = {"from": licence.end, "end": date(2040, 1, 1)}
    renewed = Licence.model_validate(licence.model_dump() | {"amendment": [change]})
    expected = LicenceState.NOT_STARTED if day < licence.start else LicenceState.VALID
    assert Licences((renewed,)).check("site.example", day).state is expected


@settings(deadline=None)
@given(st.permutations(["A", "B", "C"]), DAYS)
def test_the_answer_does_not_depend_on_the_order_of_the_register(order: list[str], day: date) -> None:
    made = {
        name: Licence(id=name, licensee=name, domains=("site.example",), start=date(2022 + n, 1, 1), link=bool(n))
        for n, name in enumerate("ABC")
    }
    answers = Licences(tuple(made[name] for name in order)).check("site.example", day)
    assert answers == Licences(tuple(made.values())).check("site.example", day)
