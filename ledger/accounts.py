"""Opening accounts, finding them, changing their state, and asking what they hold."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    ScalarSelect,
    SQLColumnExpression,
    and_,
    any_,
    bindparam,
    case,
    cast,
    func,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session, aliased

from ledger.driver_statements import DriverStatement
from ledger.entries import Asset, Side
from ledger.errors import (
    AccountExistsError,
    AccountNotEmptyError,
    AccountUnknownError,
    CeilingExceededError,
    StateChangeError,
)
from ledger.model import Account, AccountState, Posting


@dataclass(frozen=True, slots=True)
class NewAccount:
    """An account to be opened. `shared` ones are touched by many people at once and locked last."""

    code: str
    asset: Asset
    normal_side: Side
    bounded: bool = True
    shared: bool = False


@dataclass(frozen=True, slots=True)
class OwnedAccount:
    """One of an owner's accounts."""

    id: int
    code: str
    asset: Asset


def open_accounts(session: Session, accounts: Sequence[NewAccount]) -> list[int]:
    """Open accounts with a zero balance and return their ids, in the order asked.

    Raises:
        AccountExistsError: one of the codes is taken.
    """
    if not accounts:
        return []
    codes = [account.code for account in accounts]
    taken = session.scalar(select(Account.code).where(Account.code.in_(codes)).limit(1))
    if taken is not None:
        raise AccountExistsError(taken)
    rows = session.execute(
        insert(Account).returning(Account.id, sort_by_parameter_order=True),
        [
            {
                "code": account.code,
                "asset": account.asset,
                "normal_side": account.normal_side,
                "bounded": account.bounded,
                "shared": account.shared,
            }
            for account in accounts
        ],
    )
    return list(rows.scalars())


def open_account(
    session: Session, *, code: str, asset: Asset, normal_side: Side, bounded: bool = True, shared: bool = False
) -> int:
    """Open one account and return its id.

    Raises:
        AccountExistsError: the code is taken.
    """
    return open_accounts(session, [NewAccount(code, asset, normal_side, bounded, shared)])[0]


# Asked before many entries: put together once.
_ID_OF_CODE = select(Account.id).where(Account.code == bindparam("code"))
_OWNED = (
    select(Account.id, Account.code, Account.asset)
    .where(
        or_(
            Account.code == bindparam("code"),
            and_(Account.code > bindparam("first"), Account.code < bindparam("last")),
        )
    )
    .order_by(Account.code)
)


def find_account_id(session: Session, code: str) -> int | None:
    """Return the id of the account with this code, None if there is none."""
    return session.connection().execute(_ID_OF_CODE, {"code": code}).scalar()


def account_id(session: Session, code: str) -> int:
    """Return the id of the account with this code.

    Raises:
        AccountUnknownError: there is none.
    """
    found = find_account_id(session, code)
    if found is None:
        raise AccountUnknownError(code)
    return found


def accounts_of_owner(session: Session, code: str) -> list[OwnedAccount]:
    """Return, by code, the account with this code, or all accounts of the owner that it names, such as `fund:peace`.

    Raises:
        AccountUnknownError: there are none.
    """
    # A database may be unable even to look for what is no code.
    if not (code.isascii() and code.isprintable()):
        raise AccountUnknownError(code)
    # As text, what begins with "fund:peace:" lies before "fund:peace;"; before and after the same lies nothing.
    first, last = (f"{code}:", f"{code};") if code.count(":") == 1 else (code, code)
    rows = session.connection().execute(_OWNED, {"code": code, "first": first, "last": last})
    if not (found := [OwnedAccount(*row) for row in rows]):
        raise AccountUnknownError(code)
    return found


def account_state(session: Session, account_id: int) -> AccountState:
    """Return the state of an account.

    Raises:
        AccountUnknownError: no such account.
    """
    state = session.scalar(select(Account.state).where(Account.id == account_id))
    if state is None:
        raise AccountUnknownError(account_id)
    return state


def account_states(session: Session, account_ids: Iterable[int]) -> dict[int, AccountState]:
    """Return the state of each account; those that do not exist are left out."""
    query = select(Account.id, Account.state).where(Account.id.in_(list(account_ids)))
    return {row.id: row.state for row in session.execute(query)}


def account_state_of(
    account_id: SQLColumnExpression[int] | SQLColumnExpression[int | None],
) -> ScalarSelect[AccountState]:
    """Return a column with the state of the account whose id the given column holds, for statements of other rooms."""
    account = _renamed()
    return select(account.state).where(account.id == account_id).scalar_subquery()


def account_code_of(account_id: SQLColumnExpression[int]) -> ScalarSelect[str]:
    """Return a column with the code of the account whose id the given column holds, for checks of other rooms."""
    account = _renamed()
    return select(account.code).where(account.id == account_id).scalar_subquery()


