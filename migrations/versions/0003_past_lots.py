"""The index by which the sweep finds lots past their day.

Revision ID: 0003
Revises: 0002
"""

from alembic import op

revision: str = "0003"
down_revision: str | None = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_account_lots_lot_account_id", "account_lots", ["lot", "account_id"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_account_lots_lot_account_id", table_name="account_lots")
