"""Folding: what a reader takes for the same is the same, and the way back is exact."""

import unicodedata

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from checker.match.fold import fold
from checker.match.table import SHIPPED, build, load, plain


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("臺灣軟體", "台湾软体"),
        ("看著手錶", "看着手表"),
        ("國際在線", "国际在线"),
        ("裏裡里", "里里里"),
        ("２０２６年", "2026年"),
        ("ＡＢＣ", "abc"),
        ("Straße", "strasse"),
        ("café", "cafe"),
        ("cafe\u0301", "cafe"),
        ("㎞²", "km2"),
        ("①㈱", "1株"),
        ("𠮷野家", "𠮷野家"),
        ("𫗴", "𫗴"),
        ("国\u200b际\u00ad在\ufeff线", "国际在线"),
        ("“国际”，《在线》！", "国际在线"),
        ("", ""),
        ("……", ""),
        ("\ud800国", "国"),
    ],
)
def test_table_of_cases(text: str, folded: str) -> None:
    assert fold(text).text == folded


@given(st.text())
def test_folding_again_changes_nothing(text: str) -> None:
    once = fold(text).text
    assert fold(once).text == once


@given(st.text())
def test_offsets_rise_and_lead_back(text: str) -> None:
    folded = fold(text)
    assert len(folded.at) == len(folded.codes)
    assert (np.diff(folded.at) >= 0).all()
    for code, at in zip(folded.codes.tolist(), folded.at.tolist(), strict=True):
        assert chr(code) in fold(text[at]).text


@given(st.text(), st.text())
def test_folding_is_character_by_character(one: str, other: str) -> None:
    assert fold(one + other).text == fold(one).text + fold(other).text


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"])))
def test_only_letters_and_numbers_are_left(text: str) -> None:
    assert all(unicodedata.category(char)[0] in "LN" for char in fold(text).text)


@given(st.text(st.characters(max_codepoint=0x2FF), min_size=1))
def test_case_and_width_do_not_matter(text: str) -> None:
    assert fold(text.upper()).text == fold(text.lower()).text or any(len(plain(c)) != 1 for c in text)
    wide = "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)
    assert fold(wide).text == fold(text).text


def test_a_span_takes_in_its_last_character() -> None:
    folded = fold("「國際」在線")
    assert folded.span(0, 2) == (1, 3)
    assert folded.span(1, 4) == (2, 6)


def test_shipped_table_is_the_built_one() -> None:
    with np.load(SHIPPED) as shipped:
        if str(shipped["unicode"]) != unicodedata.unidata_version:
            pytest.skip("the table was made with another version of Unicode")
    built, shipped_table = build(), load()
    assert (built.single == shipped_table.single).all()
    assert (built.expansions == shipped_table.expansions).all()
