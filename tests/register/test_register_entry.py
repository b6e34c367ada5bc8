from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from checker.errors import StoreError
from checker.keep.articles import Registered
from checker.keep.store import Store
from checker.match.index import Index
from checker.model import Article, Ownership
from checker.register.entry import enter, strike
from tests.register.conftest import BODY

NOW = datetime(2026, 11, 4, 8, tzinfo=UTC)
BRIDGE = Article("bridge", "白沙渡大橋通車", BODY, published=datetime(2026, 11, 3, 2, tzinfo=UTC), source="國際在線")
FERRY = Article("ferry", "最後一班渡船", "渡船在傍晚六點開出最後一班,船長拉響了三聲汽笛。" * 3, source="國際在線")


@pytest.fixture
def index(tmp_path: Path) -> Index:
    return Index.open(tmp_path / "index")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(f"sqlite:///{tmp_path / 'checker.db'}") as store:
        yield store


def found(index: Index, text: str) -> set[str]:
    return {candidate.id for candidate in index.candidates(text)}


def test_what_is_entered_is_listed_and_found(index: Index, store: Store) -> None:
    assert enter([BRIDGE, FERRY], index, store, NOW) == Registered(2, 0, 0)
    assert found(index, BODY) == {"bridge"}
    assert [article.id for article in store.articles()] == ["bridge", "ferry"]


def test_the_same_again_changes_nothing(index: Index, store: Store) -> None:
    enter([BRIDGE, FERRY], index, store, NOW)
    assert enter([BRIDGE, FERRY], index, store, NOW) == Registered(0, 0, 2)


def test_a_changed_text_replaces_the_old_one(index: Index, store: Store) -> None:
    enter([BRIDGE], index, store, NOW)
    assert enter([replace(BRIDGE, text=FERRY.text)], index, store, NOW) == Registered(0, 1, 0)
    assert found(index, BODY) == set()
    assert found(index, FERRY.text) == {"bridge"}


def test_what_is_not_ours_is_listed_and_never_found(index: Index, store: Store) -> None:
    enter([BRIDGE], index, store, NOW)
    enter([replace(BRIDGE, source="青藤日報", ownership=Ownership.NOT_OURS)], index, store, NOW)
    assert found(index, BODY) == set()
    assert [article.ownership for article in store.articles()] == [Ownership.NOT_OURS]


def test_the_pasted_notice_is_never_found(index: Index, store: Store, notice: str) -> None:
    text = f"{BODY}\n{notice}"
    enter([replace(BRIDGE, text=text, notice=((len(BODY) + 1, len(text)),))], index, store, NOW)
    assert found(index, notice) == set()
    assert found(index, BODY) == {"bridge"}


def test_what_is_struck_is_gone_and_can_come_back(index: Index, store: Store) -> None:
    enter([BRIDGE, FERRY], index, store, NOW)
    strike("bridge", index, store, NOW)
    assert found(index, BODY) == set()
    assert [article.id for article in store.articles()] == ["ferry"]
    with pytest.raises(StoreError, match="no article 'bridge'"):
        strike("bridge", index, store, NOW)
    assert enter([BRIDGE], index, store, NOW) == Registered(1, 0, 0)
    assert found(index, BODY) == {"bridge"}
