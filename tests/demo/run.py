"""The main job on invented sites, from an empty folder to the report: `make demo`.

    make demo             the demo, in ./demo
    make demo SERVE=1     the same, then the sites stay up for trying things out

Every step is a command of the checker as a rights team would type it; nothing is made up on the way.
"""

import argparse
import contextlib
import io
import json
import os
import shutil
import sys
import threading
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from rich.cells import set_cell_size
from rich.console import Console
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from checker.cli.app import loaded
from checker.keep.cases import Wanted
from checker.keep.store import Store
from checker.model import JUDGED, Outcome
from checker.report.side_by_side import side_by_side as page_of
from checker.settings import open_workspace
from checker.stamps import proof
from tests.demo.server import serving, sites
from tests.keep.authority import ROOT, Authority, open_authority

HERE = Path(__file__).parent
SETTINGS = {
    'contact = ""': 'contact = "demo@example.org"',
    "delay = 2.0": "delay = 0.0",
    "allow_private = false": "allow_private = true",
    "timeout = 30.0": "timeout = 2.0",
    'roots = ""': 'roots = "rules/roots.pem"',
}
"""What the demo changes in a new workspace: sites and authority are on this machine, one site is slow on purpose."""

OWN = 'hosts = ["cri.cn", '
"""Where the rule pack names the publisher's own hosts; the demo's mirror is one more of them."""

READERS = """
[[readers]]
to = "rights-team@example.org"
language = "zh-Hant"

[[readers]]
to = "management@example.org"
language = "en"
view = "management"
"""

COLOURS = {"violation": "red", "review": "yellow", "compliant": "green", "not_applicable": "dim"}

console = Console(highlight=False)
if not console.is_terminal:
    console = Console(highlight=False, width=120)


def main() -> None:
    """Run the demo in ./demo."""
    parser = argparse.ArgumentParser(description="The main job on invented sites, from an empty folder to the report.")
    parser.add_argument("folder", nargs="?", type=Path, default=Path("demo"), help="where the demo's workspace goes")
    parser.add_argument("--serve", action="store_true", help="keep the sites up afterwards, until Ctrl-C")
    options = parser.parse_args()
    started = time.monotonic()
    with serving() as port:
        walk(options.folder, port)
        closing(options.folder, port, time.monotonic() - started)
        if options.serve:
            wait()


def walk(folder: Path, port: int) -> None:
    """Take the road once: workspace, register, scan, findings, report, pages side by side."""
    step("A workspace of its own", f"checker.toml, rules, the sample corpus; licences of {len(sites())} invented sites")
    prepare(folder)
    with inside(folder):
        step("Register what is protected", "fifteen invented articles; one of them is another outlet's")
        checker("register", "corpus")
        step("Scan the sites", "over real HTTP: robots.txt, sitemaps, feeds, links; GB18030, Big5, wrong labels")
        console.print(web(port))
        found = scan(port)
        step("What was found", "verdict, kind of match, share of the article, credit, licence, page, article")
        for line in listed(found):
            console.print(line)
        console.print()
        step("Pages that could not be judged are said, not guessed", "no failed page counts as one without a credit")
        console.print(unjudged(Path()))
        console.print()
        step(
            "An outsider's time under the evidence", "an authority (RFC 3161) of the demo's own; only a hash goes there"
        )
        stamped()
        step("The week's report", "one page for the team, one mail for each reader")
        checker("report", "--week", datetime.now(ZoneInfo("Asia/Shanghai")).strftime("%G-W%V"))
        step("Both texts side by side", "one page for each finding")
        console.print(f"{side_by_side(Path('data/cases'))} pages in {folder}/data/cases\n")
        step("One of them, closer", "a licensed copy with a changed number and a changed negation")
        checker("show", finding(f"{sites()[6].origin(port)}/n/tea.html"))
        step("A licensee looks before publishing", "a draft, judged and not kept: which line to add, and where")
        checker("check", os.path.relpath(HERE / "draft.html"))


def stamped() -> None:
    """Have what was kept time-stamped, and read all of it again."""
    with open_authority(Authority()) as authority:
        os.environ["CHECKER_EVIDENCE_AUTHORITIES"] = authority.address
        checker("stamp")
        del os.environ["CHECKER_EVIDENCE_AUTHORITIES"]
    checker("verify")


def prepare(folder: Path) -> None:
    """Lay out the demo's workspace, in place of an older one."""
    if folder.exists() and not (folder / "checker.toml").exists():
        raise SystemExit(f"{folder} is there and is no demo; name another folder")
    shutil.rmtree(folder, ignore_errors=True)
    checker("init", str(folder))
    shutil.copy(HERE / "licences.toml", folder / "rules" / "licences.toml")
    text = (folder / "checker.toml").read_text(encoding="utf-8")
    for said, meant in SETTINGS.items():
        if said not in text:
            raise SystemExit(f"checker.toml no longer says {said}")
        text = text.replace(said, meant)
    (folder / "checker.toml").write_text(text + READERS, encoding="utf-8")
    (folder / "rules" / "roots.pem").write_bytes(ROOT.pem)
    own(folder / "rules" / "publishers" / "cri.toml")


def own(pack: Path) -> None:
    """Name the demo's mirror among the publisher's own hosts."""
    text = pack.read_text(encoding="utf-8")
    mirror = next(site.address for site in sites() if site.folder == "jingxiang")
    if OWN not in text:
        raise SystemExit(f"{pack} no longer says {OWN}")
    pack.write_text(text.replace(OWN, f'{OWN}"{mirror}", '), encoding="utf-8")


