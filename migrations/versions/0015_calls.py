"""Calls of several units about one report (吹哨), what is brought before the level above, and its orders (督办).

Revision ID: 0015
Revises: 0014
"""

import sqlalchemy as sa
from alembic import op

revision: str = "0015"
down_revision: str | None = "0014"
branch_labels = None
depends_on = None

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
STEPS_OF_CALLS = (
    "lead",
    "call",
    "call_acknowledgement",
    "call_handling",
    "call_acceptance",
    "call_return",
    "call_postponement",
    "call_withdrawal",
    "completion",
)
KNOWN = "ck_report_steps_stepkind_known"


def one_of(name: str, *values: str) -> sa.Enum:
    """Return the type of a column that holds one of these words."""
    return sa.Enum(*values, name=f"{name}_known", native_enum=False, create_constraint=True, length=32)


def words(values: tuple[str, ...]) -> str:
    """Return the SQL that a step is one of these."""
    return f"kind IN ({', '.join(map(repr, values))})"


def take_off_the_guards() -> None:
    """Let steps be copied into a table of another shape, as SQLite does it; on PostgreSQL the trigger may stay."""
    if op.get_bind().dialect.name == "sqlite":
        for event in ("update", "delete"):
            op.execute(f"DROP TRIGGER report_steps_refuse_{event}")


def put_up_the_guards() -> None:
    """Let steps only grow again."""
    if op.get_bind().dialect.name == "sqlite":
        for event in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER report_steps_refuse_{event.lower()} BEFORE {event} ON report_steps"
                " BEGIN SELECT RAISE(ABORT, 'report_steps are append-only'); END"
            )


