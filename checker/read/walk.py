"""One pass over the tree: the visible text in reading order, where each stretch stands, and what no reader sees.

The walk keeps its own stack, so a page of 100,000 nested elements costs time and no recursion. Blocks are parted by
newlines, cells of a row by a space; inline elements are joined without a blank that was not there.
"""

from collections.abc import Iterator
from typing import NamedTuple

from bs4.element import Comment, NavigableString, PageElement, Script, Tag, TemplateString

from checker.model import Span
from checker.read.chrome import Parts
from checker.read.layout import BLANK, HAN, Chrome, Frame, Layout, Picture, Run, Unseen
from checker.read.styles import Rule, Sheets, generated, marks
from checker.read.tree import BLOCKS, Tree
from checker.read.visible import PLAIN, Sight, Size

CELLS = frozenset({"td", "th"})
SILENT = {
    "script": "a script",
    "style": "a style sheet",
    "head": "the head",
    "template": "a template",
    "noscript": "noscript: shown only without scripts",
    "iframe": "the fallback of a frame",
    "noframes": "shown only without frames",
    "object": "the fallback of an object",
    "audio": "the fallback of a player",
    "video": "the fallback of a player",
    "canvas": "the fallback of a drawing",
    "svg": "a drawing",
    "datalist": "a list of suggestions",
    "math": "a formula",
}
DEEPEST = 16
"""Parts of a page within each other that are told apart."""
NOTED = frozenset({"meta", "link", "base", "input", "title"})
VEILING = frozenset(SILENT) | {"dialog"}
"""Elements whose own name may take them from a reader's eyes."""
TELLING = NOTED | VEILING | {"a", "img", "pre", "text"}
"""Elements whose own name says something about what stands in them."""
STYLED = frozenset({"style", "hidden", "popover"})
"""Attributes that may take an element from a reader's eyes."""
WHITE = " \t\r\n\f"
WORDY = 200
"""Characters of the words that stand in for a picture that are kept."""
LIMIT = 200_000
"""Characters of unseen text (comments, scripts, hidden elements) that are kept, each."""


class Look(NamedTuple):
    """What elements of one name, class, id and role share: page part, watched marks, rules that can hide.

    `gap` parts them from what stands around them; `telling` says that they may change what their content inherits.
    """

    kind: str = ""
    marks: tuple[str, ...] = ()
    rules: tuple[Rule, ...] = ()
    gap: str = ""
    telling: bool = False


Inside = tuple[Iterator[PageElement], Tag, Frame, int, Look]
"""An element that is being walked: its children to come, itself, its frame, where its words began, its look."""


