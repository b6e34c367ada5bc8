"""Where the article is on the page: its own text, what stands at its head and its tail, and what is none of it.

Main text is the run of lines with the greatest sum, where a line of prose counts what it has in characters and a short
line, a list of links or a known other part of the page costs. What surrounds it is judged by its distance and by the
part of the page it belongs to.
"""

import re
import sys
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from itertools import islice

from checker.model import Span, Zone
from checker.read.layout import HAN, Block, Chrome, Layout, count
from checker.read.outlets import Reading
from checker.read.strips import chain, strips
from checker.read.strips import held as around
from checker.script import level, packed

PROSE = re.compile(r"[，。；！？,;!?“”]")
DATED = re.compile(r"(?:19|20)\d\d ?[-/.年] ?\d{1,2} ?[-/.月] ?\d{1,2}|来源:|作者:")
SHORT = -8.0
LINKS = -20.0
OTHER_PART = -40.0
HEADING = -150.0
"""What a line costs: a short one, one of links, one of another part of the page, one that begins a list."""
ENOUGH = 70.0
"""Sum of prose below a headline that is taken for its article."""
GAP = 130.0
"""How far the sum may fall before the article has ended."""
NEAR = 14
"""Lines between a headline and its text."""
HEAD = 900
"""Characters before the main text in which the head is looked for, where no headline bounds it."""
TAIL = 700
"""Characters after the main text in which the tail is looked for."""
TAIL_LINES = 14
DEEP = 6
"""Elements around a stretch that are looked at."""
ITEMS = frozenset({"li", "dl", "tr"})
TITLE = 8
"""Han characters of a link that make it the title of another article."""
PARAGRAPH = 36
"""Han characters that make a line a paragraph."""
FEW = 0.12
"""Share of the paragraphs that may stand before what is still the head, or after what is already the tail."""
CLOSE = 120
"""Characters from either end of the main text that still belong to its head or tail."""
HEADLINE = 16
"""Characters of a line that heads the readers' comments."""
REMOTE = frozenset({"comment", "related"})


@dataclass(frozen=True)
class Place:
    """The article on its page: `main` is its text, `head` begins where its headline does, `tail` ends what follows it.

    `own` are the page parts that hold the article, by id; `first` and `last` are the lines of `main`,
    `title` is where the headline begins, `below` where it ends, and `comments` where readers speak.
    """

    layout: Layout
    main: Span
    head: int
    tail: int
    own: frozenset[int]
    first: int
    last: int
    below: int = 0
    title: int = 0
    comments: int = sys.maxsize

    def part(self, offset: int) -> str:
        """Return the kind of page part that holds an offset, "" for the article and what is nothing else."""
        if offset >= self.comments:
            return "comment"
        runs = self.layout.runs
        return _part(runs[self.layout.run_at(offset)].frame.chrome, self.own) if runs else ""

    def zone(self, offset: int) -> Zone:
        """Return where an offset stands as seen from the article, page parts aside."""
        if offset < self.main[0]:
            return Zone.HEAD if offset >= self.head else Zone.NONE
        if offset >= self.main[1]:
            behind = offset < self.tail or (bool(self.layout.runs) and self._held(offset))
            return Zone.TAIL if behind else Zone.NONE
        number = self.layout.block_at(offset)
        block = self.layout.blocks[number]
        before, after, here = (
            self._prose[0 : number - self.first],
            self._prose[number - self.first + 1 :],
            self._prose[number - self.first],
        )
        few = FEW * max(1, sum(self._prose))
        if sum(after) <= few and (not here or block.end - offset <= CLOSE):
            return Zone.TAIL
        return Zone.HEAD if sum(before) <= few and (not here or offset - block.start <= CLOSE) else Zone.BODY

    def _held(self, offset: int) -> bool:
        """Tell whether an offset stands in the element that holds the article's paragraphs, and in no list."""
        tag = self.layout.runs[self.layout.run_at(offset)].tag
        around = [tag, *islice(tag.parents, DEEP)]
        return self._holder in map(id, around) and not any(element.name in ITEMS for element in around)

    @cached_property
    def _holder(self) -> int:
        """The innermost element, by id, around both ends of the main text; 0 where that is the whole page."""
        ends = [self.layout.runs[self.layout.run_at(offset)].tag for offset in (self.main[0], self.main[1] - 1)]
        first = {id(element) for element in islice(ends[0].parents, DEEP)}
        found = next((element for element in islice(ends[1].parents, DEEP) if id(element) in first), None)
        return 0 if found is None or found.name in {"body", "html", "[document]"} else id(found)

    @cached_property
    def _prose(self) -> list[int]:
        """Han characters of each line of the main text that is a paragraph, 0 for the others."""
        lines = self.layout.blocks[self.first : self.last + 1]
        return [block.han if block.han >= PARAGRAPH else 0 for block in lines]


def _part(chrome: Chrome | None, own: frozenset[int]) -> str:
    while chrome is not None:
        if id(chrome.tag) not in own:
            return chrome.kind
        chrome = chrome.outer
    return ""


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
        for chrome in chain(layout.runs[block.first].frame.chrome):
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


