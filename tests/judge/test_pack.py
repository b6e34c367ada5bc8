"""The shipped pack says what it means; a broken pack is one line with file, line and what was expected."""

import re
from itertools import combinations
from pathlib import Path

import pytest

from checker.errors import RulePackError
from checker.judge import examples
from checker.judge.pack import UNHANDLED, Pack, load_pack
from checker.judge.rules import Rule, overlap
from checker.model import LANGUAGES, FindingKind, Grade, Level, LicenceState

ASKED = (
    [f"GATE-0{n}" for n in range(1, 9)]
    + [f"ATT-{n:02}" for n in range(1, 17)]
    + [f"LIC-{n:02}" for n in range(1, 19)]
    + [f"INT-{n:02}" for n in range(1, 11)]
    + [f"OWN-0{n}" for n in range(1, 6)]
    + ["GATE-13", "EXC-QUOTE", "EXC-FACT", "EXC-SPEECH", UNHANDLED]
)

FAIL, REVIEW, TOLD = "fail error", "fail warning", "informational note"
JUDGEMENT = "review warning"
SAID = {
    FAIL: "ATT-01 ATT-02 ATT-04 ATT-08 ATT-09 LIC-01 LIC-02 LIC-03 LIC-04 LIC-05 LIC-07 LIC-08 "
    "LIC-09 LIC-10 LIC-11 "
    "LIC-19 INT-07 INT-12 OWN-01 OWN-02 OWN-05",
    REVIEW: "ATT-03 ATT-05 ATT-06 ATT-10 ATT-11 ATT-12 ATT-15 ATT-17 LIC-06 LIC-12 LIC-13 LIC-14 LIC-21 INT-05 INT-06 "
    "INT-09 INT-10 OWN-03 OWN-04",
    JUDGEMENT: "ATT-18 "
    "LIC-16 LIC-17 INT-01 INT-03 INT-04 INT-08 INT-13 INT-14 INT-15 OWN-06 GATE-05 GATE-06 GATE-11 GATE-12 "
    "GATE-13 MAT-05 MAT-06 EXC-QUOTE EXC-FACT EXC-SPEECH",
    TOLD: "ATT-07 ATT-13 ATT-14 ATT-16 LIC-00 LIC-15 LIC-18 INT-02 GATE-08 GATE-09 MAT-04",
    "review note": "GATE-03 GATE-07 GATE-10 UNHANDLED",
    "notApplicable note": "GATE-01 GATE-04",
    "pass note": "GATE-02 PASS-01 PASS-02",
}
"""Kind and level of every rule."""

CITED = {
    "notice:2": "ATT-01 ATT-17 LIC-00 LIC-01 LIC-16 OWN-05",
    "notice:3": "ATT-01 ATT-02 ATT-05 ATT-06 ATT-08 ATT-09 ATT-17 ATT-18 "
    "LIC-02 LIC-03 LIC-04 LIC-05 LIC-06 LIC-07 LIC-08 LIC-09 LIC-10 LIC-11 LIC-13 LIC-14 LIC-19 INT-07 "
    "GATE-01 GATE-02 PASS-01 OWN-02 OWN-05 OWN-06",
    "notice:4": "GATE-01 OWN-01 OWN-02 OWN-03",
}
"""Which rules rest on which clause of the notice: 2 asks for permission in writing, 3 for use within the licence and
for the source, 4 says what is not ours. 1 (who runs the site) and 5 (when to write to us) are no reposter's duty."""

RULE = """
[[rule]]
id = "ATT-01"
kind = "fail"
level = "error"
basis = ["practice"]
when = { grade = "none" }
message.zh-Hant = "甲"
message.zh-Hans = "甲"
message.en = "a"
repair.zh-Hant = "乙"
repair.zh-Hans = "乙"
repair.en = "b"
fire = [{ grade = "none" }]
ok = [{ grade = "exact" }]
"""

HEAD = """version = "1.0.0"
[publisher]
id = "river"
name = "大江新聞"
required = "來源:大江新聞"
names = ["大江新聞"]
[judge]
never_say = ["侵權"]
[basis]
practice = { zh-Hant = "實務", zh-Hans = "实务", en = "Practice" }
"""

LAST = (
    RULE.replace("ATT-01", UNHANDLED)
    .replace('{ grade = "none" }\nmessage', "{ own_host = true }\nmessage")
    .replace('fire = [{ grade = "none" }]', "fire = [{ own_host = true }]")
)


@pytest.mark.parametrize("rule", ASKED)
def test_every_rule_is_there(pack: Pack, rule: str) -> None:
    assert pack.rule(rule) is not None


def test_every_rule_says_what_it_is_with_the_level_it_should_have(pack: Pack) -> None:
    said = {rule: kind for kind, rules in SAID.items() for rule in rules.split()}
    assert {rule.id: f"{rule.kind} {rule.level}" for rule in pack.rules} == said


def test_the_clauses_of_the_notice_are_cited_where_they_say_so(pack: Pack) -> None:
    cited = {code: {rule.id for rule in pack.rules if code in rule.basis} for code in pack.bases if "notice:" in code}
    ours = {code: rules for code, rules in cited.items() if code.startswith("notice:") and rules}
    assert ours == {code: set(rules.split()) for code, rules in CITED.items()}


