"""What hides an element from a reader, and what only looks as if it did."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checker.read.chrome import Parts
from checker.read.styles import Sheets, blocks, declarations, parsed
from checker.read.tree import tree
from checker.read.visible import Sight
from checker.read.walk import lay_out


def seen(html: str) -> bool:
    return "来源" in lay_out(tree(html), Parts({})).text


def faint(html: str) -> str:
    layout = lay_out(tree(html), Parts({}))
    return layout.sight.faint(layout.runs[layout.run_at(layout.text.index("来源"))].tag)


@pytest.mark.parametrize(
    "style",
    [
        "display:none",
        "DISPLAY : NONE !important",
        "dis\\70lay:none",
        "color:red;display:/* no */none",
        "visibility:hidden",
        "visibility: collapse",
        "opacity:0",
        "opacity:.0",
        "opacity:0%",
        "font-size:0",
        "font-size:0px",
        "font:0/0 a",
        "position:absolute;left:-9999px",
        "position:fixed;top:-1000em",
        "text-indent:-999em",
        "margin-left:-5000px",
        "clip:rect(0 0 0 0)",
        "clip-path:inset(50%)",
        "transform:scale(0)",
        "transform:translateX(-9999px)",
        "height:0;overflow:hidden",
        "max-height:1px;overflow:hidden",
        "width:0;overflow:hidden",
    ],
)
def test_a_style_that_hides(style: str) -> None:
    assert not seen(f"<div style='{style}'><p>来源</p></div>")
    assert not seen(f"<style>.a .b {{ {style} }}</style><div class=a><p class=b><b>来源</b></p></div>")


def test_an_element_without_content_is_not_taken_for_the_one_that_ends() -> None:
    rule, first, credit = "<style>.a .b { display:none }</style>", "<p class=c>x<br class=a></p>", "<p class=b>来源</p>"
    assert not seen(f"{rule}<div class=a>{first}{credit}</div>")
    assert seen(f"{rule}<div class=a>{first}</div>{credit}")


@pytest.mark.parametrize(
    "style",
    [
        "display:block",
        "opacity:0.5",
        "opacity:0.05;opacity:1",
        "font-size:10px",
        "left:-9999px",
        "height:0",
        "position:absolute;left:-20px",
        "text-indent:-2em",
        "display:none;display:block",
        "overflow:hidden;height:400px",
        "visibility:visible",
        "clip:auto",
        "nonsense",
        "display:",
    ],
)
def test_a_style_that_does_not_hide(style: str) -> None:
    assert seen(f"<div style='{style}'><p>来源</p></div>")


@pytest.mark.parametrize(
    ("sheet", "shown"),
    [
        (".x{display:none}", False),
        (".y,.x{display:none}", False),
        ("#k{display:none}", False),
        ("p.x{display:none}", False),
        ("div.x{display:none}", True),
        (".w > .x{display:none}", False),
        ("body > .x{display:none}", True),
        (".v .x{display:none}", True),
        (".x{display:none}.x{display:block}", True),
        (".x{display:none}p.x{display:block}", True),
        ("#k{display:none}.x{display:block}", False),
        (".x{display:none!important}#k{display:block}", False),
        ("@media print{.x{display:none}}", True),
        ("@media (max-width:600px){.x{display:none}}", True),
        ("@media screen and (min-width:600px){.x{display:none}}", False),
        (".x:hover{display:none}", True),
        ("/* .x{display:none} */", True),
        ("@import url(a.css);.x{display:none}", False),
        (".x{display:none", True),
        ("}}}.x{display:none}", False),
        ("@keyframes k{from{opacity:0}}", True),
    ],
)
def test_rules_of_the_page(sheet: str, shown: bool) -> None:
    html = f"<style>{sheet}</style><div class=w><p class='x z' id=k>来源</p></div>"
    assert seen(html) is shown


@pytest.mark.parametrize(
    ("html", "shown"),
    [
        ("<div hidden>来源</div>", False),
        ("<div hidden=until-found>来源</div>", True),
        ("<div aria-hidden=true>来源</div>", True),
        ("<dialog>来源</dialog>", False),
        ("<dialog open>来源</dialog>", True),
        ("<details><summary>题</summary>来源</details>", True),
        ("<div style='visibility:hidden'><b style='visibility:visible'>来源</b></div>", True),
        ("<div style='font-size:0'><b style='font-size:14px'>来源</b></div>", True),
        ("<div style='font-size:0'><b class=t>来源</b></div>", False),
        ("<link rel=stylesheet href=a.css><div style='font-size:0'><b class=t>来源</b></div>", True),
        ("<div style='display:none'><b style='display:block'>来源</b></div>", False),
    ],
)
def test_what_is_inherited_and_what_is_not(html: str, shown: bool) -> None:
    assert seen(html) is shown


@pytest.mark.parametrize(
    ("html", "told"),
    [
        ("<p style='color:#fff'>来源</p>", True),
        ("<p style='color:white'>来源</p>", True),
        ("<p style='color:rgb(255,255,254)'>来源</p>", True),
        ("<p style='color:transparent'>来源</p>", True),
        ("<p style='color:rgba(0,0,0,0)'>来源</p>", True),
        ("<div style='background:#222'><p style='color:#222222'>来源</p></div>", True),
        ("<table><tr><td bgcolor=#eeeeee><font color=#eeeeee>来源</font></td></tr></table>", True),
        ("<style>.g{color:#fefefe}</style><p class=g>来源</p>", True),
        ("<p style='color:#999'>来源</p>", False),
        ("<p>来源</p>", False),
        ("<div style='background:#222'><p style='color:#fff'>来源</p></div>", False),
        ("<div style='background:url(dark.png)'><p style='color:#fff'>来源</p></div>", False),
        ("<div style='color:#fff'><p style='color:#333'>来源</p></div>", False),
        ("<p style='color:nonsense'>来源</p>", False),
    ],
)
def test_text_in_the_colour_of_its_background(html: str, told: bool) -> None:
    assert bool(faint(html)) is told


@pytest.mark.parametrize(
    ("html", "sure"),
    [
        ("<p style='color:#fff'>来源</p>", True),
        ("<link rel=stylesheet href=a.css><p style='color:#fff'>来源</p>", False),
        ("<link rel=stylesheet href=a.css><div style='background:#fff'><p style='color:#fff'>来源</p></div>", True),
        ("<link rel=stylesheet href=a.css><div style='background:#222'><p style='color:#222'>来源</p></div>", True),
        ("<link rel=stylesheet href=a.css><p style='color:transparent'>来源</p>", True),
    ],
)
def test_white_on_a_ground_that_is_painted_elsewhere_is_not_sure(html: str, sure: bool) -> None:
    assert ("only an outside sheet could paint" not in faint(html)) is sure


def test_selectors_that_say_more_are_left_out() -> None:
    assert not any(parsed(words).compounds for words in ("a[href] b", "p:not(.x)", "> p"))
    assert [c.tag for c in parsed("div > p.x").compounds] == ["div", "p"]


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="{};:.#x/*@media()! -0px'\"\\\n", max_size=80))
def test_any_sheet_can_be_read(css: str) -> None:
    for _, body in blocks(css):
        declarations(body)
    Sight(Sheets([css])).style(tree("<p class=x id=x>x</p>").all("p")[0])
