"""One repost under several addresses of a site is known as one; nothing that differs is hidden behind another."""

from dataclasses import replace
from typing import Any

import pytest

from checker.keep.decisions import Decision
from checker.keep.store import Store
from checker.model import Passage, Verdict
from tests.keep.samples import NOW, examined, finding, verdict

HERE = "https://www.example.cn/news/1.html"


def kept(store: Store, run: int, *verdicts: Verdict) -> list[str]:
    return [identity for each in verdicts for identity in store.keep(run, examined(each), NOW)]


def at(url: str, before: str = "", canonical: str = "", **changes: Any) -> Verdict:
    """The same repost on another page, behind other words."""
    usual = verdict(url, **changes)
    match = replace(usual.match, passages=(Passage((0, 23), (8 + len(before), 31 + len(before)), 1.0),))
    text = before + usual.document.text
    return replace(usual, document=replace(usual.document, text=text, canonical=canonical), match=match)


@pytest.mark.parametrize(
    ("twin", "before"),
    [
        ("https://m.example.cn/news/1.html", "手機版\n"),
        ("https://www.example.cn/print/1.html", "列印\n"),
        (HERE + "?from=feed&share=1", ""),
    ],
)
def test_twins_are_found_and_the_canonical_address_is_the_first(store: Store, run: int, twin: str, before: str) -> None:
    one, two = kept(store, run, at(HERE, canonical=HERE), at(twin, before, canonical=HERE))
    assert store.twins([two, one]) == {two: one}
    assert store.twins([two]) == {}


def test_without_a_canonical_address_the_shortest_is_the_first(store: Store, run: int) -> None:
    long, short = kept(store, run, at(HERE + "?share=1"), at(HERE))
    assert store.twins([long, short]) == {long: short}


@pytest.mark.parametrize(
    "other",
    [
        at("https://www.example.net/news/1.html"),
        at(HERE + "?2", findings=(finding("ATT-01"),)),
        replace(at(HERE + "?2"), match=replace(verdict().match, passages=(Passage((0, 9), (8, 17), 1.0),))),
        replace(at(HERE + "?2"), document=replace(at(HERE + "?2").document, text="別" * 31)),
    ],
    ids=["another site", "another rule", "other passages", "other words"],
)
def test_what_differs_stays_apart(store: Store, run: int, other: Verdict) -> None:
    assert store.twins(kept(store, run, at(HERE), other)) == {}


def test_a_case_that_was_decided_on_is_no_twin_of_one_that_was_not(store: Store, run: int) -> None:
    one, two = kept(store, run, at(HERE), at(HERE + "?2"))
    store.decide(two, Decision("confirm", "mei"), NOW)
    assert store.twins([one, two]) == {}
