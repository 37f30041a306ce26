"""Fairness about reports: kinds of rejection, appeals, covered texts, limits on writing, and joint reports.

Revision ID: 0022
Revises: 0021
"""

import sqlalchemy as sa
from alembic import op

revision: str = "0022"
down_revision: str | None = "0021"
branch_labels = None
depends_on = None

STEPS = (
    *("submission", "acceptance", "rejection", "merger", "dispatch", "transfer", "acknowledgement", "handling"),
    *("verification", "return", "closure", "reopening", "postponement", "withdrawal"),
    *("lead", "call", "call_acknowledgement", "call_handling", "call_acceptance", "call_return"),
    *("call_postponement", "call_withdrawal", "completion"),
)
CUTS = ("cap", "left", "fund_ended")
REJECTIONS = ("not_ours", "known_already", "false", "insulting", "other")
LIMITS = (
    *("per_day", "waiting", "nameless_per_hour", "false_count", "false_days"),
    *("on_behalf_per_month", "on_behalf_per_resident"),
)
KIND, REJECTION_KIND = "ck_report_steps_stepkind_known", "ck_report_steps_rejectionkind_known"
ONLY_REJECTIONS = "ck_report_steps_only_rejections_have_a_kind"
CUT_BECAUSE = "ck_earning_parts_cutreason_known"
KEPT = "ck_earning_parts_kept_and_set_off"
LIVE = sa.text("state NOT IN ('cancelled', 'nothing')")


def one_of(name: str, *values: str) -> sa.Enum:
    """Return the type of a column that holds one of these words."""
    return sa.Enum(*values, name=f"{name}_known", native_enum=False, create_constraint=True, length=32)


def among(column: str, values: tuple[str, ...]) -> str:
    """Return the SQL that a column holds one of these."""
    return f"{column} IN ({', '.join(map(repr, values))})"


def take_off_the_guards() -> None:
    """Let steps be copied into a table of another shape, as SQLite does it; on PostgreSQL the trigger may stay."""
    if op.get_bind().dialect.name == "sqlite":
        for event in ("update", "delete"):
            op.execute(f"DROP TRIGGER report_steps_refuse_{event}")


def put_up_guards(table: str) -> None:
    """Let a table of SQLite only grow."""
    if op.get_bind().dialect.name == "sqlite":
        for event in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_refuse_{event.lower()} BEFORE {event} ON {table}"
                f" BEGIN SELECT RAISE(ABORT, '{table} are append-only'); END"
            )


def upgrade() -> None:
    """Let steps say why, and lead back; let a matter earn anew; create the tables."""
    take_off_the_guards()
    with op.batch_alter_table("report_steps") as steps:
        steps.add_column(sa.Column("rejection_kind", sa.String(length=32), nullable=True))
        steps.drop_constraint(op.f(KIND), type_="check")
        steps.create_check_constraint(op.f(KIND), among("kind", (*STEPS, "restoration")))
        steps.create_check_constraint(op.f(REJECTION_KIND), among("rejection_kind", REJECTIONS))
        steps.create_check_constraint(op.f(ONLY_REJECTIONS), "rejection_kind IS NULL OR kind = 'rejection'")
    put_up_guards("report_steps")
    with op.batch_alter_table("earnings") as earnings:
        earnings.drop_constraint(op.f("uq_earnings_matter_id"), type_="unique")
    op.create_index(op.f("ix_earnings_matter_id"), "earnings", ["matter_id"], unique=False)
    op.create_index(
        "uq_earnings_live", "earnings", ["matter_id"], unique=True, sqlite_where=LIVE, postgresql_where=LIVE
    )
    with op.batch_alter_table("earning_parts") as parts:
        parts.add_column(sa.Column("kept", sa.BigInteger(), server_default=sa.text("0"), nullable=False))
        parts.add_column(sa.Column("set_off", sa.BigInteger(), server_default=sa.text("0"), nullable=False))
        parts.drop_constraint(op.f(CUT_BECAUSE), type_="check")
        parts.create_check_constraint(op.f(CUT_BECAUSE), among("cut_because", (*CUTS, "kept")))
        parts.create_check_constraint(op.f(KEPT), "kept BETWEEN 0 AND amount AND set_off BETWEEN 0 AND due - amount")
    _create_appeals_and_coverings()
    _create_limits()
    _create_joint_reports()


