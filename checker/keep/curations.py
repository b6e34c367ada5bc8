"""Facts that people corrected: who owns an article, when it first appeared, which organisation runs a domain.

A correction of a fact is apart from a decision on a finding: it holds for every case it touches, those to come too.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Connection, func, or_, select, update

from checker.errors import UsageError
from checker.keep import tables
from checker.keep.lifecycle import CHECKER
from checker.keep.record import domain, icp_number, storable


class Fact(StrEnum):
    """What can be corrected, and of what: an article's id, or a site's registrable domain."""

    OWNER = "owner"
    FIRST_PUBLICATION = "first_publication"
    ORGANISATION = "organisation"


@dataclass(frozen=True)
class Curation:
    """One correction; `value` "" takes an earlier one back."""

    fact: Fact
    subject: str
    value: str
    who: str
    at: datetime
    comment: str


def curate(connection: Connection, curation: Curation) -> None:
    """Write a correction down; the earlier ones stay in the list."""
    if not curation.who.strip() or curation.who.strip() == CHECKER:
        raise UsageError("a correction needs the name of the person who made it")
    if curation.fact == Fact.FIRST_PUBLICATION and curation.value:
        _dated(curation.value)
    values = {name: storable(value) if isinstance(value, str) else value for name, value in vars(curation).items()}
    connection.execute(tables.curations.insert().values({**values, "fact": curation.fact.value}))
    if curation.fact == Fact.ORGANISATION:
        _reassign(connection, curation)


def curated(connection: Connection, fact: Fact) -> dict[str, str]:
    """Return what holds now: subject -> value."""
    columns = tables.curations.c
    latest = select(func.max(columns.id)).where(columns.fact == fact.value).group_by(columns.subject)
    rows = connection.execute(
        select(columns.subject, columns.value).where(columns.id.in_(latest)).order_by(columns.subject)
    )
    return {subject: value for subject, value in rows if value}


def curations(connection: Connection) -> tuple[Curation, ...]:
    """Return every correction ever made, the oldest first."""
    rows = connection.execute(select(tables.curations).order_by(tables.curations.c.id))
    return tuple(Curation(Fact(row.fact), row.subject, row.value, row.who, row.at, row.comment) for row in rows)


def organisation(connection: Connection, icp: str, host: str) -> str:
    """Return what joins the sites of one operator: as a person said, else its ICP number, else its domain."""
    columns = tables.curations.c
    said = connection.execute(
        select(columns.value)
        .where(columns.fact == Fact.ORGANISATION.value, columns.subject == domain(host))
        .order_by(columns.id.desc())
        .limit(1)
    ).scalar()
    return said or icp_number(icp) or domain(host)


def _reassign(connection: Connection, curation: Curation) -> None:
    """Give the cases of a domain their organisation anew."""
    columns = tables.cases.c
    hosts = or_(columns.site == curation.subject, columns.site.endswith(f".{curation.subject}", autoescape=True))
    rows = connection.execute(select(columns.id, columns.site, columns.record).where(hosts).order_by(columns.id)).all()
    for row in rows:
        name = organisation(connection, row.record["page"]["operator"]["icp"], row.site)
        connection.execute(update(tables.cases).where(columns.id == row.id).values(organisation=name))


def _dated(value: str) -> None:
    try:
        datetime.fromisoformat(value)
    except ValueError as error:
        raise UsageError(f"expected a day or an instant such as 2026-11-02, not {value!r}") from error
