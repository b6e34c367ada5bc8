"""Cases as SARIF 2.1.0 (OASIS): one result for each finding, fingerprints that survive another scan.

The article is text on a web page, so a result's location is the page's address; the passages' character offsets count
in the page's visible text, not in its bytes, and stand in `properties` and not in a region.
"""

import json
from collections.abc import Iterable, Mapping
from importlib.metadata import version
from typing import Any, TextIO
from urllib.parse import quote

from checker.keep.lifecycle import PUT_AWAY
from checker.report.formats.columns import Row, said

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"

LANGUAGE = {"zh-Hant": "zh", "zh-Hans": "zh", "en": "en"}
"""The language of messages as SARIF wants it (3.14.7): two letters and at most a country, but no script."""

URI_SAFE = "%/:=&?~#+!$,;'@()*[]"
"""Characters of an address that stay as they are; the rest is percent-encoded, for a URI is ASCII (RFC 3986)."""


def write_sarif(rows: Iterable[Row], stream: TextIO, language: str) -> None:
    """Write one SARIF log with one run; rules are listed in order of their id."""
    rules: dict[str, dict[str, Any]] = {}
    results = []
    for row in rows:
        for finding in row["findings"]:
            rules.setdefault(finding["rule"], rule(finding, language))
            results.append(result(row, finding, language))
    order = {name: number for number, name in enumerate(sorted(rules))}
    for each in results:
        each["ruleIndex"] = order[each["ruleId"]]
    driver = {
        "name": "checker",
        "version": version("checker"),
        "language": LANGUAGE[language],
        "rules": [rules[name] for name in order],
    }
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    log = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    json.dump(log, stream, ensure_ascii=False, indent=1)
    stream.write("\n")


def rule(finding: Mapping[str, Any], language: str) -> dict[str, Any]:
    """The rule of a finding as a reportingDescriptor (3.49)."""
    return {
        "id": finding["rule"],
        "help": {"text": said(finding["repair"], language) or finding["rule"]},
        "properties": {"basis": [said(basis, language) for basis in finding["basis"]]},
    }


def result(row: Row, finding: Mapping[str, Any], language: str) -> dict[str, Any]:
    """A finding as a result (3.27). Where `kind` is not `fail`, the standard wants the level `none` (3.27.10)."""
    kind = finding.get("kind", "fail")
    article = row["article"]
    found: dict[str, Any] = {
        "ruleId": finding["rule"],
        "kind": kind,
        "level": finding["level"] if kind == "fail" else "none",
        "message": {"text": said(finding["message"], language)},
        "locations": [{"physicalLocation": {"artifactLocation": {"uri": uri(row["url"])}}}],
        "partialFingerprints": {"ruleArticlePage/v1": f"{row['id']}:{finding['rule']}"},
        "suppressions": suppressions(row["state"]),
        "properties": {
            "case": row["id"],
            "state": row["state"],
            "severity": finding["level"],
            "article": article["id"],
            "credit": row["credit"],
            "licence": row["licence"],
            "match": row["match"],
        },
    }
    if article.get("url"):
        found["relatedLocations"] = [
            {
                "message": {"text": article["title"]},
                "physicalLocation": {"artifactLocation": {"uri": uri(article["url"])}},
            }
        ]
    return found


def suppressions(state: str) -> list[dict[str, str]]:
    """What a person put away, as the standard says it (3.27.23): an empty list where nobody did."""
    return [{"kind": "external", "status": "accepted", "justification": state}] if state in PUT_AWAY else []


def uri(address: str) -> str:
    """The address in ASCII."""
    return quote(address, safe=URI_SAFE)
