"""What may be about the same is found by place; photos of forms that are not done yet are set aside.

Revision ID: 0019
Revises: 0018
"""

import sqlalchemy as sa
from alembic import op

revision: str = "0019"
down_revision: str | None = "0018"
branch_labels = None
depends_on = None

BY_UNIT = "ix_reports_unit_code_category_code_submitted_at"
BY_POSITION = "ix_reports_category_code_latitude_submitted_at"


def upgrade() -> None:
    """Index reports by place, and create the table of photos that are set aside."""
    op.create_index(BY_UNIT, "reports", ["unit_code", "category_code", "submitted_at"])
    op.create_index(BY_POSITION, "reports", ["category_code", "latitude", "submitted_at"])
    # The first of the two begins with what this one had.
    op.drop_index(op.f("ix_reports_unit_code"), "reports")
    op.create_table(
        "photos_set_aside",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("set_aside_on", sa.Date(), nullable=False),
        sa.CheckConstraint("width > 0 AND height > 0", name=op.f("ck_photos_set_aside_sizes_positive")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_photos_set_aside")),
    )
    op.create_index(op.f("ix_photos_set_aside_set_aside_on"), "photos_set_aside", ["set_aside_on"])


def downgrade() -> None:
    """Drop what was created, and index reports by unit alone as before."""
    op.drop_index(op.f("ix_photos_set_aside_set_aside_on"), "photos_set_aside")
    op.drop_table("photos_set_aside")
    op.create_index(op.f("ix_reports_unit_code"), "reports", ["unit_code"])
    op.drop_index(BY_POSITION, "reports")
    op.drop_index(BY_UNIT, "reports")
