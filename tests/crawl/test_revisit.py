"""Revisits: a page is spared only where neither it nor what is looked for changed; the interval follows the page."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from checker.crawl.addresses import canonical
from checker.crawl.revisit import LONGEST, SHORTEST, Revisits
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


def test_a_page_is_asked_for_by_what_it_was(store: Store) -> None:
    revisits = Revisits(store.engine, "articles 1")
    assert revisits.validators(KEY) == ("", "")
    assert revisits.due(KEY, NOW)
    revisits.note(PAGE, PageOutcome.CLEAN, NOW)
    assert revisits.validators(KEY) == (PAGE.header("etag"), PAGE.header("last-modified"))
    assert revisits.unchanged(PAGE)
    assert not revisits.unchanged(replace(PAGE, body="二版".encode()))
    assert (revisits.due(KEY, NOW + 23 * HOUR), revisits.due(KEY, NOW + 24 * HOUR)) == (False, True)


def test_a_page_is_had_anew_once_more_is_looked_for(store: Store) -> None:
    Revisits(store.engine, "articles 1").note(PAGE, PageOutcome.CLEAN, NOW)
    revisits = Revisits(store.engine, "articles 2")
    assert revisits.validators(KEY) == ("", "")
    assert not revisits.unchanged(PAGE)
    assert revisits.due(KEY, NOW)
    revisits.note(replace(PAGE, body=b""), PageOutcome.UNCHANGED, NOW)
    assert not revisits.unchanged(PAGE)


@pytest.mark.parametrize("outcome", [PageOutcome.BLOCKED, PageOutcome.TIMEOUT, PageOutcome.HTTP_ERROR])
def test_a_failed_visit_changes_nothing(store: Store, outcome: PageOutcome) -> None:
    revisits = Revisits(store.engine, "articles 1")
    revisits.note(PAGE, PageOutcome.CLEAN, NOW)
    revisits.note(replace(PAGE, body=b"", headers=()), outcome, NOW + 48 * HOUR)
    assert revisits.unchanged(PAGE)
    assert revisits.due(KEY, NOW + 24 * HOUR)


def test_the_interval_follows_the_page(store: Store) -> None:
    revisits = Revisits(store.engine, "articles 1")
    for _ in range(20):
        revisits.note(PAGE, PageOutcome.CLEAN, NOW)
    longest = NOW + timedelta(seconds=LONGEST)
    assert (revisits.due(KEY, longest - HOUR), revisits.due(KEY, longest)) == (False, True)
    for number in range(40):
        revisits.note(replace(PAGE, body=str(number).encode()), PageOutcome.MATCHED, NOW)
    shortest = NOW + timedelta(seconds=SHORTEST)
    assert (revisits.due(KEY, shortest - HOUR / 2), revisits.due(KEY, shortest)) == (False, True)
