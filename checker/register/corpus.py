"""Corpus files: `.md` with TOML front matter, and `.jsonl`, one article a line.

A file or line that cannot be registered is refused with its place and reason; everything else goes in.
"""

import json
import re
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from checker.errors import ArticleError
from checker.knowledge import line_of
from checker.model import Article
from checker.register.record import KEYS, REQUIRED, Registration

FENCE = "+++"
LONGEST_LINE = 16_000_000
"""Bytes of one `.jsonl` line; a longer one is skipped without being held in memory."""

Records = Iterator[tuple[int | None, dict[str, Any] | ArticleError]]


def read_corpus(path: Path, registration: Registration) -> Iterator[Article | ArticleError]:
    """Yield the articles of a corpus file, or of all corpus files below a folder, in order of their paths.

    What is refused comes in its place as an ArticleError with file, line and reason. An id given twice is refused the
    second time.
    """
    seen: dict[str, str] = {}
    for file in files(path):
        for line, record in READERS[file.suffix.lower()](file):
            yield taken(record, file, line, registration, seen)


def files(path: Path) -> Iterator[Path]:
    """Yield `path` itself, or the corpus files below it; README files are about a corpus, not in it."""
    if path.is_dir():
        found = (file for file in path.rglob("*") if file.suffix.lower() in READERS and file.is_file())
        yield from sorted(file for file in found if file.stem.upper() != "README")
    elif path.suffix.lower() in READERS:
        yield path
    else:
        raise ArticleError(f"expected a corpus file ({', '.join(READERS)})", path=path)


def taken(
    record: dict[str, Any] | ArticleError,
    file: Path,
    line: int | None,
    registration: Registration,
    seen: dict[str, str],
) -> Article | ArticleError:
    """Return the article of a record, or why it is refused; `seen` holds the place of every id so far."""
    if isinstance(record, ArticleError):
        return record
    try:
        article = registration.article(record, file.parent.name)
    except ArticleError as error:
        return ArticleError(error.message, path=file, line=line)
    if article.id in seen:
        return ArticleError(f"id {article.id!r} was given before, at {seen[article.id]}", path=file, line=line)
    seen[article.id] = f"{file}:{line}" if line else str(file)
    return article


def json_lines(file: Path) -> Records:
    """Yield the records of a `.jsonl` file with their line numbers; empty lines are passed over."""
    try:
        with file.open("rb") as stream:
            for number, raw in enumerate(iter(lambda: stream.readline(LONGEST_LINE), b""), start=1):
                cut = len(raw) == LONGEST_LINE and not raw.endswith(b"\n")
                while cut and (rest := stream.readline(LONGEST_LINE)) and not rest.endswith(b"\n"):
                    pass
                if cut:
                    yield number, ArticleError(f"expected a line under {LONGEST_LINE:,} bytes", path=file, line=number)
                elif raw.strip():
                    yield number, json_line(raw, file, number)
    except OSError as error:
        yield None, ArticleError(f"cannot be read: {error.strerror}", path=file)


def json_line(raw: bytes, file: Path, number: int) -> dict[str, Any] | ArticleError:
    """Return the record of one line, or what is wrong with it."""
    try:
        record = json.loads(decoded(raw))
    except ArticleError as error:
        return ArticleError(error.message, path=file, line=number)
    except (ValueError, RecursionError) as error:
        return ArticleError(f"expected one JSON object: {error}", path=file, line=number)
    if not isinstance(record, dict):
        return ArticleError("expected one JSON object", path=file, line=number)
    given = record.keys() | ({"text"} if record.get("html") else set())
    if missing := [key for key in REQUIRED if key not in given]:
        return ArticleError(f"expected a field {missing[0]!r}", path=file, line=number)
    return record


def front_matter(file: Path) -> Records:
    """Yield the one record of a `.md` file: front matter between `+++` lines, then the text."""
    try:
        yield 1, markdown(decoded(file.read_bytes()), file)
    except OSError as error:
        yield None, ArticleError(f"cannot be read: {error.strerror}", path=file)
    except ArticleError as error:
        yield None, ArticleError(error.message, path=file, line=error.line)


def markdown(content: str, file: Path) -> dict[str, Any]:
    """Return the record of a corpus file's content; the id is the file's stem unless it says another."""
    lines = content.splitlines(keepends=True)
    fences = [number for number, line in enumerate(lines) if line.rstrip() == FENCE][:2]
    if len(fences) < 2 or "".join(lines[: fences[0]]).strip():
        raise ArticleError(f"expected TOML front matter between two {FENCE} lines", line=1)
    head = "".join(lines[fences[0] + 1 : fences[1]])
    first = fences[0] + 1
    try:
        record = tomllib.loads(head)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"at line (\d+)", str(error))
        raise ArticleError(f"not valid TOML: {error}", line=first + int(found[1]) if found else first) from error
    allowed = KEYS - {"text", "html"}
    if unknown := next((key for key in record if key not in allowed), None):
        raise ArticleError(
            f"unknown key {unknown!r}, expected {', '.join(sorted(allowed))}",
            line=first + (line_of(head, (unknown,)) or 0),
        )
    if "title" not in record:
        raise ArticleError("expected a title", line=first)
    return {"id": file.stem, **record, "text": "".join(lines[fences[1] + 1 :]).strip("\n")}


def decoded(raw: bytes) -> str:
    """Return UTF-8 bytes as text, a byte order mark dropped; the error of other bytes says what they look like."""
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ArticleError(
            f"expected UTF-8, found byte 0x{raw[error.start]:02x}{looks(raw)}; save it as UTF-8"
        ) from error


def looks(raw: bytes) -> str:
    """Return which encoding bytes that are not UTF-8 look like, as a half-sentence."""
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return " (it looks like UTF-16)"
    for charset in ("gb18030", "big5hkscs"):
        try:
            raw.decode(charset)
        except UnicodeDecodeError:
            continue
        return f" (it looks like {charset})"
    return ""


READERS: dict[str, Callable[[Path], Records]] = {".md": front_matter, ".jsonl": json_lines}
