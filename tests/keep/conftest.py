"""A store on each database in turn."""

from collections.abc import Iterator

import pytest

from checker.keep.runs import Task
from checker.keep.store import Store
from tests.keep.samples import NOW


@pytest.fixture
def store(address: str) -> Iterator[Store]:
    """An empty store, on each database in turn."""
    with Store.open(address) as opened:
        yield opened


@pytest.fixture
def run(store: Store) -> int:
    """The number of a running scan."""
    return store.begin(Task.of("scan", ["https://a.example/"], "cri 1"), NOW)
