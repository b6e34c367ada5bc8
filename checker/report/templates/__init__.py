"""The templates of pages and mails. HTML is escaped by itself; a name nobody gave is an error."""

from collections.abc import Iterable
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined, Template, select_autoescape
from rich.cells import cell_len

from checker.report.bulletin import Grid

BRIEF = 20
"""Columns that a name takes at most to stand beside its numbers on a telephone."""


@cache
def template(name: str) -> Template:
    """Load a template: `*.html` escapes what it is given, `*.txt` does not."""
    environment = Environment(
        loader=PackageLoader("checker.report", "templates"),
        autoescape=select_autoescape(disabled_extensions=("txt",), default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {"widest": widest, "padded": padded}
    environment.globals["brief"] = brief
    return environment.get_template(name)


def widest(texts: Iterable[str]) -> int:
    """The columns that the widest of some texts takes; a Chinese character takes two."""
    return max(map(cell_len, texts), default=0)


def padded(text: str, columns: int) -> str:
    """The text with blanks up to that many columns."""
    return text + " " * (columns - cell_len(text))


def brief(table: Grid) -> bool:
    """Whether the names of a table's rows are so short that they fit beside their numbers anywhere."""
    return widest(row[0] for row in table.rows) <= BRIEF
