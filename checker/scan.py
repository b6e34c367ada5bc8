"""The road: a page comes in, verdicts come out. Here the stations are composed, and nowhere else.

    page -> screen -> read -> match -> judge

Screening is cheap and cannot hang, so it runs where the pages arrive. A page that shares text with a registered article
is dear and may be hostile: it is read, matched and judged in a worker process with a deadline.
"""

import gc
import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain
from typing import Self

from checker import __version__
from checker.errors import PageError, RulePackError
from checker.glyphs import PageText
from checker.judge.licence import load_licences
from checker.judge.pack import Pack, load_pack
from checker.judge.policy import Policy
from checker.match.align import align
from checker.match.index import MANIFEST, Index
from checker.match.weigh import weigh
from checker.model import Article, Document, Examined, Match, MatchKind, Page, PageOutcome
from checker.read.decode import decode
from checker.read.document import read
from checker.read.outlets import Reading, load_reading
from checker.read.plain import scripted
from checker.read.refusal import Refusals, load_refusals
from checker.read.screen import Screened, is_shell, screen
from checker.settings import Workspace
from checker.workers import Lost, Workers

PUBLISHERS = "publishers"
"""The folder below the rules that holds the rule pack of this workspace's publisher."""

DEADLINE = 20.0
"""Seconds a worker may take over one page."""

MEMORY = 300_000_000
"""Bytes a worker may take over one page."""

YOUNG = 200_000
"""Objects a page makes before the collector looks into it: more than all but the largest pages do."""

AT_ONCE = 96
"""Pages of a file that are screened together: of fewer, the calls cost more; of more, their arrays leave the cache."""

BATCH = 12_000_000
"""Bytes of pages from which on no more are screened with them."""


@dataclass(frozen=True)
class Suspect:
    """A page that shares text with registered articles, and is to be read; `text` as in `Examined`."""

    page: Page
    text: str = ""


@dataclass(frozen=True)
class Road:
    """The stations of one workspace, opened: what is looked for, and what is known about reading and judging.

    `knowledge` is a digest of all of it: the same page judged by the same knowledge gives the same verdicts.
    """

    index: Index
    pack: Pack
    reading: Reading
    refusals: Refusals
    policy: Policy
    knowledge: str = ""

    @classmethod
    def open(cls, workspace: Workspace) -> Self:
        """Open the index and read everything under rules/; the errors say which file is wrong."""
        pack = pack_of(workspace)
        return cls(
            index=Index.open(workspace.index),
            pack=pack,
            reading=load_reading(workspace.rules / "credits.toml", pack.publisher),
            refusals=load_refusals(workspace.rules / "refusals.toml"),
            policy=Policy(pack, load_licences(workspace.rules / "licences.toml")),
            knowledge=knowledge(workspace),
        )

    def screen(self, pages: Sequence[Page]) -> list[Examined | Suspect]:
        """Settle the pages that need no reading, and say which may repeat an article, in their order."""
        seen = [self._seen(page) for page in pages]
        touches = iter(self.index.touches([each.page for each in seen if isinstance(each, Screened)]))
        return [
            each
            if isinstance(each, Examined)
            else Suspect(page, digest(each.page))
            if next(touches)
            else Examined(page, PageOutcome.CLEAN, charset=each.charset, text=digest(each.page))
            for page, each in zip(pages, seen, strict=True)
        ]

    def _seen(self, page: Page) -> Screened | Examined:
        """Return the text of a page to be looked up, or why there is none."""
        try:
            return screen(page, self.refusals)
        except PageError as bad:
            return Examined(page, bad.outcome, bad.reason)

    def is_shell(self, page: Page) -> bool:
        """Whether a page says nothing before its scripts have run, so that a browser should render it."""
        return is_shell(page, self.refusals)

    def examine(self, suspect: Suspect) -> Examined:
        """Read a suspect page, align it with its candidates, and judge what it really repeats."""
        try:
            document = read(suspect.page, self.reading)
        except PageError as bad:
            return Examined(suspect.page, bad.outcome, bad.reason)
        matches = self.matches(document)
        verdicts = tuple(
            self.policy.judge(document, match, captured=suspect.page.captured, matches=matches) for match in matches
        )
        if not verdicts and (unwritten := self.unwritten(suspect.page, document)):
            return Examined(suspect.page, PageOutcome.BLOCKED, unwritten, charset=document.charset)
        outcome = PageOutcome.MATCHED if verdicts else PageOutcome.CLEAN
        return Examined(suspect.page, outcome, charset=document.charset, verdicts=verdicts, text=suspect.text)

    def unwritten(self, page: Page, document: Document) -> str:
        """Say which article a page has in its scripts, to be written by them, and not in its text; "" for none."""
        text = scripted(decode(page.body, page.header("content-type")).text)
        if not text:
            return ""
        matches = self.matches(replace(document, text=text, main=(0, len(text))))
        whole = [match.article.id for match in matches if match.kind in {MatchKind.FULL, MatchKind.NEAR}]
        return (
            f"only its scripts have the text of article {whole[0]}: it must be looked at in a browser" if whole else ""
        )

    def matches(self, document: Document) -> tuple[Match, ...]:
        """Return the matches of a document: the articles that it does repeat, with their passages."""
        aligned = (self.match(each.article, document) for each in self.index.candidates(document.text))
        return weigh(tuple(match for match in aligned if match is not None))

    def match(self, article: Article, document: Document) -> Match | None:
        """Align one article with a document; what many articles share alone makes no match."""
        return align(article, document, self.pack.thresholds, stock=self.index.stock(article))


