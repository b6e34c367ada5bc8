"""The language of conditions is documented, and every word of it is computed and of use."""

from datetime import UTC, datetime

from checker.judge.facts import Scene, facts
from checker.judge.licence import Lookup
from checker.judge.pack import Pack
from checker.judge.rules import told
from checker.judge.vocabulary import FACTS, defaults
from checker.model import LicenceAnswer, LicenceState
from tests.judge.conftest import ROOT, Repost


def test_every_fact_and_value_is_documented() -> None:
    rows = (ROOT / "docs" / "facts.md").read_text(encoding="utf-8").splitlines()
    for name, fact in FACTS.items():
        (row,) = (row for row in rows if row.startswith(f"| `{name}` |"))
        assert fact.about in row
        assert all(f"`{told(value)}`" in row for value in fact.values or (fact.default,))


def test_every_fact_is_computed_with_a_value_it_can_have(pack: Pack, repost: Repost) -> None:
    document, match = repost()
    scene = Scene(document, match, datetime(2026, 3, 6, tzinfo=UTC), pack)
    known = facts(scene, Lookup(LicenceAnswer(LicenceState.VALID)))
    assert set(known) == {name for name in FACTS if not name.startswith("own.")}
    assert [name for name, value in known.items() if not FACTS[name].allows(value)] == []


def test_every_default_is_a_value_the_fact_can_have() -> None:
    assert [name for name, value in defaults().items() if not FACTS[name].allows(value)] == []


def test_no_rule_fires_with_an_error_or_a_warning_on_an_orderly_repost(pack: Pack) -> None:
    fired = [rule for rule in pack.rules if rule.id != "UNHANDLED" and rule.fires(defaults())]
    assert {rule.kind for rule in fired} == {"pass"}
