"""Codes on paper: cards that pay with a PIN, sheets of slips that are holds from the start, and assisted payments.

Revision ID: 0028
Revises: 0027
"""

import sqlalchemy as sa
from alembic import op

revision: str = "0028"
down_revision: str | None = "0027"
branch_labels = None
depends_on = None

CHANNEL = "ck_redemptions_channel_known"
SLIPS = sa.text("hold_id IS NOT NULL")
CHECKS = {
    "ck_payment_codes_codekind_known": "kind IN ('screen', 'card', 'sheet')",
    "ck_payment_codes_cards_have_a_limit": "(kind = 'card') = (day_limit IS NOT NULL)",
    "ck_payment_codes_slips_have_a_hold": (
        "(kind = 'sheet') = (hold_id IS NOT NULL) AND (kind = 'sheet') = (worth IS NOT NULL)"
        " AND (kind = 'sheet') = (account_id IS NULL)"
    ),
    "ck_payment_codes_cards_are_not_used_up": "kind <> 'card' OR used_at IS NULL",
    "ck_payment_codes_amounts_positive": "day_limit >= 1 AND worth >= 1",
    "ck_payment_codes_blocks_block": "block_id IS NULL OR blocked_at IS NOT NULL",
}
LIVE_CARD = sa.text("state <> 'replaced'")
ONLY_GROW = ("payment_card_steps", "assisted_payments")


def upgrade() -> None:
    """Let codes stand on paper, and note which cards and sheets there are and who paid for whom."""
    with op.batch_alter_table("redemptions") as redemptions:
        redemptions.drop_constraint(op.f(CHANNEL), type_="check")
        redemptions.create_check_constraint(op.f(CHANNEL), "channel IN ('code', 'card', 'sheet', 'order', 'plaque')")
    with op.batch_alter_table("payment_codes") as codes:
        codes.add_column(sa.Column("kind", sa.String(length=32), server_default="screen", nullable=False))
        codes.add_column(sa.Column("block_id", sa.Uuid(), nullable=True))
        codes.add_column(sa.Column("day_limit", sa.BigInteger(), nullable=True))
        codes.add_column(sa.Column("hold_id", sa.Uuid(), nullable=True))
        codes.add_column(sa.Column("worth", sa.BigInteger(), nullable=True))
        codes.alter_column("account_id", existing_type=sa.BigInteger(), nullable=True)
        codes.create_foreign_key(op.f("fk_payment_codes_block_id_code_blocks"), "code_blocks", ["block_id"], ["id"])
        codes.create_foreign_key(op.f("fk_payment_codes_hold_id_holds"), "holds", ["hold_id"], ["id"])
        for name, condition in CHECKS.items():
            codes.create_check_constraint(op.f(name), condition)
    op.create_index(
        "uq_payment_codes_hold_id",
        "payment_codes",
        ["hold_id"],
        unique=True,
        sqlite_where=SLIPS,
        postgresql_where=SLIPS,
    )
    _create_cards()
    _create_sheets()
    _create_assistance()
    _guard()


