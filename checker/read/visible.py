"""Whether a reader sees an element, and if not, why: what its own style and the page's own style sheets say.

Only style sheets inside the page are known. A rule is believed where it hides for certain (no box, no size, no ink);
what an outside sheet or a script might undo (a zero font size on a wrapper whose children have classes) is not held
against the page.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

import tinycss2
from bs4.element import Tag
from tinycss2.color3 import RGBA, parse_color

Declarations = Mapping[str, tuple[str, bool]]
"""Property to (value, important)."""

WORTH = frozenset(
    "display visibility opacity font font-size color background background-color position left right top bottom "
    "text-indent margin-left margin-top clip clip-path width height max-width max-height overflow transform".split()
)
SUSPECT = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|opacity\s*:\s*0?\.?0*\s*[;!}]|font(?:-size)?\s*:\s*0|"
    r"(?:text-indent|left|right|top|bottom|margin-left|margin-top)\s*:\s*-\d{3}|clip(?:-path)?\s*:|scale\(\s*0|translate|"
    r"(?:^|[;{\s])color\s*:|height\s*:\s*[01](?:px)?\s*[;!}]|width\s*:\s*[01](?:px)?\s*[;!}]",
    re.IGNORECASE,
)
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
        if self.ids and tag.get("id") not in self.ids:
            return False
        return not self.classes or self.classes <= set(tag.get_attribute_list("class"))


@dataclass(frozen=True, slots=True)
class Rule:
    """One selector with what it declares; `weight` is its specificity and order."""

    selector: str
    compounds: tuple[Compound, ...]
    declarations: Declarations
    weight: tuple[int, int, int, int]

    def fits(self, tag: Tag) -> bool:
        """Tell whether the selector matches the element, looking at no more than `CLIMB` ancestors."""
        if not self.compounds[-1].fits(tag):
            return False
        parent = tag.parent
        climbed = 0
        for compound in reversed(self.compounds[:-1]):
            while parent is not None and not compound.fits(parent) and not compound.near and climbed < CLIMB:
                parent, climbed = parent.parent, climbed + 1
            if parent is None or not compound.fits(parent):
                return False
            parent, climbed = parent.parent, climbed + 1
        return True


class Sheets:
    """The page's own style rules that can hide something, by the key of their last element."""

    def __init__(self, sheets: Iterable[str]) -> None:
        self._rules: dict[str, list[Rule]] = {}
        order = 0
        for css in sheets:
            for prelude, body in blocks(css[:LIMIT]):
                declared = declarations(body)
                for selector in prelude.split(",") if declared else ():
                    order += 1
                    self._add(selector.strip(), declared, order)

    def _add(self, selector: str, declared: Declarations, order: int) -> None:
        compounds = parsed(selector)
        if not compounds:
            return
        last = compounds[-1]
        ids, classes = (sum(len(getattr(c, part)) for c in compounds) for part in ("ids", "classes"))
        rule = Rule(selector, compounds, declared, (ids, classes, sum(bool(c.tag) for c in compounds), order))
        key = next(iter(sorted(f"#{i}" for i in last.ids)), None) or next(
            iter(sorted(f".{c}" for c in last.classes)), last.tag
        )
        self._rules.setdefault(key, []).append(rule)

    def __bool__(self) -> bool:
        return bool(self._rules)

    def of(self, tag: Tag) -> list[Rule]:
        """Return the rules that apply to an element, weakest first."""
        keys = [tag.name, "", *(f".{c}" for c in tag.get_attribute_list("class") if c), f"#{tag.get('id')}"]
        found = [rule for key in keys for rule in self._rules.get(key, ()) if rule.fits(tag)]
        return sorted(found, key=lambda rule: rule.weight)


def blocks(css: str) -> list[tuple[str, str]]:
    """Return (selectors, declarations) of the rules that hold on a screen, in order; hostile sheets cost linear time."""
    if not SUSPECT.search(css):
        return []
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
        if item.type == "declaration" and item.lower_name in WORTH:
            value = tinycss2.serialize(item.value).strip().lower()
            if item.important or not found.get(item.lower_name, ("", False))[1]:
                found[item.lower_name] = (value, item.important)
    return found


@dataclass(frozen=True, slots=True)
class Ink:
    """What an element's text inherits: colour and ground, whether it has a size, whether it is shown.

    `ground_known` is False where an outside sheet may have painted the ground.
    """

    colour: RGBA = RGBA(0, 0, 0, 1)
    ground: RGBA = RGBA(1, 1, 1, 1)
    ground_known: bool = True
    tiny: str = ""
    veiled: str = ""
    faint: str = ""


