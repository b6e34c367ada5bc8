"""What a user points the checker at -> pages: addresses, lists of them, WARC files and folders, HTML files, `-`."""

import csv
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple
from urllib.parse import urlsplit

from checker.crawl import live, warc
from checker.crawl.addresses import canonical, of_file, site
from checker.crawl.browser import Browser, require_browser
from checker.crawl.fetch import Fetcher, user_agent
from checker.crawl.queue import Errand, Frontier
from checker.crawl.rows import digest
from checker.errors import UsageError
from checker.model import Page, PageOutcome
from checker.settings import Crawl

PART = re.compile(r"(?P<path>.+\.warc(?:\.gz|\.zst)?)#(?P<number>\d+)/(?P<parts>[1-9]\d*)")
"""One of several parts of a WARC file, so that processes and machines can share it: pages.warc.gz#2/4."""

TABLES = (".csv", ".tsv")
HEADS = frozenset(
    {"url", "address", "site", "homepage", "link", "domain", "host", "網址", "网址", "網站", "网站", "域名"}
)
"""What the head of the column with the addresses may say."""

COMMENT = re.compile(r"(?:^|\s)#.*", re.DOTALL)
NAME = re.compile(r"(?:[\w-]+\.)+[^\W\d_]{2,}", re.UNICODE)
"""A bare host name."""

WARCS = (".warc", ".warc.gz", ".warc.zst")
HTML = (".html", ".htm", ".xhtml", ".shtml")


@dataclass(frozen=True)
class Archive:
    """A WARC file, or the part of it that one of several processes takes."""

    path: Path
    part: int = 1
    parts: int = 1

    def range(self) -> tuple[int, int | None]:
        """Return the bytes to read; an empty range where the file has fewer records than parts."""
        if self.parts == 1:
            return 0, None
        ranges = warc.split(self.path, self.parts)
        return ranges[self.part - 1] if self.part <= len(ranges) else (0, 0)

    def pages(self, settings: Crawl, after: int = 0) -> Iterator[Page]:
        """Yield the pages of its records, but for those that begin before byte `after`."""
        start, end = self.range()
        return warc.pages(self.path, limit=settings.max_bytes, start=start, end=end, after=after)

    @property
    def name(self) -> str:
        """Return what it is known by, for as long as it is not changed."""
        status = self.path.stat()
        return f"{digest(str(self.path.resolve()))} {self.part}/{self.parts} {status.st_size} {status.st_mtime_ns}"


class Row(NamedTuple):
    """One address that is asked for: where it stands, and what stands beside it, by the heads of a table's columns."""

    place: str
    address: str
    beside: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True)
class Plan:
    """Targets, understood: what the live crawl is asked for, and by which line; files in the order given."""

    asked: tuple[tuple[Errand, Row], ...] = ()
    warcs: tuple[Archive, ...] = ()
    htmls: tuple[Path, ...] = ()
    stdin: bool = False

    @property
    def seeds(self) -> tuple[Errand, ...]:
        """The seeds of the live crawl."""
        return tuple(errand for errand, _ in self.asked)

    def saved(self, settings: Crawl) -> Iterator[Page]:
        """Yield the saved pages."""
        for path in self.htmls:
            yield html_file(path, limit=settings.max_bytes)


def pages(
    targets: Sequence[str],
    settings: Crawl,
    *,
    stdin: Callable[[], bytes] = bytes,
    frontier: Frontier | None = None,
    validators: live.Validators = live.no_validators,
    single: bool = False,
    shell: Callable[[Page], bool] | None = None,
) -> Iterator[Page]:
    """Yield one page for each address, record and file that the targets name; local ones first.

    Never raises for a bad page: it carries its outcome. UsageError for a target that is none, before any page. With
    `single`, an address that ends in / is one page too, not the site below it. `shell` tells which pages only a script
    fills: those are rendered, where `crawl.browser` names a browser.
    """
    plan = understood(targets, settings)
    seeds = tuple(replace(each, site="", section="") for each in plan.seeds) if single else plan.seeds
    if plan.stdin:
        yield local("-", stdin(), datetime.now(UTC), limit=settings.max_bytes)
    yield from plan.saved(settings)
    for archive in plan.warcs:
        yield from archive.pages(settings)
    if seeds:
        with Fetcher(settings) as fetcher, rendering(settings, shell) as render:
            yield from live.pages(
                seeds,
                settings,
                fetcher=fetcher,
                frontier=frontier,
                validators=validators,
                render=render,
            )


@contextmanager
def rendering(settings: Crawl, shell: Callable[[Page], bool] | None) -> Iterator[live.Render | None]:
    """Give what renders the pages that are shells, with a browser at hand; None where nothing is rendered."""
    if not settings.browser or shell is None:
        yield None
        return
    with Browser(settings, user_agent(settings.contact)) as browser:
        yield lambda page, fetch: browser.render(page, fetch) if shell(page) else page


def understood(targets: Sequence[str], settings: Crawl) -> Plan:
    """Understand every target; UsageError names the one that is none, SettingsError a live crawl without contact."""
    asked: list[tuple[Errand, Row]] = []
    warcs: list[Archive] = []
    htmls: list[Path] = []
    for target in targets:
        if target == "-":
            continue
        if "://" in target:
            asked.append((seed(target), Row(target, target)))
            continue
        path = Path(target)
        if part := PART.fullmatch(target):
            warcs.append(archive_part(part))
        elif path.is_dir():
            warcs += map(Archive, folder(path))
        elif not path.is_file():
            raise UsageError(f"{target}: no such file; expected an address, a file or a folder")
        elif path.name.lower().endswith(WARCS):
            warcs.append(Archive(path))
        elif path.suffix.lower() in HTML:
            htmls.append(path)
        else:
            asked += listed(path)
    if asked:
        live.require_contact(settings)
        require_browser(settings)
    return Plan(tuple(asked), tuple(warcs), tuple(htmls), stdin="-" in targets)


