import pytest

from checker.model import Ownership, Publisher
from checker.register.ownership import ownership

OURS, NOT_OURS, UNCLEAR = Ownership.OURS, Ownership.NOT_OURS, Ownership.UNCLEAR

SOURCES = [
    ("國際在線", OURS),
    ("国际在线", OURS),
    ("來源:國際在線", OURS),
    ("来源：国际在线", OURS),
    ("國際在線專稿", OURS),
    ("国际在线河南消息", OURS),
    ("中央广播电视总台国际在线", OURS),
    ("CRI Online", OURS),
    ("新华社", NOT_OURS),
    ("來源:青藤日報", NOT_OURS),
    ("国际在线教育", NOT_OURS),
    ("CRIMSON Times", NOT_OURS),
    ("国际在线、青藤日报", UNCLEAR),
    ("", UNCLEAR),
    ("來源:", UNCLEAR),
    ("本站原創", UNCLEAR),
    ("网络整理", UNCLEAR),
    ("國際在線 綜合", OURS),
]

TEXTS = [
    ("國際在線", "國際在線消息(記者 林岸):白沙渡大橋通車。", OURS),
    ("國際在線", "白沙渡大橋通車。", OURS),
    ("", "国际在线专稿:白沙渡大桥通车。", OURS),
    ("", "國際在線青藤消息(記者林岸):白沙渡大橋通車。", OURS),
    ("", "白沙渡大橋通車。(來源:國際在線)", OURS),
    ("", "青藤日報訊(記者 林岸):白沙渡大橋通車。", NOT_OURS),
    ("", "白沙渡大橋通車。\n來源:青藤日報 責任編輯:周舟", NOT_OURS),
    ("國際在線", "新华社北京11月3日电 白沙渡大桥通车。", UNCLEAR),
    ("國際在線", "白沙渡大橋通車。(來源:青藤日報)", UNCLEAR),
    ("青藤日報", "國際在線消息:白沙渡大橋通車。", UNCLEAR),
    ("國際在線", "據新華社11月3日報道,白沙渡大橋通車。", OURS),
    ("國際在線", "本台消息:白沙渡大橋通車。", OURS),
    ("國際在線", "白沙渡大橋通車。圖片來源:青藤日報", OURS),
    ("", "白沙渡大橋通車。", UNCLEAR),
]


@pytest.mark.parametrize(("source", "expected"), SOURCES)
def test_the_source_field_is_a_mark(source: str, expected: Ownership, publisher: Publisher) -> None:
    assert ownership(source, "白沙渡大橋通車。", publisher)[0] is expected


@pytest.mark.parametrize(("source", "text", "expected"), TEXTS)
def test_all_marks_must_agree(source: str, text: str, expected: Ownership, publisher: Publisher) -> None:
    assert ownership(source, text, publisher)[0] is expected


def test_the_answer_names_the_mark_or_both(publisher: Publisher) -> None:
    assert ownership("青藤日報", "大橋通車。", publisher)[1] == "marked 青藤日報"
    assert (
        ownership("青藤日報", "國際在線消息:大橋通車。", publisher)[1]
        == "two marks conflict: 國際在線消息 and 青藤日報"
    )


def test_a_source_named_deep_inside_a_long_text_is_a_quotation(publisher: Publisher) -> None:
    text = "白沙渡大橋通車。" * 40 + "布告上寫著“來源:青藤日報”。" + "白沙渡大橋通車。" * 40
    assert ownership("國際在線", text, publisher)[0] is OURS
