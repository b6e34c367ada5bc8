"""Licences written to the register and brought in from tables: TOML appended, CSV and XLSX read line by line."""

import csv
import os
from collections.abc import Iterable, Iterator, Mapping
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
from checker.judge.places import sentence
from checker.judge.terms import Licence, Terms

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
    header = [str(cell or "").strip().lower() for cell in rows[0]]
    for name in header:
        if name and name not in COLUMNS:
            raise LicenceError(f"unknown column {name!r}; known are {', '.join(COLUMNS)}", path=path, line=1)
    licences: list[Licence] = []
    errors: list[LicenceError] = []
    for number, cells in enumerate(rows[1:], start=2):
        row = {name: cell for name, cell in zip(header, cells, strict=False) if name and not _blank(cell)}
        if not row:
            continue
        try:
            licences.append(_licence(row, {licence.id for licence in licences}))
        except ValueError as error:
            errors.append(LicenceError(str(error), path=path, line=number))
    return Imported(tuple(licences), tuple(errors))


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
    text = str(cell).strip()
    return text if not isinstance(cell, int | float) or name in {"id", "contract", "contact"} else cell


def _parts(cell: object) -> list[str]:
    return str(cell).replace(",", " ").replace(";", " ").replace("、", " ").replace(";", " ").split()


def _blank(cell: object) -> bool:
    return cell is None or not str(cell).strip()


def _csv(path: Path) -> Iterator[Iterable[object]]:
    """Yield the lines of a CSV file in UTF-8, with or without a byte order mark."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            yield from csv.reader(file)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise LicenceError(f"cannot be read as CSV in UTF-8: {error}", path=path) from error


def _xlsx(path: Path) -> Iterator[Iterable[object]]:
    """Yield the lines of the first sheet of a workbook, values only."""
    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    except (OSError, BadZipFile, InvalidFileException, KeyError, ValueError) as error:
        raise LicenceError(f"cannot be read as an Excel workbook: {error}", path=path) from error
    try:
        yield from book.worksheets[0].iter_rows(values_only=True)
    finally:
        book.close()
