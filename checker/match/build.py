"""Make segments: from articles, and from other segments, in one pass and flat memory."""

import json
import os
import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import Any

import numpy as np
from numpy.typing import NDArray

from checker.match import records
from checker.match.fingerprint import HASH_BITS, PLACE_BITS, Entries, winnow
from checker.match.segment import ALIGN, COMMON, CROWD, FILTER_BITS, FORMAT, HEADER, MAGIC, Segment, name_hash
from checker.match.strand import following, strands
from checker.model import Article

PER_BUCKET = 4
"""Fingerprints that a bucket holds at most on average; at least half as many."""

CHUNK = 1 << 21
"""Fingerprints merged at a time."""

IN_MEMORY = 1 << 24
"""Bytes of one array that are held back in memory while a segment is written."""

MOST_PLACES = COMMON - 1
"""Han characters that one segment can hold."""

AT_A_TIME = 500
"""Articles fingerprinted together: their arrays fit a processor's cache."""

PIECE = 1 << 16
"""Strands whose sketches are copied at a time."""

Array = NDArray[Any]


class Spool:
    """Arrays written a piece at a time; held in memory while small, then on disk."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._files: dict[str, SpooledTemporaryFile[bytes]] = {}
        self._kinds: dict[str, np.dtype[Any]] = {}

    def put(self, name: str, piece: Array) -> None:
        """Append a piece to the array of that name."""
        if name not in self._files:
            self._files[name] = SpooledTemporaryFile(IN_MEMORY, dir=str(self._folder))  # noqa: SIM115 - closed in `save`
            self._kinds[name] = piece.dtype
        if len(piece):
            self._files[name].write(np.ascontiguousarray(piece).data.cast("B"))

    def save(self, path: Path, bits: int) -> None:
        """Write header and arrays as a segment and force it to disk."""
        specs: dict[str, tuple[str, int, int]] = {}
        at = HEADER
        for name, file in self._files.items():
            size = file.tell()
            specs[name] = (self._kinds[name].str, at, size // self._kinds[name].itemsize)
            at += -(-size // ALIGN) * ALIGN
        header = {"magic": MAGIC, "format": FORMAT, "bytes": at, "bits": bits, "arrays": specs}
        with path.open("wb") as out:
            out.write(json.dumps(header).encode().ljust(HEADER - 1) + b"\n")
            for file in self._files.values():
                size = file.tell()
                file.seek(0)
                shutil.copyfileobj(file, out, 1 << 20)
                out.write(bytes(-size % ALIGN))
                file.close()
            out.flush()
            os.fsync(out.fileno())


def from_articles(path: Path, articles: Sequence[Article]) -> None:
    """Write a segment of some articles."""
    pieces = [strands(articles[first : first + AT_A_TIME]) for first in range(0, len(articles), AT_A_TIME)]
    lengths, sketch = (np.concatenate(arrays) for arrays in zip(*((p.lengths, p.sketch) for p in pieces), strict=True))
    bases = np.cumsum([0, *(len(piece.codes) for piece in pieces)]).astype(np.uint64)
    kept = [winnow(piece.codes, piece.lengths) + base for piece, base in zip(pieces, bases, strict=False)]
    entries = np.sort(np.concatenate(kept))
    spool = Spool(path.parent)
    bits = bucket_bits(len(entries))
    put_table(spool, [entries], bits, sketch)
    spool.put("strands", starts(lengths))
    for number, piece in enumerate(pieces):
        spool.put("owners", (piece.owners + number * AT_A_TIME).astype(np.uint32))
    spool.put("sketch", sketch)
    put_names(spool, np.array([name_hash(article.id) for article in articles], np.uint64))
    put_records(spool, records.blocks(map(records.write, articles)))
    spool.save(path, bits)


def from_segments(path: Path, segments: Sequence[tuple[Segment, NDArray[np.uint32]]]) -> None:
    """Write a segment of all articles of some others, less their removed rows."""
    sources: list[Source] = []
    for segment, removed in segments:
        places = sum(int(source.lengths.sum()) for source in sources)
        rows = sum(len(source.names) for source in sources)
        sources.append(Source(segment, removed, places, rows))
    bits = bucket_bits(sum(source.entries for source in sources))
    spool = Spool(path.parent)
    with sketches(path.with_suffix(".new"), sources) as sketch:
        put_table(spool, merged(sources), bits, sketch)
        for first in range(0, len(sketch), IN_MEMORY):
            spool.put("sketch", sketch[first : first + IN_MEMORY])
    spool.put("strands", starts(np.concatenate([source.lengths for source in sources])))
    for source in sources:
        spool.put("owners", source.owners)
    put_names(spool, np.concatenate([source.names for source in sources]))
    put_records(spool, (block for source in sources for block in source.blocks()))
    spool.save(path, bits)


@contextmanager
def sketches(path: Path, sources: Sequence["Source"]) -> Iterator[Array]:
    """Hold the sketches of some segments, laid end to end, in a mapped file for a while."""
    with path.open("wb") as file:
        for source in sources:
            for piece in source.sketch():
                file.write(np.ascontiguousarray(piece).data)
    yield np.memmap(path, np.uint8, "r") if path.stat().st_size else np.zeros(0, np.uint8)
    path.unlink()


class Source:
    """A segment on its way into a greater one, in which its strands begin at `place` and its articles at `row`."""

    def __init__(self, segment: Segment, removed: NDArray[np.uint32], place: int, row: int) -> None:
        self.segment = segment
        self.entries = len(segment.places) + len(segment.crowd)
        self._stays = np.ones(len(segment), np.bool_)
        self._stays[removed] = False
        self._kept = self._stays[segment.owners]
        self._starts = segment.strands[:-1].astype(np.int64)
        self.lengths = np.diff(segment.strands.astype(np.int64))[self._kept]
        self._shift = np.zeros(len(self._starts), np.int64)
        self._shift[self._kept] = place + np.cumsum(self.lengths) - self.lengths - self._starts[self._kept]
        rows = row + np.cumsum(self._stays) - self._stays
        self.owners = rows[segment.owners][self._kept].astype(np.uint32)
        names = np.zeros(len(segment), np.uint64)
        names[segment.rows] = segment.names
        self.names = names[self._stays]

    def sketch(self) -> Iterator[Array]:
        """Yield the sketch of the kept strands, in pieces."""
        for first in range(0, len(self._kept), PIECE):
            here = slice(first, first + PIECE)
            edges = self.segment.strands[first : first + PIECE + 1].astype(np.int64)
            piece, lengths = self.segment.sketch[int(edges[0]) : int(edges[-1])], edges[1:] - edges[:-1]
            yield piece if self._kept[here].all() else piece[np.repeat(self._kept[here], lengths)]

    def between(self, first: int, last: int) -> Entries:
        """Return the moved entries whose hashes are at least `first` and below `last`; multiples of a bucket."""
        segment = self.segment
        below = HASH_BITS - segment.bits
        edges = (segment.buckets[first >> below : (last >> below) + 1] >> np.uint64(32)).astype(np.int64)
        here = slice(int(edges[0]), int(edges[-1]))
        high = np.arange(first >> below, last >> below, dtype=np.uint64) << np.uint64(below)
        hashes: Entries = np.repeat(high, edges[1:] - edges[:-1])
        hashes = hashes | segment.rests[here].astype(np.uint64)
        places = segment.places[here].astype(np.int64)
        common = places >= COMMON
        if common.any():
            hashes, places = self._with_crowds(hashes, places, common)
        if self._stays.all():
            moved = places + (self._shift[0] if len(self._shift) else 0)
            return hashes << np.uint64(PLACE_BITS) | moved.astype(np.uint64)
        strand = np.searchsorted(self._starts, places, side="right") - 1
        moved = (places + self._shift[strand]).astype(np.uint64)
        entries: Entries = hashes << np.uint64(PLACE_BITS) | moved
        return entries[self._kept[strand]]

    def _with_crowds(self, hashes: Entries, places: Array, common: NDArray[np.bool_]) -> tuple[Entries, Array]:
        """Put the places of each common fingerprint in the place of its row."""
        segment = self.segment
        rows = places[common] - COMMON
        first, last = (segment.commons[rows + step].astype(np.int64) for step in (0, 1))
        crowd = [segment.crowd[a:b].astype(np.int64) for a, b in zip(first.tolist(), last.tolist(), strict=True)]
        return (
            np.concatenate((hashes[~common], np.repeat(hashes[common], last - first))),
            np.concatenate((places[~common], *crowd)),
        )

    def blocks(self) -> Iterator[tuple[int, bytes]]:
        """Yield the blocks of records; as they are where nothing was removed, else packed anew."""
        if self._stays.all():
            segment = self.segment
            for block, rows in enumerate(np.diff(segment.firsts.astype(np.int64)).tolist()):
                first, last = int(segment.offsets[block]), int(segment.offsets[block + 1])
                yield rows, segment.blocks[first:last].tobytes()
        else:
            yield from records.blocks(record for row, record in self.segment.records() if self._stays[row])


def merged(sources: Sequence[Source]) -> Iterator[Entries]:
    """Yield all entries of some segments, sorted, a range of hashes at a time."""
    total = sum(source.entries for source in sources)
    least = min(source.segment.bits for source in sources)
    steps = 1 << min(max(total // CHUNK, 0).bit_length(), least)
    width = (1 << HASH_BITS) // steps
    for step in range(steps):
        pieces = [source.between(step * width, (step + 1) * width) for source in sources]
        yield np.sort(np.concatenate(pieces))


def bucket_bits(entries: int) -> int:
    """Return how many bits of a hash choose its bucket."""
    return min(max((entries // PER_BUCKET).bit_length(), 4), HASH_BITS - 8)


def put_table(spool: Spool, chunks: Iterable[Entries], bits: int, sketch: Array) -> None:
    """Write the arrays that find fingerprints, from sorted entries in chunks that part at multiples of a bucket."""
    below = HASH_BITS - bits
    kind = np.uint8 if below <= 8 else np.uint16 if below <= 16 else np.uint32
    begun = rows = crowded = done = 0
    spool.put("commons", np.zeros(1, np.uint64))
    for entries in chunks:
        hashes, places, crowd, counts = sift(entries, rows)
        last = int(hashes[-1] >> np.uint64(below)) + 1 if len(hashes) else done
        spool.put("buckets", buckets(hashes, below, range(done, last), begun))
        spool.put("rests", (hashes & np.uint64((1 << below) - 1)).astype(kind))
        spool.put("places", places)
        spool.put("commons", (crowded + np.cumsum(counts)).astype(np.uint64))
        aheads = following(sketch, crowd.astype(np.int64)) if len(crowd) else np.zeros(0, np.uint16)
        order = np.lexsort((crowd, aheads, np.repeat(np.arange(len(counts)), counts)))
        spool.put("crowd", crowd[order])
        spool.put("aheads", aheads[order])
        begun, rows, crowded, done = begun + len(hashes), rows + len(counts), crowded + len(crowd), last
    spool.put("buckets", np.full((1 << bits) + 1 - done, begun << 32, np.uint64))


def sift(entries: Entries, rows: int) -> tuple[Entries, Array, Array, Array]:
    """Part common fingerprints from the others: hashes and places, the crowd of places, the size of each crowd.

    A common fingerprint keeps one entry, whose place is its row in `commons`, from `rows` on.
    """
    hashes = entries >> np.uint64(PLACE_BITS)
    places = (entries & np.uint64(COMMON - 1)).astype(np.uint32)
    first = np.flatnonzero(np.diff(hashes, prepend=np.uint64(2**64 - 1)))
    counts = np.diff(np.append(first, len(hashes)))
    many = counts > CROWD
    inside = np.repeat(many, counts)
    crowd = places[inside]
    places[first[many]] = COMMON + rows + np.arange(many.sum())
    inside[first[many]] = False
    return hashes[~inside], places[~inside], crowd, counts[many]


def buckets(hashes: Entries, below: int, here: range, begun: int) -> NDArray[np.uint64]:
    """Return where each bucket begins (high half) and which of its 32 parts are in use (low half)."""
    bucket = (hashes >> np.uint64(below)).astype(np.int64) - here.start
    sizes = np.bincount(bucket, minlength=len(here)) if len(hashes) else np.zeros(len(here), np.int64)
    words = (begun + np.cumsum(sizes) - sizes).astype(np.uint64) << np.uint64(32)
    if len(hashes):
        part = np.uint64(1) << (hashes >> np.uint64(below - FILTER_BITS) & np.uint64(31))
        first = np.flatnonzero(np.diff(bucket, prepend=-1))
        words[bucket[first]] |= np.bitwise_or.reduceat(part, first)
    return words


def starts(lengths: NDArray[np.int64]) -> NDArray[np.uint32]:
    """Return where strands of some lengths begin when laid end to end, and where the last one ends."""
    return np.concatenate((np.zeros(1, np.int64), np.cumsum(lengths))).astype(np.uint32)


def put_names(spool: Spool, names: NDArray[np.uint64]) -> None:
    """Write the arrays that find articles by id."""
    order = np.argsort(names, kind="stable")
    spool.put("names", names[order])
    spool.put("rows", order.astype(np.uint32))


def put_records(spool: Spool, blocks: Iterable[tuple[int, bytes]]) -> None:
    """Write the articles themselves."""
    counts, sizes = [0], [0]
    spool.put("blocks", np.zeros(0, np.uint8))
    for count, block in blocks:
        counts.append(count)
        sizes.append(len(block))
        spool.put("blocks", np.frombuffer(block, np.uint8))
    spool.put("firsts", np.cumsum(counts).astype(np.uint32))
    spool.put("offsets", np.cumsum(sizes).astype(np.uint64))
