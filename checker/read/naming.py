"""Which words behind a keyword are the outlet's name, and where it ends."""

import re
from dataclasses import dataclass

from checker.read.outlets import Reading
from checker.script import GONE, packed

OPENING = " \x00\"'“”‘’「」『』<>〈〉*_→·~"
CLOSERS = {"(": ")", "[": "]", "【": "】", "《": "》", "〔": "〕"}
ENDS = re.compile(
    r"[|。;!?【】\[\]>\n,…〕▲■◆●★☆]|\d{4} ?[-/.年] ?(?:\d|第)|\d{1,2}:\d\d|https?:|---|——|"
    r"(?:已有)?\d+ ?(?:人|次|条|个?评论|个?回复|阅读|浏览|点击|跟帖)"
)
"""What ends a name wherever it stands; also what counts readers."""
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
COLON = re.compile(r"[ \x00]{0,9}:")
TERM = 2
TERMS = 6
"""Characters of the name of a field: the fewest, and the most that stand before a colon."""

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
    if kind and (text[kind.end() - 1] in '“"「《【:' or reading.names.longer.match(text, kind.end(), end)):
        at, closer = _opened(text, kind.end() - 1 if text[kind.end() - 1] in CLOSERS else kind.end(), end)
    else:
        at = _apart(text, at, end, reading)
    while at < end and text[at] in OPENING:
        at += 1
    own = reading.names.longer.match(text, at, end)
    if own and _whole(words, own.end(), end, reading):
        return (at, own.end()), True
    stop = _limit(words, at, end, reading, closer)
    while stop > at and text[stop - 1] in TRAILING:
        stop -= 1
    return ((at, stop) if any(c.isalnum() for c in text[at:stop]) else None), False


def _apart(text: str, at: int, end: int, reading: Reading) -> int:
    """Return where a name begins that a word for a channel leads to: 公众号 X, 公众号|X."""
    channel = reading.channels.match(text, at, end)
    if channel is None or text[channel.end() : channel.end() + 1] not in {" ", "|"}:
        return at
    rest = text[channel.end() : end].lstrip(OPENING + "|")
    named = rest[:1].isalpha() and not (reading.stops.match(rest) or reading.fields.match(rest))
    return text.index(rest, channel.end()) if named else at


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
    """Return where a name ends: at a stop word, a mark, a blank, another field, or the end of its element."""
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
    marks = (found for found in ENDS.finditer(text, at, limit) if found.start() >= least)
    mark = next((found for found in marks if not _joining(found, at, limit, reading)), None)
    return _unlabelled(text, at, _narrow(words, at, mark.start() if mark else limit, reading), reading)


def _joining(mark: re.Match[str], at: int, limit: int, reading: Reading) -> bool:
    """Tell whether a dash joins two outlets to one name: 法治日报——法治网."""
    text = mark.string
    return (
        mark[0] == "——" and reading.outlet(text[at : mark.start()]) and bool(reading.outlet(text[mark.end() : limit]))
    )


def _unlabelled(text: str, at: int, limit: int, reading: Reading) -> int:
    """Return where a name ends that runs into a field nobody knows, which a colon gives away: 云岭晚报热度:12."""
    colon = text.find(":", at, limit)
    if colon < 0:
        colon = limit if COLON.match(text, limit) else -1
    if colon < 0:
        return limit
    told = (cut for cut in range(colon - TERM, max(at, colon - TERMS) - 1, -1) if reading.outlet(text[at:cut]))
    return next(told, at if colon - at < TERMS else colon - TERM)


def _field(words: Words, at: int, least: int, end: int, reading: Reading) -> int:
    """Return where the name of another field begins: a word such as 时间 where it stands as one, not inside a name."""
    for field in reading.fields.finditer(words.text, least, end):
        start = field.start()
        whole = field.end() >= end or field.end() in words.edges or not words.text[field.end()].isalnum()
        if start == least > at or start in words.edges or words.text[start - 1] in " \x00":
            if start > at or whole:
                return start
        elif whole and reading.press(words.text[at:start]):
            return start
        if FIELD.match(words.text, field.end(), end):
            return start
    return end


def _narrow(words: Words, at: int, limit: int, reading: Reading) -> int:
    """Cut a name at a blank, a bracket or the end of its element, unless both sides belong together."""
    text = words.text
    for here in range(at, limit):
        c = text[here]
        if c == ")":
            return here
        if c == "(":
            site = SITE.match(text, here, limit)
            return site.end() if site else here
        if c == " " and not (_together(text, here, limit) or _latin(text, at, here, limit, reading)):
            site = SITE.match(text, limit - len(text[here:limit].lstrip(" ")), limit)
            return site.end() if site else here
        if here > at and here in words.edges and text[here - 1] not in JOINS + " " and c not in JOINS + " ":
            return here
    return limit


def _latin(text: str, at: int, blank: int, limit: int, reading: Reading) -> bool:
    """Tell whether a name goes on behind its letters or figures: BBC 中文网, 36 氪."""
    if not text[at:blank].isascii():
        return False
    rest = re.match(r" +[\u3400-\u9fff]+", text[blank:limit])
    return rest is not None and not reading.fields.match(rest[0].strip()) and reading.outlet(text[at:blank] + rest[0])


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
