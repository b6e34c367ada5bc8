"""Worlds to report on: in memory for counting, in a file (or PostgreSQL) for sending."""

import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Connection, create_engine, text

from checker.keep import tables
from checker.keep.store import Store
from checker.report.figures import Figures, LicenceNote
from checker.report.gather import gather
from checker.report.period import parse
from tests.report.world import MONDAY, ZONE, World, fill

NOTES = (
    LicenceNote("LIC-A", "橋頭資訊", "exceeded", date(2027, 3, 31), 7, 5, "第四條"),
    LicenceNote("LIC-B", "山路文化傳播", "expiring", date(2026, 12, 5)),
)


@pytest.fixture
def connection() -> Iterator[Connection]:
    """A connection to an empty database in memory."""
    engine = create_engine("sqlite://")
    tables.metadata.create_all(engine)
    with engine.begin() as opened:
        yield opened
    engine.dispose()


@pytest.fixture
def world(connection: Connection) -> World:
    """Four articles and nothing else yet."""
    made = World(connection)
    made.articles()
    return made


@pytest.fixture(scope="session")
def filled(migrated: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with twelve weeks of life, to copy."""
    path = tmp_path_factory.mktemp("filled") / "checker.db"
    shutil.copy(migrated, path)
    with Store.open(f"sqlite:///{path}") as store, store.writing() as opened:
        fill(World(opened))
    return path


@pytest.fixture
def store(filled: Path, tmp_path: Path) -> Iterator[Store]:
    """A store with twelve weeks of life."""
    shutil.copy(filled, tmp_path / "checker.db")
    with Store.open(f"sqlite:///{tmp_path / 'checker.db'}") as opened:
        yield opened


@pytest.fixture
def other_store(migrated_postgresql: str) -> Iterator[Store]:
    """The same on PostgreSQL."""
    engine = create_engine(migrated_postgresql)
    with engine.begin() as opened:
        names = ", ".join(table.name for table in tables.metadata.sorted_tables)
        opened.execute(text(f"TRUNCATE {names} RESTART IDENTITY CASCADE"))
    engine.dispose()
    with Store.open(migrated_postgresql) as store:
        with store.writing() as opened:
            fill(World(opened))
        yield store


@pytest.fixture(scope="session")
def figures(filled: Path) -> Figures:
    """The figures of 2026-W47."""
    with Store.open(f"sqlite:///{filled}") as store, store.reading() as opened:
        return gather(opened, parse("2026-W47", ZONE), made=MONDAY, licences=NOTES)
