"""Candidate -> match: which passages a page repeats of an article, whether that is a copy, and of what kind.

A copy is a verbatim run as long as the pack's quotation, or a likeness no two independent texts have: most of the
article's own wording, or one dense passage of it. Stock phrases, which many of our articles share, are shown in a
passage but prove nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from checker.match.facts import rewritten
from checker.match.figures import other_story, told
from checker.match.fold import Folded, fold
from checker.match.passages import Stretch, long_runs, stretches
from checker.match.strand import matched
from checker.model import Article, Document, Match, MatchKind, Passage, Span, Thresholds

EDITED_SHARE = 0.6
"""Share of the article's own wording that must stand on the page for an edited copy of the whole."""

EDITED_LEAST = 80
"""Own characters that must agree for that."""

DENSE = 95.0
"""Own characters that agree in one passage, times its similarity, from which it is an edited excerpt."""

STOCK = 0.25
"""What a character of a stock phrase counts beside an own one."""

ALIKE = 0.65
"""Similarity of an edited copy."""

SAME = 0.95
"""Similarity from which the whole of an article is a copy and no edited one."""

LATIN = 0.2
"""Share of letters beyond which an article is aligned with its letters; else they are dropped as junk or spelling."""

SHORTEST = 8
"""Characters that agree in the shortest stretch that counts for an edited copy of the whole."""

DIGITS = dict(zip(map(ord, "〇零一二三四五六七八九"), "00123456789", strict=True))
"""Numbers are compared whatever they are written in."""


@dataclass(frozen=True, eq=False)
class Pair:
    """An article and a page, folded for alignment; `own` marks the article's characters that are no stock phrase.

    `texts` are the two originals.
    """

    ours: Folded
    theirs: Folded
    own: NDArray[np.bool_]
    texts: tuple[str, str]


def align(article: Article, document: Document, thresholds: Thresholds, *, stock: Sequence[Span] = ()) -> Match | None:
    """Return what the page repeats of the article, or None where that is nothing or a quotation.

    Where it repeats too little but tells the same facts in the same order, the match is a rewrite.
    `stock` are the spans of the article that many of our articles share, as `Index.stock` tells them.
    """
    both = pair(article, document, stock)
    found = copied(both, thresholds)
    if not found:
        both = with_letters(article, document, stock) or both
        found = copied(both, thresholds)
    if not found:
        return rewrite(article, document, both)
    passages = in_sequence([passage(both, stretch) for stretch in found])
    coverage = share([stretch.article for stretch in found], (0, len(both.ours)))
    first, last = (int(at) for at in np.searchsorted(both.theirs.at, document.main))
    page_coverage = share([stretch.page for stretch in found], (first, last))
    sizes = [stretch.length for stretch in found]
    similarity = sum(p.similarity * n for p, n in zip(passages, sizes, strict=True)) / sum(sizes)
    kind, reason = kind_of(coverage, similarity, any(p.moved for p in passages), thresholds)
    reasons = (reason, why(both, found, thresholds))
    return Match(article, kind, coverage, page_coverage, round(similarity, 4), passages, reasons)


def rewrite(article: Article, document: Document, both: Pair) -> Match | None:
    """Return the match of a page that tells the same facts in the same order in other words, or None."""
    first, last = document.main
    pairs = rewritten(matched(article), document.text[first:last])
    if not pairs:
        return None
    passages = tuple(Passage(a.span, (p.span[0] + first, p.span[1] + first), 1.0) for a, p in pairs)
    ends = [tuple(np.searchsorted(both.ours.at, span).tolist()) for span in (a.span for a, _ in pairs)]
    coverage = share([(begin, end) for begin, end in ends], (0, len(both.ours)))
    kept = f"{len(pairs)} numbers, names and quotations of the article stand on the page in the same order"
    return Match(article, MatchKind.REWRITE, coverage, 0.0, 0.0, passages, (kept, "for a person to judge"))


