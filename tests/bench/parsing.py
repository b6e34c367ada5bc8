"""What screening is measured beside: merely parsing a page with resiliparse."""

from contextlib import suppress

from resiliparse.parse.html import HTMLTree

from checker.errors import PageError
from checker.model import Page
from checker.read.decode import decode

LABELS = {"big5hkscs": "big5-hkscs"}
"""What the parser calls a charset."""


def charset_of(page: Page) -> str:
    """Return what a page is encoded in, as the parser is told; of bytes that nobody can decode, UTF-8."""
    try:
        return decode(page.body, page.header("content-type")).charset
    except PageError:
        return "utf-8"


def parse(body: bytes, charset: str) -> None:
    """Parse a page and let go of it; what the parser refuses costs it nothing."""
    with suppress(ValueError):
        HTMLTree.parse_from_bytes(body, LABELS.get(charset, charset))
