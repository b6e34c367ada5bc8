"""`checker register` and `checker unregister`: what is protected."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import typer

from checker.cli.app import app
from checker.cli.console import progress, say
from checker.cli.options import Targets, WorkspaceOption, workspace_at
from checker.crawl.targets import pages
from checker.errors import ArticleError, UsageError
from checker.judge.pack import Pack
from checker.keep.articles import Registered
from checker.keep.store import Store
from checker.match.index import Index
from checker.model import Article, Document
from checker.read.document import read, read_text
from checker.read.outlets import load_reading
from checker.register.corpus import read_corpus
from checker.register.entry import enter, strike
from checker.register.online import articles_at
from checker.register.record import Registration
from checker.scan import pack_of
from checker.settings import Workspace


@app.command()
def register(targets: Targets, workspace: WorkspaceOption = None) -> None:
    """Register articles: corpus files (.md), .jsonl files, folders of them; article pages, feeds and sitemaps by URL.

    The same again changes nothing. What cannot be registered is refused with file, line and reason; the rest goes in.
    """
    place = workspace_at(workspace)
    pack = pack_of(place)
    for target in targets:
        if not is_url(target) and not Path(target).exists():
            raise UsageError(f"{target}: expected a corpus file, a folder or an address; there is none of that name")
    refused: list[ArticleError] = []
    with Store.open(place.database) as store:
        articles = counted(accepted(targets, place, pack, refused))
        total = enter(articles, Index.open(place.index), store, datetime.now(UTC))
    for error in refused:
        say(f"refused {error}")
    say(summary(total, len(refused)))


@app.command()
def unregister(
    identity: Annotated[str, typer.Argument(metavar="ID", show_default=False)], workspace: WorkspaceOption = None
) -> None:
    """Take an article out of the register; its past findings stay."""
    place = workspace_at(workspace)
    with Store.open(place.database) as store:
        strike(identity, Index.open(place.index), store, datetime.now(UTC))
    say(f"unregistered {identity}")


def counted(articles: Iterable[Article]) -> Iterator[Article]:
    """Pass articles on, counted as progress."""
    with progress() as bar:
        task = bar.add_task("articles", total=None, note="")
        for article in articles:
            bar.advance(task)
            yield article


def is_url(target: str) -> bool:
    """Tell an address from a file name."""
    return urlsplit(target).scheme in {"http", "https"}


def summary(total: Registered, refused: int) -> str:
    """Say how registering ended."""
    return f"registered {total.registered}, updated {total.updated}, unchanged {total.unchanged}, refused {refused}"


def accepted(targets: Iterable[str], place: Workspace, pack: Pack, refused: list[ArticleError]) -> Iterator[Article]:
    """Yield the articles that can be registered; the others go to `refused`."""
    reading = load_reading(place.rules / "credits.toml", pack.publisher)
    registration = Registration(
        {pack.publisher.id: pack.publisher},
        place.settings.zone,
        lambda html: main_text(read_text(html, "", reading)),
    )
    online = articles_at(
        [target for target in targets if is_url(target)],
        lambda urls: pages(urls, place.settings.crawl, single=True),
        partial(read, reading=reading),
        pack.publisher,
        registration,
    )
    files = (found for target in targets if not is_url(target) for found in read_corpus(Path(target), registration))
    for found in chain(files, online):
        if isinstance(found, ArticleError):
            refused.append(found)
        else:
            yield found


def main_text(document: Document) -> str:
    """Return the article of a page without what stands around it."""
    return document.text[slice(*document.main)]
