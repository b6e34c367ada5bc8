"""Facts in order: the same story in other words is a question, the same subject is none."""

import pytest

from checker.match.align import align
from checker.match.facts import facts, rewritten
from checker.model import MatchKind
from tests.match.texts import FERRY, LIBRARY, ORCHARD, THRESHOLDS, article, document

BRIDGE = (
    "青云大桥昨天合龙，总长3,842米，主跨1,088米，用钢41,600吨。总工程师说：“我们比计划早了整整二十六天。”"
    "参与建设的卡洛斯·门德斯来自海外，他负责主塔的测量，误差只有1.75毫米。据《青云日报》统计，工程共用工人5,320名。"
)
RETOLD = (
    "记者获悉，新桥的合龙比预想来得早。这座全桥3842米、跨度1088米的建筑，一共消耗了钢材41600吨。"
    "“我们比计划早了整整二十六天。”工程负责人难掩喜悦。外籍专家卡洛斯·门德斯测得的偏差不过1.75毫米。"
    "此前《青云日报》披露，先后有5320人投入施工。"
)
SAME_SUBJECT = (
    "青云大桥将在明年春天通车。大桥全长3842米，届时过江只要三分钟。市民代表在桥头种下了60棵银杏，"
    "“以后可以走路去看外婆了。”一名小学生说。《江城早报》为此出了特刊。"
)


def test_facts_are_folded_and_in_order() -> None:
    assert [fact.value for fact in facts(BRIDGE)][:4] == ["3842", "1088", "41600", "我们比计划早了整整二十六天"]
    assert all(BRIDGE[slice(*fact.span)] for fact in facts(BRIDGE))
    assert [fact.weight for fact in facts("2026年，3人，88万，《书》")] == [0.25, 0.5]


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("48.63億元", "48.63亿元"),
        ("兩千三百萬人", "2300万人"),
        ("1,940套", "一千九百四十套"),
        ("百分之三點六", "3.6%"),
    ],
)
def test_a_number_is_one_in_either_script_and_spelling(ours: str, theirs: str) -> None:
    values = [[fact.value for fact in facts(text)] for text in (ours, theirs)]
    assert values[0] == values[1] != []


def test_the_same_story_in_other_words_is_a_question_to_a_person() -> None:
    found = align(article(BRIDGE), document(RETOLD), THRESHOLDS)
    assert found is not None
    assert found.kind is MatchKind.REWRITE
    assert "same order" in found.reasons[0]
    assert any(RETOLD[slice(*p.page)] == "41600" and BRIDGE[slice(*p.article)] == "41,600" for p in found.passages)


@pytest.mark.parametrize("other", [SAME_SUBJECT, FERRY, LIBRARY, ORCHARD, "", "".join(reversed(RETOLD))])
def test_the_same_subject_is_no_rewrite(other: str) -> None:
    assert rewritten(BRIDGE, other) == ()
    assert align(article(BRIDGE), document(other), THRESHOLDS) is None
