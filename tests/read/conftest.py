"""What the tests of reading share: a publisher, the credit forms, and pages made from bytes or markup."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from checker.model import Document, Page, Publisher
from checker.read.document import read
from checker.read.outlets import Reading, load_reading

RULES = Path(__file__).parents[2] / "rules"

PUBLISHER = Publisher(
    id="cri",
    name="國際在線",
    required="來源:國際在線",
    names=("國際在線",),
    variants=(
        "國際在線網",
        "CRI Online",
        "CRI",
        "中央廣播電視總台國際在線",
        "中央廣電總台國際在線",
        "中國國際廣播電台國際在線",
        "國際在線XX頻道",
    ),
    false_names=("國際在線教育", "國際在線教育學院"),
    marks=("消息", "報道", "報導", "專稿", "訊", "電"),
)


def made_page(body: bytes, content_type: str = "text/html", url: str = "http://site.example/2026/a.html") -> Page:
    """Return a page as a crawl would have brought it."""
    return Page(
        url=url,
        captured=datetime(2026, 11, 2, 8, tzinfo=UTC),
        body=body,
        status=200,
        headers=(("Content-Type", content_type),),
    )


@pytest.fixture(scope="session")
def publisher() -> Publisher:
    return PUBLISHER


@pytest.fixture(scope="session")
def reading() -> Reading:
    return load_reading(RULES / "credits.toml", PUBLISHER)


@pytest.fixture(scope="session")
def read_html(reading: Reading) -> Callable[[str], Document]:
    """Return a function that reads markup given as a string."""
    return lambda html: read(made_page(html.encode(), "text/html; charset=utf-8"), reading)
