"""The rendered report: the same facts in every shape, and nothing hostile gets through."""

import html
import re
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest
from bs4 import BeautifulSoup
from openpyxl import load_workbook

from checker.keep.store import Store
from checker.model import LANGUAGES
from checker.report.counts import Scope
from checker.report.figures import Figures
from checker.report.gather import gather
from checker.report.period import Period, parse
from checker.report.phrases import unlinked
from checker.report.weekly import page, render
from checker.report.workbook import report_workbook
from tests.report.world import MONDAY, ZONE, World, at

WEEK = parse("2026-W47", ZONE)
APPROVED = Path(__file__).parent / "approved"
SCANNED = {"clean": 98, "timeout": 2}
HOSTILE = "<script>alert('&')</script> https://evil.example/x\nBcc: all@evil.example \u202e 🪁 {{ 7*7 }}"


def gathered(world: World, period: Period = WEEK) -> Figures:
    return gather(world.connection, period, made=period.end + timedelta(hours=9))


def words_of(markup: str) -> str:
    soup = BeautifulSoup(markup, "lxml")
    for element in soup(["style", "title", "desc"]):
        element.decompose()
    return re.sub(r"\s+", " ", soup.get_text(" "))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("view", ["full", "management"])
def test_the_report_is_as_approved(figures: Figures, language: str, view: str) -> None:
    """`python -m tests.report.approve` writes the copies anew, to be read before they are committed."""
    rendered = render(figures, language, view)  # type: ignore[arg-type]
    assert rendered.text == (APPROVED / f"{language}.{view}.txt").read_text(encoding="utf-8")
    if view == "full":
        assert rendered.html == (APPROVED / f"{language}.mail.html").read_text(encoding="utf-8")
        assert page(figures, language) == (APPROVED / f"{language}.report.html").read_text(encoding="utf-8")


def test_the_workbook_is_as_approved(store: Store, figures: Figures) -> None:
    with store.reading() as connection:
        book = report_workbook(Scope(connection), figures, "zh-Hant", "full")
        again = report_workbook(Scope(connection), figures, "zh-Hant", "full")
    assert book == again
    assert in_lines(book.content) == (APPROVED / "zh-Hant.xlsx.txt").read_text(encoding="utf-8")


def in_lines(content: bytes) -> str:
    """A workbook as text: each sheet, each row, cells parted by bars."""
    lines = []
    for sheet in load_workbook(BytesIO(content)).worksheets:
        lines.append(f"## {sheet.title}")
        rows = sheet.iter_rows(values_only=True)
        lines += [" | ".join("" if cell is None else str(cell).replace("\n", " / ") for cell in row) for row in rows]
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_plain_text_says_what_the_html_says(figures: Figures, language: str) -> None:
    rendered = render(figures, language)
    told, shown = set(re.findall(r"\d[\d,.]*", rendered.text)), set(re.findall(r"\d[\d,.]*", words_of(rendered.html)))
    assert shown == told
    for line in rendered.text.splitlines():
        if line.startswith("## "):
            assert line[3:] in words_of(rendered.html)


@pytest.mark.parametrize("language", LANGUAGES)
def test_mail_and_page_show_the_comparison(figures: Figures, language: str) -> None:
    for told in (render(figures, language).html, render(figures, language).text, page(figures, language)):
        assert "▼" in told
        assert "54.5%" in told  # the week before
        assert "51.8%" in told  # the mean of eight


def test_the_subject_has_period_full_dates_and_totals(figures: Figures) -> None:
    assert render(figures, "zh-Hant").subject == (
        "[轉載合規週報] 2026-W47（11/16–11/22） 新增確認2 · 署名率50.0%（−4.5pp） · 待決93"
    )


def test_a_quiet_week_says_so(world: World) -> None:
    world.run(at(-6), SCANNED)
    world.run(at(2), SCANNED)
    told = render(gathered(world), "zh-Hant").text
    assert "11月16日至22日沒有新的疑似違規，也沒有新增確認；發現轉載 0 篇次，掃描覆蓋 98%。" in told
    assert "本期沒有等待決定的事項。" in told
    assert "前一週 0" in told


