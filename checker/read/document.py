"""What a page says: its text, its article, who is named as the source, and the facts that stand around it."""

from dataclasses import replace
from datetime import date
from urllib.parse import urljoin

from checker.model import Document, Page, PageKind, Rendered
from checker.read.article import Place, place
from checker.read.credit import credits_of, deciding, source
from checker.read.dates import LATEST, publication
from checker.read.decode import decode
from checker.read.grades import CREDITED
from checker.read.headline import headline, signature
from checker.read.layout import Layout
from checker.read.notice import notices
from checker.read.operator import operator
from checker.read.outlets import Reading
from checker.read.pages import page_kind, spread
from checker.read.plain import han
from checker.read.tree import Tree, tree
from checker.read.walk import lay_out

WIDE = 1000
"""Attributes of one element from which a second parser, quadratic in them, is not asked for a date."""
MOSTLY = 200
"""Han characters in one element that may be most of what a page says."""
MOST = 500
"""Links of a page that are kept."""


def read(page: Page, reading: Reading) -> Document:
    """Read a page; PageError where its bytes cannot be decoded."""
    decoded = decode(page.body, page.header("content-type"))
    document = read_text(decoded.text, page.url, reading, charset=decoded.charset, captured=page.captured.date())
    return replace(document, rendered=rendered(page))


def rendered(page: Page) -> Rendered:
    """Say whether a page is what a browser made of it, and whether its scripts got all they asked for."""
    if "rendered" not in page.facts:
        return Rendered.NO
    return Rendered.PART if page.facts.get("rendered_without") else Rendered.WHOLE


def read_text(html: str, url: str, reading: Reading, *, charset: str = "", captured: date = LATEST) -> Document:
    """Read decoded markup, captured on a day."""
    markup = tree(html)
    layout = laid_out(markup, reading)
    where = place(layout, reading)
    found = credits_of(where, reading)
    text, main = layout.text, where.main
    credit, kind = deciding(found), page_kind(markup, text, main)
    named = source(found) if kind is PageKind.ARTICLE or credit.grade in CREDITED else None
    title, signed = headline(markup, text, main), signature(text, main)
    over = spread(markup, text, main, url)
    return Document(
        url=url,
        text=text,
        main=main,
        title=title.title,
        original_title=title.original_title,
        authors=signed.authors,
        editor=signed.editor,
        published=publication(markup, text, main, url, html=html if layout.widest < WIDE else "", latest=captured),
        source=named,
        credits=found,
        credit=credit,
        operator=operator(text, markup),
        canonical=joined(url, layout.canonical) if layout.canonical else "",
        charset=charset,
        kind=kind,
        notices=notices(layout, reading.publisher),
        links=links(where, url),
        part=over.part,
        parts=over.parts,
        next_page=over.next_page,
        siblings=over.siblings,
    )


def laid_out(markup: Tree, reading: Reading) -> Layout:
    """Lay out a page.

    An element whose style would hide most of the page's words is shown by a script, so it counts as seen.
    """
    layout = lay_out(markup, reading.parts)
    large = [unseen for unseen in layout.unseen if unseen.styled and sum(map(len, unseen.parts)) > MOSTLY]
    held = {id(unseen.tag): han(unseen.text) for unseen in large}
    opened = frozenset(key for key, words in held.items() if words > max(MOSTLY, 2 * han(layout.text)))
    return lay_out(markup, reading.parts, opened=opened) if opened else layout


def links(where: Place, url: str) -> tuple[str, ...]:
    """Return the addresses that the article, its head and its tail link to, in order, each once."""
    base = joined(url, where.layout.base) or url
    found: dict[str, None] = {}
    for offset, href in where.layout.links:
        if where.head <= offset <= where.tail and not href.lower().startswith(("#", "javascript:", "data:", "mailto:")):
            address = joined(base, href)
            if address.startswith(("http://", "https://")) and len(found) < MOST:
                found[address] = None
    return tuple(found)


def joined(base: str, href: str) -> str:
    """Return the address a reference means, "" where it is none."""
    try:
        return urljoin(base, href)
    except ValueError:
        return ""
