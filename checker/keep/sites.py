"""The watch list: which sites are scanned how often, within which budgets, and what the last scan brought."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, select, update

from checker.errors import StoreError, UsageError
from checker.keep import database, runs, tables
from checker.keep.record import storable
from checker.model import PageOutcome


@dataclass(frozen=True)
class Site:
    """A site to watch: `every` so many hours; budgets of one scan, None for those of the workspace."""

    url: str
    every: int = 24
    pages: int | None = None
    bytes: int | None = None
    seconds: int | None = None
    comment: str = ""


@dataclass(frozen=True)
class Watched:
    """A site on the list; `run` is its last scan, `result` how many of its pages ended in each outcome."""

    site: Site
    added: datetime
    due: datetime
    run: int | None
    scanned: datetime | None
    result: Mapping[PageOutcome, int]


def watch(connection: Connection, site: Site, now: datetime) -> None:
    """Put a site on the list, due at once; one that is on it gets the new budgets, and is due by the new schedule."""
    for name in ("every", "pages", "bytes", "seconds"):
        value = getattr(site, name)
        if value is not None and value <= 0:
            raise UsageError(f"{site.url}: {name}: expected a number above 0, not {value}")
    last = connection.execute(select(tables.sites.c.scanned).where(tables.sites.c.url == site.url)).scalar()
    row = {
        **vars(site),
        "comment": storable(site.comment),
        "added": now,
        "due": now if last is None else last + timedelta(hours=site.every),
        "run": None,
        "scanned": None,
        "result": {},
    }
    database.upsert(connection, tables.sites, [row], keep=("added", "run", "scanned", "result"))


def unwatch(connection: Connection, url: str) -> None:
    """Take a site off the list."""
    if connection.execute(delete(tables.sites).where(tables.sites.c.url == url)).rowcount == 0:
        raise StoreError(f"{url} is not on the watch list; see: checker sites list")


def sites(connection: Connection, due: datetime | None) -> tuple[Watched, ...]:
    """Return the sites in the order of their addresses, all or those that are due."""
    query = select(tables.sites).order_by(tables.sites.c.url)
    if due is not None:
        query = query.where(tables.sites.c.due <= due)
    return tuple(
        Watched(
            Site(row.url, row.every, row.pages, row.bytes, row.seconds, row.comment),
            row.added,
            row.due,
            row.run,
            row.scanned,
            {PageOutcome(outcome): count for outcome, count in row.result.items()},
        )
        for row in connection.execute(query)
    )


def scanned(connection: Connection, url: str, run: int, now: datetime) -> None:
    """Note a scan of a site that ended now."""
    columns = tables.sites.c
    every = connection.execute(select(columns.every).where(columns.url == url)).scalar()
    if every is None:
        raise StoreError(f"{url} is not on the watch list; see: checker sites list")
    values = {
        "run": run,
        "scanned": now,
        "due": now + timedelta(hours=every),
        "result": {outcome.value: count for outcome, count in runs.coverage(connection, run).items()},
    }
    connection.execute(update(tables.sites).where(columns.url == url).values(values))
