"""A licence put to one repost, clause by clause, as of the repost's day; the first clause that fails decides."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from checker.judge.terms import Licence, Terms, identity, place
from checker.model import Article, LicenceAnswer, LicenceState


@dataclass(frozen=True)
class Counts:
    """How many *other* articles of ours a licensee already uses: by calendar period of the repost, and still online."""

    day: int = 0
    week: int = 0
    month: int = 0
    total: int = 0
    live: int = 0


@dataclass(frozen=True)
class Use:
    """One repost as a licence sees it. What is unknown is left out, and no clause about it fails.

    `target` is an address, a host, or `app:ID`; `operator` what the page says about who runs it (name, ICP number);
    `source` the outlet it names as its source; `seen` the day the page was captured; `instant` an instant by which the
    repost was surely made; `relayed` a page of a third party that has the text from the licensee.
    """

    target: str
    on: date
    article: Article | None = None
    channel: str = "site"
    operator: tuple[str, ...] = ()
    source: str = ""
    characters: int = 0
    coverage: float = 0.0
    edited: bool = False
    language: str = ""
    commerce: bool = False
    relayed: bool = False
    seen: date | None = None
    instant: datetime | None = None


Usage = Callable[[str, Use], Counts]
"""Licence id and repost -> the other articles used under it before; given by whoever remembers them."""


@dataclass(frozen=True)
class Asked:
    """What every clause is asked: the licence with its terms of the day, the repost, and what else is used."""

    licence: Licence
    terms: Terms
    use: Use
    counts: Counts


def answer(licence: Licence, use: Use, counts: Counts) -> LicenceAnswer:
    """Put one licence to one repost: valid, or the first clause that says otherwise and why."""
    asked = Asked(licence, licence.terms(use.on), use, counts)
    for clause, state, ask in CLAUSES:
        if reason := ask(asked):
            return LicenceAnswer(state, licence.id, clause, use.on, reason)
    return LicenceAnswer(LicenceState.VALID, licence.id, None, use.on, f"all terms of {use.on} are kept")


Clause = Callable[[Asked], str]


def _start(asked: Asked) -> str:
    return f"the licence starts on {asked.licence.start}" if asked.use.on < asked.licence.start else ""


def _end(asked: Asked) -> str:
    return f"the licence ended on {asked.terms.end}" if asked.terms.end and asked.use.on > asked.terms.end else ""


def _removal(asked: Asked) -> str:
    end = asked.licence.terms(asked.use.seen).end if asked.use.seen else None
    if not end or not asked.use.seen or not asked.terms.removal_at_end or asked.use.seen <= end:
        return ""
    return f"still online on {asked.use.seen}, to be taken down when the licence ended on {end}"


def _suspension(asked: Asked) -> str:
    return f"the licence is suspended on {asked.use.on}" if asked.licence.suspended(asked.use.on) else ""


def _channels(asked: Asked) -> str:
    host, path = place(asked.use.target)
    agreed = asked.terms.channels
    if asked.use.relayed or not agreed or asked.use.channel in agreed or asked.terms.account(host + path):
        return ""
    return f"channel {asked.use.channel} is not among {', '.join(asked.terms.channels)}"


def _domains(asked: Asked) -> str:
    if asked.use.relayed or asked.terms.cover(asked.use.target):
        return ""
    return f"{_shown(asked.use.target)} is not among the licensed domains, apps and accounts"


def _languages(asked: Asked) -> str:
    if not asked.use.language or not asked.terms.languages or asked.use.language in asked.terms.languages:
        return ""
    return f"{asked.use.language} is not among {', '.join(asked.terms.languages)}"


def _works(asked: Asked) -> str:
    return (
        f"article {asked.use.article.id} is not licensed"
        if asked.use.article and not asked.terms.works.hold(asked.use.article)
        else ""
    )


def _exclusions(asked: Asked) -> str:
    return (
        f"article {asked.use.article.id} is excluded"
        if asked.use.article and asked.terms.exclusions.hold(asked.use.article)
        else ""
    )


def _excerpt(asked: Asked) -> str:
    characters, share = asked.terms.excerpt.characters, asked.terms.excerpt.share
    if characters is not None and asked.use.characters > characters:
        return f"{asked.use.characters} characters used, {characters} allowed"
    if share is not None and asked.use.coverage > share:
        return f"{asked.use.coverage:.0%} of the article used, {share:.0%} allowed"
    return ""


def _quota(asked: Asked) -> str:
    for period in ("day", "week", "month", "total"):
        allowed = getattr(asked.terms.quota, period)
        used = getattr(asked.counts, period) + 1
        if allowed is not None and used > allowed:
            return f"article number {used} of the {period}, {allowed} allowed"
    return ""


def _concurrent(asked: Asked) -> str:
    if asked.terms.concurrent is None or asked.counts.live + 1 <= asked.terms.concurrent:
        return ""
    return f"{asked.counts.live + 1} articles online at once, {asked.terms.concurrent} allowed"


def _embargo(asked: Asked) -> str:
    published = asked.use.article.published if asked.use.article else None
    if not asked.terms.embargo_minutes or published is None or asked.use.instant is None:
        return ""
    free = published + timedelta(minutes=asked.terms.embargo_minutes)
    return f"reposted before the embargo ended at {free.isoformat()}" if asked.use.instant < free else ""


def _modification(asked: Asked) -> str:
    return "the text was changed" if asked.terms.modification is False and asked.use.edited else ""


def _sublicence(asked: Asked) -> str:
    return "a third party took the text over" if asked.use.relayed and not asked.terms.sublicence else ""


def _commerce(asked: Asked) -> str:
    return "the text stands in an advertising or sales page" if asked.use.commerce and not asked.terms.commerce else ""


CLAUSES: tuple[tuple[str, LicenceState, Clause], ...] = (
    ("start", LicenceState.NOT_STARTED, _start),
    ("end", LicenceState.EXPIRED, _end),
    ("suspension", LicenceState.SUSPENDED, _suspension),
    ("sublicence", LicenceState.OUT_OF_SCOPE, _sublicence),
    ("channels", LicenceState.OUT_OF_SCOPE, _channels),
    ("domains", LicenceState.OUT_OF_SCOPE, _domains),
    ("languages", LicenceState.OUT_OF_SCOPE, _languages),
    ("works", LicenceState.OUT_OF_SCOPE, _works),
    ("exclusions", LicenceState.OUT_OF_SCOPE, _exclusions),
    ("excerpt", LicenceState.OUT_OF_SCOPE, _excerpt),
    ("quota", LicenceState.OUT_OF_SCOPE, _quota),
    ("concurrent", LicenceState.OUT_OF_SCOPE, _concurrent),
    ("embargo", LicenceState.OUT_OF_SCOPE, _embargo),
    ("modification", LicenceState.OUT_OF_SCOPE, _modification),
    ("commerce", LicenceState.OUT_OF_SCOPE, _commerce),
    ("removal", LicenceState.EXPIRED, _removal),
)
"""The clauses in the order in which they are looked at; a clause answers with the reason why it fails, or ""."""


def concerns(licence: Licence, use: Use) -> bool:
    """Say whether a licence is about this target at all: any version covers it, or the page names its operator."""
    return any(terms.cover(use.target) for _, terms in licence.versions) or not licence.identities.isdisjoint(
        identity(name) for name in use.operator if name
    )


def _shown(target: str) -> str:
    return target if target.startswith("app:") else place(target)[0]
