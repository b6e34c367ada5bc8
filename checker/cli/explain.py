"""`checker explain`: why a page and an article match, or do not."""

import sys
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from checker.cli.app import app
from checker.cli.console import grid, say, stdout
from checker.cli.options import WorkspaceOption, workspace_at
from checker.crawl.targets import pages
from checker.errors import PageError, UsageError
from checker.match.explain import Explanation, explain
from checker.model import Article, Document, Span
from checker.scan import Road, documents

SHOWN = 40
"""Characters shown of a stretch."""


@app.command("explain")
def explain_pair(
    page: Annotated[str, typer.Argument(metavar="PAGE", help="An address, an .html file, or -.", show_default=False)],
    article: Annotated[str, typer.Argument(metavar="ARTICLE", help="The id of an article.", show_default=False)],
    workspace: WorkspaceOption = None,
) -> None:
    """Show why a page matches an article or does not: fingerprints, stock phrases, alignment, thresholds."""
    place = workspace_at(workspace)
    road = Road.open(place)
    try:
        ours = road.index.article(article)
    except KeyError as error:
        raise UsageError(f"no article {article!r} is registered for matching") from error
    crawl, read = place.settings.crawl, sys.stdin.buffer.read
    given = pages([page], crawl, stdin=read, single=True, shell=road.is_shell)
    for _, document in documents(place, given):
        if isinstance(document, PageError):
            say(f"{page}: {document.outcome}: {document.reason}")
            raise typer.Exit(3)
        told = explain(ours, document, road.pack.thresholds, stock=road.index.stock(ours))
        for table in tables(told, ours, document):
            stdout.print(table)
            stdout.print()


def tables(told: Explanation, ours: Article, document: Document) -> tuple[Table, ...]:
    """Return the explanation as three tables: what is shared, where, and what it amounts to."""
    shared = Table(box=None, show_header=False, title="shared", title_justify="left")
    shared.add_row("fingerprints of the article on the page", f"{told.fingerprints} of {told.of}")
    for span in told.stock:
        shared.add_row("stock phrase, shared by many articles", cut(ours.text, span))
    where = grid("article", "page", "similarity", "longest run", "own", "words", title="stretches")
    for each in told.stretches:
        left, right = each.passage.article, each.passage.page
        words = cut(document.text, right)
        where.add_row(str(left), str(right), f"{each.passage.similarity:.2f}", str(each.run), str(each.own), words)
    amounts = Table("condition", "value", "needed", "", box=None, title="verdict", title_justify="left",
                    header_style="bold")  # fmt: skip
    for name, value, needed, held in told.conditions:
        amounts.add_row(name, f"{value:g}", f"{needed:g}", Text("yes", "green") if held else Text("no", "dim"))
    kind = "no match" if told.match is None else f"{told.match.kind}, {told.match.coverage:.0%} of the article"
    amounts.add_row(Text(kind, "bold"), "", "", "")
    for reason in () if told.match is None else told.match.reasons:
        amounts.add_row(Text(reason), "", "", "")
    return shared, where, amounts


def cut(text: str, span: Span) -> Text:
    """Return the words of a span, the middle left out where they are many."""
    words = " ".join(text[slice(*span)].split())
    return Text(words if len(words) <= SHOWN else f"{words[: SHOWN // 2]} … {words[-SHOWN // 2 :]}")
