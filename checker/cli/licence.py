"""`checker licence`: who may repost what, since when, until when."""

import json as jsons
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError
from rich.table import Table

from checker.cli.app import app
from checker.cli.console import grid, say, stdout
from checker.cli.options import JsonOption, WorkspaceOption, workspace_at
from checker.errors import LicenceError, UsageError
from checker.judge.intake import import_licences
from checker.judge.ledger import add_licence, add_licences
from checker.judge.licence import Licences, load_licences
from checker.judge.odrl import to_odrl
from checker.judge.tally import totals
from checker.judge.terms import Licence
from checker.keep.store import Store
from checker.knowledge import sentence
from checker.scan import pack_of
from checker.settings import Workspace
from checker.usage import reposts

licence = typer.Typer(help="The licence register: add, import, list, show, check.", no_args_is_help=True)
app.add_typer(licence, name="licence")

On = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The day asked about; by default today.")]
Day = Annotated[datetime, typer.Option(formats=["%Y-%m-%d"])]
Until = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The last day; by default open-ended.")]


def register_of(place: Workspace) -> Path:
    """Return where the register stands."""
    return place.rules / "licences.toml"


def day(given: datetime | None, place: Workspace) -> date:
    """Return the day asked about, today where none is given, in the workspace's zone."""
    return (given or datetime.now(UTC).astimezone(place.settings.zone)).date()


@licence.command()
def add(
    id: Annotated[str, typer.Option(help="A short name for it.")],
    licensee: Annotated[str, typer.Option(help="Who is licensed.")],
    domain: Annotated[list[str], typer.Option(help="A host of the licensee; may be given again.")],
    start: Day,
    end: Until = None,
    contract: Annotated[str, typer.Option(help="The number of the contract.")] = "",
    workspace: WorkspaceOption = None,
) -> None:
    """Add a licence to rules/licences.toml; finer terms are written there by hand."""
    place = workspace_at(workspace)
    given = {"id": id, "licensee": licensee, "domains": domain, "start": start.date(), "contract": contract}
    try:
        made = Licence.model_validate(given if end is None else given | {"end": end.date()})
    except ValidationError as error:
        raise LicenceError(sentence(error)[0]) from error
    add_licence(register_of(place), made)
    say(f"licence {id} added to {register_of(place)}")


@licence.command("import")
def import_table(
    table: Annotated[Path, typer.Argument(metavar="TABLE", show_default=False)], workspace: WorkspaceOption = None
) -> None:
    """Add the licences of a CSV or XLSX table; lines that cannot be used are named, the rest goes in.

    The first line names the columns, as rules/licences.toml names the terms (works_tags, quota_day) or in Chinese.
    """
    place = workspace_at(workspace)
    if not table.is_file():
        raise UsageError(f"{table}: expected a .csv or .xlsx table; there is no such file")
    held = {each.id: each for each in load_licences(register_of(place)).licences}
    imported = import_licences(table)
    fresh = [each for each in imported.licences if each.id not in held]
    known = [each for each in imported.licences if held.get(each.id) == each]
    others = [each for each in imported.licences if each.id in held and held[each.id] != each]
    refused = [
        *imported.errors,
        *(LicenceError(differing(held[each.id], each), path=table, line=imported.lines[each.id]) for each in others),
    ]
    if fresh:
        add_licences(register_of(place), fresh)
    for error in sorted(refused, key=lambda error: error.line or 0):
        say(f"refused {error}")
    say(f"added {len(fresh)}, already there {len(known)}, refused {len(refused)}")


def differing(held: Licence, other: Licence) -> str:
    """Say in what a licence of a table differs from the one in the register, which stays as it is."""
    names = [name for name in Licence.model_fields if getattr(held, name) != getattr(other, name)]
    return f"licence {held.id} is already there and differs in {', '.join(names)}; the register stays as it is"


@licence.command("list")
def list_licences(on: On = None, workspace: WorkspaceOption = None) -> None:
    """List the licences, and what needs attention: ending, ended, renewed, used up, unused, unsigned."""
    place = workspace_at(workspace)
    today, licences = day(on, place), load_licences(register_of(place))
    with Store.open(place.database) as store:
        notices = licences.notices(today, totals(reposts(store, licences), today))
    told: dict[str, list[str]] = {}
    for notice in notices:
        told.setdefault(notice.licence.id, []).append(f"{notice.about}: {notice.detail}")
    table = grid("licence", "licensee", "from", "to", "domains", "attention")
    for each in licences.licences:
        about = "; ".join(told.get(each.id, ()))
        end = each.terms(today).end
        domains = " ".join(each.terms(today).domains)
        table.add_row(each.id, each.licensee, str(each.start), str(end or ""), domains, about)
    stdout.print(table, markup=False)


@licence.command()
def show(
    id: Annotated[str, typer.Argument(metavar="LICENCE", show_default=False)],
    on: On = None,
    odrl: Annotated[bool, typer.Option("--odrl", help="As an ODRL 2.2 agreement (W3C), in JSON.")] = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Show one licence with its terms of a day."""
    place = workspace_at(workspace)
    found = held_licence(load_licences(register_of(place)), id)
    today = day(on, place)
    if odrl:
        jsons.dump(to_odrl(found, today, pack_of(place).publisher), sys.stdout, ensure_ascii=False, indent=2)
        sys.stdout.write("\n")
        return
    table = Table(box=None, show_header=False)
    terms = found.terms(today).model_dump(mode="json", exclude_defaults=True)
    record = found.model_dump(mode="json", exclude_defaults=True)
    for name, value in {**record, **terms}.items():
        table.add_row(name, jsons.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else str(value))
    stdout.print(table, markup=False)


@licence.command()
def check(
    domain: Annotated[str, typer.Argument(metavar="DOMAIN", show_default=False)],
    on: On = None,
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Say what the licences say about a domain on a day; exit code 1 where none allows it."""
    place = workspace_at(workspace)
    answer = load_licences(register_of(place)).check(domain, day(on, place))
    if json:
        told = {"domain": domain, "on": str(answer.on), "state": answer.state.value, "id": answer.id,
                "clause": answer.clause, "reason": answer.reason}  # fmt: skip
        sys.stdout.write(jsons.dumps(told, ensure_ascii=False) + "\n")
    else:
        which = f" by licence {answer.id}" if answer.id else ""
        clause = f", clause {answer.clause}" if answer.clause else ""
        stdout.print(f"{domain} on {answer.on}: {answer.state}{which}{clause}: {answer.reason}", markup=False)
    raise typer.Exit(0 if answer.state == "valid" else 1)


def held_licence(licences: Licences, id: str) -> Licence:
    """Return the licence of an id; UsageError where there is none."""
    found = licences.licence(id)
    if found is None:
        raise UsageError(f"there is no licence {id!r}; list them with: checker licence list")
    return found
