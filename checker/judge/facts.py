"""The facts of one match, computed once; the only place where rules' facts come from."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from checker.judge.clauses import Use
from checker.judge.integrity import Differences, differences
from checker.judge.licence import Lookup
from checker.judge.pack import Pack
from checker.judge.terms import place
from checker.judge.traces import Traces, own_host
from checker.judge.vocabulary import Value
from checker.model import Article, Document, Grade, LicenceState, Match, MatchKind
from checker.script import level, traditional

EDITED = 0.97
"""Similarity of the passages below which the text counts as edited: layout and single characters are above it."""

COMMERCE = 2
"""Different words of advertising from which a page counts as commercial."""


GUESS = "htmldate"
"""The witness that names a date where the page itself states none."""


@dataclass(frozen=True)
class Scene:
    """One match with everything that its facts are computed from."""

    document: Document
    match: Match
    captured: datetime
    pack: Pack
    matches: tuple[Match, ...] = ()

    @property
    def article(self) -> Article:
        """The registered article of the match."""
        return self.match.article

    @property
    def zone(self) -> ZoneInfo:
        """The publisher's time zone, in which its days begin and end."""
        return ZoneInfo(self.pack.timezone)

    @property
    def first(self) -> date | None:
        """The day of our first publication."""
        published = self.article.published
        return published.astimezone(self.zone).date() if published else None

    @property
    def day(self) -> date:
        """The day of the repost: the page's own date, else, or where that lies before our own, the day of capture."""
        captured = self.captured.astimezone(self.zone).date()
        stated = self.document.published.when if self.document.published else captured
        impossible = stated > captured or (self.first is not None and stated < self.first)
        return captured if impossible else stated

    @property
    def dated(self) -> bool:
        """Whether the page itself says surely that this is the day of the repost."""
        stated = self.document.published
        return stated is not None and stated.solid and stated.when == self.day

    @cached_property
    def traces(self) -> Traces:
        """What of the article is still on the page."""
        return Traces(self.document, self.match, self.pack)

    @cached_property
    def differences(self) -> Differences:
        """The facts that were changed inside passages."""
        return differences(self.match, self.document, self.pack.judging)

    @property
    def page_share(self) -> float:
        """The share of the page's main text that repeats articles of ours, whichever they are."""
        return min(1.0, sum(match.page_coverage for match in self.matches or (self.match,)))

    @property
    def target(self) -> str:
        """The page's web address; for a local file the one it gives itself, unless that is ours; "" where unknown."""
        addresses = (self.document.url, self.document.canonical)
        first, own = (url if url.startswith(("http://", "https://")) else "" for url in addresses)
        return first or ("" if own_host(self.pack, own) else own)

    @property
    def host(self) -> str:
        """The host of the page's web address."""
        return place(self.target)[0]


def use(scene: Scene) -> Use:
    """Return the repost as the licences see it."""
    document = scene.document
    captured = scene.captured.astimezone(scene.zone)
    return Use(
        target=scene.target,
        on=scene.day,
        article=scene.article,
        channel=_channel(scene),
        operator=(document.operator.name, document.operator.icp),
        source=document.source or document.credit.source,
        characters=_copied(scene.match),
        coverage=scene.match.coverage,
        edited=_edited(scene.match),
        cut=scene.match.kind is MatchKind.NEAR,
        language=_language(document),
        commerce=scene.traces.commerce() >= COMMERCE,
        seen=captured.date(),
        instant=_made_by(scene),
        since=None if scene.dated else scene.first or date.min,
    )


def facts(scene: Scene, lookup: Lookup) -> dict[str, Value]:
    """Return every fact of `vocabulary.FACTS` about a repost (those about our own pages at their defaults)."""
    return {
        **_credit(scene, scene.traces),
        **_copy(scene),
        **_gates(scene, scene.traces),
        **_integrity(scene, scene.traces, scene.differences),
        **_licence(lookup, scene.captured.astimezone(scene.zone).date()),
    }


def _credit(scene: Scene, traces: Traces) -> dict[str, Value]:
    credit = scene.document.credit
    return {
        "grade": str(credit.grade),
        "zone": str(credit.zone),
        "hiding": hiding(scene),
        "credited": credit.grade in scene.pack.judging.credited,
        "dateline": traces.dateline(),
        "author": traces.author(),
        "photo": traces.photo(),
        "caption": traces.caption(),
        "link": traces.link(),
    }


def _copy(scene: Scene) -> dict[str, Value]:
    match = scene.match
    return {
        "kind": str(match.kind),
        "coverage": match.coverage,
        "page_coverage": match.page_coverage,
        "copied": _copied(match),
        "longest": longest(match),
        "quotation": quotation(scene),
        "articles": max(1, len(scene.matches)),
    }


def _gates(scene: Scene, traces: Traces) -> dict[str, Value]:
    start, end = scene.document.main
    return {
        "ownership": str(scene.article.ownership),
        "own_host": own_host(scene.pack, scene.document.url),
        "earlier": earlier(scene),
        "third_source": traces.third_source(),
        "speech": traces.speech(),
        "page": str(scene.document.kind),
        "part": scene.document.parts > max(1, len(scene.document.joined)),
        "rendered": str(scene.document.rendered),
        "page_length": len("".join(scene.document.text[start:end].split())),
        "brief": len("".join(scene.article.text.split())) <= scene.pack.judging.brief,
        "withdrawn": scene.article.withdrawn,
    }


