"""The words of the reports: the same keys and places in every language, every code named."""

import re
from string import Formatter

import pytest

from checker.keep.lifecycle import State
from checker.model import LANGUAGES, Grade, Level, LicenceState, MatchKind, Outcome, PageOutcome, Zone
from checker.report.wording import Wording, wording


def places(text: object) -> set[str]:
    forms = text.values() if isinstance(text, dict) else [text]
    return {name for form in forms for _, name, _, _ in Formatter().parse(str(form)) if name}


def test_languages_have_the_same_keys_and_places() -> None:
    first = wording("zh-Hant").texts
    for language in LANGUAGES[1:]:
        other = wording(language).texts
        assert set(other) == set(first)
        differing = {key for key in first if not key.startswith("date.") and places(first[key]) != places(other[key])}
        assert not differing, language


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("group", "codes"),
    [
        ("grade", Grade),
        ("kind", MatchKind),
        ("state", State),
        ("verdict", Outcome),
        ("level", Level),
        ("licence", LicenceState),
        ("zone", Zone),
        ("page", PageOutcome),
    ],
)
def test_every_code_has_a_name(language: str, group: str, codes: type[Grade]) -> None:
    for code in codes:
        assert f"{group}.{code.value}" in wording(language).texts


def test_traditional_and_simplified_do_not_mix() -> None:
    traditional = "".join(str(text) for text in wording("zh-Hant").texts.values())
    simplified = "".join(str(text) for text in wording("zh-Hans").texts.values())
    assert not set(traditional) & set("转载规报发现确认径页载权关闭")
    assert not set(simplified) & set("轉載規報發現確認徑頁權關閉說")


@pytest.mark.parametrize("language", LANGUAGES)
def test_only_a_person_turns_a_suspicion_into_a_breach(language: str) -> None:
    words = wording(language)
    confirmed = words.say("verdict.confirmed")
    for state in State:
        told = words.verdict("violation", state.value)
        assert (told == confirmed) == (state in (State.CONFIRMED, State.NOTIFIED))
    said = " ".join(str(text) for text in words.texts.values())
    assert not re.search("侵權|侵权|infring", said)


def test_one_is_one_and_not_ones() -> None:
    words = wording("en")
    assert words.say("span.days", n=1) == "1 day"
    assert words.say("span.days", n=1200) == "1,200 days"
    assert words.say("sentence.interrupted", n=1).startswith("1 scan of")


def test_an_unknown_number_is_a_dash() -> None:
    words = Wording("en", {"key": "{n} reposts"})
    assert words.say("key", n=None) == "— reposts"
    assert words.percent(None) == "—"
    assert words.hours(None) == "—"
