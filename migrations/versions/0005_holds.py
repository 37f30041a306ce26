"""Holds, and what the databases themselves refuse: to change one that has ended.

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op

revision: str = "0005"
down_revision: str | None = "0004"
branch_labels = None
depends_on = None

POSTGRESQL = (
    """
CREATE FUNCTION holds_end_once() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    RAISE EXCEPTION 'hold % has ended', OLD.id USING ERRCODE = 'LG020';
END $$
""",
    """
CREATE TRIGGER holds_end_once BEFORE UPDATE OR DELETE ON holds
FOR EACH ROW WHEN (OLD.state <> 'open') EXECUTE FUNCTION holds_end_once()
""",
)

SQLITE = tuple(
    f"CREATE TRIGGER holds_refuse_{event.lower()} BEFORE {event} ON holds WHEN OLD.state <> 'open'"
    " BEGIN SELECT RAISE(ABORT, 'the hold has ended'); END"
    for event in ("UPDATE", "DELETE")
)


def upgrade() -> None:
    op.create_table(
        "holds",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("available_account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("held_account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("captured_total", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "open",
                "captured",
                "voided",
                "expired",
                name="holdstate_known",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            server_default="open",
            nullable=False,
        ),
        sa.Column("purpose", sa.String(length=100), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("placed_by", sa.String(length=64), nullable=False),
        sa.Column("placed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("returned_entry_id", sa.Uuid(), nullable=True),
        sa.Column("ended_by", sa.String(length=64), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "captured_total BETWEEN 0 AND amount AND amount > 0", name=op.f("ck_holds_captures_within_amount")
        ),
        sa.CheckConstraint(
            "state = 'captured' OR captured_total < amount", name=op.f("ck_holds_open_while_something_is_left")
        ),
        sa.CheckConstraint("(state = 'open') = (ended_at IS NULL)", name=op.f("ck_holds_ended_at_an_instant")),
        sa.CheckConstraint("(state = 'open') = (ended_by IS NULL)", name=op.f("ck_holds_ended_by_somebody")),
        sa.CheckConstraint(
            "(returned_entry_id IS NOT NULL) = (state <> 'open' AND captured_total < amount)",
            name=op.f("ck_holds_the_rest_went_back"),
        ),
        sa.CheckConstraint("expires_at > placed_at", name=op.f("ck_holds_expires_after_it_begins")),
        sa.CheckConstraint("available_account_id <> held_account_id", name=op.f("ck_holds_two_accounts")),
        sa.ForeignKeyConstraint(
            ["available_account_id"], ["accounts.id"], name=op.f("fk_holds_available_account_id_accounts")
        ),
        sa.ForeignKeyConstraint(["held_account_id"], ["accounts.id"], name=op.f("fk_holds_held_account_id_accounts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_holds")),
        sa.UniqueConstraint("entry_id", name=op.f("uq_holds_entry_id")),
        sa.UniqueConstraint("returned_entry_id", name=op.f("uq_holds_returned_entry_id")),
    )
    op.create_index("ix_holds_available_account_id_id", "holds", ["available_account_id", "id"], unique=False)
    for name, columns in (
        ("ix_holds_available_account_id", ["available_account_id"]),
        ("ix_holds_expires_at_id", ["expires_at", "id"]),
    ):
        is_open = sa.text("state = 'open'")
        op.create_index(name, "holds", columns, unique=False, postgresql_where=is_open, sqlite_where=is_open)
    op.create_table(
        "hold_captures",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("hold_id", sa.Uuid(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("captured_by", sa.String(length=64), nullable=False),
        sa.Column("captured_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("amount > 0", name=op.f("ck_hold_captures_amount_positive")),
        sa.ForeignKeyConstraint(["hold_id"], ["holds.id"], name=op.f("fk_hold_captures_hold_id_holds")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hold_captures")),
        sa.UniqueConstraint("entry_id", name=op.f("uq_hold_captures_entry_id")),
    )
    op.create_index(op.f("ix_hold_captures_hold_id"), "hold_captures", ["hold_id"], unique=False)
    op.create_table(
        "hold_lots",
        sa.Column("hold_id", sa.Uuid(), nullable=False),
        sa.Column("lot", sa.Text().with_variant(sa.TEXT(collation="C"), "postgresql"), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("captured", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.CheckConstraint(
            "captured BETWEEN 0 AND amount AND amount > 0", name=op.f("ck_hold_lots_captures_within_amount")
        ),
        sa.ForeignKeyConstraint(["hold_id"], ["holds.id"], name=op.f("fk_hold_lots_hold_id_holds")),
        sa.PrimaryKeyConstraint("hold_id", "lot", name=op.f("pk_hold_lots")),
    )
    for statement in POSTGRESQL if op.get_bind().dialect.name == "postgresql" else SQLITE:
        op.execute(statement)


def downgrade() -> None:
    op.drop_table("hold_lots")
    op.drop_table("hold_captures")
    # Its triggers and indexes go with it.
    op.drop_table("holds")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION holds_end_once()")
