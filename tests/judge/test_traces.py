"""What of an article is still on a page: dateline, author, photographer, captions, title, link, notice, date."""

from dataclasses import replace
from datetime import date

import pytest

from checker.judge.pack import Pack
from checker.judge.traces import Traces, comparable, own_host
from checker.model import Article, Passage
from checker.script import level, packed, simplified
from tests.judge.conftest import BODY, Repost

DATELINE = "國際在線消息(記者 何晴):"


@pytest.mark.parametrize(
    ("opening", "kept"),
    [
        ("國際在線消息(記者 何晴):", True),
        ("国际在线消息（记者何晴）：", True),
        ("國際在線 ", False),
        ("", False),
        ("據悉,", False),
        ("某某網訊:", False),
    ],
)
def test_the_dateline(pack: Pack, repost: Repost, opening: str, kept: bool) -> None:
    traces = Traces(*repost(body=BODY.replace(DATELINE, opening)), pack)
    assert traces.dateline() == ("kept" if kept else "removed")


@pytest.mark.parametrize(
    ("opening", "has"),
    [
        ("國際在線消息(記者 何晴):", True),
        ("國際在線黑土省報道(記者 何晴):", True),
        ("國際在線專稿 ", True),
        ("接受國際在線記者專訪時,鎮長說", False),
        ("國際在線教育平台報道稱", False),
        ("", False),
    ],
)
def test_what_is_a_dateline_of_ours(pack: Pack, repost: Repost, article: Article, opening: str, has: bool) -> None:
    ours = replace(article, text=BODY.replace(DATELINE, opening))
    assert (Traces(*repost(body=ours.text, ours=ours), pack).dateline() != "none") is has


def test_a_copy_that_starts_further_down_has_no_dateline_removed(pack: Pack, repost: Repost) -> None:
    document, match = repost(body=BODY[100:])
    late = replace(match, passages=(Passage((100, len(BODY)), document.main, 1.0),))
    assert Traces(document, late, pack).dateline() == "cut"


@pytest.mark.parametrize(
    ("authors", "page", "state"),
    [((), BODY, "none"), (("何晴",), BODY, "kept"), (("何晴",), BODY.replace("何晴", ""), "dropped"),
     (("何 晴", "丁"), BODY, "kept")],
)  # fmt: skip
def test_the_author(
    pack: Pack, repost: Repost, article: Article, authors: tuple[str, ...], page: str, state: str
) -> None:
    ours = replace(article, authors=authors)
    assert Traces(*repost(body=page, ours=ours), pack).author() == state


def test_photographer_and_caption(pack: Pack, repost: Repost, article: Article) -> None:
    ours = replace(article, text=BODY + "\n圖為青蘿鎮的茶園 攝影 何晴")
    assert Traces(*repost(body=ours.text, ours=ours), pack).photo() == "kept"
    assert Traces(*repost(body=BODY + "\n图为青萝镇的茶园", ours=ours), pack).photo() == "dropped"
    assert Traces(*repost(body=BODY, ours=ours), pack).photo() == "none"  # the page has no picture
    assert Traces(*repost(body=ours.text, ours=ours), pack).caption() == "kept"
    assert Traces(*repost(body=BODY + "\n圖為某地的商場", ours=ours), pack).caption() == "changed"
    assert Traces(*repost(body=BODY, ours=ours), pack).caption() == "none"


@pytest.mark.parametrize(
    ("title", "state"),
    [
        ("青蘿鎮茶花節迎客三千人", "same"),
        ("青萝镇茶花节迎客三千人", "same"),
        ("青蘿鎮茶花節迎客三千人_某某新聞網", "same"),
        ("青蘿鎮茶花節首日迎客三千人", "same"),
        ("今年的茶花節遊客可以採茶炒茶", "changed"),
        ("青蘿鎮茶花節接待遊客8800人", "unsupported"),
        ("重磅!某明星現身引發搶購狂潮", "unsupported"),
        ("", "unknown"),
    ],
)
def test_the_title(pack: Pack, repost: Repost, title: str, state: str) -> None:
    document, match = repost(title=title)
    document = replace(document, text=document.text.replace("青蘿鎮茶花節迎客三千人", "－" * 11))
    found, given = Traces(document, match, pack).title()
    assert found == state
    assert given is (state == "same")