def create_calls() -> None:
    """Create the calls."""
    op.create_table(
        "report_calls",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column("unit_code", sa.String(length=32), nullable=False),
        sa.Column(
            "state",
            one_of("callstate", "called", "acknowledged", "handled", "returned", "accepted", "withdrawn"),
            nullable=False,
        ),
        sa.Column("called_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["report_id"], ["reports.id"], name=op.f("fk_report_calls_report_id_reports")),
        sa.ForeignKeyConstraint(["unit_code"], ["units.code"], name=op.f("fk_report_calls_unit_code_units")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_calls")),
    )
    op.create_index(op.f("ix_report_calls_report_id"), "report_calls", ["report_id"], unique=False)
    op.create_index(op.f("ix_report_calls_unit_code"), "report_calls", ["unit_code"], unique=False)
    op.create_index(
        "uq_report_calls_open",
        "report_calls",
        ["report_id", "unit_code"],
        unique=True,
        sqlite_where=sa.text("state NOT IN ('accepted', 'withdrawn')"),
        postgresql_where=sa.text("state NOT IN ('accepted', 'withdrawn')"),
    )


def create_oversight() -> None:
    """Create what is brought before the level above, and its orders."""
    op.create_table(
        "escalations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", one_of("escalationkind", "overdue", "urgent"), nullable=False),
        sa.Column("matter_id", sa.Uuid(), nullable=False),
        sa.Column("duty_id", sa.Uuid(), nullable=True),
        sa.Column("from_unit_code", sa.String(length=32), nullable=False),
        sa.Column("to_unit_code", sa.String(length=32), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("raised_on", sa.Date(), nullable=False),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(kind = 'overdue') = (duty_id IS NOT NULL) AND (duty_id IS NULL) = (due_on IS NULL)",
            name=op.f("ck_escalations_what_is_overdue_is_a_duty"),
        ),
        sa.CheckConstraint(
            "kind = 'overdue' OR to_unit_code IS NOT NULL", name=op.f("ck_escalations_what_is_urgent_goes_somewhere")
        ),
        sa.ForeignKeyConstraint(["duty_id"], ["duties.id"], name=op.f("fk_escalations_duty_id_duties")),
        sa.ForeignKeyConstraint(["from_unit_code"], ["units.code"], name=op.f("fk_escalations_from_unit_code_units")),
        sa.ForeignKeyConstraint(["to_unit_code"], ["units.code"], name=op.f("fk_escalations_to_unit_code_units")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_escalations")),
        sa.UniqueConstraint("duty_id", name=op.f("uq_escalations_duty_id")),
    )
    for column in ("from_unit_code", "matter_id", "to_unit_code"):
        op.create_index(op.f(f"ix_escalations_{column}"), "escalations", [column], unique=False)
    op.create_table(
        "orders",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("matter_id", sa.Uuid(), nullable=False),
        sa.Column("place_code", sa.String(length=32), nullable=False),
        sa.Column("unit_code", sa.String(length=32), nullable=False),
        sa.Column("is_to_command", sa.Boolean(), nullable=False),
        sa.Column("words", sa.String(length=500), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("ordered_by", sa.String(length=64), nullable=False),
        sa.Column("ordered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer", sa.String(length=500), nullable=True),
        sa.Column("answered_by", sa.String(length=64), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(answered_at IS NULL) = (answered_by IS NULL) AND (answered_at IS NULL) = (answer IS NULL)",
            name=op.f("ck_orders_answered_whole"),
        ),
        sa.CheckConstraint("answered_by IS NULL OR answered_by <> ordered_by", name=op.f("ck_orders_two_persons")),
        sa.ForeignKeyConstraint(["place_code"], ["units.code"], name=op.f("fk_orders_place_code_units")),
        sa.ForeignKeyConstraint(["unit_code"], ["units.code"], name=op.f("fk_orders_unit_code_units")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_orders")),
    )
    for column in ("matter_id", "place_code", "unit_code"):
        op.create_index(op.f(f"ix_orders_{column}"), "orders", [column], unique=False)
    op.create_index(
        "ix_orders_unanswered",
        "orders",
        ["due_on"],
        unique=False,
        sqlite_where=sa.text("answered_at IS NULL"),
        postgresql_where=sa.text("answered_at IS NULL"),
    )


def upgrade() -> None:
    """Create the tables; let steps be about calls, and reports be led and urgent."""
    create_calls()
    create_oversight()
    with op.batch_alter_table("reports") as reports:
        reports.add_column(sa.Column("is_urgent", sa.Boolean(), server_default=sa.false(), nullable=False))
        reports.add_column(sa.Column("is_led", sa.Boolean(), server_default=sa.false(), nullable=False))
        reports.create_check_constraint(
            op.f("ck_reports_led_by_the_command_unit"), "NOT is_led OR department_code IS NULL"
        )
    with op.batch_alter_table("report_requests") as requests:
        requests.add_column(sa.Column("call_id", sa.Uuid(), nullable=True))
        requests.create_foreign_key(
            op.f("fk_report_requests_call_id_report_calls"), "report_calls", ["call_id"], ["id"]
        )
    take_off_the_guards()
    with op.batch_alter_table("report_steps") as steps:
        steps.add_column(sa.Column("call_id", sa.Uuid(), nullable=True))
        steps.drop_constraint(op.f(KNOWN), type_="check")
        steps.create_check_constraint(op.f(KNOWN), words((*STEPS, *STEPS_OF_CALLS)))
        steps.create_check_constraint(
            op.f("ck_report_steps_steps_of_calls_name_them"), "(kind LIKE 'call%') = (call_id IS NOT NULL)"
        )
        steps.create_foreign_key(op.f("fk_report_steps_call_id_report_calls"), "report_calls", ["call_id"], ["id"])
    op.create_index(op.f("ix_report_steps_call_id"), "report_steps", ["call_id"], unique=False)
    put_up_the_guards()


def downgrade() -> None:
    """Drop the tables and columns."""
    take_off_the_guards()
    op.drop_index(op.f("ix_report_steps_call_id"), "report_steps")
    with op.batch_alter_table("report_steps") as steps:
        steps.drop_constraint(op.f("fk_report_steps_call_id_report_calls"), type_="foreignkey")
        steps.drop_constraint(op.f("ck_report_steps_steps_of_calls_name_them"), type_="check")
        steps.drop_constraint(op.f(KNOWN), type_="check")
        steps.create_check_constraint(op.f(KNOWN), words(STEPS))
        steps.drop_column("call_id")
    put_up_the_guards()
    with op.batch_alter_table("report_requests") as requests:
        requests.drop_constraint(op.f("fk_report_requests_call_id_report_calls"), type_="foreignkey")
        requests.drop_column("call_id")
    with op.batch_alter_table("reports") as reports:
        reports.drop_constraint(op.f("ck_reports_led_by_the_command_unit"), type_="check")
        reports.drop_column("is_led")
        reports.drop_column("is_urgent")
    op.drop_table("orders")
    op.drop_table("escalations")
    op.drop_table("report_calls")
