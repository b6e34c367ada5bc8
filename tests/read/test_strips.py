"""A class says little: short lines of date, source and signatures are the article's, lists and comments are not."""

from collections.abc import Callable

import pytest

from checker.model import Document, Grade, Zone
from tests.read.test_outlets import article

CLASSES = (
    "article-footer",
    "comment-info",
    "news-relation",
    "article_recommend",
    "remark",
    "copyright",
    "hot-news",
    "partner",
)


@pytest.mark.parametrize("name", CLASSES)
@pytest.mark.parametrize(
    ("line", "place", "zone"),
    [
        ("2019-09-07 10:00 来源：国际在线", "head", Zone.HEAD),
        ("2019-09-07 10:00 国际在线", "head", Zone.HEAD),
        ("来源：国际在线 责任编辑：李明", "tail", Zone.TAIL),
        ("本文来源：国际在线 编辑：李明", "tail", Zone.TAIL),
    ],
)
def test_a_strip_is_the_articles_whatever_its_class(
    name: str, line: str, place: str, zone: Zone, read_html: Callable[[str], Document]
) -> None:
    found = read_html(article(f'<div class="{name}">{line}</div>', place))
    assert (found.credit.grade, found.credit.zone) == (Grade.EXACT, zone)


@pytest.mark.parametrize(
    "block",
    [
        '<div class="comment-item"><b>过客</b> 2019-09-07 <p>来源：国际在线</p></div>',
        '<div class="pinglun">过客：来源：国际在线，转得不错</div>',
        '<div class="recommend"><p><a href="/1">白鹭洲码头下月试运行公交接驳</a> 来源：国际在线</p></div>',
        '<div class="recommend"><a href="/1">白鹭洲码头下月试运行公交接驳</a><p>来源：国际在线</p></div>',
        '<div class="footer">来源：国际在线 望ICP备12345678号 联系我们</div>',
        '<div class="nav">来源：<a>全部</a><a>新华网</a><a>国际在线</a><a>人民网</a></div>',
        '<div class="partner">合作媒体：<a href="/">国际在线</a></div>',
        '<p class="caption">夜航的渡船。来源：国际在线</p>',
        '<div><a href="/1">白鹭洲码头下月试运行公交接驳</a> <span>来源：国际在线</span></div>',
        "<p>网友评论</p><p>过客：来源：国际在线，转得不错</p>",
    ],
)
def test_what_holds_more_than_a_strip_is_not_the_article(block: str, read_html: Callable[[str], Document]) -> None:
    found = read_html(article(block, "tail"))
    assert found.credit.grade in {Grade.BOILERPLATE, Grade.NONE}
    assert found.source is None
