"""Posting on PostgreSQL: one call of the stored function `ledger_post`, which migrations define."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import psycopg
from sqlalchemy import (
    BigInteger,
    DateTime,
    Insert,
    SmallInteger,
    Text,
    Update,
    Uuid,
    bindparam,
    func,
    literal,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from ledger.entries import NewEntry
from ledger.errors import AccountStateError, AccountUnknownError, InsufficientBalanceError, LedgerError, LostRaceError

# "Failing row contains (17, 2027-12-31:peace, -5)."
_FAILING_LOT = re.compile(r"\((?P<account>\d+), (?P<lot>[^,]+), -?\d+\)")

_TEXTS = ARRAY(Text)
_IDS = ARRAY(Uuid)

POST = select(
    func.ledger_post(
        bindparam("ids", type_=_IDS),
        bindparam("kinds", type_=_TEXTS),
        bindparam("descriptions", type_=_TEXTS),
        bindparam("actors", type_=_TEXTS),
        bindparam("occurred_at", type_=ARRAY(DateTime(timezone=True))),
        bindparam("reverses", type_=_IDS),
        bindparam("line_entries", type_=_IDS),
        bindparam("line_numbers", type_=ARRAY(SmallInteger)),
        bindparam("line_accounts", type_=ARRAY(BigInteger)),
        bindparam("line_assets", type_=_TEXTS),
        bindparam("line_lots", type_=_TEXTS),
        bindparam("line_sides", type_=_TEXTS),
        bindparam("line_amounts", type_=ARRAY(BigInteger)),
        type_=DateTime(timezone=True),
    )
)


def post_parameters(entries: Sequence[NewEntry]) -> dict[str, Any]:
    """Return the arrays that `POST` binds: one element an entry, then one element a line."""
    lines = [(entry.id, number, line) for entry in entries for number, line in enumerate(entry.lines, 1)]
    return {
        "ids": [entry.id for entry in entries],
        "kinds": [entry.kind for entry in entries],
        "descriptions": [entry.description for entry in entries],
        "actors": [entry.actor for entry in entries],
        "occurred_at": [entry.occurred_at for entry in entries],
        "reverses": [entry.reverses_id for entry in entries],
        "line_entries": [entry_id for entry_id, _, _ in lines],
        "line_numbers": [number for _, number, _ in lines],
        "line_accounts": [line.account_id for _, _, line in lines],
        "line_assets": [line.asset.value for _, _, line in lines],
        "line_lots": [line.lot for _, _, line in lines],
        "line_sides": [line.side.value for _, _, line in lines],
        "line_amounts": [line.amount for _, _, line in lines],
    }


class Companions:
    """Writes that belong to an entry, prepared once and sent with it: each must change exactly one row.

    Without RETURNING of their own; their bound names must differ from each other and from those of `POST`.
    """

    def __init__(self, *writes: Insert | Update) -> None:
        self._writes = writes
        together = POST
        for number, write in enumerate(writes):
            made = write.returning(literal(1).label("changed")).cte(f"companion_{number}")
            together = together.add_columns(select(func.count()).select_from(made).scalar_subquery())
        self.statement = together

    def execute(self, session: Session, values: Mapping[str, Any]) -> None:
        """Run them one by one, where the database cannot take them with the entry.

        Raises:
            LostRaceError: one did not find its row.
        """
        for write in self._writes:
            done = session.connection().execute(write, values)
            if done.rowcount != 1:
                raise LostRaceError()


def post_on_postgresql(
    session: Session, entries: Sequence[NewEntry], companions: Companions | None, values: Mapping[str, Any]
) -> datetime:
    """Write the entries by the stored function; raises as `ledger.post` does."""
    statement = companions.statement if companions else POST
    try:
        row = session.execute(statement, post_parameters(entries) | dict(values)).one()
    except DBAPIError as error:
        refusal = refusal_of(error)
        if refusal is None:
            raise
        raise refusal from error
    recorded_at: datetime = row[0]
    counts: Sequence[int] = row[1:]
    if any(count != 1 for count in counts):
        raise LostRaceError()
    return recorded_at


def refusal_of(error: DBAPIError) -> LedgerError | None:
    """Return the ledger's refusal that a database error stands for, None if it is some other fault."""
    if not isinstance(error.orig, psycopg.Error):
        return None
    sqlstate = error.orig.sqlstate
    diagnostics = error.orig.diag
    detail = diagnostics.message_detail or ""
    account, _, fact = detail.partition("|")
    match sqlstate:
        case "LG001":
            return AccountUnknownError(int(account))
        case "LG002":
            return AccountStateError(int(account), fact)
        case "LG003":
            return InsufficientBalanceError(int(account))
        case "23514" if diagnostics.constraint_name == "ck_account_lots_balance_not_negative":
            row = _FAILING_LOT.search(detail)
            return InsufficientBalanceError(int(row["account"]), row["lot"]) if row else InsufficientBalanceError()
        case "23514" if diagnostics.constraint_name == "ck_postings_balance_after_within_bounds":
            # Inside a list an account dipped below zero and came back: the order asked for is refused.
            return InsufficientBalanceError()
        case _:
            return None
