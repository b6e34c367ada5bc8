"""What a crawl shares: traffic and time of each site, robots.txt as last read, how far an archive was read.

And an index by which the cases under a licence are counted.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

Name = sa.String().with_variant(sa.String(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_index("cases_by_licence", "cases", ["licence"], unique=False)
    op.add_column("runs", sa.Column("knowledge", Name, nullable=False, server_default=""))
    op.add_column("quotas", sa.Column("bytes", sa.BigInteger(), nullable=False, server_default="0"))
    op.add_column("quotas", sa.Column("seconds", sa.Float(), nullable=False, server_default="0"))
    op.add_column("known", sa.Column("text", Name, nullable=False, server_default=""))
    op.create_table(
        "robots",
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("fetched", sa.Float(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_table(
        "archives",
        sa.Column("run", sa.Integer(), nullable=False),
        sa.Column("archive", Name, nullable=False),
        sa.Column("read", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["run"], ["runs.id"]),
        sa.PrimaryKeyConstraint("run", "archive"),
    )


def downgrade() -> None:
    op.drop_table("archives")
    op.drop_table("robots")
    op.drop_column("known", "text")
    op.drop_column("quotas", "seconds")
    op.drop_column("quotas", "bytes")
    op.drop_column("runs", "knowledge")
    op.drop_index("cases_by_licence", table_name="cases")
