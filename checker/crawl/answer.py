"""What an HTTP answer amounts to: its body decoded, its outcome if getting it already decided one."""

from dataclasses import replace

from checker.crawl.content import undo
from checker.errors import PageError
from checker.model import Page, PageOutcome


def settled(page: Page, raw: bytes, *, limit: int) -> Page:
    """Fill a page with its body, content codings undone, and set the outcome that status and body decide."""
    try:
        content = undo(raw, page.header("Content-Encoding"), limit=limit)
    except PageError as error:
        return replace(page, outcome=error.outcome, reason=error.reason)
    facts = {**page.facts, "content_coding": content.note} if content.note else page.facts
    page = replace(page, body=content.body, facts=facts)
    if len(content.body) > limit:
        return replace(page, body=b"", outcome=PageOutcome.TOO_LARGE, reason=f"more than {limit:,} bytes")
    if not content.whole:
        return replace(page, outcome=PageOutcome.TRUNCATED, reason=content.note)
    return by_status(page)


def by_status(page: Page) -> Page:
    """Set the outcome of an answer that is no page: an error, a redirect, or nothing at all."""
    if page.status == 304:
        return replace(page, outcome=PageOutcome.UNCHANGED, reason="not modified since the last visit")
    if not 200 <= page.status < 300:
        return replace(page, outcome=PageOutcome.HTTP_ERROR, reason=f"answered {page.status}")
    if not page.body.strip():
        return replace(page, outcome=PageOutcome.NOT_HTML, reason="empty body")
    return page
