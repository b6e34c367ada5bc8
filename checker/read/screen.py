r"""Page -> text worth looking up, or the reason why the page cannot be judged.

Every page passes here, so nothing is parsed: the matcher looks at Han characters only, and the decoded source has
them in reading order between its tags. Where a page hides them in references (&#22269;) or script escapes (\u56fd),
these are resolved over the source as well. No DOM is built, so no page can hang the screen.
"""

import re
from dataclasses import dataclass
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from checker.errors import PageError
from checker.glyphs import PageText
from checker.model import Page, PageOutcome
from checker.read.decode import HEAD, decode, unpacked
from checker.read.plain import unhidden
from checker.read.refusal import NO_REFUSALS, Refusals, refusal

MAGIC = (
    (b"%PDF-", "PDF"),
    (b"PK\x03\x04", "zip archive or office document"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old office document"),
    (b"\x89PNG\r\n\x1a\n", "PNG image"),
    (b"\xff\xd8\xff", "JPEG image"),
    (b"GIF87a", "GIF image"),
    (b"GIF89a", "GIF image"),
    (b"\x1f\x8b\x08", "gzip archive"),
    (b"Rar!\x1a\x07", "RAR archive"),
    (b"7z\xbc\xaf\x27\x1c", "7z archive"),
    (b"ID3", "MP3 sound"),
    (b"OggS", "Ogg sound or video"),
    (b"\x1a\x45\xdf\xa3", "Matroska video"),
    (b"FLV\x01", "Flash video"),
    (b"\x7fELF", "program"),
    (b"MZ\x90\x00", "program"),
    (b"wOF2", "font"),
)
INSIDE = ((0, b"RIFF", 8, b"WEBP", "WebP image"), (4, b"ftyp", 0, b"", "MP4 video"))

READABLE_TYPES = ("text/html", "text/plain", "application/xhtml", "text/xml", "application/xml", "multipart/")
WHITE = b" \t\r\n\x0c\0\xef\xbb\xbf\xff\xfe"

HIDDEN = 20
"""References or escapes of Han characters from which on they are taken for text, not for an odd sign."""

FORMS = (
    (b"&#", re.compile(r"&#(?:[1-4]\d{4}|[xX][4-9][0-9a-fA-F]{3});?")),
    (b"\\u", re.compile(r"\\u[4-9][0-9a-fA-F]{3}")),
)
"""How references and escapes begin, which is quick to count, and what those of Han characters look like."""


@dataclass(frozen=True)
class Screened:
    """Text worth looking up: the decoded source as it is, or with its hidden characters resolved (`parsed`)."""

    page: PageText
    charset: str
    parsed: bool

    @property
    def text(self) -> str:
        """All of the text."""
        return self.page.text


def screen(page: Page, refusals: Refusals = NO_REFUSALS) -> Screened:
    """Return the text of a page to look up; PageError with the outcome of a page that cannot be judged."""
    if page.outcome is not None:
        raise PageError(page.outcome, page.reason)
    body, content_type = unpacked(page.body), page.header("content-type")
    if reason := not_html(body, content_type):
        raise PageError(PageOutcome.NOT_HTML, reason)
    decoded = decode(body, content_type)
    if no := refusal(decoded.page, refusals):
        raise PageError(no.outcome, no.reason)
    if page.status >= 400:
        raise PageError(PageOutcome.HTTP_ERROR, f"status {page.status}")
    if hides(body, decoded.page):
        return Screened(PageText.of(unhidden(decoded.text)), decoded.charset, parsed=True)
    return Screened(decoded.page, decoded.charset, parsed=False)


def is_shell(page: Page, refusals: Refusals) -> bool:
    """Whether a page says nothing before its scripts have run, and refuses nobody: a browser may render it."""
    body, content_type = unpacked(page.body), page.header("content-type")
    if page.outcome is not None or not_html(body, content_type):
        return False
    try:
        decoded = decode(body, content_type)
    except PageError:
        return False
    no = refusal(decoded.page, refusals)
    return no is not None and no.shell


def not_html(body: bytes, content_type: str) -> str:
    """Say why these bytes are no web page; "" where they may be one, whatever their label says."""
    start = body[:1024].lstrip(WHITE)
    if not start and not body.strip(WHITE):
        return "empty body"
    for magic, name in MAGIC:
        if body.startswith(magic):
            return name
    for at, magic, beside, mark, name in INSIDE:
        if body.startswith(magic, at) and body.startswith(mark, beside):
            return name
    kind = content_type.partition(";")[0].strip().lower()
    if not kind or kind.startswith(READABLE_TYPES) or start.startswith(b"<"):
        return ""
    return f"labelled {kind}"


def hides(body: bytes, page: PageText) -> bool:
    """Whether Han characters may hide in numeric references or script escapes."""
    pairs = _pairs(body)
    return any(
        sum(int(np.count_nonzero(half == int.from_bytes(start, "little"))) for half in pairs) >= HIDDEN
        and sum(1 for _ in islice(form.finditer(page.text), HIDDEN)) == HIDDEN
        for start, form in FORMS
    )


def _pairs(body: bytes) -> list[NDArray[np.uint16]]:
    """All two neighbouring bytes as one number, those from even and those from odd places; UTF-16 without its NULs.

    To count a pair in them is ten times as quick as `bytes.count`.
    """
    codes = body.replace(b"\0", b"") if b"\0" in body[:HEAD] else body
    return [np.frombuffer(codes[at:], "<u2", max(0, len(codes) - at) // 2) for at in (0, 1)]
