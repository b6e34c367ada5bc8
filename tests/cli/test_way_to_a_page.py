"""How a page came about is kept and shown: redirects, and what only a browser made visible."""

import json

import pytest

from tests.cli.conftest import Checker
from tests.cli.pages import BRIDGE, page, text_of
from tests.crawl.servers import Site, moved, serving, text
from tests.crawl.test_browser import JSON, SHELL, chromium

FILL = """
fetch("/story.json").then(answer => answer.json()).then(story => {
  document.title = story.title
  document.getElementById("app").innerHTML = `<h1>${story.title}</h1><p class="info">2026-03-05 ${story.credit}</p>`
    + story.text.split("\\n").map(line => `<p>${line}</p>`).join("")
})
"""


@pytest.fixture(autouse=True)
def _loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"CONTACT": "tests@example.org", "ALLOW_PRIVATE": "true", "DELAY": "0"}.items():
        monkeypatch.setenv(f"CHECKER_CRAWL_{name}", value)


def test_redirects_are_kept_and_shown(checker: Checker) -> None:
    site = Site({"/go": moved("/1.html"), "/1.html": text(page(text_of(BRIDGE), credit="來源：新華網"))})
    with serving(site) as here:
        (found,) = map(json.loads, checker("scan", f"{here}/go", "--json").out.splitlines())
    (listed,) = map(json.loads, checker("findings", "--json").out.splitlines())
    assert found["url"] == listed["url"] == f"{here}/1.html"
    shown = checker("show", listed["id"]).out
    assert "跳轉 302" in shown
    assert f"{here}/go" in shown
    checker("show", listed["id"], "--html", "case.html")
    with open("case.html", encoding="utf-8") as stream:
        assert f"{here}/go" in stream.read()
    assert checker("verify").err == "captures 1, records 1, stamps 0, damaged 0\n"


def rendered(checker: Checker, credit: str, *, beside: str = "") -> tuple[dict[str, object], str]:
    """Scan a shell whose script brings an article; return its finding, and how it is shown."""
    story = json.dumps(
        {"title": "青藤橋", "credit": credit, "text": text_of(BRIDGE).partition("\n")[2]}, ensure_ascii=False
    )
    site = Site({"/": text(SHELL.format(FILL) + beside), "/story.json": text(story, headers=JSON)})
    with serving(site) as here:
        checker("scan", f"{here}/")
    (found,) = map(json.loads, checker("findings", "--all", "--json").out.splitlines())
    return found, checker("show", found["id"]).out


@chromium
class TestRendered:
    """A finding on a page that only a script fills."""

    @pytest.fixture(autouse=True)
    def _browser(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("CHECKER_CRAWL_BROWSER", "chromium")

    def test_a_credit_that_a_reader_sees_counts_and_the_finding_says_how_it_was_seen(self, checker: Checker) -> None:
        found, shown = rendered(checker, "來源：國際在線")
        assert found["credit"]["grade"] == "exact"  # type: ignore[index]
        assert "rendered: only its scripts fill the page" in shown
        assert "經瀏覽器渲染後讀取" in shown
        assert "腳本載入 200" in shown
        assert checker("verify").err == "captures 1, records 1, stamps 0, damaged 0\n"

    def test_a_missing_credit_is_accused_where_the_scripts_got_all_they_asked_for(self, checker: Checker) -> None:
        found, _ = rendered(checker, "")
        assert (found["credit"]["grade"], found["outcome"]) == ("none", "violation")  # type: ignore[index]

    def test_a_missing_credit_is_left_to_a_person_where_they_did_not(self, checker: Checker) -> None:
        found, shown = rendered(checker, "", beside='<script src="http://127.0.0.9:9/credit.js"></script>')
        rules = {each["rule"]: each for each in found["findings"]}  # type: ignore[attr-defined]
        assert "GATE-12" in rules
        assert rules["ATT-01"]["level"] == "warning"
        assert "127.0.0.9:9/credit.js" in shown


def test_a_credit_in_a_script_that_nobody_ran_stays_hidden(checker: Checker) -> None:
    script = '<script>document.write("來源：國際在線")</script></body>'.encode()
    with serving(Site({"/": text(page(text_of(BRIDGE)).replace(b"</body>", script))})) as here:
        checker("scan", f"{here}/")
    (found,) = map(json.loads, checker("findings", "--json").out.splitlines())
    assert found["credit"]["grade"] == "hidden"
