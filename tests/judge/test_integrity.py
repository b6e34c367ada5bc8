"""Changed facts inside passages, and what between passages was cut or put in."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checker.judge.integrity import differences
from checker.judge.licence import Licences
from checker.judge.pack import Pack
from checker.judge.policy import Policy
from checker.judge.traces import Traces
from checker.model import Article, Document, Match, MatchKind, Passage
from checker.script import level
from tests.judge.conftest import BODY, CAPTURED, Repost


@pytest.mark.parametrize(
    ("ours", "theirs", "sort", "told"),
    [
        ("接待遊客3200人", "接待遊客5200人", "numbers", "3200 → 5200"),
        ("接待遊客3200人", "接待遊客3,200人", "", ""),
        ("第12屆", "第13屆", "numbers", "12 → 13"),
        ("二十家農戶", "三十家農戶", "numbers", "二十 → 三十"),
        ("3月3日,", "3月5日,", "dates", "3 → 5"),
        ("4月中旬", "5月中旬", "dates", "4 → 5"),
        ("林遠舟表示", "林近舟表示", "names", "長林遠舟表 → 長林近舟表"),
        ("不比往年少", "比往年少", "negations", "茶花不比往 → 茶花比往"),
        ("接待遊客3200人", "接待遊客5800人", "numbers", "3200 → 5800"),
        ("接待遊客3200人", "接待遊客5204人", "numbers", "3200 → 5204"),
        ("接待遊客3200人", "接待遊客13,207人", "numbers", "3200 → 13,207"),
        ("3月3日,", "4月5日,", "dates", "3 → 4; 3 → 5"),
        ("3月3日,", "3月15日,", "dates", "3 → 15"),
        ("二十家農戶", "三十六家農戶", "numbers", "二十 → 三十六"),
        ("老糧倉", "舊糧倉", "", ""),
        ("遊客出發前最好先查看公告", "遊客出發前最好先看看公告", "", ""),
        ("國際在線消息(記者 何晴):3月3日,", "国际在线消息（记者何晴）：3月3日，", "", ""),
    ],
)
def test_a_changed_fact_is_told_by_what_it_is(
    pack: Pack, repost: Repost, ours: str, theirs: str, sort: str, told: str
) -> None:
    assert ours in BODY
    document, match = repost(body=BODY.replace(ours, theirs))
    found = differences(match, document, pack.judging).shown()
    assert {name: line for name, line in found.items() if line} == ({sort: told} if sort else {})


@pytest.mark.parametrize(
    ("ours", "theirs", "rule", "quote"),
    [
        ("接待遊客3200人", "接待遊客5207人", "INT-01", "「當天接待遊客3200人」→「當天接待遊客5207人」"),
        ("3月3日,", "3月5日,", "INT-13", "「3月3日」→「3月5日」"),
        ("林遠舟表示", "林近舟表示", "INT-14", "「鎮長林遠舟表示」→「鎮長林近舟表示」"),
        ("不比往年少", "比往年少", "INT-15", "「今年的茶花不比往年少」→「今年的茶花比往年少」"),
    ],
)
def test_a_finding_quotes_the_articles_words_and_the_pages(
    pack: Pack, repost: Repost, ours: str, theirs: str, rule: str, quote: str
) -> None:
    document, match = repost(body=BODY.replace(ours, theirs))
    verdict = Policy(pack, Licences()).judge(document, match, captured=CAPTURED)
    assert {finding.rule: finding.quote for finding in verdict.findings if finding.rule != "LIC-00"} == {rule: quote}


def test_a_finding_about_other_words_than_the_credit_quotes_those(pack: Pack, repost: Repost) -> None:
    at = BODY.index("為了方便")
    document, match = split(repost, "立即購買，掃碼領取！" * 16, BODY[at : BODY.index("茶花節期間")])
    document = replace(
        document, title="村民開放院落迎接遊客", text=document.text.replace("青蘿鎮茶花節迎客三千人", "村" * 11)
    )
    verdict = Policy(pack, Licences()).judge(document, match, captured=CAPTURED)
    quotes = {finding.rule: finding.quote for finding in verdict.findings}
    assert quotes["INT-02"] == quotes["ATT-12"] == "青蘿鎮茶花節迎客三千人 → 村民開放院落迎接遊客"
    assert "但是,如果雨水偏多,花期可能提前結束" in quotes["INT-04"]
    assert quotes["INT-05"].startswith("立即購買，掃碼領取！")
    assert quotes["INT-09"] == "立即購買、掃碼領取"


def test_a_finding_quotes_the_dateline_that_was_taken_out(pack: Pack, repost: Repost) -> None:
    document, match = repost(body=BODY.removeprefix("國際在線消息(記者 何晴):"))
    passage = replace(match.passages[0], article=(14, len(BODY)))
    verdict = Policy(pack, Licences()).judge(document, replace(match, passages=(passage,)), captured=CAPTURED)
    quotes = {finding.rule: finding.quote for finding in verdict.findings}
    assert quotes["ATT-10"] == "國際在線消息(記者 何晴):"
    assert quotes["ATT-11"] == "何晴"
    (repair,) = (finding.repair["en"] for finding in verdict.findings if finding.rule == "ATT-10")
    assert repair == "Put the dateline back at the start of the text: 國際在線消息(記者 何晴):"


def test_a_text_in_the_other_script_has_no_differences(pack: Pack, repost: Repost) -> None:
    document, match = repost(body="".join(level(char) for char in BODY))
    assert set(differences(match, document, pack.judging).shown().values()) == {""}


@settings(deadline=None)
@given(st.text(alphabet="茶花節遊客步道展廳,。\n", max_size=80))
def test_equal_texts_never_differ(pack: Pack, text: str) -> None:
    article = Article(id="a", title="t", text=text)
    document = Document("http://a.example/", text, (0, len(text)))
    match = Match(article, MatchKind.FULL, 1.0, 1.0, 1.0, (Passage((0, len(text)), (0, len(text)), 1.0),))
    assert set(differences(match, document, pack.judging).shown().values()) == {""}


def test_where_edits_crowd_nothing_is_compared(pack: Pack, repost: Repost) -> None:
    noisy = "".join("茶" if n % 4 == 0 else char for n, char in enumerate(BODY))
    document, match = repost(body=noisy)
    assert set(differences(match, document, pack.judging).shown().values()) == {""}


def test_a_passage_that_is_hardly_alike_is_not_compared(pack: Pack, repost: Repost) -> None:
    document, match = repost(body=BODY.replace("3200", "9900"))
    rough = replace(match, passages=(replace(match.passages[0], similarity=0.6),))
    assert set(differences(rough, document, pack.judging).shown().values()) == {""}


def split(repost: Repost, between: str, skipped: str = "") -> tuple[Document, Match]:
    """A page with something between two passages of ours, where `skipped` of the article was left out."""
    at = BODY.index("為了方便")
    resume = at + len(skipped)
    assert BODY[at:resume] == skipped
    document, match = repost(body=BODY[:at] + between + BODY[resume:])
    start = document.main[0]
    after = start + at + len(between)
    passages = (
        Passage((0, at), (start, start + at), 1.0),
        Passage((resume, len(BODY)), (after, len(document.text)), 1.0),
    )
    return document, replace(match, passages=passages)


@pytest.mark.parametrize(("between", "inserted"), [("", 0), ("廣告" * 29, 0), ("廣告" * 30, 60), ("廣告" * 80, 160)])
def test_foreign_text_between_passages_is_measured(pack: Pack, repost: Repost, between: str, inserted: int) -> None:
    document, match = split(repost, between)
    assert Traces(document, match, pack).inserted() == inserted


def test_our_own_moved_paragraph_is_not_foreign_text(pack: Pack, repost: Repost) -> None:
    document, match = split(repost, "農" * 70)
    start = document.text.index("農" * 70)
    moved = Passage((0, 70), (start, start + 70), 1.0, moved=True)
    assert Traces(document, replace(match, passages=(*match.passages, moved)), pack).inserted() == 0


def test_a_cut_that_takes_a_condition_with_it_is_told(pack: Pack, repost: Repost) -> None:
    at = BODY.index("為了方便")
    harmless = BODY[at : BODY.index("但是")]
    turning = BODY[at : BODY.index("茶花節期間")]
    assert Traces(*split(repost, "", harmless), pack).turns_cut() == 0
    assert Traces(*split(repost, "", turning), pack).turns_cut() == 1