@dataclass
class Sight:
    """Decides for one page, element by element from the outside in, what a reader sees."""

    sheets: Sheets
    outside: bool = False
    _inline: dict[str, Declarations] = field(default_factory=dict)

    def style(self, tag: Tag) -> tuple[dict[str, str], dict[str, str]]:
        """Return an element's declared values and, for each, which rule or attribute said so."""
        values: dict[str, str] = {}
        said: dict[str, str] = {}
        strong: set[str] = set()
        layers = (
            [(rule.declarations, f"style rule {rule.selector}") for rule in self.sheets.of(tag)] if self.sheets else []
        )
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

    def enter(self, tag: Tag, ink: Ink) -> tuple[str, Ink]:
        """Return why nobody sees the element ("" where one does) and the ink its content inherits."""
        attrs = tag.attrs
        if not attrs and not self.sheets:
            return "", ink
        if "hidden" in attrs and str(attrs["hidden"]).lower() != "until-found":
            return "hidden attribute", ink
        values, said = self.style(tag)
        hints(tag, values, said)
        if not values:
            return "", self._unsure(tag, ink)
        for check in (_boxless, _offscreen, _sizeless):
            name = check(values)
            if name:
                return f"{name}:{values[name]} ({said[name]})", ink
        return "", self._inked(tag, values, said, ink)

    def _unsure(self, tag: Tag, ink: Ink) -> Ink:
        if not self.outside or not ("class" in tag.attrs or "id" in tag.attrs):
            return ink
        if not (ink.ground_known or ink.tiny):
            return ink
        return replace(ink, ground_known=False, tiny="")

    def _inked(self, tag: Tag, values: dict[str, str], said: dict[str, str], ink: Ink) -> Ink:
        ink = self._unsure(tag, ink)
        size = values.get("font-size") or (
            values.get("font", "").split(" ")[0] if values.get("font", "")[:1] == "0" else ""
        )
        if size:
            tiny = _pixels(size) is not None and abs(_pixels(size) or 0.0) < 1.5
            ink = replace(ink, tiny=f"font-size:{size} ({said.get('font-size') or said.get('font')})" if tiny else "")
        if "visibility" in values:
            veiled = values["visibility"] in {"hidden", "collapse"}
            ink = replace(ink, veiled=f"visibility:{values['visibility']} ({said['visibility']})" if veiled else "")
        return _painted(values, said, ink)


def hints(tag: Tag, values: dict[str, str], said: dict[str, str]) -> None:
    """Add what the old presentational attributes say, where no style does."""
    for attribute, name in (("color", "color"), ("bgcolor", "background-color")):
        if attribute in tag.attrs and name not in values and (attribute == "bgcolor" or tag.name == "font"):
            values[name], said[name] = str(tag.attrs[attribute]).strip().lower(), f"{attribute} attribute"


def _painted(values: dict[str, str], said: dict[str, str], ink: Ink) -> Ink:
    ground = _colour(values.get("background-color", "")) or _first_colour(values.get("background", ""))
    if "url(" in values.get("background", "") or "gradient" in values.get("background", ""):
        ink = replace(ink, ground_known=False)
    elif ground is not None and ground.alpha > 0.5:
        ink = replace(ink, ground=ground, ground_known=True)
    colour = _colour(values.get("color", ""))
    if colour is None and ground is None:
        return ink
    ink = replace(ink, colour=colour or ink.colour)
    who = said.get("color") or said.get("background-color") or said.get("background")
    if ink.colour.alpha < 0.06:
        return replace(ink, faint=f"transparent text ({who})")
    same = max(abs(a - b) for a, b in zip(ink.colour[:3], ink.ground[:3], strict=True)) < 0.035
    return replace(ink, faint=f"text in the colour of its background ({who})" if same and ink.ground_known else "")


def _colour(value: str) -> RGBA | None:
    found = parse_color(value) if value else None
    return found if isinstance(found, tuple) else None


def _first_colour(value: str) -> RGBA | None:
    return next((c for c in map(_colour, value.split()) if c is not None), None)


def _pixels(value: str) -> float | None:
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
        if (_pixels(values.get(name, "")) or 0.0) <= FAR:
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
        size = _pixels(values.get(name, ""))
        if size is not None and 0 <= size <= 1:
            return name
    return ""
