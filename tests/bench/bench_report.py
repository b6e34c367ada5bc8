"""How long a report over 1,000,000 findings takes, and how much memory: `python -m tests.bench.bench_report`.

A million cases with a finding each over a year and a quarter, 20,000 of them under a licence with a quota, 60,000
decisions, 65 weekly scans of 4,000 pages each, written straight into a SQLite file. Then, in a process of its own: the
licences' use, figures, mail, page and workbook of the last week.
"""

import json
import random
import re
import sys
import tempfile
import time
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from subprocess import run
from typing import Any

from sqlalchemy import Connection, Table, insert

from checker.cli.report import licence_notes
from checker.judge.licence import load_licences
from checker.keep import tables
from checker.keep.store import Store
from checker.model import LANGUAGES
from checker.report.counts import Scope
from checker.report.gather import gather
from checker.report.period import parse
from checker.report.weekly import page, render
from checker.report.workbook import report_workbook

CASES = 1_000_000
WEEKS = 65
PAGES = 4_000
ARTICLES = 5_000
SITES = 2_000
SECONDS = 5.0
MEGABYTES = 300
ZONE = "Asia/Shanghai"
WEEK = "2026-W47"
END = parse(WEEK, ZONE).end
BATCH = 20_000
RULES = Path(__file__).parents[2] / "rules"

GRADES = ("none", "other", "exact", "exact", "variant", "self")
OUTCOMES = {"exact": "compliant", "variant": "review"}


LICENSED = {"state": "valid", "id": "2026-002", "clause": None, "on": "2026-11-01", "reason": ""}
"""One of the sample licences, whose quota is counted over everything there is."""


def is_licensed(number: int) -> bool:
    """Whether a case is under it."""
    return number % 50 == 7


def record(number: int, grade: str, outcome: str, host: str) -> dict[str, Any]:
    """The JSON object of a case, about as long as a real one with one finding."""
    texts = dict.fromkeys(("zh-Hant", "zh-Hans", "en"), "頁面未註明來源" * 4)
    rule = {"rule": "ATT-01", "level": "error", "kind": "fail", "message": texts, "repair": texts,
            "basis": [dict.fromkeys(LANGUAGES, "版權聲明 第二條")], "quote": "", "pack": "cri 1"}  # fmt: skip
    return {
        "schema": 1, "url": f"https://{host}/{number}.html", "captured": "2026-11-17T00:00:00Z",
        "article": {"id": f"a{number % ARTICLES}", "title": f"文章 {number % ARTICLES}", "url": ""},
        "match": {"kind": "full", "coverage": 0.9, "page_coverage": 0.9, "similarity": 0.99,
                  "passages": [{"article": [0, 900], "page": [50, 950], "similarity": 0.99}]},
        "credit": {"grade": grade, "quote": "", "zone": "none", "source": "", "span": None, "reason": ""},
        "licence": LICENSED if is_licensed(number)
        else {"state": "none", "id": None, "clause": None, "on": None, "reason": ""},
        "outcome": outcome, "findings": [] if outcome == "compliant" else [rule],
        "page": {"title": f"標題 {number}", "published": None, "operator": {"name": f"主辦 {host}", "icp": ""},
        "charset": "utf-8"},
        "log": [],
    }  # fmt: skip


def case_rows(chance: random.Random) -> Iterator[dict[str, Any]]:
    """A million cases, spread evenly over the weeks."""
    text = zlib.compress("頁面文字".encode())
    for number in range(CASES):
        seen = END - timedelta(weeks=WEEKS) * ((CASES - number) / CASES)
        grade = chance.choice(GRADES)
        outcome = OUTCOMES.get(grade, "violation")
        host = f"s{int(chance.random() ** 2 * SITES)}.example"
        yield {
            "id": f"{number:016x}", "article": f"a{chance.randrange(ARTICLES)}", "page": f"{number:016x}",
            "url": f"https://{host}/{number}.html", "site": host,
            "organisation": f"京ICP备{zlib.crc32(host.encode()) % 900:08}号",
            "outcome": outcome, "state": "detected", "kind": "full", "grade": grade,
            "licence": "valid" if is_licensed(number) else "none",
            "level": None if outcome == "compliant" else "error", "coverage": 0.9, "record": record(number, grade,
            outcome, host),
            "page_text": text, "first_seen": seen, "last_seen": seen, "state_since": seen, "decided": False,
            "expires": None,
            "due": None, "present": True, "captured": seen, "published": None, "run": 1 + number * WEEKS // CASES,
            "capture": None,
        }  # fmt: skip


def finding_rows() -> Iterator[dict[str, Any]]:
    """A finding for each case."""
    for number in range(CASES):
        yield {"case": f"{number:016x}", "rule": "ATT-01", "level": "error", "kind": "fail", "pack": "cri 1",
               "first_seen": END, "last_seen": END, "present": True}  # fmt: skip


