"""The registered articles in the database."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select, update

from checker.keep import database, tables
from checker.keep.record import storable
from checker.model import Article, Ownership

BATCH = 500
"""Articles per statement: below SQLite's limit of variables, and a batch of long texts stays in memory."""


@dataclass(frozen=True)
class Registered:
    """How many articles were new, changed, or as they were."""

    registered: int = 0
    updated: int = 0
    unchanged: int = 0

    def __add__(self, other: "Registered") -> "Registered":
        return Registered(
            self.registered + other.registered, self.updated + other.updated, self.unchanged + other.unchanged
        )


def batches(articles: Iterable[Article]) -> Iterator[tuple[Article, ...]]:
    """Cut a stream of articles into batches in which no id comes twice."""
    batch: dict[str, Article] = {}
    for article in articles:
        if article.id in batch or len(batch) == BATCH:
            yield tuple(batch.values())
            batch = {}
        batch[article.id] = article
    if batch:
        yield tuple(batch.values())


def register(connection: Connection, batch: Iterable[Article], now: datetime) -> Registered:
    """Put a batch in, each id once; an article that is there and the same is left alone."""
    rows = {article.id: _row(article, now) for article in batch}
    columns = tables.articles.c
    known = connection.execute(
        select(columns.id, columns.digest, columns.unregistered).where(columns.id.in_(rows)).order_by(columns.id)
    )
    there = {row.id: row.digest for row in known if row.unregistered is None}
    changed = [row for row in rows.values() if there.get(row["id"]) != row["digest"]]
    database.upsert(connection, tables.articles, changed, keep=("registered",))
    updated = sum(row["id"] in there for row in changed)
    return Registered(len(changed) - updated, updated, len(rows) - len(changed))


def unregister(connection: Connection, article: str, now: datetime) -> bool:
    """Withdraw an article from matching, its row kept for its cases; False where none is registered by that id."""
    columns = tables.articles.c
    result = connection.execute(
        update(tables.articles)
        .where(columns.id == article, columns.unregistered.is_(None))
        .values(unregistered=now, updated=now)
    )
    return result.rowcount > 0


def article(connection: Connection, identity: str) -> Article | None:
    """Return the registered article of that id, None where there is none."""
    columns = tables.articles.c
    row = connection.execute(
        select(columns.record).where(columns.id == identity, columns.unregistered.is_(None))
    ).scalar()
    return None if row is None else from_record(row)


def articles(connection: Connection, ownership: Ownership | None = None) -> Iterator[Article]:
    """Return the registered articles, in the order of their ids."""
    columns = tables.articles.c
    query = select(columns.record).where(columns.unregistered.is_(None)).order_by(columns.id)
    if ownership is not None:
        query = query.where(columns.ownership == ownership.value)
    for row in connection.execution_options(yield_per=BATCH).execute(query).scalars():
        yield from_record(row)


def remember(connection: Connection, article: Article, now: datetime) -> None:
    """Make sure that a matched article has a row: its cases hang on it even if the register was lost."""
    statement = database.insert(connection, tables.articles).values(_row(article, now))
    connection.execute(statement.on_conflict_do_nothing())


def to_record(article: Article) -> dict[str, Any]:
    """Return every field of an article as JSON."""
    return {
        "id": article.id,
        "title": storable(article.title),
        "text": storable(article.text),
        "url": storable(article.url),
        "published": None if article.published is None else article.published.isoformat(),
        "source": storable(article.source),
        "authors": [storable(author) for author in article.authors],
        "publisher": article.publisher,
        "ownership": article.ownership.value,
        "notice": [list(span) for span in article.notice],
        "channel": article.channel,
        "tags": list(article.tags),
        "withdrawn": article.withdrawn,
    }


def from_record(record: dict[str, Any]) -> Article:
    """Return the article that `to_record` wrote down."""
    published = record["published"]
    return Article(
        **{
            **record,
            "published": None if published is None else datetime.fromisoformat(published),
            "authors": tuple(record["authors"]),
            "ownership": Ownership(record["ownership"]),
            "notice": tuple((start, end) for start, end in record["notice"]),
            "tags": tuple(record["tags"]),
        }
    )


def _row(article: Article, now: datetime) -> dict[str, Any]:
    record = to_record(article)
    canonical = json.dumps(record, ensure_ascii=False, sort_keys=True).encode()
    return {
        "id": article.id,
        "publisher": article.publisher,
        "title": record["title"],
        "url": record["url"],
        "published": article.published,
        "source": record["source"],
        "ownership": article.ownership.value,
        "record": record,
        "digest": hashlib.sha256(canonical).hexdigest(),
        "registered": now,
        "updated": now,
        "unregistered": None,
    }
