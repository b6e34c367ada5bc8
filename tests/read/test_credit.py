"""Credits graded: which words count as what, and which of several statements decides."""

from collections.abc import Callable

import pytest

from checker.model import NO_CREDIT, Credit, Document, Grade, Zone
from checker.read.credit import deciding, source
from checker.read.grades import graded
from checker.read.outlets import Reading
from tests.read.test_outlets import TEXT, article


@pytest.mark.parametrize(
    ("name", "grade"),
    [
        ("國際在線", Grade.EXACT),
        ("国际在线", Grade.EXACT),
        ("国 际 在 线", Grade.EXACT),
        ("国\u200b际在线", Grade.EXACT),
        ("《国际在线》", Grade.EXACT),
        ("国际在线网", Grade.VARIANT),
        ("國際在線河南頻道", Grade.VARIANT),
        ("CRI Online", Grade.VARIANT),
        ("ＣＲＩ　Ｏｎｌｉｎｅ", Grade.VARIANT),
        ("国际在线-国际频道", Grade.VARIANT),
        ("新华网、国际在线", Grade.VARIANT),
        ("国际在线综合报道", Grade.VARIANT),
        ("国际在线教育", Grade.OTHER),
        ("国际在线教育学院", Grade.OTHER),
        ("国际在线购物网", Grade.OTHER),
        ("中国国际在线旅游", Grade.OTHER),
        ("新华网", Grade.OTHER),
        ("网络", Grade.OTHER),
        ("本站原创", Grade.SELF),
        ("本网", Grade.SELF),
        ("望江新闻网", Grade.SELF),
    ],
)
def test_names(name: str, grade: Grade, reading: Reading) -> None:
    assert graded(name, reading, frozenset({"望江新闻网"}))[0] is grade


@pytest.mark.parametrize(
    ("line", "place", "grade", "named"),
    [
        ("来源：国际在线", "head", Grade.EXACT, "国际在线"),
        ("来源：国际在线记者 李明", "tail", Grade.EXACT, "国际在线"),
        ("【来源：国际在线】", "tail", Grade.EXACT, "国际在线"),
        ("来源：国际在线（ID：online）", "head", Grade.EXACT, "国际在线"),
        ("來源: 國際在線(CRI)", "head", Grade.EXACT, "國際在線"),
        ("声明：本文来源于国际在线，版权归原作者所有。", "tail", Grade.EXACT, "国际在线"),
        ("来源——国际在线", "tail", Grade.EXACT, "国际在线"),
        ("来源：<b>国</b><i>际</i><u>在</u>线", "head", Grade.EXACT, "国际在线"),
        ("转自国际在线", "tail", Grade.VARIANT, "国际在线"),
        ("转自：国际在线", "tail", Grade.VARIANT, "国际在线"),
        ("来源：转载自国际在线", "head", Grade.VARIANT, "国际在线"),
        ("以上内容来自国际在线", "tail", Grade.VARIANT, "国际在线"),
        ("来源：国际在线、新华网", "head", Grade.VARIANT, "国际在线、新华网"),
        ("来源：国际在线和新华网", "head", Grade.VARIANT, "国际在线和新华网"),
        ("来源：综合新华网、国际在线", "head", Grade.VARIANT, "综合新华网、国际在线"),
        ("来源：国际在线教育学院", "head", Grade.OTHER, "国际在线教育学院"),
        ("来源：新华网（转自国际在线）", "head", Grade.SECONDHAND, "新华网"),
        ("来源：新华网援引国际在线", "head", Grade.SECONDHAND, "新华网"),
        ("来源：新华网，原载国际在线。", "tail", Grade.SECONDHAND, "新华网"),
        ("转载请注明出处：国际在线", "tail", Grade.BOILERPLATE, None),
        ("凡标明“来源：国际在线”的稿件，版权归国际在线所有。", "tail", Grade.BOILERPLATE, None),
        ("未经国际在线授权不得转载", "tail", Grade.BOILERPLATE, None),
        ("本文经国际在线授权发布", "tail", Grade.VARIANT, "国际在线"),
        ("图片来源：国际在线", "tail", Grade.NONE, None),
        ("视频来源：国际在线", "tail", Grade.NONE, None),
        ("素材来源：国际在线", "tail", Grade.NONE, None),
        ("地图来源：国际在线", "tail", Grade.NONE, None),
        ("关键词：转载，国际在线", "tail", Grade.NONE, None),
        ("转载媒体：国际在线", "tail", Grade.VARIANT, "国际在线"),
        ("媒体来源：国际在线", "head", Grade.EXACT, "国际在线"),
        ("国际在线", "tail", Grade.VARIANT, "国际在线"),
        ("<li>国际在线</li>", "tail", Grade.NONE, None),
    ],
)
def test_lines(line: str, place: str, grade: Grade, named: str | None, read_html: Callable[[str], Document]) -> None:
    found = read_html(article(line, place))
    assert (found.credit.grade, found.source) == (grade, named)