def archive_part(part: re.Match[str]) -> Archive:
    """Return the part of an archive that a target such as `pages.warc.gz#2/4` names."""
    path, number, parts = Path(part["path"]), int(part["number"]), int(part["parts"])
    if not path.is_file():
        raise UsageError(f"{path}: no such file; expected a WARC file before #{number}/{parts}")
    if not 1 <= number <= parts:
        raise UsageError(f"{part[0]}: expected a part from 1 to {parts}, not {number}")
    return Archive(path, number, parts)


def folder(path: Path) -> list[Path]:
    """Return the WARC files of a folder and its subfolders, sorted."""
    found = sorted(file for file in path.rglob("*") if file.name.lower().endswith(WARCS) and file.is_file())
    if not found:
        raise UsageError(f"{path}: no WARC file in this folder")
    return found


def listed(path: Path) -> list[tuple[Errand, Row]]:
    """Read a file of addresses: one a line with # before comments, or a CSV table (see `table`)."""
    found: list[tuple[Errand, Row]] = []
    for row in table(path) if path.suffix.lower() in TABLES else addresses(path):
        try:
            found.append((seed(row.address), row))
        except UsageError as error:
            raise UsageError(f"{row.place}: {error}") from error
    if not found:
        raise UsageError(f"{path}: no address in this file")
    return found


def addresses(path: Path) -> Iterator[Row]:
    """Yield the addresses of a plain list."""
    for number, line in enumerate(lines(path).splitlines(), start=1):
        if words := line.split("#")[0].replace(",", " ").split():
            yield Row(f"{path}:{number}", words[0])


def table(path: Path) -> Iterator[Row]:
    """Yield the addresses of a CSV table.

    They stand in the column whose head says so, else in the first; a bare host name is a site.
    """
    text = lines(path)
    rows = csv.reader(text.splitlines(keepends=True), delimiter=delimiter(text))
    heads: list[str] = []
    column = -1
    try:
        for row in rows:
            cells = [COMMENT.sub("", cell).strip() for cell in row]
            if not any(cells):
                continue
            if column < 0:
                column = next((at for at, cell in enumerate(cells) if cell.lower() in HEADS), -1)
                if column >= 0:
                    heads = [cell.lower() for cell in cells]
                    continue
                column = 0
            if len(cells) > column and cells[column]:
                bare = NAME.fullmatch(cells[column])
                address = f"https://{cells[column]}/" if bare else cells[column]
                yield Row(f"{path}:{rows.line_num}", address, dict(zip(heads, cells, strict=False)))
    except csv.Error as error:
        raise UsageError(f"{path}:{rows.line_num}: expected a CSV table: {error}") from error


def delimiter(text: str) -> str:
    """Return what parts the cells of a table: a comma, a semicolon or a tab, whichever its first line has most of."""
    return max(",;\t", key=text.partition("\n")[0].count)


def lines(path: Path) -> str:
    """Return the text of a list: in UTF-8, or in GB 18030 as spreadsheets in China save it."""
    try:
        body = path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror or error}") from error
    for charset in ("utf-8-sig", "gb18030"):
        with suppress(UnicodeDecodeError):
            text = body.decode(charset)
            if "\0" not in text:
                return text
    raise UsageError(f"{path}: expected a text file with one address a line, or a CSV table")


def seed(address: str) -> Errand:
    """Return the errand for an address: `https://host/` a whole site, `https://host/part/` a section, else one page."""
    try:
        key = canonical(address)
    except ValueError as error:
        raise UsageError(str(error)) from error
    parts = urlsplit(key)
    whole = parts.path.endswith("/") and not parts.query
    section = key.partition("//")[2] if whole and parts.path != "/" else ""
    return Errand(url=key, key=key, site=site(key) if whole else "", section=section, priority=-2)


def html_file(path: Path, *, limit: int) -> Page:
    """Return a saved page; one that cannot be read carries its outcome."""
    try:
        size, modified = path.stat().st_size, datetime.fromtimestamp(path.stat().st_mtime, UTC)
        body = b"" if size > limit else path.read_bytes()
    except OSError as error:
        now = datetime.now(UTC)
        reason = f"cannot be read: {error.strerror}"
        return Page(of_file(path), now, outcome=PageOutcome.NETWORK_ERROR, reason=reason)
    if size > limit:
        return Page(of_file(path), modified, outcome=PageOutcome.TOO_LARGE, reason=f"a file of {size:,} bytes")
    return local(of_file(path), body, modified, limit=limit)


def local(url: str, body: bytes, captured: datetime, *, limit: int) -> Page:
    """Return a page of bytes that came without HTTP."""
    if len(body) > limit:
        return Page(url, captured, outcome=PageOutcome.TOO_LARGE, reason=f"{len(body):,} bytes")
    outcome, reason = (None, "") if body.strip() else (PageOutcome.NOT_HTML, "empty file")
    return Page(url, captured, body=body, status=200, outcome=outcome, reason=reason, requested=url)
