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


VERSION = "0002"
"""The Alembic revision that makes these tables."""

Name = String().with_variant(String(collation="C"), "postgresql")
Words = Text().with_variant(Text(collation="C"), "postgresql")
"""Text that PostgreSQL compares as SQLite does, code point by code point: both give the same order."""

metadata = MetaData()

articles = Table(
    "articles",
    metadata,
    Column("id", Name, primary_key=True),
    Column("publisher", Name, nullable=False),
    Column("title", Words, nullable=False),
    Column("url", Words, nullable=False),
    Column("published", Instant),
    Column("source", Words, nullable=False),
    Column("ownership", Name, nullable=False),
    Column("record", JSON, nullable=False),  # every field of model.Article
    Column("digest", Name, nullable=False),
    Column("registered", Instant, nullable=False),
    Column("updated", Instant, nullable=False),
    Column("unregistered", Instant),
)

runs = Table(
    "runs",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", Name, nullable=False),  # scan, recheck, judge
    Column("targets", JSON, nullable=False),
    Column("started", Instant, nullable=False),
    Column("ended", Instant),
    Column("state", Name, nullable=False),  # running, complete, interrupted
    Column("pack", Name, nullable=False),
    Column("planned", Integer),
    Column("worker", Name, nullable=False),  # host and process that lead the run
    Column("beat", Instant, nullable=False),  # its last sign of life
    Column("knowledge", Name, nullable=False, server_default=""),  # digest of what its pages are judged with
)

archives = Table(
    "archives",
    metadata,
    Column("run", ForeignKey("runs.id"), primary_key=True),
    Column("archive", Name, primary_key=True),  # a WARC file, or a part of one
    Column("read", BigInteger, nullable=False),  # every page of a record that begins before this byte is kept
)

pages = Table(
    "pages",
    metadata,
    Column("run", ForeignKey("runs.id"), primary_key=True),
    Column("page", Name, primary_key=True),
    Column("url", Words, nullable=False),
    Column("site", Name, nullable=False),
    Column("outcome", Name, nullable=False),
    Column("status", Integer, nullable=False),
    Column("charset", Name, nullable=False),
    Column("bytes", Integer, nullable=False),
    Column("captured", Instant, nullable=False),
    Column("reason", Words, nullable=False),
    Column("capture", ForeignKey("captures.id")),
    Index("pages_by_run_outcome", "run", "outcome"),
    Index("pages_by_site", "site"),
)

captures = Table(
    "captures",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("page", Name, nullable=False),
    Column("url", Words, nullable=False),
    Column("captured", Instant, nullable=False),
    Column("sha256", Name, nullable=False),  # of the page's body
    Column("file", Words, nullable=False),  # below the evidence folder
    Column("offset", BigInteger, nullable=False),
    Column("length", BigInteger, nullable=False),
    UniqueConstraint("page", "captured", "sha256", name="captures_once"),
)

