"""The fold table, and how it is made from Unicode and OpenCC.

The table ships as `fold.npz` beside this module, so that opening a process costs milliseconds; `build` makes it anew,
and a test holds the two together. Run `python -m checker.match.table` to write it after a change.
"""

import unicodedata
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

SHIPPED = Path(__file__).with_name("fold.npz")

POINTS = 0x110000
EXPANDS = 0x200000
"""Entries from here on are no code point: less this number, they are a row of `Table.expansions`."""

LONGEST = 15
"""Most folded characters that one character can stand for (U+FDFA, an Arabic phrase in one character)."""

HANGUL = range(0xAC00, 0xD7A4)

ALIASES = (
    "著着 祇只 衹只 賙周 赒周 像象 藉借 甯宁 覆复 瞭了 鍊链 炼链 鍾钟 锺钟 馀余 讬托 徵征 夥伙 蒐搜 沉沈 缐线 哩里 "
    "麽么 幺么 祕秘 谘咨 俱具 座坐 裏里 喫吃 牠它 妳你 甦苏 濬浚 鎗枪 鷄鸡 綵彩"
)
"""Pairs that conversion by phrases swaps where conversion by characters does not: the first folds to the second."""


class Table(NamedTuple):
    """`single[c]` is the folded code point of `c`, 0 for nothing, or EXPANDS + row; `expansions` rows end in zeros."""

    single: NDArray[np.uint32]
    expansions: NDArray[np.uint32]


@cache
def load() -> Table:
    """Return the shipped table."""
    with np.load(SHIPPED) as shipped:
        kept = np.repeat(shipped["kept"], shipped["runs"])
        single = np.where(kept, np.arange(POINTS, dtype=np.uint32), np.uint32(0))
        single[shipped["points"]] = shipped["values"]
        return Table(single, shipped["expansions"])


def build() -> Table:
    """Make the table: NFKD, casefold and NFKD again, letters and numbers only, then simplified by OpenCC."""
    simple = simplified()
    single = np.zeros(POINTS, np.uint32)
    rows: list[list[int]] = []
    for point in range(POINTS):
        if 0xD800 <= point < 0xE000:
            continue
        folded = [simple.get(ord(c), ord(c)) for c in plain(chr(point))]
        if len(folded) == 1:
            single[point] = folded[0]
        elif folded:
            single[point] = EXPANDS + len(rows)
            rows.append(folded + [0] * (LONGEST - len(folded)))
    return Table(single, np.array(rows, np.uint32))


def plain(char: str) -> str:
    """Return the letters and numbers of a character, without case, width, marks and ligatures; Hangul as it is."""
    if ord(char) in HANGUL:
        return char
    apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", char).casefold())
    return "".join(c for c in apart if unicodedata.category(c)[0] in "LN")


def simplified() -> dict[int, int]:
    """Return code point -> code point for all Han that OpenCC or ALIASES change, followed to the end."""
    han = [chr(p) for p in (*range(0x3400, 0xA000), *range(0xF900, 0xFB00), *range(0x20000, 0x33480))]
    step: dict[str, str] = {}
    for config in ("hk2s", "tw2s", "t2s"):
        step |= converted(config, han)
    step |= {pair[0]: pair[1] for pair in ALIASES.split()}
    for config in ("s2hk", "s2tw", "s2t"):
        common = [chr(point) for point in range(0x4E00, 0xA000)]
        for char, variant in converted(config, common).items():
            one, other = follow(char, step), follow(variant, step)
            if one != other:
                step |= {variant: one} if other == variant else {one: other}
    return {ord(c): ord(follow(c, step)) for c in step}


def converted(config: str, chars: list[str]) -> dict[str, str]:
    """Return what an OpenCC configuration makes of single characters, where that is another one."""
    from opencc import OpenCC  # noqa: PLC0415 - only needed to make the table

    lines = OpenCC(config).convert("\n".join(chars)).split("\n")
    return {char: line for char, line in zip(chars, lines, strict=True) if line != char and len(line) == 1}


def follow(char: str, step: dict[str, str]) -> str:
    """Follow a chain of single steps to its end; of a circle, the least member."""
    seen = [char]
    while (char := step.get(char, char)) not in seen:
        seen.append(char)
    return char if char == seen[-1] else min(seen[seen.index(char) :])


def ship(table: Table, path: Path = SHIPPED) -> None:
    """Write the table small: runs of points that are kept as they are or dropped, and the others one by one."""
    points = np.arange(POINTS, dtype=np.uint32)
    same = table.single == points
    other = (table.single != 0) & ~same
    starts = np.concatenate(([0], np.flatnonzero(np.diff(same)) + 1))
    np.savez_compressed(
        path,
        runs=np.diff(np.append(starts, POINTS)).astype(np.uint32),
        kept=same[starts],
        points=points[other],
        values=table.single[other],
        expansions=table.expansions,
        unicode=np.array(unicodedata.unidata_version),
    )


if __name__ == "__main__":
    ship(build())
