"""When a page says its article was published, and who says so.

Witnesses: the page's metadata and JSON-LD (`markup`), the date a reader sees at the head or the tail of the article
(`visible`), the address. A date is `solid` where two kinds of witnesses name the same day, or where one says it under
a name that means publication and none contradicts; only then may it decide who was first. Where none of them speaks,
htmldate guesses, and its guess is never solid. An instant without a zone is taken for Asia/Shanghai, in which days
are counted too.
"""

import json
import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

from htmldate import find_date

from checker.model import Publication, Span
from checker.read.tree import Tree
from checker.script import GONE, level

logging.getLogger("htmldate").addHandler(logging.NullHandler())  # it complains aloud about pages without markup

ZONE = ZoneInfo("Asia/Shanghai")
EARLIEST = date(1995, 1, 1)
"""No Chinese news site is older."""

LATEST = date(2100, 1, 1)
HEAD = 800
TAIL = 300
"""Characters before and after the article in which its date is looked for."""

LINE = 160
"""Characters of the longest line that states a date; longer ones tell about something else."""

CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""Characters that no XML holds, which htmldate's tree refuses in the middle of its work."""

GUESSED = 1_000_000
"""Characters of markup that htmldate gets to see."""

DIGITS = str.maketrans("〇○零一二三四五六七八九", "000123456789")
CLOCK = r"(?:[t ,，]{0,3}(\d{1,2})[:时点](\d{1,2})(?:[:分](\d{1,2}))?)?"
DAY = r"(\d\d(?=\d\d:\d\d)|\d{1,2}(?!\d))"
NUMERIC = re.compile(rf"(?<!\d)((?:19|20)\d\d) ?[-/.年] ?(\d{{1,2}}) ?[-/.月] ?{DAY} ?[日号]?{CLOCK}")
REPUBLIC = re.compile(rf"民国 ?(\d{{2,3}}) ?年 ?(\d{{1,2}}) ?月 ?{DAY} ?日{CLOCK}")
WRITTEN = re.compile(
    rf"([一二][〇○零一二三四五六七八九]{{3}})年([一二三四五六七八九十]{{1,3}})月([一二三四五六七八九十]{{1,3}})日{CLOCK}"
)
SHORT = re.compile(rf"(?<![\d/.-])(\d\d)-(\d{{1,2}})-{DAY} ?(\d\d):(\d\d)()")

FORMS = {"numeric": NUMERIC, "republic": REPUBLIC, "written": WRITTEN, "two-digit": SHORT}
"""The patterns of a date in text, by the name a witness gives of them."""

ISSUED = re.compile(r"发布|发表|刊发|时间|日期|来源|稿源|出处|作者|记者|编辑|posted|published|date", re.IGNORECASE)
CHANGED = re.compile(r"更新|修改|编辑于|updated|modified", re.IGNORECASE)
OTHER = re.compile(
    r"今天|今日是|现在是|当前|农历|截止|截至|报名|有效期|上一篇|下一篇|copyright|©|版权|star|。|，.*，", re.IGNORECASE
)

ADDRESS = (
    re.compile(r"/((?:19|20)\d\d)[-/]?(\d\d)[-/]?(\d\d)(?=[/_.\-]|$)"),
    re.compile(r"[/t_-]((?:19|20)\d\d)(\d\d)(\d\d)(?=[/_.\-]|$)"),
)
META = frozenset((
    "article:published_time", "og:published_time", "bytedance:published_time", "weibo:article:create_at",
    "weibo: article:create_at", "article:create_at", "pubdate", "publishdate", "publish_date", "publish-date",
    "publish_time", "publishtime", "datepublished", "date_published", "firstpublishtime", "firstpublishedtime",
    "publication_date", "dc.date.issued", "dcterms.issued", "parsely-pub-date", "sailthru.date", "og:release_date",
    "articlepublishtime", "releasedate",
))  # fmt: skip
LINKED = ("datePublished", "pubDate")


@dataclass(frozen=True)
class Witness:
    """One statement of a date: `clear` where its name leaves no doubt that it means publication."""

    kind: str
    name: str
    when: date
    instant: datetime | None
    clear: bool


def publication(
    tree: Tree, text: str, main: Span, url: str, *, html: str = "", latest: date = LATEST
) -> Publication | None:
    """Return the date of publication that the page states, None where it states none.

    `text` is the visible text and `main` the article in it; `html` the markup, for what only htmldate finds;
    `latest` is the day of capture: no page is dated later than the day after it.
    """
    limit = min(LATEST, latest + timedelta(days=1)) if latest < LATEST else LATEST
    heard = [*_marked_up(tree), *_visible(text, main), *_address(url)]
    heard = [witness for witness in heard if EARLIEST <= witness.when <= limit]
    if not heard:
        return _guessed(html, limit) if html and main[1] > main[0] else None
    return _weighed(heard)


def dates(text: str) -> Iterator[tuple[Span, date, datetime | None]]:
    """Yield the dates of a text in reading order: span, day, and the instant in UTC where a time stands with it."""
    flat = level(text).replace(GONE, " ")
    found = sorted(
        ((match.span(), match) for form in FORMS.values() for match in form.finditer(flat)), key=lambda pair: pair[0]
    )
    for span, match in found:
        if parts := _parts(match):
            yield span, *parts


def _weighed(heard: list[Witness]) -> Publication:
    """The day most kinds of witnesses name, the clearer ones first."""

    def weight(witness: Witness) -> tuple[int, bool, bool]:
        kinds = {other.kind for other in heard if other.when == witness.when}
        return len(kinds), witness.clear, witness.instant is not None

    best = max(heard, key=weight)
    same = [witness for witness in heard if witness.when == best.when]
    kinds = {witness.kind for witness in same}
    contradicted = any(
        other.clear and other.kind not in kinds and abs(other.when - best.when) > timedelta(days=1) for other in heard
    )
    return Publication(
        when=best.when,
        instant=next((witness.instant for witness in same if witness.instant), None),
        witness=", ".join(dict.fromkeys(witness.name for witness in same)),
        solid=not contradicted and (len(kinds) > 1 or any(witness.clear for witness in same)),
    )


