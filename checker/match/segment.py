"""One immutable, memory-mapped file of the index: fingerprints of some articles, and the articles themselves.

Layout: a header of one JSON line padded to 4,096 bytes, then the arrays it names, each on a 64-byte boundary.

    buckets   u8[2^d + 1]    low half: a filter of 32 bits; high half: where the bucket's fingerprints begin
    rests     u1/u2/u4[n]    the bits of each hash below the bucket's; sorted by hash
    places    u4[n]          where in the strands the fingerprint stands; from COMMON on, a row of `commons` instead
    commons   u8[c + 1]      where the places of each common fingerprint begin in `crowd`
    crowd     u4[m]          those places, by what follows them, and
    aheads    u2[m]          hashes of what follows
    strands   u4[s + 1]      where each strand begins, laid end to end
    owners    u4[s]          the article of each strand, by row
    sketch    u1[...]        a byte for each place; see `strand`
    names     u8[a]          hashes of the article ids, sorted, and
    rows      u4[a]          the articles they belong to
    firsts    u4[b + 1]      the first article of each block of records
    offsets   u8[b + 1]      where the blocks begin in
    blocks    u1[...]        the records
"""

import json
import mmap
from collections.abc import Iterator, Sequence
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from checker.errors import IndexFormatError
from checker.match import records
from checker.match.fingerprint import HASH_BITS, PLACE_BITS, Hashes
from checker.model import Article

FORMAT = 4
MAGIC = "checker index segment"
HEADER = 4096
ALIGN = 64

COMMON = 1 << PLACE_BITS
"""A place from here on is no place: less this number, it is a row of `commons`."""

CROWD = 32
"""A fingerprint that stands in a segment more often than this is common: it makes no candidate by itself."""

FILTER_BITS = 5

Places = NDArray[np.int64]
Words = NDArray[np.uint64]


class Hits(NamedTuple):
    """Which k-grams of a page stand where in a segment: pairs of page place and strand place, two arrays."""

    page: Places
    strand: Places

    def some(self, which: NDArray[np.bool_]) -> "Hits":
        """Return those of them that a mask marks."""
        return Hits(self.page[which], self.strand[which])

    def take(self, which: Places) -> "Hits":
        """Return some of them, by their places."""
        return Hits(self.page.take(which), self.strand.take(which))


NO_HITS = Hits(np.zeros(0, np.int64), np.zeros(0, np.int64))


class Found(NamedTuple):
    """What a segment knows of a page's k-grams: `rare` hits; `common` pairs of page place and row of `commons`."""

    rare: Hits
    common: Hits


