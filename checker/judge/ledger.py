"""Licences written to the register, as TOML."""

from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path

from checker.errors import LicenceError
from checker.files import put, sync
from checker.judge.licence import load_licences
from checker.judge.terms import Licence, Terms


def add_licence(path: Path, licence: Licence) -> None:
    """Append a licence to the register; LicenceError where it is already there."""
    if load_licences(path).licence(licence.id) is not None:
        raise LicenceError(f"licence {licence.id} is already there", path=path)
    add_licences(path, (licence,))


def add_licences(path: Path, licences: Iterable[Licence]) -> None:
    """Append licences to the register, all or none; the rest of the file, comments too, stays as it is.

    The new register is checked before it takes the place of the old one.
    """
    before = path.read_text(encoding="utf-8") if path.exists() else ""
    gap = "" if not before else "\n" if before.endswith("\n") else "\n\n"
    draft = path.with_name(path.name + ".new")
    put(draft, (before + gap + "\n".join(map(to_toml, licences))).encode())
    try:
        load_licences(draft)
    except LicenceError:
        draft.unlink()
        raise
    draft.replace(path)
    sync(path.parent)


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
