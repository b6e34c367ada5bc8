"""Articles of the publisher by address: an article page, or a feed or sitemap that lists article pages."""

from collections.abc import Callable, Iterable, Iterator, Sequence

from checker.crawl.sitemap import Listed, feed, sitemap
from checker.errors import ArticleError, PageError
from checker.model import Article, Document, Page, Publisher
from checker.register.page import article_from
from checker.register.record import Registration

Fetch = Callable[[Sequence[str]], Iterable[Page]]
"""Gets the pages at some addresses."""

DEPTH = 3
"""Sitemaps of sitemaps of ... that are followed."""


def articles_at(
    urls: Sequence[str],
    fetch: Fetch,
    read: Callable[[Page], Document],
    publisher: Publisher,
    registration: Registration,
    *,
    depth: int = DEPTH,
) -> Iterator[Article | ArticleError]:
    """Yield the articles at some addresses, or why a page gives none; lists are followed, not registered."""
    for page in fetch(urls):
        if page.outcome is not None:
            yield ArticleError(f"{page.outcome}: {page.reason}", path=page.url)
        elif (below := listed(page)) is None:
            yield article(page, read, publisher, registration)
        elif not below or not depth:
            yield ArticleError("a list that names no page", path=page.url)
        else:
            inner = [each.url for each in below]
            yield from articles_at(inner, fetch, read, publisher, registration, depth=depth - 1)


def article(
    page: Page, read: Callable[[Page], Document], publisher: Publisher, registration: Registration
) -> Article | ArticleError:
    """Return the article that a page shows, or why it shows none."""
    try:
        return article_from(read(page), page.url, publisher, registration)
    except ArticleError as error:
        return error
    except PageError as error:
        return ArticleError(f"{error.outcome}: {error.reason}", path=page.url)


def listed(page: Page) -> tuple[Listed, ...] | None:
    """Return what a feed or sitemap lists; None where the page is neither."""
    start = page.body[:2000].lower()
    if page.body.startswith(b"\x1f\x8b") or b"<urlset" in start or b"<sitemapindex" in start:
        return sitemap(page.body)
    if b"<rss" in start or b"<feed" in start or b"<rdf:rdf" in start:
        return feed(page.body)
    return None
