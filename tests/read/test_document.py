"""A whole page read: facts together, hostile markup, and mutated pages."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from checker.errors import PageError
from checker.model import Document, Grade
from checker.read.document import read
from checker.read.outlets import Reading
from tests.read.conftest import made_page
from tests.read.test_outlets import TEXT, article

PIECES = [b"", b"<", b">", b"</div>", b"<div hidden>", b"\x00", b"<!--", b"'", b"\xe6", b"<td>"]
PAGES = sorted((Path(__file__).parents[1] / "pages").glob("*.html"))


def test_facts_of_a_page(read_html: Callable[[str], Document]) -> None:
    html = (
        article("2026-03-02 08:15 来源：国际在线 责任编辑：李明", "head").replace(
            "<title>", "<link rel='canonical' href='/c.html'><title>"
        )
        + "<p><a href='http://far.example/'>远</a></p>"
    )
    found = read_html(html.replace(TEXT[1], f"<a href='b.html#x'>{TEXT[1]}</a>"))
    assert found.title == "青石渡口恢复夜航"
    assert found.canonical == "http://site.example/c.html"
    assert "http://site.example/2026/b.html#x" in found.links
    assert found.published is not None
    assert found.published.when.isoformat() == "2026-03-02"
    assert found.text[slice(*found.main)].startswith(TEXT[0])
    assert found.text[slice(*found.main)].endswith(TEXT[-1])


def test_copies_of_the_notice_are_marked(reading: Reading) -> None:
    notice = {"2": "凡本網註明「來源:國際在線」;未經書面授權;不得轉載、摘編、複製"}
    told = replace(reading, publisher=replace(reading.publisher, notice=notice))
    line = "凡本网注明“来源：国际在线”的稿件，未经书面授权，任何人不得转载、摘编、复制。"
    found = read(made_page(article(line, "tail").encode(), "text/html; charset=utf-8"), told)
    assert [found.text[slice(*span)] for span in found.notices] == [line]
    assert found.credit.grade is Grade.BOILERPLATE


def test_an_article_with_comments_keeps_to_itself(read_html: Callable[[str], Document]) -> None:
    words = "我每天都坐这条船，船员很客气，就是风大的时候有点冷，希望明年能装上暖气。"
    comment = f"<div class=c><b>网友</b><p>{words}</p></div>"
    found = read_html(article("来源：新华网", "head") + f"<div class='comment-list'>{comment * 12}</div>")
    assert found.text[slice(*found.main)] == "\n".join(TEXT)


@pytest.mark.parametrize(
    "html",
    [
        "",
        "<",
        "来源：国际在线",
        "<p>" * 3000 + "来源：国际在线",
        "<div class='related'>" * 3000 + "来源：国际在线",
        "<style>" + ".a .b .c{display:none}" * 2000 + "</style>" + "<div class='a b c'>" * 500 + "来源：国际在线",
        "<select>" + "<option>来源：国际在线" * 2000,
        "<p " + " ".join(f"a{n}=1" for n in range(5000)) + ">来源：国际在线",
        "来源" + "\u00a0" * 20_000 + "：国际在线",
        "（" * 5000 + "来源：国际在线",
        "来源：" * 4000,
        "国际在线" * 5000,
        "<!-- 来源：国际在线" + "-" * 5000,
        "<script>document.write('来源：国际在线')",
        "<table>" * 400 + "来源：国际在线",
        "\x00来源：\x00国际在线\x00",
        "<b><i>" * 1500 + "来源：国际在线",
    ],
)
def test_hostile_markup_is_data(html: str, read_html: Callable[[str], Document]) -> None:
    page = f"<html><body><h1>青石渡口恢复夜航</h1><p>{TEXT[0]}</p><p>{TEXT[1]}</p>{html}"
    found = read_html(page)
    assert 0 <= found.main[0] <= found.main[1] <= len(found.text)
    assert TEXT[0] in found.text


def test_undecodable_bytes_are_an_outcome(reading: Reading) -> None:
    with pytest.raises(PageError):
        read(made_page(bytes(range(128, 256)) * 40), reading)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_mutated_page_is_still_read(data: st.DataObject, reading: Reading) -> None:
    body = data.draw(st.sampled_from(PAGES)).read_bytes()
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(body)))
        cut = data.draw(st.integers(0, 200))
        put = data.draw(st.sampled_from(PIECES))
        body = body[:at] + put + body[at + cut :]
    try:
        found = read(made_page(body), reading)
    except PageError:
        return
    assert 0 <= found.main[0] <= found.main[1] <= len(found.text)
    for credit in found.credits:
        assert credit.span is None or found.text[slice(*credit.span)] == credit.quote
