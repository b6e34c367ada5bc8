"""A rule as data: what it asks of the facts, what it says, what it rests on, and the examples that prove it."""

import re
from collections.abc import Mapping
from math import isfinite
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from checker.judge.vocabulary import FACTS, Value
from checker.model import LANGUAGES, FindingKind, Level
from checker.settings import Table

PLACEHOLDER = re.compile(r"\{([a-z_.]+)\}")
PLACEHOLDERS = frozenset(
    {"required", "name", "quote", "source", "via", "zone", "reason", "licence", "clause", "licensee", "date"}
    | {
        "published",
        "first",
        "numbers",
        "dates",
        "names",
        "negations",
        "authors",
        "title",
        "our_title",
        "coverage",
        "page_coverage",
        "copied",
    }
    | {"longest", "place", "url", "host"}
    | {"numbers.words", "dates.words", "names.words", "negations.words"}
    | {"dateline", "photo", "captions", "cut", "inserted", "adverts"}
)
"""What a message may quote: `{name}` is replaced by text, never interpreted."""

TEXTS = ("ours", "theirs", "our_title", "their_title", "authors")
"""What an example may give instead of facts: two texts, from which the facts are computed as on a real page."""


class Range(Table):
    """A condition on a number: at least, below, or both."""

    at_least: float = float("-inf")
    below: float = float("inf")

    def holds(self, value: Value) -> bool:
        """Say whether a number lies in the range."""
        return not isinstance(value, str) and self.at_least <= value < self.below


Condition = tuple[Value, ...] | Range
"""One of these values, or a range of numbers."""


def _conditions(raw: object) -> dict[str, Condition]:
    if not isinstance(raw, dict):
        raise ValueError("expected a table of facts")  # noqa: TRY004 - pydantic reports a ValueError
    return {str(name): _condition(str(name), wanted) for name, wanted in raw.items()}


def _condition(name: str, wanted: object) -> Condition:
    if name not in FACTS:
        raise ValueError(f"there is no fact {name!r}")
    if isinstance(wanted, Range):
        return wanted
    if isinstance(wanted, dict):
        if FACTS[name].values or not wanted or not set(wanted) <= {"at_least", "below"}:
            raise ValueError(f"{name}: expected {_known(name)}, not {wanted!r}")
        return Range(**{key: float(number) for key, number in wanted.items()})
    values = tuple(wanted) if isinstance(wanted, list | tuple) else (wanted,)
    for value in values:
        if not FACTS[name].allows(value):
            raise ValueError(f"{name}: expected {_known(name)}, not {value!r}")
    return values


def _known(name: str) -> str:
    known = FACTS[name].values
    return (
        " or ".join(repr(value) if value != "" else '""' for value in known)
        if known
        else "a number or a range such as { at_least = 1, below = 9 }"
    )


def _example(raw: object) -> dict[str, Value]:
    if not isinstance(raw, dict):
        raise ValueError("expected a table of facts")  # noqa: TRY004 - pydantic reports a ValueError
    for name, value in raw.items():
        if name in TEXTS and isinstance(value, str):
            continue
        if name not in FACTS:
            raise ValueError(f"there is no fact {name!r}")
        if not FACTS[name].allows(value):
            raise ValueError(f"{name}: expected {_known(name)}, not {value!r}")
    return raw


def _texts(texts: dict[str, str]) -> dict[str, str]:
    for language in LANGUAGES:
        if not texts.get(language, "").strip():
            raise ValueError(f"expected a sentence in {language}")
    if unknown := sorted(set(texts) - set(LANGUAGES)):
        raise ValueError(f"unknown language {unknown[0]!r}")
    return texts


def _quotable(text: str) -> str:
    for name in PLACEHOLDER.findall(text):
        if name not in PLACEHOLDERS:
            raise ValueError(f"nothing to put in for {{{name}}}")
    return text


def _sentences(texts: dict[str, str]) -> dict[str, str]:
    _texts(texts)
    for language, text in texts.items():
        try:
            _quotable(text)
        except ValueError as error:
            raise ValueError(f"{language}: {error}") from error
    return texts


