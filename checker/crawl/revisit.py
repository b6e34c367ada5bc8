"""What a page was at its last visit: whether it changed since, and when it is worth another look.

A page that did not change needs no second look only while nothing new is looked for: what was known (the registered
articles, the rule pack, the licences) when it was judged is kept beside it, as a digest, and compared.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, Row, select

from checker.crawl.addresses import canonical
from checker.crawl.patience import patient
from checker.crawl.rows import digest
from checker.crawl.tables import insert, known
from checker.model import Page, PageOutcome
from checker.transactions import writing

FIRST, SHORTEST, LONGEST = 24 * 3600.0, 3600.0, 30 * 24 * 3600.0
"""Seconds between two visits: at first, at least, at most."""

EARLY = 0.9
"""The share of its interval after which a page is worth another visit: a scan each night must not miss by minutes."""

SLOWER, FASTER = 1.4, 0.8
"""What a visit that found the page unchanged, or changed, makes of the interval (Nutch's AdaptiveFetchSchedule)."""

LOOKED_AT = (PageOutcome.CLEAN, PageOutcome.MATCHED)


@dataclass(frozen=True)
class Visited:
    """What a visit found, and when."""

    page: Page
    outcome: PageOutcome
    at: float
    text: str

    def same(self, before: Row[Any]) -> bool:
        """Whether the page says what it said before, whatever else changed in it."""
        if self.outcome == PageOutcome.UNCHANGED or before.sha256 == _sha256(self.page):
            return True
        return bool(self.text) and self.text == before.text


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

    @patient
    def note(self, page: Page, outcome: PageOutcome, now: datetime, text: str = "") -> None:
        """Remember what a visit found, `text` being a digest of what the page says.

        A page that could not be judged leaves everything as it was.
        """
        if outcome not in (*LOOKED_AT, PageOutcome.UNCHANGED):
            return
        key = _key(page.url)
        with writing(self._engine) as connection:
            before = connection.execute(select(known).where(known.c.key == digest(key))).one_or_none()
            if outcome == PageOutcome.UNCHANGED and before is None:
                return
            visit = Visited(page, outcome, now.timestamp(), text)
            row = self._row(key, visit, before)
            statement = insert(connection, known).values(row)
            connection.execute(statement.on_conflict_do_update(index_elements=[known.c.key], set_=row))

    def _row(self, key: str, visit: Visited, before: Row[Any] | None) -> dict[str, object]:
        same = before is not None and visit.same(before)
        interval = FIRST if before is None else before.interval * (SLOWER if same else FASTER)
        row: dict[str, object] = {
            "key": digest(key),
            "url": key,
            "visited": visit.at,
            "changed": before.changed if before is not None and same else visit.at,
            "interval": min(max(interval, SHORTEST), LONGEST),
        }
        if before is not None and visit.outcome == PageOutcome.UNCHANGED:
            kept = ("etag", "last_modified", "sha256", "text", "knowledge")
            return {**row, **{name: getattr(before, name) for name in kept}}
        rendered = "rendered" in visit.page.facts  # an old shell may be filled with new text
        return {
            **row,
            "etag": "" if rendered else visit.page.header("ETag"),
            "last_modified": "" if rendered else visit.page.header("Last-Modified"),
            "sha256": _sha256(visit.page),
            "text": visit.text,
            "knowledge": self._knowledge,
        }

    @patient
    def _known(self, key: str) -> Row[Any] | None:
        with self._engine.connect() as connection:
            return connection.execute(select(known).where(known.c.key == digest(key))).one_or_none()


def resting(connection: Connection, keys: Sequence[int], knowledge: str, now: float) -> frozenset[int]:
    """Return which of some addresses, given by their digests, are not worth another visit yet.

    One never visited always is, and every one is where something new is looked for; a visit that lies in the future
    was noted by a wrong clock.
    """
    since, pause = now - known.c.visited, EARLY * known.c.interval
    of_now = (known.c.knowledge == knowledge, since < pause, since > -pause)
    query = select(known.c.key).where(known.c.key.in_(keys), *of_now)
    return frozenset(connection.execute(query).scalars()) if keys else frozenset()


def _key(url: str) -> str:
    try:
        return canonical(url)
    except ValueError:
        return url


def _sha256(page: Page) -> str:
    return hashlib.sha256(page.body).hexdigest()