@cache
def _renamed() -> type[Account]:
    """Return accounts under a name of their own, so that a given column may be one of accounts."""
    # Made once: making it takes longer than asking the question.
    return aliased(Account)


def set_account_state(session: Session, account_id: int, state: AccountState) -> None:
    """Freeze, thaw or close an account.

    Raises:
        AccountUnknownError: no such account.
        AccountNotEmptyError: one that holds something cannot be closed.
        StateChangeError: a closed account cannot be opened again, and an unbounded one is always open.
    """
    account = session.execute(
        select(Account.state, Account.balance, Account.bounded).where(Account.id == account_id).with_for_update()
    ).one_or_none()
    if account is None:
        raise AccountUnknownError(account_id)
    # Nobody queues for an unbounded account, so nothing would look at its state.
    if account.state is AccountState.CLOSED or not account.bounded:
        raise StateChangeError(account_id, account.state)
    # Its lots are never below zero and add up to its balance: at zero there is none left.
    if state is AccountState.CLOSED and account.balance:
        raise AccountNotEmptyError(account_id, account.state, account.balance)
    session.execute(update(Account).where(Account.id == account_id).values(state=state))


def set_ceiling(session: Session, account_id: int, ceiling: int | None) -> None:
    """Let a bounded account hold at most `ceiling` minor units; None takes the ceiling away.

    Raises:
        AccountUnknownError: no bounded account has this id.
        CeilingExceededError: it holds more already.
    """
    balance = session.scalar(select(Account.balance).where(Account.id == account_id, Account.bounded).with_for_update())
    if balance is None:
        raise AccountUnknownError(account_id)
    if ceiling is not None and balance > ceiling:
        raise CeilingExceededError(account_id, ceiling)
    session.execute(update(Account).where(Account.id == account_id).values(ceiling=ceiling))


def rooms(session: Session, account_ids: Iterable[int]) -> dict[int, int]:
    """Return how much more each account takes below its ceiling, in minor units; those without one are left out."""
    rows = session.execute(
        select(Account.id, (Account.ceiling - Account.balance).label("room")).where(
            Account.id.in_(list(account_ids)), Account.ceiling.is_not(None)
        )
    )
    return {row.id: row.room for row in rows}


class LockedAccount(NamedTuple):
    """What cannot change while the account is locked."""

    state: AccountState
    normal_side: Side


def lock_accounts(session: Session, account_ids: Iterable[int]) -> dict[int, LockedAccount]:
    """Lock bounded accounts in the one order in which posting locks them, and return how they stand.

    Until the transaction ends nobody else can post to them; ids of unbounded and unknown accounts are left out.
    """
    rows = session.execute(
        select(Account.id, Account.state, Account.normal_side)
        .where(_is_among(session, account_ids), Account.bounded)
        .order_by(Account.shared, Account.id)
        .with_for_update(key_share=True)
    )
    return {account: LockedAccount(state, normal_side) for account, state, normal_side in rows}


def _is_among(session: Session, account_ids: Iterable[int]) -> ColumnElement[bool]:
    # Lists of parameters have room for some ten thousand values.
    if session.get_bind().dialect.name == "postgresql":
        return Account.id == any_(cast(list(account_ids), ARRAY(BigInteger)))
    each = func.json_each(json.dumps(list(account_ids))).table_valued("value")
    return Account.id.in_(select(each.c.value))


def balances(session: Session, account_ids: Iterable[int]) -> dict[int, int]:
    """Return what each account holds on its normal side, in minor units; unbounded accounts are summed now."""
    rows = session.execute(
        select(Account.id, Account.balance, Account.bounded).where(Account.id.in_(list(account_ids)))
    ).all()
    totals = {row.id: row.balance for row in rows}
    unbounded = [row.id for row in rows if not row.bounded]
    if unbounded:
        signed = case((Posting.side == Account.normal_side, Posting.amount), else_=-Posting.amount)
        sums = session.execute(
            select(Posting.account_id, func.sum(signed))
            .join(Account, Account.id == Posting.account_id)
            .where(Posting.account_id.in_(unbounded))
            .group_by(Posting.account_id)
        )
        totals |= {account: int(total) for account, total in sums}
    return totals


# Asked with every page a resident opens: made once, and without the ORM's work.
_ONE_BALANCE = DriverStatement(
    select(Account.balance, Account.bounded).where(Account.id == bindparam("account", type_=BigInteger))
)


def balance(session: Session, account_id: int) -> int:
    """Return what one account holds on its normal side, in minor units.

    Raises:
        AccountUnknownError: no such account.
    """
    found = _ONE_BALANCE.first_row(session.connection(), {"account": account_id})
    if found is None:
        raise AccountUnknownError(account_id)
    return found.balance if found.bounded else balances(session, [account_id])[account_id]
