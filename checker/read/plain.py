"""Words out of markup without a parser: for screening, where a page must not be able to hang anything.

Every function here takes time in proportion to its input, whatever the input: a search that fails ends the work
instead of being tried again from the next tag.
"""

import re
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
    low, found, at = source.lower(), [], 0
    while len(low) == len(source) and (start := low.find("<script", at)) >= 0:
        opened = low.find(">", start)
        at = low.find("</script", opened) if opened >= 0 else -1
        if at < 0:
            break
        found.append(source[opened + 1 : at])
    return unhidden("\n".join(found))


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
    low = source.lower()
    if len(low) != len(source) or start not in low:
        return source if start not in low else _without(source.translate(_SAME_LENGTH), start, end)
    kept, at = [], 0
    while (opened := low.find(start, at)) >= 0:
        kept.append(source[at:opened])
        closed = low.find(end, opened)
        if closed < 0:
            return " ".join(kept)
        at = closed + len(end)
    kept.append(source[at:])
    return " ".join(kept)


_SAME_LENGTH = {0x130: "I"}
"""The one character whose lower case is two characters long."""
