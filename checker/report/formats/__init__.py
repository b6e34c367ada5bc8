"""One list of cases, in the shapes people and programs take: a terminal table, JSON lines, CSV, XLSX, SARIF 2.1.0.

Every format takes an iterable of *rows*: the JSON object of a match (docs, "Contracts"), with `id`, `state`,
`first_seen` and `last_seen` added. Messages may stand in one language or in all of them.
"""

from checker.report.formats.comma import write_csv
from checker.report.formats.json_lines import write_json_lines
from checker.report.formats.sarif import write_sarif
from checker.report.formats.table import table
from checker.report.formats.xlsx import write_xlsx

TEXT_FORMATS = {"json": write_json_lines, "csv": write_csv, "sarif": write_sarif}
"""Formats for a text stream: `(rows, stream, language)`."""

BINARY_FORMATS = {"xlsx": write_xlsx}
"""Formats for a binary stream: `(rows, stream, language)`."""

__all__ = ["BINARY_FORMATS", "TEXT_FORMATS", "table", "write_csv", "write_json_lines", "write_sarif", "write_xlsx"]
