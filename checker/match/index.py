"""The index: a folder of immutable segments and one small manifest that says which of them count.

    manifest.json     format, segments in order, and for each the file of its removed rows
    s<number>.seg     a segment; never changed once the manifest names it
    s<number>.<n>.out rows of that segment that are removed, a numpy array of u4, sorted
    lock              held by the one process that writes

Everything is written beside the old, forced to disk, and only then named by a new manifest that takes the old one's
place in a single rename. A process killed at any instant leaves the old manifest or the new one, and perhaps files
nobody names, which the next writer sweeps away. Readers keep what they have opened until they call `refresh`.
"""

import fcntl
import json
import os
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from checker.errors import IndexFormatError
from checker.files import DRAFT, put
from checker.glyphs import PageText
from checker.match import build, records
from checker.match.lookup import shared, touched
from checker.match.probe import Probe, probes
from checker.match.rank import ranked, telling
from checker.match.segment import FORMAT, Segment, name_hash
from checker.match.stock import stock
from checker.match.strand import Integers
from checker.match.verbatim import Shared
from checker.model import Article, Span

MANIFEST = "manifest.json"
LOCK = "lock"
PATIENCE = 600.0
"""Seconds a writer waits for another one."""

RATIO = 4
"""A segment is left alone while it is this many times as large as all smaller ones together."""

ROW_BITS = 32

FAIR_SHARE = 0.01
"""Share of texts poor in Han from which on every page is searched for them, however rich in Han it is."""

FLUSH = 10_000
"""Articles in one segment of a large registration."""


@dataclass(frozen=True)
class Candidate:
    """An article that shares text with a page: `shared` characters of a strand, roughly."""

    article: Article
    shared: int

    @property
    def id(self) -> str:
        """The article's id."""
        return self.article.id


@dataclass(frozen=True)
class Part:
    """A segment and the rows of it that are removed."""

    segment: Segment
    removed: NDArray[np.uint32]
    removed_file: str = ""

    def __len__(self) -> int:
        return len(self.segment) - len(self.removed)

    def row(self, article_id: str) -> int | None:
        """Return the row of an article that is there, or None."""
        row = self.segment.row(article_id)
        return None if row is None or self.has_lost(row) else row

    def has_lost(self, row: int) -> bool:
        """Tell whether a row is removed."""
        at = int(self.removed.searchsorted(np.uint32(row)))
        return at < len(self.removed) and int(self.removed[at]) == row

    def standing(self, stretches: Shared) -> Shared:
        """Return the stretches of articles that are not removed."""
        if not len(self.removed) or not len(stretches.row):
            return stretches
        stays = ~np.isin(stretches.row, self.removed)
        return Shared(*(array[stays] for array in stretches))