def pair(article: Article, document: Document, stock: Sequence[Span] = ()) -> Pair:
    """Fold both sides for alignment."""
    both = lettered(article, document, stock)
    letters = latin(both.ours)
    if letters.mean() > LATIN if len(letters) else False:
        return both
    return replace(
        both, ours=only(both.ours, ~letters), theirs=folded_page(document.text, False), own=both.own[~letters]
    )


def lettered(article: Article, document: Document, stock: Sequence[Span]) -> Pair:
    """Fold both sides with their Latin letters."""
    ours = without(digits(fold(article.text)), article.notice)
    own = np.ones(len(ours), np.bool_)
    for first, last in stock:
        own[np.searchsorted(ours.at, first) : np.searchsorted(ours.at, last)] = False
    return Pair(ours, folded_page(document.text, True), own, (matched(article), document.text))


def with_letters(article: Article, document: Document, stock: Sequence[Span]) -> Pair | None:
    """Fold both sides with their Latin letters where those make a long run of what is none without them; or None."""
    both = lettered(article, document, stock)
    return both if latin(both.ours).any() and long_runs(both.ours.codes, both.theirs.codes) else None


@lru_cache(maxsize=2)
def folded_page(text: str, letters: bool) -> Folded:
    """Fold a page, with or without its Latin letters; kept for the next candidate of the same page."""
    folded = digits(fold(text))
    return folded if letters else only(folded, ~latin(folded))


def digits(folded: Folded) -> Folded:
    """Write Chinese digits as Arabic ones."""
    codes = folded.codes.copy()
    for han, digit in DIGITS.items():
        codes[codes == han] = ord(digit)
    return Folded(codes, folded.at)


def latin(folded: Folded) -> NDArray[np.bool_]:
    """Tell which characters are letters a to z."""
    found: NDArray[np.bool_] = (folded.codes >= ord("a")) & (folded.codes <= ord("z"))
    return found


def only(folded: Folded, kept: NDArray[np.bool_]) -> Folded:
    """Return some of the folded characters."""
    return Folded(folded.codes[kept], folded.at[kept])


def without(folded: Folded, spans: Sequence[Span]) -> Folded:
    """Return folded characters that do not stand in some spans of the original."""
    kept = np.ones(len(folded), np.bool_)
    for first, last in spans:
        kept[np.searchsorted(folded.at, first) : np.searchsorted(folded.at, last)] = False
    return only(folded, kept)


def copied(both: Pair, thresholds: Thresholds) -> list[Stretch]:
    """Return the stretches that make the page a copy, in page order; none where it is no copy."""
    found = [stretch for stretch in stretches(both.ours.codes, both.theirs.codes) if stretch.agree >= SHORTEST]
    whole, showing = edited_whole(both, found), evident(both, found, thresholds)
    if not (whole or showing) or of_other_story(both, found, thresholds):
        return []
    return telling(both, found, thresholds) if whole else [s for s in found if s.agree >= thresholds.run]


def of_other_story(both: Pair, found: Sequence[Stretch], thresholds: Thresholds) -> bool:
    """Tell whether the page, without a verbatim run, has other figures in the place of the article's."""
    if any(stretch.run >= thresholds.quotation for stretch in found):
        return False
    alike = [stretch for stretch in found if stretch.similarity >= ALIKE]
    return other_story(told(both.ours, both.theirs, both.texts, alike), alike)


def telling(both: Pair, found: Sequence[Stretch], thresholds: Thresholds) -> list[Stretch]:
    """Return the stretches of some length, and short ones where they show what no heavier one does."""
    shown = np.zeros(len(both.ours), np.bool_)
    kept = []
    for stretch in sorted(found, key=lambda s: (-s.weight, s.page)):
        here = slice(*stretch.article)
        if int((~shown[here]).sum()) >= SHORTEST and (stretch.agree >= thresholds.run or not shown[here].any()):
            shown[here] = True
            kept.append(stretch)
    return sorted(kept, key=lambda s: s.page)


def evident(both: Pair, found: Sequence[Stretch], thresholds: Thresholds) -> list[Stretch]:
    """Return the stretches each of which shows a copy by itself: a long run, or a dense likeness in own words."""
    return [s for s in found if s.run >= thresholds.quotation or dense(both, s) >= DENSE]


