"""The shared frontier: the same promises as the queue in memory, and nothing lost when a worker dies."""

import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pytest
from sqlalchemy import update

from checker.crawl.budgets import Rest
from checker.crawl.frontier import SharedFrontier
from checker.crawl.outlook import outstanding, planned
from checker.crawl.pace import Visit
from checker.crawl.queue import Claim, Errand, Frontier, Kind, Queue
from checker.crawl.revisit import Revisits
from checker.crawl.tables import hosts
from checker.keep.runs import Task
from checker.keep.store import Store
from checker.model import Page, PageOutcome
from checker.settings import Crawl
from tests.conftest import empty_database
from tests.crawl.killed import SETTINGS
from tests.crawl.servers import Site, serving, text
from tests.keep.samples import NOW

GOOD = Visit(0.01, 200)


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def make(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[Crawl], Frontier]]:
    """A frontier of each kind, with some settings."""
    if request.param == "memory":
        yield Queue
        return
    with Store.open(empty_database(request.param, request, tmp_path)) as store:
        yield lambda settings: SharedFrontier(store.engine, 1, settings)


def errand(url: str, **changes: object) -> Errand:
    return Errand(**{"url": url, "key": url, "site": "a.example", "depth": 1, **changes})  # type: ignore[arg-type]


def taken(frontier: Frontier) -> Errand:
    claim = frontier.claim()
    assert isinstance(claim, Claim), claim
    return claim.errand


def drained(frontier: Frontier, visit: Visit = GOOD) -> list[str]:
    """Run every errand and return the addresses in their order."""
    order = []
    while (claim := frontier.claim()) is not None:
        if not isinstance(claim, Claim):
            time.sleep(claim)
            continue
        frontier.release(claim.errand, visit)
        frontier.finish(claim.errand, PageOutcome.CLEAN)
        order.append(claim.errand.url)
    return order


def test_errands_come_by_priority_then_in_their_order(make: Callable[[Crawl], Frontier]) -> None:
    frontier = make(SETTINGS)
    urls = [f"http://a.example/{number}" for number in (5, 3, 9, 1)]
    assert frontier.push([errand(url) for url in urls]) == 4
    assert frontier.push([errand("http://a.example/0", priority=-1), errand(urls[0])]) == 1
    assert drained(frontier) == ["http://a.example/0", *urls]
    assert frontier.claim() is None


def test_one_errand_of_a_host_at_a_time(make: Callable[[Crawl], Frontier]) -> None:
    frontier = make(SETTINGS)
    frontier.push([errand("http://a.example/1"), errand("http://a.example/2"), errand("http://b.example/1")])
    first, second = taken(frontier), taken(frontier)
    assert {first.url, second.url} == {"http://a.example/1", "http://b.example/1"}
    assert isinstance(frontier.claim(), float)
    frontier.release(first, None)
    frontier.finish(first, PageOutcome.CLEAN)
    assert taken(frontier).url == "http://a.example/2"


def test_a_host_is_left_alone_for_its_delay(make: Callable[[Crawl], Frontier]) -> None:
    frontier = make(SETTINGS.model_copy(update={"delay": 30.0}))
    frontier.push([errand("http://a.example/1"), errand("http://a.example/2")])
    frontier.release(taken(frontier), GOOD)
    wait = frontier.claim()
    assert isinstance(wait, float)
    assert 25 < wait <= 30


def test_a_host_that_asks_for_too_long_a_wait_is_given_up(make: Callable[[Crawl], Frontier]) -> None:
    frontier = make(SETTINGS)
    frontier.push([errand("http://a.example/1"), errand("http://a.example/2")])
    frontier.release(taken(frontier), Visit(0.01, 503, "86400"))
    claim = frontier.claim()
    assert isinstance(claim, Claim)
    assert "asks to wait 86,4" in claim.parked or "asks to wait 86,3" in claim.parked


def test_a_host_that_never_answers_is_given_up(make: Callable[[Crawl], Frontier]) -> None:
    frontier = make(SETTINGS)
    frontier.push([errand(f"http://a.example/{number}") for number in range(4)])
    for _ in range(3):
        frontier.release(taken(frontier), Visit(0.01, 0))
    claim = frontier.claim()
    assert isinstance(claim, Claim)
    assert claim.parked == "no answer 3 times in a row"


def test_a_failed_errand_is_tried_after_the_others(make: Callable[[Crawl], Frontier]) -> None:
    frontier = make(SETTINGS)
    frontier.push([errand("http://a.example/1"), errand("http://a.example/2")])
    frontier.release(taken(frontier), Visit(0.01, 500), again=True)
    assert drained(frontier) == ["http://a.example/2", "http://a.example/1"]


