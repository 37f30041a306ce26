"""Opening accounts, finding them, changing their state, and asking what they hold."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import BigInteger, ScalarSelect, SQLColumnExpression, bindparam, case, func, insert, select, update
from sqlalchemy.orm import Session, aliased

from ledger.driver_statements import DriverStatement
from ledger.entries import Asset, Side
from ledger.errors import AccountExistsError, AccountStateError, AccountUnknownError
from ledger.model import Account, AccountState, Posting


@dataclass(frozen=True, slots=True)
class NewAccount:
    """An account to be opened. `shared` ones are touched by many people at once and locked last."""

    code: str
    asset: Asset
    normal_side: Side
    bounded: bool = True
    shared: bool = False


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


def find_account_id(session: Session, code: str) -> int | None:
    """Return the id of the account with this code, None if there is none."""
    return session.scalar(select(Account.id).where(Account.code == code))


def account_id(session: Session, code: str) -> int:
    """Return the id of the account with this code.

    Raises:
        AccountUnknownError: there is none.
    """
    found = find_account_id(session, code)
    if found is None:
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


def account_state_of(account_id: SQLColumnExpression[int]) -> ScalarSelect[AccountState]:
    """Return a column with the state of the account whose id the given column holds, for statements of other rooms."""
    # Under a name of its own, so that the column may be one of accounts.
    account = aliased(Account)
    return select(account.state).where(account.id == account_id).scalar_subquery()


def account_code_of(account_id: SQLColumnExpression[int]) -> ScalarSelect[str]:
    """Return a column with the code of the account whose id the given column holds, for checks of other rooms."""
    account = aliased(Account)
    return select(account.code).where(account.id == account_id).scalar_subquery()


def set_account_state(session: Session, account_id: int, state: AccountState) -> None:
    """Freeze, thaw or close an account.

    Raises:
        AccountUnknownError: no such account.
        AccountStateError: a closed account cannot be opened again, one that holds something cannot be closed, and an
            unbounded one is always open.
    """
    account = session.execute(
        select(Account.state, Account.balance, Account.bounded).where(Account.id == account_id).with_for_update()
    ).one_or_none()
    if account is None:
        raise AccountUnknownError(account_id)
    cannot_close = state is AccountState.CLOSED and account.balance
    # Nobody queues for an unbounded account, so nothing would look at its state.
    if account.state is AccountState.CLOSED or cannot_close or not account.bounded:
        raise AccountStateError(account_id, account.state)
    session.execute(update(Account).where(Account.id == account_id).values(state=state))


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
