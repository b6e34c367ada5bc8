"""Numbers in the one form in which they are compared: 12,000 and 1.2万 and 一万二千, 30% and 三成 and 百分之三十."""

import re

DIGITS = {digit: value for value, digit in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
UNITS = {"十": 10, "百": 100, "千": 1000}
LARGE = {"万": 10_000, "亿": 100_000_000}

HAN = "〇零一二两三四五六七八九"
NUMERAL = (
    rf"百分之[{HAN}十百\d]+(?:点[{HAN}]+)?"
    r"|\d[\d,，]*(?:\.\d+)?(?:[％%]|[十百千]?[万亿]*(?:\d+(?:\.\d+)?千?[万亿])*)"
    rf"|[{HAN}十](?:成(?![立为功员果就长本份分都交])|[{HAN}十百千万亿]+(?:点[{HAN}]+万?亿?)?|点[{HAN}]+万?亿?)?"
)
"""A number in figures or Han digits, with its units."""

TOKEN = re.compile(rf"\d+(?:\.\d+)?|[{HAN}]+|[十百千万亿]")


def canonical(words: str) -> str:
    """Return a number in figures, without commas and zeros that say nothing; of a share, with % behind it."""
    words = words.replace(",", "").replace("，", "").replace("％", "%")
    if words.endswith("成"):
        return plain(10 * value(words[:-1])) + "%"
    if words.startswith("百分之"):
        return plain(value(words[3:])) + "%"
    return plain(value(words.rstrip("%"))) + ("%" if words.endswith("%") else "")


def plain(number: float) -> str:
    """Write a number in figures, at most twelve of them."""
    return f"{number:.12g}" if number < 1e12 else f"{number:.0f}"


def value(words: str) -> float:
    """Return the value of a number in figures, Han digits and units."""
    whole, point, rest = words.partition("点")
    if point:
        unit = rest.lstrip(HAN)
        return (value(whole) + float("0." + figures(rest[: len(rest) - len(unit)]))) * scale(unit)
    total, section, current = 0.0, 0.0, 0.0
    for piece in TOKEN.findall(words):
        if piece in UNITS:
            section += (current or 1) * UNITS[piece]
        elif piece in LARGE:
            below, total = (total, 0.0) if piece == "亿" else (0.0, total)
            total, section = total + (below + section + current) * LARGE[piece], 0.0
        current = 0.0 if piece in UNITS or piece in LARGE else float(figures(piece))
    return total + section + current


def figures(digits: str) -> str:
    """Return digits, Han or Arabic, as Arabic ones."""
    return "".join(str(DIGITS.get(char, char)) for char in digits)


def scale(units: str) -> float:
    """Return what units behind a number multiply it by."""
    product = 1.0
    for unit in units:
        product *= LARGE[unit]
    return product
