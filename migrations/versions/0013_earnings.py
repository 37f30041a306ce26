"""What reports earn, in parts, with caps; and who joined them.

Revision ID: 0013
Revises: 0012
"""

import sqlalchemy as sa
from alembic import op

revision: str = "0013"
down_revision: str | None = "0012"
branch_labels = None
depends_on = None


def one_of(name: str, *values: str) -> sa.Enum:
    """Return the type of a column that holds one of these words."""
    return sa.Enum(*values, name=f"{name}_known", native_enum=False, create_constraint=True, length=32)


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "earning_caps",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("per_day", sa.BigInteger(), nullable=True),
        sa.Column("per_month", sa.BigInteger(), nullable=True),
        sa.Column("set_by", sa.String(length=64), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("per_day >= 1 AND per_month >= 1", name=op.f("ck_earning_caps_caps_positive")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_earning_caps")),
        sa.UniqueConstraint("id", name=op.f("uq_earning_caps_id")),
    )
    op.create_table(
        "earnings",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("matter_id", sa.Uuid(), nullable=False),
        sa.Column("tariff_id", sa.Uuid(), nullable=True),
        sa.Column("resident_id", sa.Uuid(), nullable=True),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column(
            "state", one_of("earningstate", "waiting", "staged", "settled", "cancelled", "nothing"), nullable=False
        ),
        sa.Column(
            "nothing_because",
            one_of("nothingreason", "no_tariff", "not_registered", "own_department", "left", "fund_ended"),
            nullable=True,
        ),
        sa.Column("loss", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("is_anonymous", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rest_due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(state = 'nothing') = (nothing_because IS NOT NULL)", name=op.f("ck_earnings_nothing_says_why")
        ),
        sa.CheckConstraint("NOT is_anonymous OR resident_id IS NULL", name=op.f("ck_earnings_anonymous_is_nobodys")),
        sa.CheckConstraint(
            "state = 'nothing' OR is_anonymous OR resident_id IS NOT NULL",
            name=op.f("ck_earnings_something_is_somebodys"),
        ),
        sa.CheckConstraint(
            "state = 'nothing' OR tariff_id IS NOT NULL", name=op.f("ck_earnings_something_has_a_tariff")
        ),
        sa.CheckConstraint("amount >= 0 AND loss >= 0", name=op.f("ck_earnings_amounts_not_negative")),
        sa.ForeignKeyConstraint(["resident_id"], ["residents.id"], name=op.f("fk_earnings_resident_id_residents")),
        sa.ForeignKeyConstraint(["tariff_id"], ["tariffs.id"], name=op.f("fk_earnings_tariff_id_tariffs")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_earnings")),
        sa.UniqueConstraint("matter_id", name=op.f("uq_earnings_matter_id")),
    )
    op.create_index(op.f("ix_earnings_resident_id"), "earnings", ["resident_id"], unique=False)
    op.create_index(
        "ix_earnings_waiting",
        "earnings",
        ["state", "id"],
        unique=False,
        sqlite_where=sa.text("state = 'waiting'"),
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_table(
        "report_joins",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column("resident_id", sa.Uuid(), nullable=False),
        sa.Column("evidence", sa.String(length=500), nullable=True),
        sa.Column("state", one_of("joinstate", "following", "asked", "accepted", "rejected"), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=True),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.String(length=64), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(state = 'following') = (evidence IS NULL)", name=op.f("ck_report_joins_evidence_is_asked_about")
        ),
        sa.CheckConstraint(
            "(state IN ('accepted', 'rejected')) = (decided_at IS NOT NULL)"
            " AND (decided_at IS NULL) = (decided_by IS NULL)",
            name=op.f("ck_report_joins_decided_whole"),
        ),
        sa.ForeignKeyConstraint(["report_id"], ["reports.id"], name=op.f("fk_report_joins_report_id_reports")),
        sa.ForeignKeyConstraint(["resident_id"], ["residents.id"], name=op.f("fk_report_joins_resident_id_residents")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_joins")),
        sa.UniqueConstraint("report_id", "resident_id", name=op.f("uq_report_joins_report_id_resident_id")),
    )
    op.create_index(op.f("ix_report_joins_resident_id"), "report_joins", ["resident_id"], unique=False)
    op.create_table(
        "anonymous_parts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("earning_id", sa.Uuid(), nullable=False),
        sa.Column("kind", one_of("partkind", "on_acceptance", "rest", "reserved"), nullable=False),
        sa.Column("due", sa.BigInteger(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("state", one_of("claimstate", "open", "claimed", "returned"), nullable=False),
        sa.CheckConstraint("due > 0", name=op.f("ck_anonymous_parts_due_positive")),
        sa.ForeignKeyConstraint(["earning_id"], ["earnings.id"], name=op.f("fk_anonymous_parts_earning_id_earnings")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_anonymous_parts")),
        sa.UniqueConstraint("earning_id", "kind", name=op.f("uq_anonymous_parts_earning_id_kind")),
    )
    op.create_table(
        "waiting_claims",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("fund_code", sa.String(length=32), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("box", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["fund_code"], ["funds.code"], name=op.f("fk_waiting_claims_fund_code_funds")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_waiting_claims")),
    )
    op.create_index("ix_waiting_claims_crowd", "waiting_claims", ["fund_code", "amount"], unique=False)
    op.create_table(
        "earning_joiners",
        sa.Column("earning_id", sa.Uuid(), nullable=False),
        sa.Column("resident_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["earning_id"], ["earnings.id"], name=op.f("fk_earning_joiners_earning_id_earnings")),
        sa.ForeignKeyConstraint(
            ["resident_id"], ["residents.id"], name=op.f("fk_earning_joiners_resident_id_residents")
        ),
        sa.PrimaryKeyConstraint("earning_id", "resident_id", name=op.f("pk_earning_joiners")),
    )
    op.create_table(
        "earning_parts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("earning_id", sa.Uuid(), nullable=False),
        sa.Column("kind", one_of("partkind", "on_acceptance", "rest", "reserved"), nullable=False),
        sa.Column("resident_id", sa.Uuid(), nullable=False),
        sa.Column("due", sa.BigInteger(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("cut_because", one_of("cutreason", "cap", "left", "fund_ended"), nullable=True),
        sa.Column("award_id", sa.Uuid(), nullable=True),
        sa.Column("paid_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(amount = 0) = (award_id IS NULL)", name=op.f("ck_earning_parts_paid_by_an_award")),
        sa.CheckConstraint("(amount = due) = (cut_because IS NULL)", name=op.f("ck_earning_parts_less_says_why")),
        sa.CheckConstraint("due > 0 AND amount BETWEEN 0 AND due", name=op.f("ck_earning_parts_amount_within_due")),
        sa.ForeignKeyConstraint(["award_id"], ["awards.id"], name=op.f("fk_earning_parts_award_id_awards")),
        sa.ForeignKeyConstraint(["earning_id"], ["earnings.id"], name=op.f("fk_earning_parts_earning_id_earnings")),
        sa.ForeignKeyConstraint(["resident_id"], ["residents.id"], name=op.f("fk_earning_parts_resident_id_residents")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_earning_parts")),
        sa.UniqueConstraint("award_id", name=op.f("uq_earning_parts_award_id")),
    )
    op.create_index(op.f("ix_earning_parts_resident_id"), "earning_parts", ["resident_id"], unique=False)
    op.create_index("uq_earning_parts", "earning_parts", ["earning_id", "kind", "resident_id"], unique=True)


def downgrade() -> None:
    """Drop the tables."""
    op.drop_table("waiting_claims")
    op.drop_table("anonymous_parts")
    op.drop_table("earning_parts")
    op.drop_table("earning_joiners")
    op.drop_table("report_joins")
    op.drop_table("earnings")
    op.drop_table("earning_caps")
