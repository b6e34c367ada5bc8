"""Bytes to text: every label that lies, every encoding Chinese sites use, and what is no text."""

import gzip

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checker.errors import PageError
from checker.model import PageOutcome
from checker.read.decode import codec_of, decode, unpacked

SIMPLIFIED = (
    "本报讯（记者 林知远）昨天上午，北江市新建的水上图书馆正式对外开放，首日接待读者三千多人。"
    "馆长说，这里的书架都可以随水位升降，读者在阅览室里能看到船从窗前经过。市民们认为，这样的公共空间为城市生活增加了新的内容。"
)
TRADITIONAL = (
    "本報訊（記者 林知遠）昨天上午，北江市新建的水上圖書館正式對外開放，首日接待讀者三千多人。"
    "館長說，這裡的書架都可以隨水位升降，讀者在閱覽室裡能看到船從窗前經過。來源：國際在線，鎔基，喆。"
)
HONG_KONG = (
    "本報訊：深水埗嘅茶餐廳老闆話，啲客喺度坐咗好耐，都係想食碟粉麪。佢哋話呢度嘅味道同以前一樣，來源：國際在線。" * 2
)


def page(text: str, charset: str, *, label: str = "") -> bytes:
    meta = f'<meta charset="{label}">' if label else ""
    return f"<html><head>{meta}<title>News</title></head><body><p>{text}</p></body></html>".encode(charset)


@pytest.mark.parametrize(
    "label", ["gb2312", "GBK", "x-gbk", "gb_2312-80", "gb18030", "utf-8", "big5", "iso-8859-1", "koi8-r", "utf-16", ""]
)
@pytest.mark.parametrize("text", [SIMPLIFIED, TRADITIONAL])
@pytest.mark.parametrize("charset", ["utf-8", "gb18030"])
def test_text_is_read_whole_whatever_the_label_says(text: str, charset: str, label: str) -> None:
    decoded = decode(page(text, charset, label=label))
    assert text in decoded.text
    assert (decoded.charset, decoded.replaced) == (charset, 0.0)


@pytest.mark.parametrize("label", ["big5", "big5-hkscs", "x-x-big5", "gb2312", "utf-8", "windows-1252", ""])
@pytest.mark.parametrize("text", [TRADITIONAL.replace("鎔基，喆", "報紙"), HONG_KONG], ids=["taiwan", "hong kong"])
def test_big5_with_the_characters_of_hong_kong(text: str, label: str) -> None:
    decoded = decode(page(text, "big5hkscs", label=label).replace(b"\xad\xf9", b""))
    assert decoded.charset == "big5hkscs"
    assert "國際在線" in decoded.text


@pytest.mark.parametrize(
    "header", ["text/html; charset=utf-8", "text/html;charset=GB2312", "text/html; charset='nonsense'", ""]
)
@pytest.mark.parametrize("charset", ["utf-8", "gb18030"])
def test_header_and_meta_may_both_lie(charset: str, header: str) -> None:
    for label in ("utf-8", "gb2312"):
        assert TRADITIONAL in decode(page(TRADITIONAL, charset, label=label), header).text


@pytest.mark.parametrize(
    ("charset", "mark"),
    [
        ("utf-8", b"\xef\xbb\xbf"),
        ("utf-16-le", b"\xff\xfe"),
        ("utf-16-be", b"\xfe\xff"),
        ("utf-16-le", b""),
        ("utf-16-be", b""),
    ],
)
def test_utf16_and_byte_order_marks(charset: str, mark: bytes) -> None:
    decoded = decode(mark + page(TRADITIONAL, charset, label="gb2312"), "text/html; charset=gbk")
    assert decoded.charset == charset
    assert decoded.text.startswith("<html>")
    assert TRADITIONAL in decoded.text


def test_a_wrong_byte_order_mark_is_not_believed() -> None:
    decoded = decode(b"\xef\xbb\xbf" + page(SIMPLIFIED, "gb18030"))
    assert decoded.charset == "gb18030"
    assert SIMPLIFIED in decoded.text


@pytest.mark.parametrize("cut", [1, 2])
def test_a_body_cut_inside_its_last_character_is_still_utf8(cut: int) -> None:
    decoded = decode(SIMPLIFIED.encode() + "国".encode()[:cut])
    assert (decoded.text, decoded.charset, decoded.how) == (SIMPLIFIED, "utf-8", "valid UTF-8, cut")


