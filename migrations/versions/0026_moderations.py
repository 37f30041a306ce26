"""Who decided what the public sees of a report stands beside reports too, so that one can appeal against it.

Revision ID: 0026
Revises: 0025
"""

import sqlalchemy as sa
from alembic import op

revision: str = "0026"
down_revision: str | None = "0025"
branch_labels = None
depends_on = None

# Of each version that there is. What its moderator withheld: the words, the answer to what a department had said it
# did, or a photo that could have been shown; or the words were changed, and it says why.
EARLIER = """
INSERT INTO report_moderations (id, report_id, number, is_against, made_by, made_at)
SELECT made.id, made.report_id, made.number,
    NOT made.is_shown
    OR made.text IS NULL
    OR (made.reason IS NOT NULL AND made.text <> reports.description)
    OR (made.answer IS NULL AND EXISTS (
        SELECT 1 FROM report_steps AS done WHERE done.report_id = made.report_id
        AND done.kind IN ('handling', 'completion') AND done.note IS NOT NULL AND done.made_at <= made.decided_at
    ))
    OR EXISTS (
        SELECT 1 FROM publication_photos AS decided JOIN photos ON photos.id = decided.photo_id
        WHERE decided.publication_id = made.id AND decided.copy_id IS NULL
        AND NOT (reports.is_anonymous AND photos.kind = 'seen')
    ),
    made.decided_by, made.decided_at
FROM publications AS made JOIN reports ON reports.id = made.report_id
"""


def upgrade() -> None:
    """Create the table, which only grows, and note in it what was decided before."""
    op.create_table(
        "report_moderations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("is_against", sa.Boolean(), nullable=False),
        sa.Column("made_by", sa.String(length=64), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["report_id"], ["reports.id"], name=op.f("fk_report_moderations_report_id_reports")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_moderations")),
        sa.UniqueConstraint("report_id", "number", name=op.f("uq_report_moderations_report_id_number")),
    )
    op.execute(EARLIER)
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE TRIGGER report_moderations_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON report_moderations"
            " FOR EACH STATEMENT EXECUTE FUNCTION ledger_is_append_only()"
        )
        return
    for event in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER report_moderations_refuse_{event.lower()} BEFORE {event} ON report_moderations"
            " BEGIN SELECT RAISE(ABORT, 'report_moderations are append-only'); END"
        )


def downgrade() -> None:
    """Drop the table, and what was appealed for because of it."""
    op.execute("DELETE FROM report_appeals WHERE subject = 'publication'")
    op.drop_table("report_moderations")
