"""`checker scan` and `checker check`: pages in, findings out."""

import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from time import monotonic
from typing import Annotated

import typer

from checker import again, runs
from checker.cli.app import app
from checker.cli.console import progress, say, stdout
from checker.cli.coverage import Tally
from checker.cli.options import (
    FailOn,
    FailOnOption,
    JsonOption,
    MetricsOption,
    Targets,
    WorkersOption,
    WorkspaceOption,
    exit_code,
    workspace_at,
)
from checker.crawl.budgets import Rest
from checker.crawl.targets import pages, understood
from checker.judge.advice import advice
from checker.keep.cases import Wanted
from checker.keep.lifecycle import PUT_AWAY, State
from checker.keep.record import Record, case_id, record
from checker.model import Examined, Outcome
from checker.parts import together
from checker.report.formats import table, write_json_lines
from checker.report.metrics import Measured, named, write_metrics
from checker.runs import House
from checker.scan import Road, examined
from checker.settings import Crawl, Workspace

MinCoverage = Annotated[
    float, typer.Option(min=0, max=1, help="The least share of pages judged; below it exit code 3.")
]

LATELY = 2.0
"""Seconds after which it is asked again how many pages are still to come."""


@app.command()
def scan(
    targets: Targets,
    json: JsonOption = False,
    workers: WorkersOption = 1,
    fail_on: FailOnOption = FailOn.ERROR,
    min_coverage: MinCoverage = 0.0,
    metrics: MetricsOption = None,
    workspace: WorkspaceOption = None,
) -> None:
    """Scan sites, page addresses, files of addresses and WARC files for reposts, and keep what is found.

    What a person has rejected, licensed, excepted or closed neither fills the table nor sets the exit code.
    """
    place = workspace_at(workspace)
    with House.open(place) as house:
        warn_if_empty(house.road)
        tally, measured = scanned(house, targets, place.settings.crawl, workers)
        cases = list(house.store.cases(Wanted(run=measured.run)))
    if metrics:
        write_metrics(metrics, [measured])
    found = [case.record for case in cases if json or case.state not in PUT_AWAY]
    counted = [case.record for case in cases if case.state not in PUT_AWAY]
    finish(found, counted, tally, place, json=json, fail_on=fail_on, min_coverage=min_coverage)


@app.command()
def check(
    targets: Targets,
    json: JsonOption = False,
    fail_on: FailOnOption = FailOn.ERROR,
    min_coverage: MinCoverage = 0.0,
    workspace: WorkspaceOption = None,
) -> None:
    """Judge single pages (an address, an .html file, - for standard input) and keep nothing."""
    place = workspace_at(workspace)
    road = Road.open(place)
    warn_if_empty(road)
    tally = Tally()
    crawl, read = place.settings.crawl, sys.stdin.buffer.read
    given = pages(targets, crawl, stdin=read, single=True, shell=road.is_shell)
    judged = together(road, watched(examined(place, road, given), tally))
    verdicts = [verdict for each in judged for verdict in each.verdicts]
    for verdict in verdicts:
        for line in advice(verdict, road.pack, place.settings.language):
            say(f"{verdict.document.url}: {line}")
    found = [record(verdict) for verdict in verdicts]
    finish(found, found, tally, place, json=json, fail_on=fail_on, min_coverage=min_coverage)


def scanned(
    house: House, targets: Sequence[str], crawl: Crawl, workers: int, rest: Rest = Rest.LAST
) -> tuple[Tally, Measured]:
    """Scan targets in a run of their own, or take up one of theirs that broke off; return what it amounted to."""
    live = bool(understood(targets, crawl).seeds)
    tally, begun = Tally(), runs.now()
    with house.run(runs.SCAN, targets, live=live) as run:
        if done := sum(house.store.coverage(run).values()):
            say(f"run {run} goes on where it broke off, or is shared with another program: {done} pages are done")
        left = partial(runs.left, house, run) if live else None
        for _ in watched(runs.scan(house, run, targets, crawl, workers=workers, rest=rest), tally, left):
            pass
        tally.turn(again.settle_quotas(house, run))
        whole = Tally(Counter(house.store.coverage(run)))
        if whole.pages.total() > tally.pages.total():  # others have looked at pages of this run
            whole.verdicts.update(Outcome(case.record["outcome"]) for case in house.store.cases(Wanted(run=run)))
            tally = whole
    return tally, Measured(named(targets), run, begun, runs.now(), tally.pages, tally.verdicts)


def warn_if_empty(road: Road) -> None:
    """Say so where nothing is registered."""
    if not len(road.index):
        say("nothing is registered, so nothing can be found; register articles first: checker register corpus/")


def watched(pages: Iterable[Examined], tally: Tally, left: Callable[[], int] | None = None) -> Iterator[Examined]:
    """Pass pages on, counted and shown as progress; `left` says how many are still known to come."""
    with progress() as bar:
        task = bar.add_task("pages", total=None, note="")
        asked = -LATELY
        for each in pages:
            tally.add(each)
            bar.update(task, advance=1, note=tally.note())
            if left and not bar.disable and monotonic() - asked > LATELY:
                bar.update(task, total=tally.pages.total() + left())
                asked = monotonic()
            yield each


def listed(found: Record) -> Record:
    """Return a match as a list of findings shows it, before anybody has decided on it."""
    return found | {"id": case_id(found["article"]["id"], found["url"]), "state": State.DETECTED}


def finish(
    found: list[Record],
    counted: list[Record],
    tally: Tally,
    place: Workspace,
    *,
    json: bool,
    fail_on: FailOn,
    min_coverage: float,
) -> None:
    """Print what was found and the coverage, and end with the exit code of what counts."""
    language = place.settings.language
    if json:
        write_json_lines(found, sys.stdout, language)
    elif found:
        table((listed(each) for each in found), stdout, language)
    say(tally.line())
    raise typer.Exit(exit_code(counted, fail_on, covered=tally.share >= min_coverage))
