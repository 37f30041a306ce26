"""What of the models and the database is compared, where a migration is made or looked for drift."""

from collections.abc import Callable

from sqlalchemy.schema import SchemaItem

# On PostgreSQL a trigger looks for the entries of postings (0009).
_KEPT_BY_TRIGGER = {"postgresql": "fk_postings_entry_id_journal_entries"}


def compared_on(dialect: str) -> Callable[[SchemaItem, str | None, str, bool, object], bool]:
    """Return what tells Alembic whether to compare a part of the schema on this kind of database."""

    def is_compared(_part: SchemaItem, name: str | None, _kind: str, _in_database: object, _other: object) -> bool:
        return name != _KEPT_BY_TRIGGER.get(dialect)

    return is_compared
