"""`checker decide-all`: one decision on many findings, with a look beforehand at what it would do."""

import getpass
from typing import Annotated

import typer

from checker.cli.app import app
from checker.cli.console import say, stdout
from checker.cli.decisions import Comment, Expires, Reason, Who, end_of, now
from checker.cli.options import WorkspaceOption, workspace_at
from checker.errors import UsageError
from checker.keep.cases import Wanted
from checker.keep.decisions import Decision
from checker.keep.lifecycle import MOVES
from checker.keep.store import Store
from checker.model import Outcome


@app.command("decide-all")
def decide_all(
    action: Annotated[str, typer.Argument(metavar="ACTION", help=", ".join(MOVES), show_default=False)],
    article: Annotated[str | None, typer.Option(help="Only on this article.", metavar="ID", show_default=False)] = None,
    site: Annotated[str | None, typer.Option(help="Only on this host.", show_default=False)] = None,
    rule: Annotated[
        str | None, typer.Option(help="Only breaches of this rule.", metavar="RULE", show_default=False)
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what it would do, and do nothing.")] = False,
    reason: Reason = "",
    comment: Comment = "",
    expires: Expires = None,
    who: Who = "",
    workspace: WorkspaceOption = None,
) -> None:
    """Decide on every finding of a site, an article or a rule; what a person decided before is left alone.

    Each can be undone by itself with checker undo.
    """
    place = workspace_at(workspace)
    if not (article or site or rule):
        raise UsageError("expected --site, --article or --rule; a decision on everything is none")
    broken = (Outcome.VIOLATION, Outcome.REVIEW)
    decision = Decision(action, who or getpass.getuser(), reason, comment, end_of(expires, place))
    with Store.open(place.database) as store:
        ids = [case.id for case in store.cases(Wanted(outcomes=broken, article=article, site=site, rule=rule))]
        done = store.decide_all(ids, decision, now(), dry_run=dry_run)
    for each in done.decided:
        stdout.print(each)
    left = "".join(f", {state} {count} left alone" for state, count in done.skipped.items())
    say(f"{'would decide' if dry_run else 'decided'} {len(done.decided)} of {len(ids)}{left}")