def checker(*words: str) -> int:
    """Run a command of the checker, shown as one would type it; return its exit code."""
    console.print(f"[dim]$[/] [bold]checker {' '.join(words) if len(words) < 5 else f'{words[0]} {words[1]} …'}[/]")
    code = loaded()(list(words), standalone_mode=False)
    console.print()
    if code == 2:
        raise SystemExit(2)
    return int(code or 0)


def scan(port: int) -> list[dict[str, Any]]:
    """Scan all sites and return what the command wrote: one JSON object for each match."""
    found = io.StringIO()
    with contextlib.redirect_stdout(found):
        loaded()(["scan", *(f"{site.origin(port)}/" for site in sites()), "--json"], standalone_mode=False)
    console.print()
    Path("data/scan.jsonl").write_text(found.getvalue(), encoding="utf-8")
    return [json.loads(line) for line in found.getvalue().splitlines()]


def listed(found: list[dict[str, Any]]) -> Iterator[Text]:
    """One line for each match."""
    for each in sorted(found, key=lambda each: (each["url"], each["article"]["id"])):
        words = (
            (each["outcome"], 15),
            (each["match"]["kind"], 8),
            (f"{each['match']['coverage']:4.0%}", 5),
            (each["credit"]["grade"], 12),
            (each["licence"]["state"], 13),
            (each["url"].removeprefix("http://"), 42),
        )
        line = Text("".join(set_cell_size(word, width) for word, width in words))
        line.stylize(COLOURS.get(each["outcome"], ""), 0, 15)
        line.append(each["article"]["title"], style="dim").truncate(console.width, overflow="ellipsis")
        yield line


def finding(url: str) -> str:
    """Return the id of the finding on a page."""
    with Store.open(open_workspace(Path()).database) as store:
        return next(case.id for case in store.cases(Wanted()) if case.url == url)


@contextlib.contextmanager
def inside(folder: Path) -> Iterator[None]:
    """Work in a folder, as a user would."""
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


def step(title: str, about: str) -> None:
    """Open a step."""
    console.rule(f"[bold]{title}[/]", align="left", style="dim")
    console.print(f"[dim]{about}[/]")


def web(port: int) -> Table:
    """The sites of the demo."""
    grid = Table(box=None, pad_edge=False, show_header=False)
    for site in sites():
        grid.add_row(f"[cyan]{site.origin(port)}/[/]", site.name, f"[dim]{site.about}[/]")
    return grid


def unjudged(root: Path) -> Table:
    """The pages of the last run that ended in none of the outcomes of a judged page."""
    grid = Table(box=None, pad_edge=False, show_header=False)
    with Store.open(open_workspace(root).database) as store:
        for row in store.pages(store.last_run()):
            if row.outcome not in JUDGED:
                reason = row.reason.rsplit("/", 1)[-1]
                grid.add_row(f"[yellow]{row.outcome.value}[/]", row.url.removeprefix("http://"), f"[dim]{reason}[/]")
    return grid


def side_by_side(folder: Path) -> int:
    """Write a page for each finding, and return how many there are."""
    folder.mkdir(parents=True, exist_ok=True)
    place = open_workspace(Path())
    with Store.open(place.database) as store:
        found = tuple(store.cases(Wanted(outcomes=(Outcome.VIOLATION, Outcome.REVIEW))))
        for case in found:
            stamp = None if case.capture is None else proof(place, case.capture.file)
            page = page_of(
                case, store.article(case.article), "zh-Hant", page_text=store.page_text(case.id), proof=stamp
            )
            (folder / f"{case.id}.html").write_text(page, encoding="utf-8")
    return len(found)


def closing(folder: Path, port: int, seconds: float) -> None:
    """Say where everything is, and what to try next."""
    command = os.path.relpath(Path(sys.executable).with_name("checker"), folder)
    lines = [
        f"[bold]report[/]         {first(folder / 'data/reports', '*.html')}",
        f"[bold]mail[/]           {first(folder / 'data/reports', '*.eml')}",
        f"[bold]side by side[/]   {folder}/data/cases/",
        f"[bold]evidence[/]       {folder}/data/evidence/ [dim](WARC, with SHA-256 and time stamp)[/]",
        f"[bold]settings[/]       {folder}/checker.toml, {folder}/rules/",
        "",
        f"[bold]try next[/]       cd {folder}",
        f"               {command} findings --level error",
        f"               {command} show FINDING",
        f"               {command} coverage",
        f"               {command} rules list",
        "",
        "[bold]or[/]             make demo SERVE=1   [dim](the sites stay up afterwards, for a browser)[/]",
    ]
    console.print(Panel("\n".join(lines), title=f"done in {seconds:.0f} s", title_align="left", border_style="green"))
    console.print("[dim]Sites, articles and licences are invented. Nothing the checker says is legal advice.[/]")


def first(folder: Path, pattern: str) -> str:
    """Return the newest file of that pattern, for showing."""
    return str(max(folder.rglob(pattern), key=lambda file: file.stat().st_mtime, default=folder))


def wait() -> None:
    """Keep the sites up until Ctrl-C."""
    console.print("the sites stay up; Ctrl-C ends them")
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        console.print()


if __name__ == "__main__":
    main()
