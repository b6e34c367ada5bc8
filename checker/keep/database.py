"""The database behind the store: opened, guarded and brought to this version's tables."""

import json
import sqlite3
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import lru_cache, partial
from pathlib import Path
from threading import Lock
from typing import Any

from sqlalchemy import Connection, Dialect, Engine, Insert, Table, create_engine, event, inspect, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError
from sqlalchemy.pool import ConnectionPoolEntry

from checker.errors import StoreError
from checker.keep.tables import VERSION
from checker.transactions import writing

MIGRATIONS = Path(__file__).parent / "migrations"

BUSY_MS = 60_000
"""How long a SQLite writer waits for another one; our transactions take milliseconds."""

PATIENCE = 60.0
"""Seconds that a program at work waits for a PostgreSQL server that went away, say to be restarted."""

MIGRATION_LOCK = 0x636865636B6572
"""PostgreSQL advisory lock ("checker"), so that two programs starting at once do not both migrate."""


def connect(address: str) -> Engine:
    """Return an engine for a database address, reachable and at this version; StoreError says what is wrong."""
    try:
        url = make_url(address)
        if url.get_backend_name() not in ("sqlite", "postgresql"):
            raise StoreError(f"database: expected sqlite:///... or postgresql+psycopg://..., not {url.drivername}")
        if url.get_backend_name() == "sqlite" and url.database:
            Path(url.database).parent.mkdir(parents=True, exist_ok=True)
        engine = _engine(address)
    except (ArgumentError, ImportError) as error:
        raise StoreError(f"database: expected sqlite:///... or postgresql+psycopg://...: {error}") from error
    except OSError as error:
        raise StoreError(f"the folder of the database cannot be made: {error}") from error
    try:
        with guarded(engine):
            _migrate(engine)
    except BaseException:
        engine.dispose()
        raise
    if engine.dialect.name == "postgresql":
        event.listen(engine, "do_connect", _connect_patiently)
    return engine


def gone(error: StoreError) -> bool:
    """Whether the error is that the database went away in the middle of something, which may be tried again."""
    return isinstance(error.__cause__, DBAPIError) and error.__cause__.connection_invalidated


@contextmanager
def guarded(engine: Engine) -> Iterator[None]:
    """Turn what the database reports (gone, full, locked, not a database) into one clear StoreError."""
    try:
        yield
    except DBAPIError as error:
        first = str(error.orig).strip().splitlines()
        raise StoreError(f"database {engine.url.render_as_string()}: {first[0] if first else error}") from error
    except SQLAlchemyError as error:
        raise StoreError(f"database {engine.url.render_as_string()}: {error}") from error


def insert(connection: Connection, table: Table) -> postgresql.Insert | sqlite.Insert:
    """Return the insert of this database's dialect, which can say what to do on conflict."""
    return postgresql.insert(table) if connection.dialect.name == "postgresql" else sqlite.insert(table)


def upsert(connection: Connection, table: Table, rows: Iterable[dict[str, Any]], *, keep: tuple[str, ...] = ()) -> None:
    """Insert rows; where the primary key is there already, update every other column but those of `keep`."""
    values = list(rows)
    if values:
        connection.execute(_upsert(connection.dialect.name, table, tuple(values[0]), keep), values)


@lru_cache(maxsize=64)  # building the statement takes longer than running it
def _upsert(dialect: str, table: Table, names: tuple[str, ...], keep: tuple[str, ...]) -> Insert:
    statement = postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)
    key = [column.name for column in table.primary_key]
    changes = {name: statement.excluded[name] for name in names if name not in {*key, *keep}}
    return statement.on_conflict_do_update(index_elements=key, set_=changes)


def alone(connection: Connection, lock: int) -> None:
    """Wait until no other transaction holds a lock, and hold it to the end; SQLite has one writer at a time anyway."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": lock})


def _engine(address: str) -> Engine:
    to_json = partial(json.dumps, ensure_ascii=False, separators=(",", ":"))
    engine = create_engine(
        address, json_serializer=to_json, pool_pre_ping=make_url(address).get_backend_name() != "sqlite"
    )
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare)
        turn = _Turn()
        event.listen(engine, "begin", turn.begin)
        event.listen(engine, "commit", turn.end)
        event.listen(engine, "rollback", turn.end)
    return engine


def _connect_patiently(dialect: Dialect, _record: Any, words: list[Any], settings: dict[str, Any]) -> Any:
    until = time.monotonic() + PATIENCE
    while True:
        try:
            return dialect.connect(*words, **settings)
        except dialect.loaded_dbapi.OperationalError:
            if time.monotonic() > until:
                raise
            time.sleep(0.5)


def _prepare(connection: sqlite3.Connection, _entry: ConnectionPoolEntry) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves: the driver's own begins come too late
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", f"busy_timeout={BUSY_MS}"):
        connection.execute(f"PRAGMA {pragma}").close()


class _Turn:
    """Who of this process may write to SQLite now: a queue in memory, as SQLite lets those who wait sleep too long."""

    def __init__(self) -> None:
        self._lock = Lock()

    def begin(self, connection: Connection) -> None:
        """Begin a transaction of SQLite; one that writes takes the lock at once, and not at its first write."""
        if not connection.get_execution_options().get("writes", False):
            connection.exec_driver_sql("BEGIN")
            return
        if not self._lock.acquire(timeout=BUSY_MS / 1000):
            raise StoreError("the database has been written to for a minute by another part of this program")
        connection.info["turn"] = self
        try:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        except BaseException:
            self.end(connection)
            raise

    def end(self, connection: Connection) -> None:
        """Let the next one write."""
        if connection.info.pop("turn", None) is self:
            self._lock.release()


def _migrate(engine: Engine) -> None:
    with engine.connect() as connection:
        if _version(connection) == VERSION:
            return
    with writing(engine) as connection:
        alone(connection, MIGRATION_LOCK)
        if (version := _version(connection)) != VERSION:
            _upgrade(connection, version)


def _version(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def _upgrade(connection: Connection, version: str | None) -> None:
    from alembic import command  # noqa: PLC0415 - only a new or old database pays for this import
    from alembic.config import Config  # noqa: PLC0415 - the same
    from alembic.script import ScriptDirectory  # noqa: PLC0415 - the same

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if version is not None and version not in known:
        raise StoreError(
            f"the database is of version {version}, newer than {VERSION}, the newest this checker knows; update checker"
        )
    command.upgrade(config, VERSION)
