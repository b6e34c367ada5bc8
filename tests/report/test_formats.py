"""Findings as table, JSON lines, CSV, XLSX and SARIF."""

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, FormatChecker
from openpyxl import load_workbook
from rich.console import Console

from checker.keep.cases import Wanted
from checker.keep.store import Store
from checker.model import LANGUAGES
from checker.report.formats import TEXT_FORMATS, table, write_csv, write_json_lines, write_sarif, write_xlsx
from checker.report.formats.columns import COLUMNS, neutral

SCHEMA = Path(__file__).parent / "sarif-2.1.0.json"
RISKY = ("=1+1", "+49", "-2", "@SUM(A1)", "\tx", "\r=1", " =1", "\u3000=1", "\ufeff=cmd|' /C calc'!A0", "＝1", "\n=1")


@pytest.fixture
def rows(store: Store) -> list[dict[str, Any]]:
    return [case.listed("zh-Hant") for case in store.cases(Wanted(limit=40))]


def risky(row: dict[str, Any], text: str) -> dict[str, Any]:
    page = {**row["page"], "title": text}
    return {**row, "page": page, "credit": {**row["credit"], "quote": text}, "url": text}


def test_json_lines_are_the_contract(rows: list[dict[str, Any]]) -> None:
    stream = io.StringIO()
    write_json_lines(rows, stream, "zh-Hant")
    assert [json.loads(line) for line in stream.getvalue().splitlines()] == rows
    assert "國際在線" in stream.getvalue()


def test_csv_has_one_line_a_case(rows: list[dict[str, Any]]) -> None:
    stream = io.StringIO(newline="")
    write_csv(rows, stream, "zh-Hant")
    assert stream.getvalue().startswith("\ufeffid,state,")
    read = list(csv.DictReader(io.StringIO(stream.getvalue().removeprefix("\ufeff"))))
    assert [row["id"] for row in read] == [row["id"] for row in rows]
    assert tuple(read[0]) == COLUMNS
    assert read[0]["article_title"] == rows[0]["article"]["title"]
    assert float(read[0]["coverage"]) == rows[0]["match"]["coverage"]


@pytest.mark.parametrize("text", RISKY)
def test_no_cell_runs(rows: list[dict[str, Any]], text: str) -> None:
    stream, book = io.StringIO(newline=""), io.BytesIO()
    write_csv([risky(rows[0], text)], stream, "en")
    cells = next(csv.DictReader(io.StringIO(stream.getvalue().removeprefix("\ufeff"), newline="")))
    assert cells["page_title"] == cells["quote"] == cells["url"] == "'" + text
    write_xlsx([risky(rows[0], text)], book, "en")
    sheet = load_workbook(book).worksheets[0]
    cell = sheet.cell(2, COLUMNS.index("page_title") + 1)
    assert cell.data_type == "s"
    assert cell.quotePrefix
    assert cell.hyperlink is None


@given(st.text())
def test_what_is_harmless_stays_as_it_is(text: str) -> None:
    kept = neutral(text)
    assert kept in (text, "'" + text)
    assert not kept.strip(" \n\u3000\u00a0\u200b\ufeff").startswith(
        ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
    )
    assert neutral(kept) == kept


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_workbook_has_titles_filter_and_every_case(rows: list[dict[str, Any]], language: str) -> None:
    book, again = io.BytesIO(), io.BytesIO()
    write_xlsx(rows, book, language)
    write_xlsx(rows, again, language)
    assert book.getvalue() == again.getvalue()
    sheet = load_workbook(book).worksheets[0]
    assert sheet.max_row == len(rows) + 1
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == f"A1:Y{len(rows) + 1}"
    assert [cell.value for cell in sheet["A"]][1:] == [row["id"] for row in rows]


def test_control_characters_do_not_break_a_workbook(rows: list[dict[str, Any]]) -> None:
    book = io.BytesIO()
    write_xlsx([risky(rows[0], "a\x00b\x0bc\ufffe" + "長" * 40_000)], book, "en")
    value = load_workbook(book).worksheets[0].cell(2, COLUMNS.index("page_title") + 1).value
    assert isinstance(value, str)
    assert value.startswith("abc長")
    assert len(value) == 32_767


def validator() -> Draft202012Validator:
    """The schema of the standard, whole: sarif-2.1.0.NOTICE says where it is from."""
    return Draft202012Validator(json.loads(SCHEMA.read_text(encoding="utf-8")), format_checker=FormatChecker())


