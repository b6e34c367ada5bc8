"""Statements of source put together at random, and labelled pages after accidents: read, and what is read holds."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from checker.errors import PageError
from checker.model import Grade, Page, Zone
from checker.read.document import read
from checker.read.grades import CREDITED
from tests.read.test_hostile_fuzz import known, mutated

BODIES = tuple(path.read_bytes() for path in sorted((Path(__file__).parents[1] / "pages").glob("*.html")))

WORDS = (
    "来源", "來源", "文章来源", "稿源", "信息来源", "转自", "轉載自", "摘自", "出处", "本文来自", "据", "原标题",
    "作者", "编辑",
    "责任编辑", "记者", "图", "文", "供稿", "via", "From", "source", "国际在线", "國際在線", "国际在线教育",
    "CRI Online", "新华网",
    "《北江日报》", "本站", "网络", "北江新闻网", "消息", "报道", "11月2日电", "2026-11-02 08:30", "2026年11月2日",
    "版权声明",
    "转载请注明", "相关阅读", "图片来源", "http://example.org/",
)  # fmt: skip
JOINTS = (
    "", " ", ":", "：", "： ", "|", " | ", "丨", "｜", "/", "、", "，", "。", "；", "·", "—", "(", ")", "（", "）",
    "【", "】", "[", "]",
    "《", "》", "\u3000", "\u00a0", "\u200b", "\u202e", "\n", "<br>", "<span>", "</span>", "<b>", "</b>", "<p>",
    "</p>", "<a href=#>",
    "</a>", "<i></i>", "<td>", "<tr><td>", "<table>", "</table>", "<li>", "<dt>", "<dd>",
    "<em style='display:none'>", "</em>",
    "<!--", "-->", "<div class=source>", "</div>", "<div class=related>", "<figcaption>", "</figcaption>", "<h1>",
    "</h1>",
    "<footer>", "</footer>", "<option>", "<select>", "</select>", "<input type=hidden value='", "'>", "&nbsp;",
    "&#58;", "\0",
)  # fmt: skip
PROSE = ("<p>昨天上午，北江市新建的水上图书馆正式对外开放，首日接待读者三千多人，孩子们尤其喜欢靠窗的座位。</p>") * 3


@st.composite
def stated(draw: st.DrawFn) -> bytes:
    """A page whose article has words of source above, within and below it, in any order and nesting."""
    pieces = st.lists(st.tuples(st.sampled_from(JOINTS), st.sampled_from(WORDS), st.sampled_from(JOINTS)), max_size=12)
    above, within, below = ("".join("".join(three) for three in draw(pieces)) for _ in range(3))
    html = f"<title>水上图书馆开放</title><h1>水上图书馆开放</h1>{above}{PROSE}{within}{PROSE}{below}"
    return html.encode(draw(st.sampled_from(["utf-8", "gb18030"])), "replace")


def holds(body: bytes) -> None:
    """Read a page, and hold its credits to what is promised of them."""
    try:
        document = read(Page("http://example.org/a/c12.html", datetime(2026, 11, 2, tzinfo=UTC), body=body), known())
    except PageError:
        return
    assert document.credit in document.credits or document.credit.grade is Grade.NONE
    for credit in document.credits:
        assert credit.span is None or document.text[slice(*credit.span)] == credit.quote
        assert credit.reason
        if credit.zone is Zone.MARKUP:
            assert credit.grade not in CREDITED
    if document.credit.grade in CREDITED:
        assert document.source == document.credit.source


@settings(max_examples=150, deadline=None)
@given(stated() | mutated(BODIES))
@example('<meta charset=utf-8><title>河灘上的風箏工坊</title><img src="/logo.png" alt="國際在線">'.encode())
@example(b"<style>x</style>\x01<body>t\x01<style>y</style>\x01<p>" + PROSE.encode())
def test_statements_put_together_at_random(body: bytes) -> None:
    holds(body)


@pytest.mark.soak
@settings(max_examples=120_000, deadline=None)
@given(stated() | mutated(BODIES))
def test_statements_for_a_long_time(body: bytes) -> None:
    holds(body)
