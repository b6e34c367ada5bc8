"""`checker decide`, `undo`, `history`, `triage`: what people make of what was found."""

import getpass
import sys
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from string import ascii_lowercase
from typing import Annotated

import click
import typer

from checker.cli.app import app
from checker.cli.console import grid, say, stdout
from checker.cli.options import Identity, WorkspaceOption, workspace_at
from checker.errors import CheckerError, UsageError
from checker.keep.cases import Case, Wanted
from checker.keep.curations import Curation, Fact
from checker.keep.decisions import Decision, Entry
from checker.keep.lifecycle import CHECKER, MOVES, State
from checker.keep.store import Store
from checker.match.index import Index
from checker.model import Outcome, Ownership
from checker.register.entry import enter
from checker.register.record import instant
from checker.report.side_by_side import both, judged, told
from checker.settings import Workspace

Who = Annotated[str, typer.Option(help="Who decides; by default the user of this machine.", show_default=False)]
Reason = Annotated[str, typer.Option(help="Why; reject and except have fixed reasons, named when one is wrong.")]
Comment = Annotated[str, typer.Option(help="A few words of your own; they are kept for good.")]
Expires = Annotated[
    datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The last day it holds.", show_default=False)
]

KEYS = {"c": "confirm", "r": "reject", "l": "license", "x": "except", "w": "watch"}
"""The keys of the triage, each a decision at once; in capitals, or where it accepts a finding, with a comment.

u takes the last decision back and returns to its finding, h shows how it was judged, n goes on, q ends.
"""

QUESTION = "[c]onfirm [r]eject [l]icensed e[x]ception [w]atch [u]ndo [h]ow [n]ext [q]uit (capital: with a comment)"


@app.command()
def decide(
    finding: Identity,
    action: Annotated[str, typer.Argument(metavar="ACTION", help=", ".join(MOVES), show_default=False)],
    reason: Reason = "",
    comment: Comment = "",
    expires: Expires = None,
    who: Who = "",
    workspace: WorkspaceOption = None,
) -> None:
    """Decide on a finding and its other addresses; dated, signed, and never overwritten by a scan."""
    place = workspace_at(workspace)
    decision = Decision(action, who or getpass.getuser(), reason, comment, end_of(expires, place))
    with Store.open(place.database) as store:
        say(decided(store, store.case(finding), decision))


@app.command()
def undo(finding: Identity, who: Who = "", comment: Comment = "", workspace: WorkspaceOption = None) -> None:
    """Take the last decision on a finding back; both stay in its history."""
    with Store.open(workspace_at(workspace).database) as store:
        say(undone(store, store.case(finding), who or getpass.getuser(), comment))


@app.command()
def history(finding: Identity, workspace: WorkspaceOption = None) -> None:
    """Show everything that happened to a finding: decisions, and every visit to its page."""
    place = workspace_at(workspace)
    table = grid("when", "who", "what", "from", "to", "reason", "comment")
    with Store.open(place.database) as store:
        case = store.case(finding)
        lines: list[tuple[datetime, tuple[str, ...]]] = [
            (each.at, (each.who, each.action, each.before, each.after, each.reason, each.comment))
            for each in store.history(case.id)
        ]
        lines += [(each.at, (CHECKER, "visit", "", each.found, each.outcome, "")) for each in store.visits(case.id)]
    for at, rest in sorted(lines):
        table.add_row(at.astimezone(place.settings.zone).strftime("%Y-%m-%d %H:%M"), *rest)
    stdout.print(table, markup=False)


@app.command()
def triage(who: Who = "", workspace: WorkspaceOption = None) -> None:
    """Walk through what waits for a decision, one key for each."""
    place = workspace_at(workspace)
    name = who or getpass.getuser()
    with Store.open(place.database) as store:
        store.expire(now())
        queue = waiting(store)
        finished = Walk(store, place, name, queue).walk()
    if finished:
        say("nothing waits for a decision" if not queue else "the queue is done")


@app.command()
def curate(
    fact: Annotated[Fact, typer.Argument(show_default=False)],
    subject: Annotated[str, typer.Argument(help="An article's id, or a site's domain.", show_default=False)],
    value: Annotated[str, typer.Argument(help="The right value; empty takes a correction back.", show_default=False)],
    who: Who = "",
    comment: Comment = "",
    workspace: WorkspaceOption = None,
) -> None:
    """Correct a fact: an article's owner (ours, not_ours, unclear) or first publication, a domain's organisation.

    A corrected fact holds for every finding it touches; a decision holds for one. Judge again to see what it changes.
    """
    place = workspace_at(workspace)
    if fact is Fact.OWNER and value and value not in set(Ownership):
        raise UsageError(f"{value!r}: expected one of {', '.join(Ownership)}")
    if fact is Fact.FIRST_PUBLICATION and value and (first := instant(value, place.settings.zone)):
        value = first.isoformat()
    with Store.open(place.database) as store:
        known = None if fact is Fact.ORGANISATION else store.article(subject)
        store.curate(Curation(fact, subject, value, who or getpass.getuser(), now(), comment))
        if known is not None and value:
            enter([known], Index.open(place.index), store, now())
    say(f"{fact} of {subject}: {value or 'as registered'}; see what changes with: checker judge --dry-run")
    if known is not None and not value:
        say("register the article again to bring back what its file says")


