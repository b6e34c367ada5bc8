"""A rule pack: a publisher, its thresholds, the wordings the facts are read by, and the rules.

The pack of a publisher is one TOML file; rules that hold for every publisher stand in files it includes. Everything is
checked when it is loaded: what is wrong is a RulePackError with file, line and one sentence.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, ValidationError, field_validator

from checker.errors import RulePackError
from checker.judge.rules import Named, Rule, overlap
from checker.knowledge import Key, line_of, read_toml, sentence
from checker.model import Grade, Level, Publisher, Texts, Thresholds
from checker.settings import Table

UNHANDLED = "UNHANDLED"
"""The rule for a matched page that no other rule classified; every pack has it."""


class PublisherTable(Table):
    """`[publisher]`: see model.Publisher."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{0,30}$")
    name: str = Field(min_length=1)
    required: str = Field(min_length=1)
    names: tuple[str, ...] = Field(min_length=1)
    variants: tuple[str, ...] = ()
    false_names: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    notice: dict[str, str] = Field(default_factory=dict)
    timezone: str = "Asia/Shanghai"

    @field_validator("timezone")
    @classmethod
    def _known_timezone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ValueError(f"expected a time zone such as Asia/Shanghai, not {name!r}") from error
        return name


class MatchTable(Table):
    """`[match]`: see model.Thresholds."""

    full: float = Field(0.9, gt=0, le=1)
    near: float = Field(0.5, gt=0, le=1)
    quotation: int = Field(40, gt=0)
    run: int = Field(24, gt=0)


class Judging(Table):
    """`[judge]`: where the facts of a page begin and end, and the wordings they are read by."""

    credited: tuple[Grade, ...] = (Grade.EXACT, Grade.VARIANT)
    clock_tolerance_minutes: int = Field(30, ge=0)
    brief: int = Field(120, ge=0)
    quotation_page_share: float = Field(0.25, gt=0, le=1)
    quotation_share: float = Field(0.25, gt=0, le=1)
    quotation_length: int = Field(300, gt=0)
    short_length: int = Field(120, gt=0)
    title_similarity: float = Field(0.7, gt=0, le=1)
    insertion: int = Field(40, gt=0)
    agencies: tuple[str, ...] = ()
    agency_marks: tuple[str, ...] = ()
    official: tuple[str, ...] = ()
    quoting: tuple[str, ...] = ()
    turns: tuple[str, ...] = ()
    negations: tuple[str, ...] = ()
    speech: tuple[str, ...] = ()
    surnames: str = ""
    captions: tuple[str, ...] = ()
    photographers: tuple[str, ...] = ()
    commerce: tuple[str, ...] = ()
    notice_links: tuple[str, ...] = ()
    only_markup: tuple[str, ...] = ()
    perhaps_hidden: tuple[str, ...] = ()
    never_say: tuple[str, ...] = ()


class PackFile(Table):
    """One file of a pack; only the publisher's own file has a publisher and a version."""

    version: str = Field("", pattern=r"^(\d+\.\d+\.\d+)?$")
    include: tuple[str, ...] = ()
    publisher: PublisherTable | None = None
    match: MatchTable | None = None
    judge: Judging | None = None
    channels: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    basis: dict[str, Named] = Field(default_factory=dict)
    rule: tuple[Rule, ...] = ()


@dataclass(frozen=True)
class Pack:
    """A loaded pack; `rules` in the order in which they are asked, deprecated ones last and never asked.

    `channels` are the hosts of platforms whose pages are not a site of their own (微信, 微博), by channel.
    """

    publisher: Publisher
    version: str
    timezone: str
    thresholds: Thresholds
    judging: Judging
    rules: tuple[Rule, ...]
    bases: Mapping[str, Texts]
    channels: Mapping[str, tuple[str, ...]]

    @property
    def name(self) -> str:
        """Publisher and version, as findings name the pack that judged them."""
        return f"{self.publisher.id} {self.version}"

    def rule(self, rule_id: str) -> Rule | None:
        """Return the rule of that id, deprecated or not."""
        return next((rule for rule in self.rules if rule.id == rule_id), None)

    def basis(self, code: str) -> Texts:
        """Return what a basis code stands for, in each language."""
        return self.bases[code]


@dataclass(frozen=True)
class Part:
    """A file of a pack with its text, for saying where a mistake stands."""

    path: Path
    text: str
    content: PackFile

    def error(self, message: str, *place: Key) -> RulePackError:
        """Return an error at that place of the file."""
        return RulePackError(message, path=self.path, line=line_of(self.text, place))


