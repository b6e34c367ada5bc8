"""The examples of a rule pack, run: every rule fires on what it must fire on, and on nothing it must not."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from checker.judge.pack import Pack
from checker.judge.rules import Rule, told
from checker.judge.vocabulary import Value, defaults


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
    facts = {**defaults(), **example}
    return facts if "credited" in example else facts | {"credited": facts["grade"] in pack.judging.credited}