class _Walk:
    """The walk itself: what has been written so far, and what waits to part it from what comes."""

    def __init__(self, tree: Tree, parts: Parts, opened: frozenset[int]) -> None:
        outside = any("stylesheet" in tag.get_attribute_list("rel") for tag in tree.all("link"))
        sheets = ["".join(map(str, tag.contents)) for tag in tree.all("style")]
        self.sight = Sight(Sheets(sheets), outside=outside)
        self.generated = tuple(words for css in sheets for words in generated(css) if HAN.search(words))
        self.opened = opened
        self.parts = parts
        self.out: list[str] = []
        self.size = 0
        self.gap = ""
        self.runs: list[Run] = []
        self.unseen: list[Unseen] = []
        self.metas: list[tuple[str, str]] = []
        self.scripts: list[tuple[str, Tag]] = []
        self.headings: list[Span] = []
        self.links: list[tuple[int, str]] = []
        self.pictures: list[Picture] = []
        self.title = self.canonical = self.base = ""
        self.looks: dict[str, Look] = {}
        self.widest = 0

    def run(self, tree: Tree) -> None:
        """Walk the whole tree."""
        stack: list[Inside] = []
        here: Inside | None = (iter(tree.soup.contents), tree.soup, Frame(), 0, Look())
        while here:
            children, tag, frame, since, look = here
            plain = frame.unseen is None and frame.size is PLAIN and not frame.kept
            for child in children:
                if isinstance(child, Tag):
                    its = self.look(child)
                    told = its.telling or frame.size is not PLAIN
                    told = told or (frame.unseen is None and not STYLED.isdisjoint(child.attrs))
                    inner = self.open(child, frame, its) if told else frame
                    if its.gap:
                        self.part(its.gap, inner.unseen)
                    if child.contents:
                        if its.marks:
                            self.sight.inside(its.marks, 1)
                        stack.append(here)
                        here = (iter(child.contents), child, inner, self.size, its)
                        break
                    if its.gap:
                        self.part(its.gap, inner.unseen)
                elif plain and type(child) is NavigableString:
                    self.write(child, tag, frame)
                else:
                    self.string(child, tag, frame)
            else:
                self.close(tag, frame, since, look)
                here = stack.pop() if stack else None

    def look(self, tag: Tag) -> Look:
        """Return what an element's name, classes, id and role say, looked up once for all elements that share them."""
        attrs = tag.attrs
        name = key = tag.name
        if attrs:
            self.widest = max(self.widest, len(attrs))
            if "class" in attrs or "id" in attrs or "role" in attrs:
                key = f"{name} {' '.join(attrs.get('class') or ())} {attrs.get('id', '')} {attrs.get('role', '')}"
        found = self.looks.get(key)
        if found is None:
            kind, held = self.parts.kind(key), marks(tag) if self.sight.sheets else ()
            rules = self.sight.sheets.hiding(tag, held)
            found = self.looks[key] = Look(
                kind=kind,
                marks=tuple(mark for mark in held if mark in self.sight.sheets.watched),
                rules=rules,
                gap="\n" if name in BLOCKS else " " if name in CELLS else "",
                telling=bool(kind or rules or name in TELLING),
            )
        return found

    def open(self, tag: Tag, outer: Frame, look: Look) -> Frame:
        """Return the frame of an element that begins here, and note what it tells."""
        size, chrome, link, unseen, kept = outer
        name = tag.name
        if name in NOTED:
            self.note(tag)
        if unseen is not None and name == "text" and unseen.reason == SILENT["svg"]:
            unseen = None
        veiled = look.rules or size is not PLAIN or name in VEILING or not STYLED.isdisjoint(tag.attrs)
        if unseen is None and veiled:
            unseen, size = self.seen(tag, size, look)
        if name == "pre":
            kept = True
        elif name == "img":
            if unseen is None and HAN.search(words := str(tag.attrs.get("alt") or "")[:WORDY]):
                self.pictures.append(Picture(self.size, words, tag))
        elif name == "a":
            link = tag
            if unseen is None:
                self.link(tag)
        if look.kind and (chrome is None or chrome.depth < DEEPEST):
            chrome = Chrome(look.kind, tag, chrome, chrome.depth + 1 if chrome else 0)
        return Frame(size, chrome, link, unseen, kept)

    def seen(self, tag: Tag, size: Size, look: Look) -> tuple[Unseen | None, Size]:
        """Return where to keep the element's words where nobody sees them, and what its content inherits."""
        name = tag.name
        silent = reason = SILENT.get(name, "")
        if name == "template" and "shadowrootmode" in tag.attrs:
            silent = reason = ""
        if name == "dialog" and "open" not in tag.attrs:
            silent = reason = "a closed dialog"
        if not reason and (tag.attrs or look.rules) and id(tag) not in self.opened:
            reason, size = self.sight.enter(tag, size, look.rules)
        if not reason:
            return None, size
        hidden = Unseen(reason, tag, styled=not silent)
        if name not in {"script", "style", "head"}:
            self.unseen.append(hidden)
        return hidden, size

    def note(self, tag: Tag) -> None:
        """Keep what an element of the head says."""
        attrs = tag.attrs
        if tag.name == "meta" and "content" in attrs:
            name = attrs.get("name") or attrs.get("property") or attrs.get("itemprop") or ""
            self.metas.append((str(name).strip().lower(), str(attrs["content"]).strip()[:2000]))
        elif tag.name == "input" and str(attrs.get("type", "")).lower() == "hidden":
            self.metas.append(
                (f"input {attrs.get('name') or attrs.get('id') or ''}".lower(), str(attrs.get("value", ""))[:2000])
            )
        elif tag.name == "base" and not self.base:
            self.base = str(attrs.get("href", "")).strip()
        elif tag.name == "link" and "canonical" in tag.get_attribute_list("rel") and not self.canonical:
            self.canonical = str(attrs.get("href", "")).strip()
        elif tag.name == "title" and not self.title:
            self.title = BLANK.sub(" ", "".join(s for s in tag.contents if isinstance(s, NavigableString))).strip()

    def link(self, tag: Tag) -> None:
        """Keep where a visible link leads."""
        href = tag.attrs.get("href")
        if href and len(self.links) < 5000:
            self.links.append((self.size, str(href).strip()[:2000]))

    def part(self, gap: str, unseen: Unseen | None) -> None:
        """Part what comes from what was written."""
        if unseen is not None:
            unseen.parts.append(gap)
        elif self.gap != "\n":
            self.gap = gap

    def string(self, string: PageElement, tag: Tag, frame: Frame) -> None:
        """Write a string, or keep it where nobody sees it."""
        kind = type(string)
        if kind is NavigableString or kind is TemplateString:
            words = str(string)
            hidden = frame.unseen or (None if frame.size is PLAIN else self.faded(tag, frame))
            if hidden is not None:
                hidden.parts.append(words[:LIMIT])
            elif frame.kept:
                self.lines(words, tag, frame)
            else:
                self.write(words, tag, frame)
        elif kind is Script:
            self.scripts.append((str(string)[:LIMIT], tag))
        elif kind is Comment and len(str(string)) < LIMIT and HAN.search(str(string)):
            self.unseen.append(Unseen("an HTML comment", tag, [str(string)]))

    def faded(self, tag: Tag, frame: Frame) -> Unseen | None:
        """Return where to keep text without size or ink; None where it is seen."""
        reason = frame.size.veiled or frame.size.tiny
        if not (self.unseen and self.unseen[-1].tag is tag):
            self.unseen.append(Unseen(reason, tag))
        return self.unseen[-1]

    def lines(self, words: str, tag: Tag, frame: Frame) -> None:
        """Write visible words whose line breaks count."""
        for number, line in enumerate(words.split("\n")):
            if number:
                self.part("\n", None)
            self.write(line, tag, frame)

    def write(self, words: str, tag: Tag, frame: Frame) -> None:
        """Write one stretch, its blanks collapsed, after the gap that waits."""
        if words[:1] in WHITE and not self.gap and words:
            self.gap = " "
        core = words.strip(WHITE)
        if not core:
            return
        if "  " in core or not core.isprintable():
            core = BLANK.sub(" ", core)
        start = self.size
        if self.gap and start:
            self.out.append(self.gap)
            start += 1
        self.size = end = start + len(core)
        self.runs.append(Run(start, end, tag, frame))
        self.out.append(core)
        self.gap = " " if words[-1] in WHITE else ""

    def close(self, tag: Tag, frame: Frame, since: int, look: Look) -> None:
        """End an element that has content: part what comes after it, remember a headline."""
        if look.marks:
            self.sight.inside(look.marks, -1)
        if look.gap:
            self.part(look.gap, frame.unseen)
            if tag.name == "h1" and self.size > since:
                self.headings.append((since, self.size))


def lay_out(tree: Tree, parts: Parts, *, opened: frozenset[int] = frozenset()) -> Layout:
    """Lay out a parsed page.

    `parts` tell which part of a page an element is; `opened` are elements, by `id`, whose style is void.
    """
    walk = _Walk(tree, parts, opened)
    walk.run(tree)
    return Layout(
        text="".join(walk.out),
        runs=tuple(walk.runs),
        unseen=tuple(u for u in walk.unseen if any(part.strip() for part in u.parts)),
        metas=tuple(walk.metas),
        scripts=tuple(walk.scripts),
        headings=tuple(walk.headings),
        title=walk.title,
        canonical=walk.canonical,
        base=walk.base,
        links=tuple(walk.links),
        pictures=tuple(walk.pictures),
        generated=walk.generated,
        sight=walk.sight,
        widest=walk.widest,
    )
