"""Where the article is on the page: its own text, what stands at its head and its tail, and what is none of it.

Main text is the run of lines with the greatest sum, where a line of prose counts what it has in characters and a short
line, a list of links or a known other part of the page costs. What surrounds it is judged by its distance and by the
part of the page it belongs to.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from bs4.element import Tag

from checker.model import Span, Zone
from checker.read.layout import HAN, Block, Chrome, Layout

PROSE = re.compile(r"[，。；！？,;!?“”]")
SHORT = -8.0
LINKS = -20.0
OTHER_PART = -40.0
HEAD = 900
"""Characters before the main text in which the head is looked for, where no headline bounds it."""
TAIL = 700
"""Characters after the main text in which the tail is looked for."""
TAIL_LINES = 14
REMOTE = frozenset({"comment", "related"})


@dataclass(frozen=True)
class Place:
    """The article on its page: `main` is its text, `head` begins where its headline does, `tail` is where it ends for sure."""

    layout: Layout
    main: Span
    head: int
    tail: int
    own: frozenset[int]
    first: int
    last: int

    def part(self, offset: int) -> str:
        """Return the kind of page part that holds an offset, "" for the article and what is nothing else."""
        runs = self.layout.runs
        return _part(runs[self.layout.run_at(offset)].frame.chrome, self.own) if runs else ""

    def zone(self, offset: int) -> Zone:
        """Return where an offset stands as seen from the article, page parts aside."""
        if offset < self.main[0]:
            return Zone.HEAD if offset >= self.head else Zone.NONE
        if offset >= self.main[1]:
            return Zone.TAIL if offset < self.tail else Zone.NONE
        number = self.layout.block_at(offset)
        if number >= max(self.last - 1, self.first + 1):
            return Zone.TAIL
        return Zone.HEAD if number <= self.first + 1 else Zone.BODY


def _part(chrome: Chrome | None, own: frozenset[int]) -> str:
    while chrome is not None:
        if id(chrome.tag) not in own:
            return chrome.kind
        chrome = chrome.outer
    return ""


def _chain(chrome: Chrome | None) -> Iterator[Chrome]:
    while chrome is not None:
        yield chrome
        chrome = chrome.outer


def _wrappers(layout: Layout) -> frozenset[int]:
    """Return the page parts that must hold the article, since most of the page's prose stands inside them."""
    held: Counter[int] = Counter()
    kinds: dict[int, str] = {}
    total = 0
    for block in layout.blocks:
        words = block.han - block.linked
        if words < 12 or block.first >= block.last:
            continue
        total += words
        for chrome in _chain(layout.runs[block.first].frame.chrome):
            held[id(chrome.tag)] += words
            kinds[id(chrome.tag)] = chrome.kind
    return frozenset(key for key, words in held.items() if words > total * (0.85 if kinds[key] in REMOTE else 0.5))


def _worth(layout: Layout, block: Block, own: frozenset[int], *, foreign: bool) -> float:
    if block.first < block.last and _part(layout.runs[block.first].frame.chrome, own):
        return OTHER_PART
    size = (block.end - block.start) / 3 if foreign else block.han
    words = size - block.linked
    if block.linked > 0.6 * max(1.0, size):
        return LINKS
    prose = PROSE.search(layout.text, block.start, block.end) is not None
    return words if (words >= 12 and prose) or words >= 40 else SHORT


def place(layout: Layout, headings: tuple[str, ...] = ()) -> Place:
    """Find the article; `headings` are lines, packed, that begin lists of other articles."""
    blocks = layout.blocks
    foreign = sum(block.han for block in blocks) < 50
    own = _wrappers(layout)
    worth = [_worth(layout, block, own, foreign=foreign) for block in blocks]
    first, last = _densest(worth)
    if first > last:
        return Place(layout, (0, 0), 0, len(layout.text), own, 0, 0)
    within = {
        id(chrome.tag)
        for number in range(first, last + 1)
        if worth[number] > 0
        for chrome in _chain(layout.runs[blocks[number].first].frame.chrome)
    }
    own |= within
    main = (blocks[first].start, blocks[last].end)
    return Place(layout, main, _head(layout, main), _tail(layout, last, own, headings), own, first, last)


def _densest(worth: list[float]) -> tuple[int, int]:
    """Return the first and last index of the stretch with the greatest sum; (0, -1) where nothing is worth anything."""
    best, span = 0.0, (0, -1)
    total, start = 0.0, 0
    for number, value in enumerate(worth):
        if total <= 0:
            total, start = 0.0, number
        total += value
        if total > best:
            best, span = total, (start, number)
    return span


def _head(layout: Layout, main: Span) -> int:
    """Return where the article's head begins: at its headline, a little before it, or a fixed way before the text."""
    before = [start for start, _ in layout.headings if main[0] - 4000 < start <= main[0]]
    if before:
        return max(0, before[-1] - 200)
    name = re.split(r"[_|]|\s[-–—]\s|--", layout.title)[0].strip()
    at = layout.text.rfind(name, max(0, main[0] - 4000), main[0]) if len(HAN.findall(name)) >= 6 else -1
    return max(0, at - 200 if at >= 0 else main[0] - HEAD)


def _tail(layout: Layout, last: int, own: frozenset[int], headings: tuple[str, ...]) -> int:
    """Return where the article's tail ends: at a list of other articles, at another part of the page, or a fixed way on."""
    blocks = layout.blocks
    end = blocks[last].end
    for block in blocks[last + 1 : last + 1 + TAIL_LINES]:
        line = layout.levelled[block.start : block.end].strip(" :\x00>|")
        if block.start > blocks[last].end + TAIL or line.startswith(headings):
            break
        if block.first < block.last and _part(layout.runs[block.first].frame.chrome, own) in {
            "related",
            "comment",
            "footer",
            "friend",
        }:
            continue
        end = block.end
    return end


def teaser(tag: Tag, own: frozenset[int]) -> bool:
    """Tell whether an element belongs to an item of a list that links to another article."""
    item: Tag | None = tag
    for _ in range(5):
        if item is None or id(item) in own or item.name in {"body", "html", "article"}:
            return False
        if item.name in {"li", "dl", "tr"}:
            return any(len(HAN.findall(a.get_text())) >= 8 for a in item.find_all("a", limit=6))
        item = item.parent
    return False
