"""A page of the publisher's own becomes an article."""

import hashlib
import re
from datetime import datetime, time, tzinfo
from urllib.parse import urlsplit

from checker.errors import ArticleError
from checker.model import Article, Document, PageKind, Publisher
from checker.register.record import Registration

OWN_ID = re.compile(r"[0-9a-z-]{16,64}", re.IGNORECASE)
"""A file name long enough to be the publisher's own identifier, as in /20261102/<uuid>.html."""


def article_from(document: Document, url: str, publisher: Publisher, registration: Registration) -> Article:
    """Return the article that a page of the publisher shows; ArticleError where it is none, or not the publisher's."""
    host = (urlsplit(url).hostname or "").lower()
    if not any(host == own or host.endswith(f".{own}") for own in publisher.hosts):
        raise ArticleError(f"expected a page of {', '.join(publisher.hosts)}", path=url)
    if document.kind is not PageKind.ARTICLE:
        raise ArticleError(f"expected an article, this is a {document.kind.value} page", path=url)
    record = {
        "id": article_id(url),
        "title": document.original_title or document.title,
        "url": document.canonical or url,
        "published": published(document, registration.zone),
        "source": document.source or "",
        "authors": list(document.authors),
        "publisher": publisher.id,
        "text": document.text[slice(*document.main)].strip(),
    }
    try:
        return registration.article(record)
    except ArticleError as error:
        raise ArticleError(error.message, path=url) from error


def article_id(url: str) -> str:
    """Return the publisher's own identifier from the address, else one made from the address."""
    parts = urlsplit(url)
    stem = parts.path.rsplit("/", 1)[-1].split(".")[0]
    if OWN_ID.fullmatch(stem):
        return stem
    return hashlib.sha256(f"{parts.hostname}{parts.path}?{parts.query}".encode()).hexdigest()[:16]


def published(document: Document, zone: tzinfo) -> datetime | None:
    """Return when the page says it was published: the instant, else midnight of the day."""
    if document.published is None:
        return None
    return document.published.instant or datetime.combine(document.published.when, time(), zone)
