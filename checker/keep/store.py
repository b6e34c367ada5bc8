"""The one door to the database: articles, runs, pages, cases, decisions, visits, watched sites."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from types import TracebackType
from typing import Self

from sqlalchemy import Connection, Engine

from checker.errors import StoreError
from checker.keep import articles, cases, curations, database, decisions, runs, sightings, sites, twins
from checker.keep.articles import Registered
from checker.keep.capture import Capture
from checker.keep.cases import Case, Wanted
from checker.keep.curations import Curation, Fact
from checker.keep.decisions import Bulk, Decision, Entry
from checker.keep.runs import PageRow, Run, Task
from checker.keep.sightings import Look, Visit
from checker.keep.sites import Site, Watched
from checker.model import Article, Examined, Ownership, PageOutcome
from checker.transactions import writing


class Store:
    """What is remembered. Every method is one transaction; instants are aware; StoreError where the database fails."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @classmethod
    def open(cls, address: str) -> Self:
        """Open the database at an address (sqlite:///..., postgresql+psycopg://...), migrated to this version."""
        return cls(database.connect(address))

    def close(self) -> None:
        """Let go of every connection."""
        self._engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def engine(self) -> Engine:
        """The database itself, for the crawl's frontier, which keeps tables of its own there."""
        return self._engine

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One transaction that sees one state of the database and changes nothing."""
        with database.guarded(self._engine), self._engine.connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One transaction that is kept whole or not at all."""
        with database.guarded(self._engine), writing(self._engine) as connection:
            yield connection

    # Articles

    def register(self, register: Iterable[Article], now: datetime) -> Registered:
        """Register articles, batch by batch; the same again changes nothing."""
        total = Registered()
        for batch in articles.batches(register):
            with self.writing() as connection:
                total += articles.register(connection, batch, now)
        return total

    def unregister(self, article: str, now: datetime) -> None:
        """Withdraw an article from matching; StoreError where none is registered by that id."""
        with self.writing() as connection:
            if not articles.unregister(connection, article, now):
                raise StoreError(f"no article {article!r} is registered")

    def article(self, identity: str) -> Article:
        """Return a registered article; StoreError where there is none."""
        with self.reading() as connection:
            found = articles.article(connection, identity)
        if found is None:
            raise StoreError(f"no article {identity!r} is registered")
        return found

    def articles(self, ownership: Ownership | None = None) -> Iterator[Article]:
        """Return the registered articles (of one ownership), in the order of their ids."""
        with self.reading() as connection:
            yield from articles.articles(connection, ownership)

    # Runs and pages

    def begin(self, task: Task, now: datetime, *, planned: int | None = None) -> int:
        """Open a run (scan, recheck, judge) and return its number; dead runs are marked interrupted."""
        with self.writing() as connection:
            return runs.begin(connection, task, now, planned)

    def resume(self, task: Task, now: datetime, *, join: bool) -> int:
        """Take up the latest run of a task if it was interrupted, or `join` it at work; else open one."""
        with self.writing() as connection:
            taken = runs.resume(connection, task, now, join=join)
            return runs.begin(connection, task, now) if taken is None else taken

    def end(self, run: int, state: str, now: datetime) -> None:
        """Close a run as complete or interrupted."""
        with self.writing() as connection:
            runs.end(connection, run, state, now)

    def keep(self, run: int, examined: Examined, now: datetime, capture: Capture | None = None) -> tuple[str, ...]:
        """Keep what became of a page, with its cases, in one transaction; return the cases' ids.

        Where the database goes away meanwhile, it is done again: doing it twice is the same as doing it once.
        """
        try:
            return self._keep(run, examined, now, capture)
        except StoreError as error:
            if not database.gone(error):
                raise
            return self._keep(run, examined, now, capture)

    def _keep(self, run: int, examined: Examined, now: datetime, capture: Capture | None) -> tuple[str, ...]:
        with self.writing() as connection:
            kept = None if capture is None else runs.keep_capture(connection, capture)
            runs.keep_page(connection, run, examined, now, kept)
            return sightings.scan(connection, Look(run, examined, now, kept))

    def settle(self, run: int, examined: Examined, now: datetime, capture: Capture) -> tuple[str, ...]:
        """Keep what a run made of the cases of a page that it did not look at itself; return the cases' ids."""
        with self.writing() as connection:
            kept = runs.keep_capture(connection, capture)
            return sightings.scan(connection, Look(run, examined, now, kept))

    def note_read(self, run: int, archive: str, read: int) -> None:
        """Note that a run has kept every page of an archive's records that begin before a byte."""
        with self.writing() as connection:
            runs.note_read(connection, run, archive, read)

    def read_up_to(self, run: int, archive: str) -> int:
        """Return up to which byte a run has read an archive."""
        with self.reading() as connection:
            return runs.read_up_to(connection, run, archive)

    def runs(self, now: datetime) -> tuple[Run, ...]:
        """Return every run, the latest first; a running one whose process is dead shows as interrupted."""
        with self.reading() as connection:
            return tuple(runs.judged_now(run, now) for run in runs.runs(connection))

    def last_run(self) -> int:
        """Return the number of the latest run; StoreError where there is none."""
        with self.reading() as connection:
            return runs.last(connection)

    def pages(self, run: int) -> Iterator[PageRow]:
        """Return the pages of a run with their outcomes, in the order of their addresses."""
        with self.reading() as connection:
            yield from runs.pages(connection, run)

    def coverage(self, run: int) -> dict[PageOutcome, int]:
        """Return how many pages of a run ended in each outcome."""
        with self.reading() as connection:
            return runs.coverage(connection, run)

    def coverage_by_site(self, run: int) -> dict[str, dict[PageOutcome, int]]:
        """Return the same for each site of the run."""
        with self.reading() as connection:
            return runs.coverage_by_site(connection, run)

    # Cases

    def cases(self, wanted: Wanted = Wanted()) -> Iterator[Case]:  # noqa: B008 - frozen
        """Return the wanted cases, in the order of page address and article."""
        with self.reading() as connection:
            yield from cases.cases(connection, wanted)

    def case(self, prefix: str) -> Case:
        """Return the case whose id starts so; StoreError where there is none, or more than one."""
        with self.reading() as connection:
            return cases.case(connection, prefix)

    def twins(self, ids: Sequence[str]) -> dict[str, str]:
        """Return which of these cases show the same repost under another address of the site: id -> id of the first."""
        with self.reading() as connection:
            return twins.twins(connection, ids)

    def same(self, case: str) -> tuple[str, ...]:
        """Return the other cases that show the same repost under other addresses of the site."""
        with self.reading() as connection:
            return twins.same(connection, case)

    def captures(self, *, every: bool = False) -> Iterator[Capture]:
        """Return the captures that a case rests on, the oldest first; with `every`, also those of earlier looks."""
        with self.reading() as connection:
            yield from cases.captures(connection, every=every)

    def page_text(self, case: str) -> str:
        """Return the visible text of a case's page, into which its passages point."""
        with self.reading() as connection:
            return cases.page_text(connection, case)

    # Decisions

    def decide(self, case: str, decision: Decision, now: datetime) -> Entry:
        """Move a case as a person decided; UsageError where that is not allowed."""
        with self.writing() as connection:
            return decisions.decide(connection, case, decision, now)

    def decide_all(self, ids: Iterable[str], decision: Decision, now: datetime, *, dry_run: bool = False) -> Bulk:
        """Decide on many cases at once; what a person decided before is left alone."""
        with self.writing() as connection:
            return decisions.decide_all(connection, ids, decision, now, dry_run=dry_run)

    def undo(self, case: str, who: str, now: datetime, *, comment: str = "") -> Entry:
        """Take the last decision on a case back."""
        with self.writing() as connection:
            return decisions.undo(connection, case, who, comment, now)

    def expire(self, now: datetime) -> tuple[str, ...]:
        """Bring cases whose decision has run out back to detected; return their ids."""
        with self.reading() as connection:
            if not decisions.run_out(connection, now):
                return ()
        with self.writing() as connection:
            return decisions.expire(connection, now)

    def history(self, case: str) -> tuple[Entry, ...]:
        """Return everything that happened to a case, the oldest first."""
        with self.reading() as connection:
            return decisions.history(connection, case)

    def curate(self, curation: Curation) -> None:
        """Correct a fact: an article's owner or first publication, a domain's organisation."""
        with self.writing() as connection:
            curations.curate(connection, curation)

    def curated(self, fact: Fact) -> dict[str, str]:
        """Return the corrected facts that hold now: subject -> value."""
        with self.reading() as connection:
            return curations.curated(connection, fact)

    def curations(self) -> tuple[Curation, ...]:
        """Return every correction of a fact ever made, the oldest first."""
        with self.reading() as connection:
            return curations.curations(connection)

    # Re-check

    def due_visits(self, now: datetime) -> tuple[str, ...]:
        """Return the addresses whose cases are due for a visit, the longest waiting first."""
        with self.reading() as connection:
            return sightings.due(connection, now)

    def visit(
        self, run: int, url: str, examined: Examined, now: datetime, capture: Capture | None = None
    ) -> tuple[Visit, ...]:
        """Keep what a visit to a case's address saw (`url` as `due_visits` gave it), in one transaction."""
        with self.writing() as connection:
            kept = None if capture is None else runs.keep_capture(connection, capture)
            runs.keep_page(connection, run, examined, now, kept)
            return sightings.visit(connection, Look(run, examined, now, kept, visit=True), url)

    def visits(self, case: str) -> tuple[Visit, ...]:
        """Return every visit to a case's page, the oldest first."""
        with self.reading() as connection:
            return sightings.visits(connection, case)

    # Watch list

    def watch(self, site: Site, now: datetime) -> None:
        """Put a site on the watch list, due at once, or change how it is watched."""
        with self.writing() as connection:
            sites.watch(connection, site, now)

    def unwatch(self, url: str) -> None:
        """Take a site off the watch list; StoreError where it is not on it."""
        with self.writing() as connection:
            sites.unwatch(connection, url)

    def sites(self, due: datetime | None = None) -> tuple[Watched, ...]:
        """Return the watched sites, in the order of their addresses; with `due`, those to scan by then."""
        with self.reading() as connection:
            return sites.sites(connection, due)

    def scanned(self, url: str, run: int, now: datetime) -> None:
        """Note what a scan of a watched site found, and when it is due again."""
        with self.writing() as connection:
            sites.scanned(connection, url, run, now)
