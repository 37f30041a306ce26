"""What reporters say: ratings, which are only added, the call-backs with their seed, the weekly digests; and notices.

Revision ID: 0016
Revises: 0015
"""

import sqlalchemy as sa
from alembic import op

revision: str = "0016"
down_revision: str | None = "0015"
branch_labels = None
depends_on = None

COUNTS = (
    *("charged", "discharged_on_time", "discharged_late", "moved_away", "withdrawn", "open", "handled", "open_overdue"),
    *("responded", "response_due", "resolved", "resolution_known", "satisfied", "rated", "not_reached"),
)


ROLES = (
    *("administrator", "approver", "finance", "auditor", "dispatcher", "supervisor", "handler", "open311", "organiser"),
    *("resident", "merchant_owner", "till"),
)


def one_of(name: str, *values: str) -> sa.Enum:
    """Return the type of a column that holds one of these words."""
    return sa.Enum(*values, name=f"{name}_known", native_enum=False, create_constraint=True, length=32)


def upgrade() -> None:
    """Create the tables; ratings only grow."""
    op.create_index("ix_report_steps_kind_made_at", "report_steps", ["kind", "made_at"], unique=False)
    op.create_table(
        "report_ratings",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column("closure_id", sa.Uuid(), nullable=False),
        sa.Column("stars", sa.Integer(), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=True),
        sa.Column("rated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("stars BETWEEN 1 AND 5", name=op.f("ck_report_ratings_stars_from_1_to_5")),
        sa.ForeignKeyConstraint(
            ["closure_id"], ["report_steps.id"], name=op.f("fk_report_ratings_closure_id_report_steps")
        ),
        sa.ForeignKeyConstraint(["report_id"], ["reports.id"], name=op.f("fk_report_ratings_report_id_reports")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_ratings")),
        sa.UniqueConstraint("closure_id", name=op.f("uq_report_ratings_closure_id")),
    )
    op.create_index(op.f("ix_report_ratings_report_id"), "report_ratings", ["report_id"], unique=False)
    op.create_table(
        "call_back_seed",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("seed", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("number = 1", name=op.f("ck_call_back_seed_only_one")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_call_back_seed")),
    )
    op.create_table(
        "call_backs",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column("closure_id", sa.Uuid(), nullable=False),
        sa.Column("drawn_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_reached", sa.Boolean(), nullable=True),
        sa.Column("is_resolved", sa.Boolean(), nullable=True),
        sa.Column("is_satisfied", sa.Boolean(), nullable=True),
        sa.Column("note", sa.String(length=500), nullable=True),
        sa.Column("answered_by", sa.String(length=64), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(answered_at IS NULL) = (answered_by IS NULL) AND (answered_at IS NULL) = (is_reached IS NULL)",
            name=op.f("ck_call_backs_answered_whole"),
        ),
        sa.CheckConstraint(
            "(is_resolved IS NOT NULL) = COALESCE(is_reached, false)"
            " AND (is_satisfied IS NOT NULL) = COALESCE(is_reached, false)",
            name=op.f("ck_call_backs_who_was_reached_said_both"),
        ),
        sa.ForeignKeyConstraint(
            ["closure_id"], ["report_steps.id"], name=op.f("fk_call_backs_closure_id_report_steps")
        ),
        sa.ForeignKeyConstraint(["report_id"], ["reports.id"], name=op.f("fk_call_backs_report_id_reports")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call_backs")),
        sa.UniqueConstraint("closure_id", name=op.f("uq_call_backs_closure_id")),
    )
    op.create_index(op.f("ix_call_backs_report_id"), "call_backs", ["report_id"], unique=False)
    op.create_table(
        "unit_digests",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("unit_code", sa.String(length=32), nullable=False),
        sa.Column("week_on", sa.Date(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in COUNTS),
        sa.ForeignKeyConstraint(["unit_code"], ["units.code"], name=op.f("fk_unit_digests_unit_code_units")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit_digests")),
        sa.UniqueConstraint("unit_code", "week_on", name=op.f("uq_unit_digests_unit_code_week_on")),
    )
    op.create_table(
        "unit_digest_overdue",
        sa.Column("digest_id", sa.Uuid(), nullable=False),
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["digest_id"], ["unit_digests.id"], name=op.f("fk_unit_digest_overdue_digest_id_unit_digests")
        ),
        sa.ForeignKeyConstraint(["report_id"], ["reports.id"], name=op.f("fk_unit_digest_overdue_report_id_reports")),
        sa.PrimaryKeyConstraint("digest_id", "report_id", name=op.f("pk_unit_digest_overdue")),
    )
    _only_grow("report_ratings")
    _create_notices()


def _create_notices() -> None:
    op.create_table(
        "notices",
        sa.Column("id", sa.Uuid(), nullable=False),
        # Of any kind: another one needs no migration.
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("matter_id", sa.Uuid(), nullable=False),
        sa.Column("cause_id", sa.Uuid(), nullable=False),
        sa.Column("resident_id", sa.Uuid(), nullable=True),
        sa.Column("unit_code", sa.String(length=32), nullable=True),
        sa.Column("role", one_of("role", *ROLES), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("read_by", sa.String(length=64), nullable=True),
        sa.Column("sending", one_of("sendingstate", "waiting", "sent", "given_up", "kept"), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("next_try_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(resident_id IS NULL) = (unit_code IS NOT NULL) AND (unit_code IS NULL) = (role IS NULL)",
            name=op.f("ck_notices_one_recipient"),
        ),
        sa.CheckConstraint("(read_at IS NULL) = (read_by IS NULL)", name=op.f("ck_notices_read_whole")),
        sa.CheckConstraint(
            "(sending = 'waiting') = (next_try_at IS NOT NULL)", name=op.f("ck_notices_waiting_for_a_try")
        ),
        sa.CheckConstraint("(sending = 'sent') = (sent_at IS NOT NULL)", name=op.f("ck_notices_sent_at_a_time")),
        sa.ForeignKeyConstraint(["resident_id"], ["residents.id"], name=op.f("fk_notices_resident_id_residents")),
        sa.ForeignKeyConstraint(["unit_code"], ["units.code"], name=op.f("fk_notices_unit_code_units")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notices")),
    )
    of_resident, of_unit = sa.text("resident_id IS NOT NULL"), sa.text("unit_code IS NOT NULL")
    is_waiting = sa.text("sending = 'waiting'")
    op.create_index(
        "uq_notices_of_residents",
        "notices",
        ["cause_id", "kind", "resident_id"],
        unique=True,
        sqlite_where=of_resident,
        postgresql_where=of_resident,
    )
    op.create_index(
        "uq_notices_of_units",
        "notices",
        ["cause_id", "kind", "unit_code", "role"],
        unique=True,
        sqlite_where=of_unit,
        postgresql_where=of_unit,
    )
    op.create_index("ix_notices_resident", "notices", ["resident_id", "id"], unique=False)
    op.create_index("ix_notices_unit", "notices", ["unit_code", "role", "id"], unique=False)
    op.create_index(
        "ix_notices_waiting",
        "notices",
        ["next_try_at"],
        unique=False,
        sqlite_where=is_waiting,
        postgresql_where=is_waiting,
    )


def _only_grow(table: str) -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION ledger_is_append_only()"
        )
        return
    for event in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER {table}_refuse_{event.lower()} BEFORE {event} ON {table}"
            f" BEGIN SELECT RAISE(ABORT, '{table} are append-only'); END"
        )


def downgrade() -> None:
    """Drop the tables; the triggers go with theirs."""
    op.drop_table("notices")
    op.drop_table("unit_digest_overdue")
    op.drop_table("unit_digests")
    op.drop_table("call_backs")
    op.drop_table("call_back_seed")
    op.drop_table("report_ratings")
    op.drop_index("ix_report_steps_kind_made_at", table_name="report_steps")
