"""Pages that say no: captcha and login walls, "too many visits", soft 404, empty script shells.

Such a page comes with status 200 and looks like a page without our text; taking it for one would call a repost
clean. The wordings are data (`rules/refusals.toml`).
"""

import tomllib
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from checker.errors import RulePackError
from checker.model import PageOutcome
from checker.read.plain import han, plain, title


class Wording(BaseModel):
    """One sort of refusal: the words that give it away and how little text such a page has."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    kind: str
    outcome: str = PageOutcome.BLOCKED.value
    titles: tuple[str, ...] = Field(default=(), strict=False)
    words: tuple[str, ...] = Field(default=(), strict=False)
    markup: tuple[str, ...] = Field(default=(), strict=False)
    han: int = Field(400, gt=0)


@dataclass(frozen=True)
class Refusals:
    """All sorts of refusals, in the order of the file; empty: no page is taken for one."""

    wordings: tuple[Wording, ...] = ()


@dataclass(frozen=True)
class Refusal:
    """What a page says instead of an article: the outcome it gets, and why."""

    outcome: PageOutcome
    reason: str


NO_REFUSALS = Refusals()


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")

    refusal: tuple[Wording, ...]


def load_refusals(path: Path) -> Refusals:
    """Read the wordings; RulePackError says what is wrong with the file."""
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise RulePackError(f"cannot be read: {error}", path=path) from error
    try:
        return Refusals(_File.model_validate(values).refusal)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise RulePackError(f"{place}: {first['msg']}", path=path) from error


def refusal(text: str, refusals: Refusals) -> Refusal | None:
    """Return what a page says instead of an article, None where it says something worth reading.

    `text` is the decoded source. A page with more words than a refusal of that sort ever has is an article that
    talks about captchas, and is let through.
    """
    words, name = plain(text), title(text)
    count = han(words)
    for wording in refusals.wordings:
        if count <= wording.han and (said := _said(wording, name, words, text)):
            return Refusal(PageOutcome(wording.outcome), f"{wording.kind}: {said}")
    return None


def _said(wording: Wording, name: str, words: str, source: str) -> str:
    """The words that give the page away, "" where none do."""
    places = ((wording.titles, name), (wording.words, words), (wording.markup, source))
    return next((mark for marks, place in places for mark in marks if mark in place), "")
