"""Files that a crash leaves whole: the old one or the new one, never half of either."""

import os
from pathlib import Path

DRAFT = ".part"
"""How the name of a file ends until it is whole."""


def put(path: Path, content: bytes) -> None:
    """Put content into a file's place; on return the disk has it. OSError where it cannot be written."""
    draft = path.with_name(path.name + DRAFT)
    with draft.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    sync(path.parent)


def sync(folder: Path) -> None:
    """Have the disk know which files a folder holds."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
