"""Where one kept page lies in the evidence."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Capture:
    """One page in a WARC file of the evidence folder.

    `file` is relative to the folder; `offset` and `length` are bytes of the compressed file, from the response record
    up to the last record that belongs to it; `sha256` is the hexadecimal digest of `Page.body`.
    """

    file: str
    offset: int
    length: int
    sha256: str
    url: str
    captured: datetime


@dataclass(frozen=True)
class Proof:
    """That a file was there by a time, as an authority says; `at` is None where nobody says so yet."""

    at: datetime | None = None
    authority: str = ""
