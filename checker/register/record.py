"""One record of a corpus, whatever file it came from, becomes an article."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from checker.errors import ArticleError
from checker.model import Article, Publisher
from checker.register.notice import notice_spans, without
from checker.register.ownership import ownership

SHORTEST = 30
"""Characters that an article needs, white space and pasted notice not counted."""
LARGEST = 2_000_000
"""Bytes of UTF-8 from which a text is no article any more."""
LONGEST_ID = 200
WEB = re.compile(r"https?://\S+", re.IGNORECASE)
UNFIT = re.compile("[\x00\ud800-\udfff]")
"""NUL and lone surrogates: no database and no file takes them."""

REQUIRED = ("id", "title", "url", "published", "source", "text")
"""What every line of a `.jsonl` must say; `html` may stand for `text`."""
STRINGS = ("id", "title", "url", "source", "channel", "publisher", "text", "html")
LISTS = ("authors", "tags")
MAY_BE_UNKNOWN = ("url", "published", "source")
KEYS = frozenset((*STRINGS, *LISTS, "published", "withdrawn"))


def no_html(html: str) -> str:
    """Refuse html where nobody said how to read it."""
    raise ArticleError(f"{len(html):,} characters of html but no text")


@dataclass(frozen=True)
class Registration:
    """What registering goes by: the publishers by id, the zone of dates without one, and how html is read.

    A record without a `publisher` belongs to the publisher its folder is named after, else to the first one.
    """

    publishers: Mapping[str, Publisher]
    zone: tzinfo = field(default_factory=lambda: ZoneInfo("Asia/Shanghai"))
    text_of: Callable[[str], str] = no_html

    def article(self, record: Mapping[str, Any], folder: str = "") -> Article:
        """Return the article of a record; ArticleError, without its place, says what is wrong with it."""
        check_types(record)
        publisher = self.publisher(str(record.get("publisher", "")), folder)
        text = record.get("text") or (self.text_of(record["html"]) if record.get("html") else "")
        spans = notice_spans(text, publisher)
        body = without(text, spans)
        check_text(text, body)
        source = (record.get("source") or "").strip()
        return Article(
            id=check_id(record["id"]),
            title=" ".join(record["title"].split()),
            text=text,
            url=check_url((record.get("url") or "").strip()),
            published=instant(record.get("published"), self.zone),
            source=source,
            authors=tuple(record.get("authors", ())),
            publisher=publisher.id,
            ownership=ownership(source, body, publisher)[0],
            notice=spans,
            channel=record.get("channel", ""),
            tags=tuple(record.get("tags", ())),
            withdrawn=record.get("withdrawn", False),
        )

    def publisher(self, name: str, folder: str) -> Publisher:
        """Return the publisher a record names, else the one its folder is named after, else the first."""
        if name and name not in self.publishers:
            raise ArticleError(f"publisher: expected one of {', '.join(self.publishers)}, not {name!r}")
        first = next(iter(self.publishers))
        return self.publishers[name or (folder if folder in self.publishers else first)]


def check_types(record: Mapping[str, Any]) -> None:
    """Refuse a record whose fields are not of the types that corpus files promise."""
    for key in STRINGS:
        if not isinstance(record.get(key, ""), str) and not (key in MAY_BE_UNKNOWN and record[key] is None):
            raise ArticleError(f"{key}: expected text, not {short(record[key])}")
    for key in LISTS:
        value = record.get(key, [])
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise ArticleError(f"{key}: expected a list of texts, not {short(value)}")
    for key, value in record.items():
        if isinstance(value, str) and (found := UNFIT.search(value)):
            raise ArticleError(f"{key}: character {found.start()} (U+{ord(found[0]):04X}) is not valid in a text")
    if not isinstance(record.get("withdrawn", False), bool):
        raise ArticleError(f"withdrawn: expected true or false, not {short(record['withdrawn'])}")
    if not record["title"].strip():
        raise ArticleError("title: expected some text")


def check_id(name: str) -> str:
    """Return the id; it is printed, typed and linked, so it has no white space and no control characters."""
    if not name or len(name) > LONGEST_ID or not name.isprintable() or " " in name:
        raise ArticleError(f"id: expected up to {LONGEST_ID} printable characters without blanks, not {short(name)}")
    return name


def check_url(url: str) -> str:
    """Return the address; reports link to it, so it is a web address or none."""
    if url and not WEB.fullmatch(url):
        raise ArticleError(f"url: expected a web address, not {short(url)}")
    return url


def check_text(text: str, body: str) -> None:
    """Refuse what is too small or too large for an article; `body` is the text without the pasted notice."""
    if (size := len(text.encode())) >= LARGEST:
        raise ArticleError(f"the text has {size:,} bytes, expected less than {LARGEST:,}")
    if not text.strip():
        raise ArticleError("the text is empty")
    if (length := len("".join(body.split()))) < SHORTEST:
        if body != text:
            raise ArticleError("this is the copyright notice, not an article")
        raise ArticleError(f"the text has {length} characters, expected at least {SHORTEST}")


def instant(value: object, zone: tzinfo) -> datetime | None:
    """Return a publication time as an aware instant, one without a zone taken in `zone`; None where it is unknown."""
    if value is None or value == "":
        return None
    try:
        when = datetime.fromisoformat(value) if isinstance(value, str) else value
    except ValueError as error:
        raise ArticleError(f"published: expected a date such as 2026-11-02T08:00:00+08:00, not {value!r}") from error
    if isinstance(when, date) and not isinstance(when, datetime):
        when = datetime.combine(when, time())
    if not isinstance(when, datetime):
        raise ArticleError(f"published: expected a date such as 2026-11-02T08:00:00+08:00, not {short(value)}")
    return when if when.tzinfo else when.replace(tzinfo=zone)


def short(value: object) -> str:
    """Return a value as it may stand in an error line."""
    said = repr(value)
    return said if len(said) <= 60 else said[:57] + "..."
