"""Whether a reader sees an element, and if not, why: what its own style and the page's own style sheets say.

Only style sheets inside the page are known. A rule is believed where it hides for certain (no box, no size, no ink);
what an outside sheet or a script might undo (a zero font size on a wrapper whose children have classes) is not held
against the page.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import tinycss2
from bs4.element import Tag
from tinycss2.color3 import RGBA, parse_color

Declarations = Mapping[str, tuple[str, bool]]
"""Property to (value, important)."""

BOX = (
    *("display", "visibility", "opacity", "font", "font-size", "position", "left", "right", "top", "bottom", "text-indent"),
    *("margin-left", "margin-top", "clip", "clip-path", "width", "height", "max-width", "max-height", "overflow", "transform"),
)
INK = ("color", "background", "background-color")
HIDING = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|opacity\s*:\s*(?:0?\.0|0)(?![.\d]*[1-9])|font(?:-size)?\s*:\s*0|"
    r"(?:text-indent|left|right|top|bottom|margin-left|margin-top)\s*:\s*-\d{3}|clip(?:-path)?\s*:|scale[xy]?\(\s*0|"
    r"translate[xy3d]*\(\s*-\d{3}|(?:height|width)\s*:\s*[01](?:px)?\s*(?:[;!}]|$)",
    re.IGNORECASE,
)
"""What a rule must contain to be able to take something from a reader's eyes."""
BRACE = re.compile(r"[{};]")
COMPOUND = re.compile(r"(?:[a-zA-Z][\w-]*|\*)?(?:[.#](?:[\w-]|[^\x00-\x7f])+)*")
SIMPLE = re.compile(r"[.#]?(?:[\w-]|[^\x00-\x7f])+")
LENGTH = re.compile(r"^(-?\d*\.?\d+)\s*(px|pt|em|rem|ex|ch|vw|vh|%|in|cm|mm)?$")
WIDTH = re.compile(r"(min|max)-width\s*:\s*(\d+)\s*px")
SCREEN = 1280
"""Width in CSS pixels of the reader's window, for media queries."""
LIMIT = 400_000
"""Characters of style sheets that are looked at."""
FAR = -400.0
"""An offset beyond which something is off the screen, in pixels."""
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
class Rule:
    """One selector with what its block declares; `weight` is its specificity and order."""

    selector: str
    compounds: tuple[Compound, ...]
    body: str
    weight: tuple[int, int, int, int]

    @cached_property
    def outer(self) -> frozenset[str]:
        """The classes and ids that must be among those of the elements around."""
        return frozenset(mark for c in self.compounds[:-1] for mark in (*(f".{n}" for n in c.classes), *(f"#{n}" for n in c.ids)))

    @cached_property
    def declarations(self) -> Declarations:
        """What the block declares, read when it is first needed."""
        return declarations(self.body)

    @property
    def key(self) -> str:
        """The id, class or name that an element must have for the rule to be looked at."""
        last = self.compounds[-1]
        return next(iter(sorted(f"#{i}" for i in last.ids)), "") or next(iter(sorted(f".{c}" for c in last.classes)), last.tag)

    def fits(self, tag: Tag) -> bool:
        """Tell whether the selector matches the element."""
        if not self.compounds[-1].fits(tag):
            return False
        return len(self.compounds) == 1 or self._climbed(tag.parent)

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


class Sheets:
    """The page's own style rules; those that can hide an element are found at once, all others only beside them."""

    def __init__(self, sheets: Iterable[str]) -> None:
        self._blocks = [block for css in sheets for block in blocks(css[:LIMIT])]
        self._hiding: dict[str, list[Rule]] = {}
        for rule in self._rules(hiding=True):
            self._hiding.setdefault(rule.key, []).append(rule)

    def _rules(self, *, hiding: bool) -> Iterator[Rule]:
        order = 0
        for prelude, body in self._blocks:
            wanted = not hiding or HIDING.search(body)
            for selector in prelude.split(",")[:MANY]:
                order += 1
                compounds = parsed(selector.strip()) if wanted else ()
                if compounds:
                    ids, classes = (sum(len(getattr(c, part)) for c in compounds) for part in ("ids", "classes"))
                    yield Rule(selector.strip(), compounds, body, (ids, classes, sum(bool(c.tag) for c in compounds), order))

    @cached_property
    def _all(self) -> dict[str, list[Rule]]:
        found: dict[str, list[Rule]] = {}
        for rule in self._rules(hiding=False):
            found.setdefault(rule.key, []).append(rule)
        return found

    def __bool__(self) -> bool:
        return bool(self._hiding)

    def hide(self, tag: Tag, around: Mapping[str, int]) -> bool:
        """Tell whether a rule that can hide applies to an element, inside elements of the classes and ids `around`."""
        for key in keys(tag):
            for rule in self._hiding.get(key, ()):
                if all(map(around.get, rule.outer)) and rule.fits(tag):
                    return True
        return False

    def of(self, tag: Tag) -> list[Rule]:
        """Return all rules that apply to an element, weakest first."""
        found = [rule for key in keys(tag) for rule in self._all.get(key, ()) if rule.fits(tag)]
        return sorted(found, key=lambda rule: rule.weight)


