"""Cases as CSV that a spreadsheet opens: with a byte order mark, and no cell that runs as a formula."""

import csv
from collections.abc import Iterable
from typing import TextIO

from checker.report.formats.columns import COLUMNS, Row, cells, neutral
from checker.report.wording import wording

BYTE_ORDER_MARK = "\ufeff"
"""Without it Excel reads UTF-8 as the machine's own encoding and shows Chinese as rubbish."""


def write_csv(rows: Iterable[Row], stream: TextIO, language: str) -> None:
    """Write a header of column names (codes, so that programs can read them) and one line for each case."""
    stream.write(BYTE_ORDER_MARK)
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    words = wording(language)
    for row in rows:
        flat = cells(row, words)
        values = (flat[name] for name in COLUMNS)
        writer.writerow([neutral(value) if isinstance(value, str) else value for value in values])
