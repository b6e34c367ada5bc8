"""An article spread over pages, and one page under several addresses, as a user sees them."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Checker
from tests.cli.pages import BRIDGE, page, text_of, warc

SITE = "https://repost.example/n/1{}.html"
FIRST, SECOND, THIRD = SITE.format(""), SITE.format("_2"), SITE.format("_3")
OURS = "來源：國際在線"


def parts(stated: tuple[str, ...] = ("", "", OURS)) -> dict[str, bytes]:
    """Return the pages of one repost over several: each links to the one before it and the one behind it."""
    lines = [line for line in text_of(BRIDGE).splitlines() if line.strip()]
    size = -(-len(lines) // len(stated))
    urls = [SITE.format("" if number == 1 else f"_{number}") for number in range(1, len(stated) + 1)]
    made: dict[str, bytes] = {}
    for at, (url, credit) in enumerate(zip(urls, stated, strict=True)):
        links = f'<a href="{urls[at - 1]}">上一頁</a>' if at else ""
        links += f'<a href="{urls[at + 1]}">下一頁</a>' if at + 1 < len(urls) else ""
        body = page("\n".join(lines[at * size : (at + 1) * size]), credit=credit)
        made[url] = body.replace(b"</body>", f"<p>{links}</p></body>".encode())
    return made


def rules(row: dict[str, Any]) -> dict[str, str]:
    return {each["rule"]: each["level"] for each in row["findings"]}


def cases(checker: Checker) -> dict[str, dict[str, Any]]:
    """Return the findings by address, without when and in which run they were seen."""
    rows = [json.loads(line) for line in checker("findings", "--json", "--all").out.splitlines()]
    return {row["url"]: {key: row[key] for key in row if key not in {"first_seen", "last_seen"}} for row in rows}


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


def test_twins_are_decided_on_once(checker: Checker, tmp_path: Path) -> None:
    def states() -> list[str]:
        return [json.loads(line)["state"] for line in checker("findings", "--json", "--all").out.splitlines()]

    repost = page(text_of(BRIDGE), credit="來源：新華網")
    pages = {f"https://{host}.example.cn/1.html": repost for host in ("www", "m")}
    other = {"https://another.example/1.html": repost}
    checker("scan", str(warc(tmp_path / "pages.warc.gz", pages | other)))
    rows = [json.loads(line) for line in checker("findings", "--json").out.splitlines()]
    twin = next(row["id"] for row in rows if row["same_as"] is not None)
    assert "with 1 of the same site" in checker("decide", twin, "confirm", "--who", "Mei").err
    assert sorted(states()) == ["confirmed", "confirmed", "detected"]
    assert "with 1 of the same site" in checker("undo", twin, "--who", "Mei").err
    assert states() == ["detected"] * 3
    asked = checker("triage", "--who", "Mei", given=b"c\nc\n")
    assert "2 of 2" in asked.out
    assert states() == ["confirmed"] * 3


def test_a_credit_on_the_last_part_is_the_credit_of_the_article(checker: Checker, tmp_path: Path) -> None:
    checker("scan", str(warc(tmp_path / "pages.warc.gz", parts())))
    found = cases(checker)
    whole = found[FIRST]
    assert (rules(whole).get("ATT-01"), whole["credit"]["grade"]) == (None, "exact")
    assert whole["page"]["joined"] == [FIRST, SECOND, THIRD]
    assert whole["match"]["coverage"] > 0.9
    assert {found[url]["outcome"] for url in (SECOND, THIRD)} == {"not_applicable"}
    assert [found[url]["findings"] for url in (SECOND, THIRD)] == [[], []]


def test_parts_without_a_credit_are_one_accusation(checker: Checker, tmp_path: Path) -> None:
    checker("scan", str(warc(tmp_path / "pages.warc.gz", parts(("", "", "來源：新華網")))))
    (row,) = map(json.loads, checker("findings", "--json").out.splitlines())
    assert (row["url"], row["outcome"], row["credit"]["quote"]) == (FIRST, "violation", "來源：新華網")
    assert "GATE-11" not in rules(row)
    assert row["id"] in checker("show", row["id"]).out
    verified = checker("verify")
    assert (verified.code, verified.out) == (0, "")


def test_a_missing_part_leaves_it_to_a_person(checker: Checker, tmp_path: Path) -> None:
    pages = parts(("", "", ""))
    first = {FIRST: pages.pop(FIRST)}
    checker("scan", str(warc(tmp_path / "pages.warc.gz", pages)))
    (row,) = map(json.loads, checker("findings", "--json").out.splitlines())
    assert row["url"] == SECOND
    assert (rules(row)["GATE-11"], rules(row)["ATT-01"]) == ("warning", "warning")
    checker("scan", str(warc(tmp_path / "rest.warc.gz", first)))
    (row,) = map(json.loads, checker("findings", "--json").out.splitlines())
    assert row["url"] == FIRST
    assert "GATE-11" not in rules(row)


@pytest.mark.parametrize("order", [(THIRD, SECOND, FIRST), (SECOND, FIRST, THIRD)])
def test_which_part_comes_first_makes_no_difference(checker: Checker, tmp_path: Path, order: tuple[str, ...]) -> None:
    checker("scan", str(warc(tmp_path / "pages.warc.gz", {url: parts()[url] for url in order})))
    found = cases(checker)
    assert found[FIRST]["page"]["joined"] == [FIRST, SECOND, THIRD]
    assert found[FIRST]["credit"]["grade"] == "exact"
    assert [found[url]["outcome"] for url in (SECOND, THIRD)] == ["not_applicable"] * 2


def test_parts_of_several_runs_and_judging_anew_give_what_one_scan_gives(
    checker: Checker, workspace: Path, tmp_path: Path
) -> None:
    for number, (url, body) in enumerate(reversed(parts().items())):
        checker("scan", str(warc(tmp_path / f"{number}.warc.gz", {url: body})))
    apart = cases(checker)
    assert "findings that would change: 0" in checker("judge", "--dry-run").err
    checker("judge")
    assert cases(checker) == apart
    checker("scan", str(warc(tmp_path / "all.warc.gz", parts())))
    assert cases(checker) == apart


def test_pages_that_are_checked_together_are_judged_together(checker: Checker, tmp_path: Path) -> None:
    for url, body in parts().items():
        (tmp_path / url.rpartition("/")[2]).write_bytes(body.replace(b"https://repost.example/n/", b""))
    given = [str(tmp_path / url.rpartition("/")[2]) for url in parts()]
    (alone,) = map(json.loads, checker("check", given[0], "--json").out.splitlines())
    assert alone["credit"]["grade"] == "dateline"
    whole, *others = map(json.loads, checker("check", *given, "--json").out.splitlines())
    assert (whole["match"]["kind"], whole["credit"]["grade"]) == ("full", "exact")
    assert [other["findings"] for other in others] == [[], []]
