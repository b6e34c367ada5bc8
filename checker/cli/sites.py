"""`checker sites`, `checker run-due`: the watch list, and everything that is due, for cron."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from checker import runs
from checker.cli.app import app
from checker.cli.console import grid, say, stdout
from checker.cli.options import MetricsOption, WorkersOption, WorkspaceOption, workspace_at
from checker.cli.report import office_of
from checker.cli.scan import scanned
from checker.crawl.budgets import Rest
from checker.crawl.targets import understood
from checker.keep.sites import Site, Watched
from checker.report.metrics import Measured, write_metrics
from checker.report.post import run_due
from checker.runs import House
from checker.settings import Workspace

sites = typer.Typer(help="The watch list: add, list, check, remove.", no_args_is_help=True)
app.add_typer(sites, name="sites")

Address = Annotated[str, typer.Argument(metavar="URL", show_default=False)]


@sites.command()
def add(
    url: Address,
    every: Annotated[int, typer.Option(min=1, help="Hours from one scan to the next.")] = 24,
    pages: Annotated[int | None, typer.Option(min=1, help="Pages in one scan; by default crawl.pages.")] = None,
    comment: Annotated[str, typer.Option(help="A few words for the team.")] = "",
    workspace: WorkspaceOption = None,
) -> None:
    """Put a site (https://host/) or a section of one (https://host/part/) on the watch list."""
    house = workspace_at(workspace)
    understood([url], house.settings.crawl)
    with House.open(house) as opened:
        opened.store.watch(Site(url, every=every, pages=pages, comment=comment), datetime.now(UTC))
    say(f"watching {url} every {every} h")


@sites.command()
def remove(url: Address, workspace: WorkspaceOption = None) -> None:
    """Take a site off the watch list; its findings stay."""
    with House.open(workspace_at(workspace)) as house:
        house.store.unwatch(url)
    say(f"no longer watching {url}")


@sites.command("list")
def list_sites(workspace: WorkspaceOption = None) -> None:
    """List the watched sites with their schedule and last results."""
    place = workspace_at(workspace)
    table = grid("site", "every", "pages", "last scan", "result", "due", "comment")
    with House.open(place) as house:
        for each in house.store.sites():
            table.add_row(*line(each, place))
    stdout.print(table, markup=False)


def line(each: Watched, place: Workspace) -> tuple[str, ...]:
    """Return the cells of one watched site; what was never scanned has no result, which is not 0."""
    result = ", ".join(f"{outcome} {count}" for outcome, count in sorted(each.result.items())) or "—"
    scanned = clock(each.scanned, place) if each.scanned else "never"
    pages = str(each.site.pages or place.settings.crawl.pages)
    return (each.site.url, f"{each.site.every} h", pages, scanned, result, clock(each.due, place), each.site.comment)


@sites.command("check")
def check_sites(workers: WorkersOption = 1, workspace: WorkspaceOption = None) -> None:
    """Scan the watched sites that are due now."""
    with House.open(workspace_at(workspace)) as house:
        scan_due(house, workers)


@app.command("run-due")
def run_everything_due(
    workers: WorkersOption = 1, metrics: MetricsOption = None, workspace: WorkspaceOption = None
) -> None:
    """Do what is due, for cron or a timer: scan watched sites, visit open findings, send reports."""
    place = workspace_at(workspace)
    failed = 0
    with House.open(place) as house:
        house.store.expire(datetime.now(UTC))
        scans = scan_due(house, workers)
        if metrics:
            write_metrics(metrics, scans, known=[each.site.url for each in house.store.sites()])
        say(f"visits {sum(1 for _ in runs.recheck(house, workers=workers))}")
        if not place.settings.readers:
            say("reports: no [[readers]] in checker.toml")
            return
        looked, delivered = run_due(office_of(place, house.store), datetime.now(UTC))
        for due in looked:
            say(f"report {due.period.label}: {due.waits or 'due'}")
        for each in delivered:
            failed += each.state != "sent"
            say(f"{each.state} {each.reader} {each.period}" + (f": {each.error}" if each.error else ""))
    raise typer.Exit(2 if failed else 0)


def scan_due(house: House, workers: int) -> list[Measured]:
    """Scan each watched site that is due, within its own budget, and return what the scans amounted to."""
    scans: list[Measured] = []
    for each in house.store.sites(datetime.now(UTC)):
        crawl = house.place.settings.crawl
        if each.site.pages:
            crawl = crawl.model_copy(update={"pages": each.site.pages})
        tally, measured = scanned(house, [each.site.url], crawl, workers, Rest.SKIPPED)
        house.store.scanned(each.site.url, measured.run, datetime.now(UTC))
        say(f"{each.site.url}: {tally.line()}")
        scans.append(measured)
    return scans


def clock(moment: datetime, place: Workspace) -> str:
    """Return an instant as the workspace's clock shows it."""
    return moment.astimezone(place.settings.zone).strftime("%Y-%m-%d %H:%M")
