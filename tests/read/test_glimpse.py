"""Glyphs read off the bytes are those of the decoded text, each no closer to the next than there."""

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from checker.glyphs import Glyphs, glyphs
from checker.read.decode import decode
from checker.read.glimpse import of_gb18030, of_utf8

TEXT = "".join(chr(code) for code in range(0x4E00, 0x9FA6, 97))
PIECES = st.sampled_from(
    ["国际在线", "<p class=a>", "囈乂", "©", "»", "é", "㐀", "！ａ", "０", "0", "7a", "𠮷", "€", "\n"]
)


def same(found: Glyphs, text: str) -> bool:
    true = glyphs(text)
    apart = len(found.at) < 2 or bool((np.diff(found.at) >= np.diff(true.at)).all())
    return found.units.tolist() == true.units.tolist() and apart and found.end >= true.end


@given(st.lists(PIECES | st.text(max_size=5), max_size=40).map("".join))
@example(TEXT + "<p>" + TEXT[::-1])
@example("丂" * 40 + "a")
def test_glyphs_are_those_of_the_text(text: str) -> None:
    text = text.encode("utf-8", "ignore").decode("utf-8")
    for body, found in (
        (text.encode("utf-8"), of_utf8(text.encode("utf-8"))),
        (text.encode("gb18030"), of_gb18030(text.encode("gb18030"))),
    ):
        assert found is None or same(found, text), body


@given(st.binary(max_size=60))
@example(b"\xb9\xfa\xbc")
@example(b"\x81\x30\x81")
@example(b"\xb1<\xb812")
@example(b"\xff0\xb9\x38")
def test_bytes_that_are_not_gb18030_throughout_give_none(body: bytes) -> None:
    found = of_gb18030(body)
    assert found is None or same(found, body.decode("gb18030"))


@pytest.mark.parametrize("extra", ["", "©", "㐀𠮷", "\ue000"])
@pytest.mark.parametrize("label", ["gb2312", ""])
def test_an_evident_page_is_decoded_as_any_other(extra: str, label: str) -> None:
    meta = f"<meta charset={label}>" if label else ""
    text = f"<html><head>{meta}<title>这是我们的国家</title><body>{'这是一个我们在中国的新年，' * 20}{extra}"
    decoded = decode(text.encode("gb18030"))
    assert (decoded.text, decoded.charset) == (text, "gb18030")
    assert decoded.page.glyphs.units.tolist() == glyphs(text).units.tolist()
    assert text.startswith(decoded.page.head)
    assert "这是我们的国家" in decoded.page.head
