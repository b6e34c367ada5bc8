"""Enter articles in the register: first into the index, then into the database.

The index is what pages are matched against, so it goes first: a command killed in between leaves an article that is
found but not yet listed, and the same command again finishes the work. Articles that are not ours are listed, never
matched against.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from itertools import islice

from checker.keep.articles import Registered
from checker.keep.curations import Fact
from checker.keep.store import Store
from checker.match.index import Index
from checker.model import Article, Ownership

BATCH = 20_000


def enter(articles: Iterable[Article], index: Index, store: Store, now: datetime) -> Registered:
    """Register articles, by batches; each is in the index and in the database, or the command can be repeated."""
    total = Registered()
    owners, dates = store.curated(Fact.OWNER), store.curated(Fact.FIRST_PUBLICATION)
    for given in batches(articles):
        batch = [corrected(article, owners.get(article.id), dates.get(article.id)) for article in given]
        matched = [article for article in batch if article.ownership is not Ownership.NOT_OURS]
        if fresh := [article for article in matched if held(index, article.id) != article]:
            index.add(fresh)
        foreign = [article.id for article in batch if article.ownership is Ownership.NOT_OURS]
        if foreign := [identity for identity in foreign if held(index, identity)]:
            index.remove(foreign)
        total += store.register(batch, now)
    return total


def corrected(article: Article, owner: str | None, first: str | None) -> Article:
    """Return the article with the facts that a person corrected: who owns it, when it first appeared."""
    if owner:
        article = replace(article, ownership=Ownership(owner))
    return replace(article, published=datetime.fromisoformat(first)) if first else article


def strike(identity: str, index: Index, store: Store, now: datetime) -> None:
    """Take an article out of the register; StoreError where there is none of that id."""
    store.article(identity)
    index.remove([identity])
    store.unregister(identity, now)


def held(index: Index, identity: str) -> Article | None:
    """Return the article of that id as the index holds it, None where it does not."""
    try:
        return index.article(identity)
    except KeyError:
        return None


def batches(articles: Iterable[Article]) -> Iterator[tuple[Article, ...]]:
    """Yield the articles by BATCH."""
    rest = iter(articles)
    while batch := tuple(islice(rest, BATCH)):
        yield batch
