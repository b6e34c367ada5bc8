"""Lists of the evidence files with their SHA-256: what an authority puts its time under.

`stamps/000001.sha256` in the evidence folder names every file that was finished by then and in no earlier list, and
the list before it: the last one answers for all. Beside it lie the replies of authorities as they came. Anybody can
check them without this program, in the evidence folder:

    sha256sum -c stamps/000001.sha256
    openssl ts -verify -data stamps/000001.sha256 -in stamps/000001.tsa.example.tsr -CAfile roots.pem
"""

import fcntl
import hashlib
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from checker.errors import EvidenceError
from checker.files import DRAFT, put
from checker.keep.evidence import finished

STAMPS, LIST, REPLY = "stamps", ".sha256", ".tsr"
"""The folder of the lists and of what authorities replied, and how the names of both end."""

LINE = re.compile(r"(?P<digest>[0-9a-f]{64})  (?P<file>[^\n]+)")
"""What `sha256sum` writes and checks."""


@dataclass(frozen=True)
class Manifest:
    """One list: its file, and the folder that the names in it start from."""

    path: Path
    folder: Path

    @cached_property
    def data(self) -> bytes:
        """What is time-stamped: the list, byte for byte, which never changes. EvidenceError where it cannot be read."""
        try:
            return self.path.read_bytes()
        except OSError as error:
            raise EvidenceError(f"cannot be read: {error.strerror or error}", path=self.path) from error

    def digests(self) -> dict[str, str]:
        """Return the SHA-256 of each file that the list names; EvidenceError where a line is none of a list's."""
        found: dict[str, str] = {}
        for number, line in enumerate(self.data.decode("utf-8", "replace").splitlines(), start=1):
            parts = LINE.fullmatch(line)
            if parts is None:
                raise EvidenceError("expected a SHA-256 and a file", path=self.path, line=number)
            found[parts["file"]] = parts["digest"]
        return found

    def reply(self, authority: str) -> Path:
        """Return where the reply of an authority lies, or will."""
        return self.path.with_name(f"{self.path.stem}.{name_of(authority)}{REPLY}")

    def replies(self) -> dict[str, Path]:
        """Return the replies that are there, by the names of their authorities."""
        found = sorted(self.path.parent.glob(f"{self.path.stem}.*{REPLY}"))
        return {path.name.removeprefix(f"{self.path.stem}.").removesuffix(REPLY): path for path in found}


def manifests(folder: Path) -> list[Manifest]:
    """Return the lists of an evidence folder, the first one first."""
    return [Manifest(path, folder) for path in sorted((folder / STAMPS).glob(f"*{LIST}"))]


def extend(folder: Path) -> Manifest | None:
    """Write the next list where files were finished since the last one; return the last list, None where none is."""
    known = manifests(folder)
    listed = {file for manifest in known for file in manifest.digests()}
    new = [path for path in finished(folder) if path.relative_to(folder).as_posix() not in listed]
    if not new:
        return known[-1] if known else None
    named = [*(manifest.path for manifest in known[-1:]), *new]
    lines = [f"{digest(path)}  {path.relative_to(folder).as_posix()}\n" for path in named]
    manifest = Manifest(folder / STAMPS / f"{len(known) + 1:06}{LIST}", folder)
    keep(manifest.path, "".join(lines).encode())
    return manifest


def keep(path: Path, content: bytes) -> None:
    """Keep a list or a reply; EvidenceError where it cannot be written."""
    try:
        put(path, content)
    except OSError as error:
        raise EvidenceError(f"cannot be written: {error.strerror or error}", path=path) from error


@contextmanager
def stamping(folder: Path) -> Iterator[None]:
    """Have the lists for oneself; wait while another process has them. What it left half written is cleared away."""
    place = folder / STAMPS
    place.mkdir(parents=True, exist_ok=True)
    held = os.open(place, os.O_RDONLY)
    try:
        fcntl.flock(held, fcntl.LOCK_EX)
        for draft in place.glob(f"*{DRAFT}"):
            draft.unlink()
        yield
    finally:
        os.close(held)


def digest(path: Path) -> str:
    """Return the SHA-256 of a file, hexadecimal; EvidenceError where it cannot be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise EvidenceError(f"cannot be read: {error.strerror or error}", path=path) from error


def name_of(authority: str) -> str:
    """Return what a file's name says of an authority: its address without the scheme."""
    return re.sub(r"[^A-Za-z0-9.-]+", "_", authority.partition("://")[2]).strip("_.")
