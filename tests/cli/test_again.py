"""Looking again: at the pages over real HTTP, and at the kept evidence with other rules and licences."""

import json
import random
import re
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from checker.keep import tables
from checker.keep.store import Store
from checker.settings import open_workspace
from tests.cli.conftest import Checker, run
from tests.cli.pages import BRIDGE, CORPUS, FERRY, page, text_of, warc
from tests.crawl.servers import Script, Site, moved, raw, serving, text

PASSING = {"first_seen", "last_seen", "state"}
"""What a fresh scan and a judging anew do not say alike: when, and what people decided."""

CREDITED = page(text_of(BRIDGE), credit="來源：國際在線", title="青藤大橋三月二日通車 澄江兩岸四十分鐘變五分鐘")
WRONG = CREDITED.replace("來源：國際在線".encode(), "來源：新華網".encode())


def listed(checker: Checker, *words: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in checker("findings", "--all", "--json", *words).out.splitlines()]


@pytest.fixture
def site(checker: Checker, workspace: Path) -> Iterator[Site]:
    """A licensed site on this machine; the file `addresses.txt` of the workspace lists what `served` puts there."""
    settings = workspace / "checker.toml"
    said = settings.read_text(encoding="utf-8").replace("delay = 2.0", "delay = 0.0")
    said = said.replace('contact = ""', 'contact = "a@b.example"').replace(
        "allow_private = false", "allow_private = true"
    )
    settings.write_text(said, encoding="utf-8")
    licence(workspace, '"127.0.0.1"')
    served = Site({})
    with serving(served) as home:
        addresses = "".join(f"{home}/{number}.html\n" for number in range(len(ANSWERS)))
        (workspace / "addresses.txt").write_text(addresses, encoding="utf-8")
        yield served


def licence(workspace: Path, domain: str, more: str = "") -> None:
    register = workspace / "rules" / "licences.toml"
    terms = f'[[licence]]\nid = "L-1"\nlicensee = "本地網"\ndomains = [{domain}]\nstart = 2026-01-01\n{more}'
    register.write_text(terms, encoding="utf-8")


def serve(site: Site, *answers: Script) -> None:
    site.scripts |= {f"/{number}.html": answer for number, answer in enumerate(answers)}


def number(row: dict[str, Any]) -> int:
    """The number of a case's page."""
    return int(row["url"].rpartition("/")[2].removesuffix(".html"))


def recheck(checker: Checker, workspace: Path) -> dict[str, str]:
    """Let every case be due, and return what the visits found, by case."""
    with Store.open(open_workspace(workspace).database) as store, store.writing() as connection:
        connection.execute(update(tables.cases).values(due=datetime.now(UTC) - timedelta(minutes=1)))
    ended = checker("recheck")
    assert ended.code == 0
    visits = [line.split() for line in ended.out.splitlines()]
    return {case: found for found, case, _ in visits}


ANSWERS = (
    (text(WRONG), "unchanged", "detected"),
    (text(CREDITED), "corrected", "corrected"),
    (text("<html><body>" + "完全不同的文字。" * 60), "removed", "removed"),
    (text("gone", status="404 Not Found"), "removed", "removed"),
    (text("gone", status="410 Gone"), "removed", "removed"),
    (text("broken", status="500 Internal Server Error"), "unknown", "detected"),
    (text("no", status="403 Forbidden"), "unknown", "detected"),
    (text("<html><title>安全验证</title><body>请完成安全验证，拖动滑块</body></html>"), "unknown", "detected"),
    (text(b"%PDF-1.7\n1 0 obj", headers="Content-Type: application/pdf"), "unknown", "detected"),
    (raw(b""), "unknown", "detected"),
    (moved("/0.html"), "unchanged", "detected"),
)
"""What a page that named another source answers to a visit, what the visit finds, and the state of the case then."""


def test_a_visit_says_what_became_of_the_page_and_an_error_is_no_correction(
    checker: Checker, workspace: Path, site: Site
) -> None:
    serve(site, *(text(WRONG) for _ in ANSWERS))
    assert checker("scan", "addresses.txt").code == 1
    serve(site, *(answer for answer, _, _ in ANSWERS))
    found = recheck(checker, workspace)
    told = {number(row): (found[row["id"]], row["state"]) for row in listed(checker)}
    assert told == {number: (seen, state) for number, (_, seen, state) in enumerate(ANSWERS)}


def test_every_visit_is_a_dated_row_and_what_comes_back_is_regressed(
    checker: Checker, workspace: Path, site: Site
) -> None:
    serve(site, text(WRONG))
    checker("scan", "addresses.txt")
    (case,) = listed(checker)
    assert checker("decide", case["id"], "confirm", "--who", "mei").code == 0
    told = []
    for answer in (text(WRONG), text(CREDITED), text("", status="502 Bad Gateway"), text(WRONG)):
        serve(site, answer)
        told.append((recheck(checker, workspace)[case["id"]], listed(checker)[0]["state"]))
    assert told == [
        ("unchanged", "confirmed"), ("corrected", "corrected"), ("unknown", "corrected"), ("regressed", "regressed"),
    ]  # fmt: skip
    visits = [line for line in checker("history", case["id"]).out.splitlines() if " visit " in line]
    assert len(visits) == 4
    assert all(re.match(r"\d{4}-\d\d-\d\d \d\d:\d\d ", line) for line in visits)


