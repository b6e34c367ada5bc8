"""robots.txt by RFC 9309: states, odd files, the rule that decided."""

import time
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import update

from checker.crawl.copies import SharedCopies
from checker.crawl.robots import DELAY_CAP, Robots, Rules, Ruling, read
from checker.crawl.tables import crawls, insert, robots
from checker.keep.store import Store
from checker.model import Page, PageOutcome

PLACE = "http://news.example/robots.txt"


def rules(body: bytes | str, status: int = 200, outcome: PageOutcome | None = None) -> Rules:
    """The rules of one answer."""
    content = body.encode() if isinstance(body, str) else body
    return read(PLACE, Page(PLACE, datetime.now(UTC), body=content, status=status, outcome=outcome, reason="why"))


def allows(body: bytes | str, path: str = "/private/1") -> bool:
    """Whether a robots.txt lets us fetch a path."""
    return rules(body).ruling("http://news.example" + path).allowed


@pytest.mark.parametrize(
    ("status", "outcome", "allowed", "page"),
    [
        (200, None, True, PageOutcome.ROBOTS_DENIED),
        (404, PageOutcome.HTTP_ERROR, True, PageOutcome.ROBOTS_DENIED),
        (401, PageOutcome.HTTP_ERROR, True, PageOutcome.ROBOTS_DENIED),
        (403, PageOutcome.HTTP_ERROR, True, PageOutcome.ROBOTS_DENIED),
        (429, PageOutcome.HTTP_ERROR, False, PageOutcome.ROBOTS_DENIED),
        (500, PageOutcome.HTTP_ERROR, False, PageOutcome.ROBOTS_DENIED),
        (503, PageOutcome.HTTP_ERROR, False, PageOutcome.ROBOTS_DENIED),
        (302, PageOutcome.HTTP_ERROR, False, PageOutcome.ROBOTS_DENIED),
        (200, PageOutcome.TRUNCATED, False, PageOutcome.ROBOTS_DENIED),
        (0, PageOutcome.TIMEOUT, False, PageOutcome.TIMEOUT),
        (0, PageOutcome.NETWORK_ERROR, False, PageOutcome.NETWORK_ERROR),
        (0, PageOutcome.REFUSED_ADDRESS, False, PageOutcome.REFUSED_ADDRESS),
    ],
)
def test_states(status: int, outcome: PageOutcome | None, allowed: bool, page: PageOutcome) -> None:
    ruling = rules("", status, outcome).ruling("http://news.example/a")
    assert (ruling.allowed, ruling.outcome) == (allowed, page)
    assert ruling.reason.startswith(PLACE)


@pytest.mark.parametrize(
    ("body", "allowed"),
    [
        ("User-agent: *\nDisallow: /private", False),
        ("User-agent: *\rDisallow: /private\r", False),
        ("\ufeffUser-agent: *\nDisallow: /private", False),
        ("User-agent: checker\nDisallow: /private\n\nUser-agent: *\nAllow: /", False),
        ("User-agent: check\nDisallow: /private", True),
        ("User-agent: otherchecker\nDisallow: /private", True),
        ("User-agent: CHECKER\nDisallow: /", False),
        ("User-agent: *\nDisallow: /private\nAllow: /private/1", True),
        ("User-agent: *\nDisallow: /*/1$", False),
        ("<html><body>Not found</body></html>", True),
        (b"\x00\xff\xfe garbage", True),
        ("", True),
        ("Disallow: /private", True),
    ],
    ids=[
        "plain",
        "CR only",
        "BOM",
        "our group",
        "shorter name",
        "longer name",
        "case",
        "longest rule wins",
        "wildcards",
        "HTML",
        "garbage",
        "empty",
        "no group",
    ],
)
def test_odd_files(body: bytes | str, allowed: bool) -> None:
    assert allows(body) is allowed


def test_a_prefix_of_our_name_is_another_robot() -> None:
    assert allows("User-agent: check\nDisallow: /\n\nUser-agent: *\nAllow: /")


def test_only_the_first_500_kib_count() -> None:
    filler = "# " + "x" * 97 + "\n"
    early = "User-agent: *\nDisallow: /private\n" + filler * 52_000
    late = "User-agent: *\n" + filler * 52_000 + "Disallow: /private\n"
    assert len(early) > 5_000_000
    assert not allows(early)
    assert allows(late)


