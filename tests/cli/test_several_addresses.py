"""An article spread over pages, and one page under several addresses, as a user sees them."""

import json
from pathlib import Path

from tests.cli.conftest import Checker
from tests.cli.pages import BRIDGE, page, text_of, warc


def test_twins_are_one_line_of_the_table_and_two_objects(checker: Checker, tmp_path: Path) -> None:
    repost = page(text_of(BRIDGE), credit="來源：新華網")
    pages = {f"https://{host}.example.cn/1.html": repost for host in ("www", "m")}
    checker("scan", str(warc(tmp_path / "pages.warc.gz", pages)))
    rows = [json.loads(line) for line in checker("findings", "--json").out.splitlines()]
    first, twin = sorted(rows, key=lambda row: row["same_as"] is not None)
    assert (first["url"], first["same_as"]) == ("https://m.example.cn/1.html", None)
    assert (twin["url"], twin["same_as"]) == ("https://www.example.cn/1.html", first["id"])
    shown = checker("findings").out
    assert first["id"] in shown
    assert twin["id"] not in shown
    assert "另有 1 個地址" in shown


def test_one_page_of_several_waits_for_a_person_instead_of_being_accused(checker: Checker, tmp_path: Path) -> None:
    text = text_of(BRIDGE)
    half = text.index("\n", len(text) // 2)
    pager = '<p><a href="{}">{}</a></p></body>'
    one = page(text[:half], credit="來源：國際在線").replace(b"</body>", pager.format("1_2.html", "下一頁").encode())
    two = page(text[half:]).replace(b"</body>", pager.format("1.html", "上一頁").encode())
    pages = {"https://repost.example/n/1.html": one, "https://repost.example/n/1_2.html": two}
    ended = checker("scan", str(warc(tmp_path / "pages.warc.gz", pages)), "--json")
    found = {row["url"]: row for row in map(json.loads, ended.out.splitlines())}
    rules = {url: {each["rule"]: each["level"] for each in row["findings"]} for url, row in found.items()}
    assert "GATE-11" not in rules["https://repost.example/n/1.html"]
    assert rules["https://repost.example/n/1_2.html"]["GATE-11"] == "warning"
    assert rules["https://repost.example/n/1_2.html"]["ATT-01"] == "warning"
