"""`checker init`: lay out a workspace."""

from pathlib import Path
from typing import Annotated

import typer

from checker.cli.app import app
from checker.cli.console import say
from checker.workspace import lay_out


@app.command()
def init(folder: Annotated[Path, typer.Argument(metavar="[DIR]", show_default=False)] = Path()) -> None:
    """Lay out a new workspace in DIR (default: here): checker.toml, rules/, corpus/, data/."""
    lay_out(folder)
    say(f"workspace ready in {folder.resolve()}")
    say("next: set crawl.contact in checker.toml, then: checker register corpus/")
