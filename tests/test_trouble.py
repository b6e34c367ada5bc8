"""A scan in trouble: a full disk, a database that goes away, Ctrl-C, others that do the same at the same time."""

import signal
import time
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url, text

from tests.cli.conftest import run
from tests.test_kill import World, findings, pages, scan, workspace, world

SIZE = 12


def waited(world: World, requests: int) -> None:
    """Wait until so many requests came."""
    until = time.monotonic() + 60
    while sum(len(site.seen) for site in world.sites) < requests:
        assert time.monotonic() < until
        time.sleep(0.01)


def polite(world: World) -> None:
    """Nobody was asked twice at once, nor for what robots.txt forbids, nor sooner than the delay allows."""
    for site in world.sites:
        times = sorted((seen.began, seen.ended) for seen in site.seen)
        assert all(before[1] <= after[0] for before, after in pairwise(times))
        assert not [seen.path for seen in site.seen if seen.path.startswith("/private")]


def said(folder: Path) -> list[str]:
    return (folder / "errors.txt").read_text(encoding="utf-8").splitlines()


def test_scans_of_the_same_started_at_once_share_it(address: str, tmp_path: Path) -> None:
    with world(SIZE) as served:
        folder = workspace(tmp_path / "here", address)
        programs = [scan(folder, served) for _ in range(3)]
        assert {program.wait(timeout=120) for program in programs} == {1}
        asked = served.asked()
        assert {url for url in asked if url in served.urls} == served.urls
        assert set(asked.values()) == {1}, "no page twice, and robots.txt of each host once"
        polite(served)
        assert set(pages(folder)) >= served.urls
        found = findings(folder)
        assert len(found) == len({row["id"] for row in found}) > 0
        coverage = [line for line in said(folder) if line.startswith("pages ")]
        assert len(coverage) == 3
        assert f"pages {len(pages(folder))}, " in coverage[-1]
        assert run("runs", "--workspace", str(folder)).out.count("complete") == 1


def test_the_delay_is_kept_among_programs_and_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHECKER_CRAWL_DELAY", "0.15")
    with world(SIZE // 2) as served:
        folder = workspace(tmp_path / "here", "sqlite:///data/checker.db")
        one, two = World(served.sites, served.homes[:2], SIZE), World(served.sites, served.homes[1:], SIZE)
        programs = [scan(folder, each) for each in (one, two)]  # two runs, with one site in common
        assert {program.wait(timeout=120) for program in programs} == {1}
        polite(served)
        for site in served.sites:
            starts = sorted(seen.began for seen in site.seen)
            assert min(after - before for before, after in pairwise(starts)) >= 0.14


def test_a_full_disk_is_one_line_and_costs_nothing(tmp_path: Path) -> None:
    with world(SIZE) as served:
        folder = workspace(tmp_path / "here", "sqlite:///data/checker.db")
        size = (folder / "data" / "checker.db").stat().st_size

        limit = f'ulimit -f {(size + 200_000) // 1024}; exec "$@"'
        program = scan(folder, served, ("bash", "-c", limit, "full"))
        assert program.wait(timeout=120) == 2
        assert said(folder)[-1].startswith("checker: ")
        assert "Traceback" not in "\n".join(said(folder))
        done = len(pages(folder))
        assert run("scan", *served.homes, "--workspace", str(folder)).code == 1
        assert set(pages(folder)) >= served.urls
        assert done < len(served.urls)
        assert run("verify", "--workspace", str(folder)).code == 0


@pytest.mark.parametrize("word", [signal.SIGINT, signal.SIGTERM])
def test_a_scan_that_is_told_to_stop_is_taken_up(word: signal.Signals, tmp_path: Path) -> None:
    with world(SIZE) as served:
        for site in served.sites:
            site.latency = 0.02
        folder = workspace(tmp_path / "here", "sqlite:///data/checker.db")
        program = scan(folder, served)
        waited(served, 12)
        program.send_signal(word)
        assert program.wait(timeout=20) == (130 if word is signal.SIGINT else -word)
        assert "Traceback" not in "\n".join(said(folder))
        assert run("scan", *served.homes, "--workspace", str(folder)).code == 1
        assert set(pages(folder)) >= served.urls
        asked = Counter(served.asked())
        assert sum(asked[url] - 1 for url in served.urls) <= 12
        polite(served)


@pytest.mark.parametrize("address", ["postgresql"], indirect=True)
def test_a_database_that_goes_away_is_waited_for(address: str, tmp_path: Path) -> None:
    template = make_url(address).set(database="template1")
    other = create_engine(template, isolation_level="AUTOCOMMIT")
    drop = text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'postgres'")
    with world(SIZE) as served, other.connect() as server:
        for site in served.sites:
            site.latency = 0.02
        folder = workspace(tmp_path / "here", address)
        program = scan(folder, served)
        for _ in range(3):
            waited(served, sum(len(site.seen) for site in served.sites) + 4)
            server.execute(text("ALTER DATABASE postgres ALLOW_CONNECTIONS false"))
            server.execute(drop)
            time.sleep(1)
            server.execute(text("ALTER DATABASE postgres ALLOW_CONNECTIONS true"))
        assert program.wait(timeout=120) == 1, said(folder)
        assert set(pages(folder)) >= served.urls
        asked = served.asked()
        assert sum(asked[url] - 1 for url in served.urls) == 0
        polite(served)
    other.dispose()
