"""Sheets of a workbook, written row by row so that memory stays small; the same sheets give the same bytes."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import zip_longest
from typing import BinaryIO

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from checker.report.formats.columns import risky

Cell = str | float | int | date | None
"""What a cell can hold; an instant is a wall clock, for a spreadsheet knows no time zones."""

CELL_LIMIT = 32_767
"""Characters a cell can hold (Excel's own limit)."""

ROW_LIMIT = 1_048_576 - 1
"""Rows below the header that a sheet can hold (Excel's own limit)."""

A4 = 9
"""Excel's number of that paper; printed, a sheet is as wide as one page."""

UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff\ud800-\udfff]")
"""What XML cannot hold, and the carriage return."""

MADE = datetime(2000, 1, 1, tzinfo=UTC).replace(tzinfo=None)
"""The creation time written into every workbook: the clock is no business of a format."""

OPTIONS = {"in_memory": True, "constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False,
           "strings_to_numbers": False}  # fmt: skip


@dataclass(frozen=True)
class Sheet:
    """A sheet: its name, the titles of its columns, its rows, column widths in characters, and formats of numbers.

    `formats` are those of a spreadsheet (`0.0%`, `yyyy-mm-dd`), "" for a column that needs none.
    """

    name: str
    heads: tuple[str, ...]
    rows: Iterable[Sequence[Cell]]
    widths: tuple[int, ...] = ()
    formats: tuple[str, ...] = ()


def workbook(stream: BinaryIO, sheets: Sequence[Sheet]) -> None:
    """Write a workbook; text is stored as text, so that no cell is ever run."""
    with xlsxwriter.Workbook(stream, OPTIONS) as book:
        book.set_properties({"created": MADE})
        head = book.add_format({"bold": True, "bottom": 1, "valign": "top", "text_wrap": True})
        plain = book.add_format({"valign": "top"})
        for sheet in sheets:
            page = book.add_worksheet(sheet.name[:31])
            page.freeze_panes(1, 0)
            page.repeat_rows(0)
            page.set_landscape()
            page.set_paper(A4)
            page.fit_to_pages(1, 0)
            for column, (width, kind) in enumerate(zip_longest(sheet.widths, sheet.formats, fillvalue="")):
                shown = book.add_format({"num_format": kind, "valign": "top"}) if kind else plain
                page.set_column(column, column, width or None, shown)
            for column, title in enumerate(sheet.heads):
                page.write_string(0, column, title, head)
            count = write_rows(page, sheet.rows, book.add_format({"quote_prefix": True}))
            if sheet.heads and count:
                page.autofilter(0, 0, count, len(sheet.heads) - 1)


def write_rows(page: Worksheet, rows: Iterable[Sequence[Cell]], quoted: Format) -> int:
    """Write rows below the header; return how many. What looks like a formula is marked as text for good."""
    number = 0
    for number, row in enumerate(rows, start=1):
        if number > ROW_LIMIT:
            return ROW_LIMIT
        for column, value in enumerate(row):
            if value is None or value == "":
                continue
            if isinstance(value, str):
                text = (value if value.isprintable() else UNPRINTABLE.sub("", value))[:CELL_LIMIT]
                page.write_string(number, column, text, quoted if risky(text) else None)
            elif isinstance(value, date):
                page.write_datetime(number, column, value)
            else:
                page.write_number(number, column, value)
    return number
