"""Every clause of a licence at its boundary: the last repost it allows and the first it does not."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from checker.judge.clauses import CLAUSES, Counts, Use
from checker.judge.licence import Licences
from checker.judge.terms import Licence
from checker.judge.vocabulary import CLAUSES as NAMED
from checker.model import Article, LicenceAnswer, LicenceState

PUBLISHED = datetime(2026, 5, 4, 1, tzinfo=UTC)
ARTICLE = Article(
    id="tea-2026", title="青蘿鎮茶花節", text="茶" * 100, published=PUBLISHED, channel="travel", tags=("茶", "節慶")
)
USE = Use("https://news.site.example/1.html", date(2026, 5, 4), ARTICLE)


def licence(**terms: Any) -> Licence:
    """A licence of site.example for 2026, with these terms."""
    given = {"id": "L1", "licensee": "某站", "domains": ["site.example"], "start": "2026-01-01", "end": "2026-12-31"}
    return Licence.model_validate(given | terms)


def ask(terms: dict[str, Any], use: dict[str, Any], counts: Counts | None = None) -> LicenceAnswer:
    """Put the licence with these terms to the repost with these changes."""
    register = Licences((licence(**terms),))
    return register.look_up(replace(USE, **use), lambda _licence, _use: counts or Counts()).answer


ACCOUNTS = {"domains": [], "accounts": [{"channel": "weibo", "at": "weibo.example/u/77"}]}
SITE_ONLY = {"channels": ["site"], "names": ["某站"]}
HOUR = timedelta(hours=1)

KEPT = [
    ("start", {}, {"on": date(2026, 1, 1)}),
    ("end", {}, {"on": date(2026, 12, 31)}),
    ("end", {"end": None}, {"on": date(2099, 1, 1)}),
    ("suspension", {"suspension": [{"start": "2026-05-05", "end": "2026-05-09"}]}, {"on": date(2026, 5, 4)}),
    ("suspension", {"suspension": [{"start": "2026-05-05", "end": "2026-05-09"}]}, {"on": date(2026, 5, 10)}),
    ("domains", {}, {"target": "site.example"}),
    ("domains", {}, {"target": "https://www.site.example/a"}),
    ("domains", {}, {"target": "https://a.b.site.example/a"}),
    ("domains", {}, {"target": "http://SITE.example.:8080/a"}),
    ("domains", {"subdomains": False}, {"target": "https://www.site.example/a"}),
    ("domains", {"apps": ["com.site.app"]}, {"target": "app:com.site.app"}),
    ("domains", ACCOUNTS, {"target": "https://weibo.example/u/77"}),
    ("domains", ACCOUNTS, {"target": "https://weibo.example/u/77/status/5"}),
    ("channels", {"channels": ["site", "app"]}, {"channel": "app"}),
    ("channels", {}, {"channel": "print"}),
    ("channels", ACCOUNTS | {"channels": ["site"]}, {"target": "https://weibo.example/u/77?p=1", "channel": "weibo"}),
    ("languages", {"languages": ["zh-Hans"]}, {"language": "zh-Hans"}),
    ("works", {"works": {"channels": ["travel"]}}, {}),
    ("works", {"works": {"tags": ["茶", "酒"]}}, {}),
    ("works", {"works": {"articles": ["tea-2026"]}}, {}),
    ("exclusions", {"exclusions": {"channels": ["opinion"], "tags": ["獨家"]}}, {}),
    ("excerpt", {"excerpt": {"characters": 300}}, {"characters": 300}),
    ("excerpt", {"excerpt": {"share": 0.5}}, {"coverage": 0.5}),
    ("embargo", {"embargo_minutes": 60}, {"instant": PUBLISHED + HOUR}),
    ("embargo", {"embargo_minutes": 60}, {"instant": None}),
    ("modification", {"modification": False}, {"edited": False}),
    ("modification", {"modification": True}, {"edited": True}),
    ("modification", {}, {"edited": True}),
    ("commerce", {"commerce": False}, {"commerce": False}),
    ("commerce", {}, {"commerce": True}),
    ("sublicence", {"sublicence": True}, {"target": "other.example", "source": "某站"}),
    ("removal", {"removal_at_end": True}, {"seen": date(2026, 12, 31)}),
    ("removal", {}, {"seen": date(2027, 1, 1)}),
]

BROKEN = [
    ("start", "not_started", {}, {"on": date(2025, 12, 31)}),
    ("end", "expired", {}, {"on": date(2027, 1, 1)}),
    ("suspension", "suspended", {"suspension": [{"start": "2026-05-04", "end": "2026-05-04"}]}, {}),
    ("suspension", "suspended", {"suspension": [{"start": "2026-05-04"}]}, {"on": date(2026, 11, 1)}),
    ("domains", "out_of_scope", {"subdomains": False, "operators": ["京ICP備7號"]},
     {"target": "m.site.example", "operator": ("", "京ICP备7号-2")}),
    ("domains", "out_of_scope", {"names": ["某站網"]}, {"target": "elsewhere.example", "operator": ("某站网", "")}),
    ("channels", "out_of_scope", {"channels": ["site"]}, {"channel": "app"}),
    ("channels", "out_of_scope", SITE_ONLY, {"target": "https://weibo.example/u/78", "channel": "weibo",
     "operator": ("某站", "")}),
    ("languages", "out_of_scope", {"languages": ["zh-Hans"]}, {"language": "zh-Hant"}),
    ("works", "out_of_scope", {"works": {"channels": ["opinion"]}}, {}),
    ("works", "out_of_scope", {"works": {"tags": ["酒"], "articles": ["tea-2025"]}}, {}),
    ("exclusions", "out_of_scope", {"exclusions": {"tags": ["節慶"]}}, {}),
    ("excerpt", "out_of_scope", {"excerpt": {"characters": 300}}, {"characters": 301}),
    ("excerpt", "out_of_scope", {"excerpt": {"share": 0.5}}, {"coverage": 0.51}),
    ("embargo", "out_of_scope", {"embargo_minutes": 60}, {"instant": PUBLISHED + HOUR - timedelta(seconds=1)}),
    ("modification", "out_of_scope", {"modification": False}, {"edited": True}),
    ("commerce", "out_of_scope", {"commerce": False}, {"commerce": True}),
    ("sublicence", "out_of_scope", {}, {"target": "other.example", "source": "某站"}),
    ("removal", "expired", {"removal_at_end": True}, {"seen": date(2027, 1, 1)}),
]  # fmt: skip


@pytest.mark.parametrize(("clause", "terms", "use"), KEPT)
def test_a_repost_up_to_the_boundary_is_licensed(clause: str, terms: dict[str, Any], use: dict[str, Any]) -> None:
    found = ask(terms, use)
    assert (found.state, found.id, found.clause) == (LicenceState.VALID, "L1", None), (clause, found.reason)


@pytest.mark.parametrize(("clause", "state", "terms", "use"), BROKEN)
def test_a_repost_beyond_it_is_not_and_the_answer_names_the_clause(
    clause: str, state: str, terms: dict[str, Any], use: dict[str, Any]
) -> None:
    found = ask(terms, use)
    assert (found.state, found.id, found.clause) == (LicenceState(state), "L1", clause)
    assert found.reason


@pytest.mark.parametrize("target", ["notsite.example", "site.example.evil.example", "example", "other.example"])
def test_another_domain_has_no_licence(target: str) -> None:
    assert ask({}, {"target": target}).state is LicenceState.NONE


@pytest.mark.parametrize(
    "target", ["https://weibo.example/u/778", "https://weibo.example/u/7", "https://weibo.example"]
)
def test_another_account_of_the_platform_has_no_licence(target: str) -> None:
    assert ask(ACCOUNTS, {"target": target}).state is LicenceState.NONE


@pytest.mark.parametrize("period", ["day", "week", "month", "total"])
@pytest.mark.parametrize("limit", [1, 5])
def test_the_nth_article_of_a_quota_is_licensed_and_the_next_is_not(period: str, limit: int) -> None:
    terms = {"quota": {period: limit}}
    assert ask(terms, {}, Counts(**{period: limit - 1})).state is LicenceState.VALID
    found = ask(terms, {}, Counts(**{period: limit}))
    assert (found.state, found.clause) == (LicenceState.OUT_OF_SCOPE, "quota")


def test_the_nth_article_online_at_once_is_licensed_and_the_next_is_not() -> None:
    assert ask({"concurrent": 5}, {}, Counts(live=4)).state is LicenceState.VALID
    found = ask({"concurrent": 5}, {}, Counts(live=5))
    assert (found.state, found.clause) == (LicenceState.OUT_OF_SCOPE, "concurrent")
    assert found.reason == "6 articles online at once, 5 allowed"


def test_every_clause_has_a_boundary_here() -> None:
    tested = {row[0] for row in KEPT} & {row[0] for row in BROKEN} | {"quota", "concurrent"}
    assert {clause for clause, _, _ in CLAUSES} == tested == set(NAMED) - {""}


def test_no_licence_at_all_is_unknown_and_not_none() -> None:
    assert Licences().check("site.example", date(2026, 5, 4)).state is LicenceState.UNKNOWN


def test_several_licences_of_a_site_speak_in_its_favour() -> None:
    old = licence(id="A", end="2026-03-31")
    new = licence(id="B", start="2026-04-01")
    both = Licences((old, new))
    assert both.check("site.example", date(2026, 3, 31)).id == "A"
    assert both.check("site.example", date(2026, 4, 1)) == LicenceAnswer(
        LicenceState.VALID, "B", None, date(2026, 4, 1), "all terms of 2026-04-01 are kept"
    )


def test_two_licences_with_different_terms_for_one_day_overlap() -> None:
    twice = Licences((licence(id="A"), licence(id="B", link=True)))
    assert twice.look_up(USE).overlap
    assert not Licences((licence(id="A"), licence(id="B"))).look_up(USE).overlap


def test_a_licence_of_another_publisher_is_not_asked() -> None:
    register = Licences((licence(publisher="river"),))
    assert register.look_up(USE).answer.state is LicenceState.NONE


def test_what_the_team_should_know() -> None:
    register = Licences((
        licence(id="A", end="2026-05-03"),
        licence(id="B", end="2026-06-03"),
        licence(id="C", end="2026-06-04", written=False, licensee="三站"),
        licence(id="D", quota={"day": 5}, concurrent=10, licensee="別站"),
        licence(id="E", quota={"day": 5}, licensee="又一站", domains=["third.example"]),
    ))  # fmt: skip
    told = register.notices(date(2026, 5, 4), {"D": Counts(day=6, live=8)})
    assert [(notice.licence.id, notice.about) for notice in told] == [
        ("B", "expiring"), ("D", "near_quota"), ("D", "over_quota"), ("A", "renewed"), ("C", "unsigned"),
        ("E", "unused"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("other", "about"),
    [
        ({"start": "2026-05-04"}, ["renewed"]),
        ({"start": "2026-05-05"}, ["expired"]),
        ({"start": "2026-05-04", "domains": ["other.example"]}, ["expired"]),
        ({"start": "2026-05-04", "licensee": "別站"}, ["expired"]),
    ],
)
def test_a_licence_that_another_goes_on_from_is_renewed(other: dict[str, Any], about: list[str]) -> None:
    register = Licences((licence(id="A", end="2026-05-03"), licence(id="B", **other)))
    told = register.notices(date(2026, 5, 10), {})
    assert [notice.about for notice in told if notice.licence.id == "A"] == about


def test_a_domain_in_chinese_is_the_one_of_its_addresses() -> None:
    assert ask({"domains": ["站.example"]}, {"target": "https://xn--5tz.example/a"}).state is LicenceState.VALID
    assert ask({"domains": ["xn--5tz.example"]}, {"target": "https://m.站.example/a"}).state is LicenceState.VALID


def test_an_account_may_be_named_in_the_query() -> None:
    terms = {"domains": [], "accounts": [{"channel": "wechat", "at": "mp.weixin.qq.com/s?__biz=MzA1=="}]}
    assert ask(terms, {"target": "https://mp.weixin.qq.com/s?__biz=MzA1==&mid=5"}).state is LicenceState.VALID
    assert ask(terms, {"target": "https://mp.weixin.qq.com/s?__biz=MzA1==5&mid=5"}).state is LicenceState.NONE
