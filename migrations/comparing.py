"""What of the models and the database is compared, where a migration is made or looked for drift."""

from collections.abc import Callable

from sqlalchemy.schema import SchemaItem

# On PostgreSQL triggers keep what these keys say (0009).
_KEPT_BY_TRIGGERS = {"postgresql": {"fk_postings_entry_id_journal_entries", "fk_postings_account_id_asset_accounts"}}


def compared_on(dialect: str) -> Callable[[SchemaItem, str | None, str, bool, object], bool]:
    """Return what tells Alembic whether to compare a part of the schema on this kind of database."""

    def is_compared(_part: SchemaItem, name: str | None, _kind: str, _in_database: object, _other: object) -> bool:
        return name not in _KEPT_BY_TRIGGERS.get(dialect, ())

    return is_compared