def test_a_site_has_a_budget_of_pages(make: Callable[[Crawl], Frontier]) -> None:
    frontier = make(SETTINGS.model_copy(update={"pages": 3}))
    found = [errand(f"http://a.example/{number}") for number in range(9)]
    frontier.push(
        [
            *found[:5],
            errand("http://a.example/map", kind=Kind.SITEMAP),
            errand("http://b.example/", site="b.example", depth=0),
        ]
    )
    order = drained(frontier)
    frontier.push(found)
    assert sorted(order + drained(frontier)) == [
        "http://a.example/0",
        "http://a.example/1",
        "http://a.example/2",
        "http://a.example/map",
        "http://b.example/",
    ]


@pytest.mark.parametrize("budget", [{"site_bytes": 2500}, {"site_seconds": 0.05}], ids=["bytes", "seconds"])
def test_a_site_has_budgets_of_bytes_and_of_time(make: Callable[[Crawl], Frontier], budget: dict[str, float]) -> None:
    frontier = make(SETTINGS.model_copy(update={"delay": 0.01, **budget}))
    frontier.push([errand(f"http://a.example/{number}") for number in range(9)])
    frontier.push([errand("http://b.example/", site="b.example"), errand("http://a.example/asked", depth=0)])
    order = drained(frontier, Visit(0.01, 200, bytes=1000))
    expected = [f"http://a.example/{name}" for name in (0, 1, 2, "asked")]
    assert [url for url in order if "a.example" in url] == expected
    assert len(order) == 5


class TestRest:
    """Pages that are not worth another visit yet."""

    URLS = tuple(f"http://a.example/{number}" for number in range(3))

    def frontier(self, store: Store, rest: Rest, knowledge: str = "now") -> SharedFrontier:
        revisits = Revisits(store.engine, "now")
        for url in self.URLS[:2]:
            revisits.note(page(errand(url)), PageOutcome.CLEAN, datetime.now(UTC))
        frontier = SharedFrontier(store.engine, 1, SETTINGS, rest=rest, knowledge=knowledge)
        frontier.push([errand(url) for url in self.URLS])
        return frontier

    def test_they_come_last(self, store: Store) -> None:
        assert drained(self.frontier(store, Rest.LAST)) == [self.URLS[2], *self.URLS[:2]]

    def test_or_not_at_all_which_is_counted(self, store: Store) -> None:
        frontier = self.frontier(store, Rest.SKIPPED)
        assert drained(frontier) == [self.URLS[2]]
        assert frontier.counts() == {"fetched": 1, "resting": 2}
        assert planned(store.engine, 1) == {"a.example": {"fetched": 1, "resting": 2}}

    def test_unless_something_new_is_looked_for(self, store: Store) -> None:
        assert drained(self.frontier(store, Rest.SKIPPED, "more")) == [*self.URLS]

    def test_what_is_asked_for_by_name_never_rests(self, store: Store) -> None:
        frontier = self.frontier(store, Rest.SKIPPED)
        frontier.push([errand("http://a.example/", depth=0)])
        assert "http://a.example/" in drained(frontier)


def test_an_endless_site_does_not_fill_the_frontier(make: Callable[[Crawl], Frontier]) -> None:
    frontier = make(SETTINGS.model_copy(update={"pages": 5}))
    kept = [frontier.push([errand(f"http://a.example/{page}/{link}") for link in range(100)]) for page in range(5)]
    assert sum(kept) == 20 * 5 + 100


def test_an_address_that_another_was_redirected_to_is_not_fetched_again(make: Callable[[Crawl], Frontier]) -> None:
    frontier = make(SETTINGS)
    first, second = errand("http://a.example/1"), errand("http://a.example/2")
    frontier.push([first, second])
    assert frontier.take_over("http://a.example/3", first)
    assert frontier.take_over("http://a.example/3", first)
    assert not frontier.take_over("http://a.example/3", second)
    assert not frontier.take_over("http://a.example/2", first)
    assert frontier.push([errand("http://a.example/3")]) == 0
    assert drained(frontier) == [first.url, second.url]


def page(errand: Errand) -> Page:
    return Page(errand.url, NOW, status=200, requested=errand.url)


def test_only_a_kept_page_is_done(store: Store) -> None:
    frontier = SharedFrontier(store.engine, 1, SETTINGS)
    frontier.push([errand(f"http://{host}.example/") for host in "abc"])
    one, two, three = taken(frontier), taken(frontier), taken(frontier)
    for each in (one, two, three):
        frontier.release(each, GOOD)
    frontier.finish(one, PageOutcome.CLEAN)
    frontier.finish(two, PageOutcome.CLEAN)
    frontier.kept(page(one))
    assert frontier.counts() == {"done": 1, "fetched": 1, "leased": 1}
    assert outstanding(store.engine, 1) == 2
    frontier.close()
    again = SharedFrontier(store.engine, 1, SETTINGS)
    assert again.push([errand(f"http://{host}.example/") for host in "abc"]) == 0
    assert sorted(drained(again)) == [two.url, three.url]


