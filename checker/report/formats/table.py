"""Cases as a table for the terminal: wide where there is room, one short block a case where there is not."""

from collections.abc import Iterable

from rich.console import Console
from rich.table import Table
from rich.text import Text

from checker.report.formats.columns import Row, said, worst
from checker.report.wording import Wording, wording

NARROW = 96
"""Below this many columns a table of five would break every line; each case becomes a block of its own."""

STYLES = {"error": "bold red", "warning": "yellow", "note": "cyan", "": "dim"}


def table(rows: Iterable[Row], console: Console, language: str) -> None:
    """Print cases; nothing is cut off, markup in hostile titles stays text."""
    words = wording(language)
    if console.width < NARROW:
        blocks(rows, console, words)
        return
    grid = Table(box=None, pad_edge=False, header_style="bold", show_lines=False)
    for name in ("id", "verdict", "match", "credit", "article_and_page"):
        grid.add_column(words.say(f"column.{name}"), overflow="fold", no_wrap=name == "id")
    count = 0
    for row in rows:
        count += 1
        grid.add_row(*line(row, words))
    console.print(grid if count else words.say("table.empty"))


def line(row: Row, words: Wording) -> tuple[Text, ...]:
    """The five cells of a case; `more` in it counts the other addresses that show the same."""
    findings = list(row["findings"])
    verdict = Text(words.verdict(row["outcome"], row["state"]), STYLES[worst(findings)])
    verdict.append("\n" + " ".join(each["rule"] for each in findings), "dim")
    match = Text(f"{words.word('kind', row['match']['kind'])} {words.percent(row['match']['coverage'], 0)}")
    credit = Text(words.word("grade", row["credit"]["grade"]))
    if row["credit"]["quote"]:
        credit.append("\n" + row["credit"]["quote"], "dim")
    where = Text(row["article"]["title"] or row["article"]["id"])
    where.append("\n" + row["url"], "dim")
    if row.get("more"):
        where.append("\n" + words.say("table.more", n=row["more"]), "italic")
    return Text(row["id"]), verdict, match, credit, where


def blocks(rows: Iterable[Row], console: Console, words: Wording) -> None:
    """Print each case as a short block, with what is worst about it in words."""
    count = 0
    for row in rows:
        count += 1
        name, verdict, match, credit, where = line(row, words)
        console.print(Text.assemble(name, "  ", verdict), soft_wrap=False)
        console.print(Text.assemble("  ", match, "  ", credit))
        console.print(Text.assemble("  ", where))
        level = worst(list(row["findings"]))
        for finding in (each for each in row["findings"] if each["level"] == level):
            console.print(Text("  " + said(finding["message"], words.language), "italic"))
    if not count:
        console.print(words.say("table.empty"))
