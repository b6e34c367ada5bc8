"""What is remembered, as tables: one schema on SQLite and PostgreSQL.

A *case* is one article on one page: the row people decide on, whose id the commands take. Its findings are the rules
broken there. Cases are keyed by article and canonical page address, so that finding the same thing again updates the
row and never doubles it. `visits` and `history` only ever grow. Page addresses can be longer than an index takes, so
they are looked up by `page`, the key that `record.page_key` makes of them.
"""

from datetime import UTC, datetime

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)


class Instant(TypeDecorator[datetime]):
    """An aware instant, always UTC: SQLite has no time zones, so it keeps the UTC wall clock."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Take the instant to UTC; a naive one is a mistake of the caller."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs a time zone")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give the instant back aware, in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


VERSION = "0001"
"""The Alembic revision that makes these tables."""

metadata = MetaData()

articles = Table(
    "articles",
    metadata,
    Column("id", String, primary_key=True),
    Column("publisher", String, nullable=False),
    Column("title", Text, nullable=False),
    Column("url", Text, nullable=False),
    Column("published", Instant),
    Column("source", Text, nullable=False),
    Column("ownership", String, nullable=False),
    Column("record", JSON, nullable=False),  # every field of model.Article
    Column("digest", String, nullable=False),
    Column("registered", Instant, nullable=False),
    Column("updated", Instant, nullable=False),
    Column("unregistered", Instant),
)

runs = Table(
    "runs",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", String, nullable=False),  # scan, recheck, judge
    Column("targets", JSON, nullable=False),
    Column("started", Instant, nullable=False),
    Column("ended", Instant),
    Column("state", String, nullable=False),  # running, complete, interrupted
    Column("pack", String, nullable=False),
    Column("planned", Integer),
    Column("worker", String, nullable=False),  # host and process that lead the run
    Column("beat", Instant, nullable=False),  # its last sign of life
)

pages = Table(
    "pages",
    metadata,
    Column("run", ForeignKey("runs.id"), primary_key=True),
    Column("page", String, primary_key=True),
    Column("url", Text, nullable=False),
    Column("site", String, nullable=False),
    Column("outcome", String, nullable=False),
    Column("status", Integer, nullable=False),
    Column("charset", String, nullable=False),
    Column("bytes", Integer, nullable=False),
    Column("captured", Instant, nullable=False),
    Column("reason", Text, nullable=False),
    Column("capture", ForeignKey("captures.id")),
    Index("pages_by_run_outcome", "run", "outcome"),
    Index("pages_by_site", "site"),
)

captures = Table(
    "captures",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("page", String, nullable=False),
    Column("url", Text, nullable=False),
    Column("captured", Instant, nullable=False),
    Column("sha256", String, nullable=False),  # of the page's body
    Column("file", Text, nullable=False),  # below the evidence folder
    Column("offset", BigInteger, nullable=False),
    Column("length", BigInteger, nullable=False),
    UniqueConstraint("page", "captured", "sha256", name="captures_once"),
)

cases = Table(
    "cases",
    metadata,
    Column("id", String, primary_key=True),  # of article and canonical page address
    Column("article", ForeignKey("articles.id"), nullable=False),
    Column("page", String, nullable=False),
    Column("url", Text, nullable=False),
    Column("site", String, nullable=False),
    Column("organisation", String, nullable=False),  # ICP number if the page shows one, else registrable domain
    Column("outcome", String, nullable=False),  # violation, review, compliant, not_applicable
    Column("state", String, nullable=False),  # detected, confirmed, rejected, corrected, ...
    Column("kind", String, nullable=False),  # of the match
    Column("grade", String, nullable=False),  # of the deciding credit
    Column("licence", String, nullable=False),  # state of the licence answer
    Column("level", String),  # worst level of its findings, None where there are none
    Column("coverage", Float, nullable=False),
    Column("record", JSON, nullable=False),  # the JSON object of the contract, messages in every language
    Column("page_text", LargeBinary, nullable=False),  # zlib of the visible text the passages point into
    Column("first_seen", Instant, nullable=False),
    Column("last_seen", Instant, nullable=False),
    Column("state_since", Instant, nullable=False),
    Column("captured", Instant, nullable=False),  # of the capture that `record` was made of
    Column("published", Date),  # the page's own date
    Column("run", ForeignKey("runs.id"), nullable=False),  # the run that saw it last
    Column("capture", ForeignKey("captures.id")),
    Index("cases_by_state", "state", "level"),
    Index("cases_by_first_seen", "first_seen"),
    Index("cases_by_state_since", "state", "state_since"),
    Index("cases_by_article", "article"),
    Index("cases_by_organisation", "organisation"),
    Index("cases_by_page", "page"),
)

findings = Table(
    "findings",
    metadata,
    Column("case", ForeignKey("cases.id", ondelete="CASCADE"), primary_key=True),
    Column("rule", String, primary_key=True),
    Column("level", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("pack", String, nullable=False),
    Column("first_seen", Instant, nullable=False),
    Column("last_seen", Instant, nullable=False),
    Column("present", Boolean, nullable=False),  # False once a later look no longer found it
    Index("findings_by_rule", "rule"),
)

history = Table(
    "history",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("case", ForeignKey("cases.id"), nullable=False),
    Column("at", Instant, nullable=False),
    Column("who", String, nullable=False),  # a person's name, or "checker"
    Column("action", String, nullable=False),
    Column("before", String, nullable=False),
    Column("after", String, nullable=False),
    Column("reason", String, nullable=False),
    Column("comment", Text, nullable=False),
    Column("expires", Instant),
    Column("undoes", Integer),
    Index("history_by_case", "case", "id"),
    Index("history_by_after", "after", "at"),
)

visits = Table(
    "visits",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("case", ForeignKey("cases.id"), nullable=False),
    Column("run", ForeignKey("runs.id"), nullable=False),
    Column("at", Instant, nullable=False),
    Column("outcome", String, nullable=False),  # of the page
    Column("found", String, nullable=False),  # unchanged, changed, corrected, removed, regressed, unknown
    Column("sha256", String, nullable=False),
    Index("visits_by_case", "case", "at"),
)
