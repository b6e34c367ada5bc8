"""Licences brought in from tables, CSV and XLSX, line by line; a line that cannot be used is named with its reason.

A table is somebody's list of contracts. What a cell means is taken only where it cannot mean anything else: a formula
without its value, a number where a day is expected, a row with more cells than the header are errors of their line,
for a licence without its end is a licence without an end.
"""

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zipfile import BadZipFile

import openpyxl
from openpyxl.utils.datetime import from_excel
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.workbook import Workbook
from pydantic import ValidationError

from checker.errors import LicenceError
from checker.judge.terms import Licence
from checker.knowledge import sentence
from checker.script import level

LISTS = frozenset({
    "domains", "apps", "channels", "languages", "operators", "names", "tags", "articles", "authors"
})  # fmt: skip
"""Columns that hold several values, parted by spaces, commas or semicolons."""

DAYS = frozenset({"start", "end"})
ANSWERED = frozenset({
    "subdomains", "modification", "link", "sublicence", "commerce", "removal_at_end", "removal_on_withdrawal", "written"
})  # fmt: skip
COUNTED = frozenset({"characters", "share", "day", "week", "month", "total", "concurrent", "embargo_minutes"})

NESTED = {
    "works_channels": ("works", "channels"),
    "works_tags": ("works", "tags"),
    "works_articles": ("works", "articles"),
    "works_authors": ("works", "authors"),
    "excluded_channels": ("exclusions", "channels"),
    "excluded_tags": ("exclusions", "tags"),
    "excluded_articles": ("exclusions", "articles"),
    "excerpt_characters": ("excerpt", "characters"),
    "excerpt_share": ("excerpt", "share"),
    "quota_day": ("quota", "day"),
    "quota_week": ("quota", "week"),
    "quota_month": ("quota", "month"),
    "quota_total": ("quota", "total"),
}
"""Columns that fill a table inside the licence."""

PLAIN = frozenset(set(Licence.model_fields) - {"works", "exclusions", "excerpt", "quota", "suspension", "amendment"})

HEADINGS = {
    "编号": "id",
    "授权编号": "id",
    "被授权方": "licensee",
    "被授权人": "licensee",
    "被授权单位": "licensee",
    "单位": "registered",
    "单位名称": "registered",
    "合同": "contract",
    "合同号": "contract",
    "合同编号": "contract",
    "联系方式": "contact",
    "域名": "domains",
    "网址": "domains",
    "网站": "domains",
    "备案号": "operators",
    "开始": "start",
    "开始日期": "start",
    "生效日期": "start",
    "结束": "end",
    "结束日期": "end",
    "截止日期": "end",
    "到期": "end",
    "到期日期": "end",
    "备注": "notes",
}
"""Chinese headings of the columns a list of contracts usually has, in simplified characters."""

ANSWERS = {"是": "true", "否": "false", "有": "true", "无": "false"}
ENDLESS = frozenset({"长期", "永久", "不限", "无固定期限"})
"""Words for a licence without an end."""

DAY = re.compile(
    r"(\d{4})(?:[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[ t]0{1,2}:00(?::00)?)?|(\d\d)(\d\d))", re.IGNORECASE
)
SERIALS = range(20_000, 80_000)
"""Numbers by which a spreadsheet counts the days of our time."""

SEPARATORS = re.compile(r"[\s,;，；、]+")

MOST = 200_000
"""Rows of a workbook beyond which it is no list of contracts."""

COLUMNS = tuple(sorted(PLAIN | set(NESTED)))
"""Every column a table may have; `id`, `licensee`, `start` and one of `domains`, `apps`, `accounts` are needed."""

Row = Sequence[object]


@dataclass(frozen=True)
class Imported:
    """What a table held: the licences that can be used with their lines, and an error for each line that cannot."""

    licences: tuple[Licence, ...]
    errors: tuple[LicenceError, ...]
    lines: Mapping[str, int]