def _create_cards() -> None:
    op.create_table(
        "payment_cards",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(length=8), nullable=False),
        sa.Column("resident_id", sa.Uuid(), nullable=False),
        sa.Column("payment_code_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(length=32), server_default="active", nullable=False),
        sa.Column("replaces_id", sa.Uuid(), nullable=True),
        sa.Column("issued_by", sa.String(length=64), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("state IN ('active', 'blocked', 'replaced')", name=op.f("ck_payment_cards_cardstate_known")),
        sa.ForeignKeyConstraint(
            ["payment_code_id"], ["payment_codes.id"], name=op.f("fk_payment_cards_payment_code_id_payment_codes")
        ),
        sa.ForeignKeyConstraint(
            ["replaces_id"], ["payment_cards.id"], name=op.f("fk_payment_cards_replaces_id_payment_cards")
        ),
        sa.ForeignKeyConstraint(["resident_id"], ["residents.id"], name=op.f("fk_payment_cards_resident_id_residents")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_cards")),
        sa.UniqueConstraint("number", name=op.f("uq_payment_cards_number")),
        sa.UniqueConstraint("payment_code_id", name=op.f("uq_payment_cards_payment_code_id")),
        sa.UniqueConstraint("replaces_id", name=op.f("uq_payment_cards_replaces_id")),
    )
    op.create_index(
        "uq_payment_cards_resident_id",
        "payment_cards",
        ["resident_id"],
        unique=True,
        sqlite_where=LIVE_CARD,
        postgresql_where=LIVE_CARD,
    )
    op.create_index("ix_payment_cards_resident_id_id", "payment_cards", ["resident_id", "id"], unique=False)
    op.create_table(
        "payment_card_steps",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("card_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=True),
        sa.Column("made_by", sa.String(length=64), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "kind IN ('issue', 'block', 'unblock', 'replacement')",
            name=op.f("ck_payment_card_steps_cardstepkind_known"),
        ),
        sa.CheckConstraint("(kind = 'issue') = (reason IS NULL)", name=op.f("ck_payment_card_steps_steps_say_why")),
        sa.ForeignKeyConstraint(
            ["card_id"], ["payment_cards.id"], name=op.f("fk_payment_card_steps_card_id_payment_cards")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_card_steps")),
    )
    op.create_index("ix_payment_card_steps_card_id", "payment_card_steps", ["card_id"], unique=False)


def _create_sheets() -> None:
    op.create_table(
        "code_sheets",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("resident_id", sa.Uuid(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("worth", sa.BigInteger(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=False),
        sa.Column("issued_by", sa.String(length=64), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_by", sa.String(length=64), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revocation_reason", sa.String(length=500), nullable=True),
        sa.CheckConstraint("count >= 1 AND worth >= 1", name=op.f("ck_code_sheets_counts_positive")),
        sa.CheckConstraint(
            "(revoked_at IS NULL) = (revoked_by IS NULL) AND (revoked_at IS NULL) = (revocation_reason IS NULL)",
            name=op.f("ck_code_sheets_revocations_say_who_and_why"),
        ),
        sa.ForeignKeyConstraint(["resident_id"], ["residents.id"], name=op.f("fk_code_sheets_resident_id_residents")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_code_sheets")),
    )
    op.create_index("ix_code_sheets_resident_id_id", "code_sheets", ["resident_id", "id"], unique=False)
    op.create_table(
        "sheet_slips",
        sa.Column("sheet_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("payment_code_id", sa.Uuid(), nullable=False),
        sa.Column("hold_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("number >= 1", name=op.f("ck_sheet_slips_numbers_positive")),
        sa.ForeignKeyConstraint(["sheet_id"], ["code_sheets.id"], name=op.f("fk_sheet_slips_sheet_id_code_sheets")),
        sa.ForeignKeyConstraint(
            ["payment_code_id"], ["payment_codes.id"], name=op.f("fk_sheet_slips_payment_code_id_payment_codes")
        ),
        sa.ForeignKeyConstraint(["hold_id"], ["holds.id"], name=op.f("fk_sheet_slips_hold_id_holds")),
        sa.PrimaryKeyConstraint("sheet_id", "number", name=op.f("pk_sheet_slips")),
        sa.UniqueConstraint("payment_code_id", name=op.f("uq_sheet_slips_payment_code_id")),
        sa.UniqueConstraint("hold_id", name=op.f("uq_sheet_slips_hold_id")),
    )


def _create_assistance() -> None:
    op.create_table(
        "assistance_caps",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("per_officer", sa.BigInteger(), nullable=False),
        sa.Column("per_resident", sa.BigInteger(), nullable=False),
        sa.Column("set_by", sa.String(length=64), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("per_officer >= 1 AND per_resident >= 1", name=op.f("ck_assistance_caps_caps_positive")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_assistance_caps")),
        sa.UniqueConstraint("id", name=op.f("uq_assistance_caps_id")),
    )
    op.create_table(
        "assisted_payments",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("redemption_id", sa.Uuid(), nullable=False),
        sa.Column("resident_id", sa.Uuid(), nullable=False),
        sa.Column("officer", sa.String(length=64), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("proved_by", sa.String(length=32), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("amount >= 1", name=op.f("ck_assisted_payments_amount_positive")),
        sa.CheckConstraint("proved_by IN ('pin', 'shop')", name=op.f("ck_assisted_payments_provedby_known")),
        sa.ForeignKeyConstraint(
            ["redemption_id"], ["redemptions.id"], name=op.f("fk_assisted_payments_redemption_id_redemptions")
        ),
        sa.ForeignKeyConstraint(
            ["resident_id"], ["residents.id"], name=op.f("fk_assisted_payments_resident_id_residents")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assisted_payments")),
        sa.UniqueConstraint("redemption_id", name=op.f("uq_assisted_payments_redemption_id")),
    )
    op.create_index("ix_assisted_payments_officer_made_at", "assisted_payments", ["officer", "made_at"], unique=False)
    op.create_index(
        "ix_assisted_payments_resident_id_made_at", "assisted_payments", ["resident_id", "made_at"], unique=False
    )


def _guard() -> None:
    for table in ONLY_GROW:
        if op.get_bind().dialect.name == "postgresql":
            op.execute(
                f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
                " FOR EACH STATEMENT EXECUTE FUNCTION ledger_is_append_only()"
            )
            continue
        for event in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_refuse_{event.lower()} BEFORE {event} ON {table}"
                f" BEGIN SELECT RAISE(ABORT, '{table} are append-only'); END"
            )


def downgrade() -> None:
    """Take it all back: what was paid from paper stays paid, and is told as paid by a code."""
    op.drop_table("assisted_payments")
    op.drop_table("assistance_caps")
    op.drop_table("sheet_slips")
    op.drop_table("code_sheets")
    op.drop_table("payment_card_steps")
    op.drop_table("payment_cards")
    op.drop_index("uq_payment_codes_hold_id", table_name="payment_codes", sqlite_where=SLIPS, postgresql_where=SLIPS)
    op.execute("DELETE FROM payment_codes WHERE kind <> 'screen'")
    with op.batch_alter_table("payment_codes") as codes:
        for name in CHECKS:
            codes.drop_constraint(op.f(name), type_="check")
        codes.drop_constraint(op.f("fk_payment_codes_hold_id_holds"), type_="foreignkey")
        codes.drop_constraint(op.f("fk_payment_codes_block_id_code_blocks"), type_="foreignkey")
        codes.alter_column("account_id", existing_type=sa.BigInteger(), nullable=False)
        for column in ("worth", "hold_id", "day_limit", "block_id", "kind"):
            codes.drop_column(column)
    op.execute("UPDATE redemptions SET channel = 'code' WHERE channel IN ('card', 'sheet')")
    with op.batch_alter_table("redemptions") as redemptions:
        redemptions.drop_constraint(op.f(CHANNEL), type_="check")
        redemptions.create_check_constraint(op.f(CHANNEL), "channel IN ('code', 'order', 'plaque')")
