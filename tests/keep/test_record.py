"""The JSON object of a match: the contract other programs rely on."""

import json

import pytest

from checker.keep.record import address, case_id, domain, icp_number, in_language, page_key, record, site
from checker.keep.store import Store
from tests.keep.samples import NOW, examined, finding, verdict


def test_the_object_is_that_of_the_contract() -> None:
    assert in_language(record(verdict()), "zh-Hant") == {
        "schema": 1,
        "url": "https://a.example/1",
        "captured": "2026-11-02T08:00:00Z",
        "article": {"id": "a1", "title": "碼頭 a1", "url": "https://news.example/a1"},
        "match": {
            "kind": "full",
            "coverage": 0.9877,
            "page_coverage": 0.9,
            "similarity": 0.99,
            "passages": [{"article": [0, 23], "page": [8, 31], "similarity": 1.0}],
        },
        "credit": {
            "grade": "other",
            "quote": "来源：海角网",
            "zone": "head",
            "source": "海角网",
            "span": [0, 6],
            "reason": "",
        },
        "licence": {"state": "unknown", "id": None, "clause": None, "on": None, "dated": True, "reason": ""},
        "outcome": "violation",
        "findings": [
            {
                "rule": "ATT-02",
                "level": "error",
                "message": "ATT-02 未註明來源",
                "basis": ["第三條"],
                "quote": "来源：海角网",
                "repair": "加上來源",
                "kind": "fail",
                "pack": "cri 1",
            }
        ],
        "page": {
            "title": "碼頭",
            "published": "2026-11-01",
            "operator": {
                "name": "",
                "icp": "测ICP备00000001号-2",
                "police": "",
                "news_licence": "",
                "contact": "",
            },
            "charset": "utf-8",
            "canonical": "",
        },
        "log": ["full", "ATT-02 applies"],
    }


def test_the_keys_stand_in_the_order_of_the_contract() -> None:
    keys = ["schema", "url", "captured", "article", "match", "credit", "licence", "outcome", "findings", "page", "log"]
    assert list(record(verdict())) == keys
    assert list(record(verdict())["findings"][0])[:6] == ["rule", "level", "message", "basis", "quote", "repair"]


@pytest.mark.parametrize("language", ["zh-Hant", "zh-Hans", "en"])
def test_what_is_listed_is_what_was_scanned_and_four_more(store: Store, run: int, language: str) -> None:
    scanned = verdict(findings=(finding(), finding("INT-01")))
    store.keep(run, examined(scanned), NOW)
    (case,) = store.cases()
    listed = case.listed(language)
    assert json.dumps({**listed}, ensure_ascii=False) == json.dumps(
        {
            **in_language(record(scanned), language),
            "id": case.id,
            "state": "detected",
            "first_seen": "2026-11-02T08:00:00Z",
            "last_seen": "2026-11-02T08:00:00Z",
        },
        ensure_ascii=False,
    )


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("http://a.example/1", "https://a.example/1", True),
        ("https://A.example/1#top", "https://a.example/1", True),
        ("https://a.example/?b=1&a=2", "https://a.example/?a=2&b=1", True),
        ("https://a.example", "https://a.example/", True),
        ("https://a.example/新闻", "https://a.example/%E6%96%B0%E9%97%BB", True),
        ("https://a.example/1", "https://a.example/2", False),
        ("https://a.example/1", "https://www.a.example/1", False),
        ("https://a.example/A", "https://a.example/a", False),
        ("file:///tmp/a.html", "file:///tmp/b.html", False),
    ],
)
def test_two_addresses_of_one_page(one: str, other: str, *, same: bool) -> None:
    assert (address(one) == address(other)) is same
    assert (page_key(one) == page_key(other)) is same
    assert (case_id("a1", one) == case_id("a1", other)) is same
    assert case_id("a1", one) != case_id("a2", one)


@pytest.mark.parametrize(
    "url", ["", "http://[", "https://a.example:99999/", "\ud800", "x" * 100_000, "http://a.example/\n\0"]
)
def test_a_hostile_address_has_a_key_and_a_site(url: str) -> None:
    assert len(page_key(url)) == 16
    assert isinstance(domain(site(url)), str)


@pytest.mark.parametrize(
    ("icp", "number"),
    [("测ICP备00000001号-2", "测ICP备00000001号"), (" 测ICP备 00000001号 － 12", "测ICP备00000001号"), ("", "")],
)
def test_the_sites_of_one_operator_share_its_number(icp: str, number: str) -> None:
    assert icp_number(icp) == number
