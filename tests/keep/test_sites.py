"""The watch list."""

from datetime import timedelta

import pytest

from checker.errors import StoreError, UsageError
from checker.keep.sites import Site
from checker.keep.store import Store
from checker.model import PageOutcome
from tests.keep.samples import NOW, examined

HOUR = timedelta(hours=1)


def test_a_site_is_due_when_its_hours_are_over(store: Store, run: int) -> None:
    store.watch(Site("https://a.example/", every=6), NOW)
    store.watch(Site("https://b.example/"), NOW)
    assert [each.site.url for each in store.sites(due=NOW)] == ["https://a.example/", "https://b.example/"]
    store.keep(run, examined(url="https://a.example/1"), NOW)
    store.scanned("https://a.example/", run, NOW)
    store.scanned("https://b.example/", run, NOW)
    assert [each.site.url for each in store.sites(due=NOW + 6 * HOUR)] == ["https://a.example/"]
    (first, _) = store.sites()
    assert (first.run, first.scanned, first.result) == (run, NOW, {PageOutcome.CLEAN: 1})


def test_watching_again_changes_how_not_what_was(store: Store, run: int) -> None:
    store.watch(Site("https://a.example/"), NOW)
    store.scanned("https://a.example/", run, NOW)
    (before,) = store.sites()
    store.watch(Site("https://a.example/", every=1, pages=50, comment="專稿多"), NOW + HOUR)
    (after,) = store.sites()
    assert (after.added, after.due, after.run) == (before.added, NOW + HOUR, run)
    assert after.site == Site("https://a.example/", every=1, pages=50, comment="專稿多")


def test_bad_input_is_refused(store: Store, run: int) -> None:
    with pytest.raises(UsageError, match="every: expected a number above 0, not 0"):
        store.watch(Site("https://a.example/", every=0), NOW)
    with pytest.raises(StoreError, match="not on the watch list"):
        store.unwatch("https://a.example/")
    with pytest.raises(StoreError, match="not on the watch list"):
        store.scanned("https://a.example/", run, NOW)
    store.watch(Site("https://a.example/"), NOW)
    store.unwatch("https://a.example/")
    assert store.sites() == ()
