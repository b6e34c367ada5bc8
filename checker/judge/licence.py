"""The licence register: `rules/licences.toml`, read, asked and written to."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property
from pathlib import Path

from checker.errors import LicenceError
from checker.judge.clauses import Counts, Usage, Use, answer, concerns, turns
from checker.judge.terms import Licence, Terms, identity
from checker.knowledge import line_of, validated
from checker.model import Article, LicenceAnswer, LicenceState
from checker.settings import Table

EXPIRING = 30
"""Days before its end from which a licence counts as expiring."""

NEAR_QUOTA = 0.8
"""Share of a quota from which it counts as nearly used up."""

RANK = (
    LicenceState.VALID,
    LicenceState.OUT_OF_SCOPE,
    LicenceState.SUSPENDED,
    LicenceState.EXPIRED,
    LicenceState.NOT_STARTED,
)
"""Where several licences speak about one repost, the state that decides: the one most in the licensee's favour."""


class Register(Table):
    """The file: a table `[[licence]]` for each licence."""

    licence: tuple[Licence, ...] = ()


@dataclass(frozen=True)
class Lookup:
    """What the register says about one repost: the answer, and the licence and terms it rests on.

    `overlap` says that two licences with different terms allow it; `doubtful` that none does, but that one would on
    another day on which the repost may have been made.
    """

    answer: LicenceAnswer
    licence: Licence | None = None
    terms: Terms | None = None
    overlap: bool = False
    doubtful: bool = False


@dataclass(frozen=True)
class Notice:
    """Something the team should know.

    `about` is expiring, expired, renewed (it ends or ended, and another licence of the licensee goes on from there),
    over_quota, near_quota, unused (it has a limit and nothing was found under it), or unsigned.
    """

    licence: Licence
    about: str
    detail: str
    used: int | None = None
    limit: int | None = None


def no_usage(_licence: str, _use: Use) -> Counts:
    """Answer that no other article is used, where nobody remembers."""
    return Counts()


@dataclass(frozen=True)
class Licences:
    """All licences of the register, in the order of their ids."""

    licences: tuple[Licence, ...] = ()

    def on(self, target: str, article: Article | None, when: date, *, usage: Usage = no_usage) -> LicenceAnswer:
        """Return what the licences say about an article at an address or host on a day."""
        return self.look_up(Use(target, when, article), usage).answer

    def check(self, domain: str, on: date) -> LicenceAnswer:
        """Return what the licences say about a domain on a day, whatever the article."""
        return self.look_up(Use(domain, on)).answer

    def look_up(self, use: Use, usage: Usage = no_usage) -> Lookup:
        """Put every licence about this repost to it and return the answer most in the licensee's favour."""
        found = self._look_up(use, usage)
        if use.since is None or found.licence is None or found.answer.state is LicenceState.VALID:
            return found
        starts = {day for licence in self._of(use) if concerns(licence, use) for day in turns(licence)}
        days = sorted(day for day in starts | {use.since} if use.since <= day <= (use.seen or use.on))
        others = (self._look_up(replace(use, on=day), usage) for day in days)
        return replace(found, doubtful=any(other.answer.state is LicenceState.VALID for other in others))

    def _look_up(self, use: Use, usage: Usage) -> Lookup:
        """Put every licence to a repost of one day."""
        if not self.licences:
            reason = "no licence is registered at all"
            return Lookup(LicenceAnswer(LicenceState.UNKNOWN, on=use.on, reason=reason))
        if not use.target:
            reason = "the page has no web address by which a licence could be looked up"
            return Lookup(LicenceAnswer(LicenceState.UNKNOWN, on=use.on, reason=reason))
        about = [licence for licence in self._of(use) if concerns(licence, use)]
        answers = [(answer(licence, use, usage(licence.id, use)), licence) for licence in about]
        answers = answers or list(self._relayed(use, usage))
        if not answers:
            reason = f"no licence names {use.target} or its operator"
            return Lookup(LicenceAnswer(LicenceState.NONE, on=use.on, reason=reason))
        best, licence = min(answers, key=lambda pair: (RANK.index(pair[0].state), pair[1].id))
        valid = {licence.terms(use.on) for found, licence in answers if found.state is LicenceState.VALID}
        return Lookup(best, licence, licence.terms(use.on), overlap=len(valid) > 1)

    @cached_property
    def limited(self) -> frozenset[str]:
        """The ids of the licences that limit how many articles may be used."""
        return frozenset(licence.id for licence in self.licences if licence.counted)

    def _of(self, use: Use) -> Iterator[Licence]:
        publisher = use.article.publisher if use.article else ""
        yield from (one for one in self.licences if not (one.publisher and publisher and one.publisher != publisher))

    @cached_property
    def _by_licensee(self) -> dict[str, list[Licence]]:
        found: dict[str, list[Licence]] = {}
        for licence in self.licences:
            found.setdefault(identity(licence.licensee), []).append(licence)
        return found

    def _follower(self, licence: Licence, on: date) -> Licence | None:
        """Return the licence of the same licensee that goes on where one ends, for its places; None for none."""
        ending = licence.terms(on)
        if ending.end is None:
            return None
        after = ending.end + timedelta(days=1)
        others = (one for one in self._by_licensee[identity(licence.licensee)] if one.id != licence.id)
        return next((other for other in others if _goes_on(other, ending, after)), None)

    def licence(self, licence_id: str) -> Licence | None:
        """Return the licence of that id."""
        return next((licence for licence in self.licences if licence.id == licence_id), None)

    def _relayed(self, use: Use, usage: Usage) -> Iterator[tuple[LicenceAnswer, Licence]]:
        """Yield what the licences of the source that a page names say about passing the text on, where in force."""
        asked = replace(use, relayed=True)
        named = (one for one in self._of(use) if use.source and identity(use.source) in one.identities)
        for licence in named:
            found = answer(licence, asked, usage(licence.id, use))
            if found.state in {LicenceState.VALID, LicenceState.OUT_OF_SCOPE}:
                yield found, licence

    def notices(self, on: date, usage: Mapping[str, Counts] | None = None) -> tuple[Notice, ...]:
        """Return what the team should know on a day: ended and ending licences, quotas over and nearly used up."""
        counts = usage or {}
        found = [
            notice
            for licence in self.licences
            for notice in (
                *_ending(licence, on, self._follower(licence, on)),
                *_used(licence, on, counts.get(licence.id, Counts())),
            )
        ]
        return tuple(sorted(found, key=lambda notice: (notice.about, notice.licence.id, notice.detail)))


