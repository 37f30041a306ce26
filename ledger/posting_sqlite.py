"""Posting on SQLite: the twin of the stored function, under the writer's lock that the transaction already holds."""

import json
import sqlite3
from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple, cast

from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import Session

from ledger.entries import NewEntry
from ledger.errors import (
    AccountStateError,
    AccountUnknownError,
    CeilingExceededError,
    InstantAheadError,
    InsufficientBalanceError,
    LedgerError,
    PeriodClosedError,
)
from ledger.model import AccountState
from ledger.terms import Terms

# What an error of the driver says of where it came from.
_STATEMENT = "ledger.post"


class _Account(NamedTuple):
    id: int
    asset: str
    normal_side: str
    bounded: int
    state: str
    balance: int
    seq: int
    recorded_at: str | None
    most: int


def post_on_sqlite(session: Session, entries: Sequence[NewEntry]) -> datetime:
    """Write the entries statement by statement; raises as `ledger.post` does."""
    # The driver's own cursor: a statement costs SQLite less than it costs SQLAlchemy to pass it on.
    driver = cast("sqlite3.Connection", session.connection().connection.dbapi_connection)
    try:
        return _post(driver.cursor(), entries)
    except sqlite3.IntegrityError as error:
        raise IntegrityError(_STATEMENT, None, error) from error
    except sqlite3.Error as error:
        raise OperationalError(_STATEMENT, None, error) from error


def _post(cursor: sqlite3.Cursor, entries: Sequence[NewEntry]) -> datetime:
    accounts = _read_accounts(cursor, {line.account_id for entry in entries for line in entry.lines})

    balances = {account.id: account.balance for account in accounts.values()}
    seqs = {account.id: account.seq for account in accounts.values()}
    lot_changes: dict[tuple[int, str], int] = defaultdict(int)
    postings: list[tuple[Any, ...]] = []
    outside: list[LedgerError] = []
    for entry in entries:
        entry_id = entry.id.hex
        for number, line in enumerate(entry.lines, 1):
            account = accounts.get(line.account_id)
            if account is None or account.asset != line.asset.value:
                raise AccountUnknownError(line.account_id)
            seq = balance_after = None
            if account.bounded:
                signed = line.amount if line.side.value == account.normal_side else -line.amount
                balance_after = balances[account.id] = balances[account.id] + signed
                seq = seqs[account.id] = seqs[account.id] + 1
                if not 0 <= balance_after <= account.most:
                    outside.append(_out_of_bounds(account, balance_after))
                if line.lot:
                    lot_changes[account.id, line.lot] += signed
            side, amount = line.side.value, line.amount
            postings.append((entry_id, number, account.id, account.asset, line.lot, side, amount, seq, balance_after))

    # A frozen account is refused as frozen, whether it holds enough or not.
    _check_states(accounts, balances)
    if outside:
        raise outside[0]
    recorded_at = _clock(accounts)
    _check_terms(cursor, [entry.occurred_at for entry in entries], recorded_at)
    _move(cursor, accounts, balances, seqs, recorded_at)
    _move_lots(cursor, lot_changes)
    # Postings first: the trigger on entries checks that they balance, the one on postings refuses a standing entry.
    cursor.executemany(
        "INSERT INTO postings (entry_id, line, account_id, asset, lot, side, amount, seq, balance_after)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        postings,
    )
    cursor.executemany(
        "INSERT INTO journal_entries (id, kind, description, actor, occurred_at, recorded_at, reverses_id)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        [
            (
                entry.id.hex,
                entry.kind,
                entry.description,
                entry.actor,
                _stored(entry.occurred_at),
                _stored(recorded_at),
                entry.reverses_id.hex if entry.reverses_id else None,
            )
            for entry in entries
        ],
    )
    return recorded_at


def _read_accounts(cursor: sqlite3.Cursor, account_ids: set[int]) -> dict[int, _Account]:
    rows = cursor.execute(
        "SELECT id, asset, normal_side, bounded, state, balance, seq, recorded_at,"
        # Without a ceiling, the largest number there is.
        " coalesce(ceiling, 9223372036854775807) FROM accounts"
        " WHERE id IN (SELECT value FROM json_each(?))",
        (json.dumps(sorted(account_ids)),),
    )
    return {row[0]: _Account(*row) for row in rows}


def _check_states(accounts: dict[int, _Account], balances: dict[int, int]) -> None:
    for account in accounts.values():
        change = balances[account.id] - account.balance
        allowed = (
            account.state == AccountState.OPEN
            or (account.state == AccountState.FROZEN and change >= 0)
            or (account.state == AccountState.CLOSING and change <= 0)
        )
        if not allowed:
            raise AccountStateError(account.id, account.state)


def _out_of_bounds(account: _Account, balance: int) -> LedgerError:
    return InsufficientBalanceError(account.id) if balance < 0 else CeilingExceededError(account.id, account.most)


def _check_terms(cursor: sqlite3.Cursor, occurred: Sequence[datetime], recorded_at: datetime) -> None:
    closed_until, *bounds = cursor.execute(
        "SELECT closed_until, open_days, ahead_s, time_zone FROM book_terms ORDER BY number DESC LIMIT 1"
    ).fetchone()
    terms = Terms(closed_until and _read(closed_until), *bounds)
    open_from, open_until = terms.open_from(recorded_at), terms.open_until(recorded_at)
    if open_until and max(occurred) > open_until:
        raise InstantAheadError(open_until)
    if open_from and min(occurred) < open_from:
        raise PeriodClosedError(open_from)


def _clock(accounts: dict[int, _Account]) -> datetime:
    latest = [_read(account.recorded_at) for account in accounts.values() if account.recorded_at]
    return max([datetime.now(UTC), *latest])


def _move(
    cursor: sqlite3.Cursor,
    accounts: dict[int, _Account],
    balances: dict[int, int],
    seqs: dict[int, int],
    recorded_at: datetime,
) -> None:
    changes = [
        (balances[account.id] - account.balance, seqs[account.id], _stored(recorded_at), account.id)
        for account in accounts.values()
        if account.bounded
    ]
    if changes:
        cursor.executemany("UPDATE accounts SET balance = balance + ?, seq = ?, recorded_at = ? WHERE id = ?", changes)


def _move_lots(cursor: sqlite3.Cursor, changes: dict[tuple[int, str], int]) -> None:
    for (account_id, lot), change in changes.items():
        if change < 0:
            moved = cursor.execute(
                "UPDATE account_lots SET balance = balance + ?1"
                " WHERE account_id = ?2 AND lot = ?3 AND balance + ?1 >= 0",
                (change, account_id, lot),
            )
            if moved.rowcount != 1:
                raise InsufficientBalanceError(account_id, lot)
    raised = [(account_id, lot, change) for (account_id, lot), change in changes.items() if change > 0]
    if raised:
        cursor.executemany(
            "INSERT INTO account_lots (account_id, lot, balance) VALUES (?, ?, ?)"
            " ON CONFLICT (account_id, lot) DO UPDATE SET balance = balance + excluded.balance",
            raised,
        )


def _stored(instant: datetime) -> str:
    # The text form SQLAlchemy's own DateTime writes on SQLite.
    return instant.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")


def _read(instant: str) -> datetime:
    return datetime.fromisoformat(instant).replace(tzinfo=UTC)
