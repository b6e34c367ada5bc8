"""The links of a page, found in its bytes without a parse: hostile markup costs no more than its length."""

import html
import re
from collections.abc import Iterator
from urllib.parse import quote, urljoin

from checker.model import Page

LINKS_MAX = 1000
"""Links of one page that are looked at; real front pages of news sites have some 600."""

ANCHOR = re.compile(rb"<(a|area|link|base|meta|i?frame)\b[^>]{0,4096}", re.IGNORECASE)
REFRESH = re.compile(rb"""\s*(\d{1,4})(?:\.\d*)?\s*[;,]\s*(?:url\s*=)?\s*["']?([^"']+)""", re.IGNORECASE)
AT_ONCE = 5
"""Seconds after which a page that moves its readers on has not been read."""

FORWARDING = 10_000
"""Bytes that a page has at most whose only sense is to move its readers on."""

ATTRIBUTE = re.compile(rb"""(?<![a-zA-Z-])([a-zA-Z-]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""")
FEEDS = (b"application/rss+xml", b"application/atom+xml")
ODD = re.compile(r"/\.|[\\\[\];]|\?#|[?#]$")
"""What an address may hold that must still be resolved."""

ORIGIN = re.compile(r"https?://[^/?#\\]+(?=/)")
FOLDER = re.compile(r"https?://[^/?#\\]+/(?:[^/?#\\]+/)*")
NAME = re.compile(r"\w[\w-]*(?:\.\w+)*(?:\?[\w=&.-]+)?", re.ASCII)
"""The beginning of an address up to its path, and up to its last slash; the name of a page beside another one."""

KEPT = "!#$%&'()*+,/:;=?@[]~"


def tags(page: Page) -> Iterator[tuple[bytes, dict[bytes, bytes]]]:
    """Yield the name and attributes of each tag that may hold an address, comments left out."""
    for match in ANCHOR.finditer(uncommented(page.body)):
        tag = match.group()
        attributes = {found[0].lower(): found[1] or found[2] or found[3] for found in ATTRIBUTE.findall(tag)}
        yield match[1].lower(), attributes


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
    if (plain := joined(base, text)) and not ODD.search(text):
        return plain
    if text.partition("?")[0].count("\\") and not text.lower().startswith(("javascript:", "data:")):
        text = text.replace("\\", "/")
    try:
        return urljoin(base, text)
    except ValueError:
        return ""


def joined(base: str, text: str) -> str:
    """Return where an address leads that need not be resolved, which is slow; "" for any other."""
    if text.startswith(("http://", "https://")):
        return text
    if text[:1] == "/" != text[1:2]:
        origin = ORIGIN.match(base)
        return origin[0] + text if origin else ""
    folder = FOLDER.match(base) if NAME.fullmatch(text) else None
    return folder[0] + text if folder and not ODD.search(folder[0]) else ""


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
            found |= web(address(attributes[b"href"], base))
        elif name in (b"frame", b"iframe") and b"src" in attributes:
            found |= web(address(attributes[b"src"], base))
        if len(found) >= LINKS_MAX:
            break
    return tuple(found)


def web(target: str) -> dict[str, None]:
    """Return an address without its fragment, nothing where it is not one of the web."""
    return {target.partition("#")[0]: None} if target.startswith(("http://", "https://")) else {}


def refresh(page: Page) -> str:
    """Return where a page moves its readers on to at once (`<meta http-equiv="refresh">`); "" where it does not."""
    if len(page.body) > FORWARDING:
        return ""
    for name, attributes in tags(page):
        if name == b"meta" and attributes.get(b"http-equiv", b"").lower() == b"refresh":
            told = REFRESH.match(attributes.get(b"content", b""))
            target = address(told[2].strip(), page.url).partition("#")[0] if told and int(told[1]) <= AT_ONCE else ""
            return target if target.startswith(("http://", "https://")) and target != page.url else ""
    return ""


def feeds(page: Page) -> tuple[str, ...]:
    """Return the addresses of the feeds that a page names in its head."""
    named = (
        address(attributes[b"href"], page.url)
        for name, attributes in tags(page)
        if name == b"link" and attributes.get(b"type", b"").lower() in FEEDS and b"href" in attributes
    )
    return tuple(dict.fromkeys(target for target in named if target.startswith(("http://", "https://"))))