def keys(tag: Tag) -> list[str]:
    """Return what rules for an element can be filed under."""
    attrs = tag.attrs
    found = [tag.name, ""]
    if "class" in attrs:
        found += [f".{c}" for c in tag.get_attribute_list("class") if c]
    if "id" in attrs:
        found.append(f"#{attrs['id']}")
    return found


def blocks(css: str) -> list[tuple[str, str]]:
    """Return (selectors, declarations) of the rules that hold on a screen, in order; hostile sheets cost linear time."""
    css = re.sub(r"/\*.*?(?:\*/|$)|<!--|-->", " ", css, flags=re.DOTALL)
    found: list[tuple[str, str]] = []
    open_: list[str] = []
    at = 0
    for brace in BRACE.finditer(css):
        if brace[0] == "{":
            open_.append(css[at : brace.start()].strip())
        elif brace[0] == ";" and open_ and not open_[-1].startswith("@"):
            continue
        elif brace[0] == "}" and open_:
            prelude = open_.pop()
            if not prelude.startswith("@") and all(holds(outer) for outer in open_):
                found.append((prelude, css[at : brace.start()]))
        at = brace.end()
    return found


def holds(prelude: str) -> bool:
    """Tell whether the rules inside an at-rule hold for a reader at a screen."""
    prelude = prelude.lower()
    if not prelude.startswith("@media"):
        return prelude.startswith(("@supports", "@layer"))
    if "print" in prelude and "screen" not in prelude and "not print" not in prelude:
        return False
    return all((SCREEN >= int(n)) if side == "min" else (int(n) >= SCREEN) for side, n in WIDTH.findall(prelude))


def parsed(selector: str) -> tuple[Compound, ...]:
    """Return a selector's compounds from the outside in; () for one that says more than name, id, class and descent."""
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


def declarations(css: str) -> Declarations:
    """Return the declarations that can hide or show something, the later winning."""
    found: dict[str, tuple[str, bool]] = {}
    for item in tinycss2.parse_declaration_list(css, skip_comments=True, skip_whitespace=True):
        if item.type == "declaration" and item.lower_name in BOX + INK:
            value = tinycss2.serialize(item.value).strip().lower()
            if item.important or not found.get(item.lower_name, ("", False))[1]:
                found[item.lower_name] = (value, item.important)
    return found


@dataclass(frozen=True, slots=True)
class Size:
    """What an element's text inherits of being shown: "" or why it has no size, "" or why it is veiled."""

    tiny: str = ""
    veiled: str = ""


PLAIN = Size()


class Sight:
    """Decides for one page, element by element from the outside in, what a reader sees.

    `outside` says that there are style sheets elsewhere, which may give a size to what has a class or an id.
    """

    def __init__(self, sheets: Sheets, *, outside: bool = False) -> None:
        self.sheets = sheets
        self.outside = outside
        self.around: Counter[str] = Counter()
        self._inline: dict[str, Declarations] = {}

    def inside(self, tag: Tag, step: int) -> None:
        """Note that the walk has entered an element (step 1) or left it (step -1)."""
        for mark in keys(tag)[2:]:
            self.around[mark] += step

    def style(self, tag: Tag) -> tuple[dict[str, str], dict[str, str]]:
        """Return an element's declared values and, for each, which rule or attribute said so."""
        values: dict[str, str] = {}
        said: dict[str, str] = {}
        strong: set[str] = set()
        layers = [(rule.declarations, f"style rule {rule.selector}") for rule in self.sheets.of(tag)]
        inline = tag.get("style")
        if inline:
            layers.append((self._declared(str(inline)), "inline style"))
        for declared, who in layers:
            for name, (value, important) in declared.items():
                if important or name not in strong:
                    values[name], said[name] = value, who
                    strong |= {name} if important else set()
        return values, said

    def _declared(self, css: str) -> Declarations:
        if css not in self._inline:
            self._inline[css] = declarations(css[:2000])
        return self._inline[css]

    def enter(self, tag: Tag, size: Size) -> tuple[str, Size]:
        """Return why nobody sees the element ("" where one may) and what its content inherits."""
        attrs = tag.attrs
        if "hidden" in attrs and str(attrs["hidden"]).lower() != "until-found":
            return "hidden attribute", size
        inline = str(attrs.get("style", ""))
        changes = size is not PLAIN and ("style" in attrs or "class" in attrs or "id" in attrs)
        if not (changes or (inline and HIDING.search(inline)) or (self.sheets and self.sheets.hide(tag, self.around))):
            return "", size
        values, said = self.style(tag)
        for check in (_boxless, _offscreen, _sizeless):
            name = check(values)
            if name:
                return f"{name}:{values[name]} ({said[name]})", size
        return "", self._sized(tag, values, said, size)

    def _sized(self, tag: Tag, values: Mapping[str, str], said: Mapping[str, str], size: Size) -> Size:
        tiny, veiled = size.tiny, size.veiled
        font = values.get("font-size") or values.get("font", "").split(" ")[0]
        if font and LENGTH.match(font):
            small = abs(pixels(font) or 0.0) < 1.5
            tiny = f"font-size:{font} ({said.get('font-size') or said.get('font')})" if small else ""
        elif self.outside and ("class" in tag.attrs or "id" in tag.attrs):
            tiny = ""
        if "visibility" in values:
            gone = values["visibility"] in {"hidden", "collapse"}
            veiled = f"visibility:{values['visibility']} ({said['visibility']})" if gone else ""
        return Size(tiny, veiled) if tiny or veiled else PLAIN

    def faint(self, tag: Tag) -> str:
        """Return why the text of an element cannot be told from its background, "" where it can.

        The colour is the nearest one declared, the ground the nearest behind it; a ground that only an outside sheet
        or a picture may have painted is not held against the page.
        """
        colour: RGBA | None = None
        reason = ""
        element: Tag | None = tag
        for _ in range(CLIMB):
            if element is None or element.name == "[document]":
                break
            values, said = self.style(element)
            hints(element, values, said)
            if colour is None and "color" in values:
                colour, reason = colour_of(values["color"]), f"color:{values['color']} ({said['color']})"
                if colour is not None and colour.alpha < 0.06:
                    return f"transparent text, {reason}"
            ground = ground_of(values)
            if isinstance(ground, str):
                return ""
            if ground is not None:
                return f"text in the colour of its background, {reason}" if alike(colour or BLACK, ground) else ""
            element = element.parent
        return f"text in the colour of its background, {reason}" if colour is not None and alike(colour, WHITE) else ""


