"""The report of a period, rendered: subject, mail in HTML and plain text, and the page of `report.html`."""

from dataclasses import asdict, dataclass, is_dataclass
from datetime import date, datetime
from typing import Any

import css_inline

from checker.report.bulletin import View, bulletin
from checker.report.charts import charts
from checker.report.figures import Figures
from checker.report.templates import template


@dataclass(frozen=True)
class Rendered:
    """One report as it is sent: `html` with its CSS inline, `text` with the same facts."""

    subject: str
    html: str
    text: str


def render(
    figures: Figures, language: str, view: View = "full", *, edition: int = 0, links: str = "", attached: str = ""
) -> Rendered:
    """Render a mail. `links` is the address of a case's page with `{case}` in it; `attached` a line on the workbook."""
    words = bulletin(figures, language, view, edition=edition, links=links, attached=attached)
    html = template("mail.html").render(b=words)
    inlined = css_inline.inline(html, keep_at_rules=True, load_remote_stylesheets=False)
    text = template("mail.txt").render(b=words)
    return Rendered(words.subject, inlined, squeezed(text))


def page(
    figures: Figures, language: str, view: View = "full", *, edition: int = 0, links: str = "", book: str = ""
) -> str:
    """Render `report.html`: the same facts as the mail, with charts, as one page that needs nothing else.

    `book` is the name of the workbook that lies beside it, "" where there is none.
    """
    words = bulletin(figures, language, view, edition=edition, links=links)
    return template("report.html").render(b=words, charts=charts(figures, language, view), book=book)


def as_json(figures: Figures) -> dict[str, Any]:
    """The figures as plain JSON values: the same numbers as in mail and page, rates as shares (0..1)."""
    found: dict[str, Any] = plain(asdict(figures))
    found["period"] = {"label": figures.period.label, "first": figures.period.first.isoformat(),
                       "last": figures.period.last.isoformat(), "timezone": figures.period.timezone}  # fmt: skip
    found["numbers"] = [asdict(number) | {"change": number.change} for number in figures.numbers]
    found["sound"] = figures.now.coverage.sound
    return {"schema": 1, **found}


def plain(value: Any) -> Any:
    """A value with dates as ISO strings and tuples as lists."""
    if is_dataclass(value) and not isinstance(value, type):
        value = asdict(value)
    if isinstance(value, dict):
        return {key: plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    return value.isoformat() if isinstance(value, date | datetime) else value


def squeezed(text: str) -> str:
    """The text with no more than one empty line at a time and no blanks at line ends."""
    lines: list[str] = []
    for line in text.splitlines():
        if line.strip() or (lines and lines[-1]):
            lines.append(line.rstrip())
    return "\n".join(lines) + "\n"
