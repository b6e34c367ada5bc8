"""Whatever a server does, the page ends in the outcome that says so, in time and in little memory."""

import time
from collections.abc import Iterator
from types import ModuleType

import httpx
import httpx2
import pytest

from checker.crawl.fetch import Fetcher
from checker.model import PageOutcome
from checker.settings import Crawl
from tests.crawl.hostile import CASES, PAGE, Case
from tests.crawl.servers import Site, serving, text


@pytest.fixture(scope="module", params=[httpx, httpx2], ids=["httpx", "httpx2"])
def library(request: pytest.FixtureRequest) -> ModuleType:
    assert isinstance(request.param, ModuleType)
    return request.param


@pytest.fixture(scope="module")
def fetcher(library: ModuleType, settings: Crawl) -> Iterator[Fetcher]:
    with Fetcher(settings, library=library) as made:
        yield made


@pytest.fixture(scope="module")
def hasty_fetcher(library: ModuleType, hasty: Crawl) -> Iterator[Fetcher]:
    with Fetcher(hasty, library=library) as made:
        yield made


@pytest.mark.parametrize("case", CASES, ids=[case.path[1:] for case in CASES])
def test_a_bad_answer_ends_in_its_outcome(
    case: Case, fetcher: Fetcher, hasty_fetcher: Fetcher, misbehaving: str
) -> None:
    began = time.monotonic()
    page = (hasty_fetcher if case.outcome is PageOutcome.TIMEOUT else fetcher).fetch(misbehaving + case.path)
    assert page.outcome == case.outcome, page.reason
    assert case.reason in page.reason
    assert case.body is None or page.body == case.body
    assert time.monotonic() - began < 15
    assert page.outcome is None or page.reason


def test_the_fetcher_works_on_after_them(fetcher: Fetcher) -> None:
    with serving(Site({"/": text(PAGE)})) as address:
        assert fetcher.fetch(address + "/").body.decode() == PAGE
