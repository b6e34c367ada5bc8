"""Files that a crash leaves whole: the old one or the new one, never half of either."""

import os
from contextlib import suppress
from pathlib import Path

DRAFT = ".part"
"""How the name of a file ends until it is whole."""


def put(path: Path, content: bytes) -> None:
    """Put content into a file's place; on return the disk has it. OSError, and no trace, where it cannot be written.

    Each process writes a draft of its own: of several that write at once the last one counts.
    """
    draft = path.with_name(f".{path.name}.{os.getpid()}{DRAFT}")
    try:
        with draft.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except OSError:
        with suppress(OSError):
            draft.unlink(missing_ok=True)
        raise
    sync(path.parent)


def sync(folder: Path) -> None:
    """Have the disk know which files a folder holds."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