@pytest.mark.parametrize(
    ("links", "state"),
    [
        (("https://news.cri.cn/20260304/tea-2026.html",), "original"),
        (("http://www.news.cri.cn/20260304/tea-2026.html/",), "original"),
        (("https://www.cri.cn/",), "ours"),
        (("https://notcri.cn.example/", "javascript:void(0)"), "none"),
        (("https://notcri.cn/",), "none"),
        ((), "none"),
    ],
)
def test_the_link(pack: Pack, repost: Repost, links: tuple[str, ...], state: str) -> None:
    assert Traces(*repost(links=links), pack).link() == state


def test_an_article_without_an_address_cannot_be_linked_to(pack: Pack, repost: Repost, article: Article) -> None:
    assert Traces(*repost(ours=replace(article, url="")), pack).link() == "unknown"


def test_the_notice(pack: Pack, repost: Repost, article: Article) -> None:
    noted = replace(article, notice=((0, 10),))
    assert Traces(*repost(), pack).notice() == "none"
    assert Traces(*repost(ours=noted), pack).notice() == "removed"
    assert Traces(*repost(ours=noted, notices=((0, 5),)), pack).notice() == "kept"


@pytest.mark.parametrize(
    ("words", "told"),
    [("2026年3月4日", True), ("2026-03-04", True), ("3月4日", True), ("2026.03.04", True), ("去年", False)],
)
def test_the_date_of_our_publication_is_told(pack: Pack, repost: Repost, words: str, told: bool) -> None:
    assert Traces(*repost(body=words + BODY), pack).tells(date(2026, 3, 4)) is told


def test_words_of_advertising_that_are_not_ours(pack: Pack, repost: Repost) -> None:
    assert Traces(*repost(), pack).commerce() == 0
    assert Traces(*repost(body=BODY + "\n加微信免費諮詢,限時優惠"), pack).commerce() == 3


@pytest.mark.parametrize(
    ("opening", "source"),
    [
        ("新華社北京3月4日電 (記者某)", "agency"),
        ("(中新社廣州訊)", "agency"),
        ("國務院現予公布該辦法。", "official"),
        ("第一章　總　則\n第一條 為了保護候鳥,", "official"),
        ("現將有關事項通知如下:", "official"),
        ("國際在線消息:", "none"),
        ("鎮長引用新華社北京3月4日電文說", "none"),
    ],
)
def test_texts_of_a_third_source(pack: Pack, repost: Repost, article: Article, opening: str, source: str) -> None:
    ours = replace(article, text=opening + BODY.removeprefix(DATELINE))
    assert Traces(*repost(ours=ours, body=ours.text), pack).third_source() == source


def test_plain_text_keeps_every_offset() -> None:
    text = "國際在線:「ＡＢＣ」，１２３。後裡 é"
    assert len(level(text)) == len(text)
    assert level(text).startswith("国际在线:")
    assert packed("國際 在線!") == packed("国际在线")
    assert simplified("來源:國際在線 ABC") == "来源:国际在线 ABC"


def test_addresses_are_compared_without_scheme_www_and_slash() -> None:
    assert comparable("https://www.a.example/b/") == comparable("http://a.example/b") == "a.example/b"


@pytest.mark.parametrize(
    ("ours", "share"),
    [
        ("“花期會延續到四月。”他說。", 11 / 14),
        ("他說:「花期會延續到四月。」", 11 / 14),
        ("“花期會延續到四月。\n“步道已經修好。”", 1.0),
        ('他說:"花期會延續到四月。"', 11 / 14),
        ("他說花期會延續到四月。", 0.0),
    ],
)
def test_words_that_the_article_quotes_from_others(
    pack: Pack, repost: Repost, article: Article, ours: str, share: float
) -> None:
    document, match = repost(body=ours, ours=replace(article, text=ours))
    assert Traces(document, match, pack).speech() == pytest.approx(share, abs=0.06)


@pytest.mark.parametrize(
    ("url", "own"),
    [
        ("https://news.cri.cn/1.html", True),
        ("https://notcri.cn/1.html", False),
        ("https://weibo.example/ours/5", True),
        ("https://m.weibo.example/ours?p=1", True),
        ("https://weibo.example/ours2/5", False),
        ("https://weibo.example/other/ours", False),
        ("https://mp.weixin.example/s?__biz=MzA1&mid=3", True),
        ("https://mp.weixin.example/s?__biz=MzA15&mid=3", False),
    ],
)
def test_our_own_places_are_hosts_and_accounts(pack: Pack, url: str, own: bool) -> None:
    hosts = (*pack.publisher.hosts, "weibo.example/ours", "mp.weixin.example/s?__biz=MzA1")
    assert own_host(replace(pack, publisher=replace(pack.publisher, hosts=hosts)), url) is own
