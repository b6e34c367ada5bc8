"""A licence put to one repost, clause by clause, as of the repost's day; the first clause that fails decides."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple

from checker.judge.terms import Excerpt, Licence, Terms, identity, place
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
    repost was surely made; `relayed` a page of a third party that has the text from the licensee. `edited` says that
    its words differ from ours, `cut` that much of ours is left out. `since` is set where the page does not surely tell
    its day: the repost may have been made on any day from then on.
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
    cut: bool = False
    language: str = ""
    commerce: bool = False
    relayed: bool = False
    seen: date | None = None
    instant: datetime | None = None
    since: date | None = None


Usage = Callable[[str, Use], Counts]
"""Licence id and repost -> the other articles used under it before; given by whoever remembers them."""


@dataclass(frozen=True)
class Asked:
    """What every clause is asked: the licence with its terms of the day, the repost, and what else is used."""

    licence: Licence
    terms: Terms
    use: Use
    counts: Counts


class Broken(NamedTuple):
    """A clause that is not kept: why, in English for the log, and the measure of it, in no language, for messages."""

    reason: str
    measure: str = ""


def answer(licence: Licence, use: Use, counts: Counts) -> LicenceAnswer:
    """Put one licence to one repost: valid, or the first clause that says otherwise and why."""
    asked = Asked(licence, licence.terms(use.on), use, counts)
    for clause, state, ask in CLAUSES:
        if broken := ask(asked):
            return LicenceAnswer(state, licence.id, clause, use.on, broken.reason, broken.measure)
    return LicenceAnswer(LicenceState.VALID, licence.id, None, use.on, f"all terms of {use.on} are kept")


def turns(licence: Licence) -> Iterator[date]:
    """Yield the days from which on a licence may allow what it did not allow the day before."""
    yield from (first for first, _ in licence.versions)
    yield from (rest.end + timedelta(days=1) for rest in licence.suspension if rest.end)


Clause = Callable[[Asked], Broken | None]


def _start(asked: Asked) -> Broken | None:
    start = asked.licence.start
    return Broken(f"the licence starts on {start}", f"{start}") if asked.use.on < start else None


def _end(asked: Asked) -> Broken | None:
    end = asked.terms.end
    return Broken(f"the licence ended on {end}", f"{end}") if end and asked.use.on > end else None


def _removal(asked: Asked) -> Broken | None:
    seen = asked.use.seen
    end = asked.licence.terms(seen).end if seen else None
    if not end or not seen or not asked.terms.removal_at_end or seen <= end:
        return None
    return Broken(f"still online on {seen}, to be taken down when the licence ended on {end}", f"{end}, {seen}")


def _suspension(asked: Asked) -> Broken | None:
    day = asked.use.on
    return Broken(f"the licence is suspended on {day}", f"{day}") if asked.licence.suspended(day) else None


def _channels(asked: Asked) -> Broken | None:
    host, path = place(asked.use.target)
    agreed = asked.terms.channels
    if asked.use.relayed or not agreed or asked.use.channel in agreed or asked.terms.account(host + path):
        return None
    return Broken(f"channel {asked.use.channel} is not among {', '.join(agreed)}", asked.use.channel)


def _domains(asked: Asked) -> Broken | None:
    if asked.use.relayed or asked.terms.cover(asked.use.target):
        return None
    shown = _shown(asked.use.target)
    return Broken(f"{shown} is not among the licensed domains, apps and accounts", shown)


def _languages(asked: Asked) -> Broken | None:
    language, agreed = asked.use.language, asked.terms.languages
    if not language or not agreed or language in agreed:
        return None
    return Broken(f"{language} is not among {', '.join(agreed)}", language)


def _works(asked: Asked) -> Broken | None:
    article = asked.use.article
    if article is None or asked.terms.works.hold(article):
        return None
    return Broken(f"article {article.id} is not licensed", article.id)


def _exclusions(asked: Asked) -> Broken | None:
    article = asked.use.article
    if article is None or not asked.terms.exclusions.hold(article):
        return None
    return Broken(f"article {article.id} is excluded", article.id)


def _excerpt(asked: Asked) -> Broken | None:
    characters, share = asked.terms.excerpt.characters, asked.terms.excerpt.share
    used, coverage = asked.use.characters, asked.use.coverage
    if characters is not None and used > characters:
        return Broken(f"{used} characters used, {characters} allowed", f"{used} > {characters}")
    if share is not None and coverage > share:
        return Broken(f"{coverage:.0%} of the article used, {share:.0%} allowed", f"{coverage:.0%} > {share:.0%}")
    return None


def _quota(asked: Asked) -> Broken | None:
    for period in ("day", "week", "month", "total") if asked.use.since is None else ("total",):
        allowed = getattr(asked.terms.quota, period)
        used = getattr(asked.counts, period) + 1
        if allowed is not None and used > allowed:
            return Broken(f"article number {used} of the {period}, {allowed} allowed", f"{used} > {allowed}")
    return None


def _concurrent(asked: Asked) -> Broken | None:
    live, allowed = asked.counts.live + 1, asked.terms.concurrent
    if allowed is None or live <= allowed:
        return None
    return Broken(f"{live} articles online at once, {allowed} allowed", f"{live} > {allowed}")


def _embargo(asked: Asked) -> Broken | None:
    published = asked.use.article.published if asked.use.article else None
    if not asked.terms.embargo_minutes or published is None or asked.use.instant is None:
        return None
    free = published + timedelta(minutes=asked.terms.embargo_minutes)
    told = Broken(f"reposted before the embargo ended at {free.isoformat()}", free.isoformat())
    return told if asked.use.instant < free else None


def _modification(asked: Asked) -> Broken | None:
    if asked.terms.modification is not False:
        return None
    if asked.use.edited:
        return Broken("the text was changed")
    return Broken("a part of the text was left out") if asked.use.cut and asked.terms.excerpt == Excerpt() else None


def _sublicence(asked: Asked) -> Broken | None:
    return Broken("a third party took the text over") if asked.use.relayed and not asked.terms.sublicence else None


def _commerce(asked: Asked) -> Broken | None:
    where = "the text stands in an advertising or sales page"
    return Broken(where) if asked.use.commerce and not asked.terms.commerce else None


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
"""The clauses in the order in which they are looked at; a clause answers what is broken, or None."""


def concerns(licence: Licence, use: Use) -> bool:
    """Say whether a licence is about this target at all: any version covers it, or the page names its operator."""
    return any(terms.cover(use.target) for _, terms in licence.versions) or not licence.identities.isdisjoint(
        identity(name) for name in use.operator if name
    )


def _shown(target: str) -> str:
    return target if target.startswith("app:") else place(target)[0]
