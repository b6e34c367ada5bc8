"""The first tables: what is remembered, and what the crawl has still to do."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

Name = sa.String().with_variant(sa.String(collation="C"), "postgresql")
Words = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
Instant = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "articles",
        sa.Column("id", Name, nullable=False),
        sa.Column("publisher", Name, nullable=False),
        sa.Column("title", Words, nullable=False),
        sa.Column("url", Words, nullable=False),
        sa.Column("published", Instant, nullable=True),
        sa.Column("source", Words, nullable=False),
        sa.Column("ownership", Name, nullable=False),
        sa.Column("record", sa.JSON(), nullable=False),
        sa.Column("digest", Name, nullable=False),
        sa.Column("registered", Instant, nullable=False),
        sa.Column("updated", Instant, nullable=False),
        sa.Column("unregistered", Instant, nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "captures",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("page", Name, nullable=False),
        sa.Column("url", Words, nullable=False),
        sa.Column("captured", Instant, nullable=False),
        sa.Column("sha256", Name, nullable=False),
        sa.Column("file", Words, nullable=False),
        sa.Column("offset", sa.BigInteger(), nullable=False),
        sa.Column("length", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("page", "captured", "sha256", name="captures_once"),
    )
    op.create_table(
        "curations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("fact", Name, nullable=False),
        sa.Column("subject", Name, nullable=False),
        sa.Column("value", Words, nullable=False),
        sa.Column("who", Name, nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.Column("comment", Words, nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("curations_by_subject", "curations", ["fact", "subject", "id"], unique=False)
    op.create_table(
        "outbox",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reader", Name, nullable=False),
        sa.Column("period", Name, nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("message_id", Name, nullable=False),
        sa.Column("state", Name, nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("created", Instant, nullable=False),
        sa.Column("due", Instant, nullable=False),
        sa.Column("sent", Instant, nullable=True),
        sa.Column("error", Words, nullable=False),
        sa.Column("figures", sa.JSON(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("message_id"),
        sa.UniqueConstraint("reader", "period", "edition", name="outbox_once"),
    )
    op.create_index("outbox_by_state", "outbox", ["state", "due"], unique=False)
    op.create_table(
        "runs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", Name, nullable=False),
        sa.Column("targets", sa.JSON(), nullable=False),
        sa.Column("started", Instant, nullable=False),
        sa.Column("ended", Instant, nullable=True),
        sa.Column("state", Name, nullable=False),
        sa.Column("pack", Name, nullable=False),
        sa.Column("planned", sa.Integer(), nullable=True),
        sa.Column("worker", Name, nullable=False),
        sa.Column("beat", Instant, nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "cases",
        sa.Column("id", Name, nullable=False),
        sa.Column("article", Name, nullable=False),
        sa.Column("page", Name, nullable=False),
        sa.Column("url", Words, nullable=False),
        sa.Column("site", Name, nullable=False),
        sa.Column("organisation", Name, nullable=False),
        sa.Column("outcome", Name, nullable=False),
        sa.Column("state", Name, nullable=False),
        sa.Column("kind", Name, nullable=False),
        sa.Column("grade", Name, nullable=False),
        sa.Column("licence", Name, nullable=False),
        sa.Column("level", Name, nullable=True),
        sa.Column("coverage", sa.Float(), nullable=False),
        sa.Column("record", sa.JSON(), nullable=False),
        sa.Column("page_text", sa.LargeBinary(), nullable=False),
        sa.Column("first_seen", Instant, nullable=False),
        sa.Column("last_seen", Instant, nullable=False),
        sa.Column("state_since", Instant, nullable=False),
        sa.Column("decided", sa.Boolean(), nullable=False),
        sa.Column("expires", Instant, nullable=True),
        sa.Column("due", Instant, nullable=True),
        sa.Column("present", sa.Boolean(), nullable=False),
        sa.Column("captured", Instant, nullable=False),
        sa.Column("published", sa.Date(), nullable=True),
        sa.Column("run", sa.Integer(), nullable=False),
        sa.Column("capture", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["article"],
            ["articles.id"],
        ),
        sa.ForeignKeyConstraint(
            ["capture"],
            ["captures.id"],
        ),
        sa.ForeignKeyConstraint(
            ["run"],
            ["runs.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("cases_by_article", "cases", ["article"], unique=False)
    op.create_index("cases_by_due", "cases", ["due"], unique=False)
    op.create_index("cases_by_expires", "cases", ["expires"], unique=False)
    op.create_index(
        "cases_by_first_seen",
        "cases",
        ["first_seen", "outcome", "state", "state_since", "grade", "organisation", "site", "article", "page", "id"],
        unique=False,
    )
    op.create_index("cases_by_organisation", "cases", ["organisation"], unique=False)
    op.create_index("cases_by_page", "cases", ["page"], unique=False)
    op.create_index("cases_by_state", "cases", ["state", "level"], unique=False)
    op.create_index("cases_by_state_since", "cases", ["state", "state_since"], unique=False)
    op.create_index(
        "cases_waiting", "cases", ["state", "outcome", "organisation", "state_since", "article", "id"], unique=False
    )
    op.create_table(
        "pages",
        sa.Column("run", sa.Integer(), nullable=False),
        sa.Column("page", Name, nullable=False),
        sa.Column("url", Words, nullable=False),
        sa.Column("site", Name, nullable=False),
        sa.Column("outcome", Name, nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("charset", Name, nullable=False),
        sa.Column("bytes", sa.Integer(), nullable=False),
        sa.Column("captured", Instant, nullable=False),
        sa.Column("reason", Words, nullable=False),
        sa.Column("capture", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["capture"],
            ["captures.id"],
        ),
        sa.ForeignKeyConstraint(
            ["run"],
            ["runs.id"],
        ),
        sa.PrimaryKeyConstraint("run", "page"),
    )
    op.create_index("pages_by_run_outcome", "pages", ["run", "outcome"], unique=False)
    op.create_index("pages_by_site", "pages", ["site"], unique=False)
    op.create_table(
        "sites",
        sa.Column("url", Name, nullable=False),
        sa.Column("every", sa.Integer(), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=True),
        sa.Column("bytes", sa.BigInteger(), nullable=True),
        sa.Column("seconds", sa.Integer(), nullable=True),
        sa.Column("comment", Words, nullable=False),
        sa.Column("added", Instant, nullable=False),
        sa.Column("due", Instant, nullable=False),
        sa.Column("run", sa.Integer(), nullable=True),
        sa.Column("scanned", Instant, nullable=True),
        sa.Column("result", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["run"],
            ["runs.id"],
        ),
        sa.PrimaryKeyConstraint("url"),
    )
    op.create_index("sites_by_due", "sites", ["due"], unique=False)
    op.create_table(
        "findings",
        sa.Column("case", Name, nullable=False),
        sa.Column("rule", Name, nullable=False),
        sa.Column("level", Name, nullable=False),
        sa.Column("kind", Name, nullable=False),
        sa.Column("pack", Name, nullable=False),
        sa.Column("first_seen", Instant, nullable=False),
        sa.Column("last_seen", Instant, nullable=False),
        sa.Column("present", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["case"], ["cases.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("case", "rule"),
    )
    op.create_index("findings_by_rule", "findings", ["rule"], unique=False)
    op.create_table(
        "history",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case", Name, nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.Column("who", Name, nullable=False),
        sa.Column("action", Name, nullable=False),
        sa.Column("before", Name, nullable=False),
        sa.Column("after", Name, nullable=False),
        sa.Column("reason", Name, nullable=False),
        sa.Column("comment", Words, nullable=False),
        sa.Column("expires", Instant, nullable=True),
        sa.Column("undoes", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["case"],
            ["cases.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("history_by_after", "history", ["after", "at"], unique=False)
    op.create_index("history_by_case", "history", ["case", "id"], unique=False)
    op.create_table(
        "visits",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case", Name, nullable=False),
        sa.Column("run", sa.Integer(), nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.Column("outcome", Name, nullable=False),
        sa.Column("found", Name, nullable=False),
        sa.Column("sha256", Name, nullable=False),
        sa.ForeignKeyConstraint(
            ["case"],
            ["cases.id"],
        ),
        sa.ForeignKeyConstraint(
            ["run"],
            ["runs.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("visits_by_case", "visits", ["case", "at"], unique=False)
    op.create_table(
        "crawls",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("begun", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "hosts",
        sa.Column("host", Name, nullable=False),
        sa.Column("worker", Name, nullable=True),
        sa.Column("address", Name, nullable=True),
        sa.Column("due", sa.Float(), nullable=False),
        sa.Column("wait", sa.Float(), nullable=False),
        sa.Column("delay", sa.Float(), nullable=False),
        sa.Column("refused", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("host"),
    )
    op.create_index(
        "hosts_at_an_address",
        "hosts",
        ["address"],
        unique=True,
        sqlite_where=sa.text("worker IS NOT NULL"),
        postgresql_where=sa.text("worker IS NOT NULL"),
    )
    op.create_table(
        "known",
        sa.Column("key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("etag", sa.Text(), nullable=False),
        sa.Column("last_modified", sa.Text(), nullable=False),
        sa.Column("sha256", Name, nullable=False),
        sa.Column("knowledge", Name, nullable=False),
        sa.Column("visited", sa.Float(), nullable=False),
        sa.Column("changed", sa.Float(), nullable=False),
        sa.Column("interval", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_index("known_by_visited", "known", ["visited"], unique=False)
    op.create_table(
        "workers",
        sa.Column("id", Name, nullable=False),
        sa.Column("beat", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "errands",
        sa.Column("crawl", sa.Integer(), nullable=False),
        sa.Column("key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("host", Name, nullable=False),
        sa.Column("budget", Name, nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("pushed", sa.BigInteger(), nullable=False),
        sa.Column("depth", sa.Integer(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("state", Name, nullable=False),
        sa.Column("worker", Name, nullable=True),
        sa.Column("outcome", Name, nullable=True),
        sa.Column("asked", sa.BigInteger(), nullable=False),
        sa.Column("errand", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["crawl"],
            ["crawls.id"],
        ),
        sa.PrimaryKeyConstraint("crawl", "key"),
    )
    op.create_index(
        "errands_at_work",
        "errands",
        ["worker"],
        unique=False,
        sqlite_where=sa.text("worker IS NOT NULL"),
        postgresql_where=sa.text("worker IS NOT NULL"),
    )
    op.create_index("errands_by_asked", "errands", ["crawl", "asked"], unique=False)
    op.create_index(
        "errands_by_budget",
        "errands",
        ["crawl", "budget"],
        unique=False,
        sqlite_where=sa.text("state = 'waiting'"),
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_index(
        "errands_in_order",
        "errands",
        ["crawl", "host", "priority", "pushed"],
        unique=False,
        sqlite_where=sa.text("state = 'waiting'"),
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_table(
        "queues",
        sa.Column("crawl", sa.Integer(), nullable=False),
        sa.Column("host", Name, nullable=False),
        sa.Column("waiting", sa.Integer(), nullable=False),
        sa.Column("failed", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["crawl"],
            ["crawls.id"],
        ),
        sa.PrimaryKeyConstraint("crawl", "host"),
    )
    op.create_table(
        "quotas",
        sa.Column("crawl", sa.Integer(), nullable=False),
        sa.Column("budget", Name, nullable=False),
        sa.Column("claimed", sa.Integer(), nullable=False),
        sa.Column("found", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["crawl"],
            ["crawls.id"],
        ),
        sa.PrimaryKeyConstraint("crawl", "budget"),
    )


def downgrade() -> None:
    op.drop_table("quotas")
    op.drop_table("queues")
    op.drop_index(
        "errands_in_order",
        table_name="errands",
        sqlite_where=sa.text("state = 'waiting'"),
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.drop_index(
        "errands_by_budget",
        table_name="errands",
        sqlite_where=sa.text("state = 'waiting'"),
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.drop_index("errands_by_asked", table_name="errands")
    op.drop_index(
        "errands_at_work",
        table_name="errands",
        sqlite_where=sa.text("worker IS NOT NULL"),
        postgresql_where=sa.text("worker IS NOT NULL"),
    )
    op.drop_table("errands")
    op.drop_table("workers")
    op.drop_index("known_by_visited", table_name="known")
    op.drop_table("known")
    op.drop_index(
        "hosts_at_an_address",
        table_name="hosts",
        sqlite_where=sa.text("worker IS NOT NULL"),
        postgresql_where=sa.text("worker IS NOT NULL"),
    )
    op.drop_table("hosts")
    op.drop_table("crawls")
    op.drop_index("visits_by_case", table_name="visits")
    op.drop_table("visits")
    op.drop_index("history_by_case", table_name="history")
    op.drop_index("history_by_after", table_name="history")
    op.drop_table("history")
    op.drop_index("findings_by_rule", table_name="findings")
    op.drop_table("findings")
    op.drop_index("sites_by_due", table_name="sites")
    op.drop_table("sites")
    op.drop_index("pages_by_site", table_name="pages")
    op.drop_index("pages_by_run_outcome", table_name="pages")
    op.drop_table("pages")
    op.drop_index("cases_waiting", table_name="cases")
    op.drop_index("cases_by_state_since", table_name="cases")
    op.drop_index("cases_by_state", table_name="cases")
    op.drop_index("cases_by_page", table_name="cases")
    op.drop_index("cases_by_organisation", table_name="cases")
    op.drop_index("cases_by_first_seen", table_name="cases")
    op.drop_index("cases_by_expires", table_name="cases")
    op.drop_index("cases_by_due", table_name="cases")
    op.drop_index("cases_by_article", table_name="cases")
    op.drop_table("cases")
    op.drop_table("runs")
    op.drop_index("outbox_by_state", table_name="outbox")
    op.drop_table("outbox")
    op.drop_index("curations_by_subject", table_name="curations")
    op.drop_table("curations")
    op.drop_table("captures")
    op.drop_table("articles")
