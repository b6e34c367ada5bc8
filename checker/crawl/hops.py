"""The exchanges on the way to a page, kept as they were: redirects, also those that led to another host, and pieces."""

import base64
import json
import zlib
from collections.abc import Iterable
from datetime import datetime

from checker.model import Hop, Page

MOST = 64 * 1024
"""Bytes of a redirect's response that are kept; a redirect has hardly any body."""


def hop(page: Page, *, most: int = MOST) -> Hop:
    """Return the exchange that a page ended with, as a step on the way to another."""
    request, response = page.wire or (b"", b"")
    return Hop(page.url, page.captured, page.status, (request, response[:most]), cut=len(response) > most)


def packed(hops: Iterable[Hop]) -> str:
    """Return hops as a short text, to lie in the frontier until the errand they led to is run; "" for none."""
    rows = [
        [
            each.url,
            each.captured.isoformat(),
            each.status,
            *(base64.b64encode(side).decode() for side in each.wire),
            each.cut,
        ]
        for each in hops
    ]
    return base64.b64encode(zlib.compress(json.dumps(rows).encode())).decode() if rows else ""


def unpacked(text: str) -> tuple[Hop, ...]:
    """Return the hops that `packed` made a text of."""
    rows = json.loads(zlib.decompress(base64.b64decode(text))) if text else []
    return tuple(
        Hop(url, datetime.fromisoformat(when), status, (base64.b64decode(request), base64.b64decode(response)), cut=cut)
        for url, when, status, request, response, cut in rows
    )
