"""The numbers: counted in the right week, honest where something is missing, the same on both databases."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from statistics import median

import pytest
from sqlalchemy import Connection, select

from checker.keep import tables
from checker.keep.store import Store
from checker.report.figures import Figures, LicenceNote
from checker.report.gather import gather
from checker.report.period import Period, parse
from checker.report.weekly import as_json
from tests.report.conftest import NOTES
from tests.report.world import MONDAY, ZONE, World, at

WEEK = parse("2026-W47", ZONE)
SCANNED = {"matched": 20, "clean": 78, "timeout": 2}


def report(connection: Connection, period: Period = WEEK, channel: str = "") -> Figures:
    return gather(connection, period, made=period.end + timedelta(hours=9), channel=channel)


def test_numbers_agree_with_counting_by_hand(store: Store, figures: Figures) -> None:
    with store.reading() as connection:
        cases = connection.execute(select(tables.cases)).all()
        history = connection.execute(select(tables.history)).all()
    settled = {row.case for row in history if row.after in ("corrected", "removed")}
    first = {row.id: row.first_seen for row in cases}
    for totals in figures.trend:
        start, end = totals.period.start, totals.period.end
        seen = [row for row in cases if start <= row.first_seen < end]
        mine = [row for row in seen if not (row.state == "rejected" and row.state_since < end)]
        turned = [row for row in history if start <= row.at < end]
        hours = [(row.at - first[row.case]) / timedelta(hours=1) for row in turned if row.after == "corrected"]
        assert totals.reposts == len(mine)
        assert totals.credited == sum(row.grade in ("exact", "variant") and row.id not in settled for row in mine)
        assert totals.suspected == sum(row.outcome == "violation" for row in mine)
        assert dict(totals.grades) == Counter(row.grade for row in mine)
        assert totals.confirmed == sum(row.after == "confirmed" for row in turned)
        assert totals.corrected == len(hours)
        assert totals.hours == (median(hours) if hours else None)


def test_postgresql_counts_as_sqlite_does(other_store: Store, figures: Figures) -> None:
    with other_store.reading() as connection:
        assert gather(connection, WEEK, made=MONDAY, licences=NOTES) == figures


def test_parts_add_up(figures: Figures) -> None:
    now = figures.now
    assert sum(count for _, count in now.grades) == now.reposts
    assert sum(count or 0 for _, count, _ in figures.days) == now.reposts
    assert sum(confirmed for _, _, confirmed in figures.days) == now.confirmed
    assert figures.pending == sum(each.count for each in figures.decisions)
    assert figures.trend[-1] == now
    assert figures.cohorts[-1].confirmed == now.confirmed


def test_a_week_holds_its_own_seven_days_and_nothing_of_the_month(world: World) -> None:
    run = world.run(at(1), SCANNED)
    for number, seen in enumerate(
        (WEEK.start - timedelta(seconds=1), WEEK.start, WEEK.end - timedelta(seconds=1), WEEK.end, at(-20), at(8, 1))
    ):
        world.case("cri-1", f"https://a.example/{number}", seen, run=run)
    found = report(world.connection)
    assert found.now.reposts == 2
    assert found.new.total == 2
    assert found.days[0][1] == 1
    assert found.trend[-2].reposts is None  # nothing was scanned that week, whatever was seen


def test_one_repost_under_several_addresses_is_one_line(world: World) -> None:
    run = world.run(at(1), SCANNED)
    for address in ("https://www.example.cn/1?from=feed", "https://www.example.cn/1", "https://m.example.cn/1"):
        world.case("cri-1", address, at(2), run=run, words="一字不差的轉載")
    world.case("cri-1", "https://www.example.net/1", at(2), run=run, words="一字不差的轉載")
    found = report(world.connection).new
    assert [(line.url, line.more) for line in sorted(found.lines, key=lambda line: line.url)] == [
        ("https://m.example.cn/1", 2),
        ("https://www.example.net/1", 0),
    ]
    assert (found.total, found.more) == (4, 0)


def test_a_day_report_counts_a_day(world: World) -> None:
    for day in (-6, 0, 1):
        run = world.run(at(day, 1), SCANNED)
        for number in range(day + 8):
            world.case("cri-1", f"https://a.example/{day}/{number}", at(day, 5), run=run)
    monday = report(world.connection, parse("2026-11-16", ZONE))
    assert monday.now.reposts == 9
    assert monday.before is not None
    assert (monday.before.period.label, monday.before.reposts) == ("2026-11-09", 2)
    assert monday.number("reposts").change == 7


def test_a_week_without_a_scan_is_unknown_and_not_zero(world: World) -> None:
    key = world.case("cri-1", "https://a.example/1", at(-8), run=world.run(at(-8), SCANNED))
    world.decide(key, "confirmed", at(3))
    found = report(world.connection)
    assert found.now.reposts is None
    assert found.now.credit_rate is None
    assert found.now.confirmed == 1  # what people did is known all the same
    assert found.number("reposts").change is None
    assert {count for _, count, _ in found.days} == {None}


def test_a_first_week_is_compared_with_nothing(world: World) -> None:
    world.case("cri-1", "https://a.example/1", at(2), run=world.run(at(2), SCANNED))
    found = report(world.connection)
    assert found.now.reposts == 1
    assert found.before is None
    assert all(number.before is None and number.mean is None for number in found.numbers)


def test_a_scanned_week_without_finds_is_zero(world: World) -> None:
    world.run(at(2), SCANNED)
    found = report(world.connection)
    assert (found.now.reposts, found.now.credit_rate, found.now.confirmed) == (0, None, 0)


@pytest.mark.parametrize(
    ("outcomes", "state", "planned"),
    [
        ({"clean": 41, "blocked": 59}, "complete", None),
        ({"clean": 90, "timeout": 10}, "interrupted", None),
        ({"clean": 90, "timeout": 10}, "running", None),
        ({"clean": 90}, "complete", 200),
    ],
)
def test_a_broken_week_is_not_compared_and_not_compared_with(
    world: World, outcomes: dict[str, int], state: str, planned: int | None
) -> None:
    run = world.run(at(1), outcomes, state=state, planned=planned)
    for week in (2, 1, -1):
        world.run(at(1 - 7 * week), SCANNED)
        world.case("cri-1", f"https://a.example/{week}", at(2 - 7 * week), run=run)
    world.case("cri-1", "https://a.example/0", at(2), run=run)
    broken, after = report(world.connection), report(world.connection, WEEK.earlier(-1))
    assert not broken.now.coverage.sound
    assert broken.now.reposts == 1  # still shown
    assert all(number.before is None and number.mean is None for number in broken.numbers)
    assert after.before is None  # the week before is the broken one
    assert after.number("reposts").mean == 1  # of the two sound ones, 2 and 3 weeks before


def test_what_is_decided_later_does_not_change_a_reported_week(world: World) -> None:
    run = world.run(at(1), SCANNED)
    keys = [world.case("cri-1", f"https://a.example/{n}", at(2), run=run) for n in range(4)]
    world.decide(keys[0], "rejected", at(3))
    before = report(world.connection)
    world.decide(keys[1], "rejected", at(9))
    world.decide(keys[2], "corrected", at(9))
    world.connection.execute(
        tables.cases.update().where(tables.cases.c.id == keys[2]).values(grade="exact", outcome="compliant")
    )
    after = report(world.connection)
    assert before.now.reposts == 3
    assert replace(before.now, grades=()) == replace(after.now, grades=())
    assert before.headline == after.headline


def test_an_undone_decision_does_not_count(world: World) -> None:
    run = world.run(at(1), SCANNED)
    keys = [world.case("cri-1", f"https://a.example/{n}", at(2), run=run) for n in range(2)]
    wrong = world.decide(keys[0], "confirmed", at(3))
    world.decide(keys[1], "confirmed", at(3))
    world.decide(keys[0], "detected", at(4), before="confirmed", undoes=wrong)
    found = report(world.connection)
    assert found.now.confirmed == 1
    assert found.cohorts[-1].confirmed == 1


def test_confirmed_cases_are_followed_by_the_week_of_their_confirmation(world: World) -> None:
    run = world.run(at(-6), SCANNED)
    keys = [world.case("cri-1", f"https://a.example/{n}", at(-5), run=run) for n in range(4)]
    for key in keys:
        world.decide(key, "confirmed", at(-4))
    world.decide(keys[0], "notified", at(-3))
    world.decide(keys[0], "corrected", at(2))
    world.decide(keys[1], "removed", at(3))
    found = report(world.connection)
    last = found.cohorts[-2]
    assert (last.confirmed, last.acted, last.corrected, last.removed) == (4, 2, 1, 1)
    assert (found.now.corrected, found.now.removed, found.now.confirmed) == (1, 1, 0)
    assert found.now.hours == median([7 * 24, 8 * 24])


def test_an_icp_number_joins_domains_and_one_page_makes_no_offender(world: World) -> None:
    run = world.run(at(1), SCANNED)
    for number, host in enumerate(("a.example", "b.example", "c.example", "d.example")):
        organisation = "京ICP备00000009号" if number < 2 else ""
        world.case("cri-1", f"https://{host}/", at(2), run=run, organisation=organisation, operator="甲")
    found = report(world.connection)
    assert [(each.organisation, each.sites, each.suspected) for each in found.offenders] == [
        ("京ICP备00000009号", ("a.example", "b.example"), 2)
    ]
    assert found.organisations == 3


def test_a_channel_sees_only_its_articles(world: World) -> None:
    run = world.run(at(1), SCANNED)
    for number in range(6):
        key = world.case(f"cri-{number % 3 + 1}", f"https://a.example/{number}", at(2), run=run)
        world.decide(key, "confirmed", at(3))
    assert report(world.connection).now.reposts == 6
    culture = report(world.connection, channel="culture")  # cri-2 and cri-4
    assert (culture.now.reposts, culture.now.confirmed) == (2, 2)
    assert culture.now.coverage.articles == 2
    assert {each.article for each in culture.copied} == {"cri-2"}
    assert {line.article for line in culture.new.lines} == {"cri-2"}


def test_decisions_name_the_most_urgent_first_and_their_day(world: World) -> None:
    run = world.run(at(-20), SCANNED)
    friday = datetime(2026, 11, 20, 4, tzinfo=UTC)
    one = world.case("cri-1", "https://a.example/1", at(1), run=run)
    world.decide(one, "regressed", friday, before="corrected")
    world.case("cri-1", "https://b.example/1", friday, run=run)
    world.case("cri-2", "https://b.example/1", friday, run=run)
    asked = world.case("cri-1", "https://c.example/1", at(-10), run=run)
    world.decide(asked, "notified", at(-9), before="confirmed")
    fresh = world.case("cri-2", "https://c.example/1", at(-10), run=run)
    world.decide(fresh, "notified", at(7), before="confirmed")
    world.case("cri-3", "https://d.example/1", at(2), run=run, outcome="review")
    world.case("cri-4", "https://e.example/1", at(2), run=run, outcome="compliant")
    found = gather(world.connection, WEEK, made=MONDAY, licences=NOTES)
    told = [(each.kind, each.subject, each.count, each.due and each.due.isoformat()) for each in found.decisions]
    assert told == [
        ("regressed", "a.example", 1, "2026-11-23"),  # Friday and one working day
        ("licence", "橋頭資訊", 1, None),
        ("unanswered", "c.example", 1, "2026-11-11"),  # the notice of Sunday may still be answered
        ("suspected", "b.example", 2, "2026-11-23"),
        ("review", "d.example", 1, "2026-11-24"),
    ]


def test_json_says_what_the_figures_say(figures: Figures) -> None:
    told = as_json(figures)
    assert told["period"] == {"label": "2026-W47", "first": "2026-11-16", "last": "2026-11-22", "timezone": ZONE}
    assert told["now"]["reposts"] == figures.now.reposts
    assert [number["now"] for number in told["numbers"]] == [number.now for number in figures.numbers]


def test_licences_that_ended_long_ago_are_not_told_again(world: World) -> None:
    world.run(at(1), SCANNED)
    ended = tuple(LicenceNote(f"L{days}", "乙", "expired", WEEK.last - timedelta(days=days)) for days in (400, 20, 2))
    notes = (
        LicenceNote("L0", "甲", "expiring", WEEK.last),
        *ended,
        LicenceNote("L9", "丙", "exceeded", used=6, quota=5),
    )
    found = gather(world.connection, WEEK, made=MONDAY, licences=notes)
    assert [note.id for note in found.licences] == ["L9", "L20", "L2", "L0"]
    assert [each.note.id for each in found.decisions if each.note] == ["L9", "L20", "L2"]
