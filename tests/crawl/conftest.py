"""What the tests of the crawl share."""

from collections.abc import Iterator

import pytest

from checker.keep.store import Store
from checker.settings import Crawl
from tests.crawl import hostile
from tests.crawl.servers import Site, serving


@pytest.fixture(scope="session")
def settings() -> Crawl:
    """Settings that may reach loopback and do not wait between requests."""
    return Crawl(contact="tests@example.org", allow_private=True, delay=0, timeout=20, max_bytes=hostile.LIMIT)


@pytest.fixture(scope="session")
def hasty(settings: Crawl) -> Crawl:
    """The same, giving up soon: for servers that never answer."""
    return settings.model_copy(update={"timeout": 0.7})


@pytest.fixture(scope="session")
def misbehaving() -> Iterator[str]:
    """The address of the server that misbehaves at every path."""
    with serving(Site(hostile.scripts())) as address:
        yield address


@pytest.fixture
def store(address: str) -> Iterator[Store]:
    """A store with every table and no rows, of each kind of database in turn."""
    with Store.open(address) as opened:
        yield opened
