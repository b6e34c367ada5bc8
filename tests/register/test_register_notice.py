from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opencc import OpenCC

from checker.model import Publisher
from checker.register.notice import notice_spans, without
from tests.register.conftest import BODY, NOTICE


def marked(text: str, publisher: Publisher) -> list[str]:
    return [text[slice(*span)] for span in notice_spans(text, publisher)]


def test_a_notice_below_the_article_is_notice(publisher: Publisher, body: str, notice: str) -> None:
    assert marked(f"{body}\n\n{notice}\n", publisher) == [notice]


def test_a_notice_around_the_article_is_notice(publisher: Publisher, body: str, notice: str) -> None:
    assert marked(f"{notice}\n{body}\n{notice}", publisher) == [notice, notice]


def test_the_article_alone_has_none(publisher: Publisher, body: str) -> None:
    assert notice_spans(f"國際在線消息:{body}(來源:國際在線)", publisher) == ()


def test_the_notice_alone_is_all_notice(publisher: Publisher, notice: str) -> None:
    assert marked(notice, publisher) == [notice]


EDITS: dict[str, Callable[[str], str]] = {
    "simplified": lambda notice: str(OpenCC("t2s").convert(notice)),
    "numbered": lambda notice: "\n".join(f"{n}、{clause}" for n, clause in enumerate(notice.splitlines(), start=1)),
    "one line": lambda notice: notice.replace("\n", ""),
    "full width": lambda notice: notice.replace(",", "，").replace(":", "：").replace("(", "（").replace(")", "）"),
    "one clause dropped": lambda notice: notice.replace(notice.splitlines()[1], ""),
    "words changed": lambda notice: notice.replace("機構", "單位").replace("稿件", "作品").replace("30日", "三十天"),
}


@pytest.mark.parametrize("edit", EDITS)
def test_an_edited_notice_is_still_one(edit: str, publisher: Publisher, body: str, notice: str) -> None:
    edited = EDITS[edit](notice)
    (span,) = notice_spans(f"{body}\n{edited}", publisher)
    assert span == (len(body) + 1, len(body) + 1 + len(edited.rstrip()))


def test_news_about_copyright_is_no_notice(publisher: Publisher) -> None:
    news = (
        "國際在線消息:青藤鎮法院三日審結一宗版權案。被告未經書面授權轉載攝影作品,"
        "法院判其賠償損失八千元,並公開道歉。原告表示尊重判決,本網將繼續關注。"
    )
    assert notice_spans(news, publisher) == ()


def test_another_publishers_notice_is_not_ours(publisher: Publisher, body: str, notice: str) -> None:
    assert notice_spans(body + "\n" + notice.replace("國際在線", "青藤晚報"), publisher) == ()


@given(st.lists(st.sampled_from([BODY, NOTICE, "另訊,柳家灣小學迎來第一批過橋上學的孩子。"]), max_size=4))
def test_spans_are_ordered_and_inside(parts: list[str]) -> None:
    publisher = Publisher("cri", "國際在線", "來源:國際在線", ("國際在線",), notice={"1": NOTICE})
    text = "\n".join(parts)
    spans = notice_spans(text, publisher)
    assert all(0 <= start < end <= len(text) for start, end in spans)
    assert list(spans) == sorted(spans)
    assert len(without(text, spans)) == len(text) - sum(end - start for start, end in spans)
