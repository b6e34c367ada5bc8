"""Parts of an article read as one document."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checker.model import Document, Grade, Page, Zone
from checker.read.document import read
from checker.read.outlets import Reading
from checker.read.parts import join

PARAGRAPHS = (
    "昨天上午，北江市新建的水上图书馆正式对外开放，首日接待读者三千多人，最小的读者只有四岁。",
    "馆长说，书架可以随水位升降，读者在阅览室里能看到船从窗前经过，孩子们尤其喜欢靠窗的座位。",
    "按照计划，明年春天图书馆还要增加一条通往对岸小学的水上书船航线，每天往返六个班次。",
)


def part(number: int, of: int, reading: Reading, head: str = "", tail: str = "") -> Document:
    links = "".join(f'<a href="c_{n}.html">{n}</a> ' for n in range(1, of + 1) if n != number)
    html = (
        f"<meta charset=utf-8><title>水上图书馆开放</title><h1>水上图书馆开放</h1><div>2026-11-02 08:00 {head}</div>"
        f"<div class=text><p>{PARAGRAPHS[number - 1] * 3}</p><p>{tail}</p></div><div>{links}</div>"
        "<div class=footer>版权所有 北江网</div>"
    )
    captured = datetime(2026, 11, 3, tzinfo=UTC)
    return read(Page(f"https://news.example.cn/c_{number}.html", captured, html.encode()), reading)


def test_the_parts_of_an_article_read_on_without_a_break(reading: Reading) -> None:
    whole = join([part(number, 3, reading) for number in (1, 2, 3)])
    main = whole.text[slice(*whole.main)]
    assert [line for line in main.split("\n") if line.startswith(PARAGRAPHS)] == [each * 3 for each in PARAGRAPHS]
    assert "版权所有" not in main
    assert whole.joined == tuple(f"https://news.example.cn/c_{number}.html" for number in (1, 2, 3))
    assert (whole.part, whole.parts, whole.url) == (1, 3, whole.joined[0])


@pytest.mark.parametrize("where", [1, 2, 3])
def test_a_credit_on_any_part_is_the_credit_of_the_whole(reading: Reading, where: int) -> None:
    parts = [part(number, 3, reading, tail="来源：国际在线" if number == where else "") for number in (1, 2, 3)]
    whole = join(parts)
    assert (whole.credit.grade, whole.source) == (Grade.EXACT, "国际在线")
    assert whole.credit.span is not None
    assert whole.text[slice(*whole.credit.span)] == whole.credit.quote


def test_another_source_on_the_first_part_does_not_hide_ours_on_the_last(reading: Reading) -> None:
    parts = [part(1, 2, reading, head="来源：北江网"), part(2, 2, reading, tail="（来源：国际在线）")]
    assert join(parts).credit.grade is Grade.EXACT
    assert join(parts[:1]).credit.grade is Grade.OTHER


def test_every_span_points_to_the_same_words_as_before(reading: Reading) -> None:
    parts = [part(number, 3, reading, "来源：北江网", "（来源：海角网）") for number in (1, 2, 3)]
    whole = join(parts)
    seen = [credit for credit in whole.credits if credit.span]
    assert len(seen) == sum(len([credit for credit in each.credits if credit.span]) for each in parts) >= 6
    assert all(credit.span and whole.text[slice(*credit.span)] == credit.quote for credit in seen)
    assert {credit.zone for credit in seen} <= {Zone.HEAD, Zone.TAIL, Zone.BODY}


@given(st.lists(st.tuples(st.text(max_size=30), st.integers(0, 30), st.integers(0, 30)), min_size=1, max_size=4))
def test_no_character_is_lost(texts: list[tuple[str, int, int]]) -> None:
    parts = [
        Document(url=f"https://a.example/{at}", text=text, main=(min(a, b, len(text)), min(max(a, b), len(text))))
        for at, (text, a, b) in enumerate(texts)
    ]
    whole = join(parts)
    assert sorted(whole.text.replace("\n", "")) == sorted("".join(each.text for each in parts).replace("\n", ""))
    mains = [each.text[slice(*each.main)] for each in parts]
    assert whole.text[slice(*whole.main)] == parts[0].text[slice(*parts[0].main)] + "".join(f"\n{m}" for m in mains[1:])
    assert replace(whole, text="") == replace(join(parts), text="")
