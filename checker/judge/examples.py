"""The examples of a rule pack, run: every rule fires on what it must fire on, and on nothing it must not."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from rapidfuzz.distance import Indel

from checker.judge.facts import Scene, facts
from checker.judge.licence import Lookup
from checker.judge.pack import Pack
from checker.judge.rules import TEXTS, Rule, told
from checker.judge.vocabulary import Value, defaults
from checker.model import Article, Credit, Document, Grade, LicenceAnswer, LicenceState, Match, MatchKind, Passage, Zone
from checker.script import level

READ = (
    *("dateline", "author", "photo", "caption", "third_source", "title", "original_title"),
    *("numbers", "dates", "names", "negations", "commerce"),
)
"""The facts that are computed where an example gives two texts."""


@dataclass(frozen=True)
class Problem:
    """An example that a rule does not bear out."""

    rule: str
    example: Mapping[str, Value]
    expected: str

    def __str__(self) -> str:
        """Say it in one line."""
        facts = ", ".join(f"{name} = {told(value)}" for name, value in self.example.items()) or "an orderly repost"
        return f"{self.rule} {self.expected} on: {facts}"


def test_pack(pack: Pack) -> tuple[Problem, ...]:
    """Run the examples of every rule that is not deprecated; no problems means that the pack says what it means."""
    return tuple(problem for rule in pack.rules if not rule.deprecated for problem in _problems(pack, rule))


def _problems(pack: Pack, rule: Rule) -> Iterator[Problem]:
    for example in rule.fire:
        if not rule.fires(known(pack, example)):
            yield Problem(rule.id, example, "must fire")
    for example in rule.ok:
        if rule.fires(known(pack, example)):
            yield Problem(rule.id, example, "must not fire")


def known(pack: Pack, example: Mapping[str, Value]) -> dict[str, Value]:
    """Return all facts of an example: those of an orderly repost, with what the example says is different."""
    read = _read(pack, example) if "theirs" in example else {}
    given = {name: value for name, value in example.items() if name not in TEXTS}
    world = {**defaults(), **read, **given}
    return world if "credited" in example else world | {"credited": world["grade"] in pack.judging.credited}


def _read(pack: Pack, example: Mapping[str, Value]) -> dict[str, Value]:
    """Compute what two texts say: integrity, dateline, author, title, third sources; not what needs a whole page."""
    ours, theirs = str(example.get("ours", "")), str(example["theirs"])
    title = str(example.get("our_title", ""))
    authors = tuple(str(example.get("authors", "")).split())
    article = Article(id="example", title=title, text=ours, authors=authors)
    said = Credit(pack.publisher.required, Zone.HEAD, Grade.EXACT, pack.publisher.name)
    document = Document("", theirs, (0, len(theirs)), title=str(example.get("their_title", "")), credit=said)
    alike = Indel.normalized_similarity(level(ours), level(theirs))
    passage = Passage((0, len(ours)), (0, len(theirs)), alike)
    match = Match(article, MatchKind.FULL, 1.0, 1.0, alike, (passage,))
    scene = Scene(document, match, datetime(2026, 1, 1, tzinfo=UTC), pack)
    computed = facts(scene, Lookup(LicenceAnswer(LicenceState.VALID)))
    return {name: computed[name] for name in READ}
