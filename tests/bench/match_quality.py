"""How exact passages are, and what other tools find of the same copies."""

import math
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from datasketch import MinHash, MinHashLSH
from rapidfuzz import fuzz, process
from rensa import RMinHash, RMinHashLSH
from rich.console import Console
from rich.table import Table

from checker.match.fold import fold
from checker.match.index import Index
from checker.match.passages import stretches
from checker.model import Article
from tests.bench.match_texts import edited

PLANTED = 200
ROWS = ((40, 0.0), (60, 0.0), (100, 0.1), (200, 0.2), (200, 0.3), (400, 0.2), (400, 0.3))
SHOWN = 24.0
"""Weight of a stretch that would be shown as a passage."""

REGISTERED = 2000
GRAM = 3
P = np.array([0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9], np.uint64)


def passages(console: Console, texts: list[list[str]], rng: random.Random) -> None:
    """Print PAN's plagdet for excerpts planted into foreign texts."""
    table = Table(title=f"passages of {PLANTED} planted excerpts")
    for name in ("characters", "edits", "found", "recall", "precision", "granularity", "plagdet"):
        table.add_column(name, justify="right")
    for length, rate in ROWS:
        figures = [planted(texts, length, rate, rng) for _ in range(PLANTED)]
        hit = [figure for figure in figures if figure[2]]
        recall = statistics.mean(figure[0] for figure in figures)
        precision = statistics.mean(figure[1] for figure in hit) if hit else 0.0
        granularity = statistics.mean(figure[2] for figure in hit) if hit else 1.0
        table.add_row(
            f"{length}", f"{rate:.0%}", f"{len(hit) / PLANTED:.3f}", f"{recall:.3f}", f"{precision:.3f}",
            f"{granularity:.3f}", f"{plagdet(recall, precision, granularity):.3f}",
        )  # fmt: skip
    console.print(table)


def plagdet(recall: float, precision: float, granularity: float) -> float:
    """Return F1 over log2(1 + granularity): Potthast, Stein, Barron-Cedeno, Rosso, 2010."""
    if not recall + precision:
        return 0.0
    return 2 * recall * precision / (recall + precision) / math.log2(1 + granularity)


