"""Mutated pages: whatever is cut, doubled, shuffled or flipped, a page is read or refused, and never crashes."""

from datetime import UTC, datetime
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checker.errors import PageError
from checker.model import Document, Page
from checker.read.document import read
from checker.read.outlets import Reading
from checker.read.refusal import load_refusals
from checker.read.screen import screen
from tests.read.test_hostile import RULES, reading

PAGE = """<!DOCTYPE html><html><head><meta charset="utf-8"><title>水上图书馆开放首日接待读者三千多人_北江新闻网</title>
<meta property="og:site_name" content="北江新闻网"><meta name="publishdate" content="2026-11-02 08:30">
<style>.x{display:none} p > .y, #z {color:#fff;background:white}</style>
<script type="application/ld+json">{"@type":"Article","datePublished":"2026-11-02T08:30:00+08:00"}</script></head>
<body><div class="nav"><a href="/">首页</a> <a href="/news/">新闻</a></div>
<h1>水上图书馆开放首日接待读者三千多人</h1>
<div class="info"><span>2026年11月2日 08:30</span> <span>来源：<a href="http://example.org/">国际在线</a></span>
作者：林知远</div><div class="text">
<p>国际在线消息（记者 林知远）：昨天上午，北江市新建的水上图书馆正式对外开放，首日接待读者三千多人。</p>
<p><span style="font-size:0">国际在线</span>馆长说，书架可以随水位升降，孩子们尤其喜欢靠窗的座位。&#22269;&#x9645;</p>
<p>（原标题：老码头来了新邻居）</p><p>（来源：國際在線 责任编辑：王小舟）</p></div>
<a href="c12_2.html">下一页</a><div class="related"><ul><li><a href="/1.html">老码头的灯</a></li></ul></div>
<div class="footer">版权所有：北江传媒有限公司 京ICP备12345678号-1 京公网安备11010502053733号
电话：010-12345678</div></body></html>"""

BODIES = tuple(PAGE.encode(charset) for charset in ("utf-8", "gb18030", "utf-16"))
INSERTS = (
    b"<", b">", b'"', b"'", b"<!--", b"-->", b"<div", b"</div>", b"<script>", b"</script>", b"<style>", b"\0", b"\xff",
    b"&#", b"&#xD800;", b"\\ud800", b"<![CDATA[", b"<select>", b"<table>", b"<svg>", b"<template>", b"\x80",
    b"<noscript>", b"<textarea>", b"<a href='http://[", b" style='display:none;;color:'", b" hidden",
    b"<base href='//['>", b"{", b"}",
    b"\xe2\x80\x8b", b"@media", "来源：".encode(), "（".encode(), "2026年".encode(), "原标题：".encode(),
)  # fmt: skip


@st.composite
def mutated(draw: st.DrawFn, bodies: tuple[bytes, ...] = BODIES) -> bytes:
    """A page after some accidents."""
    body = draw(st.sampled_from(bodies))
    for _ in range(draw(st.integers(1, 8))):
        start, length = draw(st.integers(0, len(body))), draw(st.integers(0, 200))
        piece = body[start : start + length]
        match draw(st.sampled_from(["cut", "double", "insert", "flip", "move", "end"])):
            case "cut":
                body = body[:start] + body[start + length :]
            case "double":
                body = body[:start] + piece * draw(st.integers(2, 30)) + body[start:]
            case "insert":
                word = draw(st.sampled_from(INSERTS)) * draw(st.sampled_from([1, 1, 3, 200]))
                body = body[:start] + word + body[start:]
            case "flip":
                body = body[:start] + bytes(byte ^ 0x80 for byte in piece[:20]) + body[start + 20 :]
            case "move":
                there = draw(st.integers(0, len(body)))
                body = body[:there] + piece + body[there:]
            case _:
                body = body[:start]
    return body


@cache
def known() -> Reading:
    return reading()


def examine(body: bytes) -> None:
    """Screen and read a page, and hold what was read to its promises."""
    page = Page("http://example.org/a/c12.html", datetime(2026, 11, 2, tzinfo=UTC), body=body, status=200)
    try:
        screen(page, load_refusals(RULES / "refusals.toml")).text.encode("utf-8")
        document = read(page, known())
    except PageError:
        return
    hold(document)


def hold(document: Document) -> None:
    start, end = document.main
    assert 0 <= start <= end <= len(document.text)
    document.text.encode("utf-8")
    for credit in document.credits:
        if credit.span is not None:
            assert 0 <= credit.span[0] <= credit.span[1] <= len(document.text)


@settings(max_examples=250, deadline=None)
@given(mutated())
def test_mutated_pages_are_read_or_refused(body: bytes) -> None:
    examine(body)


@pytest.mark.soak
@settings(max_examples=40_000, deadline=None)
@given(mutated())
def test_mutated_pages_for_a_long_time(body: bytes) -> None:
    examine(body)
