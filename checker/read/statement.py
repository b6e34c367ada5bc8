"""Statements of source in levelled text: where a keyword stands, and which words it gives as the outlet."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from checker.read.outlets import Reading
from checker.read.wording import GONE, packed

OPENING = " \x00\"'“”‘’「」『』<>〈〉*_→·~"
CLOSERS = {"(": ")", "[": "]", "【": "】", "《": "》", "〔": "〕"}
ENDS = re.compile(r"[|。;!?】\]>\n,…〕▲■◆●★☆]|\d{4} ?[-/.年]\d|\d{1,2}:\d\d|https?:|---|——")
JOINS = "、·•-—－/&"
ASCII = re.compile(r"[a-z0-9.]")
HAN = re.compile(r"[\u3400-\u9fff]")
LONGEST = 48
MOST = 3000
"""Keywords of one text that are looked at."""
MORE = re.compile(r" ?[、·—/-]+ ?(?=\w)")
"""What joins a name to another one or to a section of its own."""
LETTERS_APART = re.compile(r"(?:[\u3400-\u9fff][ \x00]+){2,}[\u3400-\u9fff](?![\u3400-\u9fff])")
SITE = re.compile(r"\( ?(?:https?://)?[\w.-]+\.[a-z]{2,10}/? ?\)")
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


@dataclass(frozen=True)
class Words:
    """A text to search, levelled, and the offsets at which its elements begin."""

    text: str
    edges: frozenset[int] = frozenset()

    def line_end(self, offset: int) -> int:
        """Return where the line of an offset ends."""
        end = self.text.find("\n", offset)
        return len(self.text) if end < 0 else end


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
    name, ours = named(words, match.end(), reading, sure=not match["sep"])
    if name is None:
        return None
    value = text[name[0] : name[1]]
    if match.re is reading.lesser and not ours:
        return None
    if not match["sep"] and not _sure(value, reading, ours=ours):
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


def _sure(value: str, reading: Reading, *, ours: bool) -> bool:
    """Tell whether words that follow a verb without a separator are an outlet's name."""
    first = re.split(r"[、,和与及/]", value)[0]
    return ours or ("的" not in value and (reading.outlet(value) or reading.outlet(first)))


def named(words: Words, at: int, reading: Reading, *, sure: bool = False) -> tuple[tuple[int, int] | None, bool]:
    """Return the span of the outlet's name from an offset on, and whether it is ours; None where none follows."""
    text = words.text
    end = words.line_end(at)
    while at < end and text[at] in OPENING:
        at += 1
    closer = ""
    while at < end and text[at] in "([【《〔":
        closer = CLOSERS[text[at]]
        at += 1
        while at < end and text[at] in OPENING:
            at += 1
    if at >= end:
        return (None, False) if sure or closer else _below(words, at, reading)
    kind = reading.kinds.match(text, at, end)
    if kind and (text[kind.end() - 1] in '“"「《' or reading.names.longer.match(text, kind.end(), end)):
        at = kind.end()
    own = reading.names.longer.match(text, at, end)
    if own and _whole(words, own.end(), end, reading):
        return (at, own.end()), True
    stop = _limit(words, at, end, reading, closer)
    while stop > at and text[stop - 1] in " \x00:-—/·、\"'“”’‘「『([【《>=":
        stop -= 1
    return ((at, stop), False) if stop > at and any(c.isalnum() for c in text[at:stop]) else (None, False)


def _whole(words: Words, at: int, end: int, reading: Reading) -> bool:
    """Tell whether our name really ends here, and is not the beginning of a longer one."""
    following = words.text[at:end].lstrip(GONE)
    more = MORE.match(following)
    if more:
        return reading.stops.match(following, more.end()) is not None or following[more.end()].isdigit()
    if not following or at in words.edges or not following[0].isalnum():
        return True
    return reading.stops.match(following) is not None or following[0].isdigit()


def _limit(words: Words, at: int, end: int, reading: Reading, closer: str) -> int:
    """Return where a name ends: at a stop word, a mark, a blank, or the end of its element."""
    text = words.text
    end = min(end, at + LONGEST)
    apart = LETTERS_APART.match(text, at, end)
    if apart:
        return apart.end()
    if closer and text.find(closer, at, end) > 0:
        return text.find(closer, at, end)
    known = reading.known.match(text, at, end)
    least = known.end() if known else at
    stop = reading.stops.search(text, least, end)
    limit = stop.start() if stop else end
    for mark in ENDS.finditer(text, at, limit):
        limit = mark.start() if mark.start() >= least else limit
        break
    return _narrow(words, at, limit)


def _narrow(words: Words, at: int, limit: int) -> int:
    """Cut a name at a blank, a bracket or the end of its element, unless both sides belong together."""
    text, here = words.text, at
    while here < limit:
        c = text[here]
        if c == ")":
            return here
        if c == "(":
            site = SITE.match(text, here, limit)
            return site.end() if site else here
        if c == " ":
            rest = text[here:limit].lstrip(" ")
            there = limit - len(rest)
            together = (
                (ASCII.match(text[here - 1]) and ASCII.match(rest)) or rest[:1] in JOINS or text[here - 1] in JOINS
            )
            if SITE.match(rest):
                return there + SITE.match(rest).end()  # type: ignore[union-attr]
            if not rest or not together:
                return here
        if (
            here > at
            and here in words.edges
            and text[here - 1] not in JOINS
            and c not in JOINS + " ("
            and text[here - 1] != " "
        ):
            return here
        here += 1
    return limit


def _below(words: Words, at: int, reading: Reading) -> tuple[tuple[int, int] | None, bool]:
    """Return the name that stands alone on the line below a keyword, as in a list of terms."""
    text = words.text
    if at >= len(text) or text[at] != "\n":
        return None, False
    end = words.line_end(at + 1)
    line = text[at + 1 : end]
    if (
        not 2 <= len(packed(line)) <= 20
        or ":" in line
        or re.search(r"\d{4}", line)
        or reading.stops.match(line.strip())
    ):
        return None, False
    below = Words(text[:end], words.edges)
    return named(below, at + 1, reading, sure=True)
