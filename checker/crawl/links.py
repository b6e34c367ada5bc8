"""The links of a page, found in its bytes without a parse: hostile markup costs no more than its length."""

import html
import re
from collections.abc import Iterator
from urllib.parse import quote, urljoin

from checker.model import Page

LINKS_MAX = 1000
"""Links of one page that are looked at; real front pages of news sites have some 600."""

ANCHOR = re.compile(rb"<(?:a|area|link|base|meta)\b[^>]{0,4096}", re.IGNORECASE)
ATTRIBUTE = re.compile(rb"""(?<![a-zA-Z-])([a-zA-Z-]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""")
FEEDS = (b"application/rss+xml", b"application/atom+xml")
ODD = re.compile(r"/\.|[\\\[\]]")
"""What an absolute address may hold that must still be resolved."""

KEPT = "!#$%&'()*+,/:;=?@[]~"


def tags(page: Page) -> Iterator[tuple[bytes, dict[bytes, bytes]]]:
    """Yield the name and attributes of each tag that may hold an address, comments left out."""
    for match in ANCHOR.finditer(uncommented(page.body)):
        tag = match.group()
        attributes = {found[0].lower(): found[1] or found[2] or found[3] for found in ATTRIBUTE.findall(tag)}
        yield tag[1:5].rstrip().lower().partition(b" ")[0], attributes


def uncommented(body: bytes) -> bytes:
    """Return a body without its comments; one that is never closed reaches to the end, as for browsers."""
    pieces, at = [], 0
    while (start := body.find(b"<!--", at)) >= 0:
        pieces.append(body[at:start])
        end = body.find(b"-->", start)
        at = len(body) if end < 0 else end + 3
    return b"".join((*pieces, body[at:])) if pieces else body


def address(raw: bytes, base: str) -> str:
    """Resolve an address as browsers do: tabs and newlines dropped, backslashes as slashes; "" where it is none."""
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        text = quote(raw, safe=KEPT)
    text = (html.unescape(text) if "&" in text else text).translate({9: None, 10: None, 13: None}).strip()
    if text.startswith(("http://", "https://")) and not ODD.search(text):
        return text  # nothing to resolve, which is slow
    if text.partition("?")[0].count("\\") and not text.lower().startswith(("javascript:", "data:")):
        text = text.replace("\\", "/")
    try:
        return urljoin(base, text)
    except ValueError:
        return ""


def links(page: Page) -> tuple[str, ...]:
    """Return the http(s) addresses a page links to, in its order, each once; none where it asks not to follow."""
    if "nofollow" in page.header("X-Robots-Tag").lower():
        return ()
    base = page.url
    found: dict[str, None] = {}
    for name, attributes in tags(page):
        if name == b"base" and b"href" in attributes:
            base = address(attributes[b"href"], page.url) or base
        elif name == b"meta" and attributes.get(b"name", b"").lower() == b"robots":
            if b"nofollow" in attributes.get(b"content", b"").lower():
                return ()
        elif name in (b"a", b"area") and b"href" in attributes and b"nofollow" not in attributes.get(b"rel", b""):
            target = address(attributes[b"href"], base).partition("#")[0]
            if target.startswith(("http://", "https://")):
                found[target] = None
        if len(found) >= LINKS_MAX:
            break
    return tuple(found)


def feeds(page: Page) -> tuple[str, ...]:
    """Return the addresses of the feeds that a page names in its head."""
    named = (
        address(attributes[b"href"], page.url)
        for name, attributes in tags(page)
        if name == b"link" and attributes.get(b"type", b"").lower() in FEEDS and b"href" in attributes
    )
    return tuple(dict.fromkeys(target for target in named if target.startswith(("http://", "https://"))))
