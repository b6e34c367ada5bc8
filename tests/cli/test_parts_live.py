"""The other parts of an article that was found are fetched, however deep in its site they lie."""

import json

import pytest

from tests.cli.conftest import Checker
from tests.cli.test_several_addresses import parts
from tests.crawl.servers import Site, serving, text


@pytest.mark.parametrize("target", ["/n/1.html", "/", "/n/1_2.html"])
def test_the_other_parts_are_fetched_beyond_the_depth(
    checker: Checker, monkeypatch: pytest.MonkeyPatch, target: str
) -> None:
    for name, value in {"CONTACT": "tests@example.org", "ALLOW_PRIVATE": "true", "DELAY": "0", "DEPTH": "1"}.items():
        monkeypatch.setenv(f"CHECKER_CRAWL_{name}", value)
    pages = {url.removeprefix("https://repost.example"): body for url, body in parts().items()}
    site = {path: text(body.replace(b"https://repost.example", b"")) for path, body in pages.items()}
    with serving(Site({**site, "/": text('<a href="/n/1.html">一</a>')})) as address:
        checker("scan", address + target)
    rows = [json.loads(line) for line in checker("findings", "--json", "--all").out.splitlines()]
    (whole,) = [row for row in rows if row["page"]["joined"]]
    assert whole["page"]["joined"] == [address + path for path in pages]
    assert whole["credit"]["grade"] == "exact"
