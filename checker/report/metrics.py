"""What a scan amounted to, for Prometheus: a file for the textfile collector of its node exporter.

The text exposition format 0.0.4 is small enough to be written by hand:
https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from checker.errors import UsageError
from checker.files import put
from checker.model import Outcome, PageOutcome

METRICS = {
    "checker_scan_run": "Number of the last scan's run.",
    "checker_scan_start_timestamp_seconds": "When the last scan began.",
    "checker_scan_end_timestamp_seconds": "When the last scan ended.",
    "checker_scan_pages": "Pages of the last scan, by outcome.",
    "checker_scan_pages_per_second": "Pages of the last scan for each second it took.",
    "checker_scan_verdicts": "Verdicts of the last scan, by outcome.",
}
"""The metrics, all of them gauges with the label `target`, and what each says."""

SAMPLE = re.compile(r'(?P<name>\w+)\{target="(?P<target>(?:[^"\\\n]|\\[\\"n])*)".*')
"""A line that an earlier call wrote."""


@dataclass(frozen=True)
class Measured:
    """One scan: what was scanned, in which run, from when to when, and the counts of its pages and verdicts."""

    target: str
    run: int
    started: datetime
    ended: datetime
    pages: Mapping[PageOutcome, int]
    verdicts: Mapping[Outcome, int]


def named(targets: Collection[str]) -> str:
    """Return the label of a scan: its target, or the first of several and how many more there are."""
    first = next(iter(targets))
    return first if len(targets) == 1 else f"{first} and {len(targets) - 1} more"


def write_metrics(path: Path, scans: Iterable[Measured], *, known: Collection[str] = ()) -> None:
    """Write scans to a file, whole or not at all; what it says of other `known` targets stays.

    UsageError where the file cannot be written.
    """
    fresh = tuple(scans)
    targets = {escaped(scan.target) for scan in fresh}
    stays = {escaped(target) for target in known} - targets
    try:
        lines = [
            *(line for line in earlier(path) if line[1] in stays),
            *(line for each in fresh for line in told(each)),
        ]
        put(path, exposition(lines).encode("utf-8", "replace"))
    except OSError as error:
        raise UsageError(f"{path}: the metrics cannot be written: {error.strerror or error}") from error


def exposition(lines: Iterable[tuple[str, str, str]]) -> str:
    """Return samples (metric, target, line) in the text format: each metric once, with its help and its type."""
    ordered = sorted(lines)
    parts: list[str] = []
    for name, about in METRICS.items():
        if samples := [line for metric, _, line in ordered if metric == name]:
            parts += [f"# HELP {name} {about}", f"# TYPE {name} gauge", *samples]
    return "".join(f"{part}\n" for part in parts)


def told(scan: Measured) -> Iterator[tuple[str, str, str]]:
    """Yield the samples of a scan; an outcome that did not occur is 0, so that its series never breaks off."""
    seconds = (scan.ended - scan.started).total_seconds()
    count = sum(scan.pages.values())
    yield sample("checker_scan_run", scan.target, scan.run)
    yield sample("checker_scan_start_timestamp_seconds", scan.target, scan.started.timestamp())
    yield sample("checker_scan_end_timestamp_seconds", scan.target, scan.ended.timestamp())
    yield sample("checker_scan_pages_per_second", scan.target, round(count / seconds, 3) if seconds > 0 else 0)
    for outcome in PageOutcome:
        yield sample("checker_scan_pages", scan.target, scan.pages.get(outcome, 0), outcome)
    for verdict in Outcome:
        yield sample("checker_scan_verdicts", scan.target, scan.verdicts.get(verdict, 0), verdict)


def sample(name: str, target: str, value: float, outcome: str = "") -> tuple[str, str, str]:
    """Return one sample with its metric and target."""
    label = escaped(target)
    more = f',outcome="{escaped(outcome)}"' if outcome else ""
    return name, label, f'{name}{{target="{label}"{more}}} {value}'


def escaped(value: str) -> str:
    r"""Return the value of a label as the format wants it: \, " and line feeds escaped."""
    return value.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")


def earlier(path: Path) -> Iterator[tuple[str, str, str]]:
    """Yield the samples that a file holds; lines of another hand are left out."""
    if not path.is_file():
        return
    for line in path.read_bytes().decode("utf-8", "replace").split("\n"):
        if (match := SAMPLE.fullmatch(line)) and match["name"] in METRICS:
            yield match["name"], match["target"], line
