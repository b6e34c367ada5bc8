"""`checker rules`: what is asked of a repost, and on what ground."""

from collections.abc import Iterator
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from checker.cli.app import app
from checker.cli.console import grid, say, stdout
from checker.cli.options import WorkspaceOption, workspace_at
from checker.errors import UsageError
from checker.judge.examples import test_pack
from checker.judge.pack import Pack
from checker.judge.rules import Rule, stated, told
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
    """Show one rule: when it fires, on what ground, what repairs it, and the examples that prove it."""
    place = workspace_at(workspace)
    pack = pack_of(place)
    found = pack.rule(rule)
    if found is None:
        raise UsageError(f"there is no rule {rule!r}; list them with: checker rules list")
    language = place.settings.language
    table = Table(box=None, show_header=False)
    for name, value in told_of(found, pack, language):
        table.add_row(name, Text(value))
    stdout.print(table, markup=False)


def told_of(rule: Rule, pack: Pack, language: str) -> Iterator[tuple[str, str]]:
    """Yield what there is to say about a rule, name and value."""
    yield "rule", f"{rule.id}, version {rule.version} of pack {pack.name}: {rule.kind}, {rule.level}"
    if rule.deprecated:
        yield "deprecated", rule.deprecated
    if rule.gate:
        yield "gate", rule.gate + (f", for {', '.join(rule.then)}" if rule.then else "")
    yield "message", rule.message[language]
    yield "repair", f"{rule.repair[language]} (told to the {rule.told_to})"
    for code in rule.basis:
        yield "basis", f"{code}: {pack.basis(code)[language]}"
    for word, conditions in (("when", rule.when), ("unless", rule.unless)):
        for fact, condition in conditions.items():
            yield word, f"{fact}: {stated(condition)}"
    for word, examples in (("must fire", rule.fire), ("must not fire", rule.ok)):
        for example in examples:
            yield word, ", ".join(f"{fact} = {told(value)}" for fact, value in example.items()) or "an orderly repost"


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
