"""Licences brought in from tables, with what spreadsheets make of them."""

import csv
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import pytest
from openpyxl import Workbook

from checker.errors import LicenceError
from checker.judge.intake import COLUMNS, import_licences

HEADER: list[object] = [
    "id",
    "licensee",
    "domains",
    "start",
    "end",
    "works_tags",
    "excerpt_share",
    "quota_day",
    "link",
    "accounts",
]
ROWS: list[list[object]] = [
    [
        "A-1",
        "甲",
        "a.example; b.example",
        "2026-01-01",
        "2026-12-31",
        "茶、酒",
        0.5,
        3,
        True,
        "weibo=weibo.example/u/1",
    ],
    ["A-2", "乙", "", "2026-01-01", "", "", "", "", "", ""],
    ["", "", "", "", "", "", "", "", "", ""],
    ["A-3", "丙", "c.example", "someday", "", "", "", "", "", ""],
    ["A-1", "丁", "d.example", "2026-01-01", "", "", "", "", "", ""],
    ["A-5", "戊", "e.example", "2026-02-01", "", "", 2, "", "", ""],
    ["A-6", "己", "f.example", "2026-02-01", "", "", "", "", "", ""],
]
ERRORS = [
    (3, "licence A-2: expected at least one domain, app or account"),
    (5, "start: expected a day such as 2026-01-31"),
    (6, "licence A-1 is there twice"),
    (7, "excerpt.share: Input should be less than or equal to 1"),
]


def csv_table(folder: Path) -> Path:
    path = folder / "licences.csv"
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows([HEADER, *ROWS])
    return path


def xlsx_table(folder: Path) -> Path:
    path = folder / "licences.xlsx"
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in [HEADER, *ROWS]:
        sheet.append([None if cell == "" else cell for cell in row])
    sheet["D2"] = date(2026, 1, 1)
    book.save(path)
    return path


@pytest.mark.parametrize("make", [csv_table, xlsx_table])
def test_a_table_brings_in_what_is_right_and_names_each_line_that_is_not(
    tmp_path: Path, make: Callable[[Path], Path]
) -> None:
    path = make(tmp_path)
    found = import_licences(path)
    assert [licence.id for licence in found.licences] == ["A-1", "A-6"]
    first = found.licences[0]
    assert first.domains == ("a.example", "b.example")
    assert (first.start, first.end) == (date(2026, 1, 1), date(2026, 12, 31))
    assert (first.works.all, first.works.tags) == (False, ("茶", "酒"))
    assert (first.excerpt.share, first.quota.day, first.link) == (0.5, 3, True)
    assert first.accounts[0].at == "weibo.example/u/1"
    assert [(error.line, error.message) for error in found.errors] == [
        (line, next(e.message for e in found.errors if says in e.message)) for line, says in ERRORS
    ]


def test_a_table_as_a_spreadsheet_in_china_saves_it(tmp_path: Path) -> None:
    path = tmp_path / "名單.csv"
    rows = (
        "授权编号,被授权方,域名,开始日期,结束日期,link\r\nA-1,某站,a.example;b.example,2026/1/1,2026年12月31日,是\r\n"
    )
    path.write_bytes(rows.encode("gb18030"))
    found = import_licences(path)
    assert found.errors == ()
    (licence,) = found.licences
    assert (licence.id, licence.licensee, licence.domains) == ("A-1", "某站", ("a.example", "b.example"))
    assert (licence.start, licence.end, licence.link) == (date(2026, 1, 1), date(2026, 12, 31), True)


def test_the_line_of_an_error_is_the_line_in_the_file(tmp_path: Path) -> None:
    path = tmp_path / "licences.csv"
    path.write_text(
        'id,licensee,domains,start,notes\nA,甲,a.example,2026-01-01,"one\ntwo"\nB,乙,b.example,soon,\n', "utf-8"
    )
    (error,) = import_licences(path).errors
    assert str(error).startswith(f"{path}:4: start: expected a day such as 2026-01-31")


def test_a_table_with_an_unknown_column_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "licences.csv"
    path.write_text("id,licensee,website\n", encoding="utf-8")
    with pytest.raises(LicenceError, match=r"licences\.csv:1: unknown column 'website'; known are .*domains"):
        import_licences(path)


