"""A case on one page: every passage on both sides, the page's words as words, the suspicion called a suspicion."""

import io
import re
from dataclasses import replace
from typing import Any

import pytest
from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from checker.keep.cases import Case, Wanted
from checker.keep.lifecycle import State
from checker.keep.store import Store
from checker.model import LANGUAGES, Article
from checker.report.pieces import AROUND, Piece, pieces, shortened
from checker.report.side_by_side import side_by_side, terminal

ARTICLE = Article(
    "cri-1",
    "江邊書市重開，舊書攤主談三十年",
    "清晨六點，江邊書市重新開張。停辦三年之後，一百二十個攤位回到了老地方。\n周師傅說：“人會回來的，書也會。”\n書市今後每月第一個週末舉行。",
    url="https://own.example/cri-1",
)
EVIL = "<script>alert(1)</script><img src=x onerror=alert(2)>"
PASSAGES = ("停辦三年之後，一百二十個攤位回到了老地方。", "清晨六點，江邊書市重新開張。")
PAGE = f"橋頭資訊 {EVIL}\n來源：某某在線\n{PASSAGES[0]}\n{'相關閱讀 ' * 300}\n{PASSAGES[1]}\n版權所有"


@pytest.fixture
def case(store: Store) -> Case:
    found = next(each for each in store.cases(Wanted()) if each.outcome == "violation")
    passages = [
        {"article": list(span(ARTICLE.text, each)), "page": list(span(PAGE, each)), "similarity": 0.99}
        for each in PASSAGES
    ]
    record: dict[str, Any] = {
        **found.record,
        "article": {"id": ARTICLE.id, "title": ARTICLE.title, "url": ARTICLE.url},
        "match": {**found.record["match"], "passages": passages},
        "credit": {**found.record["credit"], "quote": "來源：某某在線", "span": list(span(PAGE, "來源：某某在線"))},
        "page": {**found.record["page"], "title": EVIL},
    }
    return replace(found, record=record, state=State.DETECTED)


def span(text: str, part: str) -> tuple[int, int]:
    start = text.index(part)
    return start, start + len(part)


@pytest.mark.parametrize("language", LANGUAGES)
def test_both_sides_show_the_same_passages(case: Case, language: str) -> None:
    soup = BeautifulSoup(side_by_side(case, ARTICLE, language, page_text=PAGE), "lxml")
    for number, words in enumerate(PASSAGES, start=1):
        for side in ("a", "p"):
            mark = soup.find(id=f"{side}{number}")
            assert mark is not None
            assert mark.get_text() == f"{number}{words}"
    ours, theirs = (side.get_text() for side in soup.select(".text"))
    assert re.sub(r"[12](?=停|清)", "", ours) == ARTICLE.text
    assert "相關閱讀 " * 100 not in theirs
    assert soup.select_one("mark.credit").get_text() == "來源：某某在線"  # type: ignore[union-attr]


@pytest.mark.parametrize("language", LANGUAGES)
def test_everything_that_was_decided_is_there(case: Case, language: str) -> None:
    text = BeautifulSoup(side_by_side(case, ARTICLE, language, page_text=PAGE), "lxml").get_text()
    finding = case.record["findings"][0]
    for words in (
        case.id, case.url, ARTICLE.title, finding["rule"], finding["message"][language], finding["repair"][language],
        *(texts[language] for texts in finding["basis"]), *case.record["log"], "來源：某某在線",
    ):  # fmt: skip
        assert words in text


def test_a_hostile_page_is_only_words(case: Case) -> None:
    markup = side_by_side(case, ARTICLE, "zh-Hant", page_text=PAGE)
    soup = BeautifulSoup(markup, "lxml")
    assert not soup.find_all(["script", "img", "iframe", "link", "form"])
    assert EVIL in soup.get_text()
    assert "default-src 'none'" in markup
    assert all(str(link["href"]).startswith("#") for link in soup.find_all("a"))


@pytest.mark.parametrize(
    ("state", "word", "reminded"),
    [(State.DETECTED, "疑似違規", True), (State.CONFIRMED, "確認違規", False), (State.REJECTED, "已排除", False)],
)
def test_a_suspicion_says_so(case: Case, state: State, word: str, reminded: bool) -> None:
    told = replace(case, state=state)
    markup = side_by_side(told, ARTICLE, "zh-Hant", page_text=PAGE)
    stream = io.StringIO()
    terminal(told, ARTICLE, Console(file=stream, width=100), "zh-Hant", page_text=PAGE)
    for text in (markup, stream.getvalue()):
        assert word in text
        assert ("尚未經人工確認" in text) == reminded


@pytest.mark.parametrize("width", [40, 79, 80, 160])
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_terminal_shows_it_at_any_width(case: Case, width: int, language: str) -> None:
    stream = io.StringIO()
    terminal(case, ARTICLE, Console(file=stream, width=width, color_system=None), language, page_text=PAGE)
    printed = stream.getvalue()
    for words in (case.id, "[1]", "[2]", "ATT-0", "來源：某某在線"):
        assert words in printed
    assert printed.count("[1]") == 2


def test_the_kept_text_is_the_one_shown(store: Store) -> None:
    case = next(store.cases(Wanted(limit=1)))
    text = store.page_text(case.id)
    assert text.startswith("頁面文字")
    assert text[4:] in side_by_side(case, ARTICLE, "en", page_text=text)


texts = st.text(min_size=1, max_size=400)


@given(texts, st.data())
def test_pieces_are_the_text_and_marks_are_where_they_should_be(text: str, data: st.DataObject) -> None:
    bounds = st.tuples(st.integers(0, len(text)), st.integers(0, len(text))).map(lambda pair: (min(pair), max(pair)))
    spans = data.draw(st.lists(bounds, max_size=6))
    cut = pieces(text, spans)
    assert "".join(piece.text for piece in cut) == text
    at = 0
    for piece in cut:
        if piece.passage:
            start, end = spans[piece.passage - 1]
            assert start <= at < at + len(piece.text) <= end
        at += len(piece.text)


@given(st.lists(st.tuples(st.integers(1, 2000), st.booleans()), max_size=8))
def test_shortening_keeps_every_mark_and_counts_what_it_leaves_out(lengths: list[tuple[int, bool]]) -> None:
    cut = tuple(
        Piece("字" * length, passage=number if marked else 0) for number, (length, marked) in enumerate(lengths, 1)
    )
    short = shortened(cut)
    assert [piece for piece in short if piece.passage] == [piece for piece in cut if piece.passage]
    assert sum(len(piece.text) + piece.omitted for piece in short) == sum(length for length, _ in lengths)
    assert all(len(piece.text) <= 3 * AROUND for piece in short if not piece.passage)
