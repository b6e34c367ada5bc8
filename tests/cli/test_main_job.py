"""The main job through the commands: what they print, what they keep, how they end."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import update

from checker.keep import tables
from checker.keep.store import Store
from checker.model import Grade
from checker.settings import open_workspace
from tests.cli.conftest import Checker
from tests.cli.pages import BRIDGE, CLEAN, FERRY, page, text_of, warc
from tests.crawl.servers import Site, reset, serving, text

REPOST = page(text_of(BRIDGE), credit="來源：新華網")


@pytest.fixture
def pages(tmp_path: Path) -> Path:
    return warc(
        tmp_path / "pages.warc.gz",
        {
            "https://repost.example/1.html": REPOST,
            "https://repost.example/2.html": page(text_of(FERRY), credit="來源：國際在線"),
            "https://repost.example/3.html": page(CLEAN),
        },
    )


def test_a_scan_prints_one_object_a_match_and_nothing_else(checker: Checker, pages: Path) -> None:
    ended = checker("scan", str(pages), "--json")
    found = [json.loads(line) for line in ended.out.splitlines()]
    assert [(each["url"], each["article"]["id"]) for each in found] == [
        ("https://repost.example/1.html", BRIDGE),
        ("https://repost.example/2.html", FERRY),
    ]
    assert ended.code == 1
    assert ended.err.splitlines()[-1] == "pages 3, matched 2, violations 2, review 0, failed 0"


def test_the_object_of_a_match_is_the_contract(checker: Checker, pages: Path) -> None:
    first = json.loads(checker("scan", str(pages), "--json").out.splitlines()[0])
    assert first["schema"] == 1
    assert first["captured"] == "2026-03-06T01:00:00Z"
    assert set(first["article"]) == {"id", "title", "url"}
    assert {"kind", "coverage", "page_coverage", "similarity", "passages"} <= set(first["match"])
    assert first["match"]["kind"] == "full"
    assert first["credit"]["grade"] == "other"
    assert first["credit"]["source"] == "新華網"
    assert "來源：新華網" in first["credit"]["quote"]
    assert first["credit"]["zone"] == "head"
    assert set(first["licence"]) >= {"state", "id", "clause"}
    assert first["outcome"] == "violation"
    for finding in first["findings"]:
        assert {"rule", "level", "message", "basis", "quote", "repair"} <= set(finding)
        assert all(isinstance(words, str) for words in (finding["message"], finding["repair"], *finding["basis"]))
    assert first["page"]["published"] == "2026-03-05"
    assert first["page"]["charset"] == "utf-8"


def test_passages_point_into_both_texts(checker: Checker, tmp_path: Path) -> None:
    file = tmp_path / "repost.html"
    file.write_bytes(REPOST)
    found = json.loads(checker("check", str(file), "--json").out)
    said = json.loads(checker("read", str(file), "--json").out)
    ours = text_of(BRIDGE)
    for passage in found["match"]["passages"]:
        left, right = ours[slice(*passage["article"])], said["text"][slice(*passage["page"])]
        assert "".join(left.split()) == "".join(right.split())


def test_scanning_the_same_again_updates_and_never_doubles(checker: Checker, pages: Path) -> None:
    checker("scan", str(pages))
    first = checker("findings", "--all", "--json").out
    checker("scan", str(pages))
    again = checker("findings", "--all", "--json").out
    assert len(again.splitlines()) == 2
    assert [json.loads(line)["id"] for line in again.splitlines()] == [
        json.loads(line)["id"] for line in first.splitlines()
    ]


def test_one_worker_or_two_find_the_same(checker: Checker, pages: Path) -> None:
    assert checker("scan", str(pages), "--json").out == checker("scan", str(pages), "--json", "--workers", "2").out


def test_findings_add_id_state_and_when_it_was_seen(checker: Checker, pages: Path) -> None:
    checker("scan", str(pages))
    found = json.loads(checker("findings", "--json").out.splitlines()[0])
    assert found["state"] == "detected"
    assert found["first_seen"] <= found["last_seen"]
    assert len(found["id"]) == 16


def test_the_pages_of_the_last_run_each_have_one_outcome(checker: Checker, pages: Path) -> None:
    checker("scan", str(pages))
    rows = [json.loads(line) for line in checker("pages", "--json").out.splitlines()]
    assert [(row["url"], row["outcome"]) for row in rows] == [
        ("https://repost.example/1.html", "matched"),
        ("https://repost.example/2.html", "matched"),
        ("https://repost.example/3.html", "clean"),
    ]
    assert set(rows[0]) == {"url", "outcome", "status", "charset", "bytes", "captured", "reason"}


def test_check_judges_a_page_and_keeps_nothing(checker: Checker) -> None:
    ended = checker("check", "-", "--json", given=REPOST)
    assert json.loads(ended.out)["credit"]["grade"] == Grade.OTHER
    assert ended.code == 1
    assert checker("findings", "--all", "--json").out == ""


def test_show_prints_the_finding_with_both_texts(checker: Checker, pages: Path, tmp_path: Path) -> None:
    checker("scan", str(pages))
    case = json.loads(checker("findings", "--json").out.splitlines()[0])["id"]
    shown = checker("show", case[:8])
    assert shown.code == 0
    assert "ATT-02" in shown.out
    checker("show", case, "--html", str(tmp_path / "case.html"))
    assert "<mark" in (tmp_path / "case.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("fail_on", "credit", "code"),
    [
        ("error", "來源：新華網", 1),
        ("error", "轉自：國際在線", 0),
        ("warning", "轉自：國際在線", 1),
        ("never", "來源：新華網", 0),
        ("review", "來源：新華網", 1),
        ("note", "來源：新華網", 1),
    ],
)
def test_fail_on_sets_the_exit_code(fail_on: str, credit: str, code: int, checker: Checker) -> None:
    assert checker("check", "-", "--fail-on", fail_on, given=page(text_of(BRIDGE), credit=credit)).code == code


def test_a_clean_page_ends_with_zero(checker: Checker) -> None:
    ended = checker("check", "-", given=page(CLEAN))
    assert (ended.code, ended.out) == (0, "")
    assert ended.err.strip() == "pages 1, matched 0, violations 0, review 0, failed 0"


def test_too_little_coverage_ends_with_three(checker: Checker) -> None:
    ended = checker("check", "-", "--min-coverage", "0.9", given=b"%PDF-1.7 not a page")
    assert ended.code == 3
    assert "failed 1 (not_html 1)" in ended.err


def test_an_unregistered_article_is_no_longer_found(checker: Checker) -> None:
    assert checker("unregister", BRIDGE).code == 0
    assert checker("check", "-", given=REPOST).code == 0
    assert checker("unregister", BRIDGE).code == 2


def test_registering_again_changes_nothing(checker: Checker) -> None:
    ended = checker("register", "corpus")
    assert ended.err.splitlines()[-1] == "registered 0, updated 0, unchanged 15, refused 0"


def test_what_is_not_ours_is_listed_and_never_matched(checker: Checker) -> None:
    reprint = "2026-06-01-reprinted-orchard"
    assert checker("check", "-", given=page(text_of(reprint))).code == 0


def test_a_page_with_only_the_notice_is_no_repost(checker: Checker) -> None:
    noticed = text_of("2026-07-01-night-market-with-notice").splitlines()
    notice = "\n".join(line for line in noticed if "國際在線" in line and "來源" in line)
    assert notice
    assert checker("check", "-", given=page(notice + CLEAN)).code == 0


def test_a_decision_survives_the_next_scan(checker: Checker, pages: Path) -> None:
    checker("scan", str(pages))
    case = json.loads(checker("findings", "--json").out.splitlines()[0])["id"]
    assert checker("decide", case, "reject", "--reason", "quotation_fair", "--who", "mei").code == 0
    checker("scan", str(pages))
    rejected = [
        json.loads(line)["id"] for line in checker("findings", "--state", "rejected", "--json").out.splitlines()
    ]
    assert rejected == [case]
    assert checker("undo", case, "--who", "mei").code == 0
    assert "mei" in checker("history", case).out


def test_a_decision_on_many_shows_beforehand_what_it_does(checker: Checker, pages: Path) -> None:
    checker("scan", str(pages))
    first, second = (json.loads(line)["id"] for line in checker("findings", "--json").out.splitlines())
    checker("decide", first, "confirm", "--who", "mei")
    words = ("decide-all", "reject", "--reason", "test", "--site", "repost.example", "--who", "mei")
    assert checker(*words[:3], "test").code == 2
    assert checker(*words, "--dry-run").err.strip() == "would decide 1 of 2, confirmed 1 left alone"
    assert checker(*words).out.split() == [second]
    assert checker(*words).err.strip() == "decided 0 of 2, confirmed 1 left alone, rejected 1 left alone"
    assert checker("undo", second, "--who", "mei").code == 0


def test_what_people_put_away_is_listed_only_where_it_is_asked_for(checker: Checker, pages: Path) -> None:
    checker("scan", str(pages))
    first, second = (json.loads(line)["id"] for line in checker("findings", "--json").out.splitlines())
    checker("decide", first, "reject", "--reason", "mere_facts", "--who", "mei")

    def ids(*words: str) -> list[str]:
        return [json.loads(line)["id"] for line in checker("findings", "--json", *words).out.splitlines()]

    assert (ids(), ids("--all"), ids("--state", "rejected")) == ([second], [first, second], [first])
    (run,) = json.loads(checker("findings", "--format", "sarif", "--all").out)["runs"]
    assert {each["properties"]["case"]: bool(each["suppressions"]) for each in run["results"]} == {
        first: True,
        second: False,
    }


def test_what_people_put_away_sets_no_exit_code_until_it_runs_out(
    checker: Checker, pages: Path, workspace: Path
) -> None:
    checker("scan", str(pages))
    first, second = (json.loads(line)["id"] for line in checker("findings", "--json").out.splitlines())
    checker("decide", first, "reject", "--reason", "mere_facts", "--who", "mei")
    checker("decide", second, "except", "--reason", "goodwill", "--expires", "2099-12-31", "--who", "mei")
    again = checker("scan", str(pages), "--json")
    assert (again.code, len(again.out.splitlines())) == (0, 2)
    with Store.open(open_workspace(workspace).database) as store, store.writing() as connection:
        connection.execute(update(tables.cases).where(tables.cases.c.id == second).values(expires=datetime.now(UTC)))
    assert second in checker("findings", "--json").out
    assert "expire" in checker("history", second).out
    assert checker("scan", str(pages)).code == 1


def test_the_week_is_written_to_files(checker: Checker, pages: Path, workspace: Path) -> None:
    checker("scan", str(pages))
    assert checker("report", "--week", "2026-W10").code == 0
    folder = workspace / "data" / "reports" / "2026-W10"
    assert sorted(path.name for path in folder.iterdir()) == ["findings.xlsx", "mail.eml", "report.html"]


@pytest.mark.parametrize("shape", ["json", "csv", "sarif"])
def test_findings_in_other_shapes(shape: str, checker: Checker, pages: Path) -> None:
    checker("scan", str(pages))
    assert BRIDGE in checker("findings", "--format", shape).out


def test_the_licence_register_answers_for_a_day(checker: Checker) -> None:
    words = ("licence", "add", "--id", "N-1", "--licensee", "新報", "--domain", "new.example", "--start", "2026-01-01",
             "--end", "2026-06-30")  # fmt: skip
    assert checker(*words).code == 0
    assert checker("licence", "check", "new.example", "--on", "2026-06-30").code == 0
    ended = checker("licence", "check", "new.example", "--on", "2026-07-01", "--json")
    assert (ended.code, json.loads(ended.out)["state"]) == (1, "expired")
    assert json.loads(checker("licence", "show", "N-1", "--odrl").out)["@type"] == "Agreement"


def test_explain_says_why_a_pair_matches_or_does_not(checker: Checker) -> None:
    ended = checker("explain", "-", BRIDGE, given=REPOST)
    assert ended.code == 0
    assert "full, 100% of the article" in ended.out
    assert "no match" in checker("explain", "-", FERRY, given=page(CLEAN)).out
    assert checker("explain", "-", "nobody", given=REPOST).code == 2


def test_judging_anew_changes_nothing_by_itself_and_shows_what_a_licence_would(checker: Checker, pages: Path) -> None:
    checker("scan", str(pages))
    assert checker("judge").err.strip() == "findings that changed: 0"
    words = (
        "licence",
        "add",
        "--id",
        "N-2",
        "--licensee",
        "轉載網",
        "--domain",
        "repost.example",
        "--start",
        "2026-01-01",
    )
    checker(*words)
    shown = checker("judge", "--dry-run")
    assert "LIC-01" in shown.out
    assert "disappears" in shown.out
    assert "LIC-01" in checker("findings", "--json").out
    checker("judge")
    assert "LIC-01" not in checker("findings", "--all", "--json").out


def test_the_n_plus_first_article_breaks_the_quota_whatever_was_found_first(
    checker: Checker, workspace: Path, tmp_path: Path
) -> None:
    register = workspace / "rules" / "licences.toml"
    terms = 'id = "Q-1"\nlicensee = "轉載網"\ndomains = ["repost.example"]\nstart = 2026-01-01\nquota.month = 1\n'
    register.write_text(f"[[licence]]\n{terms}", encoding="utf-8")
    both = {
        "https://repost.example/b.html": page(text_of(BRIDGE), credit="來源：國際在線"),
        "https://repost.example/a.html": page(text_of(FERRY), credit="來源：國際在線"),
    }
    for order in (both, dict(reversed(both.items()))):
        ended = checker("scan", str(warc(tmp_path / "quota.warc.gz", order)), "--json")
        clauses = {row["article"]["id"]: row["licence"]["state"] for row in map(json.loads, ended.out.splitlines())}
        assert clauses == {FERRY: "valid", BRIDGE: "out_of_scope"}


def test_watched_sites_are_listed_with_what_is_unknown_as_unknown(checker: Checker, workspace: Path) -> None:
    settings = workspace / "checker.toml"
    settings.write_text(settings.read_text(encoding="utf-8").replace('contact = ""', 'contact = "a@b.example"'))
    assert checker("sites", "add", "https://news.example/", "--every", "12").code == 0
    listed = checker("sites", "list").out
    assert "https://news.example/" in listed
    assert "never" in listed
    assert "—" in listed
    assert checker("sites", "remove", "https://news.example/").code == 0
    assert checker("sites", "remove", "https://news.example/").code == 2


def test_a_table_of_sites_is_watched_with_its_budgets(
    checker: Checker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHECKER_CRAWL_CONTACT", "team@example.org")
    file = tmp_path / "sites.csv"
    table = "site,every,pages,megabytes,minutes,comment\na.example,,,,,甲\nhttps://b.example/news/,6,12,3,4,\n"
    file.write_text(table, encoding="utf-8")
    assert checker("sites", "add", str(file), "--pages", "30", "--megabytes", "7", "--minutes", "9").code == 0
    listed = [line.split("  ")[0].strip() for line in checker("sites", "list").out.splitlines()]
    usual, own = "30 pages, 7 MB, 9 min", "12 pages, 3 MB, 4 min"
    assert listed == ["site", "https://a.example/", usual, "甲", "https://b.example/news/", own]
    assert checker("sites", "remove", "https://a.example").code == 0
    assert checker("sites", "add", str(tmp_path / "none.warc")).code == 2


@pytest.mark.parametrize("cell", ["many", "0", "-3", "1.5", "٣"])
def test_a_table_of_sites_with_a_bad_number_is_refused_with_its_line(
    checker: Checker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cell: str
) -> None:
    monkeypatch.setenv("CHECKER_CRAWL_CONTACT", "team@example.org")
    file = tmp_path / "sites.csv"
    file.write_text(f"site,pages\na.example,5\nb.example,{cell}\n", encoding="utf-8")
    ended = checker("sites", "add", str(file))
    assert (ended.code, ended.out) == (2, "")
    assert f"sites.csv:3: pages: expected a whole number above 0, not '{cell}'" in ended.err
    assert "no site is watched yet" in checker("sites", "list").err


def test_coverage_tells_nothing_from_not_known(
    checker: Checker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in (("CONTACT", "team@example.org"), ("ALLOW_PRIVATE", "true"), ("DELAY", "0"), ("PAGES", "3")):
        monkeypatch.setenv(f"CHECKER_CRAWL_{name}", value)
    robots = text("User-agent: *\nDisallow: /closed", headers="Content-Type: text/plain")
    links = "".join(f'<a href="/{name}">x</a>' for name in ("closed", "a", "b", "c"))
    site = Site({"/robots.txt": robots, "/": text(f"<p>{CLEAN}</p>{links}")}, text(f"<p>{CLEAN}</p>"))
    with serving(site) as alive, serving(Site({}, reset), "127.0.0.2") as dead:
        assert checker("scan", f"{alive}/", f"{dead}/").code == 0
    first, second = [json.loads(line) for line in checker("coverage", "--json").out.splitlines()]
    assert first == {
        "site": "127.0.0.1",
        "planned": 3,
        "fetched": 2,
        "judged": 2,
        "matched": 0,
        "failed": 0,
        "denied": 1,
        "why": {"robots_denied": 1, "over budget": 2},
    }
    assert (second["planned"], second["fetched"], second["judged"], second["matched"]) == (1, 0, 0, None)
    assert "—" in checker("coverage").out
    assert checker("coverage", "--run", "99").code == 2


def test_own_pages_without_the_mark_are_errors(checker: Checker, tmp_path: Path) -> None:
    marked, bare = tmp_path / "marked.html", tmp_path / "bare.html"
    marked.write_bytes(page(text_of(BRIDGE), credit="來源：國際在線"))
    bare.write_bytes(page(CLEAN))
    assert checker("own-check", str(marked)).code == 0
    assert checker("own-check", str(bare)).code == 1
    bare.write_bytes(b"<html><body>" + bytes(range(128, 256)) * 40)
    ended = checker("own-check", str(bare))
    assert (ended.code, ended.err.splitlines()[-1]) == (
        3,
        "own articles 0, with errors 0, lists and shells 0, failed 1",
    )


def test_the_rule_pack_passes_its_own_examples(checker: Checker) -> None:
    assert checker("rules", "test").code == 0
    assert "ATT-01" in checker("rules", "list").out
    shown = checker("rules", "show", "ATT-01").out
    assert "notice:2" in shown
    assert "grade: none or boilerplate" in shown
    assert "licence.credit: waived" in shown
    assert "at least 180" in checker("rules", "show", "INT-06").out


def test_a_corrected_fact_changes_what_the_rules_say_and_survives_registering_again(
    checker: Checker, pages: Path
) -> None:
    checker("scan", str(pages))
    assert checker("curate", "owner", BRIDGE, "somebody", "--who", "mei").code == 2
    assert checker("curate", "owner", BRIDGE, "unclear", "--who", "mei", "--comment", "joint work").code == 0
    checker("register", "corpus")
    changed = checker("judge").out
    assert BRIDGE in changed
    outcomes = {
        row["article"]["id"]: row["outcome"]
        for row in map(json.loads, checker("findings", "--all", "--json").out.splitlines())
    }
    assert outcomes == {BRIDGE: "review", FERRY: "violation"}


def test_a_later_first_publication_makes_the_page_the_earlier_one(checker: Checker, pages: Path) -> None:
    assert checker("curate", "first_publication", BRIDGE, "soon", "--who", "mei").code == 2
    assert checker("curate", "first_publication", BRIDGE, "2026-04-01", "--who", "mei").code == 0
    rows = [json.loads(line) for line in checker("scan", str(pages), "--json").out.splitlines()]
    bridge = next(row for row in rows if row["article"]["id"] == BRIDGE)
    assert bridge["outcome"] == "review"
    assert "GATE-05" in [finding["rule"] for finding in bridge["findings"]]


def test_an_article_that_only_a_script_would_write_is_never_clean(checker: Checker, tmp_path: Path) -> None:
    lines = text_of(BRIDGE).splitlines()
    data = json.dumps({"content": "".join(f"<p>{line}</p>" for line in lines), "hot": [CLEAN]})
    teaser = json.dumps({"hot": [lines[0][:30]]}, ensure_ascii=False)
    shown = page(text_of(BRIDGE), credit="來源：國際在線")
    written = "https://repost.example/{}.html"
    pages = {
        written.format("data"): page(CLEAN) + f"<script>window.__DATA__ = {data}</script>".encode(),
        written.format("both"): shown + f"<script>window.__DATA__ = {data}</script>".encode(),
        written.format("teaser"): page(CLEAN) + f"<script>window.__DATA__ = {teaser}</script>".encode(),
    }
    checker("scan", str(warc(tmp_path / "pages.warc.gz", pages)))
    seen = {row["url"]: row for row in map(json.loads, checker("pages", "--json").out.splitlines())}
    outcomes = {name: seen[written.format(name)]["outcome"] for name in ("data", "both", "teaser")}
    assert outcomes == {"data": "blocked", "both": "matched", "teaser": "clean"}
    assert seen[written.format("data")]["reason"].startswith(f"only its scripts have the text of article {BRIDGE}")