def test_the_examples_hold(pack: Pack) -> None:
    assert [str(problem) for problem in examples.test_pack(pack)] == []


def test_every_rule_has_an_example_that_fires_and_one_that_does_not(pack: Pack) -> None:
    assert [rule.id for rule in pack.rules if rule.id != UNHANDLED and not (rule.fire and rule.ok)] == []


def test_every_text_is_there_in_every_language_and_no_text_accuses(pack: Pack) -> None:
    for rule in pack.rules:
        for texts in (rule.message, rule.repair):
            assert set(texts) == set(LANGUAGES)
            assert not re.search("侵權|侵权|盜用|盗用|infring|theft|piracy", " ".join(texts.values()), re.IGNORECASE), (
                rule.id
            )


def test_every_basis_has_a_name_in_every_language(pack: Pack) -> None:
    for rule in pack.rules:
        for code in rule.basis:
            assert all(pack.basis(code)[language] for language in LANGUAGES)
    assert all(pack.basis(f"notice:{clause}") for clause in range(1, 6))


def test_the_publisher_is_what_the_notice_asks_for(pack: Pack) -> None:
    assert pack.publisher.required == "來源:國際在線"
    assert set(pack.publisher.notice) == {"1", "2", "3", "4", "5"}
    assert pack.name == f"cri {pack.version}"


def test_each_grade_that_is_no_credit_has_exactly_one_rule(pack: Pack) -> None:
    asked = [rule for rule in pack.rules if rule.question == "credit"]
    for grade in set(Grade) - {Grade.EXACT}:
        facts = examples.known(pack, {"grade": str(grade), "hiding": "styled" if grade is Grade.HIDDEN else "no"})
        assert len([rule for rule in asked if rule.fires(facts)]) == 1, grade


def test_each_state_of_a_licence_that_is_not_valid_has_exactly_one_rule(pack: Pack) -> None:
    asked = [rule for rule in pack.rules if rule.question == "licence"]
    scope = ["domains", "channels", "languages", "works", "exclusions", "excerpt", "quota", "concurrent", "embargo"]
    clauses = {LicenceState.OUT_OF_SCOPE: [*scope, "modification", "sublicence", "commerce"]}
    for state in set(LicenceState) - {LicenceState.VALID}:
        for clause in clauses.get(state, [""]):
            facts = examples.known(pack, {"licence.state": str(state), "licence.clause": clause})
            assert len([rule for rule in asked if rule.fires(facts)]) == 1, (state, clause)


def test_rules_that_answer_one_question_never_overlap(pack: Pack) -> None:
    asked = [rule for rule in pack.rules if rule.question]
    pairs = [(a, b) for a, b in combinations(asked, 2) if (a.scope, a.question) == (b.scope, b.question)]
    assert pairs
    assert [(a.id, b.id) for a, b in pairs if overlap(a, b)] == []


def test_only_a_failure_can_accuse(pack: Pack) -> None:
    assert {rule.kind for rule in pack.rules if rule.level is Level.ERROR} == {FindingKind.FAIL}


NAMES = 'names = ["大江新聞"]'
WHEN = '{ grade = "none" }\nmessage'


