"""What was left of duties at the end of any day, and what the rates count, as sums kept by day; and what lists need.

Revision ID: 0021
Revises: 0020
"""

import os
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from alembic import op

revision: str = "0021"
down_revision: str | None = "0020"
branch_labels = None
depends_on = None

KNOWN = "ck_duty_counts_measure_known"
MEASURES = ("charged", "handed_over", "given_back", "met", "missed", "lapsed", "moved", "withdrawn")
OF_WHAT_IS_LEFT = ("withdrawn_handled", "overdue_in", "overdue_out")
KINDS = (
    *("duty_charged", "duty_moved", "duty_postponed", "duty_lapsed"),
    *("duty_handled", "duty_returned", "duty_discharged", "duty_withdrawn"),
)
DAYS = {
    "response_days": ("responded", "response_due"),
    "closure_days": ("resolved", "resolution_known", "satisfied", "rated", "not_reached"),
}
INDEXES: tuple[tuple[str, str, tuple[str, ...], str | None], ...] = (
    ("ix_reports_merged_into_id", "reports", ("merged_into_id",), "merged_into_id IS NOT NULL"),
    ("ix_reports_status_id", "reports", ("status", "id"), None),
    ("ix_report_steps_report_id_made_by", "report_steps", ("report_id", "made_by"), None),
    ("ix_report_joins_asked", "report_joins", ("id",), "state = 'asked'"),
    ("ix_orders_ordered_by", "orders", ("ordered_by",), None),
    ("ix_orders_answered_by", "orders", ("answered_by",), None),
)
AT_ONCE = 10_000


def create_months() -> None:
    """Create the same counts by month, and add up the days."""
    known = sa.Enum(
        *MEASURES, *OF_WHAT_IS_LEFT, name="measure_known", native_enum=False, create_constraint=True, length=32
    )
    op.create_table(
        "duty_month_counts",
        sa.Column("unit_code", sa.String(length=32), nullable=False),
        sa.Column("month_on", sa.Date(), nullable=False),
        sa.Column("measure", known, nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("count > 0", name=op.f("ck_duty_month_counts_count_positive")),
        sa.ForeignKeyConstraint(["unit_code"], ["units.code"], name=op.f("fk_duty_month_counts_unit_code_units")),
        sa.PrimaryKeyConstraint("unit_code", "month_on", "measure", name=op.f("pk_duty_month_counts")),
    )
    months = {
        "postgresql": "CAST(date_trunc('month', on_day) AS date)",
        "sqlite": "date(on_day, 'start of month')",
    }
    counts = sa.table("duty_counts", *map(sa.column, ("unit_code", "measure", "count")))
    month_on: sa.ColumnClause[date] = sa.literal_column(months[op.get_bind().dialect.name])
    columns = ("unit_code", "month_on", "measure", "count")
    sums = sa.select(counts.c.unit_code, month_on, counts.c.measure, sa.func.sum(counts.c.count)).group_by(
        counts.c.unit_code, month_on, counts.c.measure
    )
    op.execute(sa.insert(sa.table("duty_month_counts", *map(sa.column, columns))).from_select(list(columns), sums))


def create_days() -> None:
    """Create what is summed up of each day for the rates; the jobs fill it."""
    for table, counts in DAYS.items():
        op.create_table(
            table,
            sa.Column("on_day", sa.Date(), nullable=False),
            sa.Column("unit_code", sa.String(length=32), nullable=False),
            *(sa.Column(name, sa.Integer(), nullable=False) for name in counts),
            sa.ForeignKeyConstraint(["unit_code"], ["units.code"], name=op.f(f"fk_{table}_unit_code_units")),
            sa.PrimaryKeyConstraint("on_day", "unit_code", name=op.f(f"pk_{table}")),
        )
    op.create_table(
        "days_summed",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("responses_until", sa.Date(), nullable=False),
        sa.Column("closures_until", sa.Date(), nullable=False),
        sa.Column("looked_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("number = 1", name=op.f("ck_days_summed_only_one")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_days_summed")),
    )


def create_indexes() -> None:
    """Create what lists need to find their first page among very many reports."""
    for name, table, columns, where in INDEXES:
        op.create_index(
            name,
            table,
            list(columns),
            unique=False,
            sqlite_where=None if where is None else sa.text(where),
            postgresql_where=None if where is None else sa.text(where),
        )


def set_measures(*measures: str) -> None:
    """Let just these measures be counted."""
    with op.batch_alter_table("duty_counts") as counts:
        counts.drop_constraint(op.f(KNOWN), type_="check")
        counts.create_check_constraint(op.f(KNOWN), f"measure IN ({', '.join(map(repr, measures))})")


def happened() -> Iterator[tuple[str, date, str]]:
    """Yield what the books say of duties that came, left, or were withdrawn when handled: the unit, day and measure."""
    zone = ZoneInfo(os.environ.get("COMMUNITY_TIME_ZONE") or "Asia/Shanghai")
    rows = op.get_bind().execute(
        sa.text(
            "SELECT accounts.code, postings.lot, postings.side, journal_entries.kind, journal_entries.occurred_at"
            " FROM postings JOIN accounts ON accounts.id = postings.account_id"
            " JOIN journal_entries ON journal_entries.id = postings.entry_id"
            " WHERE postings.asset = 'DUTY' AND journal_entries.kind IN :kinds"
        )
        .bindparams(sa.bindparam("kinds", KINDS, expanding=True))
        .columns(occurred_at=sa.DateTime(timezone=True))
        # Years of postings are not held in memory at once.
        .execution_options(yield_per=AT_ONCE),
    )
    for code, lot, side, kind, occurred_at in rows:
        owner, _, part = code.rpartition(":")
        unit_code, day = owner.removeprefix("unit:"), local_day(occurred_at, zone)
        if part == "duties":
            measure = "overdue_out" if side == "debit" else "overdue_in"
            yield unit_code, max(day, date.fromisoformat(lot)), measure
        elif side == "debit" and kind == "duty_withdrawn":
            yield unit_code, day, "withdrawn_handled"


def local_day(instant: datetime, zone: ZoneInfo) -> date:
    """Return the community's day of an instant, which SQLite gives back without its time zone."""
    return (instant if instant.tzinfo else instant.replace(tzinfo=UTC)).astimezone(zone).date()


def upgrade() -> None:
    """Count what came and what left, for all that is in the books already."""
    set_measures(*MEASURES, *OF_WHAT_IS_LEFT)
    counts = sa.table(
        "duty_counts", sa.column("unit_code"), sa.column("on_day", sa.Date()), sa.column("measure"), sa.column("count")
    )
    rows = [
        {"unit_code": unit_code, "on_day": day, "measure": measure, "count": count}
        for (unit_code, day, measure), count in sorted(Counter(happened()).items())
    ]
    for begin in range(0, len(rows), AT_ONCE):
        op.bulk_insert(counts, rows[begin : begin + AT_ONCE])
    op.create_index("ix_duty_counts_on_day", "duty_counts", ["on_day"], unique=False)
    create_months()
    create_days()
    create_indexes()


def downgrade() -> None:
    """Forget these counts and sums: the books and the steps say the same."""
    for name, table, _, _ in INDEXES:
        op.drop_index(name, table)
    for table in ("days_summed", *DAYS, "duty_month_counts"):
        op.drop_table(table)
    op.drop_index("ix_duty_counts_on_day", "duty_counts")
    counts = sa.table("duty_counts", sa.column("measure"))
    op.execute(sa.delete(counts).where(counts.c.measure.in_(OF_WHAT_IS_LEFT)))
    set_measures(*MEASURES)
