"""The screen: what can be looked up, what is no page, what says no, and text in hiding."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checker.errors import PageError, RulePackError
from checker.model import Page, PageOutcome
from checker.read.refusal import Refusals, load_refusals
from checker.read.screen import screen

ARTICLE = (
    "<p>本报讯（记者 林知远）昨天上午，北江市新建的水上图书馆正式对外开放，首日接待读者三千多人。</p>"
    "<p>馆长说，这里的书架都可以随水位升降，读者在阅览室里能看到船从窗前经过，孩子们尤其喜欢靠窗的座位。</p>"
    "<p>市民们认为，这样的公共空间为城市生活增加了新的内容，也让老码头重新热闹起来。</p>"
)
WORDS = "北江市新建的水上图书馆正式对外开放"


@pytest.fixture(scope="module")
def refusals() -> Refusals:
    return load_refusals(Path(__file__).parents[2] / "rules" / "refusals.toml")


def page(body: str | bytes, content_type: str = "text/html", status: int = 200) -> Page:
    return Page(
        url="http://example.org/",
        captured=datetime(2026, 11, 2, tzinfo=UTC),
        body=body if isinstance(body, bytes) else body.encode(),
        status=status,
        headers=(("Content-Type", content_type),),
    )


def said(answer: Page, refusals: Refusals) -> str:
    """The outcome the screen gives a page: `fine`, or the outcome of its error."""
    try:
        screen(answer, refusals)
    except PageError as error:
        return error.outcome.value if error.reason else "no reason"
    return "fine"


def test_an_ordinary_page_is_not_parsed(refusals: Refusals) -> None:
    source = f"<html><title>水上图书馆开放_北江新闻网</title><body>{ARTICLE}</body></html>"
    screened = screen(page(source), refusals)
    assert (screened.text, screened.charset, screened.parsed) == (source, "utf-8", False)


@pytest.mark.parametrize(
    "hidden",
    [
        "".join(f"&#{ord(char)};" for char in WORDS * 2),
        "".join(f"&#x{ord(char):x};" for char in WORDS * 2),
        "".join(f"&#X{ord(char):04X}" for char in WORDS * 2),
        "<script>window.__DATA__={text:'" + "".join(f"\\u{ord(char):04x}" for char in WORDS * 15) + "'}</script>",
        "<script>var text='" + "".join(f"\\\\u{ord(char):04X}" for char in WORDS * 15) + "'</script>",
    ],
    ids=["decimal", "hexadecimal", "no semicolon", "json", "json in json"],
)
def test_text_in_references_and_escapes_comes_out(hidden: str, refusals: Refusals) -> None:
    screened = screen(page(f"<body><div id=app></div>{hidden}</body>"), refusals)
    assert screened.parsed
    assert WORDS in screened.text.replace("\\", "")


HIDES = (str, lambda char: f"&#{ord(char)};", lambda char: f"&#x{ord(char):x};", lambda char: f"\\u{ord(char):04x}")


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF), st.sampled_from(HIDES)),
        min_size=120,
        max_size=300,
    )
)
def test_however_each_character_is_written_the_text_is_the_same(chars: list[tuple[str, Callable[[str], str]]]) -> None:
    plenty = [(char, HIDES[1 + index % 3]) if index < 60 else (char, hide) for index, (char, hide) in enumerate(chars)]
    source = "<p>" + "".join(hide(char) for char, hide in plenty) + "</p>"
    assert screen(page(source)).text == "<p>" + "".join(char for char, _ in chars) + "</p>"


def test_escaped_surrogates_become_characters_or_nothing() -> None:
    screened = screen(page("\\u4e2d" * 30 + "\\ud842\\udfb7 \\ud842 \\udfb7\\u56fd"))
    assert "𠮷" in screened.text
    screened.text.encode("utf-8")


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"", "text/html"),
        (b" \r\n\t\0", "text/html"),
        (b"%PDF-1.7 ...", "text/html; charset=gb2312"),
        (b"PK\x03\x04....", "text/html"),
        (b"\x89PNG\r\n\x1a\n....", "text/html"),
        (b"\xff\xd8\xff\xe0....", "image/jpeg"),
        (b"RIFF....WEBPVP8 ", "text/html"),
        (b"\0\0\0\x18ftypmp42", "text/html"),
        (b"body { color: red }", "text/css"),
        (b'{"title": 1}', "application/json"),
        (b"var a = 1;", "application/javascript"),
    ],
)
def test_what_is_no_page(body: bytes, content_type: str, refusals: Refusals) -> None:
    assert said(page(body, content_type), refusals) == "not_html"


@pytest.mark.parametrize(
    "content_type", ["image/jpeg", "application/octet-stream", "application/pdf", "", "text/plain"]
)
def test_html_is_looked_at_whatever_its_label(content_type: str, refusals: Refusals) -> None:
    assert said(page(f"\r\n<html><body>{ARTICLE}", content_type), refusals) == "fine"


def test_the_outcome_of_getting_a_page_stands(refusals: Refusals) -> None:
    denied = Page(
        "http://example.org/", datetime(2026, 11, 2, tzinfo=UTC), outcome=PageOutcome.ROBOTS_DENIED, reason="rule 3"
    )
    assert said(denied, refusals) == "robots_denied"
    assert said(page(f"<body>{ARTICLE}", status=503), refusals) == "http_error"
    assert said(page(b"\x80\xff" * 900), refusals) == "undecodable"


@pytest.mark.parametrize(
    ("source", "outcome"),
    [
        ("<title>安全验证</title><body>请完成下方拼图</body>", "blocked"),
        ("<title>Just a moment...</title><script src=/x.js></script>", "blocked"),
        ("<title>请稍候</title><body><div class=slider></div>", "blocked"),
        ("<body><h3>您的访问过于频繁，请稍后再试</h3></body>", "blocked"),
        ("<body><h3>您的訪問過於頻繁 ，請稍後再試</h3></body>", "blocked"),
        ("<body>很抱歉，由于您访问的URL有可能对网站造成安全威胁，您的访问被阻断。</body>", "blocked"),
        ("<title>网站防火墙</title><p>您的请求带有不合法参数，已被网站管理员设置拦截！</p>", "blocked"),
        ("<p>请登录后查看全文</p><form><input name=user></form>", "blocked"),
        ("<script>document.cookie='__jsl_clearance=1'</script>", "blocked"),
        ('<div id="app"></div><script src="/app.8d1.js"></script>', "blocked"),
        ('<frameset cols="20%,80%"><frame src="menu.html"><frame src="text.html"></frameset>', "blocked"),
        (
            "<noscript>We're sorry but it doesn't work properly. Please enable JavaScript</noscript><div id=app></div>",
            "blocked",
        ),
        ("<title>404 Not Found</title><center><h1>404 Not Found</h1></center>", "http_error"),
        (f"<title>页面不存在 - 北江新闻网</title>{ARTICLE * 30}", "http_error"),
        ("<title>北江新闻网</title><p>抱歉，您访问的页面不存在或已删除！</p><a href=/>返回首页</a>", "http_error"),
        ("<p>該內容已被發佈者刪除</p>", "http_error"),
        ("<title>502 Bad Gateway</title>", "http_error"),
    ],
)
def test_pages_that_say_no(source: str, outcome: str, refusals: Refusals) -> None:
    assert said(page(source), refusals) == outcome
    assert said(page(source.encode("gb18030")), refusals) == outcome


@pytest.mark.parametrize(
    "source",
    [
        f"<title>为何总要请输入验证码_北江新闻网</title>{ARTICLE * 4}<p>系统提示“请输入验证码”“您的访问过于频繁”。</p>",
        f"<title>“页面不存在”背后的故事</title>{ARTICLE * 4}<p>点开链接，屏幕上写着：您访问的页面不存在。</p>",
        f"<title>404教室的灯光</title><body>{ARTICLE}</body>",
        "<title>Beijiang opens a library on the water</title><p>"
        + "The library opened yesterday to three thousand readers. " * 8,
        '<div id="root"></div><script>window.__DATA__={"content":"%s"}</script>' % (ARTICLE * 3),
        f"<div>{ARTICLE}</div><div>您需要登录后才可以回帖 <a>登录</a> | <a>立即注册</a></div>",
        f"<title>验证码_北江百科</title>{ARTICLE * 4}",
        f"<div>请登录 注册</div>{ARTICLE}{ARTICLE}<script>if(x)alert('请先登录')</script>",
    ],
    ids=[
        "captcha in the news",
        "404 in the news",
        "a room called 404",
        "english",
        "text in a script",
        "forum",
        "encyclopedia",
        "login box",
    ],
)
def test_articles_that_merely_talk_about_it_pass(source: str, refusals: Refusals) -> None:
    assert said(page(source), refusals) == "fine"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[[refusal]]\nkind = 1", "refusal.0.kind"),
        ("[[refusal]]\nkind = 'x'\noutcome = 'gone'", "refusal.0.outcome"),
        ("[[refusal]]\nkind = 'x'\nwrods = []", "refusal.0.wrods"),
        ("[refusal", "not valid TOML"),
    ],
)
def test_a_broken_list_of_wordings_is_named(text: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "refusals.toml").write_text(text, encoding="utf-8")
    with pytest.raises(RulePackError, match=message):
        load_refusals(tmp_path / "refusals.toml")
