"""How fast a host is asked, and in which order addresses go."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checker.crawl.pace import BACKOFF, LONGEST, Pace, Visit, after, retry_after
from checker.crawl.queue import MAPS, Claim, Errand, Kind, Queue
from checker.settings import Crawl

NOW = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)
SETTINGS = Crawl(contact="x", delay=2.0, max_delay=20.0)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120.0),
        ("0", 0.0),
        (" 5 ", 5.0),
        ("Mon, 02 Nov 2026 08:01:00 GMT", 60.0),
        ("Mon, 02 Nov 2026 07:00:00 GMT", 0.0),
        ("Monday, 02-Nov-26 08:01:00 GMT", 60.0),
        ("-5", None),
        ("", None),
        ("soon", None),
        ("1e9", None),
        ("9" * 40, None),
        ("٥", None),
        ("Mon, 99 Nov 2026 08:01:00 GMT", None),
    ],
)
def test_retry_after(value: str, seconds: float | None) -> None:
    assert retry_after(value, NOW) == seconds


def test_a_wait_to_the_year_9999_is_a_day() -> None:
    refused = Visit(0.1, 429, "Fri, 31 Dec 9999 23:59:59 GMT")
    assert after(Pace(), refused, SETTINGS).wait(refused, NOW) == LONGEST


def test_refusals_without_a_time_double_the_wait() -> None:
    pace, waits, refused = Pace(), [], Visit(0.1, 503)
    for _ in range(20):
        pace = after(pace, refused, SETTINGS)
        waits.append(pace.wait(refused, NOW))
    assert waits[:3] == [BACKOFF, 2 * BACKOFF, 4 * BACKOFF]
    assert waits[-1] == LONGEST
    answered = Visit(0.1, 200)
    assert after(pace, answered, SETTINGS).wait(answered, NOW) <= SETTINGS.max_delay


def test_a_forbidden_page_is_no_request_to_slow_down() -> None:
    assert after(Pace(2.0), Visit(0.1, 403), SETTINGS) == Pace(2.0)


visits = st.builds(
    Visit, seconds=st.floats(0, 100), status=st.sampled_from([0, 200, 304, 403, 404, 429, 500, 503]),
    retry_after=st.sampled_from(["", "3", "x", "-1"]), wanted=st.floats(0, 30),
)  # fmt: skip


@given(st.lists(visits, min_size=1, max_size=20))
def test_the_delay_keeps_its_bounds_and_errors_never_speed_up(seen: list[Visit]) -> None:
    pace = Pace(SETTINGS.delay)
    for visit in seen:
        slower = after(pace, visit, SETTINGS)
        least = max(SETTINGS.delay, visit.wanted)
        assert least <= slower.delay <= max(SETTINGS.max_delay, least)
        assert slower.wait(visit, NOW) >= min(slower.delay, LONGEST)
        if not 200 <= visit.status < 400:
            assert slower.delay >= min(pace.delay, max(SETTINGS.max_delay, least))
        pace = slower


def test_a_slow_host_is_asked_less_often() -> None:
    pace = Pace()
    for _ in range(10):
        pace = after(pace, Visit(8.0, 200), SETTINGS)
    assert pace.delay == pytest.approx(8.0)


def errand(path: str, **changes: object) -> Errand:
    """An errand at one host."""
    url = f"http://news.example/{path}"
    return Errand(url, url, **{"site": "news.example", **changes})  # type: ignore[arg-type]


def taken(queue: Queue) -> list[str]:
    """Claim and release until nothing is left; the paths in order."""
    order = []
    while isinstance(claim := queue.claim(), Claim):
        order.append(claim.errand.url.rpartition("/")[2])
        queue.release(claim.errand, Visit(0, 200))
    assert claim is None
    return order


class TestQueue:
    """The frontier in memory."""

    def queue(self, **changes: object) -> Queue:
        return Queue(SETTINGS.model_copy(update={"delay": 0.0, "max_delay": 0.0, **changes}))

    def test_each_address_once_by_priority(self) -> None:
        queue = self.queue()
        assert queue.push([errand("b", priority=2), errand("a", priority=1), errand("b", priority=0)]) == 2
        assert queue.push([errand("a")]) == 0
        assert taken(queue) == ["a", "b"]

    def test_one_at_a_time_for_a_host(self) -> None:
        queue = self.queue()
        queue.push([errand("a"), errand("b")])
        first = queue.claim()
        assert isinstance(first, Claim)
        assert isinstance(queue.claim(), float)
        queue.release(first.errand, None)
        assert isinstance(queue.claim(), Claim)

    def test_a_failed_address_goes_behind_the_others(self) -> None:
        queue = self.queue()
        queue.push([errand("bad"), errand("good", priority=5)])
        first = queue.claim()
        assert isinstance(first, Claim)
        queue.release(first.errand, Visit(0, 0), again=True)
        assert taken(queue) == ["good", "bad"]

    def test_a_host_that_never_answers_is_parked(self) -> None:
        queue = self.queue()
        queue.push([errand(str(at)) for at in range(6)])
        parked = []
        while isinstance(claim := queue.claim(), Claim):
            parked.append(bool(claim.parked))
            queue.release(claim.errand, None if claim.parked else Visit(1, 0))
        assert parked == [False] * 3 + [True] * 3

    def test_budgets(self) -> None:
        queue = self.queue(pages=3)
        found = [errand(f"p{at}", depth=1) for at in range(9)]
        maps = [errand(f"m{at}", depth=1, kind=Kind.SITEMAP) for at in range(MAPS + 9)]
        queue.push([errand("seed"), errand("asked"), *found, *maps])
        order = taken(queue)
        assert [name for name in order if name[0] == "p"] == ["p0"]
        assert len([name for name in order if name[0] == "m"]) == MAPS

    def test_an_endless_site_does_not_fill_the_memory(self) -> None:
        queue = self.queue(pages=3)
        for start in range(0, 100_000, 1000):
            queue.push(errand(str(at), depth=1) for at in range(start, start + 1000))
        assert len(queue.known) < 1000

    def test_a_redirect_target_belongs_to_one_errand(self) -> None:
        queue, one, other = self.queue(), errand("a"), errand("b")
        queue.push([one, other])
        assert queue.take_over("http://news.example/c", one)
        assert queue.take_over("http://news.example/c", one)
        assert not queue.take_over("http://news.example/c", other)
        assert not queue.take_over(other.key, one)

    def test_the_delay_holds_a_host_back(self) -> None:
        queue = Queue(SETTINGS)
        queue.push([errand("a"), errand("b")])
        first = queue.claim()
        assert isinstance(first, Claim)
        queue.release(first.errand, Visit(0.1, 200))
        wait = queue.claim()
        assert isinstance(wait, float)
        assert timedelta(seconds=1.5) < timedelta(seconds=wait) <= timedelta(seconds=2)
