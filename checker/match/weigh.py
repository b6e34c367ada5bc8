"""Weigh the matches of one page against each other: leave out what another article explains better, name mosaics."""

from dataclasses import replace

from checker.model import Match, MatchKind, Span

NEW = 40
NEW_SHARE = 0.5
"""Characters of the page, and share of its own passages, that a match must explain beyond better ones."""


def weigh(matches: tuple[Match, ...]) -> tuple[Match, ...]:
    """Return the matches that stand, best first.

    A match falls where better ones already explain the same stretches of the page; equals both stand. Where
    two or more articles each explain a stretch of their own, those that are no whole articles are a mosaic.
    """
    standing: list[Match] = []
    for match in sorted(matches, key=rank):
        others = [other for other in standing if rank(other)[0] < rank(match)[0]]
        if not others or beyond(match, others) >= max(NEW, NEW_SHARE * len(covered([match]))):
            standing.append(match)
    return tuple(named(match, standing) for match in standing)


def rank(match: Match) -> tuple[float, str]:
    """Order matches by what agrees on the page, most first."""
    agree = sum((p.page[1] - p.page[0]) * p.similarity for p in match.passages)
    return (-round(agree), match.article.id)


def beyond(match: Match, others: list[Match]) -> int:
    """Return how many characters of the page a match explains that the others do not."""
    mine = covered([match])
    return len(mine - covered(others))


def covered(matches: list[Match]) -> set[int]:
    """Return the page characters that some matches explain."""
    spans: list[Span] = [p.page for match in matches for p in match.passages]
    return {at for first, last in spans for at in range(first, last)}


def named(match: Match, standing: list[Match]) -> Match:
    """Call a match a mosaic where the page joins parts of other articles to it."""
    if match.kind is MatchKind.FULL or len(standing) < 2:
        return match
    others = [other for other in standing if other is not match and beyond(other, [match]) >= NEW]
    if not others or beyond(match, others) < NEW:
        return match
    ids = ", ".join(sorted(other.article.id for other in others))
    return replace(match, kind=MatchKind.MOSAIC, reasons=(*match.reasons, f"joined on one page with parts of {ids}"))