@pytest.mark.parametrize("language", LANGUAGES)
def test_sarif_is_valid(rows: list[dict[str, Any]], language: str) -> None:
    stream = io.StringIO()
    write_sarif(rows, stream, language)
    log = json.loads(stream.getvalue())
    assert not list(validator().iter_errors(log))
    run = log["runs"][0]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert rules == sorted(set(rules))
    findings = [(row["id"], finding) for row in rows for finding in row["findings"]]
    assert len(run["results"]) == len(findings) > 10
    for result, (case, finding) in zip(run["results"], findings, strict=True):
        assert rules[result["ruleIndex"]] == result["ruleId"] == finding["rule"]
        assert result["level"] == (finding["level"] if result["kind"] == "fail" else "none")
        assert result["properties"]["case"] == case
        suppressed = result["properties"]["state"] in {"rejected", "licensed", "exception", "closed"}
        assert [each["kind"] for each in result["suppressions"]] == (["external"] if suppressed else [])


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda run: run["tool"]["driver"].update(language="zh-Hant"), "does not match"),
        (lambda run: run["results"][0].update(kind="violation"), "is not one of"),
        (lambda run: run["results"][0].update(outcome="violation"), "Additional properties are not allowed"),
        (lambda run: run["results"][0].pop("message"), "is a required property"),
    ],
)
def test_a_log_that_is_not_sarif_would_be_seen(
    rows: list[dict[str, Any]], spoil: Callable[[dict[str, Any]], object], says: str
) -> None:
    stream = io.StringIO()
    write_sarif(rows, stream, "zh-Hant")
    log = json.loads(stream.getvalue())
    spoil(log["runs"][0])
    (error,) = validator().iter_errors(log)
    assert says in error.message


def test_sarif_fingerprints_outlive_a_scan(rows: list[dict[str, Any]]) -> None:
    def prints(some: list[dict[str, Any]]) -> set[str]:
        stream = io.StringIO()
        write_sarif(some, stream, "zh-Hant")
        results = json.loads(stream.getvalue())["runs"][0]["results"]
        return {result["partialFingerprints"]["ruleArticlePage/v1"] for result in results}

    later = [{**row, "last_seen": "2027-01-01T00:00:00Z", "state": "confirmed"} for row in reversed(rows)]
    assert prints(rows) == prints(later)
    assert len(prints(rows)) == sum(len(row["findings"]) for row in rows)


@pytest.mark.parametrize(
    "address", ["https://例子.example/新聞/1.html?q=中 文", "file:///tmp/a b.html", "https://a.example/%E4%B8%AD"]
)
def test_sarif_addresses_are_ascii(rows: list[dict[str, Any]], address: str) -> None:
    stream = io.StringIO()
    found = next(row for row in rows if row["findings"])
    write_sarif([{**found, "url": address}], stream, "en")
    log = json.loads(stream.getvalue())
    assert not list(validator().iter_errors(log))
    place = log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert place.isascii()
    assert " " not in place
    assert "%25" not in place


@pytest.mark.parametrize("width", [40, 80, 100, 160])
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_table_fits_and_cuts_nothing_off(rows: list[dict[str, Any]], width: int, language: str) -> None:
    stream = io.StringIO()
    hostile = {**rows[0], "article": {**rows[0]["article"], "title": "[bold red]標題[/] [link=x]"}}
    table([hostile, *rows[1:3]], Console(file=stream, width=width, color_system=None), language)
    printed = stream.getvalue()
    joined = printed.replace("\n", "").replace(" ", "")
    assert "…" not in printed
    assert "[boldred]" in joined
    for row in rows[:3]:
        assert row["id"] in printed


def test_an_empty_table_says_so() -> None:
    for width in (60, 160):
        stream = io.StringIO()
        table([], Console(file=stream, width=width), "zh-Hant")
        assert stream.getvalue() == "沒有符合條件的發現。\n"


@pytest.mark.parametrize("name", TEXT_FORMATS)
def test_nothing_found_is_a_whole_document(name: str) -> None:
    stream = io.StringIO()
    TEXT_FORMATS[name]([], stream, "en")
    if name == "sarif":
        assert not list(validator().iter_errors(json.loads(stream.getvalue())))
    else:
        assert stream.getvalue().count("\n") == (1 if name == "csv" else 0)
