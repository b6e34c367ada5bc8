"""Strips: short parts of a page that hold the article's date, source and signatures, whatever their class calls them.

`<div class="article-footer">` may be the page's footer or the line below the text that names the source. What tells
them apart is what they hold: a list of other articles, partners or comments has links by titles, many links or prose,
a footer has filing numbers; a strip has a label of source or a date, and little else.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain as joined

from checker.model import Span
from checker.read.layout import Chrome, Layout, count
from checker.read.outlets import Reading

LONGEST = 160
"""Characters of a strip."""
LINKS = 3
"""Links of a strip: an outlet, a channel, the comments."""
TITLE = 8
"""Han characters of a link that make it the title of another article."""
DATED = re.compile(r"(?:19|20)\d\d ?[-/.年] ?\d{1,2} ?[-/.月] ?\d{1,2}")
SIGNED = re.compile(r"责任编辑|责编|编辑:|校对|审核|监制")
FOOT = re.compile(r"icp|公网安备|许可证|版权所有|copyright|©|联系我们|关于我们|注明")


@dataclass(slots=True)
class _Extent:
    """How far an element's text goes, and the links in it."""

    kind: str
    start: int
    end: int
    links: set[int] = field(default_factory=set)
    titled: bool = False


def strips(layout: Layout, own: frozenset[int], reading: Reading, head: Span, tail: Span) -> frozenset[int]:
    """Return the page parts, by id, that are strips between the headline and the text, or behind the text."""
    return frozenset(
        key
        for key, part in _extents(layout, own, (head, (tail[0], tail[1] + LONGEST))).items()
        if not part.titled
        and len(part.links) <= LINKS
        and part.end - part.start <= LONGEST
        and _strip(part, layout.levelled[part.start : part.end], reading, head, tail)
    )


def _strip(part: _Extent, words: str, reading: Reading, head: Span, tail: Span) -> bool:
    if FOOT.search(words) or part.kind == "choice":
        return False
    labelled, dated = reading.label.search(words) is not None, DATED.search(words) is not None
    if head[0] <= part.start and part.end <= head[1]:
        return dated or (labelled and part.kind != "caption")
    behind = tail[0] <= part.start < tail[1] and labelled and part.kind != "caption"
    return behind and (part.kind != "comment" or SIGNED.search(words) is not None)


def _extents(layout: Layout, own: frozenset[int], windows: Iterable[Span]) -> dict[int, _Extent]:
    """Measure the parts in some windows of the text, and one run on each side: what goes on there is no strip."""
    found: dict[int, _Extent] = {}
    near = (layout.runs[max(0, layout.run_at(start) - 1) : layout.run_at(end) + 2] for start, end in windows)
    for run in joined.from_iterable(near):
        for chrome in chain(run.frame.chrome):
            if id(chrome.tag) in own:
                continue
            part = found.setdefault(id(chrome.tag), _Extent(chrome.kind, run.start, run.end))
            part.end = max(part.end, run.end)
            if run.frame.link is not None:
                part.links.add(id(run.frame.link))
                part.titled |= count(layout.text, run.start, run.end) >= TITLE
    return found


def chain(chrome: Chrome | None) -> Iterator[Chrome]:
    """Yield a page part and those around it, from the inside out."""
    while chrome is not None:
        yield chrome
        chrome = chrome.outer


def held(chromes: Iterable[Chrome | None]) -> frozenset[int]:
    """Return all page parts around some stretches, by id."""
    return frozenset(id(part.tag) for chrome in chromes for part in chain(chrome))