def digest(page: PageText) -> str:
    """Return a digest of a page's Chinese text, which is the same whatever numbers and markup change around it."""
    return hashlib.sha256(page.glyphs.units.tobytes()).hexdigest() if len(page.glyphs.units) else ""


def pack_of(workspace: Workspace) -> Pack:
    """Load the rule pack of the workspace's publisher: the one file in rules/publishers."""
    packs = sorted((workspace.rules / PUBLISHERS).glob("*.toml"))
    if len(packs) != 1:
        found = ", ".join(path.name for path in packs) or "none"
        raise RulePackError(f"expected one rule pack in this folder, found {found}", path=workspace.rules / PUBLISHERS)
    return load_pack(packs[0])


def knowledge(workspace: Workspace) -> str:
    """Return a digest of this version, every file under rules/, and the index's manifest."""
    files = [*sorted(workspace.rules.rglob("*.toml")), workspace.index / MANIFEST]
    held = [path.read_bytes() for path in files if path.is_file()]
    return hashlib.sha256(b"\0".join([__version__.encode(), *held])).hexdigest()


def examined(
    workspace: Workspace, road: Road, pages: Iterable[Page], *, workers: int = 1, at_once: int = 1
) -> Iterator[Examined]:
    """Take pages down the road and yield what became of each, in their order; a lost worker costs only its page.

    Pages that need not be waited for are screened AT_ONCE, which is quicker.
    """
    staff: Workers[Examined | Suspect, Examined] = Workers(
        partial(_worker, workspace),
        workers,
        DEADLINE,
        MEMORY,
        known=lambda item: item if isinstance(item, Examined) else None,
    )
    screened = chain.from_iterable(map(road.screen, batches(pages, at_once)))
    for item, answer in staff.map(screened):
        yield Examined(item.page, PageOutcome.PARSE_TIMEOUT, answer.detail) if isinstance(answer, Lost) else answer


def batches(pages: Iterable[Page], most: int) -> Iterator[list[Page]]:
    """Yield pages in lists of `most`, or fewer where their bodies are large."""
    batch: list[Page] = []
    size = 0
    for page in pages:
        batch.append(page)
        size += len(page.body)
        if len(batch) >= most or size > BATCH:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def documents(workspace: Workspace, pages: Iterable[Page]) -> Iterator[tuple[Page, Document | PageError]]:
    """Read pages in a worker process and yield what each says, or why it cannot be read, in their order."""
    staff: Workers[Page, Document | PageError] = Workers(partial(_reader, workspace), 1, DEADLINE, MEMORY)
    for page, answer in staff.map(pages):
        yield page, PageError(PageOutcome.PARSE_TIMEOUT, answer.detail) if isinstance(answer, Lost) else answer


def _reader(workspace: Workspace) -> "partial[Document | PageError]":
    """Load what is known about reading in a worker process."""
    pack = pack_of(workspace)
    reading = load_reading(workspace.rules / "credits.toml", pack.publisher)
    settle()
    return partial(_read, reading)


def _read(reading: Reading, page: Page) -> Document | PageError:
    if page.outcome is not None:
        return PageError(page.outcome, page.reason)
    try:
        return read(page, reading)
    except PageError as error:
        return error
    finally:
        tidy()


def _worker(workspace: Workspace) -> "partial[Examined]":
    """Open the road in a worker process."""
    road = Road.open(workspace)
    settle()
    return partial(_examine, road)


def settle() -> None:
    """Spare the collector what a worker holds for good, and keep it from looking into the page that is being read."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG)


def tidy() -> None:
    """Free a page's tree, all cycles, before the next page comes; all there is after a page that was looked into."""
    gc.collect(2 if gc.get_count()[1] else 1)


def _examine(road: Road, item: Examined | Suspect) -> Examined:
    try:
        return road.examine(item) if isinstance(item, Suspect) else item
    finally:
        tidy()
