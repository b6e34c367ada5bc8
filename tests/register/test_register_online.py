from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime

from checker.errors import ArticleError, PageError
from checker.model import Article, Document, Page, PageOutcome, Publication, Publisher
from checker.register.online import articles_at
from checker.register.record import Registration
from tests.register.conftest import BODY

NOW = datetime(2026, 11, 4, 8, tzinfo=UTC)
SITE = "https://news.cri.cn/"
SITEMAP = (
    "<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'>"
    f"<url><loc>{SITE}20261103/0123456789abcdef.html</loc></url></urlset>"
)
FEED = (
    f"<rss version='2.0'><channel><title>t</title><link>{SITE}</link>"
    f"<item><link>{SITE}20261103/fedcba9876543210.html</link></item></channel></rss>"
)
WEB = {
    f"{SITE}sitemap.xml": SITEMAP,
    f"{SITE}feed.xml": FEED,
    f"{SITE}empty.xml": "<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'></urlset>",
}


def fetch(urls: Sequence[str]) -> Iterable[Page]:
    for url in urls:
        if url.endswith("gone.html"):
            yield Page(url, NOW, outcome=PageOutcome.HTTP_ERROR, reason="answered 404")
        else:
            yield Page(url, NOW, WEB.get(url, "<html>").encode(), 200)


def read(page: Page) -> Document:
    if page.url.endswith("binary.html"):
        raise PageError(PageOutcome.UNDECODABLE, "no text")
    return Document(page.url, BODY, (0, len(BODY)), "白沙渡大橋通車", published=Publication(date(2026, 11, 3)))


def found(publisher: Publisher, registration: Registration, *paths: str) -> list[str]:
    answers = articles_at([SITE + path for path in paths], fetch, read, publisher, registration)
    return [answer.id if isinstance(answer, Article) else str(answer) for answer in answers]


def test_lists_are_followed_to_their_articles(publisher: Publisher, registration: Registration) -> None:
    assert found(publisher, registration, "sitemap.xml", "feed.xml", "20261102/aaaaaaaaaaaaaaaa.html") == [
        "0123456789abcdef",
        "fedcba9876543210",
        "aaaaaaaaaaaaaaaa",
    ]


def test_a_page_that_gives_no_article_is_refused_with_its_address(
    publisher: Publisher, registration: Registration
) -> None:
    assert found(publisher, registration, "gone.html", "binary.html", "empty.xml") == [
        f"{SITE}gone.html: http_error: answered 404",
        f"{SITE}binary.html: undecodable: no text",
        f"{SITE}empty.xml: a list that names no page",
    ]


def test_lists_of_lists_end_somewhere(publisher: Publisher, registration: Registration) -> None:
    WEB[f"{SITE}loop.xml"] = SITEMAP.replace("20261103/0123456789abcdef.html", "loop.xml")
    answers = list(articles_at([f"{SITE}loop.xml"], fetch, read, publisher, registration))
    assert all(isinstance(answer, ArticleError) for answer in answers)
