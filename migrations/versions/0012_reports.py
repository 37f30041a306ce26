"""Reports with their steps, what is asked about them, and the duties they lay on units; steps are only added.

Revision ID: 0012
Revises: 0011
"""

import sqlalchemy as sa
from alembic import op

revision: str = "0012"
down_revision: str | None = "0011"
branch_labels = None
depends_on = None

STATUSES = (
    "submitted",
    "accepted",
    "dispatched",
    "acknowledged",
    "handled",
    "returned",
    "verified",
    "closed",
    "rejected",
    "merged",
    "withdrawn",
)
STEPS = (
    "submission",
    "acceptance",
    "rejection",
    "merger",
    "dispatch",
    "transfer",
    "acknowledgement",
    "handling",
    "verification",
    "return",
    "closure",
    "reopening",
    "postponement",
    "withdrawal",
)


def one_of(name: str, *values: str) -> sa.Enum:
    """Return the type of a column that holds one of these words."""
    return sa.Enum(*values, name=f"{name}_known", native_enum=False, create_constraint=True, length=32)


def upgrade() -> None:
    """Create the tables; steps only grow."""
    op.create_table(
        "duties",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("matter_id", sa.Uuid(), nullable=False),
        sa.Column("unit_code", sa.String(length=32), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("charged_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("handled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", one_of("dutyoutcome", "met", "missed", "moved", "withdrawn"), nullable=True),
        sa.CheckConstraint(
            "outcome IS NULL OR outcome <> 'met' OR handled_at IS NOT NULL", name=op.f("ck_duties_met_by_handling")
        ),
        sa.CheckConstraint("(ended_at IS NULL) = (outcome IS NULL)", name=op.f("ck_duties_ended_with_an_outcome")),
        sa.ForeignKeyConstraint(["unit_code"], ["units.code"], name=op.f("fk_duties_unit_code_units")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duties")),
    )
    op.create_index(op.f("ix_duties_matter_id"), "duties", ["matter_id"], unique=False)
    op.create_index(
        "ix_duties_open",
        "duties",
        ["unit_code", "due_on"],
        unique=False,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_index(
        "uq_duties_open",
        "duties",
        ["matter_id"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "duty_counts",
        sa.Column("unit_code", sa.String(length=32), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column(
            "measure",
            one_of("measure", "charged", "handed_over", "given_back", "met", "missed", "lapsed", "moved", "withdrawn"),
            nullable=False,
        ),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("count > 0", name=op.f("ck_duty_counts_count_positive")),
        sa.ForeignKeyConstraint(["unit_code"], ["units.code"], name=op.f("fk_duty_counts_unit_code_units")),
        sa.PrimaryKeyConstraint("unit_code", "on_day", "measure", name=op.f("pk_duty_counts")),
    )
    op.create_table(
        "reports",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(length=12), nullable=False),
        sa.Column("list_version", sa.Integer(), nullable=False),
        sa.Column("category_code", sa.String(length=16), nullable=False),
        sa.Column("description", sa.String(length=500), nullable=False),
        sa.Column("unit_code", sa.String(length=32), nullable=False),
        sa.Column("address", sa.String(length=100), nullable=True),
        sa.Column("latitude", sa.Double(), nullable=True),
        sa.Column("longitude", sa.Double(), nullable=True),
        sa.Column("channel", one_of("channel", "resident", "officer"), nullable=False),
        sa.Column("resident_id", sa.Uuid(), nullable=True),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", one_of("reportstatus", *STATUSES), nullable=False),
        sa.Column("severity", one_of("severity", "normal", "serious", "urgent"), nullable=True),
        sa.Column("command_code", sa.String(length=32), nullable=True),
        sa.Column("department_code", sa.String(length=32), nullable=True),
        sa.Column("merged_into_id", sa.Uuid(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("is_anonymous", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("is_confidential", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.CheckConstraint("NOT (is_anonymous AND is_confidential)", name=op.f("ck_reports_hidden_in_one_way")),
        sa.CheckConstraint("NOT is_anonymous OR resident_id IS NULL", name=op.f("ck_reports_anonymous_is_nobodys")),
        sa.CheckConstraint(
            "NOT is_confidential OR resident_id IS NOT NULL", name=op.f("ck_reports_confidential_is_somebodys")
        ),
        sa.CheckConstraint(
            "(status = 'merged') = (merged_into_id IS NOT NULL)", name=op.f("ck_reports_merged_into_another")
        ),
        sa.CheckConstraint("(latitude IS NULL) = (longitude IS NULL)", name=op.f("ck_reports_positions_are_pairs")),
        sa.ForeignKeyConstraint(["command_code"], ["units.code"], name=op.f("fk_reports_command_code_units")),
        sa.ForeignKeyConstraint(["department_code"], ["units.code"], name=op.f("fk_reports_department_code_units")),
        sa.ForeignKeyConstraint(
            ["list_version", "category_code"],
            ["report_categories.version", "report_categories.code"],
            name=op.f("fk_reports_list_version_category_code_report_categories"),
        ),
        sa.ForeignKeyConstraint(["merged_into_id"], ["reports.id"], name=op.f("fk_reports_merged_into_id_reports")),
        sa.ForeignKeyConstraint(["resident_id"], ["residents.id"], name=op.f("fk_reports_resident_id_residents")),
        sa.ForeignKeyConstraint(["unit_code"], ["units.code"], name=op.f("fk_reports_unit_code_units")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reports")),
        sa.UniqueConstraint("number", name=op.f("uq_reports_number")),
    )
    op.create_index(op.f("ix_reports_resident_id"), "reports", ["resident_id"], unique=False)
    op.create_index("ix_reports_status_department", "reports", ["status", "department_code"], unique=False)
    op.create_index("ix_reports_status_unit", "reports", ["status", "unit_code"], unique=False)
    op.create_index(op.f("ix_reports_unit_code"), "reports", ["unit_code"], unique=False)
    op.create_table(
        "claim_codes",
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["report_id"], ["reports.id"], name=op.f("fk_claim_codes_report_id_reports")),
        sa.PrimaryKeyConstraint("code_hash", name=op.f("pk_claim_codes")),
        sa.UniqueConstraint("report_id", name=op.f("uq_claim_codes_report_id")),
    )
    op.create_table(
        "report_unmaskings",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("asked_by", sa.String(length=64), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_approved", sa.Boolean(), nullable=True),
        sa.Column("note", sa.String(length=500), nullable=True),
        sa.Column("decided_by", sa.String(length=64), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(decided_at IS NULL) = (decided_by IS NULL) AND (decided_at IS NULL) = (is_approved IS NULL)",
            name=op.f("ck_report_unmaskings_decided_whole"),
        ),
        sa.CheckConstraint(
            "decided_by IS NULL OR decided_by <> asked_by", name=op.f("ck_report_unmaskings_two_persons")
        ),
        sa.ForeignKeyConstraint(["report_id"], ["reports.id"], name=op.f("fk_report_unmaskings_report_id_reports")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_unmaskings")),
    )
    op.create_index(op.f("ix_report_unmaskings_report_id"), "report_unmaskings", ["report_id"], unique=False)
    op.create_table(
        "report_requests",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column("kind", one_of("requestkind", "postponement", "withdrawal"), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("asked_by", sa.String(length=64), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_approved", sa.Boolean(), nullable=True),
        sa.Column("note", sa.String(length=500), nullable=True),
        sa.Column("decided_by", sa.String(length=64), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(kind = 'postponement') = (due_on IS NOT NULL)", name=op.f("ck_report_requests_postponements_name_a_day")
        ),
        sa.CheckConstraint(
            "(decided_at IS NULL) = (decided_by IS NULL) AND (decided_at IS NULL) = (is_approved IS NULL)",
            name=op.f("ck_report_requests_decided_whole"),
        ),
        sa.CheckConstraint("decided_by IS NULL OR decided_by <> asked_by", name=op.f("ck_report_requests_two_persons")),
        sa.ForeignKeyConstraint(["report_id"], ["reports.id"], name=op.f("fk_report_requests_report_id_reports")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_requests")),
    )
    op.create_index(op.f("ix_report_requests_report_id"), "report_requests", ["report_id"], unique=False)
    op.create_index(
        "uq_report_requests_undecided",
        "report_requests",
        ["report_id"],
        unique=True,
        sqlite_where=sa.text("decided_at IS NULL"),
        postgresql_where=sa.text("decided_at IS NULL"),
    )
    op.create_table(
        "report_steps",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", one_of("stepkind", *STEPS), nullable=False),
        sa.Column("made_by", sa.String(length=64), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", one_of("reportstatus", *STATUSES), nullable=False),
        sa.Column("unit_code", sa.String(length=32), nullable=True),
        sa.Column("old_due_on", sa.Date(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("note", sa.String(length=500), nullable=True),
        sa.Column("entry_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["report_id"], ["reports.id"], name=op.f("fk_report_steps_report_id_reports")),
        sa.ForeignKeyConstraint(["unit_code"], ["units.code"], name=op.f("fk_report_steps_unit_code_units")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_steps")),
        sa.UniqueConstraint("entry_id", name=op.f("uq_report_steps_entry_id")),
        sa.UniqueConstraint("report_id", "number", name=op.f("uq_report_steps_report_id_number")),
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE TRIGGER report_steps_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON report_steps"
            " FOR EACH STATEMENT EXECUTE FUNCTION ledger_is_append_only()"
        )
    else:
        for event in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER report_steps_refuse_{event.lower()} BEFORE {event} ON report_steps"
                " BEGIN SELECT RAISE(ABORT, 'report_steps are append-only'); END"
            )


def downgrade() -> None:
    """Drop the tables; the triggers go with theirs."""
    op.drop_table("report_steps")
    op.drop_table("report_requests")
    op.drop_table("report_unmaskings")
    op.drop_table("claim_codes")
    op.drop_table("reports")
    op.drop_table("duty_counts")
    op.drop_table("duties")