def decision_rows() -> Iterator[dict[str, Any]]:
    """Decisions on one case in twenty-five, half of them corrected a week later."""
    for number in range(0, CASES, 25):
        when = END - timedelta(weeks=WEEKS) * ((CASES - number) / CASES)
        steps = (("detected", "confirmed", 1), ("confirmed", "corrected", 6))[: 1 + number // 25 % 2]
        for before, after, days in steps:
            yield {"case": f"{number:016x}", "at": when + timedelta(days=days), "who": "r", "action": after,
            "before": before,
                   "after": after, "reason": "", "comment": "", "expires": None, "undoes": None}  # fmt: skip


def page_rows() -> Iterator[dict[str, Any]]:
    """The pages of each week's scan."""
    for number in range(WEEKS * PAGES):
        yield {"run": 1 + number // PAGES, "page": f"{number:016x}", "url": f"https://p.example/{number}",
        "site": f"s{number % SITES}.example",
               "outcome": "timeout" if number % 50 == 7 else "clean", "status": 200, "charset": "utf-8",
               "bytes": 1, "captured": END,
               "reason": "", "capture": None}  # fmt: skip


def pour(connection: Connection, table: Table, rows: Iterator[dict[str, Any]]) -> None:
    """Insert rows in batches."""
    batch: list[dict[str, Any]] = []
    for row in rows:
        batch.append(row)
        if len(batch) == BATCH:
            connection.execute(insert(table), batch)
            batch.clear()
    if batch:
        connection.execute(insert(table), batch)


def seed(path: Path) -> None:
    """Write the database."""
    articles = (
        {"id": f"a{n}", "publisher": "cri", "title": f"文章 {n}", "url": "", "published": None, "source": "",
         "ownership": "ours",
         "record": {"channel": ""}, "digest": "", "registered": END - timedelta(weeks=80), "updated": END,
         "unregistered": None}
        for n in range(ARTICLES)
    )  # fmt: skip
    scans: Iterator[dict[str, Any]] = (
        {"id": 1 + n, "kind": "scan", "targets": [], "started": END - timedelta(weeks=WEEKS - n, hours=-1),
         "ended": END - timedelta(weeks=WEEKS - n - 1),
         "state": "complete", "pack": "cri 1", "planned": None, "worker": "", "beat": END}
        for n in range(WEEKS)
    )  # fmt: skip
    with Store.open(f"sqlite:///{path}") as store, store.writing() as connection:
        pour(connection, tables.articles, articles)
        pour(connection, tables.runs, scans)
        pour(connection, tables.pages, page_rows())
        pour(connection, tables.cases, case_rows(random.Random(7)))
        pour(connection, tables.findings, finding_rows())
        pour(connection, tables.history, decision_rows())


def measure(path: Path) -> dict[str, float]:
    """Build everything of a report once and say how long each part took."""
    began, busy = time.perf_counter(), time.process_time()
    with Store.open(f"sqlite:///{path}") as store, store.reading() as connection:
        week = parse(WEEK, ZONE)
        notes = licence_notes(load_licences(RULES / "licences.toml"), store, week.last)
        noted = time.perf_counter()
        figures = gather(connection, week, made=datetime(2026, 11, 23, 1, tzinfo=UTC), licences=notes)
        gathered = time.perf_counter()
        render(figures, "zh-Hant")
        page(figures, "zh-Hant")
        rendered = time.perf_counter()
        report_workbook(Scope(connection), figures, "zh-Hant", "full")
    ended = time.perf_counter()
    high = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    return {
        "licences": noted - began,
        "gather": gathered - noted,
        "render": rendered - gathered,
        "workbook": ended - rendered,
        "all": ended - began,
        "cpu": time.process_time() - busy,
        "megabytes": int(high[1]) / 1024 if high else 0.0,
        "reposts": figures.now.reposts or 0,
    }


CODE = "import json, pathlib, sys; from tests.bench.bench_report import measure; " \
    "print(json.dumps(measure(pathlib.Path(sys.argv[1]))))"  # fmt: skip


def main(path: Path | None = None) -> int:
    """Seed, measure in a fresh process, print; 1 where a promise is broken."""
    with tempfile.TemporaryDirectory() as folder:
        place = path or Path(folder) / "bench.db"
        if not place.exists():
            began = time.perf_counter()
            seed(place)
            seconds = time.perf_counter() - began
            print(f"report: {CASES:,} findings seeded in {seconds:.0f} s, {place.stat().st_size / 1e6:,.0f} MB")
        done = run([sys.executable, "-c", CODE, str(place)], check=True, capture_output=True, text=True)
    found = json.loads(done.stdout)
    parts = ", ".join(
        f"{name} {found[name]:.2f} s" for name in ("licences", "gather", "render", "workbook", "all", "cpu")
    )
    print(f"report over {CASES:,} findings: {parts}; peak {found['megabytes']:.0f} MB")
    return int(found["all"] > SECONDS or found["megabytes"] > MEGABYTES)


if __name__ == "__main__":
    raise SystemExit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else None))
