"""From a page to a verdict: what each state of affairs amounts to, and what the log says."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checker.judge.examples import known
from checker.judge.licence import Licences
from checker.judge.pack import Pack
from checker.judge.policy import CLASSIFYING, Policy, decide, outcome
from checker.judge.terms import Licence
from checker.judge.vocabulary import FACTS, Value
from checker.model import (
    Article,
    Credit,
    Document,
    FindingKind,
    Grade,
    Level,
    LicenceState,
    Match,
    MatchKind,
    Outcome,
    Ownership,
    PageKind,
    Passage,
    Publication,
    Verdict,
    Zone,
)
from tests.judge.conftest import BODY, CAPTURED, Repost

DAY = date(2026, 3, 5)


def licences(**terms: object) -> Licences:
    """A register with one licence of site.example for 2026."""
    given = {"id": "L1", "licensee": "某站", "domains": ["site.example"], "start": "2026-01-01", "end": "2026-12-31"}
    return Licences((Licence.model_validate(given | terms),))


LICENSED = licences()
ELSEWHERE = licences(domains=["elsewhere.example"])


def judge(pack: Pack, register: Licences, repost: Repost, captured: datetime = CAPTURED, **page: Any) -> Verdict:
    """Judge a page that repeats the article."""
    document, match = repost(**page)
    return Policy(pack, register).judge(document, match, captured=captured, matches=(match,))


def rules(verdict: Verdict, *levels: Level) -> set[str]:
    """The rules a verdict names, of these levels or of all."""
    return {finding.rule for finding in verdict.findings if not levels or finding.level in levels}


def test_a_licensed_repost_with_the_exact_credit_is_compliant(pack: Pack, repost: Repost) -> None:
    verdict = judge(pack, LICENSED, repost)
    assert (verdict.outcome, verdict.findings) == (Outcome.COMPLIANT, ())
    assert (verdict.licence.state, verdict.licence.id, verdict.licence.on) == (
        LicenceState.VALID,
        "L1",
        date(2026, 3, 6),
    )


def test_without_any_register_an_exact_credit_is_in_order_and_says_what_is_not_known(
    pack: Pack, repost: Repost
) -> None:
    verdict = judge(pack, Licences(), repost)
    assert (verdict.outcome, verdict.licence.state) == (Outcome.COMPLIANT, LicenceState.UNKNOWN)
    assert rules(verdict) == {"LIC-00"}


@pytest.mark.parametrize(
    ("canonical", "state"),
    [
        ("", LicenceState.UNKNOWN),
        ("https://news.cri.cn/20260304/tea-2026.html", LicenceState.UNKNOWN),
        ("https://www.site.example/news/1.html", LicenceState.VALID),
        ("https://other.example/news/1.html", LicenceState.NONE),
    ],
)
def test_a_local_file_is_asked_about_by_the_address_it_gives_itself(
    pack: Pack, repost: Repost, canonical: str, state: LicenceState
) -> None:
    verdict = judge(pack, LICENSED, repost, url="file:///tmp/page.html", canonical=canonical)
    assert verdict.licence.state is state


def test_an_unlicensed_repost_is_a_violation_even_with_the_exact_credit(pack: Pack, repost: Repost) -> None:
    verdict = judge(pack, ELSEWHERE, repost)
    assert (verdict.outcome, rules(verdict)) == (Outcome.VIOLATION, {"LIC-01"})
    assert "www.site.example" in verdict.findings[0].message["zh-Hant"]


@pytest.mark.parametrize(
    ("said", "rule", "expected"),
    [
        (Credit("", Zone.NONE, Grade.NONE), "ATT-01", Outcome.VIOLATION),
        (Credit("友情鏈接 國際在線", Zone.CHROME, Grade.BOILERPLATE), "ATT-01", Outcome.VIOLATION),
        (Credit("來源:某某網", Zone.HEAD, Grade.OTHER, "某某網"), "ATT-02", Outcome.VIOLATION),
        (Credit("來源:某某網", Zone.HEAD, Grade.SECONDHAND, "某某網", via="某某網"), "ATT-03", Outcome.REVIEW),
        (Credit("本站原創", Zone.HEAD, Grade.SELF), "ATT-04", Outcome.VIOLATION),
        (Credit("國際在線", Zone.MARKUP, Grade.HIDDEN, reason="only in a meta element"), "ATT-05", Outcome.REVIEW),
        (Credit("來源:國際在線", Zone.MARKUP, Grade.HIDDEN, reason="not seen: display:none (inline style)"), "ATT-08",
         Outcome.VIOLATION),
        (Credit("來源:國際在線網", Zone.HEAD, Grade.VARIANT, "國際在線網"), "ATT-06", Outcome.REVIEW),
        (Credit("(來源:國際在線)", Zone.TAIL, Grade.EXACT, "國際在線"), "ATT-07", Outcome.COMPLIANT),
        (Credit("國際在線消息", Zone.BODY, Grade.DATELINE, "國際在線"), "ATT-17", Outcome.REVIEW),
    ],
)  # fmt: skip
def test_every_grade_of_credit_on_a_licensed_page(
    pack: Pack, repost: Repost, said: Credit, rule: str, expected: Outcome
) -> None:
    verdict = judge(pack, LICENSED, repost, said=said)
    assert rule in rules(verdict)
    assert verdict.outcome is expected


def test_a_page_that_keeps_our_dateline_and_names_another_source_contradicts_itself(pack: Pack, repost: Repost) -> None:
    verdict = judge(pack, LICENSED, repost, grade=Grade.OTHER)
    assert {"ATT-02", "ATT-09"} <= rules(verdict, Level.ERROR)


@pytest.mark.parametrize(
    ("terms", "rule"),
    [
        ({"start": "2026-03-06"}, "LIC-02"),
        ({"end": "2026-03-04"}, "LIC-03"),
        ({"operators": ["京ICP備9號"], "domains": ["old.example"], "names": ["某站"]}, "LIC-01"),
        ({"channels": ["app"]}, "LIC-05"),
        ({"excerpt": {"characters": 100}}, "LIC-07"),
        ({"embargo_minutes": 10_000}, "LIC-09"),
        ({"works": {"channels": ["opinion"]}}, "LIC-10"),
        ({"exclusions": {"tags": ["茶"]}}, "LIC-10"),
        ({"suspension": [{"start": "2026-03-01"}]}, "LIC-19"),
    ],
)
def test_a_broken_term_is_a_violation_whatever_the_credit(
    pack: Pack, repost: Repost, terms: dict[str, Any], rule: str
) -> None:
    verdict = judge(pack, licences(**terms), repost, published=Publication(DAY, solid=True))
    assert (verdict.outcome, rules(verdict, Level.ERROR)) == (Outcome.VIOLATION, {rule})


@pytest.mark.parametrize(
    ("terms", "published", "rule", "expected"),
    [
        ({"end": "2026-03-05"}, None, "LIC-03", Outcome.REVIEW),
        ({"end": "2026-03-05"}, Publication(date(2026, 3, 6), solid=False), "LIC-03", Outcome.REVIEW),
        ({"end": "2026-03-05"}, Publication(date(2026, 3, 6), solid=True), "LIC-03", Outcome.VIOLATION),
        ({"end": "2026-03-03"}, None, "LIC-03", Outcome.VIOLATION),
        ({"start": "2026-03-07"}, None, "LIC-02", Outcome.VIOLATION),
        ({"start": "2026-03-06"}, Publication(date(2026, 3, 5), solid=False), "LIC-02", Outcome.REVIEW),
        ({"suspension": [{"start": "2026-03-06"}]}, None, "LIC-19", Outcome.REVIEW),
        ({"suspension": [{"start": "2026-03-04"}]}, None, "LIC-19", Outcome.VIOLATION),
        ({"amendment": [{"from": date(2026, 3, 6), "excerpt": {"characters": 9}}]}, None, "LIC-07", Outcome.REVIEW),
        ({"excerpt": {"characters": 9}}, None, "LIC-07", Outcome.VIOLATION),
    ],
)
def test_a_page_without_a_sure_date_is_not_accused_where_another_day_would_have_been_licensed(
    pack: Pack, repost: Repost, terms: dict[str, Any], published: Publication | None, rule: str, expected: Outcome
) -> None:
    """The article is of 4 March, the capture of 6 March; on which day between them it was reposted nobody knows."""
    verdict = judge(pack, licences(**terms), repost, published=published)
    assert verdict.outcome is expected
    assert rules(verdict) - {"LIC-18"} == {rule} | ({"GATE-13"} if expected is Outcome.REVIEW else set())


@pytest.mark.parametrize(
    ("terms", "kind", "similarity", "breach"),
    [
        ({}, MatchKind.NEAR, 0.99, True),
        ({"excerpt": {"characters": 900}}, MatchKind.NEAR, 0.99, False),
        ({"excerpt": {"characters": 900}}, MatchKind.NEAR, 0.9, True),
        ({}, MatchKind.FULL, 0.99, False),
    ],
)
def test_a_part_that_may_be_used_is_no_change_of_the_text(
    pack: Pack, repost: Repost, terms: dict[str, Any], kind: MatchKind, similarity: float, breach: bool
) -> None:
    document, match = repost(kind=kind, coverage=0.7)
    register = licences(modification=False, **terms)
    verdict = Policy(pack, register).judge(document, replace(match, similarity=similarity), captured=CAPTURED)
    assert ("LIC-11" in rules(verdict)) is breach


@pytest.mark.parametrize(
    ("published", "told"),
    [
        (Publication(date(2026, 9, 2), solid=True), {"INT-06"}),
        (Publication(date(2026, 9, 2), solid=False), set()),
        (Publication(date(2026, 3, 1), solid=False, witness="htmldate"), {"GATE-09"}),
        (None, set()),
    ],
)
def test_an_old_article_is_shown_as_new_only_where_the_page_surely_says_so(
    pack: Pack, repost: Repost, published: Publication | None, told: set[str]
) -> None:
    late = datetime(2026, 10, 1, tzinfo=UTC)
    document, match = repost(body=BODY.replace("3月3日", "日前"), published=published)
    document = replace(document, text=document.text.replace("2026年3月5日", "－" * 9))
    assert rules(Policy(pack, LICENSED).judge(document, match, captured=late)) - {"INT-13"} == told


@pytest.mark.parametrize(("captured", "told"), [("2026-11-30", False), ("2026-12-01", True), ("2027-01-02", False)])
def test_a_licence_that_is_ending_is_told_while_it_is(pack: Pack, repost: Repost, captured: str, told: bool) -> None:
    day = datetime.fromisoformat(captured).replace(tzinfo=UTC)
    verdict = judge(pack, LICENSED, repost, captured=day, published=Publication(date(2026, 11, 5), solid=True))
    assert ("LIC-15" in rules(verdict)) is told


@pytest.mark.parametrize(
    ("terms", "page", "rule"),
    [
        ({"languages": ["zh-Hans"]}, {}, "LIC-06"),
        ({"credit": "head"}, {"said": Credit("來源:國際在線", Zone.TAIL, Grade.EXACT, "國際在線")}, "LIC-14"),
        ({"written": False}, {}, "LIC-16"),
        ({"link": True}, {"links": ()}, "LIC-21"),
    ],
)
def test_a_lesser_breach_is_for_review(
    pack: Pack, repost: Repost, terms: dict[str, Any], page: dict[str, Any], rule: str
) -> None:
    verdict = judge(pack, licences(**terms), repost, **page)
    assert (verdict.outcome, rules(verdict, Level.WARNING)) == (Outcome.REVIEW, {rule})


def test_a_licence_that_waives_the_credit_asks_for_none(pack: Pack, repost: Repost) -> None:
    verdict = judge(pack, licences(credit="waived"), repost, grade=Grade.NONE)
    assert (verdict.outcome, rules(verdict)) == (Outcome.COMPLIANT, set())


def test_the_terms_of_the_day_of_the_repost_count(pack: Pack, repost: Repost) -> None:
    changed = licences(amendment=[{"from": date(2026, 3, 6), "excerpt": {"characters": 10}}])
    published = Publication(DAY, solid=True)
    before = judge(pack, changed, repost, published=published)
    assert (before.outcome, rules(before), before.licence.on) == (Outcome.COMPLIANT, {"LIC-18"}, DAY)
    after = Publication(date(2026, 3, 6), solid=True)
    assert rules(judge(pack, changed, repost, published=after), Level.ERROR) == {"LIC-07"}


def test_a_third_party_that_names_our_licensee_is_for_review(pack: Pack, repost: Repost) -> None:
    said = Credit("來源:某站", Zone.HEAD, Grade.SECONDHAND, "某站", via="某站")
    verdict = judge(pack, LICENSED, repost, said=said, url="http://third.example/a", source="某站")
    assert (verdict.outcome, verdict.licence.clause) == (Outcome.REVIEW, "sublicence")
    assert {"LIC-12", "ATT-03"} == rules(verdict, Level.WARNING)


STOPS = [
    ("GATE-01", {"ownership": Ownership.NOT_OURS}, {}),
    ("GATE-04", {}, {"url": "https://m.news.cri.cn/x.html"}),
]


@pytest.mark.parametrize(("gate", "ours", "page"), STOPS)
def test_a_closed_gate_ends_the_judging(
    pack: Pack, repost: Repost, article: Article, gate: str, ours: dict[str, Any], page: dict[str, Any]
) -> None:
    other = replace(article, **ours)
    verdict = judge(pack, ELSEWHERE, repost, ours=other, grade=Grade.NONE, **page)
    assert (verdict.outcome, rules(verdict)) == (Outcome.NOT_APPLICABLE, {gate})


LEFT_TO_A_PERSON = [
    ("GATE-03", {"ownership": Ownership.UNCLEAR}, {}),
    ("GATE-05", {}, {"published": Publication(date(2026, 3, 3), solid=True)}),
    ("GATE-07", {}, {"kind_of_page": PageKind.LISTING}),
    ("GATE-06", {"text": "新華社北京3月4日電 " + BODY.split(":", 1)[1]}, {}),
    ("MAT-05", {}, {"kind": MatchKind.REWRITE}),
    ("EXC-QUOTE", {}, {"kind": MatchKind.EXCERPT, "coverage": 0.2, "page_coverage": 0.1, "short": True}),
    ("EXC-FACT", {"text": "青蘿鎮3日舉辦茶花節,接待遊客3200人。" * 3}, {}),
]


@pytest.mark.parametrize(("gate", "ours", "page"), LEFT_TO_A_PERSON)
def test_what_may_have_a_good_reason_is_never_accused(
    pack: Pack, repost: Repost, article: Article, gate: str, ours: dict[str, Any], page: dict[str, Any]
) -> None:
    other = replace(article, **ours)
    kind_of_page, short = page.pop("kind_of_page", PageKind.ARTICLE), page.pop("short", False)
    document, match = repost(body=other.text, ours=other, grade=Grade.NONE, **page)
    document = replace(document, kind=kind_of_page)
    if short:
        passage = replace(match.passages[0], article=(0, 60), page=(match.passages[0].page[0],) * 2)
        match = replace(match, passages=(passage,))
    verdict = Policy(pack, ELSEWHERE).judge(document, match, captured=CAPTURED)
    assert gate in rules(verdict)
    assert verdict.outcome is Outcome.REVIEW
    assert all(finding.level is not Level.ERROR for finding in verdict.findings)
    assert any(line.startswith("left to a person because of ") and gate in line for line in verdict.log)


@pytest.mark.parametrize(
    ("register", "grade", "expected", "named", "accused"),
    [
        (LICENSED, Grade.NONE, Outcome.REVIEW, True, set()),
        (LICENSED, Grade.BOILERPLATE, Outcome.REVIEW, True, set()),
        (LICENSED, Grade.EXACT, Outcome.COMPLIANT, False, set()),
        (LICENSED, Grade.SELF, Outcome.VIOLATION, False, {"ATT-04", "ATT-09"}),
        (ELSEWHERE, Grade.NONE, Outcome.VIOLATION, True, {"LIC-01"}),
        (ELSEWHERE, Grade.EXACT, Outcome.VIOLATION, False, {"LIC-01"}),
    ],
)
def test_one_page_of_several_is_never_accused_of_a_credit_that_may_stand_on_another(
    pack: Pack, repost: Repost, register: Licences, grade: Grade, expected: Outcome, named: bool, accused: set[str]
) -> None:
    verdict = judge(pack, register, repost, grade=grade, part=2, parts=3)
    assert verdict.outcome is expected
    assert ("GATE-11" in rules(verdict)) is named
    assert rules(verdict, Level.ERROR) == accused


def test_a_soft_gate_is_silent_where_there_is_nothing_to_soften(pack: Pack, repost: Repost, article: Article) -> None:
    short = replace(article, text="青蘿鎮3日舉辦茶花節,接待遊客3200人。", authors=())
    verdict = judge(pack, LICENSED, repost, ours=short, body=short.text + "青蘿鎮鎮政府供稿,歡迎各地遊客前來賞花。" * 2)
    assert verdict.outcome is Outcome.COMPLIANT


@pytest.mark.parametrize(
    ("published", "gate"),
    [
        (Publication(date(2026, 3, 3), solid=True), "GATE-05"),
        (Publication(date(2026, 3, 3), solid=False, witness="address"), "GATE-05"),
        (Publication(date(2026, 3, 3), solid=False, witness="htmldate"), "GATE-09"),
        (Publication(date(2026, 3, 4), datetime(2026, 3, 4, 0, 29, tzinfo=UTC), solid=True), "GATE-05"),
        (Publication(date(2026, 3, 4), datetime(2026, 3, 4, 0, 30, tzinfo=UTC), solid=True), ""),
        (Publication(date(2026, 3, 4), solid=True), ""),
    ],
)
def test_a_page_that_claims_to_be_first(pack: Pack, repost: Repost, published: Publication, gate: str) -> None:
    verdict = judge(pack, ELSEWHERE, repost, published=published)
    assert {rule for rule in rules(verdict) if rule.startswith("GATE")} == ({gate} if gate else set())
    assert verdict.outcome is (Outcome.REVIEW if gate == "GATE-05" else Outcome.VIOLATION)


@pytest.mark.parametrize(
    ("terms", "expected", "found"),
    [
        ({}, Outcome.REVIEW, {"GATE-08", "INT-10"}),
        ({"removal_on_withdrawal": True}, Outcome.VIOLATION, {"GATE-08", "INT-12"}),
    ],
)
def test_a_withdrawn_article_that_is_still_up(
    pack: Pack, repost: Repost, article: Article, terms: dict[str, Any], expected: Outcome, found: set[str]
) -> None:
    withdrawn = replace(article, withdrawn=True)
    verdict = judge(pack, licences(**terms), repost, ours=withdrawn, grade=Grade.NONE)
    assert (verdict.outcome, rules(verdict)) == (expected, found)


def test_a_withdrawn_article_on_a_page_that_cannot_be_read_reliably_is_left_to_a_person(
    pack: Pack, repost: Repost, article: Article
) -> None:
    withdrawn = replace(article, withdrawn=True)
    register = licences(removal_on_withdrawal=True)
    verdict = judge(pack, register, repost, ours=withdrawn, kind=MatchKind.FULL, parts=1)
    listing = Policy(pack, register).judge(
        replace(verdict.document, kind=PageKind.LISTING), verdict.match, captured=CAPTURED
    )
    assert (verdict.outcome, listing.outcome) == (Outcome.VIOLATION, Outcome.REVIEW)
    assert rules(listing) == {"GATE-07", "GATE-08", "INT-12"}


def test_the_log_says_every_gate_the_licence_and_every_rule(pack: Pack, repost: Repost) -> None:
    log = "\n".join(judge(pack, ELSEWHERE, repost, grade=Grade.OTHER).log)
    for gate in ("GATE-01", "GATE-03", "GATE-04", "GATE-05", "GATE-06", "GATE-07", "GATE-08"):
        assert f"{gate} does not hold: " in log
    assert "GATE-02 holds: ownership = ours" in log
    assert "licence for www.site.example on 2026-03-06 (the day of capture): none, no licence names" in log
    assert "ATT-02 fires (fail, error): grade = other" in log
    assert f"pack {pack.name} judges article tea-2026 as full" in log


def test_the_same_page_gives_the_same_verdict(pack: Pack, repost: Repost) -> None:
    assert judge(pack, ELSEWHERE, repost, grade=Grade.OTHER) == judge(pack, ELSEWHERE, repost, grade=Grade.OTHER)


def test_every_finding_names_its_pack_and_the_words_on_the_page(pack: Pack, repost: Repost) -> None:
    verdict = judge(pack, ELSEWHERE, repost, grade=Grade.OTHER)
    assert {finding.pack for finding in verdict.findings} == {pack.name}
    assert {finding.quote for finding in verdict.findings} == {"來源:某某網"}
    assert [finding.level for finding in verdict.findings] == sorted(
        (finding.level for finding in verdict.findings), key=list(Level).index
    )


def test_a_matched_page_that_no_rule_classified_is_for_review(pack: Pack) -> None:
    silent = replace(pack, rules=tuple(rule for rule in pack.rules if rule.kind not in CLASSIFYING or rule.when == {}))
    fired = decide(silent, known(silent, {})).fired
    assert [rule.id for rule in fired] == ["UNHANDLED"]
    assert outcome(fired) is Outcome.REVIEW


def worlds() -> Iterator[dict[str, Value]]:
    """All ways in which credit, licence, kind and gates can meet."""
    names = ("grade", "licence.state", "kind", "ownership", "licence.credit", "zone")
    for values in product(*(FACTS[name].values for name in names)):
        yield dict(zip(names, values, strict=True))


def test_no_world_is_without_a_rule_and_errors_are_always_failures(pack: Pack) -> None:
    clauses = {LicenceState.OUT_OF_SCOPE: "works", LicenceState.EXPIRED: "end"}
    for world in worlds():
        if world["licence.credit"] != "due" and world["licence.state"] != "valid":
            continue
        clause = clauses.get(LicenceState(str(world["licence.state"])), "")
        fired = decide(pack, known(pack, world | {"licence.clause": clause})).fired
        assert "UNHANDLED" not in {rule.id for rule in fired}, world
        accused = any(rule.kind is FindingKind.FAIL and rule.level is Level.ERROR for rule in fired)
        assert accused == (outcome(fired) is Outcome.VIOLATION)
        if accused:
            assert world["kind"] != "rewrite"
            assert world["ownership"] == "ours"


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=60), st.text(max_size=60), st.sampled_from(list(Grade)))
def test_hostile_words_are_quoted_and_never_interpreted(pack: Pack, quote: str, source: str, grade: Grade) -> None:
    ours = Article(id="a", title="題" * 9, text=BODY)
    said = Credit(quote + "{required}{0.__class__}", Zone.HEAD, grade, source)
    document, match = _page(ours, said)
    verdict = Policy(pack, LICENSED).judge(document, match, captured=CAPTURED)
    for finding in verdict.findings:
        for text in (*finding.message.values(), *finding.repair.values()):
            assert "<class" not in text
            assert text.isprintable() or not any(ord(char) < 32 for char in text)


def _page(ours: Article, said: Credit) -> tuple[Document, Match]:
    document = Document("http://www.site.example/", ours.text, (0, len(ours.text)), credit=said, source=said.source)
    passage = Passage((0, len(ours.text)), (0, len(ours.text)), 1.0)
    return document, Match(ours, MatchKind.FULL, 1.0, 1.0, 1.0, (passage,))


def test_days_are_those_of_the_publisher(pack: Pack, repost: Repost) -> None:
    late = datetime(2026, 12, 31, 15, 59, tzinfo=UTC)
    assert judge(pack, LICENSED, repost, captured=late).licence.state is LicenceState.VALID
    after = late + timedelta(minutes=1)
    assert judge(pack, LICENSED, repost, captured=after).licence.state is LicenceState.EXPIRED
