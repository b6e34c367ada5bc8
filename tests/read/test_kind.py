"""Articles, lists and shells told apart; the next page of an article told from the next article."""

from html import escape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checker.model import PageKind
from checker.read.pages import Spread, next_page, page_kind, spread
from checker.read.tree import tree

HERE = "https://news.example.cn/2026/1102/c12.html"
SENTENCES = (
    "昨天上午，北江市新建的水上图书馆正式对外开放，首日接待读者三千多人。\n"
    "馆长说，书架可以随水位升降，读者在阅览室里能看到船从窗前经过，孩子们尤其喜欢靠窗的座位。"
)


@pytest.mark.parametrize(
    ("link", "there"),
    [
        ('<a href="c12_2.html">下一页</a>', "https://news.example.cn/2026/1102/c12_2.html"),
        ('<a href="/2026/1102/c12_2.html"> 下一頁 &gt;</a>', "https://news.example.cn/2026/1102/c12_2.html"),
        ('<a href="?page=2">下一页>></a>', f"{HERE}?page=2"),
        ('<a href="c12_2.html#text"><span>下页</span></a>', "https://news.example.cn/2026/1102/c12_2.html"),
        ('<a href="c12_all.html">余下全文</a>', "https://news.example.cn/2026/1102/c12_all.html"),
        ('<a href="c12_all.html">[餘下全文]</a>', "https://news.example.cn/2026/1102/c12_all.html"),
        (
            '<a href="c11.html">上一页</a><a href="c12_2.html">下一页</a>',
            "https://news.example.cn/2026/1102/c12_2.html",
        ),
        ('<a href="#">下一页</a>', ""),
        ('<a href="c12.html">下一页</a>', ""),
        ('<a href="javascript:next()">下一页</a>', ""),
        ('<a href="https://other.example.cn/2026/1102/c12_2.html">下一页</a>', ""),
        ('<a href="/list/2.html">下一页</a>', ""),
        ('<a href="c13.html">下一篇</a>', ""),
        ('<a href="c13.html">下一篇：下一页的秘密</a>', ""),
        ('<a href="c13.html">下一页是谁写的</a>', ""),
        ('<a href="http://[::1">下一页</a>', ""),
        ("<a>下一页</a>", ""),
    ],
)
def test_the_next_page_of_the_same_article(link: str, there: str) -> None:
    assert next_page(tree(link), HERE) == there


BACK, ON = '<a href="{}">上一頁</a>', '<a href="{}">下一頁</a>'


@pytest.mark.parametrize(
    ("url", "markup", "part", "parts"),
    [
        ("c12.html", "", 1, 1),
        ("c12_2.html", "", 1, 1),
        ("c12.html?page=2", "", 1, 1),
        ("c12.html", ON.format("c12_2.html"), 1, 2),
        ("c12_2.html", BACK.format("c12.html") + ON.format("c12_3.html"), 2, 3),
        ("c12_3.html", BACK.format("c12_2.html"), 3, 3),
        ("c12/3/", BACK.format("/2026/1102/c12/2/"), 3, 3),
        ("c12.html?page=3", BACK.format("?page=2"), 3, 3),
        ("c12.html?id=7&page=2", BACK.format("c12.html?id=7"), 2, 2),
        ("c12_1.html", BACK.format("c12.html"), 2, 2),
        ("c9981.html", BACK.format("c9980.html"), 2, 2),
        ("c12.html", '1 <a href="c12_2.html">2</a> <a href="c12_3.html">[3]</a>', 1, 3),
        ("c12_2.html", '<a href="c12.html">1</a> 2 <a href="c12_3.html">3</a>', 2, 3),
        ("c12_1.html", '<a href="c12.html">第1頁</a> <a href="c12_2.html">第3頁</a>', 2, 3),
        ("c12.html", '<a href="javascript:go(2)">下一頁</a> 第1頁/共3頁', 1, 3),
        ("c12.html", "第 ２ 頁，共 ３ 頁", 2, 3),
        ("c12.html", '<a href="c12_all.html">余下全文</a>', 1, 2),
        ("c12.html", '<a href="c11.html">上一篇</a><a href="c13.html">下一篇</a>', 1, 1),
        ("c12.html", '<a href="c2.html">2</a>', 1, 1),
        ("c12.html", '<a href="/sport/">2</a>', 1, 1),
        ("c12.html", '<a href="c12_2.html">评论</a>', 1, 1),
    ],
)
def test_which_of_the_pages_of_an_article_it_is(url: str, markup: str, part: int, parts: int) -> None:
    text = SENTENCES + tree(markup).soup.get_text()
    page = spread(tree(markup), text, (0, len(SENTENCES)), "https://news.example.cn/2026/1102/" + url)
    assert (page.part, page.parts) == (part, parts)


def test_a_page_is_read_with_its_part_and_the_next_one() -> None:
    markup = tree(BACK.format("c12.html") + ON.format("c12_3.html"))
    here, there = "https://news.example.cn/2026/1102/c12_2.html", "https://news.example.cn/2026/1102/c12_3.html"
    first = "https://news.example.cn/2026/1102/c12.html"
    assert spread(markup, "", (0, 0), here) == Spread(2, 3, there, siblings=(first, there))


TEASERS = "\n".join(
    f"老码头的第{number}盏灯\n2026-11-{number:02}\n灯光沿江亮起，居民纷纷驻足。[详细]" for number in range(1, 12)
)
COMMENTS = "\n".join(f"网友{number} 2026-11-{number:02} 08:30\n真好，下周去看看。" for number in range(1, 12))


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (SENTENCES, PageKind.ARTICLE),
        (SENTENCES * 4, PageKind.ARTICLE),
        (SENTENCES * 4 + "\n" + COMMENTS, PageKind.ARTICLE),
        (SENTENCES + "\n工程于2024年3月5日开工，2026年10月20日完工。", PageKind.ARTICLE),
        (TEASERS, PageKind.LISTING),
        ("水上图书馆开放\n老码头亮灯\n滨江步道延长", PageKind.LISTING),
        ("", PageKind.LISTING),
    ],
    ids=["brief", "long", "with comments", "with dates", "teasers", "headlines", "nothing"],
)
def test_kinds_of_pages(text: str, kind: PageKind) -> None:
    assert page_kind(tree("<p>"), "导航 " * 40 + text, (120, 120 + len(text))) is kind


def test_a_page_that_only_a_script_fills_is_a_shell() -> None:
    markup = tree("<div id=app>加载中</div><script src=app.js></script>")
    assert page_kind(markup, "加载中", (0, 3)) is PageKind.SHELL
    assert page_kind(tree("<p>加载中</p>"), "加载中", (0, 3)) is PageKind.LISTING


@settings(max_examples=80, deadline=None)
@given(st.text(max_size=40), st.text(alphabet="下一页頁余全文 >[]", max_size=8))
def test_any_link_is_an_address_or_nothing(href: str, words: str) -> None:
    address = next_page(tree(f"<a href='{escape(href)}'>{escape(words)}</a>"), HERE)
    assert not address or address.startswith("https://news.example.cn/2026/1102/")
