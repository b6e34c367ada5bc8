"""Licences written to the register and brought in from tables: TOML appended, CSV and XLSX read line by line."""

import csv
import io
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException
from pydantic import ValidationError

from checker.errors import LicenceError
from checker.judge.licence import load_licences
from checker.judge.terms import Licence, Terms
from checker.knowledge import sentence
from checker.script import level

LISTS = frozenset({"domains", "apps", "channels", "languages", "operators", "names"})
"""Columns that hold several values, parted by spaces, commas or semicolons."""

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
    "单位": "registered",
    "合同": "contract",
    "合同号": "contract",
    "联系方式": "contact",
    "域名": "domains",
    "开始": "start",
    "开始日期": "start",
    "结束": "end",
    "结束日期": "end",
    "到期": "end",
    "备注": "notes",
}
"""Chinese headings of the columns a list of contracts usually has, in simplified characters."""

ANSWERS = {"是": "true", "否": "false", "有": "true", "无": "false"}

DAY = re.compile(r"(\d{4})[/.年](\d{1,2})[/.月](\d{1,2})日?")

COLUMNS = tuple(sorted(PLAIN | set(NESTED)))
"""Every column a table may have; `id`, `licensee`, `start` and one of `domains`, `apps`, `accounts` are needed."""


@dataclass(frozen=True)
class Imported:
    """What a table held: the licences that can be used, and an error for each line that cannot."""

    licences: tuple[Licence, ...]
    errors: tuple[LicenceError, ...]


def add_licence(path: Path, licence: Licence) -> None:
    """Append a licence to the register; the rest of the file, comments too, stays as it is.

    The new register is checked before it takes the place of the old one.
    """
    if load_licences(path).licence(licence.id) is not None:
        raise LicenceError(f"licence {licence.id} is already there", path=path)
    before = path.read_text(encoding="utf-8") if path.exists() else ""
    gap = "" if not before else "\n" if before.endswith("\n") else "\n\n"
    draft = path.with_name(path.name + ".new")
    with draft.open("w", encoding="utf-8") as file:
        file.write(before + gap + to_toml(licence))
        file.flush()
        os.fsync(file.fileno())
    try:
        load_licences(draft)
    except LicenceError:
        draft.unlink()
        raise
    draft.replace(path)


def to_toml(licence: Licence) -> str:
    """Return a licence as a `[[licence]]` table, without what it leaves at its default."""
    given = licence.model_dump(exclude_defaults=True, exclude={"amendment"})
    names = [name for name in (*Licence.model_fields, *Terms.model_fields) if name in given]
    order = ["id", "licensee", *(name for name in dict.fromkeys(names) if name not in {"id", "licensee"})]
    lines = [f"{name} = {_toml(given[name])}" for name in order]
    changes = [
        ["", "[[licence.amendment]]", *(f"{name} = {_toml(value)}" for name, value in change.items())]
        for change in licence.amendment
    ]
    return "\n".join(["[[licence]]", *lines, *(line for change in changes for line in change)]) + "\n"


def _toml(value: object) -> str:
    """Write a value as TOML."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{key} = {_toml(part)}" for key, part in value.items() if part is not None) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_toml(part) for part in value) + "]"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, int | float):
        return repr(value)
    return _quoted(str(value))


def _quoted(text: str) -> str:
    """Write a TOML basic string: quotes, backslashes and control characters escaped."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(char if char.isprintable() else f"\\U{ord(char):08x}" for char in escaped) + '"'


def import_licences(path: Path) -> Imported:
    """Read licences from a `.csv` or `.xlsx` table whose first line names columns of `COLUMNS`."""
    rows = list(_xlsx(path) if path.suffix.lower() == ".xlsx" else _csv(path))
    if not rows:
        raise LicenceError("expected a first line with columns such as id, licensee, start, domains", path=path)
    line, cells = rows[0]
    header = [_heading(str(cell or "")) for cell in cells]
    for name in header:
        if name and name not in COLUMNS:
            raise LicenceError(f"unknown column {name!r}; known are {', '.join(COLUMNS)}", path=path, line=line)
    licences: list[Licence] = []
    errors: list[LicenceError] = []
    for line, cells in rows[1:]:
        row = {name: cell for name, cell in zip(header, cells, strict=False) if name and not _blank(cell)}
        if not row:
            continue
        try:
            licences.append(_licence(row, {licence.id for licence in licences}))
        except ValueError as error:
            errors.append(LicenceError(str(error), path=path, line=line))
    return Imported(tuple(licences), tuple(errors))


def _heading(cell: str) -> str:
    """Return the column a heading means."""
    name = level(cell).strip()
    return HEADINGS.get(name, name)


def _licence(row: Mapping[str, Any], seen: set[str]) -> Licence:
    """Make a licence of one line; a ValueError says what is wrong in one sentence."""
    values: dict[str, Any] = {}
    for name, cell in row.items():
        if name in NESTED:
            table, key = NESTED[name]
            values.setdefault(table, {})[key] = _cell(key, cell)
        else:
            values[name] = _cell(name, cell)
    try:
        licence = Licence.model_validate(values)
    except ValidationError as error:
        raise ValueError(sentence(error)[0]) from error
    if licence.id in seen:
        raise ValueError(f"licence {licence.id} is there twice")
    return licence


def _cell(name: str, cell: object) -> object:
    """Return the value of one cell, as the column wants it."""
    if name == "accounts":
        return [dict(zip(("channel", "at"), part.split("=", 1), strict=False)) for part in _parts(cell)]
    if name in LISTS | {"tags", "articles", "authors"}:
        return tuple(_parts(cell))
    if isinstance(cell, datetime):
        return cell.date()
    text = ANSWERS.get(level(str(cell)).strip(), str(cell).strip())
    if day := DAY.fullmatch(text):
        return f"{day[1]}-{int(day[2]):02}-{int(day[3]):02}"
    return text if not isinstance(cell, int | float) or name in {"id", "contract", "contact"} else cell


def _parts(cell: object) -> list[str]:
    return str(cell).replace(",", " ").replace(";", " ").replace("、", " ").replace(";", " ").split()


def _blank(cell: object) -> bool:
    return cell is None or not str(cell).strip()


def _csv(path: Path) -> Iterator[tuple[int, Sequence[object]]]:
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


def _xlsx(path: Path) -> Iterator[tuple[int, Sequence[object]]]:
    """Yield row number and values of each row of the first sheet of a workbook."""
    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    except (OSError, BadZipFile, InvalidFileException, KeyError, ValueError) as error:
        raise LicenceError(f"cannot be read as an Excel workbook: {error}", path=path) from error
    try:
        yield from enumerate(book.worksheets[0].iter_rows(values_only=True), start=1)
    finally:
        book.close()
