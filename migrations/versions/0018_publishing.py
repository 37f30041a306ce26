"""What anybody may see of reports, in versions to which rows are only added, and never of what is hidden.

Revision ID: 0018
Revises: 0017
"""

import sqlalchemy as sa
from alembic import op

revision: str = "0018"
down_revision: str | None = "0017"
branch_labels = None
depends_on = None

TABLES = ("publications", "publication_photos", "publication_boxes")

# Of a report that is confidential, or of a category that is private in any version of the list.
HIDDEN = (
    "EXISTS (SELECT 1 FROM reports JOIN report_categories ON report_categories.code = reports.category_code"
    " WHERE reports.id = NEW.report_id AND (reports.is_confidential OR report_categories.is_private))"
)
# A photo is the report's own, and one that is shown was not taken by somebody without a name.
NOT_OURS = (
    "NOT EXISTS (SELECT 1 FROM publications JOIN reports ON reports.id = publications.report_id"
    " JOIN photos ON photos.matter_id = reports.id WHERE publications.id = NEW.publication_id"
    " AND photos.id = NEW.photo_id AND (NEW.copy_id IS NULL OR NOT reports.is_anonymous OR photos.kind <> 'seen'))"
)
REFUSALS = {
    "publications_hide_the_hidden": ("publications", f"NEW.is_shown AND {HIDDEN}", "this report is never public"),
    "publication_photos_hide_reporters": ("publication_photos", NOT_OURS, "this photo is never public"),
}


def upgrade() -> None:
    """Create the tables, and what the database refuses by itself."""
    op.create_table(
        "publications",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("is_shown", sa.Boolean(), nullable=False),
        sa.Column("text", sa.String(length=4_000), nullable=True),
        sa.Column("answer", sa.String(length=4_000), nullable=True),
        sa.Column("reason", sa.String(length=500), nullable=True),
        sa.Column("decided_by", sa.String(length=64), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("number >= 1", name=op.f("ck_publications_counted_from_1")),
        sa.CheckConstraint(
            "is_shown OR (text IS NULL AND answer IS NULL)", name=op.f("ck_publications_taken_down_whole")
        ),
        sa.CheckConstraint(
            "(is_shown AND text IS NOT NULL) OR reason IS NOT NULL", name=op.f("ck_publications_withheld_with_a_reason")
        ),
        sa.ForeignKeyConstraint(["report_id"], ["reports.id"], name=op.f("fk_publications_report_id_reports")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_publications")),
        sa.UniqueConstraint("report_id", "number", name=op.f("uq_publications_report_id_number")),
    )
    op.create_table(
        "publication_photos",
        sa.Column("publication_id", sa.Uuid(), nullable=False),
        sa.Column("photo_id", sa.Uuid(), nullable=False),
        sa.Column("copy_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["photo_id"], ["photos.id"], name=op.f("fk_publication_photos_photo_id_photos")),
        sa.ForeignKeyConstraint(
            ["publication_id"], ["publications.id"], name=op.f("fk_publication_photos_publication_id_publications")
        ),
        sa.PrimaryKeyConstraint("publication_id", "photo_id", name=op.f("pk_publication_photos")),
    )
    op.create_table(
        "publication_boxes",
        sa.Column("publication_id", sa.Uuid(), nullable=False),
        sa.Column("photo_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("from_left", "from_top", "width", "height")),
        sa.CheckConstraint(
            "from_left >= 0 AND from_top >= 0 AND width >= 1 AND height >= 1"
            " AND from_left + width <= 1000 AND from_top + height <= 1000",
            name=op.f("ck_publication_boxes_boxes_within_the_photo"),
        ),
        sa.ForeignKeyConstraint(
            ["publication_id", "photo_id"],
            ["publication_photos.publication_id", "publication_photos.photo_id"],
            name=op.f("fk_publication_boxes_publication_id_publication_photos"),
        ),
        sa.PrimaryKeyConstraint("publication_id", "photo_id", "number", name=op.f("pk_publication_boxes")),
    )
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    for table in TABLES:
        _only_grow(table, is_postgresql=is_postgresql)
    for name, (table, wrong, words) in REFUSALS.items():
        _refuse(name, table, wrong, words, is_postgresql=is_postgresql)


def _only_grow(table: str, *, is_postgresql: bool) -> None:
    if is_postgresql:
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


def _refuse(name: str, table: str, wrong: str, words: str, *, is_postgresql: bool) -> None:
    if is_postgresql:
        op.execute(
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$"
            f" BEGIN IF {wrong} THEN RAISE EXCEPTION '{words}' USING ERRCODE = 'check_violation'; END IF;"
            " RETURN NEW; END $$"
        )
        op.execute(f"CREATE TRIGGER {name} BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()")
        return
    op.execute(f"CREATE TRIGGER {name} BEFORE INSERT ON {table} WHEN {wrong} BEGIN SELECT RAISE(ABORT, '{words}'); END")


def downgrade() -> None:
    """Drop the tables; the triggers go with theirs."""
    for table in reversed(TABLES):
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        for name in REFUSALS:
            op.execute(f"DROP FUNCTION {name}()")
