"""A database is opened at this version's tables, or refused in one clear line."""

import subprocess
import sys
from pathlib import Path
from threading import Timer

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import MetaData, create_engine, event, make_url, text

from checker.crawl import tables as crawl_tables
from checker.errors import StoreError
from checker.keep import tables
from checker.keep.database import MIGRATIONS
from checker.keep.runs import Task
from checker.keep.store import Store
from tests.keep.samples import NOW, article, examined


def test_the_migrations_make_the_tables_of_the_code(store: Store) -> None:
    both = MetaData()
    for each in (*tables.metadata.sorted_tables, *crawl_tables.metadata.sorted_tables):
        each.to_metadata(both)
    with store.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, both) == []


def test_the_last_migration_is_the_version_of_the_tables() -> None:
    assert ScriptDirectory(str(MIGRATIONS)).get_current_head() == tables.VERSION


def test_a_new_database_and_its_folder_are_made(tmp_path: Path) -> None:
    address = f"sqlite:///{tmp_path / 'new' / 'folder' / 'checker.db'}"
    for _ in range(2):
        with Store.open(address) as store:
            store.register([article()], NOW)
            assert [each.id for each in store.articles()] == ["a1"]


def test_programs_that_start_at_once_migrate_once(tmp_path: Path) -> None:
    address = f"sqlite:///{tmp_path / 'checker.db'}"
    command = [sys.executable, "-c", f"from checker.keep.store import Store; Store.open({address!r}).close()"]
    processes = [subprocess.Popen(command, stderr=subprocess.PIPE) for _ in range(3)]
    assert [process.communicate()[1] for process in processes] == [b"", b"", b""]
    with Store.open(address) as store:
        assert list(store.articles()) == []


def test_a_database_of_a_newer_version_is_refused(store: Store, address: str) -> None:
    with store.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    try:
        with pytest.raises(StoreError, match=r"of version 9999, newer than .*update checker"):
            Store.open(address)
    finally:
        with store.writing() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = :version"), {"version": tables.VERSION})


@pytest.mark.parametrize(
    ("address", "message"),
    [
        ("nonsense", "expected sqlite:///"),
        ("mysql://localhost/checker", "expected sqlite:///.* not mysql"),
        ("postgresql+nothing://localhost/checker", "expected sqlite:///"),
        ("postgresql+psycopg://user:secret@127.0.0.1:9/checker", r"user:\*\*\*@127.0.0.1:9/checker: .*refused"),
        ("sqlite:////proc/none/checker.db", "the folder of the database cannot be made"),
    ],
)
def test_a_database_that_cannot_be_used_is_one_line(address: str, message: str) -> None:
    with pytest.raises(StoreError, match=message) as error:
        Store.open(address)
    assert "\n" not in str(error.value)
    assert "secret" not in str(error.value)


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "checker.db"
    path.write_bytes(b"this is no database\n" * 100)
    with pytest.raises(StoreError, match="file is not a database"):
        Store.open(f"sqlite:///{path}")
    assert path.read_bytes().startswith(b"this is no database")


def test_a_failed_transaction_leaves_nothing(store: Store) -> None:
    with pytest.raises(StoreError, match=r"(?i)constraint"):
        twice(store)
    with store.reading() as connection:
        assert connection.execute(text("SELECT count(*) FROM crawls")).scalar() == 0


def twice(store: Store) -> None:
    with store.writing() as connection:
        for _ in range(2):
            connection.execute(text("INSERT INTO crawls (id, begun) VALUES (7, 0)"))


DROP = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'postgres' AND pid <> pg_backend_pid()"


@pytest.mark.parametrize("idle", [True, False], ids=["between two pages", "in the middle of a page"])
def test_a_database_that_goes_away_is_waited_for(migrated_postgresql: str, *, idle: bool) -> None:
    """The server drops everybody and lets nobody in for a second; the page is kept once it does again."""
    template = make_url(migrated_postgresql).set(database="template1")
    other = create_engine(template, isolation_level="AUTOCOMMIT")

    def allow(whom: str) -> None:
        with other.connect() as server:
            server.execute(text(f"ALTER DATABASE postgres ALLOW_CONNECTIONS {whom}"))
            if whom == "false":
                server.execute(text(DROP))

    opening = Timer(1.0, allow, ["true"])

    def go_away(_connection: object = None) -> None:
        if not opening.is_alive():
            allow("false")
            opening.start()

    with Store.open(migrated_postgresql) as store:
        run = store.begin(Task.of("scan", [], "cri 1"), NOW)
        if idle:
            go_away()
        else:
            event.listen(store.engine, "commit", go_away, once=True)
        store.keep(run, examined(url="https://a.example/1"), NOW)
        opening.join()
        assert [page.url for page in store.pages(run)] == ["https://a.example/1"]
    other.dispose()


def test_an_empty_file_becomes_a_database(tmp_path: Path) -> None:
    path = tmp_path / "checker.db"
    path.touch()
    Store.open(f"sqlite:///{path}").close()
    engine = create_engine(f"sqlite:///{path}")
    with engine.connect() as connection:
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar() == tables.VERSION
        assert connection.execute(text("PRAGMA journal_mode")).scalar() == "wal"
    engine.dispose()
