"""Settlements: lines, sums by lot, steps; to whom merchants are paid; statements of the bank.

Revision ID: 0027
Revises: 0026
"""

import sqlalchemy as sa
from alembic import op

revision: str = "0027"
down_revision: str | None = "0026"
branch_labels = None
depends_on = None

GROWING = ("settlement_lots", "settlement_steps", "bank_statements", "bank_statement_lines")
LOT = sa.Text().with_variant(sa.TEXT(collation="C"), "postgresql")
STATUSES = ("open", "paid", "failed", "cancelled", "returned")
STEPS = ("opening", "payment", "failure", "cancellation", "return")
STAYING = ("settlement_id", "line", "lot", "entry_id", "kind", "amount", "occurred_at")
CHANGED = " OR ".join(f"OLD.{name} IS DISTINCT FROM NEW.{name}" for name in STAYING)
FREED_ONCE = f"OLD.freed OR NOT NEW.freed OR {CHANGED}"

POSTGRESQL = (
    f"""
CREATE FUNCTION settlement_lines_are_freed_once() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    IF {FREED_ONCE} THEN
        RAISE EXCEPTION 'a line of a settlement stays, and is freed once' USING ERRCODE = 'LG012';
    END IF;
    RETURN NEW;
END $$
""",
    (
        "CREATE TRIGGER settlement_lines_are_freed_once BEFORE UPDATE ON settlement_lines"
        " FOR EACH ROW EXECUTE FUNCTION settlement_lines_are_freed_once()"
    ),
    (
        "CREATE TRIGGER settlement_lines_stay BEFORE DELETE OR TRUNCATE ON settlement_lines"
        " FOR EACH STATEMENT EXECUTE FUNCTION ledger_is_append_only()"
    ),
    *(
        f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
        " FOR EACH STATEMENT EXECUTE FUNCTION ledger_is_append_only()"
        for table in GROWING
    ),
)
SQLITE = (
    (
        "CREATE TRIGGER settlement_lines_are_freed_once BEFORE UPDATE ON settlement_lines"
        f" WHEN {FREED_ONCE.replace('IS DISTINCT FROM', 'IS NOT')}"
        " BEGIN SELECT RAISE(ABORT, 'a line of a settlement stays, and is freed once'); END"
    ),
    (
        "CREATE TRIGGER settlement_lines_refuse_delete BEFORE DELETE ON settlement_lines"
        " BEGIN SELECT RAISE(ABORT, 'settlement_lines are append-only'); END"
    ),
    *(
        f"CREATE TRIGGER {table}_refuse_{event.lower()} BEFORE {event} ON {table}"
        f" BEGIN SELECT RAISE(ABORT, '{table} are append-only'); END"
        for table in GROWING
        for event in ("UPDATE", "DELETE")
    ),
)


def one_of(name: str, *values: str) -> sa.Enum:
    """Return the type of a column that holds one of these words."""
    return sa.Enum(*values, name=f"{name}_known", native_enum=False, create_constraint=True, length=32)


def upgrade() -> None:
    """Create the tables and their guards."""
    create_settlements()
    create_lines_and_steps()
    create_payees_and_statements()
    for statement in POSTGRESQL if op.get_bind().dialect.name == "postgresql" else SQLITE:
        op.execute(statement)