def place(layout: Layout, reading: Reading) -> Place:
    """Find the article on a page."""
    blocks = layout.blocks
    own = _wrappers(layout)
    worth = _worths(layout, reading, own)
    titles = _titles(layout)
    first, last = _stretch(worth, titles)
    if first > last:
        return Place(layout, (0, 0), 0, len(layout.text), own, 0, 0)
    first, last = _trimmed(layout, reading, worth, titles, (first, last))
    main = (blocks[first].start, blocks[last].end)
    head = _head(layout, main)
    sure = [n for n in range(first, last + 1) if worth[n] > 0]
    above = [n for n in titles if head <= blocks[n].start < main[0]]
    sure += above
    own |= around(layout.runs[blocks[n].first].frame.chrome for n in sure)
    title, below = (blocks[above[0]].start, blocks[above[-1]].end) if above else (0, main[0])
    own |= strips(layout, own, reading, (below if above else head, main[0]), (main[1] - CLOSE, main[1] + TAIL))
    short = (block for block in blocks[last + 1 :] if block.end - block.start <= HEADLINE)
    comments = next((b.start for b in short if packed(_line(layout, b)) in reading.comments), sys.maxsize)
    return Place(
        layout, main, head, _tail(layout, last, own, reading), own, first, last, below, title=title, comments=comments
    )


def _worths(layout: Layout, reading: Reading, own: frozenset[int]) -> list[float]:
    """Return what each line is worth as a line of the article."""
    foreign = sum(block.han for block in layout.blocks) < 50
    worth = [_worth(layout, block, own, foreign=foreign) for block in layout.blocks]
    for number, block in enumerate(layout.blocks):
        if block.end - block.start < 24 and _line(layout, block).startswith(reading.headings):
            worth[number] = HEADING
    return worth


def _line(layout: Layout, block: Block) -> str:
    return layout.levelled[block.start : block.end].strip(" :\x00>|·")


def _stretch(worth: list[float], titles: list[int]) -> tuple[int, int]:
    """Return the first and last line of the article: what follows its headline, or else the densest stretch."""
    first, last = _densest(worth)
    best = (0.0, 0, -1)
    for title in titles:
        best = max(best, _following(worth, title + 1))
    if best[0] >= ENOUGH and (best[0] > 0.2 * sum(worth[first : last + 1]) or best[1] < first):
        return best[1], best[2]
    return first, last


def _titles(layout: Layout) -> list[int]:
    """Return the lines that hold a headline: an h1, or the beginning of the page's title."""
    found = {layout.block_at(min(start + 1, end - 1)) for start, end in layout.headings[:5]}
    title = level(layout.title)
    key = packed(layout.title)
    for number, block in enumerate(layout.blocks if key else ()):
        if 6 <= block.end - block.start <= 120 and block.han >= 5:
            line = _line(layout, block)
            if line[:2] in title and key.startswith(packed(line)):
                found.add(number)
    return sorted(found)[:8]


def _following(worth: list[float], start: int) -> tuple[float, int, int]:
    """Return the sum, first and last line of the prose that follows a headline closely."""
    begin = next((n for n in range(start, min(start + NEAR, len(worth))) if worth[n] > 0), None)
    if begin is None:
        return 0.0, 0, -1
    best, end, total = 0.0, begin, 0.0
    for number in range(begin, len(worth)):
        total += worth[number]
        if total > best:
            best, end = total, number
        elif total < best - GAP:
            break
    return best, begin, end


def _trimmed(layout: Layout, reading: Reading, worth: list[float], titles: list[int], span: Span) -> Span:
    """Leave out a headline at the beginning, and signatures and notices at the end."""
    prose = [n for n in range(span[0], span[1] + 1) if worth[n] > 0]
    while len(prose) > 1 and (prose[0] in titles or _titled(layout, prose[0], prose[1])):
        prose.pop(0)
    while len(prose) > 1 and reading.closing.match(_line(layout, layout.blocks[prose[-1]])):
        prose.pop()
    return prose[0], prose[-1]


def _titled(layout: Layout, number: int, following: int) -> bool:
    """Tell whether a line is a headline by what it looks like and the dated line that follows it before the text."""
    block = layout.blocks[number]
    if block.han > 45 or layout.text[block.start : block.end].rstrip().endswith(("。", "；", ":", "：", "”。")):
        return False
    between = layout.blocks[number + 1 : min(following, number + 5)]
    return any(DATED.search(layout.levelled, b.start, b.end) for b in between)


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


def _tail(layout: Layout, last: int, own: frozenset[int], reading: Reading) -> int:
    """Return where the article's tail ends: at a list of other articles, or a fixed way on."""
    blocks = layout.blocks
    end = blocks[last].end
    for block in blocks[last + 1 : last + 1 + TAIL_LINES]:
        line = _line(layout, block)
        if block.start > blocks[last].end + TAIL or line.startswith(reading.headings):
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


def listed(place: Place, offset: int) -> bool:
    """Tell whether an offset belongs to an item of a list that links to another article by its title."""
    layout = place.layout
    tag = layout.runs[layout.run_at(offset)].tag
    around = [tag, *islice(tag.parents, 4)]
    item = next((element for element in around if element.name in ITEMS), None)
    if item is not None:
        return any(len(HAN.findall(a.get_text())) >= TITLE for a in item.find_all("a", limit=6) if a not in around)
    number = layout.block_at(offset)
    if _teaser(layout, layout.blocks[number], offset):
        return True
    since = place.last + 1 if offset >= place.main[1] else 0
    for block in layout.blocks[max(number - 2, since) : number]:
        title = layout.runs[block.first].tag if block.first < block.last else tag
        near = [element for element in (title, *islice(title.parents, 3)) if element.name not in {"body", "html"}]
        if block.linked >= TITLE and block.linked > 0.7 * block.han and any(element in near for element in around[:3]):
            return True
    return False


def _teaser(layout: Layout, block: Block, offset: int) -> bool:
    """Tell whether a line begins with a link by an article's title."""
    begun = [run for run in layout.runs[block.first : block.last] if run.end <= offset]
    linked = sum(count(layout.text, run.start, run.end) for run in begun if run.frame.link is not None)
    return linked >= TITLE and begun[0].frame.link is not None