def load_pack(path: Path) -> Pack:
    """Read and check a publisher's rule pack and the files it includes."""
    main = _part(path)
    parts = [main, *(_part((path.parent / name).resolve()) for name in main.content.include)]
    publisher = main.content.publisher
    if publisher is None:
        raise main.error("expected a [publisher] table")
    if not main.content.version:
        raise main.error("expected a version such as 1.0.0")
    bases = _bases(parts)
    rules = tuple(_rules(parts, bases))
    return Pack(
        publisher=_publisher(publisher),
        version=main.content.version,
        timezone=publisher.timezone,
        thresholds=Thresholds(**(main.content.match or MatchTable()).model_dump()),
        judging=_judging(parts),
        rules=tuple(sorted(rules, key=lambda rule: (bool(rule.deprecated), not rule.gate))),
        bases=MappingProxyType(bases),
        channels=MappingProxyType({k: v for part in parts for k, v in part.content.channels.items()}),
    )


def _publisher(table: PublisherTable) -> Publisher:
    return Publisher(**table.model_dump(exclude={"timezone"}))


def _part(path: Path) -> Part:
    """Read one file; an included file stands beside the pack and includes nothing itself."""
    text, values = read_toml(path, RulePackError)
    try:
        return Part(path, text, PackFile.model_validate(values))
    except ValidationError as error:
        message, place = sentence(error)
        if place[:1] == ("rule",) and len(place) > 1 and isinstance(place[1], int):
            message = f"rule {_id_of(values, place[1])}: {message.replace(f'rule.{place[1]}.', '', 1)}"
        raise RulePackError(message, path=path, line=line_of(text, place)) from error


def _id_of(values: Mapping[str, Any], number: int) -> str:
    """Return the id of the rule of that number, as far as it has one."""
    rule = values["rule"][number]
    return str(rule.get("id", number + 1)) if isinstance(rule, dict) else str(number + 1)


def _bases(parts: Iterable[Part]) -> dict[str, Texts]:
    bases: dict[str, Texts] = {}
    for part in parts:
        for code, texts in part.content.basis.items():
            if code in bases:
                raise part.error(f"basis {code} is there twice", "basis", code)
            bases[code] = texts
    return bases


def _judging(parts: Iterable[Part]) -> Judging:
    """Return the settings of `[judge]`; a later file fills in what an earlier one leaves open."""
    tables = [part.content.judge for part in parts if part.content.judge is not None]
    values = {name: getattr(table, name) for table in reversed(tables) for name in table.model_fields_set}
    return Judging(**values)


def _rules(parts: Iterable[Part], bases: Mapping[str, Texts]) -> Iterator[Rule]:
    """Yield all rules, checked against each other and against what they name."""
    parts = tuple(parts)
    never = _judging(parts).never_say
    seen: dict[str, tuple[Part, int, Rule]] = {}
    for part in parts:
        for number, rule in enumerate(part.content.rule):
            if rule.id in seen:
                raise part.error(f"rule {rule.id} is there twice", "rule", number, "id")
            _check(part, number, rule, bases, never)
            seen[rule.id] = (part, number, rule)
    if UNHANDLED not in seen:
        raise parts[0].error(f"expected a rule {UNHANDLED} for pages that no other rule classifies")
    for part, number, rule in seen.values():
        if unknown := sorted(set(rule.then) - set(seen)):
            raise part.error(f"rule {rule.id}: there is no rule {unknown[0]}", "rule", number, "then")
    _refuse_overlap(seen.values())
    yield from (rule for _, _, rule in seen.values())


def _check(part: Part, number: int, rule: Rule, bases: Mapping[str, Texts], never: Iterable[str]) -> None:
    """Check one rule: bases that exist, examples of both sorts, levels that fit, words that may be said."""
    for code in rule.basis:
        if code not in bases:
            raise part.error(f"rule {rule.id}: there is no basis {code}", "rule", number, "basis")
    for name in ("fire", "ok"):
        if not getattr(rule, name) and not rule.deprecated and rule.id != UNHANDLED:
            sort = "must fire" if name == "fire" else "must not fire"
            raise part.error(f"rule {rule.id}: expected an example that {sort} ({name})", "rule", number)
    if rule.kind.value in {"pass", "informational", "notApplicable"} and rule.level is not Level.NOTE:
        raise part.error(f"rule {rule.id}: {rule.kind.value} has the level note", "rule", number, "level")
    for table, texts in (("message", rule.message), ("repair", rule.repair)):
        for language, text in texts.items():
            if word := next((word for word in never if word.casefold() in text.casefold()), None):
                raise part.error(f"rule {rule.id}: may not say {word}", "rule", number, table, language)


def _refuse_overlap(rules: Iterable[tuple[Part, int, Rule]]) -> None:
    asked = [entry for entry in rules if entry[2].question and not entry[2].deprecated]
    for (_, _, one), (part, number, other) in combinations(asked, 2):
        if (one.scope, one.question) == (other.scope, other.question) and overlap(one, other):
            message = f"rule {other.id} overlaps {one.id}: both can answer the question {one.question!r}"
            raise part.error(message, "rule", number, "when")
