"""Posting on PostgreSQL: one call of the stored functions `ledger_post_one` or `ledger_post_many`."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import psycopg
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    DateTime,
    Insert,
    Integer,
    SmallInteger,
    Text,
    Update,
    Uuid,
    bindparam,
    cast,
    func,
    literal,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session
from sqlalchemy.types import TypeEngine

from ledger.driver_statements import DriverStatement
from ledger.entries import Line, NewEntry, Side, moves_a_lot_both_ways
from ledger.errors import (
    AccountStateError,
    AccountUnknownError,
    CeilingExceededError,
    InstantAheadError,
    InsufficientBalanceError,
    LedgerError,
    LostRaceError,
    PeriodClosedError,
)

# What PostgreSQL says of a row that breaks a CHECK: its account, its lot, its balance.
_FAILING_LOT = re.compile(r"\((?P<account>\d+), (?P<lot>[^,]+), -?\d+\)")

# And its entry, its line, its account.
_FAILING_POSTING = re.compile(r"\([0-9a-f-]{36}, \d+, (?P<account>\d+), ")

# What the posting functions and triggers refuse themselves: their codes, and what is made of the facts in the detail.
_OWN_REFUSALS: dict[str, Callable[..., LedgerError]] = {
    "LG002": lambda account, state: AccountStateError(int(account), state),
    "LG003": lambda account, _: InsufficientBalanceError(int(account)),
    "LG004": lambda account, ceiling: CeilingExceededError(int(account), int(ceiling)),
    "LG005": lambda open_from: PeriodClosedError(datetime.fromisoformat(open_from)),
    "LG006": lambda open_until: InstantAheadError(datetime.fromisoformat(open_until)),
    "LG014": lambda account: AccountUnknownError(int(account)),
}


def _array(name: str, of: TypeEngine[Any]) -> ColumnElement[Any]:
    # Arrays travel as their text: the driver would ask each element for its type, which costs more than posting.
    return cast(bindparam(name, type_=Text), ARRAY(of))


_LINES = (
    _array("line_accounts", BigInteger()),
    _array("line_assets", Text()),
    _array("line_lots", Text()),
    _array("line_amounts", BigInteger()),
)

# Names no column has: SQLAlchemy takes a bound name of an UPDATE's column for a new value of it.
_POST_ONE = select(
    func.ledger_post_one(
        bindparam("new_id", type_=Uuid),
        bindparam("new_kind", type_=Text),
        bindparam("new_description", type_=Text),
        bindparam("new_actor", type_=Text),
        bindparam("new_occurred_at", type_=DateTime(timezone=True)),
        bindparam("new_reverses_id", type_=Uuid),
        *_LINES,
        type_=DateTime(timezone=True),
    ).label("recorded_at")
)

_POST_MANY = DriverStatement(
    select(
        func.ledger_post_many(
            _array("ids", Uuid()),
            _array("kinds", Text()),
            _array("descriptions", Text()),
            _array("actors", Text()),
            _array("occurred_at", DateTime(timezone=True)),
            _array("reverses", Uuid()),
            _array("line_entries", Integer()),
            _array("line_numbers", SmallInteger()),
            *_LINES,
            type_=DateTime(timezone=True),
        ).label("recorded_at")
    )
)
_POST_ALONE = DriverStatement(_POST_ONE)


def _numbers(values: Iterable[int]) -> str:
    return "{" + ",".join(map(str, values)) + "}"


def _texts(values: Iterable[str]) -> str:
    return "{" + ",".join([_quoted(value) for value in values]) + "}"


def _quoted(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _line_values(lines: Sequence[Line]) -> dict[str, Any]:
    """Return what both statements bind of lines; debits are positive amounts, credits negative ones."""
    return {
        "line_accounts": _numbers([line.account_id for line in lines]),
        "line_assets": "{" + ",".join([line.asset._value_ for line in lines]) + "}",
        "line_lots": _texts([line.lot for line in lines]),
        "line_amounts": _numbers([line.amount if line.side is Side.DEBIT else -line.amount for line in lines]),
    }


def _one_values(entry: NewEntry) -> dict[str, Any]:
    return {
        "new_id": entry.id,
        "new_kind": entry.kind,
        "new_description": entry.description,
        "new_actor": entry.actor,
        "new_occurred_at": entry.occurred_at,
        "new_reverses_id": entry.reverses_id,
        **_line_values(entry.lines),
    }


def _many_values(entries: Sequence[NewEntry]) -> dict[str, Any]:
    return {
        "ids": "{" + ",".join([entry.id.hex for entry in entries]) + "}",
        "kinds": _texts([entry.kind for entry in entries]),
        "descriptions": _texts([entry.description for entry in entries]),
        "actors": _texts([entry.actor for entry in entries]),
        "occurred_at": _texts([entry.occurred_at.isoformat() for entry in entries]),
        "reverses": "{" + ",".join([entry.reverses_id.hex if entry.reverses_id else "NULL" for entry in entries]) + "}",
        "line_entries": _numbers([place for place, entry in enumerate(entries, 1) for _ in entry.lines]),
        "line_numbers": _numbers([number for entry in entries for number in range(1, len(entry.lines) + 1)]),
        **_line_values([line for entry in entries for line in entry.lines]),
    }


class Companions:
    """Writes that belong to one entry, prepared once and sent with it: each must change exactly one row.

    Without RETURNING of their own; their bound names must differ from those of an entry, and what two of them bind
    under one name is one value. It is bound as `DriverStatement` says.
    """

    def __init__(self, *writes: Insert | Update) -> None:
        self._writes = writes
        # The server works columns off in their order: first what touches nobody else's rows, then the entry, so that a
        # shop where everybody pays is locked for as short as may be.
        counts = [
            select(func.count()).select_from(write.returning(literal(1).label("changed")).cte(f"companion_{number}"))
            for number, write in enumerate(writes)
        ]
        together = select(*(count.scalar_subquery() for count in counts), *_POST_ONE.selected_columns)
        self.with_entry = DriverStatement(together)

    def execute(self, session: Session, values: Mapping[str, Any]) -> None:
        """Run them one by one, where the database cannot take them with the entry.

        Raises:
            LostRaceError: one did not find its row.
        """
        for write in self._writes:
            done = session.connection().execute(write, values)
            if done.rowcount != 1:
                raise LostRaceError


def post_on_postgresql(
    session: Session, entries: Sequence[NewEntry], companions: Companions | None, values: Mapping[str, Any]
) -> datetime:
    """Write the entries by the stored functions; raises as `ledger.post` does."""
    connection = session.connection()
    try:
        if companions is not None:
            row = companions.with_entry.first_row(connection, {**_one_values(entries[0]), **values})
        elif len(entries) == 1 and not moves_a_lot_both_ways(entries[0]):
            row = _POST_ALONE.first_row(connection, _one_values(entries[0]))
        else:
            row = _POST_MANY.first_row(connection, _many_values(entries))
    except DBAPIError as error:
        refusal = refusal_of(error)
        if refusal is None:
            raise
        raise refusal from error
    counts: Sequence[int] = row[:-1]
    recorded_at: datetime = row[-1]
    if any(count != 1 for count in counts):
        raise LostRaceError
    return recorded_at


def refusal_of(error: DBAPIError) -> LedgerError | None:
    """Return the ledger's refusal that a database error stands for, None if it is some other fault."""
    if not isinstance(error.orig, psycopg.Error):
        return None
    diagnostics = error.orig.diag
    detail = diagnostics.message_detail or ""
    made = _OWN_REFUSALS.get(error.orig.sqlstate or "")
    if made is not None:
        return made(*detail.split("|"))
    match diagnostics.constraint_name:
        case "ck_account_lots_balance_not_negative":
            row = _FAILING_LOT.search(detail)
            return InsufficientBalanceError(int(row["account"]), row["lot"]) if row else InsufficientBalanceError()
        case "ck_postings_balance_after_within_bounds":
            # Inside a list an account dipped below zero and came back: the order asked for is refused.
            posting = _FAILING_POSTING.search(detail)
            return InsufficientBalanceError(int(posting["account"]) if posting else None)
        case _:
            return None
