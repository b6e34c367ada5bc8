"""The style rules inside a page: which of them can take something from a reader's eyes, and which elements they fit.

A small part of CSS, read in linear time whatever the sheet holds: blocks on a screen, selectors of names, classes, ids
and descent, and the properties that show, place, size or colour. A selector that says more (attributes, states) is
left out, since it mostly dresses what a reader has already in hand.
"""

import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache, wraps
from typing import NamedTuple, TypeVar

import tinycss2
from bs4.element import Tag

T = TypeVar("T")
Declarations = Mapping[str, tuple[str, bool]]
"""Property to (value, important)."""

BOX = frozenset(
    re.findall(
        r"\S+",
        "display visibility opacity font font-size position left right top bottom text-indent margin-left margin-top "
        "clip clip-path width height max-width max-height overflow transform inset margin zoom content-visibility "
        "letter-spacing translate scale",
    )
)
INK = frozenset({"color", "background", "background-color", "-webkit-text-fill-color"})
HIDING = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|opacity\s*:\s*(?:0(?:\.0\d*)?|\.0\d*)(?![.\d])|"
    r"font(?:-size)?\s*:\s*(?:0|\.0|1(?:px)?\s*(?:[;!}]|$))|"
    r"(?:text-indent|left|right|top|bottom|margin-left|margin-top|inset|margin|letter-spacing|translate)\s*:\s*-\d{3}|"
    r"clip(?:-path)?\s*:|scale[xy3d]*\(\s*0|scale\s*:\s*0|zoom\s*:\s*0|content-visibility\s*:\s*hidden|"
    r"translate[xy3d]*\(\s*-\d{3}|(?:height|width)\s*:\s*[01](?:px)?\s*(?:[;!}]|$)|\\[0-9a-f]|/\*",
)
"""What a rule, in lower case, must contain to be able to take something from a reader's eyes."""
BRACE = re.compile(r"[{}]")
CONTENT = re.compile(r"content\s*:\s*([\"'])((?:(?!\1)[^\n]){2,200})\1", re.IGNORECASE)
ESCAPE = re.compile(r"\\([0-9a-fA-F]{1,6})\s?")
COMMENT = re.compile(r"/\*.*?(?:\*/|$)|<!--|-->", re.DOTALL)
SHORT = 200
"""Characters of a selector, or of declarations, that are remembered."""

STATEMENT = re.compile(r"@(?:import|charset|namespace)[^;{}]*;")
COMPOUND = re.compile(r"(?:[a-zA-Z][\w-]*|\*)?(?:[.#](?:[\w-]|[^\x00-\x7f])+)*")
SIMPLE = re.compile(r"[.#]?(?:[\w-]|[^\x00-\x7f])+")
TRICKY = re.compile(r"[\\\"'/@{}\[\]()]")
WIDTH = re.compile(r"(min|max)-width\s*:\s*(\d+)\s*px")
SCREEN = 1280
"""Width in CSS pixels of the reader's window, for media queries."""
LIMIT = 400_000
"""Characters of style sheets that are looked at."""
CROWD = 100
"""Rules that can hide under one class, id or name that are looked at."""
MANY = 200
"""Selectors of one rule that are looked at."""
CLIMB = 64
"""Ancestors that a descendant selector looks at."""


@dataclass(frozen=True, slots=True)
class Compound:
    """One element of a selector; `near` where the next one must be its child."""

    tag: str
    ids: frozenset[str]
    classes: frozenset[str]
    near: bool = False

    def fits(self, tag: Tag) -> bool:
        """Tell whether the element has the name, id and classes."""
        if self.tag and self.tag != tag.name:
            return False
        attrs = tag.attrs
        if self.ids and attrs.get("id") not in self.ids:
            return False
        if not self.classes:
            return True
        has = attrs.get("class")
        return has is not None and all(name in has for name in self.classes)


