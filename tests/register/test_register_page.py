from datetime import UTC, date, datetime

import pytest

from checker.errors import ArticleError
from checker.model import Document, Ownership, PageKind, Publication, Publisher
from checker.register.page import article_from
from checker.register.record import Registration

URL = "https://news.cri.cn/20261103/0f7c9a52-6a3e-4d0a-8f7e-3c1e5b7d9a10.html"


def shown(body: str, **changes: object) -> Document:
    text = f"國際在線 > 青藤\n{body}\n責任編輯:周舟"
    start = text.index(body)
    fields: dict[str, object] = {
        "url": URL,
        "text": text,
        "main": (start, start + len(body)),
        "title": "白沙渡大橋通車",
        "source": "國際在線",
        "published": Publication(date(2026, 11, 3), datetime(2026, 11, 3, 2, tzinfo=UTC), "line", solid=True),
    }
    return Document(**{**fields, **changes})  # type: ignore[arg-type]


def test_an_own_page_becomes_an_article(body: str, publisher: Publisher, registration: Registration) -> None:
    article = article_from(shown(body), URL, publisher, registration)
    assert article.id == "0f7c9a52-6a3e-4d0a-8f7e-3c1e5b7d9a10"
    assert article.text == body
    assert article.url == URL
    assert article.published == datetime(2026, 11, 3, 2, tzinfo=UTC)
    assert article.ownership is Ownership.OURS


def test_a_day_without_a_time_is_midnight_there(body: str, publisher: Publisher, registration: Registration) -> None:
    document = shown(body, published=Publication(date(2026, 11, 3)))
    assert article_from(document, URL, publisher, registration).published == datetime(2026, 11, 2, 16, tzinfo=UTC)


def test_a_page_from_another_source_is_kept_as_not_ours(
    body: str, publisher: Publisher, registration: Registration
) -> None:
    article = article_from(shown(body, source="青藤日報"), URL, publisher, registration)
    assert article.ownership is Ownership.NOT_OURS


def test_pages_without_a_number_get_different_ids(body: str, publisher: Publisher, registration: Registration) -> None:
    ids = {
        article_from(shown(body), f"https://news.cri.cn/{path}", publisher, registration).id
        for path in ("a/index.html", "b/index.html", "a/index.html?page=2")
    }
    assert len(ids) == 3


@pytest.mark.parametrize(
    ("url", "changes", "reason"),
    [
        ("https://news.example/a.html", {}, "expected a page of cri.cn"),
        ("https://notcri.cn/a.html", {}, "expected a page of cri.cn"),
        (URL, {"kind": PageKind.LISTING}, "this is a listing page"),
        (URL, {"main": (0, 0)}, "the text is empty"),
    ],
)
def test_what_is_no_article_of_ours_is_refused(
    url: str, changes: dict[str, object], reason: str, body: str, publisher: Publisher, registration: Registration
) -> None:
    with pytest.raises(ArticleError, match=reason):
        article_from(shown(body, **changes), url, publisher, registration)