cases = Table(
    "cases",
    metadata,
    Column("id", Name, primary_key=True),  # of article and canonical page address
    Column("article", ForeignKey("articles.id"), nullable=False),
    Column("page", Name, nullable=False),
    Column("url", Words, nullable=False),
    Column("site", Name, nullable=False),
    Column("organisation", Name, nullable=False),  # ICP number if the page shows one, else registrable domain
    Column("outcome", Name, nullable=False),  # violation, review, compliant, not_applicable
    Column("state", Name, nullable=False),  # detected, confirmed, rejected, corrected, ...
    Column("kind", Name, nullable=False),  # of the match
    Column("grade", Name, nullable=False),  # of the deciding credit
    Column("licence", Name, nullable=False),  # state of the licence answer
    Column("level", Name),  # worst level of its findings, None where there are none
    Column("coverage", Float, nullable=False),
    Column("record", JSON, nullable=False),  # the JSON object of the contract, messages in every language
    Column("page_text", LargeBinary, nullable=False),  # zlib of the visible text the passages point into
    Column("first_seen", Instant, nullable=False),
    Column("last_seen", Instant, nullable=False),
    Column("state_since", Instant, nullable=False),
    Column("decided", Boolean, nullable=False),  # True while a decision of a person stands
    Column("expires", Instant),  # of that decision
    Column("due", Instant),  # the next visit; None where none is planned
    Column("present", Boolean, nullable=False),  # False once a later look no longer found the article there
    Column("captured", Instant, nullable=False),  # of the capture that `record` was made of
    Column("published", Date),  # the page's own date
    Column("run", ForeignKey("runs.id"), nullable=False),  # the run that saw it last
    Column("capture", ForeignKey("captures.id")),
    Index("cases_by_state", "state", "level"),
    # The two below hold every column that the reports count, so that counting never reads the wide rows.
    Index(
        "cases_by_first_seen",
        *("first_seen", "outcome", "state", "state_since", "grade", "organisation", "site", "article", "page", "id"),
    ),
    Index("cases_waiting", "state", "outcome", "organisation", "state_since", "article", "id"),
    Index("cases_by_state_since", "state", "state_since"),
    Index("cases_by_article", "article"),
    Index("cases_by_licence", "licence"),
    Index("cases_by_organisation", "organisation"),
    Index("cases_by_page", "page"),
    Index("cases_by_due", "due"),
    Index("cases_by_expires", "expires"),
)

findings = Table(
    "findings",
    metadata,
    Column("case", ForeignKey("cases.id", ondelete="CASCADE"), primary_key=True),
    Column("rule", Name, primary_key=True),
    Column("level", Name, nullable=False),
    Column("kind", Name, nullable=False),
    Column("pack", Name, nullable=False),
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
    Column("who", Name, nullable=False),  # a person's name, or "checker"
    Column("action", Name, nullable=False),
    Column("before", Name, nullable=False),
    Column("after", Name, nullable=False),
    Column("reason", Name, nullable=False),
    Column("comment", Words, nullable=False),
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
    Column("outcome", Name, nullable=False),  # of the page
    Column("found", Name, nullable=False),  # unchanged, changed, corrected, removed, regressed, unknown
    Column("sha256", Name, nullable=False),
    Index("visits_by_case", "case", "at"),
)

curations = Table(
    "curations",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("fact", Name, nullable=False),  # owner, first_publication, organisation
    Column("subject", Name, nullable=False),  # id of an article, or domain
    Column("value", Words, nullable=False),  # "" takes an earlier correction back
    Column("who", Name, nullable=False),
    Column("at", Instant, nullable=False),
    Column("comment", Words, nullable=False),
    Index("curations_by_subject", "fact", "subject", "id"),
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("reader", Name, nullable=False),
    Column("period", Name, nullable=False),  # 2026-W47, 2026-11-24
    Column("edition", Integer, nullable=False),  # 0 the report, 1, 2, ... its corrections
    Column("message_id", Name, nullable=False, unique=True),
    Column("state", Name, nullable=False),  # pending, sending, unsure, sent, failed
    Column("body", LargeBinary, nullable=False),  # the message as it goes out
    Column("attempts", Integer, nullable=False),
    Column("created", Instant, nullable=False),
    Column("due", Instant, nullable=False),  # the next attempt
    Column("sent", Instant),
    Column("error", Words, nullable=False),  # of the last attempt
    Column("figures", JSON),  # the numbers as sent, which a correction is compared with
    UniqueConstraint("reader", "period", "edition", name="outbox_once"),
    Index("outbox_by_state", "state", "due"),
)

sites = Table(
    "sites",
    metadata,
    Column("url", Name, primary_key=True),
    Column("every", Integer, nullable=False),  # hours between two scans
    Column("pages", Integer),  # budgets of a scan; None means the workspace's
    Column("bytes", BigInteger),
    Column("seconds", Integer),
    Column("comment", Words, nullable=False),
    Column("added", Instant, nullable=False),
    Column("due", Instant, nullable=False),
    Column("run", ForeignKey("runs.id")),  # the last one
    Column("scanned", Instant),
    Column("result", JSON, nullable=False),  # page outcomes of the last scan, with their counts
    Index("sites_by_due", "due"),
)