@pytest.mark.parametrize(("name", "body"), [("a.csv", b"\xff\xfe\x00"), ("a.xlsx", b"PK nonsense"), ("b.csv", b"")])
def test_a_file_that_is_no_table_is_one_line(tmp_path: Path, name: str, body: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(body)
    with pytest.raises(LicenceError, match=rf"{name}:(1:)? "):
        import_licences(path)


def test_every_simple_term_can_come_from_a_table() -> None:
    assert {"id", "licensee", "start", "end", "domains", "quota_month", "works_channels", "modification"} <= set(
        COLUMNS
    )


def workbook(folder: Path, *rows: list[object], merge: tuple[str, ...] = ()) -> Path:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    for area in merge:
        sheet.merge_cells(area)
    book.save(folder / "odd.xlsx")
    return folder / "odd.xlsx"


def test_what_a_cell_means_is_taken_only_where_it_is_clear(tmp_path: Path) -> None:
    """A licence that loses its end on the way would allow everything for ever."""
    path = workbook(
        tmp_path,
        ["授權編號", "被授權單位", "網址", "開始日期", "截止日期", "quota_day", "備註"],
        ["A-2", "甲", "https://www.a.example/", date(2026, 1, 1), datetime.fromisoformat("2026-12-31"), 3, "無"],
        ["A-3", "乙", "b.example，c.example", 46023, "=DATE(2026,12,31)"],
        ["A-4", "丙", "d.example", "20260101", "長期"],
        ["A-5", "丁", "e.example", 45658, 46022],
        ["A-6", "戊", "f.example", "2026-02-30"],
        ["A-7", "己", "g.example", "2026-01-01", "#N/A"],
        ["A-8", "庚", "h.example", "2026-01-01", "2026-12-31", None, None, "beside"],
        ["A-9", "辛", "i.example", "2026-01-01", "2026-12-31"],
        ["A-10", None, "j.example", "2026-01-01", None],
        ["A-11", "壬", "k.example", "2026-01-01", "2026-12-31"],
        merge=("B9:B10", "E9:E10", "D11:E11"),
    )
    found = import_licences(path)
    told = {licence.id: (licence.domains, licence.start, licence.end) for licence in found.licences}
    year = date(2026, 1, 1), date(2026, 12, 31)
    assert told == {
        "A-2": (("www.a.example",), *year),
        "A-4": (("d.example",), date(2026, 1, 1), None),
        "A-5": (("e.example",), date(2025, 1, 1), date(2025, 12, 31)),
        "A-9": (("i.example",), *year),
        "A-10": (("j.example",), *year),
    }
    assert (found.licences[0].notes, found.licences[-1].licensee) == ("無", "辛")
    assert [(error.line, error.message) for error in found.errors] == [
        (3, "end: the value of the formula is not in the file; open it in a spreadsheet and save it again"),
        (6, "start: there is no day 2026-02-30"),
        (7, "end: the spreadsheet has an error there, #N/A"),
        (8, "expected nothing in column 8, which has no heading, not 'beside'"),
        (11, "end: it is merged with the column before it"),
    ]


@pytest.mark.parametrize(
    ("cell", "told"),
    [
        ("2026/1/1 0:00:00", None),
        ("2026.1.1", None),
        ("２０２６年１月１日", None),
        ("46023", "expected a day such as 2026-01-31, not '46023'; a spreadsheet wrote its number of the day"),
        ("31/12/2026", "expected a day such as 2026-01-31, not '31/12/2026'"),
        ("長期", "expected a day such as 2026-01-31"),
    ],
)
def test_a_day_is_a_day_or_an_error_of_its_line(tmp_path: Path, cell: str, told: str | None) -> None:
    path = tmp_path / "licences.csv"
    path.write_text(f"id,licensee,domains,start\nA,甲,a.example,{cell}\n", encoding="utf-8")
    found = import_licences(path)
    assert [licence.start for licence in found.licences] == ([] if told else [date(2026, 1, 1)])
    assert [told in str(error) for error in found.errors if told] == ([True] if told else [])


def test_a_comma_too_many_is_seen(tmp_path: Path) -> None:
    path = tmp_path / "licences.csv"
    path.write_text("id,licensee,start,domains\nA,甲,2026-01-01,a.example,b.example\n", encoding="utf-8")
    (error,) = import_licences(path).errors
    assert error.message == "expected nothing in column 5, which has no heading, not 'b.example'"


def test_ten_thousand_contracts_are_one_reading_and_one_writing(tmp_path: Path) -> None:
    path = tmp_path / "licences.csv"
    rows = "".join(f"B-{n},某站{n},site{n}.example,2026-01-01,2026-12-31\n" for n in range(10_000))
    path.write_text("id,licensee,domains,start,end\n" + rows, encoding="gb18030")
    found = import_licences(path)
    assert (len(found.licences), found.errors, found.lines["B-9999"]) == (10_000, (), 10_001)
