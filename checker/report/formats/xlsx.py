"""Cases as a workbook: one sheet, frozen header, filter, text cells that never run as formulas or open as links."""

from collections.abc import Iterable
from typing import BinaryIO

from checker.report.formats.columns import COLUMNS, Row, cells, heads
from checker.report.formats.sheets import Sheet, workbook
from checker.report.wording import wording

WIDTHS = {"article_title": 36, "page_title": 36, "url": 44, "article_url": 30, "message": 48, "repair": 48, "basis": 40}


def write_xlsx(rows: Iterable[Row], stream: BinaryIO, language: str) -> None:
    """Write a workbook with one sheet of cases."""
    words = wording(language)
    lines = (tuple(flat[name] for name in COLUMNS) for flat in (cells(row, words) for row in rows))
    widths = tuple(WIDTHS.get(name, 14) for name in COLUMNS)
    workbook(stream, (Sheet(words.say("sheet.cases"), tuple(heads(words)), lines, widths),))
