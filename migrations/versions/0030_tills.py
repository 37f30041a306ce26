"""A shop's own affairs: whether it works in shifts, shifts and their ends, closed days, disputed lines and answers.

Revision ID: 0030
Revises: 0028
"""

import sqlalchemy as sa
from alembic import op

revision: str = "0030"
down_revision: str | None = "0029"
branch_labels = None
depends_on = None

ONLY_GROW = (
    *("shift_uses", "till_shifts", "till_shift_ends", "day_closes"),
    *("line_disputes", "line_dispute_answers"),
)


def one_of(name: str, *values: str) -> sa.Enum:
    """Return the type of a column that holds one of these words."""
    return sa.Enum(*values, name=f"{name}_known", native_enum=False, create_constraint=True, length=32)


def upgrade() -> None:
    """Create the tables, and let none of their rows be changed."""
    create_shifts()
    create_day_closes()
    create_disputes()
    for statement in guards(op.get_bind().dialect.name):
        op.execute(statement)


def create_shifts() -> None:
    op.create_table(
        "shift_uses",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("merchant_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("is_used", sa.Boolean(create_constraint=True, name="is_used_known"), nullable=False),
        sa.Column("set_by", sa.String(length=64), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchants.id"], name=op.f("fk_shift_uses_merchant_id_merchants")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shift_uses")),
        sa.UniqueConstraint("merchant_id", "number", name=op.f("uq_shift_uses_merchant_id_number")),
    )
    op.create_table(
        "till_shifts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("merchant_id", sa.Uuid(), nullable=False),
        sa.Column("cashier", sa.String(length=64), nullable=False),
        sa.Column("key_id", sa.Uuid(), nullable=True),
        sa.Column("device", sa.String(length=64), nullable=True),
        sa.Column("takes_over_id", sa.Uuid(), nullable=True),
        sa.Column("opening_cash", sa.BigInteger(), nullable=False),
        sa.Column("remark", sa.String(length=500), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("opening_cash >= 0", name=op.f("ck_till_shifts_cash_not_negative")),
        sa.CheckConstraint("(key_id IS NULL) = (device IS NULL)", name=op.f("ck_till_shifts_devices_have_a_key")),
        sa.CheckConstraint("takes_over_id <> id", name=op.f("ck_till_shifts_takes_over_another")),
        sa.ForeignKeyConstraint(["key_id"], ["api_keys.id"], name=op.f("fk_till_shifts_key_id_api_keys")),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchants.id"], name=op.f("fk_till_shifts_merchant_id_merchants")),
        sa.ForeignKeyConstraint(
            ["takes_over_id"], ["till_shifts.id"], name=op.f("fk_till_shifts_takes_over_id_till_shifts")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_till_shifts")),
        sa.UniqueConstraint("takes_over_id", name=op.f("uq_till_shifts_takes_over_id")),
    )
    op.create_index("ix_till_shifts_merchant_id_opened_at", "till_shifts", ["merchant_id", "opened_at"], unique=False)
    op.create_table(
        "till_shift_ends",
        sa.Column("shift_id", sa.Uuid(), nullable=False),
        sa.Column("counted_cash", sa.BigInteger(), nullable=False),
        sa.Column("remark", sa.String(length=500), nullable=False),
        sa.Column("ended_by", sa.String(length=64), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("counted_cash >= 0", name=op.f("ck_till_shift_ends_cash_not_negative")),
        sa.ForeignKeyConstraint(["shift_id"], ["till_shifts.id"], name=op.f("fk_till_shift_ends_shift_id_till_shifts")),
        sa.PrimaryKeyConstraint("shift_id", name=op.f("pk_till_shift_ends")),
    )


def create_day_closes() -> None:
    op.create_table(
        "day_closes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("merchant_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("begins_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("payments", sa.Integer(), nullable=False),
        sa.Column("paid_total", sa.BigInteger(), nullable=False),
        sa.Column("refunds", sa.Integer(), nullable=False),
        sa.Column("refunded_total", sa.BigInteger(), nullable=False),
        sa.Column("cash_total", sa.BigInteger(), nullable=False),
        sa.Column("remark", sa.String(length=500), nullable=False),
        sa.Column("closed_by", sa.String(length=64), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("begins_at < ends_at AND ends_at <= closed_at", name=op.f("ck_day_closes_closed_when_over")),
        sa.CheckConstraint(
            "payments >= 0 AND refunds >= 0 AND paid_total >= payments AND refunded_total >= refunds"
            " AND cash_total >= 0",
            name=op.f("ck_day_closes_sums_not_negative"),
        ),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchants.id"], name=op.f("fk_day_closes_merchant_id_merchants")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_day_closes")),
        sa.UniqueConstraint("merchant_id", "day", name=op.f("uq_day_closes_merchant_id_day")),
        sa.UniqueConstraint("merchant_id", "number", name=op.f("uq_day_closes_merchant_id_number")),
    )


def create_disputes() -> None:
    op.create_table(
        "line_disputes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("merchant_id", sa.Uuid(), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("disputed_by", sa.String(length=64), nullable=False),
        sa.Column("disputed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("amount <> 0", name=op.f("ck_line_disputes_amount_not_zero")),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchants.id"], name=op.f("fk_line_disputes_merchant_id_merchants")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_line_disputes")),
    )
    op.create_index("ix_line_disputes_merchant_id_id", "line_disputes", ["merchant_id", "id"], unique=False)
    op.create_index("ix_line_disputes_entry_id", "line_disputes", ["entry_id"], unique=False)
    op.create_table(
        "line_dispute_answers",
        sa.Column("dispute_id", sa.Uuid(), nullable=False),
        sa.Column("decision", one_of("decision", "upheld", "rejected"), nullable=False),
        sa.Column("remedy", one_of("remedy", "refund", "correction", "none"), nullable=True),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("answered_by", sa.String(length=64), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(decision = 'upheld') = (remedy IS NOT NULL)", name=op.f("ck_line_dispute_answers_upheld_have_a_remedy")
        ),
        sa.ForeignKeyConstraint(
            ["dispute_id"], ["line_disputes.id"], name=op.f("fk_line_dispute_answers_dispute_id_line_disputes")
        ),
        sa.PrimaryKeyConstraint("dispute_id", name=op.f("pk_line_dispute_answers")),
    )


def guards(dialect: str) -> list[str]:
    """Return the statements that create the triggers."""
    if dialect == "postgresql":
        return [
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION ledger_is_append_only()"
            for table in ONLY_GROW
        ]
    return [
        f"CREATE TRIGGER {table}_refuse_{event.lower()} BEFORE {event} ON {table}"
        f" BEGIN SELECT RAISE(ABORT, '{table} are append-only'); END"
        for table in ONLY_GROW
        for event in ("UPDATE", "DELETE")
    ]


def downgrade() -> None:
    """Drop them; triggers and indexes go with their tables."""
    for table in reversed(ONLY_GROW):
        op.drop_table(table)
