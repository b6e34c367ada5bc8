"""The crawl's tables: what is still to be fetched, how each host is to be treated, what a page was at its last visit.

They lie in the store's database, so that several programs share one politeness. Times are seconds since 1970 (UTC).
Addresses are looked up by the digest of their canonical form, as they can be longer than an index takes.
"""

from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects import postgresql, sqlite

metadata = MetaData()

Name = String().with_variant(String(collation="C"), "postgresql")


def only(condition: str) -> dict[str, Any]:
    """Return what makes an index one of few rows: those that go through it at every page stay out of it when done."""
    return {"sqlite_where": text(condition), "postgresql_where": text(condition)}


crawls = Table(
    "crawls",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),  # the number of its run
    Column("begun", Float, nullable=False),
)

workers = Table(
    "workers",
    metadata,
    Column("id", Name, primary_key=True),  # host, process and a random part
    Column("beat", Float, nullable=False),  # its last sign of life
)

errands = Table(
    "errands",
    metadata,
    Column("crawl", ForeignKey("crawls.id"), primary_key=True),
    Column("key", BigInteger, primary_key=True, autoincrement=False),
    Column("host", Name, nullable=False),
    Column("budget", Name, nullable=False),
    Column("priority", Integer, nullable=False),
    Column("pushed", BigInteger, nullable=False),  # first come, first served among equals
    Column("depth", Integer, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("state", Name, nullable=False),  # waiting, leased, fetched, done, dropped, taken, resting
    Column("worker", Name),  # of an errand that is leased or fetched
    Column("outcome", Name),
    Column("asked", BigInteger, nullable=False),  # digest of the address first asked for, or of who took it over
    Column("errand", Text, nullable=False),  # all of it, as JSON
    Index("errands_in_order", "crawl", "host", "priority", "pushed", **only("state = 'waiting'")),
    Index("errands_by_budget", "crawl", "budget", **only("state = 'waiting'")),
    Index("errands_by_asked", "crawl", "asked"),
    Index("errands_at_work", "worker", **only("worker IS NOT NULL")),
)

hosts = Table(
    "hosts",
    metadata,
    Column("host", Name, primary_key=True),
    Column("worker", Name),  # who has a request under way there
    Column("address", Name),  # the IP address at which the host was last met
    Column("due", Float, nullable=False),  # not to be asked before
    Column("wait", Float, nullable=False),  # the seconds that led to `due`
    Column("delay", Float, nullable=False),
    Column("refused", Integer, nullable=False),
    # One request at a time is made to an address, whatever the host names.
    Index("hosts_at_an_address", "address", unique=True, **only("worker IS NOT NULL")),
)

queues = Table(
    "queues",
    metadata,
    Column("crawl", ForeignKey("crawls.id"), primary_key=True),
    Column("host", Name, primary_key=True),
    Column("waiting", Integer, nullable=False),
    Column("failed", Integer, nullable=False),  # connections in a row
)

quotas = Table(
    "quotas",
    metadata,
    Column("crawl", ForeignKey("crawls.id"), primary_key=True),
    Column("budget", Name, primary_key=True),  # a site's pages, or its sitemaps and feeds
    Column("claimed", Integer, nullable=False),
    Column("found", Integer, nullable=False),
    Column("bytes", BigInteger, nullable=False, server_default="0"),  # taken from the site on the wire
    Column("seconds", Float, nullable=False, server_default="0"),  # of requests and of the pauses after them
)

known = Table(
    "known",
    metadata,
    Column("key", BigInteger, primary_key=True, autoincrement=False),
    Column("url", Text, nullable=False),
    Column("etag", Text, nullable=False),
    Column("last_modified", Text, nullable=False),
    Column("sha256", Name, nullable=False),  # of the body
    Column("text", Name, nullable=False, server_default=""),  # digest of its characters, without markup and numbers
    Column("knowledge", Name, nullable=False),  # what the page was judged with
    Column("visited", Float, nullable=False),
    Column("changed", Float, nullable=False),
    Column("interval", Float, nullable=False),  # seconds
    Index("known_by_visited", "visited"),
)

robots = Table(
    "robots",
    metadata,
    Column("key", BigInteger, primary_key=True, autoincrement=False),
    Column("address", Text, nullable=False),
    Column("status", Integer, nullable=False),
    Column("fetched", Float, nullable=False),
    Column("body", LargeBinary, nullable=False),
)


def insert(connection: Connection, table: Table) -> postgresql.Insert | sqlite.Insert:
    """Return the insert of this database's dialect, which can say what to do on conflict."""
    return postgresql.insert(table) if connection.dialect.name == "postgresql" else sqlite.insert(table)
