"""Lay out a new workspace: `checker.toml`, `rules/`, `corpus/`, `data/`."""

import shutil
from pathlib import Path

from checker.errors import WorkspaceError
from checker.settings import FILE

PARTS = (FILE, "rules", "corpus")


def starter() -> Path:
    """Return the folder new workspaces are copied from: inside an installed package, or the repository itself."""
    packaged = Path(__file__).with_name("starter")
    return packaged if packaged.is_dir() else Path(__file__).resolve().parent.parent


def lay_out(folder: Path) -> tuple[Path, ...]:
    """Make a workspace in `folder` and return what was made; nothing that exists is overwritten."""
    standing = [name for name in PARTS if (folder / name).exists()]
    if standing:
        raise WorkspaceError(f"already holds {', '.join(standing)}; expected a folder without a workspace", path=folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name in reversed(PARTS):  # the settings file last: only a whole workspace is one
            source = starter() / name
            copy = shutil.copytree if source.is_dir() else shutil.copyfile
            copy(source, folder / name)
        (folder / "data").mkdir(exist_ok=True)
    except OSError as error:
        raise WorkspaceError(f"cannot be laid out: {error.strerror}", path=error.filename or folder) from error
    return tuple(folder / name for name in (*PARTS, "data"))