@dataclass(frozen=True)
class Selector:
    """One selector: its words, its compounds from the outside in, none where it says more than names and descent."""

    words: str
    compounds: tuple[Compound, ...]

    @cached_property
    def outer(self) -> frozenset[str]:
        """The classes and ids that must be among those of the elements around."""
        return frozenset(
            mark for c in self.compounds[:-1] for mark in (*(f".{n}" for n in c.classes), *(f"#{n}" for n in c.ids))
        )

    @cached_property
    def weight(self) -> tuple[int, int, int]:
        """Its specificity: ids, classes, names."""
        ids, classes = (sum(len(getattr(c, part)) for c in self.compounds) for part in ("ids", "classes"))
        return ids, classes, sum(bool(c.tag) for c in self.compounds)

    @cached_property
    def key(self) -> str:
        """The id, class or name that an element must have for the selector to be looked at."""
        last = self.compounds[-1]
        return next(iter(sorted(f"#{i}" for i in last.ids)), "") or next(
            iter(sorted(f".{c}" for c in last.classes)), last.tag
        )

    def fits(self, tag: Tag, around: Mapping[str, int] | None = None) -> bool:
        """Tell whether it matches the element; `around` counts the marks of the elements around, if known."""
        if around is not None and not all(map(around.get, self.outer)):
            return False
        return self.compounds[-1].fits(tag) and (len(self.compounds) == 1 or self._climbed(tag.parent))

    def _climbed(self, element: Tag | None) -> bool:
        """Tell whether the outer compounds match the elements around, looking at no more than `CLIMB` of them."""
        climbed = 0
        for compound in reversed(self.compounds[:-1]):
            while element is not None and not compound.near and not compound.fits(element) and climbed < CLIMB:
                element, climbed = element.parent, climbed + 1
            if element is None or not compound.fits(element):
                return False
            element, climbed = element.parent, climbed + 1
        return True


class Rule(NamedTuple):
    """One selector with what its block declares, and its place among the rules of the page."""

    selector: Selector
    body: str
    order: int

    @property
    def declarations(self) -> Declarations:
        """What the block declares, read when it is first needed."""
        return declarations(self.body)

    @property
    def weight(self) -> tuple[int, int, int, int]:
        """Which rule prevails: the more specific, else the later."""
        return *self.selector.weight, self.order


class Sheets:
    """The page's own style rules; those that can hide an element are found at once, all others only beside them."""

    def __init__(self, sheets: Iterable[str]) -> None:
        self._blocks = [block for css in sheets for block in blocks(css[:LIMIT])]
        self._hiding: dict[str, list[Rule]] = {}
        for rule in self._rules(hiding=True):
            filed = self._hiding.setdefault(rule.selector.key, [])
            if len(filed) < CROWD:
                filed.append(rule)

    def _rules(self, *, hiding: bool) -> Iterator[Rule]:
        order = 0
        for prelude, body in self._blocks:
            wanted = not hiding or HIDING.search(body.lower())
            for selector in prelude.split(",")[:MANY]:
                order += 1
                if wanted and (found := parsed(selector.strip())).compounds:
                    yield Rule(found, body, order)

    @cached_property
    def _all(self) -> dict[str, list[Rule]]:
        found: dict[str, list[Rule]] = {}
        for rule in self._rules(hiding=False):
            found.setdefault(rule.selector.key, []).append(rule)
        return found

    def __bool__(self) -> bool:
        return bool(self._hiding)

    @cached_property
    def watched(self) -> frozenset[str]:
        """The classes and ids of elements around others that decide whether a rule hides these."""
        return frozenset(mark for rules in self._hiding.values() for rule in rules for mark in rule.selector.outer)

    def hiding(self, tag: Tag, marked: tuple[str, ...]) -> tuple[Rule, ...]:
        """Return the rules that can hide an element of this name and these marks, given the right elements around."""
        keys = (tag.name, "", *marked)
        if self._hiding.keys().isdisjoint(keys):
            return ()
        filed = (rule for key in keys for rule in self._hiding.get(key, ()))
        return tuple(rule for rule in filed if rule.selector.compounds[-1].fits(tag))

    def of(self, tag: Tag) -> list[Rule]:
        """Return all rules that apply to an element, weakest first."""
        filed = (rule for key in (tag.name, "", *marks(tag)) for rule in self._all.get(key, ()))
        return sorted((rule for rule in filed if rule.selector.fits(tag)), key=lambda rule: rule.weight)


