"""When a page says its article was published, and who says so.

Witnesses are asked in the order of their credibility: the page's metadata, its JSON-LD, the date a reader sees at
the head of the article, the address, and htmldate last. A date is `solid` where two witnesses that do not copy each
other name the same day, or where one names the instant under a name that means publication. An instant without a
zone is taken for Asia/Shanghai, in which days are counted too.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from bs4 import BeautifulSoup
from htmldate import find_date

from checker.model import Publication, Span

ZONE = ZoneInfo("Asia/Shanghai")
EARLIEST = date(1994, 4, 20)
"""The day China joined the internet: no web page is older."""

LATEST = date(2100, 1, 1)
HEAD = 800
"""Characters before the main text in which the date of the article is looked for."""

DIGITS = str.maketrans("〇○零一二三四五六七八九０１２３４５６７８９", "0001234567890123456789")
CLOCK = r"(?:[T\s ,，]{0,3}(\d{1,2})[:：时時点點](\d{1,2})(?:[:：分](\d{1,2}))?)?"
NUMERIC = re.compile(r"(?<!\d)((?:19|20)\d\d)\s?[-/.年]\s?(\d{1,2})\s?[-/.月]\s?(\d{1,2})(?!\d)\s?[日号號]?" + CLOCK)
REPUBLIC = re.compile(r"(?:民國|民国)\s?(\d{2,3})\s?年\s?(\d{1,2})\s?月\s?(\d{1,2})\s?日" + CLOCK)
WRITTEN = re.compile(
    r"([一二][〇○零一二三四五六七八九]{3})年([一二三四五六七八九十]{1,3})月([一二三四五六七八九十]{1,3})日()()()"
)
ADDRESS = (
    re.compile(r"/((?:19|20)\d\d)[-/]?(\d\d)[-/]?(\d\d)(?=[/_.\-]|$)"),
    re.compile(r"/((?:19|20)\d\d)/(\d\d)(\d\d)(?=[/_.\-]|$)"),
    re.compile(r"[/t_-]((?:19|20)\d\d)(\d\d)(\d\d)(?=[/_.\-]|$)"),
)
ISSUED = ("發佈", "發布", "发布", "發表", "发表", "時間", "时间", "日期", "來源", "来源", "稿源", "出处", "出處")
META = (
    "article:published_time", "og:published_time", "bytedance:published_time", "weibo:article:create_at",
    "pubdate", "publishdate", "publish_date", "publish_time", "publishtime", "datepublished", "date_published",
    "firstpublishtime", "publication_date", "dc.date.issued", "dcterms.created", "parsely-pub-date", "sailthru.date",
    "og:release_date", "apub:time", "article:create_at", "articlepublishtime",
)  # fmt: skip


@dataclass(frozen=True)
class Witness:
    """One statement of a date: `clear` where its name leaves no doubt that it means publication."""

    name: str
    when: date
    instant: datetime | None
    clear: bool


def publication(
    soup: BeautifulSoup, text: str, main: Span, url: str, *, html: str = "", latest: date = LATEST
) -> Publication | None:
    """Return the date of publication that the page states, None where it states none.

    `text` is the visible text and `main` the article in it; `latest` is the day of capture: no page is dated later
    than the day after it.
    """
    limit = min(LATEST, latest) + timedelta(days=1) if latest < LATEST else LATEST
    heard = [
        witness
        for witness in (*_meta(soup), *_linked(soup), *_visible(text, main), *_address(url))
        if EARLIEST <= witness.when <= limit
    ]
    if not heard:
        return _guessed(html, limit) if html else None
    best = max(heard, key=lambda witness: (_agreeing(witness, heard), witness.clear, witness.instant is not None))
    same = [witness for witness in heard if witness.when == best.when]
    instant = next((witness.instant for witness in same if witness.instant), None)
    names = tuple(dict.fromkeys(witness.name for witness in same))
    solid = len({name.partition(":")[0] for name in names}) > 1 or any(witness.clear for witness in same)
    return Publication(best.when, instant, ", ".join(names), solid)


def _agreeing(witness: Witness, heard: list[Witness]) -> int:
    return len({other.name.partition(":")[0] for other in heard if other.when == witness.when})


def dates(text: str) -> Iterator[tuple[Span, date, datetime | None]]:
    """Yield the full dates of a text in reading order: span, day, and the instant where a time stands with it."""
    found = [(match, _parts(match)) for form in (NUMERIC, REPUBLIC, WRITTEN) for match in form.finditer(text)]
    for match, parts in sorted(found, key=lambda pair: pair[0].start()):
        if parts:
            yield match.span(), *parts


def _parts(match: re.Match[str]) -> tuple[date, datetime | None] | None:
    year, month, day = (_number(match[index]) for index in (1, 2, 3))
    year += 1911 if match.re is REPUBLIC else 0
    hour, minute, second = (int(match[index]) if match[index] else None for index in (4, 5, 6))
    try:
        if hour is None or minute is None:
            return date(year, month, day), None
        instant = datetime(year, month, day, hour, minute, second or 0, tzinfo=ZONE)
    except ValueError:
        return None
    return instant.date(), instant


def _number(digits: str) -> int:
    """Read 2026, 二〇二六, 十一 or 二十三."""
    if "十" not in digits:
        return int(digits.translate(DIGITS))
    tens, ones = digits.translate(DIGITS).split("十", 1)
    return int(tens or 1) * 10 + int(ones or 0)


def _stated(name: str, value: str, *, clear: bool) -> Iterator[Witness]:
    """Read a value out of metadata: ISO 8601 where it is, any full date otherwise."""
    value = value.strip()
    try:
        instant = datetime.fromisoformat(value) if len(value) > 10 else None
    except ValueError:
        instant = None
    if instant:
        instant = instant.replace(tzinfo=ZONE) if instant.tzinfo is None else instant.astimezone(ZONE)
        yield Witness(name, instant.date(), instant, clear)
        return
    for _, when, moment in dates(value[:100]):
        yield Witness(name, when, moment, clear)
        return


def _meta(soup: BeautifulSoup) -> Iterator[Witness]:
    for tag in soup.find_all("meta"):
        name = str(tag.get("property") or tag.get("name") or tag.get("itemprop") or "").lower()
        if name in META:
            yield from _stated(f"meta:{name}", str(tag.get("content") or ""), clear=True)


def _linked(soup: BeautifulSoup) -> Iterator[Witness]:
    for tag in soup.find_all("script", type="application/ld+json"):
        try:
            value = json.loads(tag.string or "", strict=False)
        except (ValueError, RecursionError):
            continue
        for node in value if isinstance(value, list) else [value]:
            if isinstance(node, dict) and isinstance(published := node.get("datePublished"), str):
                yield from _stated("json-ld:datePublished", published, clear=True)


def _visible(text: str, main: Span) -> Iterator[Witness]:
    start = max(0, main[0] - HEAD)
    for (begin, end), when, instant in dates(text[start : main[0] + 200]):
        line = text[max(0, start + begin - 20) : start + end + 20]
        yield Witness("visible", when, instant, any(word in line for word in ISSUED))


def _address(url: str) -> Iterator[Witness]:
    for form in ADDRESS:
        if match := form.search(url.partition("?")[0]):
            try:
                yield Witness("address", date(int(match[1]), int(match[2]), int(match[3])), None, clear=False)
            except ValueError:
                continue
            return


def _guessed(html: str, limit: date) -> Publication | None:
    found = find_date(
        html, original_date=True, min_date=EARLIEST.isoformat(), max_date=limit.isoformat(), outputformat="%Y-%m-%d"
    )
    return Publication(date.fromisoformat(found), None, "htmldate") if found else None