def test_a_page_over_its_quota_that_changed_elsewhere_is_not_corrected(
    checker: Checker, workspace: Path, site: Site
) -> None:
    licence(workspace, '"127.0.0.1"', "quota.day = 1\n")
    serve(site, text(page(text_of(FERRY), credit="來源：國際在線")), text(CREDITED))
    told = [checker("scan", "addresses.txt").err]
    serve(site, text(page(text_of(FERRY), credit="來源：國際在線")), text(CREDITED + "<p>今日天氣晴</p>".encode()))
    told.append(checker("scan", "addresses.txt").err)
    assert ["violations 1" in err.splitlines()[-1] for err in told] == [True, True]
    serve(site, text(page(text_of(FERRY), credit="來源：國際在線")), text(CREDITED + "<p>今日有雨</p>".encode()))
    recheck(checker, workspace)
    (case,) = (row for row in listed(checker) if row["licence"]["clause"] == "quota")
    assert case["state"] == "detected"


ARTICLES = [file.stem for file in sorted(CORPUS.glob("*.md")) if "reprinted" not in file.stem]
SOURCES = ("來源：國際在線", "來源：新華網", "來源：國際在線網", "本站原創", "")
LICENCES = (
    "", "quota.day = 1\n", "quota.total = 2\n", "concurrent = 1\n", "end = 2026-03-04\n", 'credit = "waived"\n',
    "suspension = [{ start = 2026-03-05 }]\n", "excerpt.characters = 100\n", "modification = false\n",
)  # fmt: skip


def some_pages(chance: random.Random, path: Path) -> Path:
    """Pages of two sites that repeat articles whole or in part, with any credit and with or without a date."""
    made = {}
    for number in range(8):
        article = chance.choice(ARTICLES)
        copied = text_of(article)[chance.choice((0, 0, 150)) :]
        body = page(copied, credit=chance.choice(SOURCES), title=chance.choice(("本地新聞", article)))
        if chance.random() < 0.3:
            body = body.replace(b"2026-03-05 09:00 ", b"")
        made[f"https://{chance.choice(('one', 'two'))}.example/{number}.html"] = body
    return warc(path, made)


def some_rules(chance: random.Random, workspace: Path) -> None:
    """Other licences, and rules of another level."""
    licence(workspace, '"one.example"', chance.choice(LICENCES))
    duties = workspace / "rules" / "duties"
    for file in (duties / "attribution.toml", duties / "integrity.toml"):
        said = file.read_text(encoding="utf-8")
        file.write_text(
            re.sub(r'level = "(error|warning)"', lambda _: f'level = "{chance.choice(("error", "warning"))}"', said),
            encoding="utf-8",
        )


def same(chance: random.Random, registered: Path, folder: Path) -> None:
    """Judging anew shows beforehand what it does, and leaves what a fresh scan finds."""
    pages = some_pages(chance, folder / "pages.warc.gz")
    old, fresh = (Path(shutil.copytree(registered, folder / name)) for name in ("old", "fresh"))

    def on(workspace: Path, *words: str) -> str:
        ended = run(*words, "--workspace", str(workspace))
        assert ended.code in {0, 1}, ended.err
        return ended.out

    def found(workspace: Path) -> list[dict[str, Any]]:
        rows = map(json.loads, on(workspace, "findings", "--all", "--json").splitlines())
        return [{key: value for key, value in row.items() if key not in PASSING} for row in rows]

    some_rules(chance, old)
    on(old, "scan", str(pages))
    some_rules(chance, old)
    before = found(old)
    shown = on(old, "judge", "--dry-run")
    assert found(old) == before
    assert on(old, "judge") == shown
    assert on(old, "judge", "--dry-run") == ""
    shutil.rmtree(fresh / "rules")
    shutil.copytree(old / "rules", fresh / "rules")
    on(fresh, "scan", str(pages))
    assert found(old) == found(fresh)


@pytest.mark.parametrize("seed", range(2))
def test_judging_kept_evidence_anew_is_a_fresh_scan(registered: Path, tmp_path: Path, seed: int) -> None:
    same(random.Random(seed), registered, tmp_path)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(2, 42))
def test_judging_kept_evidence_anew_is_a_fresh_scan_many_times(registered: Path, tmp_path: Path, seed: int) -> None:
    same(random.Random(seed), registered, tmp_path)


def test_judging_anew_is_no_new_look_at_the_page(checker: Checker, tmp_path: Path) -> None:
    checker("scan", str(warc(tmp_path / "pages.warc.gz", {"https://one.example/1.html": WRONG})))
    before = listed(checker)
    checker("judge")
    assert listed(checker) == before