def waiting(store: Store) -> list[Case]:
    """Return the cases nobody decided on, each once for all its addresses: violations first, then the latest."""
    wanted = Wanted(states=(State.DETECTED, State.REGRESSED), outcomes=(Outcome.VIOLATION, Outcome.REVIEW))
    found = sorted(store.cases(wanted), key=lambda case: case.first_seen, reverse=True)
    twins = store.twins([case.id for case in found])
    once = [case for case in found if case.id not in twins]
    return sorted(once, key=lambda case: case.outcome != Outcome.VIOLATION)


@dataclass
class Walk:
    """A way through the queue: where it stands, and the cases decided on it, the last one last."""

    store: Store
    place: Workspace
    who: str
    queue: list[Case]
    at: int = 0
    decided: list[int] = field(default_factory=list)

    def walk(self) -> bool:
        """Show one case after the other until it is decided or passed over; False where the walk is ended early."""
        while self.at < len(self.queue):
            self.show(self.queue[self.at])
            if not self.asked():
                return False
        return True

    def asked(self) -> bool:
        """Ask what to do until that is clear; False where the walk ends."""
        while True:
            key = pressed(QUESTION)
            if key == "q":
                return False
            try:
                if self.answer(self.queue[self.at], key):
                    return True
            except CheckerError as error:
                say(str(error))

    def show(self, case: Case) -> None:
        """Print the texts first, so that what was found stands right above the question."""
        language = self.place.settings.language
        stdout.rule(f"{self.at + 1} of {len(self.queue)}")
        text = self.store.page_text(case.id)
        both(case, self.store.article(case.article), stdout, language, page_text=text)
        told(case, stdout, language)

    def answer(self, case: Case, key: str) -> bool:
        """Do what a key says; True where a case is to be shown, this one again or another."""
        if key == "h":
            judged(case, stdout, self.place.settings.language)
            return False
        if key == "u":
            self.undo()
            return True
        if key != "n":
            say(decision_of(self.store, case, key, self.who, self.place))
            self.decided.append(self.at)
        self.at += 1
        return True

    def undo(self) -> None:
        """Take the last decision of this walk back, and return to its case."""
        if not self.decided:
            raise UsageError("nothing was decided yet that could be undone here; later: checker undo FINDING")
        case = self.queue[self.decided[-1]]
        said = undone(self.store, case, self.who)
        self.at = self.decided.pop()
        say(said)


def decision_of(store: Store, case: Case, key: str, who: str, place: Workspace) -> str:
    """Decide on a case by a key, and say what came of it."""
    if key.lower() not in KEYS:
        raise UsageError(f"{key!r} is none of the keys")
    action = KEYS[key.lower()]
    reason = reason_for(action)
    accepts = action == "except"
    until = last_day(place) if accepts else None
    comment = typer.prompt("comment", default="", show_default=False, err=True) if accepts or key.isupper() else ""
    said = decided(store, case, Decision(action, who, reason, comment, until))
    return f"{said}, until {until:%Y-%m-%d}" if until else said


def decided(store: Store, case: Case, decision: Decision) -> str:
    """Decide on a case, and on what shows the same under other addresses of its site; say what came of it."""
    others, moment = store.same(case.id), now()
    entry = store.decide(case.id, decision, moment)
    for other in others:
        store.decide(other, decision, moment)
    return moved(entry, len(others))


def undone(store: Store, case: Case, who: str, comment: str = "") -> str:
    """Take the last decision on a case back, and what was decided with it; say what came of it."""
    last = [entry.at for entry in store.history(case.id)][-1:]
    others = [other for other in store.same(case.id) if [entry.at for entry in store.history(other)][-1:] == last]
    entry = store.undo(case.id, who, now(), comment=comment)
    for other in others:
        store.undo(other, who, now(), comment=comment)
    return moved(entry, len(others))


def moved(entry: Entry, others: int) -> str:
    """Say where a case has moved, and how many other addresses of the same page with it."""
    return f"{entry.case}: {entry.before} -> {entry.after}" + (f", with {others} of the same site" if others else "")


def end_of(last: datetime | None, place: Workspace) -> datetime | None:
    """Return the end of the last day that a decision holds, by the workspace's clock; None for no end."""
    return None if last is None else datetime.combine(last.date(), time.max, place.settings.zone)


def reason_for(action: str) -> str:
    """Ask for one of the reasons an action must choose from, by its letter; "" where it needs none."""
    reasons = dict(zip(ascii_lowercase, sorted(MOVES[action].reasons), strict=False))
    if not reasons:
        return ""
    given = pressed("why: " + ", ".join(f"[{letter}] {reason}" for letter, reason in reasons.items()))
    return reasons.get(given, given)


def last_day(place: Workspace) -> datetime | None:
    """Ask for the last day a decision holds, None for no end."""
    given = typer.prompt("last day it holds (YYYY-MM-DD, empty: no end)", default="", show_default=False, err=True)
    if not given.strip():
        return None
    try:
        until = datetime.combine(date.fromisoformat(given.strip()), time.max, place.settings.zone)
    except ValueError as error:
        raise UsageError(f"{given!r}: expected a day such as 2026-12-31") from error
    if until <= now():
        raise UsageError(f"{given!r}: expected a day that is not over")
    return until


def pressed(question: str) -> str:
    """Ask for one key: a terminal needs no Enter; from anything else it is a line."""
    if not sys.stdin.isatty():
        return str(typer.prompt(question, err=True)).strip()
    typer.echo(f"{question}: ", nl=False, err=True)
    key = click.getchar()
    typer.echo(key, err=True)
    return key


def now() -> datetime:
    """Return this instant."""
    return datetime.now(UTC)
