"""Passages exact to the character, and what counts as a copy."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from opencc import OpenCC

from checker.match.align import align
from checker.match.explain import explain
from checker.match.fold import fold
from checker.model import Document, Match, MatchKind
from tests.match.texts import FERRY, LIBRARY, ORCHARD, THRESHOLDS, article, document, prose

HOST = "本站消息，城北的菜市场昨天换了新的棚顶，摊主们说雨天再也不用撑伞卖菜了。附近的居民也多了一处避雨聊天的地方。"
PINYIN = ("zhe", "li", "shi", "yi", "ge", "xiao", "zhen")


def match_of(text: str, page: str, **how: object) -> Match:
    found = align(article(text), document(page), THRESHOLDS, **how)  # type: ignore[arg-type]
    assert found is not None
    return found


def edited(text: str, rate: float, rng: random.Random) -> str:
    """Replace, drop and insert characters."""
    pieces = []
    for char in text:
        roll = rng.random()
        if roll < rate / 3:
            continue
        if roll < 2 * rate / 3:
            pieces.append(chr(rng.randrange(0x4E00, 0x9FA5)))
        elif roll < rate:
            pieces.append(char + rng.choice("的了就也还"))
        else:
            pieces.append(char)
    return "".join(pieces)


def clauses(text: str) -> list[str]:
    return [clause for clause in text.replace("。", "，").split("，") if clause]


def test_spans_are_exact_on_both_sides() -> None:
    piece = FERRY[20:95]
    page = HOST + piece + HOST[::-1]
    found = match_of(FERRY, page)
    (passage,) = found.passages
    assert passage.article == (20, 95)
    assert page[slice(*passage.page)] == FERRY[slice(*passage.article)]
    assert (found.kind, passage.similarity, passage.moved) == (MatchKind.EXCERPT, 1.0, False)
    assert found.coverage == pytest.approx(len(fold(piece)) / len(fold(FERRY)), abs=0.01)


def test_coverage_both_ways() -> None:
    page = HOST + FERRY
    whole = align(article(FERRY), document(page), THRESHOLDS)
    main = align(article(FERRY), Document(url="", text=page, main=(len(HOST), len(page))), THRESHOLDS)
    assert whole is not None
    assert main is not None
    assert (whole.coverage, main.page_coverage) == (1.0, 1.0)
    assert whole.page_coverage == pytest.approx(len(fold(FERRY)) / len(fold(page)), abs=0.01)


@pytest.mark.parametrize(
    ("page", "kind"),
    [
        (FERRY, MatchKind.FULL),
        (OpenCC("s2tw").convert(FERRY), MatchKind.FULL),
        (OpenCC("s2hk").convert(FERRY), MatchKind.FULL),
        (FERRY.replace("，", " "), MatchKind.FULL),
        ("\u200b".join(FERRY), MatchKind.FULL),
        ("".join(char + PINYIN[at % 7] for at, char in enumerate(FERRY)), MatchKind.FULL),
        (FERRY.replace("五十", "５０").replace("七十二", "72"), MatchKind.FULL),
        (edited(FERRY, 0.14, random.Random(1)), MatchKind.NEAR),
        (edited(FERRY, 0.2, random.Random(2)), MatchKind.NEAR),
        (edited(FERRY, 0.3, random.Random(3)), MatchKind.NEAR),
        ("。".join(reversed(FERRY.split("。"))), MatchKind.NEAR),
        ("，".join(random.Random(4).sample(clauses(FERRY), len(clauses(FERRY)))), MatchKind.NEAR),
        (FERRY[: len(FERRY) * 3 // 4] + HOST, MatchKind.NEAR),
        (HOST + FERRY[:60] + HOST, MatchKind.EXCERPT),
    ],
    ids=[
        *("copy", "taiwan", "hongkong", "spaced", "zero-width", "pinyin", "numbers"),
        *("edit10", "edit20", "edit30", "sentences", "clauses", "most", "excerpt"),
    ],
)
def test_kinds(page: str, kind: MatchKind) -> None:
    found = match_of(FERRY, page)
    assert found.kind is kind
    assert found.reasons


@pytest.mark.parametrize(
    "page",
    ["", HOST, ORCHARD, HOST + FERRY[20:50] + HOST, FERRY[20:45] + HOST + FERRY[100:120], "，。" * 50],
    ids=["empty", "foreign", "other", "quotation", "quotations", "punctuation"],
)
def test_no_match(page: str) -> None:
    assert align(article(FERRY), document(page), THRESHOLDS) is None


def test_moved_passages_are_marked() -> None:
    found = match_of(FERRY + ORCHARD + LIBRARY, LIBRARY + HOST + FERRY + ORCHARD)
    assert [passage.moved for passage in found.passages] == [True, False]
    assert found.kind is MatchKind.NEAR


def test_notice_counts_neither_as_passage_nor_as_article() -> None:
    notice = "凡本渡口注明出处的所有文字图片均归本渡口所有任何单位和个人未经书面授权不得转载摘编复制或建立镜像违者必究"
    ours = article(FERRY + notice, notice=((len(FERRY), len(FERRY + notice)),))
    assert align(ours, document(HOST + notice), THRESHOLDS) is None
    found = align(ours, document(FERRY), THRESHOLDS)
    assert found is not None
    assert found.coverage == 1.0


def test_stock_phrases_prove_nothing() -> None:
    alike = edited(FERRY, 0.12, random.Random(8))
    assert align(article(FERRY), document(alike), THRESHOLDS) is not None
    assert align(article(FERRY), document(alike), THRESHOLDS, stock=((0, len(FERRY)),)) is None


def test_an_explanation_says_what_was_short_of_a_match() -> None:
    told = explain(article(FERRY), document(HOST + FERRY[20:50] + HOST), THRESHOLDS)
    assert told.match is None
    assert 0 < told.fingerprints < told.of
    name, value, threshold, reached = told.conditions[0]
    assert (name, threshold, reached) == ("longest run of equal characters", 40.0, False)
    assert 20 < value < 40
    full = explain(article(FERRY), document(FERRY), THRESHOLDS)
    assert full.fingerprints == full.of
    assert full.match is not None
    assert full.conditions[0][-1]


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_passages_stand_in_both_texts_and_agree(seed: int) -> None:
    rng = random.Random(seed)
    ours = prose(rng, rng.randrange(80, 400))
    first = rng.randrange(len(ours) - 60)
    piece = ours[first : first + rng.randrange(60, 300)]
    page = (
        prose(rng, rng.randrange(200)) + edited(piece, rng.choice([0, 0, 0.05]), rng) + prose(rng, rng.randrange(200))
    )
    found = align(article(ours), document(page), THRESHOLDS)
    if found is None:
        return
    before = 0
    for passage in found.passages:
        mine, theirs = fold(ours[slice(*passage.article)]).text, fold(page[slice(*passage.page)]).text
        assert mine[0] == theirs[0]
        assert mine[-1] == theirs[-1]
        assert passage.page[0] >= before
        assert 0 < passage.similarity <= 1
        assert (passage.similarity == 1) == (mine == theirs)
        before = passage.page[1]
    assert 0 < found.coverage <= 1
