"""Entries with every column of theirs and of their postings, as text that is the same on both databases: for seals."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple
from uuid import UUID

import psycopg
from sqlalchemy import (
    ColumnElement,
    Compiled,
    Dialect,
    LargeBinary,
    Select,
    Subquery,
    Text,
    Uuid,
    bindparam,
    case,
    cast,
    func,
    literal,
    literal_column,
    select,
    type_coerce,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import InstrumentedAttribute, Session

from ledger.model import Account, JournalEntry, Posting

_ROWS_AT_ONCE = 1_000
_Column = ColumnElement[Any] | InstrumentedAttribute[Any]
_FIRST, _LAST = bindparam("first", type_=Uuid), bindparam("last", type_=Uuid)
_RFC_3339 = 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'
_YEAR_ONE: ColumnElement[datetime] = literal_column("TIMESTAMPTZ '0001-01-01 00:00:00Z'")


class EntryLine(NamedTuple):
    """One posting with all that stands in its row and its entry's; ids and instants (UTC, six decimals) are text.

    Where somebody changed the rows behind the back of every guard, a field may hold anything.
    """

    entry_id: str
    kind: str
    description: str
    actor: str
    occurred_at: str
    recorded_at: str
    reverses_id: str | None
    line: int
    account: str | None
    asset: str
    lot: str
    side: str
    amount: int
    seq: int | None
    balance_after: int | None


def recorded_entries() -> Subquery:
    """Return, for other rooms' questions, which entries stand; its one column is id, by which an index sorts them."""
    return select(JournalEntry.id).subquery("recorded_entries")


def stream_entries(session: Session, first: UUID, last: UUID) -> Iterator[list[EntryLine]]:
    """Stream the entries whose ids lie from `first` to `last`, each as its lines, in the order of ids.

    An entry without postings is left out. Let it run to its end before the session is asked anything else.
    """
    on_postgresql = session.get_bind().dialect.name == "postgresql"
    lines = (_lines_on_postgresql if on_postgresql else _lines_on_sqlite)(session, first, last)
    for _, of_one_entry in groupby(lines, key=itemgetter(0)):
        yield list(of_one_entry)


def _lines(*columns: _Column) -> Select[*tuple[Any, ...]]:
    """Return the question for these columns of each line, in the order of entries and lines."""
    return (
        select(*columns)
        .join_from(JournalEntry, Posting, Posting.entry_id == JournalEntry.id)
        .outerjoin(Account, Account.id == Posting.account_id)
        # Said of both, so that both are read along their keys, side by side.
        .where(JournalEntry.id.between(_FIRST, _LAST), Posting.entry_id.between(_FIRST, _LAST))
        .order_by(JournalEntry.id, Posting.line)
    )


# --- PostgreSQL -------------------------------------------------------------------------------------------------------


def _rfc_3339(instant: _Column) -> ColumnElement[str]:
    written = func.to_char(func.timezone("UTC", instant), _RFC_3339, type_=Text)
    # Of years before Christ it writes the digits alone, as if they were ours.
    return case((instant < _YEAR_ONE, cast(instant, Text)), else_=written)


# The columns of a line on PostgreSQL by the names of `EntryLine`, for expressions of other rooms.
LINE_ON_POSTGRESQL: Mapping[str, _Column] = dict(
    zip(
        EntryLine._fields,
        (
            cast(JournalEntry.id, Text),
            type_coerce(JournalEntry.kind, Text),
            JournalEntry.description,
            type_coerce(JournalEntry.actor, Text),
            _rfc_3339(JournalEntry.occurred_at),
            _rfc_3339(JournalEntry.recorded_at),
            cast(JournalEntry.reverses_id, Text),
            Posting.line,
            Account.code,
            type_coerce(Posting.asset, Text),
            Posting.lot,
            type_coerce(Posting.side, Text),
            Posting.amount,
            Posting.seq,
            Posting.balance_after,
        ),
        strict=True,
    )
)
_POSTGRESQL = _lines(*LINE_ON_POSTGRESQL.values())


def entries_written_as(of_entry: Sequence[ColumnElement[Any]], of_line: ColumnElement[Any]) -> Select[*tuple[Any, ...]]:
    """Return the question by which PostgreSQL itself writes entries: id, the texts of an entry, those of its lines.

    The expressions are over `LINE_ON_POSTGRESQL`. The texts of lines come as one, with a line feed between, so none may
    hold one. `stream_written` asks it.
    """
    lines = func.string_agg(of_line, aggregate_order_by(literal("\n", Text), Posting.line))
    return (
        _lines(LINE_ON_POSTGRESQL["entry_id"], *of_entry, lines)
        # All columns: that the id decides them is a guard, and somebody may have taken the guards away.
        .group_by(*JournalEntry.__table__.columns)
        .order_by(None)
        .order_by(JournalEntry.id)
    )