def create_settlements() -> None:
    op.create_table(
        "settlements",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("merchant_id", sa.Uuid(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", one_of("settlementstatus", *STATUSES), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("lines", sa.Integer(), nullable=False),
        sa.Column("opened_by", sa.String(length=64), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("paid_by", sa.String(length=64), nullable=True),
        sa.Column("paid_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("document", sa.String(length=500), server_default=sa.text("''"), nullable=False),
        sa.CheckConstraint("amount > 0", name=op.f("ck_settlements_amount_positive")),
        sa.CheckConstraint("lines > 0", name=op.f("ck_settlements_has_lines")),
        sa.CheckConstraint("paid_by <> opened_by", name=op.f("ck_settlements_two_persons")),
        sa.CheckConstraint(
            "(status IN ('paid', 'returned')) = (paid_by IS NOT NULL)", name=op.f("ck_settlements_payments_name_who")
        ),
        sa.CheckConstraint("(paid_by IS NULL) = (paid_at IS NULL)", name=op.f("ck_settlements_payments_name_when")),
        sa.CheckConstraint(
            "(paid_by IS NULL) = (document = '')", name=op.f("ck_settlements_payments_name_their_document")
        ),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchants.id"], name=op.f("fk_settlements_merchant_id_merchants")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_settlements")),
    )
    op.create_index("ix_settlements_merchant_id_id", "settlements", ["merchant_id", "id"], unique=False)
    op.create_index("ix_settlements_paid_at", "settlements", ["paid_at"], unique=False)
    op.create_index(op.f("ix_settlements_status"), "settlements", ["status"], unique=False)


def create_lines_and_steps() -> None:
    op.create_table(
        "settlement_lots",
        sa.Column("settlement_id", sa.Uuid(), nullable=False),
        sa.Column("lot", LOT, nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("amount > 0", name=op.f("ck_settlement_lots_amount_positive")),
        sa.ForeignKeyConstraint(
            ["settlement_id"], ["settlements.id"], name=op.f("fk_settlement_lots_settlement_id_settlements")
        ),
        sa.PrimaryKeyConstraint("settlement_id", "lot", name=op.f("pk_settlement_lots")),
    )
    op.create_table(
        "settlement_lines",
        sa.Column("settlement_id", sa.Uuid(), nullable=False),
        sa.Column("line", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("lot", LOT, nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "freed",
            sa.Boolean(create_constraint=True, name="freed_known"),
            server_default=sa.text("false"),
            nullable=False,
        ),
        sa.CheckConstraint("amount <> 0", name=op.f("ck_settlement_lines_amount_not_zero")),
        sa.PrimaryKeyConstraint("settlement_id", "line", "lot", name=op.f("pk_settlement_lines")),
    )
    op.create_index(
        "uq_settlement_lines_entry_id_lot",
        "settlement_lines",
        ["entry_id", "lot"],
        unique=True,
        sqlite_where=sa.text("freed = 0"),
        postgresql_where=sa.text("NOT freed"),
    )
    op.create_table(
        "settlement_steps",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("settlement_id", sa.Uuid(), nullable=False),
        sa.Column("kind", one_of("settlementstepkind", *STEPS), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("document", sa.String(length=500), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("made_by", sa.String(length=64), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["settlement_id"], ["settlements.id"], name=op.f("fk_settlement_steps_settlement_id_settlements")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_settlement_steps")),
        sa.UniqueConstraint("entry_id", name=op.f("uq_settlement_steps_entry_id")),
    )
    op.create_index(
        "uq_settlement_steps_settlement_id_kind", "settlement_steps", ["settlement_id", "kind"], unique=True
    )


def create_payees_and_statements() -> None:
    op.create_table(
        "payees",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("merchant_id", sa.Uuid(), nullable=False),
        sa.Column("holder", sa.String(length=100), nullable=False),
        sa.Column("bank", sa.String(length=100), nullable=False),
        sa.Column("account_encrypted", sa.Text(), nullable=False),
        sa.Column("account_lookup", sa.String(length=64), nullable=False),
        sa.Column("account_tail", sa.String(length=4), nullable=False),
        sa.Column("document", sa.String(length=500), nullable=False),
        sa.Column("set_by", sa.String(length=64), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchants.id"], name=op.f("fk_payees_merchant_id_merchants")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payees")),
    )
    op.create_index(op.f("ix_payees_merchant_id"), "payees", ["merchant_id"], unique=False)
    op.create_table(
        "bank_statements",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("file_name", sa.String(length=100), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        sa.Column("lines", sa.Integer(), nullable=False),
        sa.Column("imported_by", sa.String(length=64), nullable=False),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_statements")),
        sa.UniqueConstraint("digest", name=op.f("uq_bank_statements_digest")),
    )
    op.create_table(
        "bank_statement_lines",
        sa.Column("statement_id", sa.Uuid(), nullable=False),
        sa.Column("line", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("booked_on", sa.Date(), nullable=False),
        sa.Column("paid_out", sa.BigInteger(), nullable=False),
        sa.Column("counterparty", sa.String(length=100), nullable=False),
        sa.Column("account_lookup", sa.String(length=64), nullable=False),
        sa.Column("account_tail", sa.String(length=4), nullable=False),
        sa.Column("reference", sa.String(length=500), nullable=False),
        sa.CheckConstraint("paid_out <> 0", name=op.f("ck_bank_statement_lines_moves_money")),
        sa.ForeignKeyConstraint(
            ["statement_id"], ["bank_statements.id"], name=op.f("fk_bank_statement_lines_statement_id_bank_statements")
        ),
        sa.PrimaryKeyConstraint("statement_id", "line", name=op.f("pk_bank_statement_lines")),
    )


def downgrade() -> None:
    """Drop them; triggers and indexes go with their tables."""
    for table in (
        *("bank_statement_lines", "bank_statements", "payees", "settlement_steps", "settlement_lines"),
        *("settlement_lots", "settlements"),
    ):
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION settlement_lines_are_freed_once()")
