"""Posting on SQLite: the twin of the stored function, under the writer's lock that the transaction already holds."""

import json
import sqlite3
from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple, cast

from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import Session

from ledger.entries import Line, NewEntry, moves_a_lot_both_ways
from ledger.errors import (
    AccountStateError,
    AccountUnknownError,
    CeilingExceededError,
    InstantAheadError,
    InsufficientBalanceError,
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


class _Walk(NamedTuple):
    """What comes of lines taken one by one: rows of postings, where accounts end, and accounts at fault on the way."""

    balances: dict[int, int]
    seqs: dict[int, int]
    postings: list[tuple[Any, ...]]
    unknown: list[int]
    below: list[int]
    above: list[int]


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
    walk = _walk(entries, accounts)

    # In the order of PostgreSQL's functions, so that of several reasons both databases name the same.
    bounded = [account for account in accounts.values() if account.bounded]
    alone = len(entries) == 1 and not moves_a_lot_both_ways(entries[0])
    if alone:
        _judge_alone(cursor, entries[0], bounded, walk.balances)
    else:
        _judge_list(cursor, entries, bounded, walk.balances)
    recorded_at = _clock(accounts)
    _check_terms(cursor, [entry.occurred_at for entry in entries], recorded_at)
    if not alone:
        # PostgreSQL writes the postings of a list account by account.
        walk.below.sort()
        walk.above.sort()
    if walk.below:
        raise InsufficientBalanceError(walk.below[0])
    if walk.unknown:
        raise AccountUnknownError(min(walk.unknown))
    if walk.above:
        raise CeilingExceededError(walk.above[0], accounts[walk.above[0]].most)
    _move(cursor, accounts, walk.balances, walk.seqs, recorded_at)
    # Postings first: the trigger on entries checks that they balance, the one on postings refuses a standing entry.
    cursor.executemany(
        "INSERT INTO postings (entry_id, line, account_id, asset, lot, side, amount, seq, balance_after)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        walk.postings,
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
        # The one order in which PostgreSQL locks them.
        " WHERE id IN (SELECT value FROM json_each(?)) ORDER BY shared, id",
        (json.dumps(sorted(account_ids)),),
    )
    return {row[0]: _Account(*row) for row in rows}


def _walk(entries: Sequence[NewEntry], accounts: dict[int, _Account]) -> _Walk:
    balances = {account.id: account.balance for account in accounts.values()}
    seqs = {account.id: account.seq for account in accounts.values()}
    walk = _Walk(balances, seqs, [], [], [], [])
    for entry in entries:
        entry_id = entry.id.hex
        for number, line in enumerate(entry.lines, 1):
            account = accounts.get(line.account_id)
            if account is None or account.asset != line.asset.value:
                walk.unknown.append(line.account_id)
            seq = balance_after = None
            if account is not None and account.bounded:
                balance_after = balances[account.id] = balances[account.id] + _signed(line, account)
                seq = seqs[account.id] = seqs[account.id] + 1
                if balance_after < 0:
                    walk.below.append(account.id)
                elif balance_after > account.most:
                    walk.above.append(account.id)
            named = (entry_id, number, line.account_id, line.asset.value, line.lot, line.side.value)
            walk.postings.append((*named, line.amount, seq, balance_after))
    return walk


def _signed(line: Line, account: _Account) -> int:
    return line.amount if line.side.value == account.normal_side else -line.amount


def _judge_alone(
    cursor: sqlite3.Cursor, entry: NewEntry, bounded: Sequence[_Account], balances: dict[int, int]
) -> None:
    """Check and move what one entry touches, account by account and line by line, as `ledger_post_one` does."""
    for account in bounded:
        _check_state(account, balances[account.id] - account.balance)
        balance = account.balance
        for line in entry.lines:
            if line.account_id != account.id:
                continue
            signed = _signed(line, account)
            balance += signed
            if balance > account.most:
                raise CeilingExceededError(account.id, account.most)
            if line.lot:
                _move_lots(cursor, {(account.id, line.lot): signed})
        if balance < 0:
            raise InsufficientBalanceError(account.id)


def _judge_list(
    cursor: sqlite3.Cursor, entries: Sequence[NewEntry], bounded: Sequence[_Account], balances: dict[int, int]
) -> None:
    """Check where a list leads and move its lots, all accounts at each step, as `ledger_post_many` does."""
    for account in bounded:
        _check_state(account, balances[account.id] - account.balance)
    for account in bounded:
        if balances[account.id] < 0:
            raise InsufficientBalanceError(account.id)
        if balances[account.id] > account.most:
            raise CeilingExceededError(account.id, account.most)
    by_id = {account.id: account for account in bounded}
    changes: dict[tuple[int, str], int] = defaultdict(int)
    for entry in entries:
        for line in entry.lines:
            if line.lot and line.account_id in by_id:
                changes[line.account_id, line.lot] += _signed(line, by_id[line.account_id])
    _move_lots(cursor, changes)


def _check_state(account: _Account, change: int) -> None:
    # Asked first: a frozen account is refused as frozen, whether it holds enough or not.
    allowed = (
        account.state == AccountState.OPEN
        or (account.state == AccountState.FROZEN and change >= 0)
        or (account.state == AccountState.CLOSING and change <= 0)
    )
    if not allowed:
        raise AccountStateError(account.id, account.state)


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
