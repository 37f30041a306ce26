"""Whether the databases' own guards over the books are in place."""

import json
from collections.abc import Mapping, Sequence

from sqlalchemy import text
from sqlalchemy.orm import Session

# What the migrations create; the database itself then refuses to change, delete or leave unbalanced what is written.
GUARDS = {
    "postgresql": (
        "accounts_stay",
        "accounts_words",
        "journal_entries_append_only",
        "journal_entries_have_postings",
        "postings_append_only",
        "postings_balance",
    ),
    "sqlite": (
        "accounts_stay_delete",
        "accounts_stay_update",
        "journal_entries_balance",
        "journal_entries_refuse_delete",
        "journal_entries_refuse_update",
        "postings_refuse_delete",
        "postings_refuse_standing_entry",
        "postings_refuse_update",
    ),
}

# Triggers that fire for ordinary sessions ('O') or for all ('A'), in the schema at hand.
_STANDING_ON_POSTGRESQL = text(
    "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled IN ('O', 'A')"
    " AND tgrelid = ANY (SELECT to_regclass(name) FROM unnest(CAST(:tables AS text[])) AS asked (name))"
)
_STANDING_ON_SQLITE = text(
    "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name IN (SELECT value FROM json_each(:tables))"
)
_RIGHTS_ON_POSTGRESQL = text(
    "SELECT current_user AS role, bool_or(has_table_privilege(books.name, 'UPDATE, DELETE, TRUNCATE')) AS may_change"
    " FROM (VALUES ('journal_entries'), ('postings')) AS books (name)"
)


def _is_postgresql(session: Session) -> bool:
    return session.get_bind().dialect.name == "postgresql"


def the_guards_stand(session: Session) -> str | None:
    """Every trigger that keeps the books balanced and append-only is there and enabled."""
    return missing_guard(session, GUARDS, on_tables=["accounts", "journal_entries", "postings"])


def missing_guard(session: Session, guards: Mapping[str, Sequence[str]], *, on_tables: list[str]) -> str | None:
    """Return in words the first of a room's triggers, by kind of database, that is not on its tables; None if all are.

    For checks of other rooms too.
    """
    if _is_postgresql(session):
        standing = set(session.scalars(_STANDING_ON_POSTGRESQL, {"tables": on_tables}))
    else:
        standing = set(session.scalars(_STANDING_ON_SQLITE, {"tables": json.dumps(on_tables)}))
    missing = [guard for guard in guards[session.get_bind().dialect.name] if guard not in standing]
    return f"trigger {missing[0]} is missing or disabled" if missing else None


def who_could_change_the_books(session: Session) -> str:
    """Say whether, besides the triggers, the rights of the application's role keep it from changing entries."""
    if not _is_postgresql(session):
        return "SQLite has no roles: whoever may write the file could drop the triggers"
    rights = session.execute(_RIGHTS_ON_POSTGRESQL).one()
    if rights.may_change:
        return (
            f"role {rights.role} could change the books but for the triggers"
            " (to take that away, migrate as another role)"
        )
    return f"role {rights.role} may only read the books and add to them"