def test_many_wildcard_rules_are_answered_soon() -> None:
    body = "User-agent: *\n" + "".join(f"Disallow: /*a{at}*b*c$\n" for at in range(20_000))
    found = rules(body)
    began = time.monotonic()
    assert found.ruling("http://news.example/" + "a" * 1500).allowed
    assert time.monotonic() - began < 5


def test_the_deciding_rule_is_the_longest() -> None:
    body = "User-agent: *\nDisallow: /p\nDisallow: /private/ # keep out\nDisallow: /other"
    assert rules(body).ruling("http://news.example/private/1").reason == f"{PLACE}: Disallow: /private/"


@pytest.mark.parametrize(("asked", "kept"), [("5", 5.0), ("0.5", 0.5), ("86400", DELAY_CAP), ("-3", 0.0), ("x", 0.0)])
def test_crawl_delay(asked: str, kept: float) -> None:
    assert rules(f"User-agent: *\nCrawl-delay: {asked}").delay == kept


def test_each_authority_is_asked_once_and_failures_again() -> None:
    asked: list[str] = []
    answers = {"http://a.example": 200, "http://a.example:8080": 404, "https://a.example": 0}

    def get(address: str) -> Page:
        asked.append(address)
        status = answers[address.removesuffix("/robots.txt")]
        return Page(address, datetime.now(UTC), status=status, outcome=None if status else PageOutcome.TIMEOUT)

    robots = Robots(get)
    rulings = [robots.ruling(f"{authority}/{page}") for authority in answers for page in "ab"]
    assert [ruling.asked for ruling in rulings] == [True, False, True, False, True, True]
    assert asked == [f"{authority}/robots.txt" for authority in (*answers, "https://a.example")]


def answered(status: int, body: bytes = b"", outcome: PageOutcome | None = None) -> Page:
    return Page(PLACE, datetime.now(UTC), body=body, status=status, outcome=outcome, reason="why")


class TestCopies:
    """A robots.txt that was read is kept: for other workers, and for a day on which it is not to be had."""

    CLOSED = b"User-agent: *\nDisallow: /private"

    def ask(
        self, store: Store, crawl: int, answer: Page, url: str = "http://news.example/private/1"
    ) -> tuple[Ruling, int]:
        asked: list[str] = []

        def get(address: str) -> Page:
            asked.append(address)
            return replace(answer, url=address)

        with store.writing() as connection:
            row = {"id": crawl, "begun": time.time()}
            connection.execute(insert(connection, crawls).values(row).on_conflict_do_nothing())
        return Robots(get, SharedCopies(store.engine, crawl)).ruling(url), len(asked)

    def age(self, store: Store, seconds: float) -> None:
        with store.writing() as connection:
            connection.execute(update(robots).values(fetched=time.time() - seconds))

    def test_the_workers_of_a_crawl_ask_once(self, store: Store) -> None:
        first, asked = self.ask(store, 1, answered(200, self.CLOSED))
        again, asked_again = self.ask(store, 1, answered(500))
        assert (first.allowed, first.asked, asked) == (False, True, 1)
        assert (again.allowed, again.asked, asked_again) == (False, False, 0)
        assert first.reason == again.reason == f"{PLACE}: Disallow: /private"

    def test_another_crawl_asks_anew(self, store: Store) -> None:
        self.ask(store, 1, answered(200, self.CLOSED))
        self.age(store, 60)
        ruling, asked = self.ask(store, 2, answered(200, b""))
        assert (ruling.allowed, asked) == (True, 1)

    @pytest.mark.parametrize(
        "answer", [answered(500), answered(0, outcome=PageOutcome.TIMEOUT)], ids=["500", "no answer"]
    )
    def test_a_copy_of_the_last_day_stands_for_one_that_is_not_to_be_had(self, store: Store, answer: Page) -> None:
        self.ask(store, 1, answered(200, self.CLOSED))
        for hours, allowed in ((23, True), (25, False), (-1, False)):
            self.age(store, hours * 3600)
            ruling, asked = self.ask(store, 2, answer, "http://news.example/public")
            assert (ruling.allowed, asked) == (allowed, 1), hours
            assert ("the copy of 20" in ruling.reason) is allowed

    def test_a_host_that_is_asked_too_much_is_left_alone_whatever_it_said_before(self, store: Store) -> None:
        self.ask(store, 1, answered(200, self.CLOSED))
        self.age(store, 3600)
        ruling, _ = self.ask(store, 2, answered(429), "http://news.example/public")
        assert (ruling.allowed, ruling.status) == (False, 429)
