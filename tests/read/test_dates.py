"""Dates of publication: every form, every witness, and what makes one solid."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checker.model import Publication
from checker.read.dates import dates, publication
from checker.read.tree import tree

DAY = date(2026, 11, 2)
INSTANT = datetime(2026, 11, 2, 0, 30, tzinfo=UTC)
BODY = (
    "昨天上午，北江市新建的水上图书馆正式对外开放，首日接待读者三千多人。\n"
    "馆长说，工程于2024年3月5日开工，2026年10月20日完工，书架可以随水位升降，孩子们尤其喜欢靠窗的座位。"
)


def stated(
    markup: str = "", head: str = "标题", tail: str = "", url: str = "", latest: date | None = None
) -> Publication | None:
    text = f"{head}\n{BODY}\n{tail}"
    main = (len(head) + 1, len(head) + 1 + len(BODY))
    html = f"<html><head>{markup}</head><body><h1>标题</h1></body></html>"
    return publication(tree(html), text, main, url, html=html, **({"latest": latest} if latest else {}))


@pytest.mark.parametrize(
    ("words", "timed"),
    [
        ("2026年11月2日 08:30", True),
        ("2026年11月02日08:30:00", True),
        ("2026年11月2日8时30分", True),
        ("2026 年 11 月 2 日 08：30", True),
        ("2026-11-02 08:30:00", True),
        ("2026-11-02T08:30", True),
        ("2026-11-0208:30", True),
        ("2026/11/2 08:30", True),
        ("2026.11.02 08:30", True),
        ("２０２６－１１－０２　０８：３０", True),
        ("26-11-02 08:30", True),
        ("26-11-0208:30", True),
        ("民國115年11月2日 08:30", True),
        ("2026-11-02", False),
        ("2026年11月2號", False),
        ("2026年11月2日星期一", False),
        ("二〇二六年十一月二日", False),
        ("二○二六年十一月二日", False),
        ("民国115年11月2日", False),
    ],
)
def test_every_form_of_a_date(words: str, timed: bool) -> None:
    ((start, end), when, instant), *rest = dates(f"发布于{words}　来源：国际在线")
    assert (when, instant, rest) == (DAY, INSTANT if timed else None, [])
    assert (start, end) == (3, 3 + end - start)


@pytest.mark.parametrize(
    ("words", "when"),
    [
        ("二〇二五年十月二十日", date(2025, 10, 20)),
        ("二〇二五年十二月三十一日", date(2025, 12, 31)),
        ("二零零九年三月十日", date(2009, 3, 10)),
    ],
)
def test_numbers_written_out(words: str, when: date) -> None:
    assert [found for _, found, _ in dates(words)] == [when]


@pytest.mark.parametrize(
    "words",
    [
        "2026-13-02",
        "2026-02-30",
        "12026-11-02",
        "2026-11-021",
        "电话2026-1102",
        "2026-11",
        "〇〇〇〇年一月一日",
        "民國999年99月1日",
    ],
)
def test_what_is_no_date(words: str) -> None:
    assert list(dates(words)) == []


@pytest.mark.parametrize(
    "markup",
    [
        '<meta property="article:published_time" content="2026-11-02T08:30:00+08:00">',
        '<meta property="article:published_time" content="2026-11-02T00:30:00Z">',
        '<meta name="publishdate" content="2026-11-02 08:30">',
        '<meta name="PubDate" content="2026年11月2日 08:30">',
        '<meta itemprop="datePublished" content="2026-11-02T08:30">',
        '<script type="application/ld+json">{"@type":"Article","datePublished":"2026-11-02T08:30:00+08:00"}</script>',
        '<script type="application/ld+json">[{"@graph":[{"datePublished":"2026-11-02T08:30:00+08:00"}]}]</script>',
        '<script type="application/ld+json">{"@context":"x","pubDate":"2026-11-02T08:30:00"}</script>',
    ],
)
def test_metadata_names_the_instant(markup: str) -> None:
    found = stated(markup)
    assert found is not None
    assert (found.when, found.instant, found.solid) == (DAY, INSTANT, True)


@pytest.mark.parametrize(
    ("head", "form", "solid"),
    [
        ("标题\n2026-11-02 08:30 来源：国际在线", "labelled numeric", True),
        ("标题\n发布时间：2026年11月2日", "labelled numeric", True),
        ("标题\n发布时间：民國115年11月2日", "labelled republic", True),
        ("标题\n发布时间：二〇二六年十一月二日", "labelled written", True),
        ("标题\n26-11-02 08:30", "two-digit", True),
        ("标题\n2026-11-02 08:30", "numeric", True),
        ("标题\n2026-11-02", "numeric", False),
        ("标题\n更新时间：2026-11-02 08:30", "numeric", False),
        ("今天是2026年11月24日 星期二\n标题\n2026-11-02 08:30 来源：国际在线", "labelled numeric", True),
        ("某新闻 2026-10-30\n另一新闻 2026-10-29\n标题\n2026-11-02 08:30 作者：林知远", "labelled numeric", True),
        ("某新闻 2026-10-30\n另一新闻 2026-10-29\n标题\n2026-11-02", "numeric", False),
    ],
)
def test_what_a_reader_sees_at_the_head(head: str, form: str, solid: bool) -> None:
    found = stated(head=head)
    assert found is not None
    assert (found.when, found.witness, found.solid) == (DAY, f"visible {form}", solid)


def test_the_tail_speaks_where_the_head_is_silent() -> None:
    found = stated(tail="发布时间：2026-11-02 08:30")
    assert found is not None
    assert (found.when, found.solid) == (DAY, True)
    assert stated(tail="下一篇：老码头的灯 2026-11-02") is None


@pytest.mark.parametrize(
    "path",
    ["/2026/11/02/a.html", "/2026/1102/c1-2.html", "/202611/02/a.html", "/202611/t20261102_77.shtml",
     "/2026-11/02/content_1.htm", "/20261102/5f3e-a2.html", "/2026-11-02/doc-x.shtml", "/a/20261102_123.html",
     "/art/2026/11/2026-11-02.html"],
)  # fmt: skip
def test_the_address_agrees(path: str) -> None:
    found = stated(head="标题\n2026-11-02", url=f"https://news.example.cn{path}")
    assert found == Publication(DAY, None, "visible numeric, address", solid=True)
    alone = stated(url=f"https://news.example.cn{path}")
    assert alone == Publication(DAY, None, "address", solid=False)


def test_a_witness_that_contradicts_takes_the_solidity_away() -> None:
    late = '<meta name="pubdate" content="2026-11-20 10:00">'
    found = stated(late, head="标题\n2026-11-02 08:30 来源：国际在线")
    assert found is not None
    assert not found.solid
    settled = stated(late, head="标题\n2026-11-02 08:30 来源：国际在线", url="https://example.cn/2026/11/02/1.html")
    assert settled is not None
    assert (settled.when, settled.solid) == (DAY, False)


def test_no_page_is_from_the_future_or_the_dark_ages() -> None:
    assert stated(head="标题\n2027-11-02 08:30 来源：国际在线", latest=date(2026, 11, 24)) is None
    assert stated(head="标题\n1970-01-01 08:00 来源：国际在线") is None
    found = stated(head="标题\n2026-11-25 00:10 来源：国际在线", latest=date(2026, 11, 24))
    assert found is not None
    assert found.when == date(2026, 11, 25)


def test_dates_inside_the_story_are_not_its_own() -> None:
    assert stated() is None


def test_htmldate_guesses_last_and_is_never_solid() -> None:
    found = stated('<link rel="canonical" href="https://example.cn/x"><meta name="created" content="2026-11-02">')
    assert found == Publication(DAY, None, "htmldate", solid=False)


@settings(max_examples=150, deadline=None)
@given(
    st.text(alphabet="0123456789-/.:年月日时分〇一二十民国發布时间来源：\n T\u200b\0", max_size=120),
    st.text(max_size=60),
    st.sampled_from(["pubdate", "article:published_time", "ld"]),
)
def test_any_page_has_a_date_or_none(head: str, value: str, name: str) -> None:
    quoted = value.replace('"', "").replace("<", "")
    markup = (
        f'<script type="application/ld+json">{{"datePublished": "{quoted}"}}</script>'
        if name == "ld"
        else f'<meta name="{name}" content="{quoted}">'
    )
    found = stated(markup, head=head, url=f"https://example.cn/{quoted}", latest=date(2026, 11, 24))
    assert found is None or date(1995, 1, 1) <= found.when <= date(2026, 11, 25)
