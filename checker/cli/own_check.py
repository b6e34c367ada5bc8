"""`checker own-check`: our own pages, before somebody else points at them."""

from typing import Annotated

import typer

from checker.cli.app import app
from checker.cli.console import progress, say, stdout
from checker.cli.options import Targets, WorkspaceOption, workspace_at
from checker.crawl.targets import pages, understood
from checker.errors import PageError
from checker.judge.own import own_check
from checker.model import FindingKind, Level, PageKind
from checker.scan import documents, pack_of


@app.command("own-check")
def check_own(
    targets: Targets,
    licensed_in: Annotated[
        list[str] | None, typer.Option(help="An outlet we may repost from; may be given again.", show_default=False)
    ] = None,
    workspace: WorkspaceOption = None,
) -> None:
    """Check the publisher's own pages: missing 來源:國際在線, reposts without source, marks that contradict.

    Exit code 1 where an article has an error, 3 where no page could be read.
    """
    place = workspace_at(workspace)
    pack = pack_of(place)
    understood(targets, place.settings.crawl)
    looked = failed = broken = others = 0
    with progress() as bar:
        task = bar.add_task("own pages", total=None, note="")
        for page, document in documents(place, pages(targets, place.settings.crawl)):
            bar.advance(task)
            if isinstance(document, PageError):
                failed += 1
                say(f"{page.url}: {document.outcome}: {document.reason}")
                continue
            if document.kind is not PageKind.ARTICLE:
                others += 1
                continue
            looked += 1
            found = own_check(document, pack, licensed_in)
            broken += any(each.kind is FindingKind.FAIL and each.level is Level.ERROR for each in found)
            for each in found:
                sentence = each.message[place.settings.language]
                stdout.print(f"{each.level:8}{each.rule:8}{page.url}\n        {sentence}", markup=False)
    say(f"own articles {looked}, with errors {broken}, lists and shells {others}, failed {failed}")
    raise typer.Exit(1 if broken else 3 if failed and not looked else 0)
