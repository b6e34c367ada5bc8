"""How much of a quota is used: counts of what a licensee used before a repost, from everything that is remembered.

Reposts are put in one order, by day, then article, then address, whatever the order in which they were found: the n-th
is within a quota of n, and the next is not, on every run alike. An article on several pages counts once.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from checker.judge.clauses import Counts, Usage, Use


@dataclass(frozen=True, order=True)
class Used:
    """One repost under a licence: its day, article and address, and whether it is still online."""

    on: date
    article: str
    url: str
    licence: str
    live: bool = True


def tally(reposts: Iterable[Used]) -> Usage:
    """Return what counts, for any licence and repost, the other articles that were used before it."""
    by_licence: dict[str, list[Used]] = {}
    for repost in sorted(set(reposts)):
        by_licence.setdefault(repost.licence, []).append(repost)

    def before(licence: str, use: Use) -> Counts:
        article = use.article.id if use.article else ""
        place = (use.on, article, use.target)
        earlier = [one for one in by_licence.get(licence, ()) if (one.on, one.article, one.url) < place]
        return _counts([one for one in earlier if one.article != article], use.on)

    return before


def totals(reposts: Iterable[Used], on: date) -> dict[str, Counts]:
    """Return what each licence has used up to a day, that day included; for the register's notices."""
    by_licence: dict[str, list[Used]] = {}
    for repost in reposts:
        if repost.on <= on:
            by_licence.setdefault(repost.licence, []).append(repost)
    return {licence: _counts(used, on) for licence, used in sorted(by_licence.items())}


def _counts(used: list[Used], on: date) -> Counts:
    """Count articles by the calendar periods of a day, an article in the period in which it was first used."""
    first: dict[str, date] = {}
    for one in used:
        first[one.article] = min(one.on, first.get(one.article, one.on))
    monday = on - timedelta(days=on.weekday())
    days = list(first.values())
    return Counts(
        day=sum(day == on for day in days),
        week=sum(monday <= day <= on for day in days),
        month=sum((day.year, day.month) == (on.year, on.month) for day in days),
        total=len(days),
        live=len({one.article for one in used if one.live}),
    )
