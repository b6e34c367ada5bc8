"""Which words behind a keyword are the outlet's name, and where it ends."""

import re
from dataclasses import dataclass

from checker.read.outlets import Reading
from checker.script import GONE, packed

OPENING = " \x00\"'“”‘’「」『』<>〈〉*_→·~"
CLOSERS = {"(": ")", "[": "]", "【": "】", "《": "》", "〔": "〕"}
ENDS = re.compile(r"[|。;!?】\]>\n,…〕▲■◆●★☆]|\d{4} ?[-/.年]\d|\d{1,2}:\d\d|https?:|---|——")
TRAILING = " \x00:-—/·、\"'“”’‘「『([【《>="
JOINS = "、·•-—－/&"
ASCII = re.compile(r"[a-z0-9.]")
LONGEST = 48
MORE = re.compile(r" ?[、·—/-]+ ?(?=\w)")
"""What joins a name to another one or to a section of its own."""
LETTERS_APART = re.compile(r"(?:[\u3400-\u9fff][ \x00]+){2,}[\u3400-\u9fff](?![\u3400-\u9fff])")
SITE = re.compile(r"\( ?(?:https?://)?[\w.-]+\.[a-z]{2,10}/? ?\)")
HOST = re.compile(r"https?://(?P<host>[\w.-]+\.[a-z]{2,10})")
FIELD = re.compile(r"[ \x00]{0,9}[:/|(\d]")
"""What follows the name of a field."""

Name = tuple[tuple[int, int] | None, bool]
"""The span of a name, None where there is none, and whether it is one of ours."""


@dataclass(frozen=True)
class Words:
    """A text to search, levelled, and the offsets at which its elements begin."""

    text: str
    edges: frozenset[int] = frozenset()

    def line_end(self, offset: int) -> int:
        """Return where the line of an offset ends."""
        end = self.text.find("\n", offset)
        return len(self.text) if end < 0 else end


def named(words: Words, at: int, reading: Reading, *, here: bool = False) -> Name:
    """Return the name that begins at an offset; with `here` it must stand on the same line."""
    text, end = words.text, words.line_end(at)
    at, closer = _opened(text, at, end)
    if at >= end:
        return (None, False) if here or closer else _below(words, at, reading)
    host = HOST.match(text, at, end)
    if host:
        own = reading.names.longer.fullmatch(text, host.start("host"), host.end("host"))
        return host.span("host"), own is not None
    kind = reading.kinds.match(text, at, end)
    if kind and (text[kind.end() - 1] in '“"「《:' or reading.names.longer.match(text, kind.end(), end)):
        at = kind.end()
    elif _apart(text, at, end, reading):
        at = text.index(" ", at)
    while at < end and text[at] in OPENING:
        at += 1
    own = reading.names.longer.match(text, at, end)
    if own and _whole(words, own.end(), end, reading):
        return (at, own.end()), True
    stop = _limit(words, at, end, reading, closer)
    while stop > at and text[stop - 1] in TRAILING:
        stop -= 1
    return ((at, stop) if any(c.isalnum() for c in text[at:stop]) else None), False


def _apart(text: str, at: int, end: int, reading: Reading) -> bool:
    """Tell whether a word for a channel stands alone before a name: 公众号 X."""
    channel = reading.channels.match(text, at, end)
    if channel is None or text[channel.end() : channel.end() + 1] != " ":
        return False
    rest = text[channel.end() : end].lstrip(OPENING)
    return bool(rest) and rest[0].isalpha() and not (reading.stops.match(rest) or reading.fields.match(rest))


def _opened(text: str, at: int, end: int) -> tuple[int, str]:
    """Return where the words behind blanks, quotation marks and brackets begin, and what closes the last bracket."""
    closer = ""
    while at < end and (text[at] in OPENING or text[at] in CLOSERS):
        closer = CLOSERS.get(text[at], closer)
        at += 1
    return at, closer


def _whole(words: Words, at: int, end: int, reading: Reading) -> bool:
    """Tell whether our name really ends here, and is not the beginning of a longer one."""
    following = words.text[at:end].lstrip(GONE)
    more = MORE.match(following)
    if more is None and (not following or at in words.edges or not following[0].isalnum()):
        return True
    rest = following[more.end() :] if more else following
    return rest[0].isdigit() or any(form.match(rest) for form in (reading.stops, reading.fields))


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
    channel = reading.channels.match(text, known.end(), end) if known else None
    least = channel.end() if channel else known.end() if known else at
    stop = reading.stops.search(text, least, end)
    limit = min(stop.start() if stop else end, _field(words, at, least, end, reading))
    mark = next((found for found in ENDS.finditer(text, at, limit) if found.start() >= least), None)
    return _narrow(words, at, mark.start() if mark else limit)


def _field(words: Words, at: int, least: int, end: int, reading: Reading) -> int:
    """Return where the name of another field begins: a word such as 时间 where it stands as one, not inside a name."""
    for field in reading.fields.finditer(words.text, least, end):
        start = field.start()
        if start == least > at or start in words.edges or words.text[start - 1] in " \x00":
            whole = field.end() >= end or field.end() in words.edges or not words.text[field.end()].isalnum()
            if start > at or whole:
                return start
        if FIELD.match(words.text, field.end(), end):
            return start
    return end


def _narrow(words: Words, at: int, limit: int) -> int:
    """Cut a name at a blank, a bracket or the end of its element, unless both sides belong together."""
    text = words.text
    for here in range(at, limit):
        c = text[here]
        if c == ")":
            return here
        if c == "(":
            site = SITE.match(text, here, limit)
            return site.end() if site else here
        if c == " " and not _together(text, here, limit):
            site = SITE.match(text, limit - len(text[here:limit].lstrip(" ")), limit)
            return site.end() if site else here
        if here > at and here in words.edges and text[here - 1] not in JOINS + " " and c not in JOINS + " ":
            return here
    return limit


def _together(text: str, blank: int, limit: int) -> bool:
    """Tell whether a blank stands inside a name: between two Latin words, or beside a mark that joins."""
    rest = text[blank:limit].lstrip(" ")
    before = text[blank - 1]
    return bool(rest) and (before in JOINS + " " or rest[0] in JOINS or bool(ASCII.match(before) and ASCII.match(rest)))


def _below(words: Words, at: int, reading: Reading) -> Name:
    """Return the outlet that stands alone on the line below a keyword, as in a list of terms."""
    text = words.text
    if at >= len(text) or text[at] != "\n":
        return None, False
    end = words.line_end(at + 1)
    line = text[at + 1 : end]
    if not 2 <= len(packed(line)) <= 20 or ":" in line or re.search(r"\d{4}", line):
        return None, False
    name, ours = named(Words(text[:end], words.edges), at + 1, reading, here=True)
    told = name is not None and (ours or reading.outlet(text[slice(*name)]) or text[: name[1]].endswith(reading.bodies))
    return (name, ours) if told else (None, False)
