"""Revisits: a page is spared only where neither it nor what is looked for changed; the interval follows the page."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from checker.crawl.addresses import canonical
from checker.crawl.revisit import EARLY, LONGEST, SHORTEST, Revisits, resting
from checker.crawl.rows import digest
from checker.keep.store import Store
from checker.model import Page, PageOutcome

NOW = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)
HEADERS = (("ETag", '"1"'), ("Last-Modified", "Mon, 02 Nov 2026 07:00:00 GMT"))
PAGE = Page("https://a.example/新闻?b=1&a=2", NOW, "一版".encode(), 200, HEADERS)
KEY = canonical(PAGE.url)
HOUR = timedelta(hours=1)


@pytest.fixture
def store(address: str) -> Iterator[Store]:
    with Store.open(address) as opened:
        yield opened


def due(store: Store, revisits: Revisits, now: datetime) -> bool:
    with store.reading() as connection:
        return digest(KEY) not in resting(connection, [digest(KEY), 1], revisits._knowledge, now.timestamp())


def test_a_page_is_asked_for_by_what_it_was(store: Store) -> None:
    revisits = Revisits(store.engine, "articles 1")
    assert revisits.validators(KEY) == ("", "")
    assert due(store, revisits, NOW)
    revisits.note(PAGE, PageOutcome.CLEAN, NOW)
    assert revisits.validators(KEY) == (PAGE.header("etag"), PAGE.header("last-modified"))
    assert revisits.unchanged(PAGE)
    assert not revisits.unchanged(replace(PAGE, body="二版".encode()))
    assert (due(store, revisits, NOW + 21 * HOUR), due(store, revisits, NOW + 22 * HOUR)) == (False, True)


def test_a_page_is_had_anew_once_more_is_looked_for(store: Store) -> None:
    Revisits(store.engine, "articles 1").note(PAGE, PageOutcome.CLEAN, NOW)
    revisits = Revisits(store.engine, "articles 2")
    assert revisits.validators(KEY) == ("", "")
    assert not revisits.unchanged(PAGE)
    assert due(store, revisits, NOW)
    revisits.note(replace(PAGE, body=b""), PageOutcome.UNCHANGED, NOW)
    assert not revisits.unchanged(PAGE)


@pytest.mark.parametrize("outcome", [PageOutcome.BLOCKED, PageOutcome.TIMEOUT, PageOutcome.HTTP_ERROR])
def test_a_failed_visit_changes_nothing(store: Store, outcome: PageOutcome) -> None:
    revisits = Revisits(store.engine, "articles 1")
    revisits.note(PAGE, PageOutcome.CLEAN, NOW)
    revisits.note(replace(PAGE, body=b"", headers=()), outcome, NOW + 48 * HOUR)
    assert revisits.unchanged(PAGE)
    assert due(store, revisits, NOW + 24 * HOUR)


def test_the_interval_follows_the_page(store: Store) -> None:
    revisits = Revisits(store.engine, "articles 1")
    for _ in range(20):
        revisits.note(PAGE, PageOutcome.CLEAN, NOW)
    longest = NOW + timedelta(seconds=EARLY * LONGEST)
    assert (due(store, revisits, longest - HOUR), due(store, revisits, longest)) == (False, True)
    for number in range(40):
        revisits.note(replace(PAGE, body=str(number).encode()), PageOutcome.MATCHED, NOW)
    shortest = NOW + timedelta(seconds=EARLY * SHORTEST)
    assert (due(store, revisits, shortest - HOUR / 2), due(store, revisits, shortest)) == (False, True)


def test_what_changes_around_the_text_is_no_change(store: Store) -> None:
    revisits = Revisits(store.engine, "articles 1")
    for number in range(3):
        page = replace(PAGE, body=f"一版<!-- {number} -->".encode())
        assert not revisits.unchanged(page)
        revisits.note(page, PageOutcome.CLEAN, NOW, "digest of 一版")
    assert not due(store, revisits, NOW + 36 * HOUR)
    revisits.note(PAGE, PageOutcome.CLEAN, NOW, "digest of 二版")
    assert due(store, revisits, NOW + 36 * HOUR)


def test_a_visit_in_the_future_was_noted_by_a_wrong_clock(store: Store) -> None:
    revisits = Revisits(store.engine, "articles 1")
    revisits.note(PAGE, PageOutcome.CLEAN, NOW + 24 * 365 * HOUR)
    assert due(store, revisits, NOW)
