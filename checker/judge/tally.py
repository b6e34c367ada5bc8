"""How much of a quota is used: counts of what a licensee used before a repost, from everything that is remembered.

Reposts are put in one order, by day, then article, then address, whatever the order in which they were found: the n-th
is within a quota of n, and the next is not, on every run alike. An article on several pages counts once. Two are online
at once where the earlier one was still there on the day of the later.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from checker.judge.clauses import Counts, Usage, Use


@dataclass(frozen=True, order=True)
class Used:
    """One repost under a licence: its day, article and address.

    `seen` is the last day on which it was there, and `live` whether the last look still found it. `dated` says that the
    page names its day itself: one that does not may be older, and no day, week or month counts it.
    """

    on: date
    article: str
    url: str
    licence: str
    seen: date
    live: bool = True
    dated: bool = True


def tally(reposts: Iterable[Used]) -> Usage:
    """Return what counts, for any licence and repost, the other articles that were used before it."""
    by_licence: dict[str, list[Used]] = {}
    for repost in sorted(set(reposts)):
        by_licence.setdefault(repost.licence, []).append(repost)

    def before(licence: str, use: Use) -> Counts:
        article = use.article.id if use.article else ""
        place = (use.on, article, use.target)
        earlier = [one for one in by_licence.get(licence, ()) if (one.on, one.article, one.url) < place]
        others = [one for one in earlier if one.article != article]
        surely = use.on if use.since is None or use.seen is None else use.seen
        return _counts(others, use.on, live={one.article for one in others if one.seen >= surely})

    return before


def totals(reposts: Iterable[Used], on: date) -> dict[str, Counts]:
    """Return what each licence has used up to a day, that day included; for the register's notices."""
    by_licence: dict[str, list[Used]] = {}
    for repost in reposts:
        if repost.on <= on:
            by_licence.setdefault(repost.licence, []).append(repost)
    return {
        licence: _counts(used, on, live={one.article for one in used if one.live})
        for licence, used in sorted(by_licence.items())
    }


def _counts(used: list[Used], on: date, *, live: Collection[str]) -> Counts:
    """Count articles by the calendar periods of a day, an article in the period in which it was first used."""
    first: dict[str, Used] = {}
    for one in used:
        first[one.article] = min(one, first.get(one.article, one))
    monday = on - timedelta(days=on.weekday())
    days = [one.on for one in first.values() if one.dated]
    return Counts(
        day=sum(day == on for day in days),
        week=sum(monday <= day <= on for day in days),
        month=sum((day.year, day.month) == (on.year, on.month) for day in days),
        total=len(first),
        live=len(live),
    )
