"""The columns of a case in a flat table, and the guard against cells that a spreadsheet would run as formulas."""

from collections.abc import Mapping
from typing import Any

from checker.report.wording import Wording

Row = Mapping[str, Any]

COLUMNS = (
    "id", "state", "outcome", "level", "rules", "kind", "coverage", "grade", "quote", "licence", "clause",
    "article_id", "article_title", "article_url", "url", "page_title", "published", "operator", "icp",
    "captured", "first_seen", "last_seen", "message", "repair", "basis",
)  # fmt: skip

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
"""First characters that make a spreadsheet run a cell (OWASP, "CSV Injection")."""

FULL_WIDTH_STARTS = ("＝", "＋", "－", "＠")
"""The same signs full width: spreadsheets set up for Chinese or Japanese take them for the narrow ones."""

BLANKS = " \n\u3000\u00a0\u200b\ufeff"
"""Characters in front of a sign that spreadsheets skip."""

LEVELS = ("error", "warning", "note")


def neutral(text: str) -> str:
    """Return the text with a leading apostrophe where a spreadsheet would run it as a formula."""
    return "'" + text if risky(text) else text


def risky(text: str) -> bool:
    """Whether a spreadsheet could run the text as a formula."""
    return text.lstrip(BLANKS).startswith(FORMULA_STARTS + FULL_WIDTH_STARTS)


def worst(findings: list[Mapping[str, Any]]) -> str:
    """The worst level among findings, or ""."""
    levels = {finding["level"] for finding in findings}
    return next((level for level in LEVELS if level in levels), "")


def said(value: str | Mapping[str, str], language: str) -> str:
    """A message in one language, whether it is given in one or in all of them."""
    return value if isinstance(value, str) else value.get(language, "")


def cells(row: Row, wording: Wording) -> dict[str, str | float]:
    """Flatten a row to one cell for each of COLUMNS; codes stay codes, so that programs can read them."""
    findings = list(row["findings"])
    page, operator = row["page"], row["page"].get("operator") or {}
    lines = {key: "\n".join(said(each[key], wording.language) for each in findings) for key in ("message", "repair")}
    return {
        **{key: row.get(key) or "" for key in ("id", "state", "first_seen", "last_seen", "outcome", "url", "captured")},
        **lines,
        "level": worst(findings),
        "rules": " ".join(each["rule"] for each in findings),
        "kind": row["match"]["kind"],
        "coverage": row["match"]["coverage"],
        "grade": row["credit"]["grade"],
        "quote": row["credit"]["quote"] or "",
        "licence": row["licence"]["state"],
        "clause": row["licence"]["clause"] or "",
        "article_id": row["article"]["id"],
        "article_title": row["article"]["title"] or "",
        "article_url": row["article"].get("url") or "",
        "page_title": page.get("title") or "",
        "published": page.get("published") or "",
        "operator": operator.get("name") or "",
        "icp": operator.get("icp") or "",
        "basis": "\n".join(
            dict.fromkeys(said(basis, wording.language) for each in findings for basis in each["basis"])
        ),
    }


def heads(wording: Wording) -> list[str]:
    """The titles of COLUMNS in the wording's language."""
    return [wording.say(f"column.{name}") for name in COLUMNS]