def test_a_few_broken_bytes_do_not_spoil_a_page() -> None:
    broken = "相关阅读：水上图书".encode()[:-2] + b"...</p><p>"
    body = page(SIMPLIFIED * 5, "utf-8", label="utf-8").replace(b"<p>", b"<p>" + broken)
    decoded = decode(body)
    assert decoded.charset == "utf-8"
    assert SIMPLIFIED in decoded.text
    assert 0 < decoded.replaced < 0.01


@pytest.mark.parametrize(("frame", "inset"), [("utf-8", "gb18030"), ("gb18030", "utf-8")])
def test_a_frame_in_one_encoding_with_comments_in_another(frame: str, inset: str) -> None:
    comments = b"".join(f"<li>网友{number}：这个图书馆真好，下周就去看看</li>".encode(inset) for number in range(8))
    body = page(SIMPLIFIED, frame, label=frame).replace(b"</body>", b"<ul>" + comments + b"</ul></body>")
    decoded = decode(body)
    assert SIMPLIFIED in decoded.text
    if frame == "utf-8":
        assert "网友7：这个图书馆真好" in decoded.text
        assert decoded.how.startswith("mixed: ")
        assert decoded.replaced == 0.0


def test_other_scripts_are_left_to_their_labels() -> None:
    french = "Le musée a été fermé dès l'été ; la forêt brûlée sera replantée. " * 20
    japanese = "これは新聞の記事です。図書館がひらかれました。" * 5
    assert french in decode(french.encode("cp1252"), "text/html; charset=iso-8859-1").text
    assert japanese in decode(page(japanese, "shift_jis", label="Shift_JIS")).text


def test_nuls_are_dropped_wherever_they_stand() -> None:
    assert decode("<p>来源：国\0际\0在线</p>".encode()).text == "<p>来源：国际在线</p>"
    assert decode(b"\0" * 5_000_000 + b"<p>x</p>").text == "<p>x</p>"


@pytest.mark.parametrize(
    "body",
    [
        bytes(range(128, 256)) * 200,
        b"<p>" + b"\xff\xfe\x80" * 3000,
        b"<p>text</p>" * 3000 + b"<p>" + b"\xff" * 600,
        gzip.compress(b"<p>x</p>")[:12] + b"\xff" * 40,
    ],
    ids=["binary", "broken", "broken text in long markup", "damaged gzip"],
)
def test_what_cannot_be_read_is_undecodable(body: bytes) -> None:
    with pytest.raises(PageError) as error:
        decode(body)
    assert error.value.outcome is PageOutcome.UNDECODABLE
    assert error.value.reason


def test_a_body_still_gzipped_is_unpacked_within_bounds() -> None:
    assert SIMPLIFIED in decode(gzip.compress(page(SIMPLIFIED, "gb18030"))).text
    assert unpacked(gzip.compress(b"a" * 1000)[:-8]) == b"a" * 1000
    with pytest.raises(PageError) as error:
        decode(gzip.compress(b"\0" * 30_000_000))
    assert error.value.outcome is PageOutcome.TOO_LARGE


@pytest.mark.parametrize(
    "label", ["utf-7", "unicode_escape", "rot13", "hex", "idna", "zlib", "punycode", "x-user-defined", "", "\0"]
)
def test_labels_outside_the_web_table_name_nothing(label: str) -> None:
    assert codec_of(label) == ""


@settings(max_examples=150, deadline=None)
@given(
    st.one_of(
        st.binary(max_size=400),
        st.builds(
            lambda text, charset: text.encode(charset, "replace"), st.text(), st.sampled_from(["gb18030", "big5hkscs"])
        ),
    ),
    st.sampled_from(["", "charset=gbk", "charset=big5", "charset=utf-16", "charset=iso-2022-jp", "charset=\ud800"]),
)
def test_any_bytes_are_text_or_undecodable(body: bytes, content_type: str) -> None:
    try:
        decoded = decode(body, content_type)
    except PageError:
        return
    decoded.text.encode("utf-8")
    assert "\0" not in decoded.text
    assert 0 <= decoded.replaced <= 0.01


@settings(max_examples=100, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\ufeff")))
def test_utf8_comes_back_as_it_was(text: str) -> None:
    assert decode(text.encode()).text == text or "\0" in text
