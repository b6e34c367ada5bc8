"""The words of the reports in one language: sentences with places for numbers, names for codes, dates and numbers.

The sentences are data, one file for each language under `texts/`. A sentence that changes with a count is a table
`{one = "...", other = "..."}`, chosen by its `n`; a noun that follows a count stands in its place:
`{reposts:repost|reposts}`.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from functools import cache
from importlib.resources import files
from typing import Any

from checker.model import LANGUAGES

NOT_KNOWN = "—"
"""What stands where a number is not known; never 0."""


@dataclass(frozen=True)
class Count:
    """A number in a sentence, with thousands separators, or the dash; before its noun in `{n:one|other}`."""

    number: int | None

    def __format__(self, spec: str) -> str:
        """The number, and the noun that goes with it."""
        shown = NOT_KNOWN if self.number is None else f"{self.number:,}"
        one, _, other = spec.partition("|")
        return f"{shown} {one if self.number == 1 else other}" if other else shown


@dataclass(frozen=True)
class Wording:
    """The words of one language; `texts` maps dotted keys to sentences."""

    language: str
    texts: Mapping[str, Any]

    def say(self, key: str, **values: object) -> str:
        """The sentence of that key with its places filled; whole numbers get thousands separators."""
        text = self.texts[key]
        if isinstance(text, Mapping):
            text = text["one" if values.get("n") == 1 else "other"]
        return str(text).format(**{name: self.number(value) for name, value in values.items()})

    def number(self, value: object) -> object:
        """A whole number or None as a count, anything else as it is."""
        return Count(value) if value is None or (isinstance(value, int) and not isinstance(value, bool)) else value

    def word(self, group: str, code: str) -> str:
        """The name of a code (`grade`, `kind`, `state`, ...); a code nobody named yet stands for itself."""
        return str(self.texts.get(f"{group}.{code}", code))

    def verdict(self, outcome: str, state: str) -> str:
        """What a verdict is called: only a person turns a suspicion into a breach, or sets it aside."""
        if state in SET_ASIDE:
            return self.word("state", state)
        if outcome == "violation" and state in CONFIRMED:
            return self.say("verdict.confirmed")
        return self.word("verdict", outcome)

    def percent(self, share: float | None, digits: int = 1) -> str:
        """A share (0..1) in per cent."""
        return NOT_KNOWN if share is None else f"{share * 100:.{digits}f}%"

    def hours(self, hours: float | None) -> str:
        """A span of time, in hours up to three days and in days beyond."""
        if hours is None:
            return NOT_KNOWN
        if hours < 72:
            return self.say("span.hours", n=round(hours))
        return self.say("span.days", n=round(hours / 24))

    def day(self, when: date) -> str:
        """A day without its year."""
        return self.say("date.day", day=str(when.day), month=str(when.month), name=self.month(when))

    def short_day(self, when: date) -> str:
        """A day without its year, as short as can be."""
        return self.say("date.short", day=str(when.day), month=str(when.month), name=self.month(when))

    def full_day(self, when: date) -> str:
        """A day with its year."""
        return self.say(
            "date.full", day=str(when.day), month=str(when.month), name=self.month(when), year=str(when.year)
        )

    def month(self, when: date) -> str:
        """The month's name."""
        return str(self.texts["date.months"][when.month - 1])

    def weekday(self, when: date) -> str:
        """The day of the week, short."""
        return str(self.texts["date.weekdays"][when.weekday()])

    def days(self, first: date, last: date) -> str:
        """A stretch of days, with the month once where it is the same, with the years where they differ."""
        if first == last:
            return self.full_day(first)
        if (first.year, first.month) == (last.year, last.month):
            return self.say("date.within", day=str(first.day), until=str(last.day), month=self.month(first))
        name = self.full_day if first.year != last.year else self.day
        return self.say("date.range", first=name(first), last=name(last))

    def moment(self, when: datetime, zone: tzinfo) -> str:
        """An instant on the wall clock of a zone, with its offset."""
        local = when.astimezone(zone)
        return f"{local:%Y-%m-%d %H:%M} UTC{offset(local.utcoffset())}"


CONFIRMED = frozenset({"confirmed", "notified"})
"""States that only a person's confirmation leads to."""

SET_ASIDE = frozenset({"rejected", "licensed", "exception"})
"""States in which a person decided that nothing is to be done, or that there is nothing."""


def offset(delta: timedelta | None) -> str:
    """The distance from UTC as +8 or +5:30."""
    minutes = round((delta or timedelta()).total_seconds() / 60)
    hours, rest = divmod(abs(minutes), 60)
    return f"{'-' if minutes < 0 else '+'}{hours}" + (f":{rest:02}" if rest else "")


@cache
def wording(language: str) -> Wording:
    """Load the words of a language; ValueError for one that there is no file of."""
    if language not in LANGUAGES:
        raise ValueError(f"expected a language out of {', '.join(LANGUAGES)}, not {language!r}")
    text = (files("checker.report") / "texts" / f"{language}.toml").read_text(encoding="utf-8")
    return Wording(language, dict(flat(tomllib.loads(text))))


def flat(tables: Mapping[str, Any], prefix: str = "") -> list[tuple[str, Any]]:
    """Nested tables as dotted keys; a table of `one` and `other` is one sentence in two numbers."""
    pairs: list[tuple[str, Any]] = []
    for key, value in tables.items():
        name = f"{prefix}{key}"
        if isinstance(value, Mapping) and set(value) != {"one", "other"}:
            pairs += flat(value, f"{name}.")
        else:
            pairs.append((name, value))
    return pairs
