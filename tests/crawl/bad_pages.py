"""Bad pages of the web: bodies and markup that mislead or wear out a reader, one path each, and what a scan must say.

The numbers are those of the list of bad inputs the crawler is held to. Where an article is reposted, the page's
credit decides: a page that carries ours, however it is written, is never accused of leaving it out.
"""

import json
from typing import NamedTuple

from checker.model import PageOutcome
from tests.cli.pages import BRIDGE, CLEAN, page, text_of
from tests.crawl.hostile import archive, picture
from tests.crawl.servers import Script, text

ARTICLE = text_of(BRIDGE)
CREDIT = "來源：國際在線"
REPOST = page(ARTICLE, credit=CREDIT)
SILENT = page(ARTICLE)
UNIT = REPOST.decode().replace('<meta charset="utf-8">', "")
LARGE = 100_000

O = PageOutcome  # noqa: E741 - a table reads better with short names


class Case(NamedTuple):
    """A path, what is served there, the outcome of its page, and the grade of its credit where it is matched."""

    path: str
    script: Script
    outcome: PageOutcome
    grade: str = ""


def html(body: bytes | str, charset: str = "", kind: str = "text/html") -> Script:
    """Serve a body under a label."""
    return text(body, headers=f"Content-Type: {kind}" + (f"; charset={charset}" if charset else ""))


def within(before: str, after: str = "") -> bytes:
    """The repost with markup around its text."""
    return REPOST.decode().replace("<h1>", f"{before}<h1>").replace("</body>", f"{after}</body>").encode()


def only(markup: str) -> bytes:
    """A page that has the repost nowhere but in some markup."""
    return f'<meta charset="utf-8"><title>本地新聞</title><body><p>{CLEAN}</p>{markup}</body>'.encode()


def credited(credit: str) -> bytes:
    """The repost with another statement of its source."""
    return REPOST.decode().replace(CREDIT, credit).encode()


CASES: tuple[Case, ...] = (
    Case("/33-too-often", html("<h3>访问过于频繁，请稍后再试</h3>", "utf-8"), O.BLOCKED),
    Case("/33-captcha", html("<title>安全验证</title><p>请完成下方拼图", "utf-8"), O.BLOCKED),
    Case("/34-soft-404", html("<title>页面不存在</title><p>您访问的页面不存在", "utf-8"), O.HTTP_ERROR),
    Case("/34-script-shell", html("<title>新聞</title><div id=app></div><script src=/app.js></script>"), O.BLOCKED),
    Case("/42-picture-as-html", html(picture()), O.NOT_HTML),
    Case("/42-zip-as-html", html(archive()), O.NOT_HTML),
    Case("/42-pdf-as-html", html(b"%PDF-1.7\n" + REPOST), O.NOT_HTML),
    Case("/42-html-as-picture", html(REPOST, kind="image/jpeg"), O.MATCHED, "exact"),
    Case("/43-empty", html(b""), O.NOT_HTML),
    Case("/44-gb2312-in-name", html(UNIT.encode("gb18030"), "gb2312"), O.MATCHED, "exact"),
    Case("/45-header-lies", html(UNIT.encode("gb18030"), "utf-8"), O.MATCHED, "exact"),
    Case("/46-meta-lies", html(REPOST.replace(b"utf-8", b"gb2312")), O.MATCHED, "exact"),
    Case(
        "/47-hkscs",
        html((UNIT + "<p>佢哋喺度嘅嘢</p>").encode("big5hkscs", "xmlcharrefreplace"), "big5"),
        O.MATCHED,
        "exact",
    ),
    Case("/48-utf-16", html(UNIT.encode("utf-16-le")), O.MATCHED, "exact"),
    Case("/49-mixed", html(REPOST.replace(b"</body>", f"<p>{CLEAN}</p></body>".encode("gb18030"))), O.MATCHED, "exact"),
    Case("/50-nul", html(credited("來源：國\0際\0在線")), O.MATCHED, "exact"),
    Case("/50-zero-width", html(credited("來源：國\u200b際\u2060在\u200d線")), O.MATCHED, "exact"),
    Case("/50-bidi", html(credited("來源：\u202d國際\u200e在線\u202c")), O.MATCHED, "exact"),
    Case("/50-surrogate", html(credited("來源：國際&#xD800;在線")), O.MATCHED, "exact"),
    Case("/51-compatibility", html(credited("來源︰國際在線")), O.MATCHED, "exact"),
    Case("/51-private-use", html(credited(f"{CREDIT}\ue000")), O.MATCHED, "exact"),
    Case("/52-nested", html(within("<div>" * LARGE)), O.MATCHED, "exact"),
    Case("/53-attributes", html(within(f"<p {' '.join(f'a{at}=1' for at in range(LARGE))}>")), O.MATCHED, "exact"),
    Case("/54-options", html(within("", f"<select>{'<option>x' * LARGE}</select>")), O.MATCHED, "exact"),
    Case("/55-paragraphs", html(within("", "<p>x</p>" * 2_500_000)), O.TOO_LARGE),
    Case("/55-paragraphs-within-bounds", html(within("", "<p>x</p>" * LARGE)), O.MATCHED, "exact"),
    Case("/56-unclosed-comment", html(within("", "<!-- ")), O.MATCHED, "exact"),
    Case("/56-unclosed-script", html(within("", "<script>")), O.MATCHED, "exact"),
    Case("/56-unclosed-select", html(within("", "<select><option>")), O.MATCHED, "exact"),
    Case("/57-misnested", html(within("", "<b><i></b></i>" * 20_000)), O.MATCHED, "exact"),
    # What no reader with a browser sees is no repost; a textarea is seen; what a script may write, a browser must tell.
    Case("/58-noscript", html(only(f"<noscript>{ARTICLE}<p>{CREDIT}</p></noscript>")), O.CLEAN),
    Case("/58-template", html(only(f"<template>{ARTICLE}</template>")), O.CLEAN),
    Case("/58-textarea", html(only(f"<textarea>{ARTICLE}</textarea>")), O.MATCHED),
    Case("/58-data", html(only(f"<script>window.__DATA__={json.dumps({'text': ARTICLE})}</script>")), O.BLOCKED),
    # The article's own dateline is left, so a picture's page is not "none"; what a style sheet writes is read.
    Case("/59-picture", html(credited('<img src="/source.png">')), O.MATCHED, "dateline"),
    Case(
        "/59-style",
        html(credited('<i class=s></i><style>.s::before{content:"來源：國際在線"}</style>')),
        O.MATCHED,
        "variant",
    ),
    Case("/59-hidden", html(credited(f'<span style="display:none">{CREDIT}</span>')), O.MATCHED, "hidden"),
    Case(
        "/60-addresses",
        html(within('<base href="//elsewhere.example/"><a href="\\\\x\\y"><a href="%zz"><a href="a\nb">')),
        O.MATCHED,
        "exact",
    ),
    Case("/62-frames", html('<frameset><frame src="/62-frame"></frameset>'), O.BLOCKED),
    Case("/62-twin", html(REPOST), O.MATCHED, "exact"),
)


def scripts() -> dict[str, Script]:
    """What the server does at each path."""
    return {case.path: case.script for case in CASES}