@pytest.mark.parametrize(
    ("old", "new", "where", "says"),
    [
        ("kind = ", "colour = 1\nkind = ", "colour", "rule ATT-01: unknown key colour"),
        ('"error"', '"fatal"', "level", "rule ATT-01: level: Input should be 'error', 'warning' or 'note'"),
        ('"ATT-01"', '"att 1"', 'id = "att', "rule att 1: id: String should match pattern"),
        (WHEN, '{ grad = "none" }\nmessage', "when", "rule ATT-01: when: there is no fact 'grad'"),
        (WHEN, '{ grade = "nun" }\nmessage', "when", "rule ATT-01: when: grade: expected 'exact' or"),
        (WHEN, "{ coverage = { above = 1 } }\nmessage", "when", "coverage: expected a number or a range"),
        (WHEN, "{ own_host = 1 }\nmessage", "when", "own_host: expected False or True, not 1"),
        ('message.zh-Hans = "甲"\n', "", "message", "rule ATT-01: message: expected a sentence in zh-Hans"),
        ('message.en = "a"', 'message.en = "{evil}"', "message", "message: en: nothing to put in for {evil}"),
        (
            'repair.en = "b"',
            'repair.en = "b"\nquote = "{evil}"',
            "quote",
            "rule ATT-01: quote: nothing to put in for {evil}",
        ),
        ('repair.en = "b"', 'repair.en = "b"\nrepair.fr = "c"', "repair", "repair: unknown language 'fr'"),
        ('["practice"]', '["custom"]', "basis = ", "rule ATT-01: there is no basis custom"),
        ('["practice"]', "[]", "basis = ", "rule ATT-01: basis: Tuple should have at least 1 item"),
        ('fire = [{ grade = "none" }]\n', "", "[[rule]]", "expected an example that must fire (fire)"),
        ('ok = [{ grade = "exact" }]\n', "", "[[rule]]", "expected an example that must not fire (ok)"),
        ('ok = [{ grade = "exact" }]', "ok = [{ grade = 3 }]", "ok = ", "ok.0: grade: expected 'exact'"),
        ('message.zh-Hant = "甲"', 'message.zh-Hant = "這是侵權"', "message.zh-Hant", "may not say 侵權"),
        ('kind = "fail"', 'kind = "pass"', "level", "rule ATT-01: pass has the level note"),
        ('id = "ATT-01"', 'id = "ATT-01"\nthen = ["ATT-99"]', "then", "rule ATT-01: there is no rule ATT-99"),
        ('"1.0.0"', '"one"', "version", "version: String should match pattern"),
        ('version = "1.0.0"\n', "", None, "expected a version such as 1.0.0"),
        ('name = "大江新聞"\n', "", "[publisher]", "expected publisher.name, which is missing"),
        (NAMES, 'names = "大江新聞"', "names", "publisher.names: Input should be a valid tuple"),
        (NAMES, NAMES + '\ntimezone = "Asia/Nowhere"', "timezone", "expected a time zone such as Asia/Shanghai"),
        ("[publisher]", "[publisher", "[publisher", "not valid TOML"),
    ],
)
def test_a_broken_pack_names_file_line_and_what_was_expected(
    tmp_path: Path, old: str, new: str, where: str | None, says: str
) -> None:
    whole = HEAD + RULE + LAST
    assert old in whole
    text = whole.replace(old, new, 1)
    path = tmp_path / "river.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(RulePackError) as caught:
        load_pack(path)
    assert says in str(caught.value)
    lines = [number for number, line in enumerate(text.splitlines(), 1) if where and line.startswith(where)]
    assert str(caught.value).startswith(f"{path}:{lines[0]}: " if lines else f"{path}: ")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("second", "says"),
    [
        (RULE, "rule ATT-01 is there twice"),
        (RULE.replace("ATT-01", "ATT-02"), "rule ATT-02 overlaps ATT-01: both can answer the question 'credit'"),
    ],
)
def test_two_rules_that_say_the_same_are_refused(tmp_path: Path, second: str, says: str) -> None:
    path = tmp_path / "river.toml"
    both = (RULE + second).replace('kind = "fail"', 'question = "credit"\nkind = "fail"')
    path.write_text(HEAD + both + LAST, encoding="utf-8")
    with pytest.raises(RulePackError, match=re.escape(says)):
        load_pack(path)


def test_a_pack_without_a_last_rule_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "river.toml"
    path.write_text(HEAD + RULE, encoding="utf-8")
    with pytest.raises(RulePackError, match="expected a rule UNHANDLED"):
        load_pack(path)


def test_a_new_publisher_needs_one_file_and_no_code(tmp_path: Path) -> None:
    shared = tmp_path / "shared.toml"
    shared.write_text(RULE + LAST, encoding="utf-8")
    path = tmp_path / "river.toml"
    path.write_text(HEAD.replace("\n[publisher]", '\ninclude = ["shared.toml"]\n[publisher]'), encoding="utf-8")
    pack = load_pack(path)
    assert pack.publisher.name == "大江新聞"
    assert [rule.id for rule in pack.rules] == ["ATT-01", UNHANDLED]
    assert examples.test_pack(pack) == ()


def test_a_mistake_in_an_included_file_names_that_file(tmp_path: Path) -> None:
    shared = tmp_path / "shared.toml"
    shared.write_text(RULE.replace('"fail"', '"fails"') + LAST, encoding="utf-8")
    path = tmp_path / "river.toml"
    path.write_text(HEAD.replace("\n[publisher]", '\ninclude = ["shared.toml"]\n[publisher]'), encoding="utf-8")
    with pytest.raises(RulePackError, match=rf"^{re.escape(str(shared))}:4: rule ATT-01: kind"):
        load_pack(path)


def test_a_deprecated_rule_stays_readable_and_is_not_asked(tmp_path: Path) -> None:
    path = tmp_path / "river.toml"
    old = RULE.replace('id = "ATT-01"', 'id = "ATT-01"\ndeprecated = "replaced by ATT-02"')
    path.write_text(HEAD + old + RULE.replace("ATT-01", "ATT-02") + LAST, encoding="utf-8")
    pack = load_pack(path)
    found = pack.rule("ATT-01")
    assert found is not None
    assert found.deprecated
    assert examples.test_pack(pack) == ()


def test_an_example_that_does_not_hold_is_reported(pack: Pack) -> None:
    rule = pack.rule("ATT-01")
    assert isinstance(rule, Rule)
    wrong = rule.model_copy(update={"ok": ({"grade": "none"},), "fire": ({"grade": "exact"},)})
    broken = Pack(**{**vars(pack), "rules": (wrong,)})
    assert [str(problem) for problem in examples.test_pack(broken)] == [
        "ATT-01 must fire on: grade = exact",
        "ATT-01 must not fire on: grade = none",
    ]
