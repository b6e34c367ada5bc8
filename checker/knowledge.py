"""Knowledge from TOML files: read, checked, and wrong in a way that names file, line and what was expected."""

import re
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from checker.errors import FileError

Key = str | int

Model = TypeVar("Model", bound=BaseModel)

HEADER = re.compile(r"^\s*(\[\[?)\s*([^\]]+?)\s*\]\]?\s*(?:#.*)?$")
ASSIGNMENT = re.compile(r"""^\s*((?:[\w-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[\w-]+|"[^"]*"|'[^']*'))*)\s*=""")
PART = re.compile(r"""[\w-]+|"[^"]*"|'[^']*'""")
AT_LINE = re.compile(r"\(at line (\d+), column \d+\)")


def read_toml(path: Path, error: type[FileError]) -> tuple[str, dict[str, Any]]:
    """Return the text of a TOML file and its values; raise `error`, with the line, for what is no TOML."""
    try:
        text = path.read_text(encoding="utf-8")
        return text, tomllib.loads(text)
    except tomllib.TOMLDecodeError as wrong:
        line = AT_LINE.search(str(wrong))
        said = AT_LINE.sub("", str(wrong)).strip()
        raise error(f"not valid TOML: {said}", path=path, line=int(line[1]) if line else None) from wrong
    except UnicodeDecodeError as wrong:
        raise error(f"expected UTF-8 text: {wrong.reason} at byte {wrong.start}", path=path) from wrong
    except OSError as wrong:
        raise error(f"cannot be read: {wrong.strerror}", path=path) from wrong


def validated(path: Path, model: type[Model], error: type[FileError]) -> tuple[str, Model]:
    """Return the text of a TOML file and its values as a model; raise `error`, with the line, for what does not fit."""
    text, values = read_toml(path, error)
    try:
        return text, model.model_validate(values)
    except ValidationError as wrong:
        message, place = sentence(wrong)
        raise error(message, path=path, line=line_of(text, place)) from wrong


def line_of(text: str, place: Sequence[Key]) -> int | None:
    """Return the line of a TOML text that comes nearest to `place`, such as ("rule", 3, "message", "en")."""
    wanted = tuple(str(part) for part in place)
    best, line = 0, None
    for number, path in _paths(text):
        common = _common(path, wanted)
        if common > best:
            best, line = common, number
    return line


def sentence(error: ValidationError) -> tuple[str, tuple[Key, ...]]:
    """Say in one line what is wrong first (an unknown key before a missing one), and where it stands in the file."""
    wrong = error.errors()
    first = next((one for one in wrong if one["type"] == "extra_forbidden"), wrong[0])
    place = tuple(part for part in first["loc"] if not (isinstance(part, str) and "[" in part))
    name = ".".join(str(part) for part in place)
    if first["type"] == "extra_forbidden":
        return f"unknown key {name}", place
    if first["type"] == "missing":
        return f"expected {name}, which is missing", place
    message = first["msg"].removeprefix("Value error, ")
    if first["type"] == "value_error":
        return f"{name}: {message}", place
    return f"{name}: {message}, not {first['input']!r}", place


def _paths(text: str) -> list[tuple[int, tuple[str, ...]]]:
    """Return line number and path of every table header and key of a TOML text."""
    paths: list[tuple[int, tuple[str, ...]]] = []
    counts: dict[tuple[str, ...], int] = {}
    table: tuple[str, ...] = ()
    for number, line in enumerate(text.splitlines(), start=1):
        if header := HEADER.match(line):
            table = _table(_parts(header[2]), header[1] == "[[", counts)
            paths.append((number, table))
        elif key := ASSIGNMENT.match(line):
            paths.append((number, table + _parts(key[1])))
    return paths


def _table(names: tuple[str, ...], array: bool, counts: dict[tuple[str, ...], int]) -> tuple[str, ...]:
    """Return the path of a header, with the numbers of the tables of arrays in it."""
    path: tuple[str, ...] = ()
    for depth, name in enumerate(names, start=1):
        path += (name,)
        if array and depth == len(names):
            counts[path] = counts.get(path, -1) + 1
        if path in counts:
            path += (str(counts[path]),)
    return path


def _parts(dotted: str) -> tuple[str, ...]:
    return tuple(part.strip("\"'") for part in PART.findall(dotted))


def _common(path: tuple[str, ...], wanted: tuple[str, ...]) -> int:
    """Return how much of `wanted` a path leads to; 0 where it leads elsewhere."""
    length = min(len(path), len(wanted))
    return length if path[:length] == wanted[:length] else 0
