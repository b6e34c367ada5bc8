"""What sort of page it is, and where a paginated article goes on."""

import re
from urllib.parse import urljoin, urlsplit

from bs4 import BeautifulSoup

from checker.model import PageKind, Span
from checker.read.dates import dates
from checker.read.plain import han
from checker.script import GONE, level

NEXT = re.compile(
    r"[\s\[(（【]*(?:下一页|下页|后一页|第二页|余下全文|剩余全文|阅读余下全文|展开全文|next(?: page)?)[\s\])）】>»›→]*"
)
MORE = re.compile(
    r"阅读全文|查看全文|全文阅读|查看详情|查看更多|了解更多|\[详细\]|【详细】|\[详情\]|read more|详细>>|更多>>"
)
SENTENCE = re.compile(r"[，。；！？,;!?]")

PROSE = 60
"""Han characters in lines of prose that make an article, however short."""

ITEM = 120
"""Han characters of prose to each date or "read more" below which these part a list's items."""

ITEMS = 4
"""Dates or "read more" from which on a text may be a list."""

LEAD = 240
"""Han characters of prose before the second of them that make an article with a list or comments behind it."""

SHELL = 40
"""Characters below which a page with a script says nothing."""


def next_page(soup: BeautifulSoup, url: str) -> str:
    """Return the address of the next page of the same article, "" where there is none.

    A link counts that says "next page" (not "next article") and leads to the same site, to a page of the same depth.
    """
    for link in soup.find_all("a", href=True):
        words = level(link.get_text()).replace(GONE, "").strip()
        if len(words) <= 12 and NEXT.fullmatch(words) and (address := _same_article(str(link["href"]), url)):
            return address
    return ""


def page_kind(soup: BeautifulSoup, text: str, main: Span) -> PageKind:
    """Tell articles from lists of links or teasers, and from pages that only a script would fill."""
    if len(text.strip()) < SHELL and soup.find(["script", "iframe", "frame"]):
        return PageKind.SHELL
    own = text[slice(*main)]
    prose = _prose(own)
    parts = sorted([start for (start, _), _, _ in dates(own)] + [match.start() for match in MORE.finditer(level(own))])
    teasers = len(parts) >= ITEMS and prose < ITEM * len(parts) and _prose(own[: parts[1]]) < LEAD
    return PageKind.LISTING if prose < PROSE or teasers else PageKind.ARTICLE


def _prose(text: str) -> int:
    """Han characters in lines that have the punctuation of sentences."""
    return sum(han(line) for line in text.split("\n") if SENTENCE.search(line))


def _same_article(href: str, url: str) -> str:
    """The address a link leads to, if that may be another page of the same article."""
    try:
        address = urljoin(url, href.strip())
        here, there = urlsplit(url), urlsplit(address)
    except ValueError:
        return ""
    same = there.scheme in {"http", "https"} and there.netloc == here.netloc
    fresh = (there.path, there.query) != (here.path, here.query)
    near = there.path.rpartition("/")[0].startswith(here.path.rpartition("/")[0])
    return address.partition("#")[0] if same and fresh and near else ""