def test_who_has_left_holds_nothing_more(store: Store) -> None:
    gone = SharedFrontier(store.engine, 1, SETTINGS)
    gone.push([errand(f"http://a.example/{number}") for number in range(3)])
    taken(gone)
    gone.close()
    assert gone.claim() is None  # a thread that comes too late
    assert not gone.meet("b.example", "192.0.2.1")
    following = SharedFrontier(store.engine, 1, SETTINGS)
    assert len(drained(following)) == 3
    assert following.meet("b.example", "192.0.2.1")


def test_two_crawls_share_the_hosts(store: Store) -> None:
    first, second = (SharedFrontier(store.engine, crawl, SETTINGS) for crawl in (1, 2))
    first.push([errand("http://a.example/1")])
    second.push([errand("http://a.example/1")])
    mine = taken(first)
    assert isinstance(second.claim(), float)
    first.release(mine, GOOD)
    first.finish(mine, None)
    first.kept(page(mine))
    assert first.claim() is None  # which writes down that the host is free
    time.sleep(0.5)
    assert taken(second).url == mine.url


def test_a_clock_put_back_does_not_stop_a_host(store: Store) -> None:
    frontier = SharedFrontier(store.engine, 1, SETTINGS)
    frontier.push([errand("http://a.example/1")])
    with store.writing() as connection:
        connection.execute(update(hosts).values(due=time.time() + 3600, wait=2.0))
    wait = frontier.claim()
    assert isinstance(wait, float)
    assert wait <= 2.0


def test_many_workers_run_each_errand_once(store: Store) -> None:
    urls = [f"http://{host}.example/{number}" for host in "abc" for number in range(15)]
    held: set[str] = set()
    done: list[str] = []
    faults: list[str] = []

    def work(frontier: SharedFrontier) -> None:
        while (claim := frontier.claim()) is not None:
            if not isinstance(claim, Claim):
                time.sleep(min(claim, 0.01))
                continue
            name = claim.errand.url.split("/")[2]
            if name in held:
                faults.append(name)
            held.add(name)
            time.sleep(0.001)
            held.discard(name)
            frontier.release(claim.errand, GOOD)
            frontier.finish(claim.errand, PageOutcome.CLEAN)
            done.append(claim.errand.url)

    frontiers = [SharedFrontier(store.engine, 1, SETTINGS) for _ in range(3)]
    frontiers[0].push([errand(url) for url in urls])
    threads = [threading.Thread(target=work, args=(frontier,)) for frontier in frontiers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(done) == sorted(urls)
    assert faults == []


def linked(pages: int) -> dict[str, object]:
    """The scripts of a site whose pages link to one another, each to three more."""
    scripts = {
        f"/{number}": text(
            f"<p>第{number}頁</p>"
            + "".join(f'<a href="/{3 * number + step}">x</a>' for step in (1, 2, 3) if 3 * number + step < pages)
        )
        for number in range(pages)
    }
    scripts["/"] = scripts.pop("/0")
    return dict(scripts)


def crawl_killed(store: Store, address: str, kills: int, size: int, seed: int) -> None:
    chance = random.Random(seed)
    with ExitStack() as stack:
        sites = [Site(linked(size)) for _ in range(3)]  # type: ignore[arg-type]
        homes = [stack.enter_context(serving(site, f"127.0.0.{at}")) + "/" for at, site in enumerate(sites, start=1)]
        run = store.begin(Task.of("scan", homes, "cri 1"), NOW)
        command = [sys.executable, "-m", "tests.crawl.killed", address, str(run), *homes]

        def asked() -> int:
            return sum(len(site.seen) for site in sites)

        killed = 0
        while killed < kills:
            limit = asked() + chance.randrange(1, max(2, 3 * size // kills))
            process = subprocess.Popen(command)
            while process.poll() is None and asked() < limit:
                time.sleep(0.002)
            if process.poll() is not None:
                break
            time.sleep(chance.random() * 0.02)
            process.send_signal(signal.SIGKILL)
            process.wait()
            killed += 1
        subprocess.run(command, check=True, timeout=300)
        fetched = Counter((home, seen.path) for home, site in zip(homes, sites, strict=True) for seen in site.seen)
    expected = {(home, f"/{number or ''}") for home in homes for number in range(size)}
    assert {page.url for page in store.pages(run)} == {home + path[1:] for home, path in expected}
    assert all(page.outcome == PageOutcome.CLEAN for page in store.pages(run))
    again = sum(count - 1 for key, count in fetched.items() if key in expected)
    # Under way at a kill: a fetch for each thread, the pages waiting for the reader, and the one just being kept.
    assert again <= killed * (3 * SETTINGS.connections + 2)
    for site in sites:
        times = sorted((seen.began, seen.ended) for seen in site.seen)
        assert all(before[1] <= after[0] for before, after in pairwise(times))


def test_a_killed_crawl_loses_nothing(store: Store, address: str) -> None:
    crawl_killed(store, address, kills=2, size=20, seed=1)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(5))
def test_a_crawl_killed_often_loses_nothing(store: Store, address: str, seed: int) -> None:
    crawl_killed(store, address, kills=12, size=667, seed=seed)