def _create_appeals_and_coverings() -> None:
    op.create_table(
        "report_appeals",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("report_id", sa.Uuid(), nullable=False),
        # Of any kind: another one needs no migration.
        sa.Column("subject", sa.String(length=32), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("appealed_by", sa.String(length=64), nullable=False),
        sa.Column("appealed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_upheld", sa.Boolean(), nullable=True),
        sa.Column("note", sa.String(length=500), nullable=True),
        sa.Column("decided_by", sa.String(length=64), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(decided_at IS NULL) = (decided_by IS NULL) AND (decided_at IS NULL) = (is_upheld IS NULL)"
            " AND (decided_at IS NULL) = (note IS NULL)",
            name=op.f("ck_report_appeals_decided_whole"),
        ),
        sa.CheckConstraint(
            "decided_by IS NULL OR decided_by <> appealed_by", name=op.f("ck_report_appeals_two_persons")
        ),
        sa.ForeignKeyConstraint(["report_id"], ["reports.id"], name=op.f("fk_report_appeals_report_id_reports")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_appeals")),
        sa.UniqueConstraint("subject_id", name=op.f("uq_report_appeals_subject_id")),
    )
    op.create_index(op.f("ix_report_appeals_report_id"), "report_appeals", ["report_id"], unique=False)
    is_undecided = sa.text("decided_at IS NULL")
    op.create_index(
        "ix_report_appeals_undecided",
        "report_appeals",
        ["report_id"],
        unique=False,
        sqlite_where=is_undecided,
        postgresql_where=is_undecided,
    )
    op.create_table(
        "report_coverings",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column("text_kind", one_of("coveredtext", "report", "join", "rating"), nullable=False),
        sa.Column("text_id", sa.Uuid(), nullable=False),
        sa.Column("is_covered", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("made_by", sa.String(length=64), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["report_id"], ["reports.id"], name=op.f("fk_report_coverings_report_id_reports")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_coverings")),
    )
    op.create_index(op.f("ix_report_coverings_report_id"), "report_coverings", ["report_id"], unique=False)
    op.create_index("ix_report_coverings_text", "report_coverings", ["text_id"], unique=False)
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE TRIGGER report_coverings_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON report_coverings"
            " FOR EACH STATEMENT EXECUTE FUNCTION ledger_is_append_only()"
        )
    put_up_guards("report_coverings")


def _create_limits() -> None:
    op.create_table(
        "report_limits",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=True) for name in LIMITS),
        sa.Column("set_by", sa.String(length=64), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            " AND ".join(f"{name} >= 1" for name in LIMITS), name=op.f("ck_report_limits_limits_positive")
        ),
        sa.CheckConstraint(
            "(false_count IS NULL) = (false_days IS NULL)", name=op.f("ck_report_limits_false_ones_within_days")
        ),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_report_limits")),
        sa.UniqueConstraint("id", name=op.f("uq_report_limits_id")),
    )


def _create_joint_reports() -> None:
    op.create_table(
        "report_co_reporters",
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column("resident_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_confirmed", sa.Boolean(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(answered_at IS NULL) = (is_confirmed IS NULL)", name=op.f("ck_report_co_reporters_answered_whole")
        ),
        sa.ForeignKeyConstraint(["report_id"], ["reports.id"], name=op.f("fk_report_co_reporters_report_id_reports")),
        sa.ForeignKeyConstraint(
            ["resident_id"], ["residents.id"], name=op.f("fk_report_co_reporters_resident_id_residents")
        ),
        sa.PrimaryKeyConstraint("report_id", "resident_id", name=op.f("pk_report_co_reporters")),
        sa.UniqueConstraint("id", name=op.f("uq_report_co_reporters_id")),
    )
    op.create_index(op.f("ix_report_co_reporters_resident_id"), "report_co_reporters", ["resident_id"], unique=False)
    op.create_table(
        "earning_reporters",
        sa.Column("earning_id", sa.Uuid(), nullable=False),
        sa.Column("resident_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["earning_id"], ["earnings.id"], name=op.f("fk_earning_reporters_earning_id_earnings")),
        sa.ForeignKeyConstraint(
            ["resident_id"], ["residents.id"], name=op.f("fk_earning_reporters_resident_id_residents")
        ),
        sa.PrimaryKeyConstraint("earning_id", "resident_id", name=op.f("pk_earning_reporters")),
    )


def downgrade() -> None:
    """Drop what was created; reports that were restored must be gone before."""
    for table in ("earning_reporters", "report_co_reporters", "report_limits", "report_coverings", "report_appeals"):
        op.drop_table(table)
    with op.batch_alter_table("earning_parts") as parts:
        parts.drop_constraint(op.f(KEPT), type_="check")
        parts.drop_constraint(op.f(CUT_BECAUSE), type_="check")
        parts.create_check_constraint(op.f(CUT_BECAUSE), among("cut_because", CUTS))
        parts.drop_column("set_off")
        parts.drop_column("kept")
    op.drop_index("uq_earnings_live", "earnings")
    op.drop_index(op.f("ix_earnings_matter_id"), "earnings")
    with op.batch_alter_table("earnings") as earnings:
        earnings.create_unique_constraint(op.f("uq_earnings_matter_id"), ["matter_id"])
    take_off_the_guards()
    with op.batch_alter_table("report_steps") as steps:
        steps.drop_constraint(op.f(ONLY_REJECTIONS), type_="check")
        steps.drop_constraint(op.f(REJECTION_KIND), type_="check")
        steps.drop_constraint(op.f(KIND), type_="check")
        steps.create_check_constraint(op.f(KIND), among("kind", STEPS))
        steps.drop_column("rejection_kind")
    put_up_guards("report_steps")
