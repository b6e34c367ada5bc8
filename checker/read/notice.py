"""Copies of the publisher's copyright notice on a page."""

import re

from checker.model import Publisher, Span
from checker.read.layout import Layout
from checker.read.outlets import ANY
from checker.script import packed

ABOUT = re.compile(r"版权|转载|授权|声明|本网|来源")
LONG = 8
"""Characters of a phrase that tells a notice all by itself, where our name stands beside it."""


def notices(layout: Layout, publisher: Publisher) -> tuple[Span, ...]:
    """Return the lines that copy the publisher's notice: two of its phrases, or a long one and a name."""
    phrases = _phrases(publisher)
    names = [packed(name) for name in publisher.names]
    found = []
    for block in layout.blocks if phrases else ():
        if not ABOUT.search(layout.levelled, block.start, block.end):
            continue
        line = packed(layout.text[block.start : block.end])
        said = [phrase.pattern for phrase in phrases if phrase.search(line)]
        named = any(name in line for name in names)
        if len(said) > 1 or (named and any(len(phrase) >= LONG for phrase in said)):
            found.append((block.start, block.end))
    return tuple(found)


def _phrases(publisher: Publisher) -> tuple[re.Pattern[str], ...]:
    every = {packed(part) for clause in publisher.notice.values() for part in re.split("[;；]", clause)}
    return tuple(re.compile(re.escape(p).replace(ANY.lower(), r"\w{0,4}")) for p in sorted(every) if len(p) > 5)
