"""`checker read`: what a page says."""

import json as jsons
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from checker.cli.app import app
from checker.cli.console import say, stdout
from checker.cli.options import JsonOption, WorkspaceOption, workspace_at
from checker.crawl.targets import html_file
from checker.errors import PageError, UsageError
from checker.model import Credit, Document
from checker.scan import documents

AROUND = 24
"""Characters shown on each side of a credit."""


@app.command()
def read(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", show_default=False)],
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Say what saved pages say: title, dates, source, every credit with its words, operator, text."""
    place = workspace_at(workspace)
    for file in files:
        if not file.is_file():
            raise UsageError(f"{file}: expected a saved page; there is no such file")
    failed = 0
    limit = place.settings.crawl.max_bytes
    saved = documents(place, (html_file(file, limit=limit) for file in files))
    for file, (_, document) in zip(files, saved, strict=True):
        if isinstance(document, PageError):
            failed += 1
            say(f"{file}: {document.outcome}: {document.reason}")
        elif json:
            sys.stdout.write(jsons.dumps(told(file, document), ensure_ascii=False) + "\n")
        else:
            stdout.print(shown(file, document))
    raise typer.Exit(3 if failed else 0)


def told(file: Path, document: Document) -> dict[str, Any]:
    """Return the JSON object of a document."""
    published = document.published
    return {
        "file": str(file),
        "title": document.title,
        "published": published.when.isoformat() if published else None,
        "authors": list(document.authors),
        "source": document.source,
        "credits": [
            {
                "quote": credit.quote,
                "zone": credit.zone.value,
                "source": credit.source,
                "grade": credit.grade.value,
                "reason": credit.reason,
            }
            for credit in document.credits
        ],
        "operator": {"name": document.operator.name, "icp": document.operator.icp},
        "charset": document.charset,
        "text": document.text,
        "main": list(document.main),
    }


def shown(file: Path, document: Document) -> Table:
    """Return what a person wants to see of a document."""
    table = Table(title=Text(str(file)), title_justify="left", box=None, show_header=False, padding=(0, 2, 0, 0))
    published = document.published
    facts = {
        "title": document.title,
        "original title": document.original_title,
        "published": f"{published.when} ({published.witness})" if published else "",
        "authors": "、".join(document.authors),
        "editor": document.editor,
        "source": document.source or "",
        "operator": " ".join(filter(None, (document.operator.name, document.operator.icp))),
        "charset": document.charset,
        "kind": document.kind.value,
        "main text": f"{document.main[1] - document.main[0]:,} of {len(document.text):,} characters",
    }
    for name, value in facts.items():
        if value:
            table.add_row(Text(name, "bold"), Text(value))
    for credit in document.credits:
        table.add_row(Text(f"credit {credit.grade}", "bold cyan"), surroundings(credit, document.text))
    return table


def surroundings(credit: Credit, text: str) -> Text:
    """Return a credit's words, highlighted where they stand on the page, and why it got its grade."""
    line = Text()
    if credit.span is None:
        line.append(credit.quote, "reverse")
    else:
        start, end = credit.span
        line.append(text[max(0, start - AROUND) : start].replace("\n", " "), "dim")
        line.append(text[start:end].replace("\n", " "), "reverse")
        line.append(text[end : end + AROUND].replace("\n", " "), "dim")
    return line.append(f"  {credit.zone}; {credit.reason}", "italic")
