"""Credits that stand in the markup and that no reader sees: each with why."""

import re
from collections.abc import Iterator

from bs4.element import Tag

from checker.model import Credit, Grade, Zone
from checker.read.layout import HAN, Layout, path
from checker.read.naming import Words
from checker.read.outlets import Reading
from checker.read.statement import statements
from checker.script import level

KEYWORD = re.compile(r"^\s*(?:\S{0,4}来源|source)\s*:\s*")
LINKED = re.compile(
    r'"(?:author|publisher|creator|provider|sourceOrganization|copyrightHolder)"\s*:\s*\[?\s*'
    r'(?:\{[^{}]*?"name"\s*:\s*)?"([^"{}]{2,40})"'
)
LONGEST = 80
MOST = 5000
"""Unseen stretches that are looked at."""


def unseen(layout: Layout, reading: Reading) -> Iterator[Credit]:
    """Yield what names us in meta elements, hidden fields, hidden elements, comments and scripts."""
    for name, content in layout.metas:
        bare = name.removeprefix("input ")
        value = KEYWORD.sub("", level(content[:200]))
        said = bare in reading.metas or KEYWORD.match(level(content[:200]))
        if said and reading.names.longer.match(value):
            kind = "a hidden field" if name.startswith("input ") else "a meta element"
            yield _hidden(content[:LONGEST], content[:LONGEST], f"meta[{bare}]", f"only in {kind}")
    texts = [hidden.text for hidden in layout.unseen[:MOST]]
    if reading.names.longer.search(level("\n".join(texts))):
        for hidden, text in zip(layout.unseen, texts, strict=False):
            yield from _stated(text, reading, hidden.tag, f"not seen: {hidden.reason}")
    for script, tag in layout.scripts[:MOST]:
        if HAN.search(script):
            yield from _stated(script, reading, tag, "written by a script")
        if tag.get("type") == "application/ld+json" and (named := _linked(script, reading)):
            yield _hidden(named[0], named[1], path(tag), "only in JSON-LD")


def _linked(script: str, reading: Reading) -> re.Match[str] | None:
    """Find our name as the author or publisher in a page's description of itself."""
    return next((f for f in LINKED.finditer(script) if reading.names.longer.fullmatch(level(f[1]))), None)


def _stated(text: str, reading: Reading, tag: Tag, reason: str) -> Iterator[Credit]:
    levelled = level(text)
    if not reading.names.longer.search(levelled):
        return
    for found in statements(Words(levelled), reading):
        if found.ours and not found.notice:
            yield _hidden(text[found.start : found.end], text[slice(*found.name)], path(tag), reason)


def _hidden(quote: str, name: str, where: str, reason: str) -> Credit:
    return Credit(quote, Zone.MARKUP, Grade.HIDDEN, " ".join(name.split()), None, where, reason)
