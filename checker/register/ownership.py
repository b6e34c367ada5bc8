"""Whose text it is: the marks on an article and what they say together (gates GATE-01 to GATE-03).

A mark is the source field, a line `來源:X` at the start or end of the text, or the dateline of its first sentence. The
publisher's names and mark words come from the rule pack; how a dateline and a source line are built is Chinese usage
and stands here.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from checker.model import Ownership, Publisher
from checker.register.notice import folded_names, words

EDGE = 120
"""Characters at the start and the end of a text in which a source line is one; further in it is a quotation."""

LINE = re.compile(
    r"(?<![\w])(?:本文|稿件|文章|信息)?[來来]源(?:[於于自])?\s*[:：|丨｜]\s*([^\n()（）【】\[\]。;；“”\"]{2,40})"
)
"""A source line; a word before 來源 (圖片來源, 資料來源) makes it the source of something else."""

LABEL = re.compile(r"^[來来]源\s*[:：|丨｜]?")
"""The words a source field may carry itself."""

NEXT = re.compile(r"\s*(?:[責责]任[編编][輯辑]|[編编][輯辑]|作者|[記记]者|[時时][間间]|\d{4}[-年/]).*")
"""Where the next field of a source line begins."""

MEDIUM = r"[A-Za-z\u4e00-\u9fff]{0,10}?(?:社|網|网|報|报|臺|台|新聞|新闻|在線|在线|客戶端|客户端|日報|日报|晚報|晚报)"
WIRE = r"(?:專電|专电|電|电|訊|讯|消息)"
VERB = r"(?:專電|专电|電|电|訊|讯|消息|報道|报道|專稿|专稿)"
DATELINE = re.compile(
    rf"[\s【(（\[]*(?![據据])(?P<who>{MEDIUM})"
    rf"(?:[^\s,，。:：]{{0,12}}?\d{{1,2}}[日號号]{WIRE}|[^\s,，。:：\d]{{0,4}}?{VERB}\s*(?=[(（:：]))"
)
"""The dateline of a medium: `某社某地1月2日電`, `某網消息(記者`, `某報訊:`. `據某社1日報道` is a citation."""

NOBODY = (
    *("本台", "本臺", "本網", "本网", "本站", "本報", "本报", "本刊", "原創", "原创"),
    *("網絡", "网络", "互聯網", "互联网", "綜合", "综合", "整理", "其他", "未知"),
)
"""Words that name no outlet, or only the page's own house: no mark on either side."""

PARTS = re.compile(r"[、,，/;；|｜\s]+")


@dataclass(frozen=True)
class Mark:
    """One statement of ownership: the words as given, and whether they name the publisher."""

    quote: str
    ours: bool


def ownership(source: str, text: str, publisher: Publisher) -> tuple[Ownership, str]:
    """Return what the marks say together, and the mark or conflict that decided; `text` without pasted notice."""
    marks = tuple(marks_of(source, text, publisher))
    ours = next((mark.quote for mark in marks if mark.ours), None)
    theirs = next((mark.quote for mark in marks if not mark.ours), None)
    if ours and theirs:
        return Ownership.UNCLEAR, f"two marks conflict: {ours} and {theirs}"
    if ours:
        return Ownership.OURS, f"marked {ours}"
    if theirs:
        return Ownership.NOT_OURS, f"marked {theirs}"
    return Ownership.UNCLEAR, "no mark says whose text it is"


def marks_of(source: str, text: str, publisher: Publisher) -> Iterator[Mark]:
    """Yield the marks of an article: source field, source lines, dateline."""
    names = naming((publisher.name, *publisher.names, *publisher.variants), publisher.false_names, publisher.marks)
    yield from named(LABEL.sub("", source.strip()), names)
    edges = (text,) if len(text) <= 2 * EDGE else (text[:EDGE], text[-EDGE:])
    for line in (found[1] for edge in edges for found in LINE.finditer(edge)):
        yield from named(NEXT.sub("", line), names)
    yield from dateline(text.lstrip(), names)


@dataclass(frozen=True)
class Naming:
    """How a publisher is named in folded text: alone, within a source, within foreign names, opening a dateline."""

    alone: frozenset[str]
    inside: re.Pattern[str]
    foreign: re.Pattern[str]
    opening: re.Pattern[str]


@lru_cache(maxsize=16)
def naming(names: tuple[str, ...], false_names: tuple[str, ...], marks: tuple[str, ...]) -> Naming:
    """Return the patterns of a publisher's names."""
    ours = folded_names(names)
    return Naming(
        alone=frozenset(ours),
        inside=re.compile("|".join(map(bounded, ours))),
        foreign=either(folded_names(false_names)),
        opening=re.compile(rf"{either(ours).pattern}\w{{0,8}}?{either(folded_names(marks)).pattern}"),
    )


def either(spellings: tuple[str, ...]) -> re.Pattern[str]:
    """Return the pattern of one of these words; of nothing where there are none."""
    return re.compile(f"(?:{'|'.join(map(re.escape, spellings)) or '(?!)'})")


def bounded(name: str) -> str:
    """Return the pattern of a name; a Latin abbreviation must not stand inside a longer Latin word."""
    return rf"(?<![a-z0-9]){re.escape(name)}(?![a-z0-9])" if name.isascii() else re.escape(name)


@lru_cache(maxsize=4096)
def named(source: str, names: Naming) -> tuple[Mark, ...]:
    """Return a mark for each outlet that a source names; several are joined by commas, slashes or spaces."""
    if words(source) in names.alone:
        return (Mark(source.strip(), ours=True),)
    parts = (part for part in PARTS.split(source) if words(part) and not part.startswith(NOBODY))
    return tuple(Mark(part, ours=names_us(part, names)) for part in parts)


def dateline(text: str, names: Naming) -> Iterator[Mark]:
    """Yield the mark of the dateline in the first sentence, if it has one."""
    if names.opening.match(words(text[:40])):
        yield Mark(re.split("[\n:：]", text[:40], maxsplit=1)[0], ours=True)
    elif (found := DATELINE.match(text)) and not found["who"].startswith(NOBODY):
        yield Mark(found[0].strip(), ours=names_us(found["who"], names))


def names_us(source: str, names: Naming) -> bool:
    """Say whether a source names the publisher: one of its names that is not part of a longer, foreign name."""
    return names.inside.search(names.foreign.sub(" ", words(source))) is not None
