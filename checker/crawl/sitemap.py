"""Sitemaps (sitemaps.org 0.9, news extension) and feeds, read as a stream from untrusted bytes.

No entities, no network, no huge trees; what comes before damage is kept.
"""

import calendar
import io
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import Any, BinaryIO, cast
from urllib.parse import urlsplit

import feedparser
from lxml import etree

LOCATIONS = 50_000
"""Addresses that one sitemap may have."""

SIZE = 50_000_000
"""Bytes that one sitemap may have, unpacked."""

STEP = 64 * 1024
"""Bytes that are unpacked at once."""


@dataclass(frozen=True)
class Listed:
    """One address of a sitemap or feed: `index` where it is another sitemap, `when` its date in sortable form."""

    url: str
    index: bool = False
    news: bool = False
    when: str = ""


def sitemap(body: bytes) -> tuple[Listed, ...]:
    """Read a sitemap: XML or one address a line, gzipped or not."""
    packed = body.startswith(b"\x1f\x8b")
    start = ((Unpacked(body).read(512) or b"") if packed else body[:512]).lstrip(b"\xef\xbb\xbf \t\r\n")
    stream = cast("BinaryIO", io.BufferedReader(Unpacked(body), STEP)) if packed else io.BytesIO(body)
    if start.startswith(b"<"):
        return tuple(entries(stream))
    lines = io.TextIOWrapper(stream, "utf-8-sig", errors="replace")
    stripped = (line.strip() for line in islice(lines, LOCATIONS))
    return tuple(Listed(line) for line in stripped if line.startswith(("http://", "https://")))


class Unpacked(io.RawIOBase):
    """Gzip undone as it is read, up to the size a sitemap may have; what cannot be undone is cut off."""

    def __init__(self, body: bytes) -> None:
        self.left = SIZE
        self.body = body
        self.inflater = zlib.decompressobj(31)

    def readable(self) -> bool:
        """Say that this can be read."""
        return True

    def readinto(self, into: Any) -> int:
        """Fill a buffer."""
        most = min(len(into), self.left)
        try:
            piece = self.inflater.decompress(self.body, most) if most else b""
        except zlib.error:
            return 0
        self.body = self.inflater.unconsumed_tail
        into[: len(piece)] = piece
        self.left -= len(piece)
        return len(piece)


def entries(stream: BinaryIO) -> Iterator[Listed]:
    """Yield the entries of an XML sitemap up to its end, its first damage, or the limit."""
    count = 0
    found: dict[str, str] = {}
    events = etree.iterparse(
        stream, events=("end",), resolve_entities=False, no_network=True, huge_tree=False, recover=False
    )
    try:
        for _, element in events:
            if not isinstance(element.tag, str):
                continue
            name = etree.QName(element).localname
            if name in ("loc", "lastmod", "publication_date", "news"):
                found.setdefault(name, (element.text or "").strip())
            elif name in ("url", "sitemap"):
                if found.get("loc", "").startswith(("http://", "https://")):
                    count += 1
                    yield listed(found, index=name == "sitemap")
                found = {}
                forget(element)
            if count >= LOCATIONS:
                return
    except etree.XMLSyntaxError:
        return


def forget(element: Any) -> None:
    """Drop an element that was read, and what stood before it."""
    element.clear()
    parent = element.getparent()
    while parent is not None and element.getprevious() is not None:
        del parent[0]


def listed(found: dict[str, str], *, index: bool) -> Listed:
    """Make one entry of what its elements say."""
    when = found.get("publication_date") or found.get("lastmod") or ""
    news = "news" in found or (index and "news" in urlsplit(found["loc"]).path.lower())
    return Listed(found["loc"], index=index, news=news, when=when[:25])


def feed(body: bytes) -> tuple[Listed, ...]:
    """Read an RSS or Atom feed, however broken, newest first as it stands."""
    parsed = feedparser.parse(io.BytesIO(body), sanitize_html=False, resolve_relative_uris=False)
    entries = parsed.entries[:LOCATIONS]
    return tuple(
        Listed(entry.link, news=True, when=instant(entry))
        for entry in entries
        if str(entry.get("link", "")).startswith(("http://", "https://"))
    )


def instant(entry: "feedparser.FeedParserDict") -> str:
    """Return when an entry was published, in ISO 8601, or ""."""
    moment = entry.get("published_parsed") or entry.get("updated_parsed")
    return datetime.fromtimestamp(calendar.timegm(moment), UTC).isoformat() if moment else ""
