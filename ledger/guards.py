"""Whether the databases' own guards over the books are in place."""

from sqlalchemy import text
from sqlalchemy.orm import Session

# What the migrations create; the database itself then refuses to change, delete or leave unbalanced what is written.
GUARDS = {
    "postgresql": (
        "journal_entries_append_only",
        "journal_entries_have_postings",
        "postings_append_only",
        "postings_balance",
    ),
    "sqlite": (
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
    " AND tgrelid IN (to_regclass('journal_entries'), to_regclass('postings'))"
)
_STANDING_ON_SQLITE = text(
    "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name IN ('journal_entries', 'postings')"
)
_RIGHTS_ON_POSTGRESQL = text(
    "SELECT current_user AS role, bool_or(has_table_privilege(books.name, 'UPDATE, DELETE, TRUNCATE')) AS may_change"
    " FROM (VALUES ('journal_entries'), ('postings')) AS books (name)"
)


def _is_postgresql(session: Session) -> bool:
    return session.get_bind().dialect.name == "postgresql"


def the_guards_stand(session: Session) -> str | None:
    """Every trigger that keeps the books balanced and append-only is there and enabled."""
    on_postgresql = _is_postgresql(session)
    standing = set(session.scalars(_STANDING_ON_POSTGRESQL if on_postgresql else _STANDING_ON_SQLITE))
    missing = [guard for guard in GUARDS["postgresql" if on_postgresql else "sqlite"] if guard not in standing]
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
