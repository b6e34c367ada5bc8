"""Titles over articles, former titles, and who signs."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checker.read.headline import Headline, Signature, headline, signature
from checker.read.tree import tree

TITLE = "北江水上图书馆开放首日接待三千读者"
BODY = (
    "昨天上午，北江市新建的水上图书馆正式对外开放，首日接待读者三千多人。\n"
    "馆长说，书架可以随水位升降，读者在阅览室里能看到船从窗前经过，孩子们尤其喜欢靠窗的座位。"
)


def laid_out(before: str, after: str = "") -> tuple[str, tuple[int, int]]:
    text = f"{before}\n{BODY}\n{after}"
    return text, (len(before) + 1, len(before) + 1 + len(BODY))


@pytest.mark.parametrize(
    ("title", "before"),
    [
        (f"{TITLE}_北江新闻网", f"新闻中心\n{TITLE}\n2026-11-02 08:30 来源：国际在线"),
        (f"{TITLE}|水上图书馆|北江市_北江新闻网", f"北江新闻网\n{TITLE}\n{TITLE}\n2026-11-02"),
        (f"{TITLE}-北江新闻网", f"首页 > 新闻 > 正文\n{TITLE}\n作者：林知远"),
        (f"{TITLE}--文化--北江网", f"文化\n{TITLE}\n"),
        (f"北江新闻网 - {TITLE}", f"北江新闻网\n{TITLE}\n2026-11-02"),
        (TITLE, f"{TITLE} 2026-11-02 来源：国际在线"),
        (TITLE, f"{TITLE}\n分享到："),
        (f"{TITLE[:12]}..._北江新闻网", f"{TITLE}\n2026-11-02"),
        (f"{TITLE[:12]}…", f"{TITLE}\n2026-11-02"),
        (f"{TITLE}_北江新闻网", "北江水上图书馆开放\n首日接待三千读者\n2026-11-02"),
        (f"{TITLE}_文化频道_北江新闻网", f"{TITLE}_文化频道_北江新闻网\n首页\n"),
        (f"{TITLE}_北江新闻网", "图片\n2026-11-02"),
        ("北江水上圖書館開放首日接待三千讀者 - 北江網", f"{TITLE}\n2026-11-02"),
    ],
)
def test_the_title_is_what_page_and_metadata_agree_on(title: str, before: str) -> None:
    markup = tree(f"<title>{title}</title><h1>新闻中心</h1>")
    text, main = laid_out(before)
    assert headline(markup, text, main).title.replace(" ", "") in {TITLE, TITLE[:12] + "...", TITLE[:12] + "…"}
    if "…" not in title and "..." not in title:
        assert headline(markup, text, main).title.replace(" ", "") == TITLE


def test_without_a_telling_title_the_heading_above_the_text_counts() -> None:
    markup = tree(f"<title>北江网</title><h1>北江网</h1><h1>{TITLE}</h1>")
    text, main = laid_out(f"北江网\n{TITLE}\n2026-11-02")
    assert headline(markup, text, main).title == TITLE
    assert headline(tree(""), BODY, (0, len(BODY))) == Headline()


def test_a_comment_inside_a_heading_is_none_of_its_words() -> None:
    markup = tree(f"<title>北江网</title><h1>{TITLE}<!-- 编号 318 --></h1>")
    text, main = laid_out(f"北江网\n{TITLE}\n2026-11-02")
    assert headline(markup, text, main).title == TITLE


def test_og_title_counts_as_metadata() -> None:
    markup = tree(f'<head><title>北江网</title><meta property="og:title" content="{TITLE}"></head>')
    text, main = laid_out("导航\n2026-11-02")
    assert headline(markup, text, main).title == TITLE


@pytest.mark.parametrize(
    "line",
    [
        "原标题：老码头来了新邻居",
        "（原标题：老码头来了新邻居）",
        "(原标题:《老码头来了新邻居》)责任编辑：林知远",
        "原標題： 老码头来了新邻居",
        "【原标题】：老码头来了新邻居".replace("【原标题】", "原标题"),
    ],
)
def test_the_original_title_stands_before_or_behind_the_text(line: str) -> None:
    markup = tree("")
    for before, after in ((line, ""), ("导航", line)):
        text, main = laid_out(before, after)
        assert headline(markup, text, main).original_title == "老码头来了新邻居"


@pytest.mark.parametrize(
    ("line", "authors", "editor"),
    [
        ("作者：林知远", ("林知远",), ""),
        ("作者:林知远来源:国际在线", ("林知远",), ""),
        ("记者：林知远、王小舟 2026-11-02", ("林知远", "王小舟"), ""),
        ("（记者 林知远 王小舟）", ("林知远", "王小舟"), ""),
        ("（本报记者林知远 通讯员 王小舟）", ("林知远",), ""),
        ("国际在线报道（记者 林知远）：", ("林知远",), ""),
        ("國際在線消息（記者 林知遠）：", ("林知遠",), ""),
        ("北江报记者 林知远 报道", ("林知远",), ""),
        ("本报记者林知远摄", ("林知远",), ""),
        ("(文 林知远 编辑 王小舟)", ("林知远",), "王小舟"),
        ("（文林知远王小舟来源：国际在线）", ("林知远", "王小舟"), ""),
        ("文/林知远 图/王小舟", ("林知远",), ""),
        ("文 | 林知远", ("林知远",), ""),
        ("撰文丨林知远", ("林知远",), ""),
        ("作者：阿卜杜拉·买买提 字号", ("阿卜杜拉·买买提",), ""),
        ("作者：John Smith", ("John Smith",), ""),
        ("责任编辑：王小舟", (), "王小舟"),
        ("（责任编辑：王小舟_NB1201）", (), "王小舟"),
        ("責任編輯：王小舟", (), "王小舟"),
        ("【编辑:王小舟】", (), "王小舟"),
        ("责编：王小舟、林知远", (), "王小舟"),
        ("编辑：林知远 责编：王小舟 校对：李小帆", (), "王小舟"),
        ("编辑/王小舟", (), "王小舟"),
        ("作者：本报综合", (), ""),
        ("来源：国际在线 作者：佚名", (), ""),
        ("责任编辑：管理员", (), ""),
        ("记者从市文旅局获悉，图书馆全年开放。", (), ""),
        ("记者不能排除这一可能", (), ""),
        ("据记者了解，书架由本地工厂制造。", (), ""),
        ("这篇文章说明了很多问题", (), ""),
        ("武宏文：亲力亲为", (), ""),
        ("编辑部声明：转载请注明出处", (), ""),
    ],
)
def test_who_signs_an_article(line: str, authors: tuple[str, ...], editor: str) -> None:
    text, main = laid_out("导航", line)
    assert signature(text, main) == Signature(authors, editor)


def test_who_is_named_in_the_midst_of_a_story_signs_nothing() -> None:
    story = f"{BODY * 12}\n图为记者李小帆摄\n{BODY * 12}"
    text = f"标题\n作者：林知远\n{story}\n责任编辑：王小舟"
    assert signature(text, (11, 11 + len(story))) == Signature(("林知远",), "王小舟")


@settings(max_examples=100, deadline=None)
@given(
    st.text(alphabet="记者文作编辑责任：:/| （）()、，林知远王小舟\n来源\u200b\0原标题《》", max_size=200),
    st.integers(0, 200),
    st.integers(0, 200),
)
def test_any_text_has_a_headline_and_a_signature(text: str, start: int, end: int) -> None:
    main = (min(start, end, len(text)), min(max(start, end), len(text)))
    found = signature(text, main)
    assert all(name in text for name in (*found.authors, found.editor))
    headline(tree(f"<title>{text}</title>"), text, main)
