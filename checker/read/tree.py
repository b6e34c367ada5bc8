"""A page's markup as a tree: what `BeautifulSoup(html, "lxml")` makes of it, in a quarter of the time.

lxml tells the same events here as there; only what nobody asks of the elements is left out: line numbers, prefixes,
substitutions for another encoding, lists of the values of rare attributes, blanks between blocks. So a tree is for
reading, not for writing.
"""

import re
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from bs4 import BeautifulSoup
from bs4.builder import HTMLTreeBuilder
from bs4.element import (
    CData,
    Comment,
    Doctype,
    NavigableString,
    PageElement,
    ProcessingInstruction,
    Tag,
)
from lxml import etree

BLOCKS = frozenset(
    re.findall(
        r"\S+",
        "address article aside blockquote body br caption center dd details dialog dir div dl dt fieldset figcaption "
        "figure footer form frameset h1 h2 h3 h4 h5 h6 header hgroup hr html legend li main menu nav ol option p pre "
        "search section select summary table tbody textarea tfoot thead tr ul",
    )
)
"""Elements that stand on lines of their own; the blanks right behind where one begins or ends say nothing."""
CONTAINERS = HTMLTreeBuilder.DEFAULT_STRING_CONTAINERS
KEPT = HTMLTreeBuilder.DEFAULT_PRESERVE_WHITESPACE_TAGS
LINKS = frozenset({"a", "link"})
"""Elements whose `rel`, like every element's `class`, holds several words."""
SPACES = "\n\t\x0c\r "


class Element(Tag):
    """An element with what is asked of it; all else is the same for every element."""

    parser_class = namespace = prefix = known_xml = sourceline = sourcepos = None
    can_be_empty_element = cdata_list_attributes = preserve_whitespace_tags = None
    interesting_string_types = frozenset({NavigableString, CData})
    attribute_value_list_class = list
    hidden = False
    _namespaces: Mapping[str, str] = {}

    def __init__(self, name: str, attrs: dict[str, Any]) -> None:
        self.name = name
        self.attrs = attrs
        self.contents = []


class Tree:
    """A page's markup: the tree itself, and its elements by name, for which `find_all` would walk all of it."""

    def __init__(self) -> None:
        self.soup = BeautifulSoup("", "html.parser")
        self.named: defaultdict[str, list[Tag]] = defaultdict(list)
        self._headed: dict[str, int] | None = None

    def all(self, name: str) -> list[Tag]:
        """Return the elements of a name, in document order."""
        return self.named.get(name, [])

    def head(self, name: str) -> list[Tag]:
        """Return the elements of a name in the head; of the whole page where it has no head."""
        return self.all(name) if self._headed is None else self.all(name)[: self._headed.get(name, 0)]

    def end_head(self) -> None:
        """Note that what is named from now on stands behind the head."""
        if self._headed is None:
            self._headed = {name: len(tags) for name, tags in self.named.items()}


def tree(html: str) -> Tree:
    """Return the markup as a tree, whatever it is; lxml mends what is broken."""
    target = _Target()
    parser = etree.HTMLParser(target=target, recover=True)
    parser.feed(html.removeprefix("\ufeff"))
    parser.close()
    return target.tree


class _Target:
    """What lxml tells its events to: the tree so far, and the elements that are open."""

    def __init__(self) -> None:
        self.tree = Tree()
        self.named = self.tree.named
        self.stack: list[Tag] = [self.tree.soup]
        self.open: defaultdict[str, int] = defaultdict(int)
        self.last: PageElement = self.tree.soup
        self.words: list[str] = []
        self.data = self.words.append
        self.kept = 0
        self.parted = True
        self.containers: list[type[NavigableString]] = []

    def start(self, name: str, attrs: dict[str, Any]) -> None:
        """Begin an element; the attributes are a dictionary made for it, or an empty mapping that all share."""
        if self.words:
            self.string()
        if "class" in attrs:
            attrs["class"] = attrs["class"].split()
        if "rel" in attrs and name in LINKS:
            attrs["rel"] = attrs["rel"].split()
        tag = Element(name, attrs or {})
        self.hang(tag)
        self.named[name].append(tag)
        self.stack.append(tag)
        self.open[name] += 1
        self.parted = name in BLOCKS
        if name in CONTAINERS:
            self.containers.append(CONTAINERS[name])
        elif name in KEPT:
            self.kept += 1

    def end(self, name: str) -> None:
        """End an element and those still open inside it."""
        if self.words:
            self.string()
        self.parted = name in BLOCKS
        if name == "head":
            self.tree.end_head()
        while self.open[name]:
            ended = self.stack.pop().name
            self.open[ended] -= 1
            if ended in CONTAINERS:
                self.containers.pop()
            elif ended in KEPT:
                self.kept -= 1
            if ended == name:
                return

    def string(self, kind: type[NavigableString] | None = None) -> None:
        """Add the words heard since the last element; blanks alone are one blank or one line break, if anything."""
        words = self.words[0] if len(self.words) == 1 else "".join(self.words)
        self.words.clear()
        if not self.kept and not words.strip(SPACES):
            if self.parted and kind is None:
                return
            words = "\n" if "\n" in words else " "
        if kind is None:
            self.parted = False
        container = kind or (self.containers[-1] if self.containers else NavigableString)
        self.hang(str.__new__(container, words))

    def hang(self, node: PageElement) -> None:
        """Hang a node into the tree, as the last child of the innermost element that is open."""
        parent, last = self.stack[-1], self.last
        node.parent, node.previous_element = parent, last
        node.next_element = node.next_sibling = node.previous_sibling = None
        last.next_element = self.last = node
        children = parent.contents
        if children:
            node.previous_sibling = before = children[-1]
            before.next_sibling = node
        children.append(node)

    def special(self, words: str, kind: type[NavigableString]) -> None:
        """Add a string that is no text."""
        if self.words:
            self.string()
        self.words.append(words)
        self.string(kind)

    def comment(self, words: str) -> None:
        """Add a comment."""
        self.special(words, Comment)

    def pi(self, name: str, words: str | None) -> None:
        """Add a processing instruction."""
        self.special(f"{name} {words}", ProcessingInstruction)

    def doctype(self, name: str, public: str, system: str) -> None:
        """Add the document's type."""
        self.special(str(Doctype.for_name_and_ids(name, public, system)), Doctype)

    def close(self) -> None:
        """End the document."""
        if self.words:
            self.string()