def planted(texts: list[list[str]], length: int, rate: float, rng: random.Random) -> tuple[float, float, int]:
    """Plant an edited excerpt into a foreign text; return character recall and precision, and passages that hit it."""
    source, host = ("".join(text) for text in rng.sample(texts, 2))
    source = (source * (length // len(source) + 2))[: max(len(source), length + 40)]
    first = rng.randrange(len(source) - length + 1)
    piece = edited(source[first : first + length], rate, rng)
    at = rng.randrange(len(host) + 1)
    before, inside = len(fold(host[:at])), len(fold(piece))
    found = [s for s in stretches(fold(source).codes, fold(host[:at] + piece + host[at:]).codes) if s.weight >= SHOWN]
    spans = [stretch.page for stretch in found]
    marked = {place for span in spans for place in range(*span)}
    truth = set(range(before, before + inside))
    hits = sum(1 for span in spans if truth & set(range(*span)))
    common = len(marked & truth)
    return common / len(truth), common / len(marked) if marked else 0.0, hits


def rivals(console: Console, texts: list[list[str]], rng: random.Random) -> None:
    """Print what this index and other tools find of the same copies among the same articles."""
    ours = ["".join(text) for text in texts][:REGISTERED]
    kinds: dict[str, Callable[[str], str]] = {
        "copy": lambda text: text,
        "30 % edits": lambda text: edited(text, 0.3, rng),
        "60 characters in a foreign text": lambda text: ours[0][:400] + excerpt(text, 60, rng) + ours[0][400:800],
        "200 characters, 20 % edits, in a foreign text": lambda text: (
            ours[0][:400] + edited(excerpt(text, 200, rng), 0.2, rng) + ours[0][400:800]
        ),
    }
    chosen = rng.sample(range(1, len(ours)), min(PLANTED // 2, len(ours) - 1))
    pages = {kind: [(number, make(ours[number])) for number in chosen] for kind, make in kinds.items()}
    table = Table(title=f"found among {len(ours):,} articles; false: other articles named, per page")
    table.add_column("tool")
    for kind in kinds:
        table.add_column(kind, justify="right")
    table.add_column("false", justify="right")
    table.add_column("ms/page", justify="right")
    folded = [fold(text).text for text in ours]
    with tempfile.TemporaryDirectory() as folder:
        index = Index.open(Path(folder))
        index.add(Article(id=str(number), title="", text=text) for number, text in enumerate(ours))
        tools: dict[str, Callable[[str], set[int]]] = {
            "checker": lambda page: {int(candidate.id) for candidate in index.candidates(page)},
            "datasketch MinHash LSH 0.2": datasketch(folded),
            "rensa R-MinHash 64 x 2": rensa(folded),
            "SimHash, 10 bits": simhash(folded),
            "rapidfuzz partial_ratio 70": bruteforce(folded),
        }
        for name, tool in tools.items():
            table.add_row(name, *measured(tool, pages))
    console.print(table)


def excerpt(text: str, length: int, rng: random.Random) -> str:
    """Return a random stretch of a text."""
    first = rng.randrange(max(1, len(text) - length))
    return text[first : first + length]


def measured(tool: Callable[[str], set[int]], pages: dict[str, list[tuple[int, str]]]) -> list[str]:
    """Return the cells of a tool: found by kind, false articles and milliseconds a page."""
    cells, false, seconds, asked = [], 0, 0.0, 0
    for every in pages.values():
        some = every[:10] if "partial_ratio" in tool.__qualname__ else every
        hits = 0
        for number, page in some:
            start = time.process_time()
            named = tool(page)
            seconds += time.process_time() - start
            hits += number in named
            false += len(named - {number, 0})
        asked += len(some)
        cells.append(f"{hits / len(some):.3f}")
    return [*cells, f"{false / asked:.2f}", f"{seconds * 1000 / asked:.2f}"]


def shingles(text: str) -> set[str]:
    """Return the character n-grams of a folded text."""
    return {text[at : at + GRAM] for at in range(len(text) - GRAM + 1)}


def datasketch(folded: Sequence[str]) -> Callable[[str], set[int]]:
    """MinHash LSH of datasketch at Jaccard 0.2."""

    def sketch(text: str) -> MinHash:
        made = MinHash(num_perm=128)
        made.update_batch([shingle.encode() for shingle in shingles(text)])
        return made

    table = MinHashLSH(threshold=0.2, num_perm=128)
    for number, text in enumerate(folded):
        table.insert(number, sketch(text))
    return lambda page: set(table.query(sketch(fold(page).text)))


def rensa(folded: Sequence[str]) -> Callable[[str], set[int]]:
    """R-MinHash of rensa, 64 bands of 2."""

    def sketch(text: str) -> RMinHash:
        made: RMinHash = RMinHash(num_perm=128, seed=1)
        made.update(sorted(shingles(text)))
        return made

    table = RMinHashLSH(threshold=0.2, num_perm=128, num_bands=64)
    for number, text in enumerate(folded):
        table.insert(number, sketch(text))
    return lambda page: set(table.query(sketch(fold(page).text)))


def simhash(folded: Sequence[str]) -> Callable[[str], set[int]]:
    """SimHash of 64 bits, at most 10 of them different."""

    def sketch(text: str) -> np.uint64:
        codes = fold(text).codes.astype(np.uint64)
        mixed = (codes[:-2] * P[0] + codes[1:-1] * P[1] + codes[2:] * P[2]) * P[1]
        mixed ^= mixed >> np.uint64(29)
        bits = np.unpackbits((mixed * P[2]).view(np.uint8)).reshape(-1, 64)
        return np.uint64(np.packbits(bits.sum(axis=0) * 2 > len(bits)).view(np.uint64)[0])

    table = np.array([sketch(text) for text in folded])
    return lambda page: set(np.flatnonzero(np.bitwise_count(table ^ sketch(page)) <= 10).tolist())


def bruteforce(folded: Sequence[str]) -> Callable[[str], set[int]]:
    """Every article compared with the page."""

    def partial_ratio(page: str) -> set[int]:
        found = process.extract(fold(page).text, folded, scorer=fuzz.partial_ratio, score_cutoff=70, limit=None)
        return {number for _, _, number in found}

    return partial_ratio
