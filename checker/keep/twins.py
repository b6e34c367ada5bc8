"""The same repost under several addresses of one site: a mobile page, a print view, an address that tracks.

Two cases are twins where the same article stands on the same registrable domain in the same copied words, and was
judged and decided on alike: a twin never hides anything that its first does not say.
"""

import hashlib
import json
import zlib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, select

from checker.keep import tables
from checker.keep.record import Record, address, domain

BATCH = 500
"""Cases whose texts are asked for at once."""


@dataclass(frozen=True)
class Copy:
    """One case as its twins see it: its address, and the one that its page calls the canonical one."""

    id: str
    url: str
    canonical: str
    words: str


def twins(connection: Connection, ids: Sequence[str]) -> dict[str, str]:
    """Return, for each of these cases that is the twin of another of them, the id of the first of its kind.

    The first is the one whose address is canonical, else the shortest address.
    """
    kinds: defaultdict[str, list[Copy]] = defaultdict(list)
    alike = _alike(connection, ids)
    for start in range(0, len(alike), BATCH):
        for each in _copies(connection, alike[start : start + BATCH]):
            kinds[each.words].append(each)
    found: dict[str, str] = {}
    for copies in kinds.values():
        first, *others = sorted(copies, key=lambda each: _rank(each, copies))
        found |= dict.fromkeys((each.id for each in others), first.id)
    return found


def same(connection: Connection, case: str) -> tuple[str, ...]:
    """Return the other cases of which this one is a twin, or which are its twins."""
    columns = tables.cases.c
    mine = connection.execute(select(columns.article, columns.site).where(columns.id == case)).one()
    rows = connection.execute(select(columns.id, columns.site).where(columns.article == mine.article))
    near = sorted(row.id for row in rows if mine.site and domain(row.site) == domain(mine.site))
    words = {
        each.id: each.words for at in range(0, len(near), BATCH) for each in _copies(connection, near[at : at + BATCH])
    }
    return tuple(each for each in near if each != case and words[each] == words[case])


def _alike(connection: Connection, ids: Sequence[str]) -> list[str]:
    """Return the cases that share article, domain and verdict with another of them: only their texts are looked at."""
    columns = tables.cases.c
    asked = (columns.id, columns.article, columns.site, columns.outcome, columns.state, columns.grade)
    query = select(*asked).where(columns.site != "")
    if len(ids) <= BATCH:
        query = query.where(columns.id.in_(ids))
    wanted, kinds = set(ids), defaultdict(list)
    for identity, article, site, *verdict in connection.execute(query):
        if identity in wanted:
            kinds[article, domain(site), *verdict].append(identity)
    return sorted(identity for members in kinds.values() if len(members) > 1 for identity in members)


def _copies(connection: Connection, ids: Sequence[str]) -> Iterator[Copy]:
    columns = tables.cases.c
    names = ("id", "url", "article", "site", "state", "record", "page_text")
    query = select(*(columns[name] for name in names)).where(columns.id.in_(ids)).order_by(columns.id)
    for row in connection.execute(query):
        yield Copy(row.id, row.url, row.record["page"].get("canonical", ""), _words(row))


def _words(row: Row[Any]) -> str:
    """Return a digest of what makes twins: where, what article, what verdict, and the words copied, without blanks."""
    record: Record = row.record
    text = zlib.decompress(row.page_text).decode("utf-8", "surrogatepass")
    spans = sorted(each["page"] for each in record["match"]["passages"])
    copied = "".join("".join(text[start:end].split()) for start, end in spans)
    rules = sorted(finding["rule"] for finding in record["findings"])
    kind = [row.article, domain(row.site), row.state, record["outcome"], record["credit"]["grade"], rules, copied]
    return hashlib.sha256(json.dumps(kind).encode()).hexdigest()


def _rank(one: Copy, copies: Sequence[Copy]) -> tuple[bool, int, str]:
    """Sort a copy that its own page or a twin's calls canonical before the others, then by its address."""
    own = address(one.url)
    return all(address(each.canonical) != own for each in copies), len(one.url), one.url
