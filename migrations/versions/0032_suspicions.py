"""Payments held back: rules in versions, suspicions, decisions and appeals, which only grow, and how far was looked.

Revision ID: 0032
Revises: 0028
"""

import sqlalchemy as sa
from alembic import op

revision: str = "0032"
down_revision: str | None = "0031"
branch_labels = None
depends_on = None

ONLY_GROW = ("suspicion_rules", "suspicions", "suspicion_decisions", "suspicion_appeals")
VALUES = {
    "burst_payments": sa.Integer(),
    "burst_minutes": sa.Integer(),
    "burst_residents": sa.Integer(),
    "pair_days": sa.Integer(),
    "pair_credits": sa.BigInteger(),
    "pair_percent_of_resident": sa.Integer(),
    "pair_percent_of_shop": sa.Integer(),
    "ring_hours": sa.Integer(),
    "officer_hours": sa.Integer(),
    "officer_days": sa.Integer(),
    "officer_percent": sa.Integer(),
    "officer_residents": sa.Integer(),
    "late_code_s": sa.Integer(),
    "two_shops_minutes": sa.Integer(),
}


def upgrade() -> None:
    """Let payments be held back; nothing is until rules are set."""
    op.create_table(
        "suspicion_rules",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        *(sa.Column(name, kind, nullable=True) for name, kind in VALUES.items()),
        sa.Column("set_by", sa.String(length=64), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "burst_payments >= 2 AND burst_minutes >= 1 AND burst_residents >= 1 AND pair_days >= 1"
            " AND pair_credits >= 1 AND pair_percent_of_resident BETWEEN 1 AND 99"
            " AND pair_percent_of_shop BETWEEN 1 AND 99 AND ring_hours >= 1 AND officer_hours >= 1"
            " AND officer_days >= 1 AND officer_percent BETWEEN 1 AND 99 AND officer_residents >= 2"
            " AND late_code_s >= 1 AND two_shops_minutes >= 1",
            name=op.f("ck_suspicion_rules_values_within_reach"),
        ),
        sa.CheckConstraint(
            "(burst_payments IS NULL) = (burst_minutes IS NULL)"
            " AND (burst_payments IS NULL) = (burst_residents IS NULL)"
            " AND (pair_days IS NULL) = (pair_credits IS NULL)"
            " AND (pair_days IS NULL) = (pair_percent_of_resident IS NULL)"
            " AND (pair_days IS NULL) = (pair_percent_of_shop IS NULL)"
            " AND (officer_hours IS NULL) = (officer_days IS NULL)"
            " AND (officer_hours IS NULL) = (officer_percent IS NULL)"
            " AND (officer_hours IS NULL) = (officer_residents IS NULL)",
            name=op.f("ck_suspicion_rules_rules_are_whole"),
        ),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_suspicion_rules")),
        sa.UniqueConstraint("id", name=op.f("uq_suspicion_rules_id")),
    )
    _create_suspicions()
    op.create_table(
        "suspicion_looks",
        sa.Column("merchant_id", sa.Uuid(), nullable=False),
        sa.Column("looked_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rules_number", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["merchant_id"], ["merchants.id"], name=op.f("fk_suspicion_looks_merchant_id_merchants")
        ),
        sa.ForeignKeyConstraint(
            ["rules_number"], ["suspicion_rules.number"], name=op.f("fk_suspicion_looks_rules_number_suspicion_rules")
        ),
        sa.PrimaryKeyConstraint("merchant_id", name=op.f("pk_suspicion_looks")),
    )
    _guard()


def _create_suspicions() -> None:
    op.create_table(
        "suspicions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("redemption_id", sa.Uuid(), nullable=False),
        sa.Column("merchant_id", sa.Uuid(), nullable=False),
        sa.Column("rule", sa.String(length=32), nullable=False),
        sa.Column("rules_number", sa.Integer(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("officer", sa.String(length=64), nullable=True),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "rule IN ('burst', 'pair', 'ring', 'officer', 'late_code', 'two_shops')",
            name=op.f("ck_suspicions_suspicionrule_known"),
        ),
        sa.ForeignKeyConstraint(
            ["redemption_id"], ["redemptions.id"], name=op.f("fk_suspicions_redemption_id_redemptions")
        ),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchants.id"], name=op.f("fk_suspicions_merchant_id_merchants")),
        sa.ForeignKeyConstraint(
            ["rules_number"], ["suspicion_rules.number"], name=op.f("fk_suspicions_rules_number_suspicion_rules")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suspicions")),
        sa.UniqueConstraint("redemption_id", "rule", name=op.f("uq_suspicions_redemption_id_rule")),
    )
    op.create_index("ix_suspicions_merchant_id_id", "suspicions", ["merchant_id", "id"], unique=False)
    op.create_table(
        "suspicion_decisions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("suspicion_id", sa.Uuid(), nullable=False),
        sa.Column(
            "on_appeal",
            sa.Boolean(create_constraint=True, name="on_appeal_known"),
            server_default=sa.text("false"),
            nullable=False,
        ),
        sa.Column("outcome", sa.String(length=32), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("decided_by", sa.String(length=64), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "outcome IN ('cleared', 'upheld')", name=op.f("ck_suspicion_decisions_decisionoutcome_known")
        ),
        sa.ForeignKeyConstraint(
            ["suspicion_id"], ["suspicions.id"], name=op.f("fk_suspicion_decisions_suspicion_id_suspicions")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suspicion_decisions")),
        sa.UniqueConstraint("suspicion_id", "on_appeal", name=op.f("uq_suspicion_decisions_suspicion_id_on_appeal")),
    )
    op.create_table(
        "suspicion_appeals",
        sa.Column("suspicion_id", sa.Uuid(), nullable=False),
        sa.Column("text", sa.String(length=500), nullable=False),
        sa.Column("made_by", sa.String(length=64), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["suspicion_id"], ["suspicions.id"], name=op.f("fk_suspicion_appeals_suspicion_id_suspicions")
        ),
        sa.PrimaryKeyConstraint("suspicion_id", name=op.f("pk_suspicion_appeals")),
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
    """Forget what was held back; it then comes with the next settlement of its shop."""
    op.drop_table("suspicion_looks")
    op.drop_table("suspicion_appeals")
    op.drop_table("suspicion_decisions")
    op.drop_table("suspicions")
    op.drop_table("suspicion_rules")