def dense(both: Pair, stretch: Stretch) -> float:
    """Return how many own characters agree in a stretch, times its similarity; 0 below ALIKE. Stock counts STOCK."""
    own = own_agreeing(both, stretch)
    return (own + STOCK * (stretch.agree - own)) * stretch.similarity if stretch.similarity >= ALIKE else 0.0


def own_agreeing(both: Pair, stretch: Stretch) -> int:
    """Return how many characters of the article's own wording agree in a stretch."""
    return sum(int(both.own[b.article : b.article + b.length].sum()) for b in stretch.blocks + stretch.inside)


def edited_whole(both: Pair, found: Sequence[Stretch]) -> bool:
    """Tell whether the stretches are most of the article's own wording, be they edited and moved about."""
    agree = sum(own_agreeing(both, stretch) for stretch in found if stretch.similarity >= ALIKE)
    return agree >= EDITED_LEAST and own_share(both, found) >= EDITED_SHARE


def own_share(both: Pair, found: Sequence[Stretch]) -> float:
    """Return the share of the article's own wording that stands in stretches that are alike; 0 of nothing."""
    covered = mask([stretch.article for stretch in found if stretch.similarity >= ALIKE], (0, len(both.ours)))
    own = int(both.own.sum())
    return int((covered & both.own).sum()) / own if own else 0.0


def why(both: Pair, found: Sequence[Stretch], thresholds: Thresholds) -> str:
    """Say in one sentence what shows that it is a copy."""
    longest = max(stretch.run for stretch in found)
    if longest >= thresholds.quotation:
        return f"{longest} characters in a row are the same (from {thresholds.quotation})"
    if edited_whole(both, found):
        return f"{EDITED_SHARE:.0%} of the article's own wording and more stands on the page, edited"
    return "one passage is too much alike for a chance, in words that only this article has"


def passage(both: Pair, stretch: Stretch) -> Passage:
    """Return a stretch as spans of the original texts."""
    return Passage(both.ours.span(*stretch.article), both.theirs.span(*stretch.page), round(stretch.similarity, 4))


def in_sequence(passages: Sequence[Passage]) -> tuple[Passage, ...]:
    """Mark as moved what stands out of the article's order: all but the heaviest ascending passages."""
    best: list[tuple[int, tuple[int, ...]]] = []
    for at, one in enumerate(passages):
        earlier = [b for b in best if passages[b[1][-1]].article[0] <= one.article[0]]
        weight, chain = max(earlier, key=lambda b: b[0], default=(0, ()))
        best.append((weight + one.article[1] - one.article[0], (*chain, at)))
    kept = max(best, key=lambda b: b[0])[1] if best else ()
    return tuple(replace(p, moved=at not in kept) for at, p in enumerate(passages))


def mask(spans: Sequence[Span], whole: Span) -> NDArray[np.bool_]:
    """Mark what some spans cover of a whole."""
    covered = np.zeros(max(0, whole[1] - whole[0]), np.bool_)
    for first, last in spans:
        covered[max(0, first - whole[0]) : max(0, last - whole[0])] = True
    return covered


def share(spans: Sequence[Span], whole: Span) -> float:
    """Return the share of a whole that some spans cover; 0 of nothing."""
    covered = mask(spans, whole)
    return round(float(covered.mean()), 4) if len(covered) else 0.0


def kind_of(coverage: float, similarity: float, moved: bool, thresholds: Thresholds) -> tuple[MatchKind, str]:
    """Decide the kind of match, and say why."""
    covers = f"{coverage:.0%} of the article stands on the page"
    if coverage >= thresholds.full and similarity >= SAME and not moved:
        return MatchKind.FULL, f"{covers}, in order (full from {thresholds.full:.0%})"
    if coverage >= thresholds.near:
        how = "rearranged" if moved else "edited" if similarity < SAME else "in order"
        return MatchKind.NEAR, f"{covers}, {how} (near from {thresholds.near:.0%})"
    return MatchKind.EXCERPT, f"{covers} (excerpt below {thresholds.near:.0%})"
