"""Whether a reader sees an element, and if not, why: what its own style and the page's own style sheets say.

Only style sheets inside the page are known. A rule is believed where it hides for certain (no box, no size, no ink);
what an outside sheet or a script might undo (a zero font size on a wrapper whose children have classes) is not held
against the page.
"""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from bs4.element import Tag
from tinycss2.color3 import RGBA, parse_color

from checker.read.styles import CLIMB, HIDING, Rule, Sheets, declarations

LENGTH = re.compile(r"^(-?\d*\.?\d+)\s*(px|pt|em|rem|ex|ch|vw|vh|%|in|cm|mm)?$")
SPACED = re.compile(r"(rgb|hsl)a?\(\s*([\d.%]+)\s+([\d.%]+)\s+([\d.%]+)\s*\)")
"""A colour whose parts are set apart by blanks."""
LONGEST = 2000
"""Characters of an inline style that are looked at."""
FAR = -400.0
"""An offset beyond which something is off the screen, in pixels."""


@dataclass(frozen=True, slots=True)
class Size:
    """What an element's text inherits of being shown: "" or why it has no size, "" or why it is veiled."""

    tiny: str = ""
    veiled: str = ""


PLAIN = Size()


class Sight:
    """Decides for one page, element by element from the outside in, what a reader sees.

    `outside` says that there are style sheets elsewhere, which may paint, or give a size to what has a class or an id.
    """

    def __init__(self, sheets: Sheets, *, outside: bool = False) -> None:
        self.sheets = sheets
        self.outside = outside
        self.around: Counter[str] = Counter()

    def inside(self, marks: tuple[str, ...], step: int) -> None:
        """Note that the walk has entered an element of these classes and id, if watched (1), or left it (-1)."""
        for mark in marks:
            self.around[mark] += step

    def style(self, tag: Tag) -> tuple[dict[str, str], dict[str, str]]:
        """Return an element's declared values and, for each, which rule or attribute said so."""
        values: dict[str, str] = {}
        said: dict[str, str] = {}
        strong: set[str] = set()
        layers = [(rule.declarations, f"style rule {rule.selector.words}") for rule in self.sheets.of(tag)]
        inline = tag.get("style")
        if inline:
            layers.append((declarations(str(inline)[:LONGEST]), "inline style"))
        for declared, who in layers:
            for name, (value, important) in declared.items():
                if important or name not in strong:
                    values[name], said[name] = value, who
                    strong |= {name} if important else set()
        return values, said

    def enter(self, tag: Tag, size: Size, rules: tuple[Rule, ...]) -> tuple[str, Size]:
        """Return why nobody sees the element ("" where one may) and what its content inherits.

        `rules` are those of the page's own sheets that can hide such an element.
        """
        attrs = tag.attrs
        if "hidden" in attrs and str(attrs["hidden"]).lower() != "until-found":
            return "hidden attribute", size
        if "popover" in attrs:
            return "popover attribute", size
        suspect = "style" in attrs and HIDING.search(str(attrs["style"]).lower())
        changes = size is not PLAIN and ("style" in attrs or "class" in attrs or "id" in attrs)
        if not (suspect or changes or any(rule.selector.fits(tag, self.around) for rule in rules)):
            return "", size
        values, said = self.style(tag)
        for check in (_boxless, _offscreen, _sizeless):
            name = check(values)
            if name:
                return f"{name}:{values[name]} ({said[name]})", size
        return "", self._sized(tag, values, said, size)

    def _sized(self, tag: Tag, values: Mapping[str, str], said: Mapping[str, str], size: Size) -> Size:
        tiny, veiled = size.tiny, size.veiled
        font = values.get("font-size") or re.split("[ /]", values.get("font", ""))[0]
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

        The colour is the nearest one declared, the ground the nearest behind it, or white, unless a style sheet that
        is not at hand may paint it: then the reason says so. A picture behind the text is not held against the page.
        """
        colour: RGBA | None = None
        reason = ""
        element: Tag | None = tag
        for _ in range(CLIMB):
            if element is None or element.name == "[document]":
                break
            values, said = self.style(element)
            hints(element, values, said)
            ink = "-webkit-text-fill-color" if "-webkit-text-fill-color" in values else "color"
            if colour is None and ink in values:
                colour, reason = colour_of(values[ink]), f"{ink}:{values[ink]} ({said[ink]})"
                if colour is not None and colour.alpha < 0.06:
                    return f"transparent text, {reason}"
            ground = ground_of(values)
            if isinstance(ground, str):
                return ""
            if ground is not None:
                return f"text in the colour of its background, {reason}" if alike(colour or BLACK, ground) else ""
            element = element.parent
        if colour is None or not alike(colour, WHITE):
            return ""
        if self.outside:
            return f"white text on a ground that only an outside sheet could paint, {reason}"
        return f"text in the colour of its background, {reason}"


BLACK, WHITE = RGBA(0, 0, 0, 1), RGBA(1, 1, 1, 1)


def alike(one: RGBA, two: RGBA) -> bool:
    """Tell whether two colours are so near that nobody can tell them apart."""
    return bool(max(abs(a - b) for a, b in zip(one[:3], two[:3], strict=True)) < 0.035)


def ground_of(values: Mapping[str, str]) -> RGBA | str | None:
    """Return the colour painted behind an element's text, "picture" for something else, None for nothing."""
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
    plain = SPACED.sub(r"\1(\2,\3,\4)", value) if "(" in value else value
    found = parse_color(plain) if value else None
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
    if values.get("content-visibility") == "hidden":
        return "content-visibility"
    for name in ("zoom", "scale"):
        if re.match(r"0(?:\.0+)?%?(?: |$)", values.get(name, "")):
            return name
    opacity = re.fullmatch(r"(\d*\.?\d+)(%?)", values.get("opacity", ""))
    return "opacity" if opacity and float(opacity[1]) <= (5 if opacity[2] else 0.05) else ""


def _offscreen(values: Mapping[str, str]) -> str:
    placed = values.get("position") in {"absolute", "fixed", "relative"}
    names: tuple[str, ...] = (
        "text-indent",
        "margin-left",
        "margin-top",
        "margin",
        "letter-spacing",
        "translate",
        *(("left", "right", "top", "bottom", "inset") if placed else ()),
    )
    for name in names:
        if any((pixels(length) or 0.0) <= FAR for length in values.get(name, "").split()):
            return name
    moved = re.search(
        r"translate[xy3d]*\(\s*(-?\d+(?:px|%|em|rem|vw|vh))|scale[xy3d]*\(\s*(0(?:\.0+)?)\s*[,)]",
        values.get("transform", ""),
    )
    if moved and (moved[2] or (pixels(moved[1]) or 0.0) <= FAR):
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
