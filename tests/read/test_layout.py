"""A page laid out: the visible text in reading order, its lines, its runs, and what stands beside it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checker.read.chrome import Parts
from checker.read.layout import Layout, path
from checker.read.tree import tree
from checker.read.walk import lay_out

PARTS = Parts({"nav": "nav", "<nav>": "nav", "related": "related", "friendlink": "friend"})


def laid(html: str) -> Layout:
    return lay_out(tree(html), PARTS)


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>一</p><p>二</p>", "一\n二"),
        ("<p>来源：<a href='#'>国际</a><b>在线</b></p>", "来源：国际在线"),
        ("<p>来源：\n   国际在线 </p>", "来源： 国际在线"),
        ("<span>来源</span> <span>新华网</span>", "来源 新华网"),
        ("一<br>二<br/>三", "一\n二\n三"),
        ("<table><tr><td>来源</td><td>新华网</td></tr><tr><td>三</td></tr></table>", "来源 新华网\n三"),
        ("<ul><li>一</li><li>二</li></ul>", "一\n二"),
        ("<dl><dt>来源</dt><dd>新华网</dd></dl>", "来源\n新华网"),
        ("<pre>一\n二  三</pre>", "一\n二 三"),
        ("<div>一<div>二</div>三</div>", "一\n二\n三"),
        ("<p>a&nbsp;b</p>", "a\u00a0b"),
        ("<p>国\u200b际</p>", "国\u200b际"),
        ("<p>一<!-- 注 -->二</p>", "一二"),
        ("<title>题</title><p>文</p>", "文"),
        ("<p>一<script>写</script>二</p>", "一二"),
        ("<textarea>输入</textarea>", "输入"),
        ("<svg><title>题</title><text>画</text></svg>文", "画文"),
        ("<select><option>甲</option><option>乙</option></select>", "甲\n乙"),
        ("", ""),
    ],
)
def test_visible_text(html: str, text: str) -> None:
    assert laid(html).text == text


def test_runs_know_their_elements() -> None:
    layout = laid("<div id='m'><p class='src a'>来源：<a href='http://x.example/'>国际在线</a></p></div>")
    assert [layout.text[run.start : run.end] for run in layout.runs] == ["来源：", "国际在线"]
    assert layout.path(3) == "a<p.src.a<div#m<body<html"
    assert layout.links == ((3, "http://x.example/"),)


def test_parts_of_the_page_are_told_by_class_id_role_and_name() -> None:
    layout = laid("<nav>一</nav><div class='topNav'>二</div><ul id='friend-link'>三</ul><p class='navigate'>四</p>")
    kinds = [run.frame.chrome.kind if run.frame.chrome else "" for run in layout.runs]
    assert kinds == ["nav", "nav", "friend", ""]


def test_facts_of_the_head_are_kept() -> None:
    layout = laid(
        "<head><title>题 目</title><meta name='Source' content=' 新华网 '><link rel='canonical' href='/a.html'>"
        "<base href='http://b.example/'></head><body><h1>标题</h1><input type=hidden name=source value=甲></body>"
    )
    assert (layout.title, layout.canonical, layout.base) == ("题 目", "/a.html", "http://b.example/")
    assert layout.metas == (("source", "新华网"), ("input source", "甲"))
    assert [layout.text[slice(*span)] for span in layout.headings] == ["标题"]


def test_unseen_text_is_kept_with_its_reason() -> None:
    layout = laid("<p>见</p><noscript><p>一</p><p>二</p></noscript><!-- 注 --><template>三</template>")
    assert [(unseen.reason.split(":")[0], unseen.text.strip()) for unseen in layout.unseen] == [
        ("noscript", "一\n\n二"),
        ("an HTML comment", "注"),
        ("a template", "三"),
    ]


def test_deep_nesting_costs_no_recursion() -> None:
    layout = laid("<div class=nav>" * 20_000 + "底" + "</div>" * 20_000)
    assert "底" in layout.text
    assert len(path(layout.runs[-1].tag)) < 500


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                *(
                    "<p>",
                    "</p>",
                    "<div>",
                    "</div>",
                    "<b>",
                    "</b>",
                    "<br>",
                    "<td>",
                    "<tr>",
                    "<table>",
                    "</table>",
                    "<pre>",
                ),
                *(
                    "国际在线",
                    "来源：",
                    "甲，乙。",
                    "<a>",
                    "<li>",
                    "<!-- -->",
                    "<style>.x{display:none}</style>",
                    "<span>",
                ),
                *("<i>", "</i>", "\u200b", "\u00a0", "&nbsp;", "<html>", "<head>", "</head>", "<script>", "</script>"),
                *(" ", "\n", "<p class='x' style='color:red'>", "<div hidden>"),
            ]
        ),
        max_size=60,
    )
)
def test_lines_and_runs_cover_the_text(pieces: list[str]) -> None:
    layout = laid("".join(pieces))
    assert "\n".join(layout.text[b.start : b.end] for b in layout.blocks) == layout.text
    assert len(layout.levelled) == len(layout.text)
    ends = 0
    for run in layout.runs:
        assert ends <= run.start < run.end <= len(layout.text)
        assert "\n" not in layout.text[run.start : run.end]
        ends = run.end
