"""What a fetched page leads to: links, sitemaps and feeds become the next errands."""

from collections.abc import Callable, Iterable
from urllib.parse import urljoin, urlsplit

from checker.crawl import links, sitemap
from checker.crawl.addresses import canonical, site
from checker.crawl.queue import Errand, Kind
from checker.crawl.scope import Scope
from checker.model import Page
from checker.settings import Crawl

SITEMAP_DEPTH = 5
"""Sitemaps of sitemaps of ... that are followed."""

FIRST, EARLY, NEWS, LISTED = -2, -1, 0, 1
"""Priorities: what was asked for, news sitemaps, news pages and plain sitemaps, pages of plain sitemaps; links come
after these by their depth."""


def errands(errand: Errand, page: Page, scope: Scope, settings: Crawl, sitemaps: Iterable[str]) -> list[Errand]:
    """Return what an errand's page leads to, within its site; `sitemaps` are those that robots.txt names."""
    if not errand.site:
        return []
    if errand.kind is Kind.PAGE:
        found = from_page(errand, page, scope, sitemaps) if errand.depth < max(settings.depth, 1) else []
    else:
        found = LISTS[errand.kind](errand, page, scope)
    return [one for one in found if one is not None][: links.LINKS_MAX + settings.pages]


def from_page(errand: Errand, page: Page, scope: Scope, sitemaps: Iterable[str]) -> list[Errand | None]:
    """Return the links of a page, and for the first page of a site its sitemaps and feeds before them."""
    found: list[Errand | None] = []
    if errand.depth == 0:
        maps = tuple(sitemaps) or (urljoin(page.url, "/sitemap.xml"),)
        found += [side(errand, Kind.SITEMAP, url, news="news" in urlsplit(url).path.lower()) for url in maps]
        found += [side(errand, Kind.FEED, url) for url in links.feeds(page)]
    return found + [scope.errand(url, errand) for url in links.links(page)]


def part_of_article(url: str, settings: Crawl) -> Errand | None:
    """Return the errand for another page of an article that was found: nothing more is followed from there."""
    try:
        key = canonical(url)
    except ValueError:
        return None
    return Errand(key, key, site(key), "", max(settings.depth, 1), EARLY)


def from_sitemap(errand: Errand, page: Page, scope: Scope) -> list[Errand | None]:
    """Return the addresses of a sitemap, newest first."""
    found: list[Errand | None] = []
    is_news = "news" in urlsplit(page.url).path.lower()
    for listed in sorted(sitemap.sitemap(page.body), key=lambda one: one.when, reverse=True):
        if not listed.index:
            found.append(scope.errand(listed.url, errand, priority=NEWS if listed.news or is_news else LISTED))
        elif errand.depth < SITEMAP_DEPTH and site(listed.url) == errand.site:
            found.append(side(errand, Kind.SITEMAP, listed.url, news=listed.news))
    return found


def from_feed(errand: Errand, page: Page, scope: Scope) -> list[Errand | None]:
    """Return the addresses of a feed."""
    return [scope.errand(listed.url, errand, priority=NEWS) for listed in sitemap.feed(page.body)]


LISTS: dict[Kind, Callable[[Errand, Page, Scope], list[Errand | None]]] = {
    Kind.SITEMAP: from_sitemap,
    Kind.FEED: from_feed,
}


def side(origin: Errand, kind: Kind, url: str, *, news: bool = False) -> Errand | None:
    """Return the errand for a sitemap or feed of the origin's site; None where the address is unusable."""
    try:
        key = canonical(url)
    except ValueError:
        return None
    return Errand(key, key, origin.site, origin.section, origin.depth + 1, EARLY if news else NEWS, kind)