BLACK, WHITE = RGBA(0, 0, 0, 1), RGBA(1, 1, 1, 1)


def alike(one: RGBA, two: RGBA) -> bool:
    """Tell whether two colours are so near that nobody can tell them apart."""
    return max(abs(a - b) for a, b in zip(one[:3], two[:3], strict=True)) < 0.035


def ground_of(values: Mapping[str, str]) -> RGBA | str | None:
    """Return the colour an element paints behind its text, "picture" where it paints something else, None for nothing."""
    whole = values.get("background", "")
    if "url(" in whole or "gradient" in whole:
        return "picture"
    found = colour_of(values.get("background-color", "")) or next(filter(None, map(colour_of, whole.split())), None)
    return found if found is not None and found.alpha > 0.5 else None


def hints(tag: Tag, values: dict[str, str], said: dict[str, str]) -> None:
    """Add what the old presentational attributes say, where no style does."""
    for attribute, name in (("color", "color"), ("bgcolor", "background-color")):
        if attribute in tag.attrs and name not in values and (attribute == "bgcolor" or tag.name == "font"):
            values[name], said[name] = str(tag.attrs[attribute]).strip().lower(), f"{attribute} attribute"


def colour_of(value: str) -> RGBA | None:
    """Return the colour a CSS value says, None where it says none."""
    found = parse_color(value) if value else None
    return found if isinstance(found, RGBA) else None


def pixels(value: str) -> float | None:
    """Return a length in pixels, roughly; None for what is no length."""
    found = LENGTH.match(value)
    if not found:
        return None
    scale = {"em": 16, "rem": 16, "vw": 12.8, "vh": 8, "%": 8, "in": 96, "cm": 38, "mm": 3.8, "pt": 1.33}
    return float(found[1]) * scale.get(found[2] or "px", 1)


def _boxless(values: Mapping[str, str]) -> str:
    if values.get("display") == "none":
        return "display"
    opacity = values.get("opacity", "")
    try:
        return "opacity" if opacity and float(opacity.rstrip("%")) <= 0.05 else ""
    except ValueError:
        return ""


def _offscreen(values: Mapping[str, str]) -> str:
    placed = values.get("position") in {"absolute", "fixed", "relative"}
    names = ("text-indent", "margin-left", "margin-top", *(("left", "right", "top", "bottom") if placed else ()))
    for name in names:
        if (pixels(values.get(name, "")) or 0.0) <= FAR:
            return name
    moved = re.search(
        r"translate[xy3d]*\(\s*(-?\d+)(px|%)|scale[xy]?\(\s*(0(?:\.0+)?)\s*[,)]", values.get("transform", "")
    )
    if moved and (moved[3] or int(moved[1]) <= FAR):
        return "transform"
    if re.match(
        r"rect\(\s*[01](?:px)?[\s,]+[01](?:px)?[\s,]+[01](?:px)?[\s,]+[01](?:px)?\s*\)", values.get("clip", "")
    ):
        return "clip"
    return "clip-path" if re.match(r"inset\(\s*(?:50|100)%|circle\(\s*0", values.get("clip-path", "")) else ""


def _sizeless(values: Mapping[str, str]) -> str:
    if values.get("overflow", "") not in {"hidden", "clip"}:
        return ""
    for name in ("height", "width", "max-height", "max-width"):
        size = pixels(values.get(name, ""))
        if size is not None and 0 <= size <= 1:
            return name
    return ""