def marks(tag: Tag) -> tuple[str, ...]:
    """Return an element's classes and id as selectors write them."""
    attrs = tag.attrs
    found = [f".{name}" for name in attrs.get("class") or ()]
    if "id" in attrs:
        found.append(f"#{attrs['id']}")
    return tuple(found)


def generated(css: str) -> Iterator[str]:
    """Yield the words that a style sheet itself writes beside elements: content: "…"."""
    for found in CONTENT.finditer(css[:LIMIT]):
        yield ESCAPE.sub(lambda code: chr(min(int(code[1], 16), sys.maxunicode)), found[2])


def blocks(css: str) -> list[tuple[str, str]]:
    """Return (selectors, declarations) of the rules that hold on a screen, in order; the cost is linear."""
    css = STATEMENT.sub("", COMMENT.sub(" ", css))
    found: list[tuple[str, str]] = []
    outer: list[str] = []
    at = 0
    for brace in BRACE.finditer(css):
        words = css[at : brace.start()]
        at = brace.end()
        if brace[0] == "{":
            outer.append(words.strip())
        elif outer:
            prelude = outer.pop()
            if prelude[:1] != "@" and all(map(holds, outer)):
                found.append((prelude, words))
    return found


def holds(prelude: str) -> bool:
    """Tell whether the rules inside an at-rule hold for a reader at a screen."""
    prelude = prelude.lower()
    if not prelude.startswith("@media"):
        return prelude.startswith(("@supports", "@layer"))
    if "print" in prelude and "screen" not in prelude and "not print" not in prelude:
        return False
    return all((int(n) <= SCREEN) if side == "min" else (int(n) >= SCREEN) for side, n in WIDTH.findall(prelude))


def remembered(work: Callable[[str], T]) -> Callable[[str], T]:
    """Do work on short pieces of CSS only once: the pages of a site have the same ones, each at many elements."""
    kept = lru_cache(maxsize=20_000)(work)
    return wraps(work)(lambda css: kept(css) if len(css) <= SHORT else work(css))


@remembered
def parsed(words: str) -> Selector:
    """Take a selector apart; it has no compounds where it says more than name, id, class and descent."""
    return Selector(words, _compounds(words))


def _compounds(selector: str) -> tuple[Compound, ...]:
    found: list[Compound] = []
    for word in selector.replace(">", " > ").split():
        if word == ">":
            if not found:
                return ()
            found[-1] = replace(found[-1], near=True)
            continue
        if not COMPOUND.fullmatch(word):
            return ()
        parts = SIMPLE.findall(word)
        tag = next((p.lower() for p in parts if p[0] not in ".#"), "")
        found.append(
            Compound(
                tag, frozenset(p[1:] for p in parts if p[0] == "#"), frozenset(p[1:] for p in parts if p[0] == ".")
            )
        )
    return tuple(found)


@remembered
def declarations(css: str) -> Declarations:
    """Return the declarations that can hide, place, size or colour something, the later winning."""
    found: dict[str, tuple[str, bool]] = {}
    for name, value, important in _tokenized(css) if TRICKY.search(css) else _plain(css):
        if name in BOX | INK and (important or not found.get(name, ("", False))[1]):
            found[name] = (value, important)
    return found


def _plain(css: str) -> Iterator[tuple[str, str, bool]]:
    for item in css.lower().split(";"):
        name, colon, value = item.partition(":")
        if colon:
            value, mark, _ = value.partition("!")
            yield name.strip(), value.strip(), bool(mark)


def _tokenized(css: str) -> Iterator[tuple[str, str, bool]]:
    """Read declarations with escapes, comments, strings or brackets as a browser does."""
    for item in tinycss2.parse_declaration_list(css, skip_comments=True, skip_whitespace=True):
        if item.type == "declaration":
            yield item.lower_name, tinycss2.serialize(item.value).strip().lower(), item.important