@dataclass(frozen=True)
class Unclear:
    """A cell whose value cannot be known, and why."""

    why: str

    def __str__(self) -> str:
        """Return why."""
        return self.why


MERGED = Unclear("it is merged with the column before it")


@dataclass(frozen=True)
class Serial:
    """A number, and the day a workbook counts by it."""

    number: int
    day: date

    def __str__(self) -> str:
        """Return the number, which it is in any column but that of a day."""
        return str(self.number)


def import_licences(path: Path) -> Imported:
    """Read licences from a `.csv` or `.xlsx` table whose first line names columns of `COLUMNS`."""
    rows = _xlsx(path) if path.suffix.lower() in {".xlsx", ".xlsm"} else _csv(path)
    line, header = next(((at, _header(cells, path, at)) for at, cells in rows), (1, []))
    if not header:
        message = "expected a first line with columns such as id, licensee, start, domains"
        raise LicenceError(message, path=path, line=line)
    lines: dict[str, int] = {}
    licences: list[Licence] = []
    errors: list[LicenceError] = []
    for line, cells in rows:
        if all(_blank(cell) for cell in cells):
            continue
        try:
            licence = _licence(_row(header, cells))
        except ValueError as error:
            errors.append(LicenceError(str(error), path=path, line=line))
            continue
        if licence.id in lines:
            twice = f"licence {licence.id} is there twice, first in line {lines[licence.id]}"
            errors.append(LicenceError(twice, path=path, line=line))
            continue
        lines[licence.id] = line
        licences.append(licence)
    return Imported(tuple(licences), tuple(errors), lines)


def _header(cells: Row, path: Path, line: int) -> list[str]:
    """Return the column each cell of the first line means, "" for an empty one."""
    names = [_heading(str(cell)) if not _blank(cell) else "" for cell in cells]
    for name in filter(None, names):
        if name not in COLUMNS:
            raise LicenceError(f"unknown column {name!r}; known are {', '.join(COLUMNS)}", path=path, line=line)
        if names.count(name) > 1:
            raise LicenceError(f"column {name!r} is there twice", path=path, line=line)
    return names if any(names) else []


def _heading(cell: str) -> str:
    """Return the column a heading means."""
    name = level(cell).replace(" ", "")
    return HEADINGS.get(name, name)


def _row(header: Sequence[str], cells: Row) -> dict[str, object]:
    """Return the filled cells of a line by their columns; a ValueError where one stands below no heading."""
    found: dict[str, object] = {}
    for number, cell in enumerate(cells):
        if _blank(cell):
            continue
        name = header[number] if number < len(header) else ""
        if not name:
            raise ValueError(f"expected nothing in column {number + 1}, which has no heading, not {str(cell)!r}")
        found[name] = cell
    return found


def _licence(row: Mapping[str, object]) -> Licence:
    """Make a licence of one line; a ValueError says what is wrong in one sentence."""
    values: dict[str, Any] = {}
    for column, cell in row.items():
        table, key = NESTED.get(column, ("", column))
        value = _cell(key, column, cell)
        if table:
            values.setdefault(table, {})[key] = value
        else:
            values[key] = value
    try:
        return Licence.model_validate(values)
    except ValidationError as error:
        raise ValueError(sentence(error)[0]) from error


def _cell(key: str, column: str, cell: object) -> object:
    """Return the value of one cell, as its column wants it."""
    if isinstance(cell, Unclear):
        raise ValueError(f"{column}: {cell.why}")  # noqa: TRY004 - a mistake of the table
    if key in DAYS:
        return _day(column, cell)
    text = str(cell).strip()
    if key == "accounts":
        return [dict(zip(("channel", "at"), part.split("=", 1), strict=False)) for part in _parts(text)]
    if key in LISTS:
        return tuple(_host(part) if key == "domains" else part for part in _parts(text))
    if key in ANSWERED:
        return ANSWERS.get(level(text), text)
    if key in COUNTED:
        return float(text[:-1]) / 100 if re.fullmatch(r"\d+(\.\d+)?%", text) else text
    return text


