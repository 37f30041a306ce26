"""Tariffs: what each category earns, in versions to which rows are only added.

Revision ID: 0011
Revises: 0010
"""

import sqlalchemy as sa
from alembic import op

revision: str = "0011"
down_revision: str | None = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table, which only grows."""
    op.create_table(
        "tariffs",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("category_code", sa.String(length=16), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("fund_code", sa.String(length=32), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("on_acceptance_percent", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("set_by", sa.String(length=64), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("amount > 0", name=op.f("ck_tariffs_amount_positive")),
        sa.CheckConstraint("on_acceptance_percent BETWEEN 0 AND 100", name=op.f("ck_tariffs_percent_within_whole")),
        sa.ForeignKeyConstraint(["fund_code"], ["funds.code"], name=op.f("fk_tariffs_fund_code_funds")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tariffs")),
        sa.UniqueConstraint("category_code", "number", name=op.f("uq_tariffs_category_code_number")),
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE TRIGGER tariffs_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON tariffs"
            " FOR EACH STATEMENT EXECUTE FUNCTION ledger_is_append_only()"
        )
    else:
        for event in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER tariffs_refuse_{event.lower()} BEFORE {event} ON tariffs"
                " BEGIN SELECT RAISE(ABORT, 'tariffs are append-only'); END"
            )


def downgrade() -> None:
    """Drop the table; its triggers go with it."""
    op.drop_table("tariffs")
