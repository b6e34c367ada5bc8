"""SIGKILL of `checker scan` at any instant, and the same command again until it ends: nothing lost, nothing twice."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import psutil
import pytest
from sqlalchemy import select

from checker.crawl import tables
from checker.crawl.statements import DONE
from checker.keep.runs import COMPLETE
from checker.keep.store import Store
from checker.model import JUDGED
from checker.workers import AHEAD
from tests.cli.conftest import run
from tests.cli.pages import BRIDGE, CLEAN, FERRY, page, text_of
from tests.crawl.servers import Site, serving, text

CONNECTIONS = 4

UNDER_WAY = 4 * CONNECTIONS + AHEAD + 2
"""Pages on their way at a kill: fetched by a thread, waiting for the reader, taken ahead for the worker, noted as kept
but not crossed off yet, and the one that is just being kept."""

SURVIVES = 5.0
"""Seconds that a worker process may take to notice that its scan is dead."""

CREDITS = {3: "來源：國際在線", 5: "", 7: "來源：新華網"}
"""What every tenth page that reposts an article gives as its source; the others are clean."""

PARTED = 12
"""Pages of each site, the first ones, that call the next ones parts of their article."""

PASSING = {"first_seen", "last_seen", "captured"}
"""What two scans of the same pages do not say alike: when."""


@dataclass(frozen=True)
class World:
    """Three sites being served, and how many pages each has."""

    sites: tuple[Site, ...]
    homes: tuple[str, ...]
    size: int

    @property
    def urls(self) -> set[str]:
        """Every address that robots.txt lets be looked at."""
        return {f"{home}{number or ''}" for home in self.homes for number in range(self.size)}

    def asked(self) -> Counter[str]:
        """How often each address was asked for."""
        return Counter(
            home + seen.path.removeprefix("/")
            for home, site in zip(self.homes, self.sites, strict=True)
            for seen in site.seen
        )


def body(number: int, size: int) -> bytes:
    """A page that links to three more of its site; some repost an article."""
    if number % 10 in CREDITS:
        article = (BRIDGE, FERRY)[number // 10 % 2]
        made = page(f"{text_of(article)}\n{number}。", credit=CREDITS[number % 10], title=f"第{number}頁")
    else:
        made = page(f"{CLEAN}\n{number}。", title=f"第{number}頁")
    links = [f"/{3 * number + step}" for step in (1, 2, 3) if 3 * number + step < size] + ["/private/1"]
    word = "下一頁" if number < PARTED else "又一則"
    return made + "".join(f'<a href="{link}">{word}</a>' for link in links).encode()


@contextmanager
def world(size: int) -> Iterator[World]:
    """Serve three sites of `size` pages each."""
    scripts = {f"/{number or ''}": text(body(number, size)) for number in range(size)}
    scripts["/robots.txt"] = text("User-agent: *\nDisallow: /private\n", headers="Content-Type: text/plain")
    sites = tuple(Site(dict(scripts)) for _ in range(3))
    with ExitStack() as stack:
        homes = [stack.enter_context(serving(site, f"127.0.0.{at}")) + "/" for at, site in enumerate(sites, start=1)]
        yield World(sites, tuple(homes), size)


def workspace(folder: Path, database: str) -> Path:
    """Make a workspace that keeps its findings in a database, the sample articles registered."""
    assert run("init", str(folder)).code == 0
    settings = {
        'contact = ""': 'contact = "tests@example.org"',
        "delay = 2.0": "delay = 0",
        "allow_private = false": "allow_private = true",
        "pages = 500": "pages = 5000",
        "depth = 5": "depth = 20",
        "connections = 8": f"connections = {CONNECTIONS}",
        '"sqlite:///data/checker.db"': f'"{database}"',
    }
    file = folder / "checker.toml"
    written = file.read_text(encoding="utf-8")
    for default, mine in settings.items():
        assert default in written
        written = written.replace(default, mine, 1)
    file.write_text(written, encoding="utf-8")
    assert run("register", str(folder / "corpus"), "--workspace", str(folder)).code == 0
    return folder


def findings(folder: Path) -> list[dict[str, Any]]:
    """Everything that was found, but for when and in which run."""
    told = run("findings", "--json", "--all", "--workspace", str(folder)).out
    rows = [json.loads(line) for line in told.splitlines()]
    assert len({row["id"] for row in rows}) == len(rows)
    return [{key: row[key] for key in row if key not in PASSING} for row in rows]


def pages(folder: Path) -> dict[str, str]:
    """The outcome of every page of the latest run."""
    told = run("pages", "--json", "--workspace", str(folder)).out
    rows = [json.loads(line) for line in told.splitlines()]
    assert len({row["url"] for row in rows}) == len(rows)
    return {row["url"]: row["outcome"] for row in rows}


def scan(folder: Path, world: World, shell: tuple[str, ...] = ()) -> "subprocess.Popen[bytes]":
    """Start `checker scan` in a session of its own; what it says of errors goes to a file in the workspace.

    `shell` is what the command is given to, if not to be started itself.
    """
    with (folder / "errors.txt").open("ab") as errors:
        return subprocess.Popen(
            [*shell, sys.executable, "-m", "checker", "scan", *world.homes],
            cwd=folder,
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])},
            stdout=subprocess.DEVNULL,
            stderr=errors,
            start_new_session=True,
        )


def kill(process: "subprocess.Popen[bytes]") -> None:
    """Kill a scan, and nothing but it; its workers must end by themselves."""
    process.send_signal(signal.SIGKILL)
    process.wait()
    until = time.monotonic() + SURVIVES
    while survivors := in_session(process.pid):
        assert time.monotonic() < until, survivors
        time.sleep(0.02)


def in_session(leader: int) -> list[int]:
    """The processes of a session that are at work still."""
    found = []
    for each in psutil.process_iter():
        with suppress(psutil.NoSuchProcess, ProcessLookupError, PermissionError):
            if os.getsid(each.pid) == leader and each.status() != psutil.STATUS_ZOMBIE:
                found.append(each.pid)
    return found


def crossed_off(address: str, world: World) -> set[str]:
    """The addresses that the frontier holds to be done, none of which may be asked for again."""
    with Store.open(address) as store, store.reading() as connection:
        done = select(tables.errands.c.errand).where(tables.errands.c.state == DONE)
        return {json.loads(each)["url"] for each in connection.execute(done).scalars()} & world.urls


def complete(address: str) -> bool:
    """Whether the run came to its end before it was killed."""
    with Store.open(address) as store:
        return any(each.state == COMPLETE for each in store.runs(datetime.now(UTC)))


def some_time(chance: random.Random, world: World, share: int) -> Callable[[], bool]:
    """Tell whether the instant has come: a while after the start, or after some more requests."""
    if chance.random() < 0.2:
        until = time.monotonic() + chance.random() * 4
        return lambda: time.monotonic() > until
    limit = sum(world.asked().values()) + chance.randrange(1, max(2, share))
    return lambda: sum(len(site.seen) for site in world.sites) >= limit


def scan_killed(folder: Path, address: str, world: World, kills: int, seed: int) -> int:
    """Scan, killed so many times, until it ends; return how often it was killed."""
    chance = random.Random(seed)
    killed = 0
    before: dict[str, int] = {}
    while killed < kills:
        process = scan(folder, world)
        now = some_time(chance, world, 3 * world.size // kills)
        while process.poll() is None and not now():
            time.sleep(0.002)
        if process.poll() is not None:
            break
        time.sleep(chance.random() * 0.05)
        kill(process)
        killed += 1
        asked = world.asked()
        assert {url: asked[url] for url in before} == before
        before = {url: asked[url] for url in crossed_off(address, world)}
        if complete(address):
            return killed
    process = scan(folder, world)
    assert process.wait(timeout=500) in {0, 1}
    assert {url: world.asked()[url] for url in before} == before
    return killed


def survives(address: str, tmp_path: Path, *, kills: int, size: int, seed: int) -> None:
    with world(size) as served:
        calm = workspace(tmp_path / "calm", "sqlite:///data/checker.db")
        assert run("scan", *served.homes, "--workspace", str(calm)).code == 1
        assert {url: count for url, count in served.asked().items() if url in served.urls} == dict.fromkeys(
            served.urls, 1
        )
        for site in served.sites:
            site.seen.clear()
        folder = workspace(tmp_path / "killed", address)
        killed = scan_killed(folder, address, served, kills, seed)
        asked = served.asked()
        assert pages(folder) == pages(calm)
        assert {url for url, outcome in pages(folder).items() if outcome in JUDGED} == served.urls
        assert findings(folder) == findings(calm)
        assert findings(folder)
        assert sum(asked[url] - 1 for url in served.urls) <= killed * UNDER_WAY
        assert not [url for url in asked if "/private" in url]
        for site in served.sites:
            times = sorted((seen.began, seen.ended) for seen in site.seen)
            assert all(before[1] <= after[0] for before, after in pairwise(times))
        assert run("verify", "--workspace", str(folder)).code == 0
        said = (folder / "errors.txt").read_text(encoding="utf-8")
        # A worker process that had not come as far as our code when its scan was killed says so in Python's own words.
        assert said.count("Traceback") == said.count("EOFError: Ran out of input")


def test_a_killed_scan_is_taken_up_again(address: str, tmp_path: Path) -> None:
    survives(address, tmp_path, kills=2, size=10, seed=3)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(1))
def test_a_scan_killed_often_finds_the_same(address: str, tmp_path: Path, seed: int) -> None:
    survives(address, tmp_path, kills=55, size=667, seed=seed)
