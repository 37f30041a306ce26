"""How much is reported and closed, as sums by unit, month and category; and what steps change about them.

Revision ID: 0025
Revises: 0024
"""

import os
import sqlite3
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from alembic import op

revision: str = "0025"
down_revision: str | None = "0024"
branch_labels = None
depends_on = None

# The first day of an instant's month in the community's time, as each database says it.
MONTHS = {
    "postgresql": "CAST(date_trunc('month', {at} AT TIME ZONE :zone) AS date)",
    "sqlite": "month_on_here({at})",
}
COUNT_REPORTS = """
WITH RECURSIVE above (place, unit_code) AS (
    SELECT code, code FROM units
    UNION ALL
    SELECT above.place, units.parent_code
    FROM above JOIN units ON units.code = above.unit_code
    WHERE units.parent_code IS NOT NULL
)
INSERT INTO report_month_counts (unit_code, month_on, category_code, sent_in, closed_since, closed)
SELECT above.unit_code, month_on, category_code, sum(sent_in), sum(closed_since), sum(closed)
FROM (
    SELECT
        unit_code, category_code, {sent_on} AS month_on, count(*) AS sent_in, count(closed_at) AS closed_since,
        0 AS closed
    FROM reports
    GROUP BY 1, 2, 3
    UNION ALL
    SELECT unit_code, category_code, {closed_on}, 0, 0, count(*)
    FROM reports
    WHERE closed_at IS NOT NULL
    GROUP BY 1, 2, 3
) AS counted
JOIN above ON above.place = counted.unit_code
GROUP BY 1, 2, 3
"""


def columns() -> list[sa.Column[Any]]:
    """Return the columns that both tables have."""
    names = ("sent_in", "closed_since", "closed")
    return [
        sa.Column("unit_code", sa.String(length=32), nullable=False),
        sa.Column("month_on", sa.Date(), nullable=False),
        sa.Column("category_code", sa.String(length=16), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in names),
    ]


def upgrade() -> None:
    """Create the sums and what waits to be added to them, and count all reports that there are."""
    for table, own, key in (
        ("report_month_counts", [], ["unit_code", "month_on", "category_code"]),
        ("report_count_changes", [sa.Column("id", sa.Uuid(), nullable=False)], ["id"]),
    ):
        op.create_table(
            table,
            *own,
            *columns(),
            sa.ForeignKeyConstraint(["unit_code"], ["units.code"], name=op.f(f"fk_{table}_unit_code_units")),
            sa.PrimaryKeyConstraint(*key, name=op.f(f"pk_{table}")),
        )
    zone = ZoneInfo(os.environ.get("COMMUNITY_TIME_ZONE") or "Asia/Shanghai")
    connection = op.get_bind()
    kind = connection.dialect.name
    if kind == "sqlite":
        teach(connection, zone)
    month = MONTHS[kind]
    counting = sa.text(
        COUNT_REPORTS.format(sent_on=month.format(at="submitted_at"), closed_on=month.format(at="closed_at"))
    )
    connection.execute(counting, {"zone": zone.key} if kind == "postgresql" else {})


def teach(connection: sa.Connection, zone: ZoneInfo) -> None:
    """Teach SQLite, which knows no time zones, what month it is here."""

    def month_on_here(stored: str) -> str:
        instant = datetime.fromisoformat(stored).replace(tzinfo=UTC)
        return instant.astimezone(zone).date().replace(day=1).isoformat()

    driver = connection.connection.driver_connection
    if not isinstance(driver, sqlite3.Connection):
        raise TypeError("this is no connection to SQLite")
    driver.create_function("month_on_here", 1, month_on_here, deterministic=True)


def downgrade() -> None:
    """Forget the sums: the reports say the same."""
    op.drop_table("report_count_changes")
    op.drop_table("report_month_counts")
