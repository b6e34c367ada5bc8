"""Whole articles in the index's own files, so that a worker needs no database to align against one.

Articles are written as JSON, many to a compressed block, because neighbours compress each other.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

import zstandard

from checker.model import Article, Ownership

BLOCK_BYTES = 24_000
LEVEL = 3
CHARSET = "gb18030"
"""Two bytes for a Chinese character where UTF-8 takes three."""


def write(article: Article) -> bytes:
    """Return an article as JSON, fields at their default left out."""
    fields: dict[str, Any] = {"id": article.id, "title": article.title, "text": article.text}
    for name in ("url", "source", "channel"):
        if value := getattr(article, name):
            fields[name] = value
    if article.published:
        fields["published"] = article.published.isoformat()
    for name in ("authors", "tags", "notice"):
        if value := getattr(article, name):
            fields[name] = value
    if article.withdrawn:
        fields["withdrawn"] = True
    fields["publisher"], fields["ownership"] = article.publisher, article.ownership.value
    try:
        return json.dumps(fields, ensure_ascii=False, separators=(",", ":")).encode(CHARSET)
    except UnicodeEncodeError:  # a lone surrogate, which only an escape can carry
        return json.dumps(fields).encode("ascii")


def read(record: bytes) -> Article:
    """Return the article that `write` wrote."""
    fields: dict[str, Any] = json.loads(record.decode(CHARSET))
    if "published" in fields:
        fields["published"] = datetime.fromisoformat(fields["published"])
    for name in ("authors", "tags"):
        fields[name] = tuple(fields.get(name, ()))
    fields["notice"] = tuple((first, last) for first, last in fields.get("notice", ()))
    fields["ownership"] = Ownership(fields["ownership"])
    return Article(**fields)


def blocks(records: Iterable[bytes]) -> Iterator[tuple[int, bytes]]:
    """Pack records into compressed blocks; yields the number of records in each, and the block."""
    compressor = zstandard.ZstdCompressor(level=LEVEL)
    pending: list[bytes] = []
    size = 0
    for record in records:
        pending.append(record)
        size += len(record) + 1
        if size >= BLOCK_BYTES:
            yield len(pending), compressor.compress(b"\n".join(pending))
            pending, size = [], 0
    if pending:
        yield len(pending), compressor.compress(b"\n".join(pending))


def unpack(block: bytes) -> Sequence[bytes]:
    """Return the records of a block; JSON holds no line end of its own."""
    return zstandard.ZstdDecompressor().decompress(block).split(b"\n")
