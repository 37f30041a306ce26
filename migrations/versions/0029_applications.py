"""Applications to become a merchant, with versions and steps, and renewals of namings.

Revision ID: 0029
Revises: 0028
"""

import sqlalchemy as sa
from alembic import op

revision: str = "0029"
down_revision: str | None = "0028"
branch_labels = None
depends_on = None

ONLY_GROW = ("merchant_application_versions", "merchant_application_steps", "naming_renewal_steps")


def one_of(name: str, *values: str) -> sa.Enum:
    """Return the type of a column that holds one of these words."""
    return sa.Enum(*values, name=f"{name}_known", native_enum=False, create_constraint=True, length=32)


def upgrade() -> None:
    """Create the tables, and let a naming say which one it renews."""
    with op.batch_alter_table("namings") as namings:
        namings.add_column(sa.Column("renews_id", sa.Uuid(), nullable=True))
        namings.create_foreign_key(op.f("fk_namings_renews_id_namings"), "namings", ["renews_id"], ["id"])
        namings.create_unique_constraint(op.f("uq_namings_renews_id"), ["renews_id"])
    _create_applications()
    op.create_table(
        "naming_renewal_steps",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("naming_id", sa.Uuid(), nullable=False),
        sa.Column("kind", one_of("renewalstepkind", "request", "refusal"), nullable=False),
        sa.Column("words", sa.String(length=500), nullable=True),
        sa.Column("made_by", sa.String(length=64), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "kind = 'request' OR words IS NOT NULL", name=op.f("ck_naming_renewal_steps_refusals_say_why")
        ),
        sa.ForeignKeyConstraint(["naming_id"], ["namings.id"], name=op.f("fk_naming_renewal_steps_naming_id_namings")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_naming_renewal_steps")),
    )
    op.create_index("ix_naming_renewal_steps_naming_id", "naming_renewal_steps", ["naming_id"], unique=False)
    _guard()


def _create_applications() -> None:
    op.create_table(
        "merchant_applications",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(length=12), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column(
            "state",
            one_of("applicationstate", "submitted", "returned", "accepted", "refused", "withdrawn"),
            nullable=False,
        ),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("contact_name", sa.String(length=100), nullable=False),
        sa.Column("phone_encrypted", sa.String(length=255), nullable=False),
        sa.Column("phone_lookup", sa.String(length=64), nullable=False),
        sa.Column("merchant_id", sa.Uuid(), nullable=True),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(state = 'accepted') = (merchant_id IS NOT NULL)",
            name=op.f("ck_merchant_applications_accepted_ones_are_merchants"),
        ),
        sa.CheckConstraint("version >= 1", name=op.f("ck_merchant_applications_versions_positive")),
        sa.ForeignKeyConstraint(
            ["merchant_id"], ["merchants.id"], name=op.f("fk_merchant_applications_merchant_id_merchants")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_merchant_applications")),
        sa.UniqueConstraint("number", name=op.f("uq_merchant_applications_number")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_merchant_applications_code_hash")),
        sa.UniqueConstraint("merchant_id", name=op.f("uq_merchant_applications_merchant_id")),
    )
    op.create_index("ix_merchant_applications_state_id", "merchant_applications", ["state", "id"], unique=False)
    op.create_table(
        "merchant_application_versions",
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("shop_name", sa.String(length=100), nullable=False),
        sa.Column("category", sa.String(length=100), nullable=False),
        sa.Column("naming_class", sa.String(length=100), nullable=False),
        sa.Column("address", sa.String(length=100), nullable=False),
        sa.Column("unit_code", sa.String(length=32), nullable=False),
        sa.Column("credit_code", sa.String(length=18), nullable=False),
        sa.Column("made_by", sa.String(length=64), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["merchant_applications.id"],
            name=op.f("fk_merchant_application_versions_application"),
        ),
        sa.ForeignKeyConstraint(
            ["unit_code"], ["units.code"], name=op.f("fk_merchant_application_versions_unit_code_units")
        ),
        sa.PrimaryKeyConstraint("application_id", "number", name=op.f("pk_merchant_application_versions")),
    )
    op.create_index(
        "ix_merchant_application_versions_credit_code", "merchant_application_versions", ["credit_code"], unique=False
    )
    op.create_table(
        "merchant_application_steps",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            one_of("applicationstepkind", "submission", "return", "amendment", "acceptance", "refusal", "withdrawal"),
            nullable=False,
        ),
        sa.Column("reason", sa.String(length=500), nullable=True),
        sa.Column("made_by", sa.String(length=64), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(kind IN ('return', 'refusal')) = (reason IS NOT NULL)",
            name=op.f("ck_merchant_application_steps_steps_say_why"),
        ),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["merchant_applications.id"],
            name=op.f("fk_merchant_application_steps_application"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_merchant_application_steps")),
    )
    op.create_index(
        "ix_merchant_application_steps_application_id", "merchant_application_steps", ["application_id"], unique=False
    )


def _guard() -> None:
    for table in ONLY_GROW:
        if op.get_bind().dialect.name == "postgresql":
            op.execute(
                f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
                " FOR EACH STATEMENT EXECUTE FUNCTION ledger_is_append_only()"
            )
            continue
        for event in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_refuse_{event.lower()} BEFORE {event} ON {table}"
                f" BEGIN SELECT RAISE(ABORT, '{table} are append-only'); END"
            )


def downgrade() -> None:
    """Take it all back: merchants and namings that came of it stay."""
    op.drop_table("naming_renewal_steps")
    op.drop_table("merchant_application_steps")
    op.drop_table("merchant_application_versions")
    op.drop_table("merchant_applications")
    with op.batch_alter_table("namings") as namings:
        namings.drop_constraint(op.f("uq_namings_renews_id"), type_="unique")
        namings.drop_constraint(op.f("fk_namings_renews_id_namings"), type_="foreignkey")
        namings.drop_column("renews_id")
