"""Where words go: results to stdout, everything else to stderr, progress only to a terminal."""

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    SpinnerColumn,
    Task,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.table import Table
from rich.text import Text

stdout = Console(highlight=False)
stderr = Console(stderr=True, highlight=False)


class Pace(ProgressColumn):
    """How many steps are done in a second, of late."""

    def render(self, task: Task) -> Text:
        """Return the pace, or nothing before there is one."""
        return Text("" if task.speed is None else f"{task.speed:.1f}/s")


def progress() -> Progress:
    """A progress line on stderr, with an estimated end where a task has a total; silent where stderr is no terminal."""
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        Pace(),
        TextColumn("{task.fields[note]}", markup=False),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        console=stderr,
        transient=True,
        disable=not stderr.is_terminal,
    )


def say(line: str) -> None:
    """Write one plain line to stderr; what a page said in it is never read as markup."""
    stderr.print(line, markup=False, soft_wrap=True)


def grid(*heads: str, title: str | None = None) -> Table:
    """Return an empty table with these heads; long words are folded, never cut off."""
    table = Table(box=None, header_style="bold", title=title, title_justify="left", pad_edge=False)
    for head in heads:
        table.add_column(head, overflow="fold")
    return table
