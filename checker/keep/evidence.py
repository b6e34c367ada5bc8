"""Every matched page, kept byte for byte in WARC files that one process at a time writes to.

The order is: first the page goes into a file and the disk has it, then the database is told where it lies. What a
killed process leaves half written is cut off when the folder is next opened; nothing in the database points there.
"""

import fcntl
import hashlib
import os
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import Self

from checker.errors import EvidenceError
from checker.files import sync
from checker.keep import warc
from checker.keep.capture import Capture
from checker.model import Page

FULL = 1_000_000_000
"""A file of this many bytes is closed and a new one begun."""

MARK = ".open"
"""Beside each file that is being written lies an empty file of this ending: a killed writer leaves it behind."""


@dataclass(frozen=True)
class Flaw:
    """A kept record that is no longer what it was."""

    file: str
    offset: int
    reason: str


class Evidence:
    """A folder of WARC files: `keep` pages, `load` them again, `verify` them all."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._file: int | None = None
        self._path = folder
        self._lock = Lock()

    @classmethod
    def open(cls, folder: Path) -> Self:
        """Open the folder, made where it is missing; files that a killed process left behind are put in order."""
        try:
            folder.mkdir(parents=True, exist_ok=True)
            for mark in sorted(folder.glob(f"*/*{MARK}")):
                _mend(mark)
        except OSError as error:
            raise EvidenceError(f"cannot be used for evidence: {error.strerror or error}", path=folder) from error
        return cls(folder)

    def close(self) -> None:
        """Close the file that is being written."""
        with self._lock:
            self._close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def keep(self, page: Page) -> Capture:
        """Keep a page and return where it lies; on return the disk has it. EvidenceError where it cannot be written."""
        data = warc.group(page)
        with self._lock:
            try:
                offset = self._append(data)
            except OSError as error:
                raise EvidenceError(f"the page cannot be kept: {error.strerror or error}", path=self._path) from error
            file = self._path.relative_to(self._folder).as_posix()
        return Capture(file, offset, len(data), hashlib.sha256(page.body).hexdigest(), page.url, page.captured)

    def load(self, capture: Capture) -> Page:
        """Return a kept page; EvidenceError where it is missing, damaged, or another one than the capture says."""
        path = self._folder / capture.file
        try:
            with path.open("rb") as stream:
                stream.seek(capture.offset)
                data = stream.read(capture.length)
            page = warc.ungroup(data)
        except OSError as error:
            raise EvidenceError(f"cannot be read: {error.strerror or error}", path=path) from error
        except EvidenceError as error:
            raise EvidenceError(f"at byte {capture.offset}: {error.message}", path=path) from error
        if hashlib.sha256(page.body).hexdigest() != capture.sha256:
            raise EvidenceError(f"at byte {capture.offset}: another page than was kept here", path=path)
        return page

    def verify(self) -> Iterator[Flaw]:
        """Read every file again and return each record whose digest is wrong, and where a file is cut or damaged."""
        for path in sorted(self._folder.glob("*/*.warc.gz")):
            name, end = path.relative_to(self._folder).as_posix(), 0
            with path.open("rb") as stream:
                for record in warc.records(stream):
                    end = record.end
                    if not record.sound:
                        yield Flaw(name, record.start, "its block is not what its digest says")
            if end != path.stat().st_size:
                yield Flaw(name, end, "no whole record from here on")

    def _append(self, data: bytes) -> int:
        if self._file is not None and os.fstat(self._file).st_size >= FULL:
            self._close()
        if self._file is None:
            self._begin()
        assert self._file is not None  # noqa: S101 - for the type checker
        offset = os.fstat(self._file).st_size
        try:
            _write(self._file, data)
        except OSError:
            os.ftruncate(self._file, offset)
            raise
        return offset

    def _begin(self) -> None:
        now = datetime.now(UTC)
        self._path = self._folder / f"{now:%Y-%m}" / f"{now:%Y%m%dT%H%M%SZ}-{uuid.uuid4().hex[:8]}.warc.gz"
        self._path.parent.mkdir(exist_ok=True)
        self._file = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_EXCL, 0o644)
        fcntl.flock(self._file, fcntl.LOCK_EX)
        _mark(self._path).touch()
        _write(self._file, warc.opening(self._path.name, now))
        sync(self._path.parent)

    def _close(self) -> None:
        if self._file is not None:
            os.close(self._file)
            _mark(self._path).unlink(missing_ok=True)
            self._file = None


def finished(folder: Path) -> list[Path]:
    """Return the files of an evidence folder that nobody writes to any more, in the order of their names.

    A file is marked before its first byte is written: one that has bytes and no mark will never change again.
    """
    begun = [path for path in sorted(folder.glob("*/*.warc.gz")) if path.stat().st_size]
    return [path for path in begun if not _mark(path).exists()]


def _mark(path: Path) -> Path:
    return path.with_name(path.name + MARK)


def _mend(mark: Path) -> None:
    path = mark.with_name(mark.name.removesuffix(MARK))
    try:
        file = os.open(path, os.O_RDWR)
    except FileNotFoundError:
        mark.unlink(missing_ok=True)
        return
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:  # its writer is alive
        os.close(file)
        return
    with os.fdopen(file, "r+b") as stream:
        end = 0
        for record in warc.records(stream):
            end = record.end
        stream.truncate(end)
        os.fsync(stream.fileno())
    mark.unlink(missing_ok=True)


def _write(file: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(file, view) :]
    os.fsync(file)
