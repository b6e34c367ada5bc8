"""A page laid out: its visible text, the element of each stretch of it, its lines, and what no reader sees."""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from bs4.element import Tag

from checker.model import Span
from checker.read.visible import PLAIN, Sight, Size
from checker.script import level

HAN = re.compile(r"[\u3400-\u9fff]")
HANS = re.compile(r"[\u3400-\u9fff]+")
BLANK = re.compile(r"[ \t\r\n\f]+")


@dataclass(frozen=True, slots=True, eq=False)
class Chrome:
    """A part of the page that is not the article: which kind, by which element, inside which other part."""

    kind: str
    tag: Tag
    outer: "Chrome | None" = None
    depth: int = 0


class Frame(NamedTuple):
    """What an element hands down to its content."""

    size: Size = PLAIN
    chrome: Chrome | None = None
    link: Tag | None = None
    unseen: "Unseen | None" = None
    kept: bool = False


class Run(NamedTuple):
    """A stretch of visible text inside one element."""

    start: int
    end: int
    tag: Tag
    frame: Frame


class Picture(NamedTuple):
    """A picture a reader sees, where it stands in the text, and the words that stand in for it."""

    at: int
    words: str
    tag: Tag


@dataclass(eq=False, slots=True)
class Unseen:
    """Text that no reader sees, and why; `parts` are joined in order."""

    reason: str
    tag: Tag
    parts: list[str] = field(default_factory=list)
    styled: bool = False

    @property
    def text(self) -> str:
        """The words, blocks parted by newlines."""
        return BLANK.sub(" ", "".join(self.parts).replace("\n", "\x1e")).replace("\x1e", "\n")


@dataclass(frozen=True, slots=True)
class Block:
    """One line of the visible text: its span, its first run, Han characters in all and inside links."""

    start: int
    end: int
    first: int
    last: int
    han: int
    linked: int


@dataclass(frozen=True)
class Layout:
    """A page laid out.

    `metas` are (name, content) pairs in lower case names; `levelled` is the text in one script; `widest` is the most
    attributes of one element; `generated` are the words that the page's own style sheets write.
    """

    text: str
    runs: tuple[Run, ...]
    unseen: tuple[Unseen, ...]
    metas: tuple[tuple[str, str], ...]
    scripts: tuple[tuple[str, Tag], ...]
    headings: tuple[Span, ...]
    title: str
    canonical: str
    base: str
    links: tuple[tuple[int, str], ...]
    pictures: tuple[Picture, ...]
    generated: tuple[str, ...]
    sight: Sight
    widest: int = 0

    @cached_property
    def levelled(self) -> str:
        """The text levelled, character for character."""
        return level(self.text)

    @cached_property
    def edges(self) -> frozenset[int]:
        """The offsets at which an element's own words begin."""
        return frozenset(self._starts)

    @cached_property
    def _starts(self) -> list[int]:
        return [run.start for run in self.runs]

    @cached_property
    def blocks(self) -> tuple[Block, ...]:
        """The lines of the text."""
        return tuple(_blocks(self.text, self.runs))

    @cached_property
    def _lines(self) -> list[int]:
        return [block.start for block in self.blocks]

    def block_at(self, offset: int) -> int:
        """Return the number of the block that holds an offset."""
        return max(0, bisect_right(self._lines, offset) - 1)

    def run_at(self, offset: int) -> int:
        """Return the number of the run that holds an offset (or the last one before it)."""
        return max(0, bisect_right(self._starts, offset) - 1)

    def path(self, offset: int) -> str:
        """Return the element path of the run at an offset."""
        return path(self.runs[self.run_at(offset)].tag) if self.runs else ""


def path(tag: Tag, steps: int = 5) -> str:
    """Return an element's path, innermost first, such as `span#source<div.info<div.main`."""
    names: list[str] = []
    element: Tag | None = tag
    while element is not None and element.name != "[document]" and len(names) < steps:
        marks = f"#{element['id']}" if element.get("id") else ""
        marks += "".join(f".{name}" for name in element.get_attribute_list("class")[:3] if name)
        names.append(f"{element.name}{marks}"[:80])
        element = element.parent
    return "<".join(names)


def count(text: str, start: int, end: int) -> int:
    """Return the number of Han characters in a part of a text."""
    return sum(map(len, HANS.findall(text, start, end)))


def _blocks(text: str, runs: tuple[Run, ...]) -> Iterator[Block]:
    start = at = 0
    while start < len(text):
        end = text.find("\n", start)
        end = len(text) if end < 0 else end
        first, linked = at, 0
        while at < len(runs) and runs[at].start < end:
            if runs[at].frame.link is not None:
                linked += count(text, runs[at].start, runs[at].end)
            at += 1
        yield Block(start, end, first, at, count(text, start, end), linked)
        start = end + 1
