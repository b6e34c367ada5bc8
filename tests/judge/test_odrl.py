"""Licences handed out as ODRL 2.2."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from checker.judge.odrl import to_odrl
from checker.judge.terms import Licence
from checker.model import Publisher
from tests.judge.test_ledger import FULL

PUBLISHER = Publisher("cri", "國際在線", "來源:國際在線", ("國際在線",))

OPERANDS = {
    "absoluteSize", "count", "dateTime", "delayPeriod", "deliveryChannel", "language", "percentage", "purpose",
    "virtualLocation",
}  # fmt: skip
OPERATORS = {"eq", "gteq", "lt", "lteq", "isAnyOf"}
ACTIONS = {"attribute", "delete", "distribute", "grantUse", "modify"}
"""The terms of the ODRL vocabulary that are used; every other one is of the profile, `checker:`."""

KEYS = {
    "Agreement": (
        {"@context", "@type", "uid", "profile", "assigner", "assignee", "permission"},
        {"conflict", "prohibition"},
    ),
    "Party": ({"@type", "uid"}, {"checker:name"}),
    "AssetCollection": ({"@type", "source", "refinement"}, set()),
    "rule": ({"action"}, {"target", "constraint", "duty"}),
    "constraint": ({"leftOperand", "operator", "rightOperand"}, {"unit"}),
    "logical": ({"or"}, set()),
    "literal": ({"@value", "@type"}, set()),
}
"""What each part must have and may have (ODRL Information Model 2.2)."""


def test_odrl_says_who_may_do_what_until_when_and_what_is_owed() -> None:
    licence = Licence.model_validate(FULL)
    agreement = to_odrl(licence, date(2026, 3, 1), PUBLISHER)
    assert agreement["@type"] == "Agreement"
    assert agreement["@context"][0] == "http://www.w3.org/ns/odrl.jsonld"
    (permission,) = agreement["permission"]
    limits = {(c["leftOperand"], c["operator"]): c["rightOperand"] for c in permission["constraint"] if "or" not in c}
    assert limits["dateTime", "gteq"] == {"@value": "2026-01-01", "@type": "xsd:date"}
    assert limits["absoluteSize", "lteq"] == 300
    assert limits["percentage", "lteq"] == 50
    assert limits["delayPeriod", "gteq"] == {"@value": "PT30M", "@type": "xsd:duration"}
    assert limits["virtualLocation", "isAnyOf"] == ["site.example", "站.example", "app:com.site", "weibo.example/u/9"]
    assert {duty["action"] for duty in permission["duty"]} >= {"attribute", "delete"}
    assert {rule["action"] for rule in agreement["prohibition"]} == {"modify", "distribute"}


def test_odrl_has_the_terms_of_its_day() -> None:
    licence = Licence.model_validate(FULL)
    (later,) = to_odrl(licence, date(2026, 7, 1), PUBLISHER)["permission"]
    assert 600 in [limit.get("rightOperand") for limit in later["constraint"]]
    assert "checker:linkToOriginal" not in [duty["action"] for duty in later["duty"]]


def parts(node: object, role: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield every object of a policy with what it is."""
    if isinstance(node, list):
        for each in node:
            yield from parts(each, role)
    elif isinstance(node, dict):
        yield str(node.get("@type")) if "uid" in node or "source" in node else kind(node), node
        for key, value in node.items():
            if key != "@context":
                yield from parts(value, key)


def kind(node: dict[str, Any]) -> str:
    known = {"@value": "literal", "or": "logical", "leftOperand": "constraint", "action": "rule"}
    return next((name for key, name in known.items() if key in node), "list" if "@list" in node else "reference")


def test_odrl_uses_the_terms_of_the_standard_where_they_belong() -> None:
    policy = to_odrl(Licence.model_validate(FULL), date(2026, 3, 1), PUBLISHER)
    found = [(kind, node) for kind, node in parts(policy) if kind in KEYS]
    assert {kind for kind, _ in found} == set(KEYS)
    for kind_, node in found:
        needed, allowed = KEYS[kind_]
        assert needed <= set(node) <= needed | allowed, (kind_, node)
        if kind_ == "constraint":
            assert node["operator"] in OPERATORS
            assert node["leftOperand"] in OPERANDS or node["leftOperand"].startswith("checker:")
        if kind_ == "rule":
            assert node["action"] in ACTIONS or node["action"].startswith("checker:")
    for rule in (*policy["permission"], *policy["prohibition"]):
        assert "target" in rule
    for each in ("uid", "profile"):
        assert policy[each].startswith("urn:checker:")


def test_what_is_excluded_or_advertising_is_prohibited_where_both_meet() -> None:
    """The default of ODRL is that a policy in conflict is void as a whole."""
    assert to_odrl(Licence.model_validate(FULL), date(2026, 3, 1), PUBLISHER)["conflict"] == "prohibit"