def test_a_first_week_says_that_nothing_is_compared(world: World) -> None:
    world.run(at(2), SCANNED)
    told = render(gathered(world), "en").text
    assert "There is no earlier scan to compare with" in told
    assert "▲" not in told
    assert "week before —" in told


def test_a_broken_week_says_so_before_any_number(world: World) -> None:
    world.run(at(-6), SCANNED)
    world.run(at(2), {"clean": 41, "blocked": 59})
    rendered = render(gathered(world), "zh-Hant")
    assert rendered.text.splitlines()[3] == "11月16日至22日掃描覆蓋僅 41%，以下數字不可與前期比較。"
    assert "覆蓋不足" in rendered.subject
    assert "▼" not in rendered.text


def test_an_unscanned_week_shows_dashes_and_no_zero(world: World) -> None:
    told = render(gathered(world), "zh-Hant")
    assert "沒有完成掃描" in told.text
    assert "\n轉載量    —\n" in told.text
    assert "本期無掃描" in told.subject
    assert "\n轉載量    0" not in told.text


def test_a_running_scan_is_told(world: World) -> None:
    world.run(at(2), SCANNED, state="running")
    assert "本期掃描尚未完成" in render(gathered(world), "zh-Hant").text


def test_a_week_that_is_not_over_says_so_and_is_not_compared(world: World) -> None:
    world.run(at(-6), SCANNED)
    world.run(at(2), SCANNED)
    told = render(gather(world.connection, WEEK, made=at(3)), "zh-Hant").text
    assert "本期到2026年11月22日才結束" in told
    assert "前一週 —" in told
    assert "▲" not in told


def test_a_week_over_new_year_shows_both_years(world: World) -> None:
    told = render(gathered(world, parse("2026-W53", ZONE)), "zh-Hant")
    assert "2026-W53 · 2026年12月28日至2027年1月3日" in told.text
    assert "2026-W53（12/28–1/3）" in told.subject


@pytest.mark.parametrize("language", LANGUAGES)
def test_hostile_names_are_only_words(world: World, language: str) -> None:
    run = world.run(at(1), SCANNED)
    for number in range(3):
        world.case(
            "cri-2",
            f"https://evil.example/{number}",
            at(2),
            run=run,
            operator=HOSTILE,
            page_title=HOSTILE,
            organisation=HOSTILE,
        )
    figures = gathered(world)
    rendered = render(figures, language)
    for markup in (rendered.html, page(figures, language)):
        soup = BeautifulSoup(markup, "lxml")
        assert not soup.find("script")
        assert not [link["href"] for link in soup.find_all("a") if not str(link["href"]).startswith("#")]
        assert "evil.example" not in html.unescape(markup)
        assert "Kites & Lanterns <春日>" in soup.get_text()
        assert "{{ 7*7 }}" in soup.get_text()
        assert "\u202e" not in markup
    assert "evil[.]example" in rendered.text
    assert "evil.example" not in rendered.text
    assert "\n" not in rendered.subject


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("價格3.5萬元。A股 v2.0.1", "價格3.5萬元。A股 v2.0.1"),
        ("www.a-b.example.com/x", "www[.]a-b[.]example[.]com/x"),
        ("http://例子.中国/", "http[:]//例子[.]中国/"),
        ("192.0.2.1 和 1.22.333.4", "192[.]0[.]2[.]1 和 1[.]22[.]333[.]4"),
        ("a@b.example", "a[@]b[.]example"),
        ("一\u202e二\x00\n三", "一 二 三"),
    ],
)
def test_names_that_look_like_links_are_broken_up(text: str, shown: str) -> None:
    assert unlinked(text) == shown


def test_only_case_pages_are_linked(figures: Figures) -> None:
    markup = render(figures, "zh-Hant", links="https://checker.intranet.example/cases/{case}").html
    links = {str(link["href"]) for link in BeautifulSoup(markup, "lxml").find_all("a")}
    assert links
    assert all(re.fullmatch(r"https://checker\.intranet\.example/cases/[0-9a-f]{16}", link) for link in links)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_management_view_has_no_names_and_addresses(store: Store, figures: Figures, language: str) -> None:
    rendered = render(figures, language, "management", links="https://checker.intranet.example/cases/{case}")
    with store.reading() as connection:
        book = in_lines(report_workbook(Scope(connection), figures, language, "management").content)
    for told in (rendered.text, rendered.html, page(figures, language, "management"), book):
        assert not re.search(r"河邊|港口日報|橋頭|草原閱讀|山路|ICP备|hebian|qiaotou|LIC-A|intranet", told)
    assert rendered.subject == render(figures, language).subject