def _goes_on(other: Licence, ending: Terms, after: date) -> bool:
    """Say whether a licence holds on the day after other terms end, and for all their places."""
    terms = other.terms(after)
    holds = other.start <= after and (terms.end is None or after <= terms.end)
    places = (*ending.domains, *(account.at for account in ending.accounts), *(f"app:{app}" for app in ending.apps))
    return holds and all(map(terms.cover, places))


def _ending(licence: Licence, on: date, follower: Licence | None) -> Iterator[Notice]:
    end = licence.terms(on).end
    if not licence.written:
        yield Notice(licence, "unsigned", "not signed in writing")
    if end is None or end > on + timedelta(days=EXPIRING):
        return
    if follower is not None:
        yield Notice(licence, "renewed", f"{follower.id} goes on from {follower.start}")
    elif end < on:
        yield Notice(licence, "expired", f"ended on {end}")
    else:
        yield Notice(licence, "expiring", f"ends on {end}, in {(end - on).days} days")


def _used(licence: Licence, on: date, used: Counts) -> Iterator[Notice]:
    terms = licence.terms(on)
    if licence.counted and used == Counts() and licence.start <= on and not (terms.end and terms.end < on):
        yield Notice(licence, "unused", "nothing was found under it")
    limits = {period: getattr(terms.quota, period) for period in ("day", "week", "month", "total")}
    for period, limit in (*limits.items(), ("live", terms.concurrent)):
        count = getattr(used, period)
        if limit is not None and count > limit:
            yield Notice(licence, "over_quota", f"{period}: {count} of {limit}", count, limit)
        elif limit and count >= NEAR_QUOTA * limit:
            yield Notice(licence, "near_quota", f"{period}: {count} of {limit}", count, limit)


def load_licences(path: Path) -> Licences:
    """Read and check the licence register; a file that is not there is an empty register."""
    if not path.exists():
        return Licences()
    text, register = validated(path, Register, LicenceError)
    seen: set[str] = set()
    for number, licence in enumerate(register.licence):
        if licence.id in seen:
            line = line_of(text, ("licence", number, "id"))
            raise LicenceError(f"licence {licence.id} is there twice", path=path, line=line)
        seen.add(licence.id)
    return Licences(tuple(sorted(register.licence, key=lambda licence: licence.id)))