class Segment:
    """A segment opened for reading; mapped, never read as a whole."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._map = mapped(path)
        header = read_header(self._map, path)
        arrays = {name: np.frombuffer(self._map, kind, n, at) for name, (kind, at, n) in header["arrays"].items()}
        self.bits: int = header["bits"]
        self.buckets, self.rests, self.places = arrays["buckets"], arrays["rests"], arrays["places"]
        self.commons, self.crowd, self.aheads = arrays["commons"], arrays["crowd"], arrays["aheads"]
        self.strands, self.owners, self.sketch = arrays["strands"], arrays["owners"], arrays["sketch"]
        kind, at, n = header["arrays"]["sketch"]
        self._words = words(np.frombuffer(self._map, kind, n + 2 * ALIGN, at - ALIGN))
        self.names, self.rows = arrays["names"], arrays["rows"]
        self.foreign = len(self.owners) - len(self.rows)
        self.firsts, self.offsets, self.blocks = arrays["firsts"], arrays["offsets"], arrays["blocks"]
        self._unpacked = lru_cache(16)(self._unpack)

    def __len__(self) -> int:
        return len(self.rows)

    def find(self, hashes: Hashes) -> Found:
        """Look up the k-grams of a page."""
        below = HASH_BITS - self.bits
        bucket = (hashes >> np.uint64(below)).view(np.int64)
        word = self.buckets.take(bucket)
        finer = hashes >> np.uint64(below - FILTER_BITS) & np.uint64(31)
        page = np.flatnonzero(word >> finer & np.uint64(1))
        first = (word.take(page) >> np.uint64(32)).view(np.int64)
        counts = (self.buckets.take(bucket.take(page) + 1) >> np.uint64(32)).view(np.int64) - first
        ends = np.cumsum(counts)
        which = np.repeat(page, counts)
        entry = np.arange(len(which)) + np.repeat(first - ends + counts, counts)
        rest = (hashes & np.uint64((1 << below) - 1)).astype(self.rests.dtype)
        same = np.flatnonzero(self.rests.take(entry) == rest.take(which))
        page, place = which.take(same), self.places.take(entry.take(same)).astype(np.int64)
        common = place >= COMMON
        if not common.any():
            return Found(Hits(page, place), NO_HITS)
        return Found(Hits(page[~common], place[~common]), Hits(page[common], place[common] - COMMON))

    def count(self, hashes: Hashes) -> Places:
        """Return in how many places each fingerprint stands."""
        rare, common = self.find(hashes)
        counts = np.bincount(rare.page, minlength=len(hashes))
        counts[common.page] = (self.commons[common.strand + 1] - self.commons[common.strand]).astype(np.int64)
        return counts

    def eight(self, places: Places) -> Words:
        """Return the sketch from some places on, eight characters in one word.

        Up to ALIGN before the first place and behind the last are bytes of other arrays: no characters, and no harm.
        """
        return self._words[places + ALIGN]

    def owner(self, places: Places) -> Places:
        """Return the rows of the articles that hold some places.

        The places are made as narrow as the array they are sought in, which numpy would copy as a whole otherwise.
        """
        strand = self.strands.searchsorted(places.astype(self.strands.dtype), side="right") - 1
        return self.owners.take(strand).astype(np.int64)

    def strand(self, place: int) -> tuple[int, int]:
        """Return where the strand that holds a place begins and where its last character ends."""
        number = int(self.strands.searchsorted(self.strands.dtype.type(place), side="right"))
        return int(self.strands[number - 1]), int(self.strands[number]) - 1

    def row(self, article_id: str) -> int | None:
        """Return the row of the article with that id, or None."""
        name = name_hash(article_id)
        at = int(self.names.searchsorted(name))
        while at < len(self.names) and self.names[at] == name:
            if self.article(int(self.rows[at])).id == article_id:
                return int(self.rows[at])
            at += 1
        return None

    def may_have(self, names: Words) -> NDArray[np.bool_]:
        """Tell of which hashes of ids there is an article; `row` makes sure."""
        at = self.names.searchsorted(names)
        found: NDArray[np.bool_] = self.names.take(at, mode="clip") == names if len(self.names) else at < 0
        return found

    def article(self, row: int) -> Article:
        """Return the article in a row."""
        return records.read(self.record(row))

    def record(self, row: int) -> bytes:
        """Return the record in a row."""
        block = int(self.firsts.searchsorted(np.uint32(row), side="right")) - 1
        return self._unpacked(block)[row - int(self.firsts[block])]

    def records(self) -> Iterator[tuple[int, bytes]]:
        """Yield each row and its record, in order."""
        for block in range(len(self.firsts) - 1):
            yield from enumerate(self._unpack(block), start=int(self.firsts[block]))

    def _unpack(self, block: int) -> Sequence[bytes]:
        packed = self.blocks[int(self.offsets[block]) : int(self.offsets[block + 1])]
        return records.unpack(packed.tobytes())


def words(array: NDArray[np.uint8]) -> Words:
    """Return the eight bytes from each byte of an array on as one number, the first byte the lowest.

    They are to be picked one by one: a `take` would copy the array eightfold.
    """
    return np.ndarray((max(0, len(array) - 7),), np.dtype("<u8"), buffer=array.data, strides=(1,))


def mapped(path: Path) -> mmap.mmap:
    """Map a file for reading."""
    try:
        with path.open("rb") as file:
            return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    except ValueError as error:
        raise IndexFormatError("expected an index segment, found an empty file", path=path) from error


def read_header(content: mmap.mmap, path: Path) -> dict[str, Any]:
    """Return the header of a segment, checked."""
    try:
        header = json.loads(content[:HEADER])
        magic, version, size = header["magic"], header["format"], header["bytes"]
    except (ValueError, KeyError, TypeError) as error:
        raise IndexFormatError(
            "expected an index segment; delete the index folder and register again", path=path
        ) from error
    if magic != MAGIC or version != FORMAT:
        message = f"expected index format {FORMAT}, found {version}; delete the index folder and register again"
        raise IndexFormatError(message, path=path)
    if size != len(content):
        message = f"expected {size} bytes, found {len(content)}; delete the index folder and register again"
        raise IndexFormatError(message, path=path)
    return dict(header)


def name_hash(article_id: str) -> np.uint64:
    """Return 64 bits that stand for an article id."""
    digest = blake2b(article_id.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return np.uint64(int.from_bytes(digest, "little"))