def stream_written(
    session: Session, question: Select[*tuple[Any, ...]], first: UUID, last: UUID
) -> Iterator[tuple[Any, ...]]:
    """Stream the rows of a question made by `entries_written_as`, for the ids from `first` to `last`.

    Let it run to its end before the session is asked anything else.
    """
    return _stream_on_postgresql(session, question, first, last)


def _lines_on_postgresql(session: Session, first: UUID, last: UUID) -> Iterator[EntryLine]:
    return map(EntryLine._make, _stream_on_postgresql(session, _POSTGRESQL, first, last))


@lru_cache(maxsize=8)
def _compiled(question: Select[*tuple[Any, ...]], dialect: Dialect) -> Compiled:
    # The few questions there are live as long as their modules. Writing one out takes longer than asking about an hour.
    return question.compile(dialect=dialect)


def _stream_on_postgresql(
    session: Session, question: Select[*tuple[Any, ...]], first: UUID, last: UUID
) -> Iterator[tuple[Any, ...]]:
    """Let the server send rows while those before them are worked on, which a cursor of SQLAlchemy's does not."""
    connection = session.connection()
    compiled = _compiled(question, connection.dialect)
    values = {**compiled.params, "first": first, "last": last}
    driver_connection: Any = connection.connection.driver_connection
    try:
        with driver_connection.cursor() as cursor:
            yield from cursor.stream(compiled.string, values, size=_ROWS_AT_ONCE)
    except psycopg.Error as error:
        # As SQLAlchemy's own statements tell it: who waits for that must not meet another kind of error.
        cut_off = bool(driver_connection.closed)
        raise DBAPIError.instance(
            compiled.string, None, error, psycopg.Error, hide_parameters=True, connection_invalidated=cut_off
        ) from error


# --- SQLite -----------------------------------------------------------------------------------------------------------


# Exchanged, so that an instant that was kept in the other form is not read as this one.
_TO_RFC_3339 = str.maketrans(" T", "T ")


def _as_bytes(text: _Column) -> ColumnElement[Any]:
    # A byte that somebody changed may leave no text that the driver can read. Of another type, the same bytes are not
    # the same value: such a value comes as the text by which SQLite writes it.
    other = func.nullif(func.quote(text), "NULL")
    return type_coerce(case((func.typeof(text) == "text", cast(text, LargeBinary)), else_=other), Text)


_SQLITE = _lines(
    _as_bytes(JournalEntry.id),
    _as_bytes(JournalEntry.kind),
    _as_bytes(JournalEntry.description),
    _as_bytes(JournalEntry.actor),
    _as_bytes(JournalEntry.occurred_at),
    _as_bytes(JournalEntry.recorded_at),
    _as_bytes(JournalEntry.reverses_id),
    Posting.line,
    _as_bytes(Account.code),
    _as_bytes(Posting.asset),
    _as_bytes(Posting.lot),
    _as_bytes(Posting.side),
    Posting.amount,
    Posting.seq,
    Posting.balance_after,
)


def _lines_on_sqlite(session: Session, first: UUID, last: UUID) -> Iterator[EntryLine]:
    for row in session.connection().execute(_SQLITE, {"first": first, "last": last}):
        entry_id, kind, description, actor, occurred_at, recorded_at, reverses_id, *posting = row
        line, code, asset, lot, side, *numbers = posting
        yield EntryLine(
            id_text(_text(entry_id)),
            _text(kind),
            _text(description),
            _text(actor),
            _instant(occurred_at),
            _instant(recorded_at),
            None if reverses_id is None else id_text(_text(reverses_id)),
            line,
            _text(code),
            _text(asset),
            _text(lot),
            _text(side),
            *numbers,
        )


def _text(stored: Any) -> Any:
    return stored.decode(errors="backslashreplace") if isinstance(stored, bytes) else stored


def _instant(stored: Any) -> str:
    return f"{_text(stored)}Z".translate(_TO_RFC_3339)


def id_text(stored: str) -> str:
    """Return an id as it is written, of the digits that SQLite keeps; other digits or letters are told as they are."""
    return f"{stored[:8]}-{stored[8:12]}-{stored[12:16]}-{stored[16:20]}-{stored[20:]}"
