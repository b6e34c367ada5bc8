"""The credit forms as data: every form reads its own examples, and a broken file is refused with its name."""

from collections.abc import Callable
from pathlib import Path

import pytest

from checker.errors import RulePackError
from checker.model import Document
from checker.read.outlets import FORMS, Form, Reading, load_reading
from checker.script import packed
from tests.read.conftest import PUBLISHER, RULES

TEXT = (
    "本月起，停航多年的青石渡口恢复夜间航班，沿江六个村子的居民晚上过江不必再绕行三十公里。",
    "渡口管理站站长陆成舟介绍，新渡船装有雷达和照明设备，一次可以载客八十人，末班船开到晚上十点半。",
    "家住北岸的菜农梁翠萍说，过去赶晚市要在南岸住一夜，如今卖完菜当晚就能回家，一年能省下不少住宿钱。",
    "管理站还在码头修了候船亭，配了饮水机和充电座。恢复夜航的第一周，平均每晚有四百多人乘船过江。",
    "当地交通部门表示，将根据客流情况增加班次，并计划在明年春天把航线延长到下游的白鹭洲。",
)


def article(line: str, place: str) -> str:
    """Return an article with a line of markup at its head or its tail."""
    head, tail = (line, "") if place == "head" else ("", f"<p>{line}</p>")
    body = "".join(f"<p>{paragraph}</p>" for paragraph in TEXT)
    return (
        "<html><head><title>青石渡口恢复夜航_望江新闻网</title></head><body><div><a href='/'>首页</a></div>"
        f"<h1>青石渡口恢复夜航</h1><div>{head}</div><div>{body}{tail}</div><div>望江新闻网 版权所有</div></body></html>"
    )


def forms() -> tuple[Form, ...]:
    return load_reading(RULES / "credits.toml", PUBLISHER).forms


PASSING = [(form.name, form.place, line, outlet) for form in forms() for line, outlet in form.passing]
FAILING = [(form.name, form.place, line) for form in forms() for line in form.failing]


def test_every_form_carries_examples() -> None:
    assert {form.name for form in forms()} == set(FORMS)
    assert all(form.passing or form.failing for form in forms())


@pytest.mark.parametrize(("form", "place", "line", "outlet"), PASSING)
def test_the_outlet_of_a_passing_example_is_read(
    form: str, place: str, line: str, outlet: str, read_html: Callable[[str], Document]
) -> None:
    assert read_html(article(line, place)).source == outlet


@pytest.mark.parametrize(("form", "place", "line"), FAILING)
def test_no_source_is_read_from_a_failing_example(
    form: str, place: str, line: str, read_html: Callable[[str], Document]
) -> None:
    assert read_html(article(line, place)).source is None


@pytest.mark.parametrize(
    ("name", "is_outlet"),
    [
        ("新华社", True),
        ("云岭日报", True),
        ("香港電台-財經", True),
        ("國際在線", True),
        ("溪口县融媒体中心", True),
        ("举报", False),
        ("互联网", False),
        ("听新闻", False),
        ("李明", False),
        ("", False),
    ],
)
def test_bare_names_that_are_outlets(name: str, is_outlet: bool, reading: Reading) -> None:
    assert reading.outlet(name) is is_outlet


@pytest.mark.parametrize("broken", ["", "schema = ", "[[form]]\nname = 'label'\n", "form = 3", "\x00"])
def test_a_broken_file_is_refused_with_its_name(broken: str, tmp_path: Path) -> None:
    path = tmp_path / "credits.toml"
    path.write_text(broken, encoding="utf-8")
    with pytest.raises(RulePackError, match=r"credits\.toml:(\d+:)? (expected|not valid TOML)"):
        load_reading(path, PUBLISHER)


def test_an_unknown_form_is_refused(tmp_path: Path) -> None:
    text = (RULES / "credits.toml").read_text(encoding="utf-8").replace('name = "bracket"', 'name = "bracked"')
    path = tmp_path / "credits.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(RulePackError, match="bracked"):
        load_reading(path, PUBLISHER)


def test_names_are_compared_in_one_script(reading: Reading) -> None:
    assert packed("國際在線") == packed("国际在线") == packed("國 際 在 線") in reading.names.exact
