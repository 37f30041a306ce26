"""Who was shown the phone number of a call-back, which is only added to; and small indexes of notices not yet read.

Revision ID: 0020
Revises: 0019
"""

import sqlalchemy as sa
from alembic import op

revision: str = "0020"
down_revision: str | None = "0019"
branch_labels = None
depends_on = None

UNREAD = (
    ("ix_notices_unread_of_residents", ["resident_id"], "read_at IS NULL AND resident_id IS NOT NULL"),
    ("ix_notices_unread_of_units", ["unit_code", "role"], "read_at IS NULL AND unit_code IS NOT NULL"),
)


def upgrade() -> None:
    """Create the table and the indexes."""
    op.create_table(
        "call_back_looks",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("call_back_id", sa.Uuid(), nullable=False),
        sa.Column("looked_by", sa.String(length=64), nullable=False),
        sa.Column("looked_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["call_back_id"], ["call_backs.id"], name=op.f("fk_call_back_looks_call_back_id_call_backs")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call_back_looks")),
    )
    op.create_index(op.f("ix_call_back_looks_call_back_id"), "call_back_looks", ["call_back_id"], unique=False)
    _only_grow("call_back_looks")
    for name, columns, rule in UNREAD:
        where = sa.text(rule)
        op.create_index(name, "notices", columns, unique=False, sqlite_where=where, postgresql_where=where)


def _only_grow(table: str) -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION ledger_is_append_only()"
        )
        return
    for event in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER {table}_refuse_{event.lower()} BEFORE {event} ON {table}"
            f" BEGIN SELECT RAISE(ABORT, '{table} are append-only'); END"
        )


def downgrade() -> None:
    """Drop both; the triggers go with the table."""
    for name, _columns, _rule in reversed(UNREAD):
        op.drop_index(name, table_name="notices")
    op.drop_table("call_back_looks")