def _integrity(scene: Scene, traces: Traces, found: Differences) -> dict[str, Value]:
    title, original = traces.title()
    late = (scene.day - scene.first).days if scene.first and scene.dated else 0
    return {
        "title": title,
        "original_title": original,
        "numbers": len(found.numbers),
        "dates": len(found.dates),
        "names": len(found.names),
        "negations": len(found.negations),
        "edited": _edited(scene.match),
        "inserted": traces.inserted(),
        "turns_cut": traces.turns_cut(),
        "notice": traces.notice(),
        "days_late": max(0, late),
        "date_told": traces.tells(scene.first),
        "commerce": traces.commerce(),
    }


def _licence(lookup: Lookup, captured: date) -> dict[str, Value]:
    terms, licence, on = lookup.terms, lookup.licence, lookup.answer.on
    ends = licence.terms(captured).end if licence else None
    return {
        "licence.state": str(lookup.answer.state),
        "licence.clause": lookup.answer.clause or "",
        "licence.written": licence.written if licence else True,
        "licence.overlap": lookup.overlap,
        "licence.doubtful": lookup.doubtful,
        "licence.amended": bool(licence and on and licence.amended_after(on)),
        "licence.credit": terms.credit if terms and lookup.answer.state is LicenceState.VALID else "due",
        "licence.link": bool(terms and terms.link),
        "licence.removal": bool(terms and terms.removal_on_withdrawal),
        "licence.days_left": (ends - captured).days if ends else 10_000,
    }


def hiding(scene: Scene) -> str:
    """Say how a hidden credit is hidden: not at all, only in the markup, by style from the reader, perhaps by it."""
    credit = scene.document.credit
    if credit.grade is not Grade.HIDDEN:
        return "no"
    if credit.reason.startswith(scene.pack.judging.perhaps_hidden):
        return "perhaps"
    only_markup = credit.reason.startswith(scene.pack.judging.only_markup)
    return "markup" if only_markup or not credit.reason else "styled"


def earlier(scene: Scene) -> str:
    """Say whether the page claims a date before our first publication: no, guessed, weak or solid."""
    stated, ours = scene.document.published, scene.article.published
    if stated is None or ours is None or scene.first is None:
        return "no"
    if stated.instant is not None:
        tolerance = timedelta(minutes=scene.pack.judging.clock_tolerance_minutes)
        before = stated.instant < ours - tolerance
    else:
        before = stated.when < scene.first
    if not before:
        return "no"
    return "solid" if stated.solid else "guessed" if stated.witness == GUESS else "weak"


def quotation(scene: Scene) -> str:
    """Say whether the copy is a short part of a page that is mostly other words, and whether marked as quoted."""
    match, judging, length = scene.match, scene.pack.judging, _copied(scene.match)
    part = match.kind in {MatchKind.EXCERPT, MatchKind.MOSAIC}
    if not part or scene.page_share > judging.quotation_page_share or length > judging.quotation_length:
        return "no"
    text = level(scene.document.text)
    lead = [text[max(0, passage.page[0] - 40) : passage.page[0] + 2] for passage in match.passages]
    words = [level(word) for word in judging.quoting]
    if any(word in part for part in lead for word in words):
        return "marked"
    return "short" if length <= judging.short_length and match.coverage <= judging.quotation_share else "no"


def longest(match: Match) -> int:
    """Return the characters of our longest passage."""
    return max((end - start for start, end in (passage.article for passage in match.passages)), default=0)


def _copied(match: Match) -> int:
    return sum(passage.article[1] - passage.article[0] for passage in match.passages)


def _edited(match: Match) -> bool:
    """Say whether the words differ or stand in another order; that some are left out is another matter."""
    moved = any(passage.moved for passage in match.passages)
    return match.kind is MatchKind.REWRITE or match.similarity < EDITED or moved


def _channel(scene: Scene) -> str:
    for channel, hosts in scene.pack.channels.items():
        if any(scene.host == host or scene.host.endswith("." + host) for host in hosts):
            return channel
    return "site"


def _language(document: Document) -> str:
    """Return the script of the main text: traditional where one character in twenty is a traditional form."""
    text = document.text[slice(*document.main)]
    return "zh-Hant" if traditional(text[:2000]) * 20 > len(text[:2000]) else "zh-Hans"


def _made_by(scene: Scene) -> datetime:
    """Return an instant by which the repost was surely made: its own, the end of its day, or the capture."""
    stated = scene.document.published
    if stated is None or stated.when != scene.day:
        return scene.captured
    if stated.instant is not None:
        return min(stated.instant, scene.captured)
    night = datetime.combine(stated.when + timedelta(days=1), time(), scene.zone)
    return min(night.astimezone(UTC), scene.captured)


def values(scene: Scene, lookup: Lookup) -> Mapping[str, str]:
    """Return what messages may quote about a match, as plain text."""
    credit, answer, traces = scene.document.credit, lookup.answer, scene.traces
    published = scene.document.published
    return {
        "quote": credit.quote,
        "source": credit.source,
        "via": credit.via,
        "reason": credit.reason,
        "licence": answer.id or "",
        "clause": answer.measure,
        "licensee": lookup.licence.licensee if lookup.licence else "",
        "date": scene.day.isoformat(),
        "published": published.when.isoformat() if published else "",
        "first": scene.first.isoformat() if scene.first else "",
        "required": scene.pack.publisher.required,
        "name": scene.pack.publisher.name,
        "title": scene.document.title,
        "our_title": scene.article.title,
        "authors": "、".join(scene.article.authors),
        "coverage": f"{scene.match.coverage:.0%}",
        "page_coverage": f"{scene.match.page_coverage:.0%}",
        "copied": str(_copied(scene.match)),
        "longest": str(longest(scene.match)),
        "dateline": traces.dateline_words(),
        "photo": traces.photo_words(),
        "captions": traces.caption_words(),
        "cut": traces.cut_words(),
        "inserted": traces.inserted_words(),
        "adverts": "、".join(traces.adverts()),
        "url": scene.article.url,
        "host": scene.host,
    }