def made(grade: Grade, zone: Zone, name: str, reason: str = "") -> Credit:
    return Credit(name, zone, grade, name, None, "", reason)


EXACT = made(Grade.EXACT, Zone.TAIL, "国际在线")
VARIANT = made(Grade.VARIANT, Zone.HEAD, "国际在线网")
OTHER = made(Grade.OTHER, Zone.HEAD, "新华网")
TAIL = made(Grade.OTHER, Zone.TAIL, "人民网")
BARE = made(Grade.OTHER, Zone.HEAD, "北京日报", "beside the date: another source is named")
HIDDEN = made(Grade.HIDDEN, Zone.MARKUP, "国际在线")
DATELINE = made(Grade.DATELINE, Zone.BODY, "国际在线")
BOILERPLATE = made(Grade.BOILERPLATE, Zone.CHROME, "国际在线")
AFAR = made(Grade.OTHER, Zone.BODY, "新华社", "dateline of another outlet")


@pytest.mark.parametrize(
    ("found", "decides", "named"),
    [
        ((), NO_CREDIT, None),
        ((OTHER, EXACT), EXACT, "国际在线"),
        ((VARIANT, EXACT), EXACT, "国际在线"),
        ((OTHER, VARIANT), VARIANT, "国际在线网"),
        ((DATELINE, OTHER), OTHER, "新华网"),
        ((HIDDEN, DATELINE), HIDDEN, None),
        ((DATELINE, BOILERPLATE), DATELINE, None),
        ((BOILERPLATE,), BOILERPLATE, None),
        ((BARE, TAIL), TAIL, "北京日报"),
        ((OTHER, TAIL), OTHER, "新华网"),
        ((AFAR,), AFAR, None),
        ((AFAR, HIDDEN), HIDDEN, None),
    ],
)
def test_which_statement_decides(found: tuple[Credit, ...], decides: Credit, named: str | None) -> None:
    assert deciding(found) == decides
    assert source(found) == named


def test_a_contradiction_keeps_both_sides(read_html: Callable[[str], Document]) -> None:
    html = article("来源：新华网", "head").replace(TEXT[0], f"国际在线消息（记者 李明）：{TEXT[0]}")
    found = read_html(html)
    assert found.credit.grade is Grade.OTHER
    assert [c.grade for c in found.credits] == [Grade.OTHER, Grade.DATELINE]
    assert found.credits[1].quote == "国际在线消息"


@pytest.mark.parametrize("key", ["source", "mediaid", "author", "ContentSource", "article:author"])
def test_markup_never_makes_a_credit(key: str, read_html: Callable[[str], Document]) -> None:
    html = article("", "head").replace("<title>", f"<meta name='{key}' content='来源：国际在线'><title>")
    found = read_html(html)
    assert found.credit.grade is Grade.HIDDEN
    assert (found.credit.zone, found.source) == (Zone.MARKUP, None)


def test_credits_stand_in_reading_order_with_the_unseen_last(read_html: Callable[[str], Document]) -> None:
    html = article("来源：国际在线<i hidden>来源：国际在线</i>", "head").replace(
        "版权所有", "版权所有 友情链接 <a href='#'>国际在线</a>"
    )
    found = read_html(html)
    assert [credit.grade for credit in found.credits] == [Grade.EXACT, Grade.BOILERPLATE, Grade.HIDDEN]


GAPS = ["\u200b", "\u2060", "\ufeff", "\u202e", "\u00ad", " ", "\u3000", "\u00a0", "\u0301", "&#8203;"]


@pytest.mark.parametrize("gap", GAPS)
def test_nothing_put_into_our_name_makes_it_another(gap: str, read_html: Callable[[str], Document]) -> None:
    assert read_html(article(f"来源：{gap.join('国际在线')}", "head")).credit.grade is Grade.EXACT
    assert read_html(article(f"{gap.join('来源：')}国际在线", "tail")).credit.grade is Grade.EXACT