Conditions = Annotated[dict[str, Any], BeforeValidator(_conditions)]
Example = Annotated[dict[str, Any], BeforeValidator(_example)]
Named = Annotated[dict[str, str], AfterValidator(_texts)]
Sentences = Annotated[dict[str, str], AfterValidator(_sentences)]


class Rule(Table):
    """One rule. It fires where every condition of `when` holds and none of `unless` does.

    `gate` rules are asked first: `stop` ends the judging (only the rules named in `then` are still asked), `review`
    leaves what the others find to a person, `soften` does so too but is only told where it softened something (with
    `then`, only those rules are softened); `record` only leaves a line in the log. Two rules that answer the same
    `question` must not be able to fire together. `told_to` says whose business the repair is, the site's or our own
    team's; `quote` is what a finding quotes, the page's credit unless the rule is about other words, written
    `ours → theirs` where both are needed; `deprecated` says why a rule is no longer asked.
    """

    id: str = Field(pattern=r"^[A-Z]{2,10}(-[A-Z0-9]{1,10})?$")
    version: int = Field(1, ge=1)
    scope: Literal["repost", "own"] = "repost"
    gate: Literal["", "stop", "review", "soften", "record"] = ""
    then: tuple[str, ...] = ()
    question: str = ""
    kind: FindingKind
    level: Level = Level.NOTE
    basis: tuple[str, ...] = Field(min_length=1)
    when: Conditions
    unless: Conditions = Field(default_factory=dict)
    told_to: Literal["site", "team"] = "site"
    message: Sentences
    repair: Sentences
    quote: Annotated[str, AfterValidator(_quotable)] = "{quote}"
    fire: tuple[Example, ...] = ()
    ok: tuple[Example, ...] = ()
    deprecated: str = ""

    def fires(self, facts: Mapping[str, Value]) -> bool:
        """Say whether the rule holds for these facts."""
        return all(holds(wanted, facts[name]) for name, wanted in self.when.items()) and not any(
            holds(barred, facts[name]) for name, barred in self.unless.items()
        )

    def because(self, facts: Mapping[str, Value]) -> str:
        """Name the facts the rule asked about, as the log says them."""
        asked = sorted({*self.when, *self.unless})
        return ", ".join(f"{name} = {told(facts[name])}" for name in asked) or "whatever the facts"


def holds(condition: Condition, value: Value) -> bool:
    """Say whether a fact's value meets a condition."""
    return condition.holds(value) if isinstance(condition, Range) else value in condition


def told(value: Value) -> str:
    """Write a value as a rule pack would."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:.2f}"
    return str(value) if value != "" else '""'


def stated(condition: Condition) -> str:
    """Write a condition as a person reads it: one of some values, or a range of numbers."""
    if not isinstance(condition, Range):
        return " or ".join(map(told, condition))
    ends = (("at least", condition.at_least), ("below", condition.below))
    return ", ".join(f"{word} {end:g}" for word, end in ends if isfinite(end))


def overlap(one: Rule, other: Rule) -> bool:
    """Say whether some facts could make both rules fire."""
    names = {*one.when, *one.unless, *other.when, *other.unless}
    return all(_shared(name, one, other) for name in names)


def _shared(name: str, one: Rule, other: Rule) -> bool:
    """Say whether one value of a fact suits both rules."""
    values = FACTS[name].values
    if values:
        return any(_suits(name, value, one) and _suits(name, value, other) for value in values)
    ends = [edge for rule in (one, other) for edge in _edges(name, rule)]
    return any(_suits(name, value, one) and _suits(name, value, other) for value in ends or [0.0])


def _suits(name: str, value: Value, rule: Rule) -> bool:
    wanted = name not in rule.when or holds(rule.when[name], value)
    return wanted and not (name in rule.unless and holds(rule.unless[name], value))


def _edges(name: str, rule: Rule) -> list[float]:
    """Return numbers that try out each side of every bound a rule sets for a fact."""
    found: list[float] = []
    for condition in (rule.when.get(name), rule.unless.get(name)):
        if isinstance(condition, Range):
            found += [edge + step for edge in (condition.at_least, condition.below) for step in (-1e-9, 0.0, 1e-9)]
        elif condition is not None:
            found += [float(value) for value in condition]
    return found
