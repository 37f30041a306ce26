"""Departments among the units, and the versions of the responsibility list.

Revision ID: 0010
Revises: 0009
"""

import sqlalchemy as sa
from alembic import op

revision: str = "0010"
down_revision: str | None = "0009"
branch_labels = None
depends_on = None

LEVELS = ("county", "town", "community", "grid", "building")
CHECK = "ck_units_level_known"


def words(values: tuple[str, ...]) -> str:
    """Return the SQL that a level is one of these."""
    return f"level IN ({', '.join(map(repr, values))})"


def set_levels(levels: tuple[str, ...]) -> None:
    """Let a unit have one of these levels."""
    with op.batch_alter_table("units") as units:
        units.drop_constraint(op.f(CHECK), type_="check")
        units.create_check_constraint(op.f(CHECK), words(levels))


def upgrade() -> None:
    """Let units be departments, and create the tables of the list."""
    set_levels((*LEVELS, "department"))
    op.create_table(
        "responsibility_lists",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("published_by", sa.String(length=64), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_responsibility_lists")),
    )
    op.create_table(
        "report_categories",
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("code", sa.String(length=16), nullable=False),
        sa.Column("parent_code", sa.String(length=16), nullable=True),
        sa.Column(
            "kind",
            sa.Enum(
                "component",
                "event",
                name="categorykind_known",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("name_en", sa.String(length=100), nullable=False),
        sa.Column("department_code", sa.String(length=32), nullable=True),
        sa.Column("normal_days", sa.Integer(), nullable=True),
        sa.Column("serious_days", sa.Integer(), nullable=True),
        sa.Column("urgent_days", sa.Integer(), nullable=True),
        sa.Column("dispatch_days", sa.Integer(), nullable=True),
        sa.Column("is_private", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "(parent_code IS NULL) = (department_code IS NULL) AND (parent_code IS NULL) = (normal_days IS NULL)"
            " AND (parent_code IS NULL) = (serious_days IS NULL) AND (parent_code IS NULL) = (urgent_days IS NULL)"
            " AND (parent_code IS NULL) = (dispatch_days IS NULL)",
            name=op.f("ck_report_categories_leaves_have_an_owner"),
        ),
        sa.CheckConstraint(
            "urgent_days >= 1 AND serious_days >= urgent_days AND normal_days >= serious_days AND dispatch_days >= 1",
            name=op.f("ck_report_categories_days_in_order"),
        ),
        sa.ForeignKeyConstraint(
            ["department_code"], ["units.code"], name=op.f("fk_report_categories_department_code_units")
        ),
        sa.ForeignKeyConstraint(
            ["version", "parent_code"],
            ["report_categories.version", "report_categories.code"],
            name=op.f("fk_report_categories_version_parent_code_report_categories"),
        ),
        sa.ForeignKeyConstraint(
            ["version"],
            ["responsibility_lists.number"],
            name=op.f("fk_report_categories_version_responsibility_lists"),
        ),
        sa.PrimaryKeyConstraint("version", "code", name=op.f("pk_report_categories")),
    )


def downgrade() -> None:
    """Drop the tables again; departments must be gone before."""
    op.drop_table("report_categories")
    op.drop_table("responsibility_lists")
    set_levels(LEVELS)
