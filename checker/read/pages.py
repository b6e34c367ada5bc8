"""What sort of page it is, and over how many pages its article goes on."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from urllib.parse import urljoin, urlsplit

from bs4.element import NavigableString, Tag

from checker.model import PageKind, Span
from checker.read.dates import dates
from checker.read.plain import han
from checker.read.tree import Tree
from checker.script import GONE, level

NEXT = re.compile(
    r"[\s\[(（【]*(?:下一页|下页|后一页|第二页|余下全文|剩余全文|阅读余下全文|展开全文|next(?: page)?)[\s\])）】>»›→]*"
)
PREVIOUS = re.compile(r"[\s\[(（【《<«‹←]*(?:上一页|上页|前一页|prev(?:ious)?(?: page)?)[\s\])）】]*")
NUMBER = re.compile(r"[\s\[(（【]*第?([1-9]\d?)页?[\s\])）】]*")
"""A link to a page by its number."""
PAGER = re.compile("|".join(form.pattern for form in (NEXT, PREVIOUS, NUMBER)))
"""Any of them."""
TOLD = re.compile(r"第 ?([1-9]\d?) ?页[ /,|()]{0,3}共 ?([1-9]\d?) ?页")
"""The page one is at, and how many there are."""

NUMBERED = re.compile(r"(.*?)(?:[_-]|/)0?([1-9]\d?)")
"""A path that ends in a page's number: news_2, news/2."""
ASKED = re.compile(r"(?:^|(?<=&))(?:p|pn|page|pages|pageno|page_no|pagenum|curpage)=0?([1-9]\d?)(?:&|$)")
"""A query that asks for a page by its number."""

WEB = frozenset({"http", "https"})
"""What may change within a site."""

PAGERS = 200
"""Links of a pager that are looked at."""

LONGEST = 200
"""Characters of a link, blanks and all, that may say it leads to another page."""

FOOT = 300
"""Characters after an article within which "page 2 of 3" is about it."""

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


@dataclass(frozen=True)
class Spread:
    """Over how many pages an article goes: which of them this one is, how many there are at least, where it goes on.

    `siblings` are the addresses of its other pages that this one links to, sorted.
    """

    part: int = 1
    parts: int = 1
    next_page: str = ""
    siblings: tuple[str, ...] = ()


def spread(tree: Tree, text: str, main: Span, url: str) -> Spread:
    """Return which part of its article a page is.

    Only the page's own words count: links to the previous and the next page, links by number whose addresses differ
    from this one in that number only, "page 2 of 3" at the article. An address alone says nothing.
    """
    told = TOLD.search(level(text[main[0] : main[1] + FOOT]))
    number, count = (int(told[1]), int(told[2])) if told else (1, 1)
    following, part = "", number if number <= count else 1
    siblings: set[str] = set()
    for words, address in _siblings(tree, url):
        mine, theirs = _numbers(url, address)
        if PREVIOUS.fullmatch(words):
            part = max(part, mine, 2)
        elif (said := NUMBER.fullmatch(words)) and theirs and int(said[1]) in {theirs, theirs + 1}:
            part, count = max(part, mine + int(said[1]) - theirs), max(count, int(said[1]))
        elif NEXT.fullmatch(words):
            part, following = max(part, mine), following or address
        else:
            continue
        siblings.add(address)
    return Spread(part, max(part + bool(following), count), following, tuple(sorted(siblings)))


def next_page(tree: Tree, url: str) -> str:
    """Return the address of the next page of the same article, "" where there is none.

    A link counts that says "next page" (not "next article") and leads to the same site, to a page of the same depth.
    """
    return next((address for words, address in _siblings(tree, url) if NEXT.fullmatch(words)), "")


def page_kind(tree: Tree, text: str, main: Span) -> PageKind:
    """Tell articles from lists of links or teasers, and from pages that only a script would fill."""
    if len(text.strip()) < SHELL and any(map(tree.all, ("script", "iframe", "frame"))):
        return PageKind.SHELL
    own = text[slice(*main)]
    prose = _prose(own)
    parts = sorted([start for (start, _), _, _ in dates(own)] + [match.start() for match in MORE.finditer(level(own))])
    teasers = len(parts) >= ITEMS and prose < ITEM * len(parts) and _prose(own[: parts[1]]) < LEAD
    return PageKind.LISTING if prose < PROSE or teasers else PageKind.ARTICLE


def _prose(text: str) -> int:
    """Han characters in lines that have the punctuation of sentences."""
    return sum(han(line) for line in text.split("\n") if SENTENCE.search(line))


def _siblings(tree: Tree, url: str) -> Iterator[tuple[str, str]]:
    """The links that say they lead to another page of the same article: their words, levelled, and their addresses."""
    linked = [(_words(link), str(link["href"])) for link in tree.all("a") if "href" in link.attrs]
    linked = [(words.replace("\n", " "), href) for words, href in linked if len(words) <= LONGEST]
    if not linked:
        return
    levelled = level("\n".join(words for words, _ in linked)).replace(GONE, "").split("\n")
    said = ((words.strip(), href) for words, (_, href) in zip(levelled, linked, strict=True))
    pager = ((words, href) for words, href in said if len(words) <= 12 and PAGER.fullmatch(words))
    for words, href in islice(pager, PAGERS):
        if address := _same_article(href, url):
            yield words, address


def _words(link: Tag) -> str:
    """The words of a link; most are one string, which need not be gathered."""
    inside = link.contents
    simple = len(inside) == 1 and type(inside[0]) is NavigableString
    return str(inside[0]) if simple else link.get_text() if inside else ""


def _numbers(here: str, there: str) -> tuple[int, int]:
    """The page numbers of two addresses that differ in nothing else; (1, 0) where they differ in more."""
    mine, theirs = _stems(here), _stems(there)
    common = [stem for stem in mine if stem in theirs and mine[stem] != theirs[stem]]
    return (mine[common[0]], theirs[common[0]]) if common else (1, 0)


def _stems(url: str) -> dict[str, int]:
    """What an address may be a page of, and which: news_2.html is page 2 of news, or page 1 of something itself."""
    parts = urlsplit(url)
    path = re.sub(r"(?:/index)?(?:\.[a-z]{1,6})?/?$", "", parts.path, flags=re.IGNORECASE)
    found = {f"{path}?{parts.query}": 1}
    if asked := ASKED.search(parts.query):
        found[f"{path}?{ASKED.sub('', parts.query).rstrip('&')}"] = int(asked[1])
    if numbered := NUMBERED.fullmatch(path):
        found[f"{numbered[1].removesuffix('/index')}?{parts.query}"] = int(numbered[2])
    return found


def _same_article(href: str, url: str) -> str:
    """The address a link leads to, if that may be another page of the same article."""
    try:
        address = urljoin(url, href.strip())
        here, there = urlsplit(url), urlsplit(address)
    except ValueError:
        return ""
    same = (there.netloc, there.scheme in WEB) == (here.netloc, here.scheme in WEB) and there.scheme in {*WEB, "file"}
    fresh = (there.path, there.query) != (here.path, here.query)
    near = there.path.rpartition("/")[0].startswith(here.path.rpartition("/")[0]) or _numbers(url, address)[1] > 0
    return address.partition("#")[0] if same and fresh and near else ""
