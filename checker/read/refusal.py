"""Pages that say no: captcha and login walls, "too many visits", firewalls, soft 404, empty script shells.

Such a page comes with status 200 and looks like a page without our text; taking it for one would call a repost
clean. The wordings are data (`rules/refusals.toml`), compared without regard to script and width.
"""

import re
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from checker.errors import RulePackError
from checker.glyphs import PageText
from checker.knowledge import validated
from checker.model import PageOutcome
from checker.read.plain import han, lines, title, unhidden
from checker.script import GONE, level

SEPARATOR = re.compile(r"[_|]|\s[-–—]+\s|[-–—]{1,2}")
BLANK = re.compile(r"[\s,，。.!！;；]+")
SHELL = 10
"""Han characters below which a page shows no Chinese text at all."""

SHELL_WORDS = 200
"""Characters of any script below which it shows no text at all."""

STATEMENT = 60
"""Han characters a page's refusal has at most; what stands in a longer stretch is told, not said."""


class Wording(BaseModel):
    """One sort of refusal: the titles, words and pieces of markup that give it away, and how little text it has."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: str = Field(min_length=1)
    outcome: PageOutcome = PageOutcome.BLOCKED
    han: int = Field(300, gt=0)
    titles: frozenset[str] = frozenset()
    words: tuple[str, ...] = ()
    markup: tuple[str, ...] = ()
    shell: bool = False


@dataclass(frozen=True)
class Refusals:
    """All sorts of refusals; `longest` is the number of Han characters beyond which no words are searched for."""

    wordings: tuple[Wording, ...] = ()
    longest: int = 0


@dataclass(frozen=True)
class Refusal:
    """What a page says instead of an article: the outcome it gets, and why; a `shell` may say more once rendered."""

    outcome: PageOutcome
    reason: str
    shell: bool = False


NO_REFUSALS = Refusals()


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")

    refusal: tuple[Wording, ...]


def load_refusals(path: Path) -> Refusals:
    """Read the wordings; RulePackError says what is wrong with the file."""
    _, values = validated(path, _File, RulePackError)
    return Refusals(
        tuple(
            wording.model_copy(
                update={
                    "titles": frozenset(map(_key, wording.titles)),
                    "words": tuple(map(_key, wording.words)),
                }
            )
            for wording in values.refusal
        ),
        max((wording.han for wording in values.refusal), default=0),
    )


def refusal(page: PageText, refusals: Refusals) -> Refusal | None:
    """Return what a page says instead of an article, None where it says something worth reading.

    A title that says no is believed whatever stands below it; words only on a page that has hardly any others, since
    an article that talks about captchas is an article.
    """
    if not refusals.wordings:
        return None
    name = _key(SEPARATOR.split(title(page.head))[0])
    for wording in refusals.wordings:
        if name in wording.titles:
            return Refusal(wording.outcome, f"{wording.kind}: {name}", wording.shell)
    if len(page.glyphs.units) > refusals.longest:
        return None
    return _said(page.text, refusals)


def _said(source: str, refusals: Refusals) -> Refusal | None:
    """The refusal that a page with little text gives away by its words, its markup or its emptiness."""
    stretches = lines(source)
    count = sum(map(han, stretches))
    short = "\n".join(
        _key(stretch) for stretch in stretches if len(stretch) <= 4 * STATEMENT and han(stretch) <= STATEMENT
    )
    for wording in refusals.wordings:
        places = ((wording.words, short), (wording.markup, source))
        said = next((mark for marks, place in places for mark in marks if mark in place), "")
        if said and count <= wording.han:
            return Refusal(wording.outcome, f"{wording.kind}: {said}", wording.shell)
    if count < SHELL and sum(map(len, stretches)) < SHELL_WORDS and _scripted(source):
        return Refusal(PageOutcome.BLOCKED, "empty shell: a script or a frame brings the text", True)
    return None


def _scripted(source: str) -> bool:
    """Whether scripts or frames would bring the text, and have not brought it along in the page itself."""
    low = source.lower()
    return ("<script" in low or "<frame" in low or "<iframe" in low) and han(unhidden(source)) < SHELL_WORDS


def _key(words: str) -> str:
    """Words levelled, without blanks and punctuation: what wordings are compared by."""
    return BLANK.sub("", level(words).replace(GONE, ""))
