"""Words out of markup without a parser: for screening, where a page must not be able to hang anything.

Every function here takes time in proportion to its input, whatever the input: a search that fails ends the work
instead of being tried again from the next tag.
"""

import re
from collections.abc import Iterator
from html import unescape

HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff]")
TAG = re.compile(r"<[^<>]*>")
SPACE = re.compile(r"\s+")
SILENT = (("<!--", "-->"), ("<script", "</script"), ("<style", "</style"))
ESCAPE = re.compile(r"(?:\\u[0-9a-fA-F]{4})+")
TITLE = 100_000
"""Characters of a page in which its title is looked for."""


def lines(source: str) -> list[str]:
    """Return the stretches of text between tags, without scripts, styles and comments, references resolved."""
    for start, end in SILENT:
        source = _without(source, start, end)
    stretches = (SPACE.sub(" ", unescape(part)).strip() for part in TAG.split(source) if not part.isspace())
    return [stretch for stretch in stretches if stretch]


def scripted(source: str) -> str:
    """Return what stands inside the scripts of a page, references and escapes resolved: it may be text to come."""
    tagged = (source[opened:closed] for opened, closed in _stretches(source, "<script", "</script") if closed >= 0)
    return unhidden("\n".join(script.partition(">")[2] for script in tagged))


def title(source: str) -> str:
    """Return what stands in the title element; "" where there is none."""
    head = source[:TITLE]
    start = head.find("<title")
    if start < 0:
        start = head.lower().find("<title")
    opened = head.find(">", start) if start >= 0 else -1
    if opened < 0:
        return ""
    closed = head.find("<", opened)
    return SPACE.sub(" ", unescape(head[opened + 1 : closed if closed >= 0 else opened + 300])).strip()


def han(text: str) -> int:
    """Return the number of Han characters."""
    return len(HAN.findall(text))


def unhidden(source: str) -> str:
    r"""Resolve numeric references (&#22269;) and script escapes (\u56fd); lone surrogates are dropped."""
    return ESCAPE.sub(_characters, unescape(source))


def _characters(escapes: re.Match[str]) -> str:
    units = bytes.fromhex(escapes[0].replace("\\u", ""))
    return units.decode("utf-16-be", "ignore")


def _without(source: str, start: str, end: str) -> str:
    """Cut out everything from `start` to the next `end` (any case), or to the end of the page."""
    kept, at = [], 0
    for opened, closed in _stretches(source, start, end):
        kept.append(source[at:opened])
        if closed < 0:
            return " ".join(kept)
        at = closed + len(end)
    kept.append(source[at:])
    return " ".join(kept)


def _stretches(source: str, start: str, end: str) -> Iterator[tuple[int, int]]:
    """Yield where each `start` stands, and the next `end` behind it (any case); -1 where there is none."""
    low = source.lower()
    low = low if len(low) == len(source) else source.translate(_SAME_LENGTH).lower()
    at = 0
    while (opened := low.find(start, at)) >= 0:
        at = low.find(end, opened)
        yield opened, at
        if at < 0:
            return
        at += len(end)


_SAME_LENGTH = {0x130: "I"}
"""The one character whose lower case is two characters long."""
