"""What a page was at its last visit: whether it changed since, and when it is worth another look.

A page that did not change needs no second look only while nothing new is looked for: what was known (the registered
articles, the rule pack, the licences) when it was judged is kept beside it, as a digest, and compared.
"""

import hashlib
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, Row, select

from checker.crawl.addresses import canonical
from checker.crawl.rows import digest
from checker.crawl.tables import insert, known
from checker.model import Page, PageOutcome

FIRST, SHORTEST, LONGEST = 24 * 3600.0, 3600.0, 30 * 24 * 3600.0
"""Seconds between two visits: at first, at least, at most."""

SLOWER, FASTER = 1.4, 0.8
"""What a visit that found the page unchanged, or changed, makes of the interval (Nutch's AdaptiveFetchSchedule)."""

LOOKED_AT = (PageOutcome.CLEAN, PageOutcome.MATCHED)


class Revisits:
    """The memory of visited pages, in the store's database; `knowledge` is the digest of what is looked for now."""

    def __init__(self, engine: Engine, knowledge: str) -> None:
        self._engine = engine
        self._knowledge = knowledge

    def validators(self, key: str) -> tuple[str, str]:
        """Return (ETag, Last-Modified) to ask with for a canonical address; "" where the page is to be had anew."""
        row = self._known(key)
        if row is None or row.knowledge != self._knowledge:
            return "", ""
        return row.etag, row.last_modified

    def unchanged(self, page: Page) -> bool:
        """Whether a fetched page is byte for byte what was judged before, by the same knowledge."""
        row = self._known(_key(page.url))
        return row is not None and row.knowledge == self._knowledge and row.sha256 == _sha256(page)

    def due(self, key: str, now: datetime) -> bool:
        """Whether a canonical address is worth a visit: never visited, or its interval is over, or more is known."""
        row = self._known(key)
        if row is None or row.knowledge != self._knowledge:
            return True
        return bool(now.timestamp() >= row.visited + row.interval)

    def note(self, page: Page, outcome: PageOutcome, now: datetime) -> None:
        """Remember what a visit found; a page that could not be judged leaves everything as it was."""
        if outcome not in (*LOOKED_AT, PageOutcome.UNCHANGED):
            return
        key = _key(page.url)
        with self._engine.execution_options(writes=True).begin() as connection:
            before = connection.execute(select(known).where(known.c.key == digest(key))).one_or_none()
            if outcome == PageOutcome.UNCHANGED and before is None:
                return
            row = self._row(key, page, outcome, before, now.timestamp())
            statement = insert(connection, known).values(row)
            connection.execute(statement.on_conflict_do_update(index_elements=[known.c.key], set_=row))

    def _row(
        self, key: str, page: Page, outcome: PageOutcome, before: Row[Any] | None, now: float
    ) -> dict[str, object]:
        same = before is not None and (outcome == PageOutcome.UNCHANGED or before.sha256 == _sha256(page))
        interval = FIRST if before is None else before.interval * (SLOWER if same else FASTER)
        row: dict[str, object] = {
            "key": digest(key),
            "url": key,
            "visited": now,
            "changed": before.changed if before is not None and same else now,
            "interval": min(max(interval, SHORTEST), LONGEST),
        }
        if before is not None and outcome == PageOutcome.UNCHANGED:
            kept = ("etag", "last_modified", "sha256", "knowledge")
            return {**row, **{name: getattr(before, name) for name in kept}}
        rendered = "rendered" in page.facts  # an old shell may be filled with new text
        return {
            **row,
            "etag": "" if rendered else page.header("ETag"),
            "last_modified": "" if rendered else page.header("Last-Modified"),
            "sha256": _sha256(page),
            "knowledge": self._knowledge,
        }

    def _known(self, key: str) -> Row[Any] | None:
        with self._engine.connect() as connection:
            return connection.execute(select(known).where(known.c.key == digest(key))).one_or_none()


def _key(url: str) -> str:
    try:
        return canonical(url)
    except ValueError:
        return url


def _sha256(page: Page) -> str:
    return hashlib.sha256(page.body).hexdigest()