class Index:
    """The registered articles, to be asked which of them a page repeats. Use `Index.open`."""

    def __init__(self, folder: Path, parts: tuple[Part, ...], number: int) -> None:
        self.folder = folder
        self._parts = parts
        self._number = number

    @staticmethod
    def open(folder: Path) -> "Index":
        """Open the index in a folder; an empty one where there is none."""
        index = Index(folder, (), 0)
        index.refresh()
        return index

    @property
    def parts(self) -> tuple[Part, ...]:
        """The segments in use, with their removed rows."""
        return self._parts

    def refresh(self) -> None:
        """See what other processes have written since."""
        while True:
            try:
                self._parts, self._number = read_manifest(self.folder)
            except FileNotFoundError:
                continue
            return

    def __len__(self) -> int:
        return sum(map(len, self._parts))

    def add(self, articles: Iterable[Article]) -> None:
        """Add articles; one of an id that is there replaces it. Of the same id twice the last counts.

        Up to FLUSH articles go in together or not at all; more go in by that many.
        """
        with self._writing():
            for batch in batches(articles):
                self._commit((*self._without(batch), self._write(list(batch.values()))))
            self._merge()

    def remove(self, ids: Iterable[str]) -> None:
        """Remove articles; an id that is not there is no error."""
        with self._writing():
            self._commit(self._without(set(ids)))
            self._merge()

    def article(self, article_id: str) -> Article:
        """Return the article of that id; KeyError where there is none."""
        for part in self._parts:
            row = part.row(article_id)
            if row is not None:
                return part.segment.article(row)
        raise KeyError(article_id)

    def __contains__(self, article_id: str) -> bool:
        return any(part.row(article_id) is not None for part in self._parts)

    def articles(self) -> Iterator[Article]:
        """Yield all articles, in the order in which they were added."""
        for part in self._parts:
            gone = set(part.removed.tolist())
            for row, record in part.segment.records():
                if row not in gone:
                    yield records.read(record)

    def touches(self, pages: Sequence[PageText]) -> list[bool]:
        """Tell which pages share text with any article; a text is a page's source or its visible text.

        They do where `candidates` finds any, but that is told sooner, and of many pages at once sooner still.
        """
        known = np.zeros(len(pages), np.bool_)
        for probe, whose in self._probes(pages):
            for part in self._parts:
                known[whose] |= touched(part.segment, probe, part.standing)
        return known.tolist()

    def candidates(self, text: str) -> tuple[Candidate, ...]:
        """Return the articles that share text with a page, best first; `text` is its source or its visible text."""
        pieces = [
            stretches._replace(row=stretches.row + (number << ROW_BITS))
            for probe, _ in self._probes([PageText.of(text)])
            for number, part in enumerate(self._parts)
            for stretches in map(part.standing, shared(part.segment, probe))
        ]
        found = telling(ranked(pieces))
        candidates = [Candidate(self._article(each.row), each.agree) for each in found]
        return tuple(sorted(candidates, key=lambda each: (-each.shared, each.id)))

    def _article(self, row: int) -> Article:
        """Return an article by its row, and above ROW_BITS the number of the part it is in."""
        return self._parts[row >> ROW_BITS].segment.article(row & ((1 << ROW_BITS) - 1))

    def _probes(self, pages: Sequence[PageText]) -> Iterator[tuple[Probe, Integers]]:
        """Yield pages made ready, and whose they are."""
        foreign = sum(part.segment.foreign for part in self._parts)
        return probes(pages, foreign > 0, foreign > FAIR_SHARE * len(self)) if pages else iter(())

    def stock(self, article: Article) -> tuple[Span, ...]:
        """Return the spans of an article's text that many registered articles share."""
        return stock(article, [part.segment for part in self._parts])

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """Be the only writer, and start from what the last one left."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / LOCK).open("a") as lock:
            wait_for(lock.fileno(), self.folder)
            self.refresh()
            self._sweep()
            yield

    def _without(self, ids: Iterable[str]) -> tuple[Part, ...]:
        """Return the parts with these articles removed."""
        sought = list(ids)
        names = np.array([name_hash(each) for each in sought], np.uint64)
        parts = []
        for part in self._parts:
            maybe = np.flatnonzero(part.segment.may_have(names)).tolist()
            rows = [row for row in (part.row(sought[at]) for at in maybe) if row is not None]
            parts.append(self._less(part, rows) if rows else part)
        return tuple(parts)

    def _less(self, part: Part, rows: list[int]) -> Part:
        removed = np.unique(np.concatenate((part.removed, np.array(rows, np.uint32))))
        path = self.folder / f"{part.segment.path.stem}.{self._next()}.out"
        with path.open("wb") as file:
            np.save(file, removed)
            file.flush()
            os.fsync(file.fileno())
        return Part(part.segment, removed, path.name)

    def _write(self, articles: list[Article]) -> Part:
        path = self.folder / f"s{self._next()}.seg"
        build.from_articles(path, articles)
        return Part(Segment(path), np.zeros(0, np.uint32))

    def _next(self) -> int:
        self._number += 1
        return self._number

    def _commit(self, parts: tuple[Part, ...]) -> None:
        """Make these parts the index, in one rename."""
        parts = tuple(part for part in parts if len(part))
        segments = [{"file": part.segment.path.name, "removed": part.removed_file} for part in parts]
        manifest = {"format": FORMAT, "number": self._number, "segments": segments}
        put(self.folder / MANIFEST, json.dumps(manifest, indent=1).encode())
        self._parts = parts
        self._sweep()

    def _sweep(self) -> None:
        """Delete the files that the manifest does not name."""
        named = {MANIFEST, LOCK}
        for part in self._parts:
            named |= {part.segment.path.name, part.removed_file}
        for path in self.folder.iterdir():
            if path.name not in named and path.suffix in {".seg", ".out", ".new", DRAFT}:
                path.unlink()

    def _merge(self) -> None:
        """Merge small segments into one, so that few are left and each is several times the next."""
        parts = sorted(self._parts, key=len)
        count = due(parts)
        if count < 2:
            return
        chosen = set(map(id, parts[:count]))
        path = self.folder / f"s{self._next()}.seg"
        old = [part for part in self._parts if id(part) in chosen]
        build.from_segments(path, [(part.segment, part.removed) for part in old])
        rest = tuple(part for part in self._parts if id(part) not in chosen)
        self._commit((*rest, Part(Segment(path), np.zeros(0, np.uint32))))


def due(parts: list[Part]) -> int:
    """Return how many of the smallest segments are to be merged; parts in order of size."""
    count, total, places = 0, 0, 0
    for at, part in enumerate(parts):
        places += int(part.segment.strands[-1])
        if places > build.MOST_PLACES:
            break
        if at and total * RATIO >= len(part):
            count = at + 1
        total += len(part)
    return count


def batches(articles: Iterable[Article]) -> Iterator[dict[str, Article]]:
    """Yield articles by id, FLUSH at a time."""
    rest = iter(articles)
    while batch := {article.id: article for article in islice(rest, FLUSH)}:
        yield batch


def read_manifest(folder: Path) -> tuple[tuple[Part, ...], int]:
    """Return the parts that the manifest names and the number of the last file; FileNotFoundError if one just went."""
    path = folder / MANIFEST
    if not path.exists():
        return (), 0
    try:
        manifest = json.loads(path.read_bytes())
        version = manifest["format"]
    except (ValueError, KeyError, TypeError) as error:
        raise IndexFormatError(
            "expected an index manifest; delete the index folder and register again", path=path
        ) from error
    if version != FORMAT:
        message = f"expected index format {FORMAT}, found {version}; delete the index folder and register again"
        raise IndexFormatError(message, path=path)
    return tuple(opened(folder, **segment) for segment in manifest["segments"]), manifest["number"]


def opened(folder: Path, file: str, removed: str) -> Part:
    """Open a segment and its removed rows."""
    rows = np.load(folder / removed) if removed else np.zeros(0, np.uint32)
    return Part(Segment(folder / file), rows, removed)


def wait_for(lock: int, folder: Path) -> None:
    """Take the writer's lock, or say who is in the way."""
    until = time.monotonic() + PATIENCE
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            if time.monotonic() > until:
                raise IndexFormatError(
                    "another process is writing to the index; try again later", path=folder
                ) from error
            time.sleep(0.05)
        else:
            return