def _day(column: str, cell: object) -> date | None:
    """Return the day in a cell, None for one that says that there is no end."""
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    if isinstance(cell, Serial):
        return cell.day
    text = level(str(cell)).strip()
    if column == "end" and text in ENDLESS:
        return None
    if found := DAY.fullmatch(text):
        year, month, day, *compact = found.groups()
        try:
            return date(int(year), int(month or compact[0]), int(day or compact[1]))
        except ValueError as error:
            raise ValueError(f"{column}: there is no day {text}") from error
    hint = "; a spreadsheet wrote its number of the day, format the column as dates" if text.isdigit() else ""
    raise ValueError(f"{column}: expected a day such as 2026-01-31, not {text!r}{hint}")


def _host(part: str) -> str:
    """Return the host of an address without a path, other words as they are."""
    found = urlsplit(part)
    return found.netloc if found.netloc and found.path in {"", "/"} and not found.query else part


def _parts(text: str) -> list[str]:
    return [part for part in SEPARATORS.split(text) if part]


def _blank(cell: object) -> bool:
    return cell is None or not str(cell).strip()


def _csv(path: Path) -> Iterator[tuple[int, Row]]:
    """Yield line number and cells of each row of a CSV file: UTF-8 or, as spreadsheets in China save it, GB 18030."""
    try:
        body = path.read_bytes()
        text = _utf8(body) or body.decode("gb18030")
        reader, line = csv.reader(io.StringIO(text, newline=""), strict=True), 1
        for row in reader:
            yield line, row
            line = reader.line_num + 1
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise LicenceError(f"cannot be read as CSV in UTF-8 or GB 18030: {error}", path=path) from error


def _utf8(body: bytes) -> str:
    """Return a body in UTF-8, its byte order mark dropped; "" for one in another encoding."""
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError:
        return ""


def _xlsx(path: Path) -> Iterator[tuple[int, Row]]:
    """Yield row number and values of each row of the first sheet of a workbook.

    What a merged cell holds, holds for every row it covers; what it means for a second column nobody knows.
    """
    said, meant = (_workbook(path, values=values) for values in (False, True))
    formulas, sheet = said.worksheets[0], meant.worksheets[0]
    if sheet.max_row > MOST:
        raise LicenceError(f"expected a list of contracts, not {sheet.max_row:,} rows", path=path)
    known = [
        [_known(formula, cell, meant.epoch) for formula, cell in zip(*row, strict=True)]
        for row in zip(formulas.iter_rows(), sheet.iter_rows(), strict=True)
    ]
    for area in sheet.merged_cells.ranges:
        for row in known[area.min_row - 1 : area.max_row]:
            row[area.min_col - 1] = known[area.min_row - 1][area.min_col - 1]
            row[area.min_col : area.max_col] = [MERGED] * (area.max_col - area.min_col)
    yield from enumerate(known, start=1)


def _workbook(path: Path, *, values: bool) -> Workbook:
    try:
        return openpyxl.load_workbook(path, data_only=values)
    except (OSError, BadZipFile, InvalidFileException, KeyError, ValueError, TypeError, SyntaxError) as error:
        raise LicenceError(f"cannot be read as an Excel workbook: {error}", path=path) from error


def _known(formula: Any, cell: Any, epoch: datetime) -> object:
    """Return the value of a cell as a person sees it in the spreadsheet."""
    if formula.data_type == "f" and cell.value is None:
        return Unclear("the value of the formula is not in the file; open it in a spreadsheet and save it again")
    if cell.data_type == "e":
        return Unclear(f"the spreadsheet has an error there, {cell.value}")
    if isinstance(cell.value, int) and cell.value in SERIALS:
        return Serial(cell.value, from_excel(cell.value, epoch).date())
    return cell.value
