"""Reports that other programs bring, and what is said about them there; lists of reports for anybody.

Revision ID: 0017
Revises: 0016
"""

import sqlalchemy as sa
from alembic import op

revision: str = "0017"
down_revision: str | None = "0016"
branch_labels = None
depends_on = None

CHANNELS = ("resident", "officer")
CHECK = "ck_reports_channel_known"
NOBODYS = "ck_reports_brought_is_nobodys"


def set_channels(channels: tuple[str, ...], *, description: int, before: int) -> None:
    """Let a report come in one of these ways, with a description of so many characters."""
    with op.batch_alter_table("reports") as reports:
        reports.drop_constraint(op.f(CHECK), type_="check")
        reports.create_check_constraint(op.f(CHECK), f"channel IN ({', '.join(map(repr, channels))})")
        reports.alter_column(
            "description",
            existing_type=sa.String(length=before),
            type_=sa.String(length=description),
            existing_nullable=False,
        )


def upgrade() -> None:
    """Let reports come from programs, and create what remembers who brought them."""
    set_channels((*CHANNELS, "open311"), description=4_000, before=500)
    with op.batch_alter_table("reports") as reports:
        reports.create_check_constraint(op.f(NOBODYS), "channel <> 'open311' OR resident_id IS NULL")
    op.create_index("ix_reports_submitted_at", "reports", ["submitted_at"])
    op.create_index("ix_reports_category_code_submitted_at", "reports", ["category_code", "submitted_at"])
    op.create_index(op.f("ix_report_steps_made_at"), "report_steps", ["made_at"])
    op.create_table(
        "outside_reports",
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column("sender", sa.String(length=64), nullable=False),
        sa.Column("external_id", sa.String(length=100), nullable=True),
        sa.Column("photos_missing", sa.Integer(), nullable=False),
        sa.CheckConstraint("photos_missing >= 0", name=op.f("ck_outside_reports_photos_missing_counted")),
        sa.ForeignKeyConstraint(["report_id"], ["reports.id"], name=op.f("fk_outside_reports_report_id_reports")),
        sa.PrimaryKeyConstraint("report_id", name=op.f("pk_outside_reports")),
        sa.UniqueConstraint("sender", "external_id", name=op.f("uq_outside_reports_sender_external_id")),
    )
    op.create_table(
        "outside_comments",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column("sender", sa.String(length=64), nullable=False),
        sa.Column("external_id", sa.String(length=100), nullable=True),
        sa.Column("text", sa.String(length=4_000), nullable=False),
        sa.Column("status", sa.String(length=32), nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["report_id"], ["reports.id"], name=op.f("fk_outside_comments_report_id_reports")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outside_comments")),
        sa.UniqueConstraint("sender", "external_id", name=op.f("uq_outside_comments_sender_external_id")),
    )
    op.create_index(op.f("ix_outside_comments_report_id"), "outside_comments", ["report_id"])


def downgrade() -> None:
    """Drop what was created; reports that came from programs must be gone before."""
    op.drop_table("outside_comments")
    op.drop_table("outside_reports")
    op.drop_index(op.f("ix_report_steps_made_at"), "report_steps")
    op.drop_index("ix_reports_category_code_submitted_at", "reports")
    op.drop_index("ix_reports_submitted_at", "reports")
    with op.batch_alter_table("reports") as reports:
        reports.drop_constraint(op.f(NOBODYS), type_="check")
    set_channels(CHANNELS, description=500, before=4_000)