@pytest.mark.parametrize("language", LANGUAGES)
def test_suspicion_is_never_called_infringement(figures: Figures, language: str) -> None:
    unconfirmed = replace(figures, now=replace(figures.now, confirmed=0))
    rendered = render(unconfirmed, language)
    assert not re.search("侵權|侵权|infring", rendered.html + rendered.text + page(unconfirmed, language))


def test_four_thousand_findings_are_one_short_mail(world: World) -> None:
    run = world.run(at(1), SCANNED)
    for number in range(4000):
        world.case("cri-1", f"https://s{number % 90}.example/{number}", at(1 + number % 7, 3), run=run)
    figures = gathered(world)
    rendered = render(figures, "zh-Hant")
    assert figures.new.total == 4000
    assert "另有 3,995 條，詳見附件。" in rendered.text
    assert len(rendered.html.encode()) < 100_000  # Gmail cuts a mail off at 102 KB
    book = report_workbook(Scope(world.connection), figures, "zh-Hant", "full")
    with ZipFile(BytesIO(book.content)) as parts:
        assert parts.read("xl/worksheets/sheet3.xml").count(b"<row ") == 4001
    assert book.cut == 0


def test_a_day_report_is_called_so(world: World) -> None:
    world.run(at(2, 1), SCANNED)
    world.case("cri-1", "https://a.example/", at(2), run=1)
    rendered = render(gathered(world, parse("2026-11-17", ZONE)), "zh-Hant")
    assert rendered.subject.startswith("[轉載合規日報] 2026-11-17（11/17）")
    assert "2026年11月17日（週二）" in rendered.text
    assert "每日轉載" not in rendered.text


def test_a_correction_names_what_changed(figures: Figures) -> None:
    changed = replace(figures, changed=(("reposts", 17, 18), ("hours", None, 120.0)))
    rendered = render(changed, "zh-Hant", edition=1)
    assert rendered.subject.startswith("[更正 轉載合規週報]")
    assert "本報告更正先前寄出的第 1 版。變動如下：" in rendered.text
    assert "原先寄出 17 · 更正為 18" in rendered.text


def test_every_chart_has_words(figures: Figures) -> None:
    soup = BeautifulSoup(page(figures, "zh-Hant"), "lxml")
    drawings = [drawing for drawing in soup.find_all("svg") if not drawing.get("aria-hidden")]
    told = [str(drawing.find("desc").get_text()) for drawing in drawings]
    assert len(told) == 4  # reposts, credit rate, credit grades, time to correction
    assert [text for text in told if "2026-W47：18" in text]
    assert [text for text in told if "2026-W47：50.0%" in text]
    assert [text for text in told if "規範署名：7 · 38.9%" in text]
    for drawing in soup.find_all("svg", attrs={"aria-hidden": "true"}):
        assert drawing.find_parent(["td", "figure", "p"]).get_text(strip=True)
    assert not soup.find("img")
    assert not soup.find("script")


def test_the_mail_needs_no_image_font_or_network(figures: Figures) -> None:
    markup = render(figures, "zh-Hant").html
    soup = BeautifulSoup(markup, "lxml")
    assert not soup.find_all(["img", "script", "link", "iframe", "form"])
    assert "url(" not in markup
    assert "prefers-color-scheme: dark" in markup
    sheet = soup.select_one("table.sheet")
    assert sheet is not None
    assert sheet["width"] == "600"
    assert "max-width: 600px" in str(sheet["style"])


def test_made_is_told_by_the_clock_of_the_workspace(figures: Figures) -> None:
    assert "2026-11-23 09:30 UTC+8" in render(figures, "zh-Hant").text
    assert figures.made == MONDAY