def _parts(match: re.Match[str]) -> tuple[date, datetime | None] | None:
    """The day and the instant that a match means, None where there is no such day."""
    try:
        month, day = _number(match[2]), _number(match[3])
        year = _number(match[1]) + {REPUBLIC: 1911, SHORT: 2000}.get(match.re, 0)
        if not match[4]:
            return date(year, month, day), None
        moment = datetime(year, month, day, int(match[4]), int(match[5]), int(match[6] or 0), tzinfo=ZONE)
        return moment.date(), moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _number(digits: str) -> int:
    """Read 2026, 二〇二六, 十一 or 二十三."""
    if "十" not in digits:
        return int(digits.translate(DIGITS))
    tens, ones = digits.translate(DIGITS).split("十", 1)
    return int(tens or 1) * 10 + int(ones or 0)


def _stated(name: str, value: object, *, clear: bool) -> Iterator[Witness]:
    """Read a value of the metadata: ISO 8601 where it is, any full date otherwise."""
    words = str(value).strip()[:100]
    try:
        moment = datetime.fromisoformat(words) if len(words) > 10 else None
        if moment:
            moment = moment.replace(tzinfo=ZONE) if moment.tzinfo is None else moment
            yield Witness("markup", name, moment.astimezone(ZONE).date(), moment.astimezone(UTC), clear)
            return
    except (ValueError, OverflowError):
        pass
    for _, when, instant in dates(words):
        yield Witness("markup", name, when, instant, clear)
        return


def _marked_up(tree: Tree) -> Iterator[Witness]:
    for tag in tree.head("meta"):
        name = str(tag.get("property") or tag.get("name") or tag.get("itemprop") or "").strip().lower()
        if name in META:
            yield from _stated(f"meta:{name}", tag.get("content") or "", clear=True)
    for tag in tree.all("script"):
        if tag.get("type") == "application/ld+json":
            yield from _linked(tag.string or "")
    for tag in islice((tag for tag in tree.all("time") if "datetime" in tag.attrs), 1):
        yield from _stated("time", tag["datetime"], clear=False)


def _linked(script: str) -> Iterator[Witness]:
    """What JSON-LD says about the page itself, not about what it contains or recommends."""
    try:
        value = json.loads(script, strict=False)
    except (ValueError, RecursionError):
        return
    nodes = value if isinstance(value, list) else [value]
    nodes += [node for outer in nodes if isinstance(outer, dict) for node in _graph(outer)]
    for node in nodes:
        for key in LINKED:
            if isinstance(node, dict) and isinstance(node.get(key), str):
                yield from _stated(f"json-ld:{key}", node[key], clear=True)


def _graph(node: dict[str, Any]) -> list[Any]:
    graph = node.get("@graph")
    return graph if isinstance(graph, list) else []


def _visible(text: str, main: Span) -> Iterator[Witness]:
    """The best date on a short line around the article: labelled, timed, near; clear where it has no rival."""
    head = _stood(text, (max(0, main[0] - HEAD), min(len(text), main[0] + LINE)))
    tail = _stood(text, (main[1], min(len(text), main[1] + TAIL)))
    found = head or [stood for stood in tail if stood.labelled]
    if not found:
        return
    best = max(found, key=lambda stood: (stood.labelled, stood.instant is not None, -abs(stood.at - main[0])))
    alone = len({stood.when for stood in found}) == 1
    clear = not best.changed and (best.labelled or (alone and best.instant is not None))
    yield Witness("visible", f"visible {best.form}", best.when, best.instant, clear)


@dataclass(frozen=True)
class _Stood:
    """A date on its line: `labelled` as publication, `changed` as an update, `form` the pattern that found it."""

    at: int
    when: date
    instant: datetime | None
    labelled: bool
    changed: bool
    form: str


def _stood(text: str, place: Span) -> list[_Stood]:
    """The dates in a stretch of the text whose lines say nothing else."""
    found = []
    for (start, end), when, instant in dates(text[slice(*place)]):
        begin, close = place[0] + start, place[0] + end
        first = text.rfind("\n", 0, begin) + 1
        last = text.find("\n", close)
        line = level(text[first : last if last >= 0 else len(text)])
        if len(line) <= LINE and not OTHER.search(line):
            changed = bool(CHANGED.search(line))
            labelled = bool(ISSUED.search(line)) and not changed
            form = f"{'labelled ' if labelled else ''}{_form(text[begin:close])}"
            found.append(_Stood(begin, when, instant, labelled, changed, form))
    return found


def _form(words: str) -> str:
    """Name the pattern that a date is written in."""
    flat = level(words).replace(GONE, " ")
    return next((name for name, form in FORMS.items() if form.fullmatch(flat)), "date")


def _address(url: str) -> Iterator[Witness]:
    for form in ADDRESS:
        if match := form.search(url.partition("?")[0]):
            try:
                yield Witness(
                    "address", "address", date(int(match[1]), int(match[2]), int(match[3])), None, clear=False
                )
            except ValueError:
                continue
            return


def _guessed(html: str, limit: date) -> Publication | None:
    found = find_date(
        CONTROLS.sub(" ", html[:GUESSED]),
        original_date=True,
        extensive_search=False,
        min_date=EARLIEST.isoformat(),
        max_date=limit.isoformat(),
    )
    return Publication(date.fromisoformat(found), None, "htmldate") if found else None
