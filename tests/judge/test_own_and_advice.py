"""Our own pages, and what a licensee is told to change."""

from dataclasses import replace

import pytest

from checker.judge.advice import advice
from checker.judge.licence import Licences
from checker.judge.own import own_check
from checker.judge.pack import Pack
from checker.judge.policy import Policy
from checker.judge.terms import Licence
from checker.model import Credit, Document, Grade, Zone
from tests.judge.conftest import BODY, CAPTURED, Repost, credit


def licensed(**terms: object) -> Licences:
    """A register with one licence of site.example."""
    given = {"id": "L1", "licensee": "某站", "domains": ["site.example"], "start": "2026-01-01"}
    return Licences((Licence.model_validate(given | terms),))


LICENSED = licensed()


def own(body: str, said: Credit, foot: str = "版權聲明") -> Document:
    """A page of our own."""
    text = f"青蘿鎮茶花節\n{said.quote}\n{body}\n{foot}"
    start = text.index(body)
    return Document("https://news.cri.cn/a.html", text, (start, start + len(body)), title="青蘿鎮茶花節", credit=said)


OURS, THEIRS, NONE = credit(Grade.EXACT), Credit("來源:新華社", Zone.HEAD, Grade.OTHER, "新華社"), credit(Grade.NONE)
AGENCY = "新華社北京3月4日電 " + BODY.split(":", 1)[1]
UNMARKED = BODY.split(":", 1)[1]


@pytest.mark.parametrize(
    ("body", "said", "rules"),
    [
        (BODY, OURS, []),
        (UNMARKED, OURS, []),
        (AGENCY, THEIRS, []),
        (AGENCY, NONE, ["OWN-01"]),
        (BODY, THEIRS, ["OWN-02"]),
        (BODY, NONE, ["OWN-05"]),
        (UNMARKED, NONE, ["OWN-05"]),
    ],
)
def test_own_pages(pack: Pack, body: str, said: Credit, rules: list[str]) -> None:
    assert [finding.rule for finding in own_check(own(body, said), pack)] == rules


def test_two_sources_on_one_own_page_contradict_each_other(pack: Pack) -> None:
    page = replace(own(UNMARKED, OURS), credits=(OURS, THEIRS))
    assert [finding.rule for finding in own_check(page, pack)] == ["OWN-06"]
    marked = replace(own(BODY, OURS), credits=(OURS, THEIRS))
    (finding,) = own_check(marked, pack)
    assert (finding.rule, "新華社" in finding.message["en"]) == ("OWN-02", True)


@pytest.mark.parametrize(
    ("licensed_in", "rules"), [(None, []), (["新华社"], []), (["人民日報"], ["OWN-03"]), ([], ["OWN-03"])]
)
def test_a_repost_of_ours_needs_a_licence_too(pack: Pack, licensed_in: list[str] | None, rules: list[str]) -> None:
    assert [finding.rule for finding in own_check(own(AGENCY, THEIRS), pack, licensed_in)] == rules


def test_an_own_page_without_notice_is_told(pack: Pack) -> None:
    assert [finding.rule for finding in own_check(own(BODY, OURS, foot="聯絡我們"), pack)] == ["OWN-04"]
    copied = replace(own(BODY, OURS, foot="聯絡我們"), notices=((0, 3),))
    assert own_check(copied, pack) == ()


def test_advice_names_the_line_and_its_place_in_the_readers_language(pack: Pack, repost: Repost) -> None:
    document, match = repost(grade=Grade.NONE)
    verdict = Policy(pack, LICENSED).judge(document, match, captured=CAPTURED)
    assert advice(verdict, pack, "en") == (
        "Add this line below the headline “青蘿鎮茶花節迎客三千人”, before the first paragraph: 來源:國際在線",
    )
    assert advice(verdict, pack, "zh-Hant") == (
        "在標題「青蘿鎮茶花節迎客三千人」下方、正文第一段之前加上一行：來源:國際在線",
    )
    assert advice(verdict, pack, "zh-Hans")[0].endswith("加上一行：来源:国际在线")


def test_advice_without_a_headline_points_to_the_first_paragraph(pack: Pack, repost: Repost) -> None:
    document, match = repost(grade=Grade.NONE, title="")
    verdict = Policy(pack, LICENSED).judge(document, match, captured=CAPTURED)
    assert "before the first paragraph “國際在線消息" in advice(verdict, pack, "en")[0]


def test_advice_replaces_a_wrong_line_once(pack: Pack, repost: Repost) -> None:
    document, match = repost(grade=Grade.OTHER)
    verdict = Policy(pack, LICENSED).judge(document, match, captured=CAPTURED)
    assert {finding.rule for finding in verdict.findings} == {"ATT-02", "ATT-09"}
    told = advice(verdict, pack, "en")
    assert told[0] == "Name the place of first publication: replace “來源:某某網” by 來源:國際在線"


def test_a_page_in_order_needs_no_advice(pack: Pack, repost: Repost) -> None:
    verdict = Policy(pack, LICENSED).judge(*repost(), captured=CAPTURED)
    assert advice(verdict, pack, "en") == ()


def test_our_own_business_is_no_advice_to_a_licensee(pack: Pack, repost: Repost) -> None:
    ending = licensed(end=CAPTURED.date())
    verdict = Policy(pack, ending).judge(*repost(), captured=CAPTURED)
    assert [finding.rule for finding in verdict.findings] == ["LIC-15"]
    assert advice(verdict, pack, "en") == ()
