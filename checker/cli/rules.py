"""`checker rules`: what is asked of a repost, and on what ground."""

from typing import Annotated

import typer
from rich.table import Table

from checker.cli.app import app
from checker.cli.console import grid, say, stdout
from checker.cli.options import WorkspaceOption, workspace_at
from checker.errors import UsageError
from checker.judge.examples import test_pack
from checker.judge.pack import Pack
from checker.scan import pack_of

rules = typer.Typer(help="The rule pack: list, show, test.", no_args_is_help=True)
app.add_typer(rules, name="rules")


@rules.command("list")
def list_rules(workspace: WorkspaceOption = None) -> None:
    """List the rules of the pack."""
    place = workspace_at(workspace)
    pack = pack_of(place)
    table = grid("rule", "kind", "level", "message", title=f"rule pack {pack.name}")
    for rule in pack.rules:
        word = "deprecated" if rule.deprecated else rule.kind
        table.add_row(rule.id, word, rule.level, rule.message[place.settings.language])
    stdout.print(table, markup=False)


@rules.command()
def show(
    rule: Annotated[str, typer.Argument(metavar="RULE", show_default=False)], workspace: WorkspaceOption = None
) -> None:
    """Show one rule: when it fires, on what ground, what repairs it."""
    place = workspace_at(workspace)
    pack = pack_of(place)
    found = pack.rule(rule)
    if found is None:
        raise UsageError(f"there is no rule {rule!r}; list them with: checker rules list")
    language = place.settings.language
    table = Table(box=None, show_header=False)
    table.add_row("rule", f"{found.id}, version {found.version}, {found.kind}, {found.level}")
    table.add_row("message", found.message[language])
    table.add_row("repair", found.repair[language])
    for code in found.basis:
        table.add_row("basis", f"{code}: {pack.basis(code)[language]}")
    for fact, condition in found.when.items():
        table.add_row("when", f"{fact}: {condition}")
    stdout.print(table, markup=False)


@rules.command("test")
def run_examples(workspace: WorkspaceOption = None) -> None:
    """Run the examples that every rule carries."""
    place = workspace_at(workspace)
    pack: Pack = pack_of(place)
    problems = test_pack(pack)
    for problem in problems:
        say(str(problem))
    say(f"rule pack {pack.name}: {len(pack.rules)} rules, {len(problems)} examples fail")
    raise typer.Exit(1 if problems else 0)
