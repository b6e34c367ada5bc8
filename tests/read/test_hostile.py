"""Hostile pages: small ones that hang parsers, large ones that eat memory, and what becomes of each."""

from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from checker.errors import PageError
from checker.judge.pack import load_pack
from checker.model import Document, Page
from checker.read.dates import publication
from checker.read.document import read
from checker.read.headline import headline, signature
from checker.read.operator import operator
from checker.read.outlets import Reading, load_reading
from checker.read.pages import next_page, page_kind
from checker.read.refusal import load_refusals
from checker.read.screen import screen
from checker.read.tree import tree
from checker.workers import Lost, Workers

RULES = Path(__file__).parents[2] / "rules"
WORDS = "水上图书馆开放首日接待读者三千多人"
STORY = (
    f"<h1>{WORDS}</h1><p>国际在线消息：昨天上午，{WORDS}，馆长说，书架可以随水位升降，孩子们尤其喜欢靠窗的座位。</p>"
    * 3
)
MANY = 100_000

MARKUP = {
    "nested divs": "<div>" * MANY + STORY,
    "attributes": "<div " + " ".join(f'a{number}="x"' for number in range(MANY)) + ">" + STORY,
    "options": "<select>" + "<option>1" * MANY + "</select>" + STORY,
    "misnested formatting": "<b><i><p>" * 20_000 + STORY,
    "nested tables": "<table><tr><td>" * 10_000 + STORY,
    "unclosed everything": "<ul><li><a href=x><b>" * 5_000 + STORY + '<p title="',
    "unclosed comment": STORY + "<!--" + "x" * 1_000_000,
    "unclosed script": STORY + "<script>" + 'var a="<";' * MANY,
    "opened comments": STORY + "<!--" * MANY,
    "opened scripts": STORY + "<script>" * MANY,
    "entities of entities": '<!DOCTYPE x [<!ENTITY a "&b;&b;"><!ENTITY b "&a;">]>' + STORY + "&a;" * 10_000,
    "nested data": STORY + '<script type="application/ld+json">' + '{"@graph":' * 50_000 + "</script>",
    "only angle brackets": STORY + "<" * 1_000_000,
    "only ampersands": STORY + "&" * 1_000_000,
    "nuls": "\0" * 5_000_000 + STORY,
    "bidi and zero width": STORY + "国\u202e际\u200b在\u2066线\ufeff" * 50_000,
    "lone surrogates in escapes": STORY + "\\ud800\\u56fd" * MANY,
    "surrogate references": STORY + "&#xD800;&#22269;&#x110000;" * 50_000,
}


def page(source: str, name: str = "x") -> Page:
    return Page(
        url=f"http://example.org/{name.replace(' ', '-')}",
        captured=datetime(2026, 11, 2, tzinfo=UTC),
        body=source.encode("utf-8", "surrogatepass"),
        status=200,
        headers=(("Content-Type", "text/html; charset=utf-8"),),
    )


def reading() -> Reading:
    return load_reading(RULES / "credits.toml", load_pack(RULES / "publishers" / "cri.toml").publisher)


def reader() -> Callable[[Page], Document]:
    """The work of a worker, its tables warm."""
    known = reading()
    read(page(STORY), known)
    return lambda answer: read(answer, known)


@pytest.mark.parametrize("name", MARKUP)
def test_no_markup_hangs_the_screen_or_hides_the_story(name: str) -> None:
    screened = screen(page(MARKUP[name]), load_refusals(RULES / "refusals.toml"))
    assert WORDS in screened.text
    screened.text.encode("utf-8")


def read_all(names: Iterable[str], paragraphs: int, memory: int) -> None:
    """Read pages in workers, one far too large among them, and see that only that one is lost."""
    pages = [page(MARKUP[name], name) for name in names]
    pages[1:1] = [page(f"<p>{STORY}</p>" * paragraphs, "too large")]
    pages.append(page(STORY, "last"))
    answers = list(Workers(reader, 2, deadline=120, memory=memory).map(pages))
    assert [answer for answer, _ in answers] == pages
    lost = {answer.url: found for answer, found in answers if isinstance(found, Lost)}
    assert list(lost) == ["http://example.org/too-large"], lost
    assert all(WORDS in found.text for _, found in answers if isinstance(found, Document))


def test_each_page_is_read_within_its_deadline_and_memory_or_costs_only_itself() -> None:
    read_all(("nested data", "attributes", "nuls"), 12_000, 100_000_000)


@pytest.mark.soak
def test_every_hostile_page_is_read_within_its_deadline_and_memory() -> None:
    read_all(MARKUP, 40_000, 300_000_000)


@pytest.mark.parametrize(
    "address",
    [
        "<base href='//['>",
        "<link rel=canonical href='http://[::1'>",
        "<a href='http://]['>x</a>",
        "<base href='http://x:99999/'>",
    ],
)
def test_a_broken_address_is_no_link(address: str) -> None:
    assert WORDS in read(page(address + STORY + "<a href='a.html'>x</a>"), reading()).text


def test_a_page_over_the_deadline_is_lost_alone() -> None:
    pages = [page(STORY, "first"), page(f"<p>{STORY}</p>" * 40_000, "long"), page(STORY, "last")]
    found = [answer for _, answer in Workers(reader, 1, deadline=4).map(pages)]
    assert isinstance(found[0], Document)
    assert isinstance(found[1], Lost)
    assert found[1].reason == "parse_timeout"
    assert isinstance(found[2], Document)


LONG = {
    "one long word": "x" * 300_000,
    "one long number": "1" * 300_000,
    "one long Han word": "国" * 300_000,
    "reporters": "记者 " * MANY,
    "a list of names": "记者王" + "王王、" * MANY,
    "editors": "编辑：" * MANY,
    "titles": "原标题：" * MANY,
    "owners": "版权所有" * MANY,
    "copyrights": "copyright " * 50_000,
    "dates": "2026-11-02 08:30 " * 30_000,
    "halves of dates": "2026-" * MANY,
    "addresses": ("a." * 30 + "@") * 5_000,
    "filings": "京ICP备" * MANY,
    "blank": " " * 300_000 + "\n" * 300_000,
}


@pytest.mark.parametrize("name", LONG)
def test_no_text_is_long_enough_to_stall_a_reader_of_facts(name: str) -> None:
    text, markup = LONG[name], tree(f"<title>{LONG[name][:50_000]}</title>")
    for main in ((0, len(text)), (len(text) // 2, len(text) // 2 + 9), (len(text), len(text))):
        publication(markup, text, main, "http://example.org/" + text[:2000], latest=date(2026, 11, 24))
        headline(markup, text, main)
        signature(text, main)
        operator(text, markup)
        page_kind(markup, text, main)
    assert next_page(markup, "http://example.org/") == ""


@pytest.mark.parametrize(
    ("body", "outcome"),
    [
        (b"<p>" + bytes(range(128, 256)) * 500, "undecodable"),
        (b"\x1f\x8b\x08" + b"\0" * 100, "undecodable"),
        (b"\0" * 1_000_000, "not_html"),
        (b"%PDF-1.4" + b"\0" * 1000, "not_html"),
        (b'<div id="app"></div><script>' + b"a" * 1_000_000, "blocked"),
    ],
)
def test_what_cannot_be_judged_has_its_own_outcome(body: bytes, outcome: str) -> None:
    with pytest.raises(PageError) as error:
        screen(
            Page("http://example.org/", datetime(2026, 11, 2, tzinfo=UTC), body=body),
            load_refusals(RULES / "refusals.toml"),
        )
    assert error.value.outcome.value == outcome
