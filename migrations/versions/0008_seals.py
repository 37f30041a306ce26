"""Seals: the leaves, nodes and heads of the tree over all entries, to which rows are only added.

Revision ID: 0008
Revises: 0007
"""

import sqlalchemy as sa
from alembic import op

revision: str = "0008"
down_revision: str | None = "0007"
branch_labels = None
depends_on = None

TABLES = ("seal_leaves", "seal_nodes", "seal_heads")


def upgrade() -> None:
    """Create the tables of the tree and its heads, which only grow."""
    op.create_table(
        "seal_heads",
        sa.Column("size", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("root", sa.LargeBinary(length=32), nullable=False),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("previous", sa.LargeBinary(length=32), nullable=True),
        sa.Column("salts_id", sa.String(length=16), nullable=False),
        sa.Column("key_id", sa.String(length=16), nullable=False),
        sa.Column("signature", sa.LargeBinary(length=64), nullable=False),
        sa.PrimaryKeyConstraint("size", name=op.f("pk_seal_heads")),
    )
    op.create_table(
        "seal_leaves",
        sa.Column("position", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("leaf", sa.LargeBinary(length=32), nullable=False),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_seal_leaves")),
        sa.UniqueConstraint("entry_id", name=op.f("uq_seal_leaves_entry_id")),
    )
    op.create_table(
        "seal_nodes",
        sa.Column("level", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("place", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("node", sa.LargeBinary(length=32), nullable=False),
        sa.PrimaryKeyConstraint("level", "place", name=op.f("pk_seal_nodes")),
    )
    for table in TABLES:
        if op.get_bind().dialect.name == "postgresql":
            op.execute(
                f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
                " FOR EACH STATEMENT EXECUTE FUNCTION ledger_is_append_only()"
            )
        else:
            for event in ("UPDATE", "DELETE"):
                op.execute(
                    f"CREATE TRIGGER {table}_refuse_{event.lower()} BEFORE {event} ON {table}"
                    " BEGIN SELECT RAISE(ABORT, 'the books are append-only'); END"
                )


def downgrade() -> None:
    """Drop them; the heads that were published stay with whoever keeps them."""
    for table in TABLES:
        op.drop_table(table)
