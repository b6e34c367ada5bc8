"""Which duty was broken: the rules of a pack and the licences put to one match."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from checker.judge.clauses import Usage
from checker.judge.facts import Scene, facts, use, values
from checker.judge.licence import Licences, Lookup, no_usage
from checker.judge.pack import UNHANDLED, Pack
from checker.judge.rules import Rule
from checker.judge.vocabulary import Value
from checker.judge.wording import fill, localised, quoted
from checker.model import Document, Finding, FindingKind, Level, Match, Outcome, Rendered, Verdict

CLASSIFYING = frozenset({FindingKind.FAIL, FindingKind.REVIEW, FindingKind.PASS, FindingKind.NOT_APPLICABLE})
"""A rule of these kinds says what a matched page is; one that only informs does not."""


RENDERED = {
    Rendered.WHOLE: "rendered: only its scripts fill the page; it was read as a browser showed it",
    Rendered.PART: "rendered: only its scripts fill the page; a browser showed it without all that they asked for",
}
"""The line of the log about a page that was not read as the server sent it."""


@dataclass
class Judgement:
    """The rules that fired, in order, and the log of how they came to."""

    fired: list[Rule] = field(default_factory=list)
    log: list[str] = field(default_factory=list)

    def note(self, line: str) -> None:
        """Add one line to the log."""
        self.log.append(line)


@dataclass(frozen=True)
class Policy:
    """A rule pack and a licence register, ready to judge; `usage` tells what else a licensee uses."""

    pack: Pack
    licences: Licences
    usage: Usage = no_usage

    def judge(self, document: Document, match: Match, *, captured: datetime, matches: Sequence[Match] = ()) -> Verdict:
        """Judge one match on a page captured at an instant; `matches` are all matches of that page."""
        scene = Scene(document, match, captured, self.pack, tuple(matches))
        lookup = self.licences.look_up(use(scene), self.usage)
        known = facts(scene, lookup)
        judgement = decide(self.pack, known, intro=_intro(scene, lookup))
        fired = judgement.fired
        texts = {**values(scene, lookup), **scene.differences.shown(), **scene.differences.quoted()}
        return Verdict(
            document=document,
            captured=captured,
            match=match,
            credit=document.credit,
            licence=replace(lookup.answer, dated=scene.dated),
            outcome=outcome(fired),
            findings=findings(self.pack, fired, texts, document),
            log=tuple(judgement.log),
        )


def decide(pack: Pack, known: Mapping[str, Value], intro: Iterable[str] = (), scope: str = "repost") -> Judgement:
    """Ask every rule of a scope about the facts, gates first; what fired is as the gates leave it."""
    judgement = Judgement(log=list(intro))
    asked = [rule for rule in pack.rules if rule.scope == scope and not rule.deprecated and rule.id != UNHANDLED]
    gates = [rule for rule in asked if rule.gate]
    open_gates = [rule for rule in gates if rule.fires(known)]
    held = {gate.id for gate in open_gates}
    for gate in gates:
        word = "holds" if gate.id in held else "does not hold"
        judgement.note(f"{gate.id} {word}: {gate.because(known)}")
    stops = [gate for gate in open_gates if gate.gate == "stop"][:1]
    allowed = {name for gate in stops for name in gate.then}
    rest = [rule for rule in asked if not rule.gate and (not stops or rule.id in allowed) and rule.fires(known)]
    for rule in rest:
        judgement.note(f"{rule.id} fires ({rule.kind}, {rule.level}): {rule.because(known)}")
    judgement.fired = _gated(stops, [gate for gate in open_gates if gate.gate in {"review", "soften"}], rest, judgement)
    if scope == "repost" and not any(rule.kind in CLASSIFYING for rule in judgement.fired):
        judgement.fired.append(_unhandled(pack))
        judgement.note(f"{UNHANDLED} fires: no rule classified this page")
    return judgement


def _gated(stops: list[Rule], softening: list[Rule], rest: list[Rule], judgement: Judgement) -> list[Rule]:
    """Return what fired after the gates: behind a gate that asks for a person, nothing accuses."""
    if stops and not rest:
        return stops
    accusing = [rule for rule in rest if rule.kind is FindingKind.FAIL and rule.level is Level.ERROR]
    gates = [gate for gate in softening if gate.gate == "review" or any(_covers(gate, rule) for rule in accusing)]
    if not gates:
        return [*stops, *rest]
    softened = [_softer(rule) if any(_covers(gate, rule) for gate in gates) else rule for rule in rest]
    judgement.note(f"left to a person because of {', '.join(gate.id for gate in gates)}")
    return [*stops, *gates, *softened]


def _covers(gate: Rule, rule: Rule) -> bool:
    """Say whether a gate softens a rule: any, or those it names."""
    return not gate.then or rule.id in gate.then


def _softer(rule: Rule) -> Rule:
    if rule.kind is not FindingKind.FAIL:
        return rule
    level = Level.WARNING if rule.level is Level.ERROR else rule.level
    return rule.model_copy(update={"kind": FindingKind.REVIEW, "level": level})


def _unhandled(pack: Pack) -> Rule:
    return next(rule for rule in pack.rules if rule.id == UNHANDLED)


def outcome(fired: Iterable[Rule]) -> Outcome:
    """Return what the rules that fired amount to."""
    kinds = [(rule.kind, rule.level) for rule in fired]
    if any(kind is FindingKind.FAIL and level is Level.ERROR for kind, level in kinds):
        return Outcome.VIOLATION
    if any(kind is FindingKind.NOT_APPLICABLE for kind, _ in kinds):
        return Outcome.NOT_APPLICABLE
    if any(kind is FindingKind.REVIEW or level is Level.WARNING for kind, level in kinds):
        return Outcome.REVIEW
    return Outcome.COMPLIANT


def findings(pack: Pack, fired: Iterable[Rule], texts: Mapping[str, str], document: Document) -> tuple[Finding, ...]:
    """Return a finding for each rule that fired, the gravest first; a pass is no finding."""
    order = list(Level)
    local = localised(document, pack.publisher)
    told = [rule for rule in fired if rule.kind is not FindingKind.PASS]
    return tuple(
        Finding(
            rule=rule.id,
            level=rule.level,
            kind=rule.kind,
            message=fill(rule.message, texts, local),
            repair=fill(rule.repair, texts, local),
            basis=tuple(pack.basis(code) for code in rule.basis),
            quote=quoted(rule.quote, texts),
            pack=pack.name,
        )
        for rule in sorted(told, key=lambda rule: (order.index(rule.level), rule.id))
    )


def _intro(scene: Scene, lookup: Lookup) -> Iterable[str]:
    """Yield the lines that say what was judged and which licence was looked up on which day, and why."""
    match, credit, answer = scene.match, scene.document.credit, lookup.answer
    yield f"pack {scene.pack.name} judges article {match.article.id} as {match.kind}, {match.coverage:.0%} of it"
    yield f"ownership {match.article.ownership}, by the source mark {match.article.source or '(none)'}"
    yield f"credit {credit.grade} in zone {credit.zone}: {credit.reason or credit.quote or 'no reason given'}"
    if scene.document.rendered is not Rendered.NO:
        yield RENDERED[scene.document.rendered]
    stated = scene.document.published
    own = stated is not None and stated.when == scene.day
    day = ("the page's own date" if scene.dated else "a date that is not sure") if own else "the day of capture"
    yield f"licence for {scene.host or 'a local file'} on {scene.day} ({day}): {answer.state}, {answer.reason}"
