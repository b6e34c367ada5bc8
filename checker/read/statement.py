"""Statements of source in levelled text: where a keyword stands, and which words it gives as the outlet."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice

from checker.read.naming import Words, named
from checker.read.outlets import Reading
from checker.script import GONE, packed

ASCII = re.compile(r"[a-z0-9.]")
HAN = re.compile(r"[\u3400-\u9fff]")
MARKS = frozenset('“"「《【‘')
LONG = 16
"""Characters before a full stop that make a sentence, not a name."""
MOST = 3000
"""Keywords of one text that are looked at."""
FIELD = 24
"""Characters before our name in which the name of a field begins."""
AUTHOR = re.compile(r"(?:作者|作家|记者|通讯员|评论员|撰文|撰稿|编辑|文)[:/ ]{0,2}[^|:。]{0,24}$")


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement: `start` to `end` is the quote, `name` the span of the outlet's name.

    `ours` says that the name is one of ours, `notice` that the words are an instruction about other works, `verb`
    that another word than one of source leads to the name, `this` that the words speak of the text at hand (本文来源).
    """

    start: int
    end: int
    name: tuple[int, int]
    ours: bool
    notice: bool = False
    verb: bool = False
    this: bool = False


def statements(words: Words, reading: Reading) -> Iterator[Statement]:
    """Yield what labels and verbs state, in reading order."""
    taken = -1
    forms = (reading.label, reading.verb, reading.lesser)
    every = (match for form in forms for match in islice(form.finditer(words.text), MOST))
    for match in sorted(every, key=_order):
        if match.start() < taken:
            continue
        found = _stated(match, words, reading)
        if found is not None:
            taken = found.end
            yield found


def fields(words: Words, reading: Reading) -> Iterator[Statement]:
    """Yield the fields that nobody knows, but that are called like one of source, and have our name for their value."""
    for own in islice(reading.names.longer.finditer(words.text), MOST):
        match = reading.field.search(words.text, max(0, own.start() - FIELD), own.start())
        if match is None or not reading.stems.search(match["key"]) or reading.bars.search(match["key"]):
            continue
        found = _stated(match, words, reading)
        if found is not None and found.ours:
            yield replace(found, verb=True)


def _order(match: re.Match[str]) -> tuple[int, bool]:
    return match.start(), not match["sep"]


def _stated(match: re.Match[str], words: Words, reading: Reading) -> Statement | None:
    text, start = words.text, match.start()
    since = text.rfind("\n", 0, start) + 1
    before = text[max(since, start - 60) : start]
    bare = before.rstrip(" \x00")
    told = reading.notice.search(bare[-6:])
    if reading.decoy.search(bare[-8:]) or not (told or _begins(match, bare, before, words)):
        return None
    name, ours = named(words, match.end(), reading, here=not (match["sep"] or _alone(match, words)))
    if name is None:
        return None
    value = text[name[0] : name[1]]
    if not ours and (match.re is reading.lesser or _sentence(value, text[name[1] : name[1] + 2], reading)):
        return None
    parted = text[match.end() : name[0]].rstrip(" \x00").endswith(":")
    if not (parted or _titled(match, text, name, reading)) and _doubtful(match, words, reading):
        weak = packed(match["key"]) in reading.weak
        if not _sure(value, reading, ours=ours, weak=weak, parted=bool(match["sep"])):
            return None
    around = bare[-14:] + text[name[1] : min(words.line_end(name[1]), name[1] + 40)]
    quoted = bare[-1:] in {"“", '"', "”", "「", "『", "‘", "'"} or bare[-4:-1] in {"注明:", "请注明"}
    noticed = bool(reading.notice.search(bare[-14:])) or (quoted and bool(reading.notice.search(around)))
    verb = packed(match["key"]) in reading.verbs or reading.kinds.match(text, match.end(), name[0]) is not None
    this = match["key"].startswith(("本文", "以上"))
    return Statement(start, name[1], name, ours, noticed, verb, this)


def _begins(match: re.Match[str], bare: str, before: str, words: Words) -> bool:
    """Tell whether a keyword stands at a boundary, and is not the end of a longer word."""
    last = bare[-1:]
    if not last or not (last.isalnum() or HAN.match(last)):
        return True
    if last.isdigit() and match["key"][0] > "z":
        return True
    if HAN.match(match["key"]) and ASCII.match(last):
        return bool(match["sep"])
    if not match["sep"]:
        return match.start() in words.edges
    return before[-1:] in {" ", GONE} or match.start() in words.edges or bool(AUTHOR.search(bare))


def _alone(match: re.Match[str], words: Words) -> bool:
    """Tell whether a keyword without a separator is a line of its own, as a term in a list of terms."""
    return match["key"] in {"来源", "稿源"} and words.text[match.start() - 1 : match.start()] in {"", "\n"}


def _doubtful(match: re.Match[str], words: Words, reading: Reading) -> bool:
    """Tell whether a keyword needs a real outlet behind it to be believed."""
    if packed(match["key"]) in reading.weak or (
        match["key"].endswith("出处") and "《" in words.text[match.end() : match.end() + 3]
    ):
        return True
    if match["sep"]:
        return False
    return not (
        match.start() in words.edges and (match.end() in words.edges or match.end() == words.line_end(match.start()))
    )


def _sentence(value: str, behind: str, reading: Reading) -> bool:
    """Tell whether the words behind a keyword tell something instead of naming somebody."""
    if reading.outlet(value) or reading.known.match(value):
        return False
    return reading.sentence.match(value) is not None or (len(value) >= LONG and behind.strip()[:1] in {"。", ";"})


def _titled(match: re.Match[str], text: str, name: tuple[int, int], reading: Reading) -> bool:
    """Tell whether a name is marked as one: a channel's in quotation marks, a paper's in book-title marks."""
    led = text[match.end() : name[0]].strip(" \x00")
    if packed(match["key"]) in reading.weak or match["key"].endswith("出处"):
        return False
    return led == "《" or (led[-1:] in MARKS and reading.channels.search(led) is not None)


def _sure(value: str, reading: Reading, *, ours: bool, weak: bool, parted: bool) -> bool:
    """Tell whether words that follow a verb, or a keyword said of much else, are an outlet's name."""
    if weak:
        return ours or reading.known.match(value) is not None or (parted and reading.press(value))
    several = re.split(r"[、,和与及/]", value)
    return ours or ("的" not in value and any(map(reading.outlet, (value, *several))))
