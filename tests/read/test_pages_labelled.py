"""The project's own labelled pages, tests/pages: one page, and one file of what must be read from it."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from checker.model import Document, Grade
from checker.read.document import read
from checker.read.grades import CREDITED
from checker.read.outlets import Reading
from tests.read.conftest import made_page

PAGES = Path(__file__).parents[1] / "pages"
CASES = sorted(path.stem for path in PAGES.glob("*.html"))
KNOWN = {
    *(
        "says",
        "charset",
        "content_type",
        "source",
        "grade",
        "quote",
        "zone",
        "reason",
        "via",
        "also",
        "title",
        "original",
    ),
    *("date", "authors", "holds", "lacks"),
}


def labelled(case: str) -> dict[str, Any]:
    return tomllib.loads((PAGES / f"{case}.toml").read_text(encoding="utf-8"))


def document(case: str, label: dict[str, Any], reading: Reading) -> Document:
    body = (PAGES / f"{case}.html").read_bytes()
    return read(made_page(body, label.get("content_type", "text/html"), f"http://site.example/{case}.html"), reading)


def said(found: Document) -> dict[str, Any]:
    """Return what was read, under the names the labels use."""
    return {
        "charset": found.charset,
        "source": found.source or "",
        "grade": found.credit.grade.value,
        "quote": found.credit.quote,
        "zone": found.credit.zone.value,
        "via": found.credit.via,
        "title": found.title,
        "original": found.original_title,
        "date": found.published.when.isoformat() if found.published else "",
        "authors": list(found.authors),
    }


def test_the_set_is_whole() -> None:
    assert len(CASES) >= 100
    assert sorted(path.stem for path in PAGES.glob("*.toml")) == CASES
    assert {Grade(labelled(case)["grade"]) for case in CASES} == set(Grade)


@pytest.mark.parametrize("case", CASES)
def test_page(case: str, reading: Reading) -> None:
    label = labelled(case)
    assert set(label) <= KNOWN
    found = document(case, label, reading)
    assert {key: value for key, value in said(found).items() if key in label} == {
        key: label[key] for key in said(found) if key in label
    }
    assert label.get("reason", "") in found.credit.reason
    assert set(label.get("also", ())) <= {credit.grade.value for credit in found.credits}
    assert label.get("holds", "") in found.text[slice(*found.main)]
    assert not any(words in found.text for words in label.get("lacks", ()))


@pytest.mark.parametrize("case", CASES)
def test_what_a_page_says_holds_together(case: str, reading: Reading) -> None:
    found = document(case, labelled(case), reading)
    assert found.credit in found.credits or found.credit.grade is Grade.NONE
    assert 0 <= found.main[0] < found.main[1] <= len(found.text)
    for credit in found.credits:
        if credit.span is not None:
            assert found.text[slice(*credit.span)] == credit.quote
    if found.credit.grade in CREDITED:
        assert found.source == found.credit.source
