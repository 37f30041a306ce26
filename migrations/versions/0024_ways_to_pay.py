"""Orders that wait for their payer, payments at a plaque, limits on payments and refunds, and residents' PINs.

Revision ID: 0024
Revises: 0023
"""

import sqlalchemy as sa
from alembic import op

revision: str = "0024"
down_revision: str | None = "0023"
branch_labels = None
depends_on = None

STATUS, CHANNEL = "ck_redemptions_redemptionstatus_known", "ck_redemptions_channel_known"
ORDERS_END, ONLY_ORDERS_WAIT = "ck_redemptions_orders_end", "ck_redemptions_only_orders_wait"
WAITING = sa.text("status = 'awaiting_payer'")
LIMITS = (
    *("per_payment", "per_day", "per_day_at_merchant", "per_day_of_cashier", "pin_above_amount"),
    *("pin_above_count", "duplicate_within_s", "refund_within_days"),
)
COUNTS = {"pin_above_count", "duplicate_within_s", "refund_within_days"}


def among(column: str, *values: str) -> str:
    """Return the SQL that a column holds one of these."""
    return f"{column} IN ({', '.join(map(repr, values))})"


def upgrade() -> None:
    """Let payments wait, come about in other ways, and be guarded."""
    with op.batch_alter_table("redemptions") as redemptions:
        redemptions.add_column(sa.Column("channel", sa.String(length=32), server_default="code", nullable=False))
        redemptions.add_column(sa.Column("description", sa.String(length=200), nullable=True))
        redemptions.add_column(sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True))
        redemptions.add_column(sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True))
        redemptions.add_column(sa.Column("ended_by", sa.String(length=64), nullable=True))
        redemptions.drop_constraint(op.f(STATUS), type_="check")
        redemptions.create_check_constraint(
            op.f(STATUS), among("status", "awaiting_payer", "completed", "refused", "cancelled", "expired")
        )
        redemptions.create_check_constraint(op.f(CHANNEL), among("channel", "code", "order", "plaque"))
        redemptions.create_check_constraint(
            op.f(ORDERS_END), "channel <> 'order' OR status = 'refused' OR expires_at IS NOT NULL"
        )
        redemptions.create_check_constraint(
            op.f(ONLY_ORDERS_WAIT), "status NOT IN ('awaiting_payer', 'cancelled', 'expired') OR channel = 'order'"
        )
    op.create_index(
        "ix_redemptions_waiting",
        "redemptions",
        ["expires_at"],
        unique=False,
        sqlite_where=WAITING,
        postgresql_where=WAITING,
    )
    with op.batch_alter_table("payment_codes") as codes:
        codes.add_column(sa.Column("pin_proved_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "payment_limits",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        *(sa.Column(name, sa.Integer() if name in COUNTS else sa.BigInteger(), nullable=True) for name in LIMITS),
        sa.Column("set_by", sa.String(length=64), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "per_payment >= 1 AND per_day >= 1 AND per_day_at_merchant >= 1 AND per_day_of_cashier >= 1"
            " AND pin_above_amount >= 0 AND pin_above_count >= 0 AND duplicate_within_s >= 1"
            " AND refund_within_days >= 1",
            name=op.f("ck_payment_limits_limits_positive"),
        ),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_payment_limits")),
        sa.UniqueConstraint("id", name=op.f("uq_payment_limits_id")),
    )
    op.create_table(
        "till_refund_limits",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("merchant_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("set_by", sa.String(length=64), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("amount >= 0", name=op.f("ck_till_refund_limits_amount_not_negative")),
        sa.ForeignKeyConstraint(
            ["merchant_id"], ["merchants.id"], name=op.f("fk_till_refund_limits_merchant_id_merchants")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_till_refund_limits")),
        sa.UniqueConstraint("merchant_id", "number", name=op.f("uq_till_refund_limits_merchant_id_number")),
    )
    op.create_table(
        "resident_pins",
        sa.Column("resident_id", sa.Uuid(), nullable=False),
        sa.Column("pin_hash", sa.String(length=200), nullable=False),
        sa.Column("set_by", sa.String(length=64), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("wrong_tries", sa.Integer(), nullable=False),
        sa.Column("locked_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("wrong_tries >= 0", name=op.f("ck_resident_pins_tries_counted")),
        sa.ForeignKeyConstraint(["resident_id"], ["residents.id"], name=op.f("fk_resident_pins_resident_id_residents")),
        sa.PrimaryKeyConstraint("resident_id", name=op.f("pk_resident_pins")),
    )


def downgrade() -> None:
    """Take it all back; orders that were not paid go, as nothing rests on them."""
    op.drop_table("resident_pins")
    op.drop_table("till_refund_limits")
    op.drop_table("payment_limits")
    with op.batch_alter_table("payment_codes") as codes:
        codes.drop_column("pin_proved_at")
    op.drop_index("ix_redemptions_waiting", table_name="redemptions", sqlite_where=WAITING, postgresql_where=WAITING)
    op.execute("DELETE FROM redemptions WHERE status IN ('awaiting_payer', 'cancelled', 'expired')")
    with op.batch_alter_table("redemptions") as redemptions:
        for constraint in (ONLY_ORDERS_WAIT, ORDERS_END, CHANNEL, STATUS):
            redemptions.drop_constraint(op.f(constraint), type_="check")
        redemptions.create_check_constraint(op.f(STATUS), among("status", "completed", "refused"))
        for column in ("ended_by", "ended_at", "expires_at", "description", "channel"):
            redemptions.drop_column(column)
