"""`checker recheck`, `checker judge`: looking again, at the pages or only at the rules."""

from collections import Counter
from typing import Annotated

import typer
from rich.text import Text

from checker import again
from checker.cli.app import app
from checker.cli.console import grid, progress, say, stdout
from checker.cli.options import WorkersOption, WorkspaceOption, workspace_at
from checker.keep.changes import Change
from checker.runs import House


@app.command()
def recheck(workers: WorkersOption = 1, workspace: WorkspaceOption = None) -> None:
    """Visit the pages of open findings that are due (1, 3, 7, 30, 90 days) and note what each visit saw."""
    seen: Counter[str] = Counter()
    with House.open(workspace_at(workspace)) as house, progress() as bar:
        task = bar.add_task("visits", total=None, note="")
        for visit in again.recheck(house, workers=workers):
            seen[visit.found] += 1
            bar.advance(task)
            stdout.print(f"{visit.found:10}{visit.case}  {visit.outcome}", markup=False)
    say(f"visits {seen.total()}" + "".join(f", {name} {count}" for name, count in sorted(seen.items())))


@app.command()
def judge(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would change, and change nothing.")] = False,
    workers: WorkersOption = 1,
    workspace: WorkspaceOption = None,
) -> None:
    """Put the present rules and licences to all kept pages, without fetching, and show what changes."""
    with House.open(workspace_at(workspace)) as house:
        changed = again.judge(house, workers=workers, dry_run=dry_run)
    table = grid("finding", "change", "rule", "from", "to", "article", "address")
    for each in changed:
        table.add_row(*map(Text, told(each)))
    if changed:
        stdout.print(table)
    counts = Counter(each.effect for each in changed)
    word = "would change" if dry_run else "changed"
    say(f"findings that {word}: {len(changed)}" + "".join(f", {name} {n}" for name, n in sorted(counts.items())))


def told(change: Change) -> tuple[str, ...]:
    """Return the cells of one change."""
    return (
        change.case,
        change.effect,
        change.rule or "outcome",
        change.before,
        change.after,
        change.article,
        change.url,
    )
