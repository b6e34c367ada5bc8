"""What sort of page it is, and where a paginated article goes on."""

import re
from urllib.parse import urljoin

from bs4 import BeautifulSoup

from checker.model import PageKind, Span

NEXT = re.compile(
    r"(?:下一[页頁]|下[页頁]|后一[页頁]|余下全文|餘下全文|阅读全文|閱讀全文|next page)[\s>»›→]*", re.IGNORECASE
)
LONG = 80
"""Characters of a paragraph that only prose has."""


def next_page(soup: BeautifulSoup, url: str) -> str:
    """Return the address of the next page of the same article, "" where there is none."""
    for link in soup.find_all("a", href=True):
        href = str(link["href"]).strip()
        if NEXT.fullmatch(link.get_text().strip()) and not href.lower().startswith(("javascript:", "#")):
            return urljoin(url, href)
    return ""


def page_kind(soup: BeautifulSoup, text: str, main: Span) -> PageKind:
    """Tell articles from lists of links and from pages that only a script would fill."""
    if len(text.strip()) < LONG and soup.find("script"):
        return PageKind.SHELL
    paragraphs = [line for line in text[main[0] : main[1]].split("\n") if len(line) >= LONG]
    return PageKind.ARTICLE if paragraphs else PageKind.LISTING
