"""`checker sites`, `checker run-due`: the watch list, and everything that is due, for cron."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated

import typer

from checker import again
from checker.cli.app import app
from checker.cli.console import grid, say, stdout
from checker.cli.options import MetricsOption, WorkersOption, WorkspaceOption, workspace_at
from checker.cli.report import office_of
from checker.cli.scan import scanned
from checker.cli.stamp import stamps_due
from checker.crawl.addresses import canonical
from checker.crawl.budgets import Rest
from checker.crawl.targets import Row, understood
from checker.errors import UsageError
from checker.keep.sites import Site, Watched
from checker.report.metrics import Measured, write_metrics
from checker.report.post import run_due
from checker.runs import House
from checker.settings import Crawl, Workspace

sites = typer.Typer(help="The watch list: add, list, check, remove.", no_args_is_help=True)
app.add_typer(sites, name="sites")

MEGABYTE, MINUTE = 1_000_000, 60

COLUMNS = {
    "every": ("every", 1),
    "pages": ("pages", 1),
    "megabytes": ("bytes", MEGABYTE),
    "minutes": ("seconds", MINUTE),
}
"""What a table of sites may say beside an address: which field of a watched site that is, and times what."""

Address = Annotated[str, typer.Argument(metavar="URL", show_default=False)]


@sites.command()
def add(
    target: Annotated[
        str,
        typer.Argument(
            metavar="TARGET",
            help="An address, or a CSV table: site; every, pages, megabytes, minutes, comment where they differ.",
            show_default=False,
        ),
    ],
    every: Annotated[int, typer.Option(min=1, help="Hours from one scan to the next.")] = 24,
    pages: Annotated[int | None, typer.Option(min=1, help="Pages in one scan; by default crawl.pages.")] = None,
    megabytes: Annotated[
        int | None, typer.Option(min=1, help="Traffic of one scan; by default crawl.site_bytes.")
    ] = None,
    minutes: Annotated[int | None, typer.Option(min=1, help="Time of one scan; by default crawl.site_seconds.")] = None,
    comment: Annotated[str, typer.Option(help="A few words for the team.")] = "",
    workspace: WorkspaceOption = None,
) -> None:
    """Put a site (https://host/) or a section of one (https://host/part/) on the watch list."""
    place = workspace_at(workspace)
    size, seconds = megabytes and megabytes * MEGABYTE, minutes and minutes * MINUTE
    usual = Site("", every, pages, size, seconds, comment)
    with House.open(place) as house:
        for site in list(wanted(target, place.settings.crawl, usual)):
            house.store.watch(site, datetime.now(UTC))
            say(f"watching {site.url} every {site.every} h")


def wanted(target: str, crawl: Crawl, usual: Site) -> Iterator[Site]:
    """Yield the sites of a target, each as usual but for what its line of a table says."""
    asked = understood([target], crawl).asked
    if not asked:
        raise UsageError(f"{target}: expected the address of a site, or a CSV table of them")
    for seed, row in asked:
        own = {field: number * unit for head, (field, unit) in COLUMNS.items() if (number := count(row, head))}
        yield replace(usual, url=seed.url, comment=row.beside.get("comment") or usual.comment, **own)


def count(row: Row, name: str) -> int | None:
    """Return a number of a table's line, None where its cell is empty."""
    cell = row.beside.get(name, "")
    if cell and not (cell.isascii() and cell.isdecimal() and int(cell)):
        raise UsageError(f"{row.place}: {name}: expected a whole number above 0, not {cell!r}")
    return int(cell) if cell else None


@sites.command()
def remove(url: Address, workspace: WorkspaceOption = None) -> None:
    """Take a site off the watch list; its findings stay."""
    with suppress(ValueError):
        url = canonical(url)
    with House.open(workspace_at(workspace)) as house:
        house.store.unwatch(url)
    say(f"no longer watching {url}")


@sites.command("list")
def list_sites(workspace: WorkspaceOption = None) -> None:
    """List the watched sites with their schedule and last results."""
    place = workspace_at(workspace)
    with House.open(place) as house:
        watched = house.store.sites()
    if not watched:
        say("no site is watched yet; add one with: checker sites add")
        return
    listed = grid("site", "every", "due", "last scan")
    for each in watched:
        listed.add_row(*line(each, place))
    stdout.print(listed, markup=False)


def line(each: Watched, place: Workspace) -> tuple[str, ...]:
    """Return the cells of one watched site; what was never scanned has no result, which is not 0."""
    result = ", ".join(f"{outcome} {count}" for outcome, count in sorted(each.result.items())) or "—"
    scanned = clock(each.scanned, place) if each.scanned else "never"
    about = filter(None, (each.site.url, budget(each.site, place.settings.crawl), each.site.comment))
    return "\n".join(about), f"{each.site.every} h", clock(each.due, place), f"{scanned}\n{result}"


def budget(site: Site, crawl: Crawl) -> str:
    """Say what one scan of a site may cost."""
    size, seconds = site.bytes or crawl.site_bytes, site.seconds or crawl.site_seconds
    return f"{site.pages or crawl.pages} pages, {size / 1e6:,.0f} MB, {seconds / 60:,.0f} min"


@sites.command("check")
def check_sites(workers: WorkersOption = 1, workspace: WorkspaceOption = None) -> None:
    """Scan the watched sites that are due now."""
    with House.open(workspace_at(workspace)) as house:
        scan_due(house, workers)


@app.command("run-due")
def run_everything_due(
    workers: WorkersOption = 1, metrics: MetricsOption = None, workspace: WorkspaceOption = None
) -> None:
    """Do what is due, for cron or a timer: scan watched sites, visit open findings, stamp evidence, send reports."""
    place = workspace_at(workspace)
    failed = 0
    with House.open(place) as house:
        scans = scan_due(house, workers)
        if metrics:
            write_metrics(metrics, scans, known=[each.site.url for each in house.store.sites()])
        say(f"visits {sum(1 for _ in again.recheck(house, workers=workers))}")
        house.evidence.close()
        if place.settings.evidence.authorities:
            failed += stamps_due(place)
        failed += reports_due(house)
    raise typer.Exit(2 if failed else 0)


def reports_due(house: House) -> int:
    """Send the reports that are due, a line for each mail, and return how many could not be sent."""
    failed = 0
    if not house.place.settings.readers:
        say("reports: no [[readers]] in checker.toml")
        return failed
    looked, delivered = run_due(office_of(house.place, house.store), datetime.now(UTC))
    for due in looked:
        say(f"report {due.period.label}: {due.waits or 'due'}")
    for each in delivered:
        failed += each.state != "sent"
        say(f"{each.state} {each.reader} {each.period}" + (f": {each.error}" if each.error else ""))
    return failed


def scan_due(house: House, workers: int) -> list[Measured]:
    """Scan each watched site that is due, within its own budget, and return what the scans amounted to."""
    scans: list[Measured] = []
    for each in house.store.sites(datetime.now(UTC)):
        crawl = house.place.settings.crawl
        budgets = {"pages": each.site.pages, "site_bytes": each.site.bytes, "site_seconds": each.site.seconds}
        crawl = crawl.model_copy(update={name: value for name, value in budgets.items() if value is not None})
        tally, measured = scanned(house, [each.site.url], crawl, workers, Rest.SKIPPED)
        house.store.scanned(each.site.url, measured.run, datetime.now(UTC))
        say(f"{each.site.url}: {tally.line()}")
        scans.append(measured)
    return scans


def clock(moment: datetime, place: Workspace) -> str:
    """Return an instant as the workspace's clock shows it."""
    return moment.astimezone(place.settings.zone).strftime("%Y-%m-%d %H:%M")
