"""What somebody owes back to the funds: an account for each debtor, with one lot for each fund."""

from contextlib import suppress
from uuid import UUID

from sqlalchemy.orm import Session

from awards import Fund, fund_lot
from ledger import (
    AccountExistsError,
    Asset,
    Call,
    Line,
    LotBalance,
    NewAccount,
    Side,
    account_id,
    check_still_new,
    credit,
    debit,
    find_account_id,
    lock_lots,
    lots,
    open_accounts,
)
from people import Resident
from receivables.errors import OwedLessError


def receivable_code(resident_id: UUID) -> str:
    """Return the code of the account with what a resident owes back; most residents never have one."""
    return f"resident:{resident_id.hex}:receivable"


def find_receivable(session: Session, resident_id: UUID) -> int | None:
    """Return the account with what a resident owes back, None where nothing ever was."""
    return find_account_id(session, receivable_code(resident_id))


def open_receivable(session: Session, resident: Resident) -> int:
    """Return the account with what a resident owes back, opened on first use."""
    code = receivable_code(resident.id)
    # Of two who open it at once, one meets a unique violation; its unit of work runs again.
    with suppress(AccountExistsError):
        open_accounts(session, [NewAccount(code, Asset.PAB, Side.DEBIT)])
    return account_id(session, code)


def owed_by_resident(session: Session, resident_id: UUID) -> dict[str, int]:
    """Return what a resident owes to each fund, by its code, in minor units; funds without a debt are left out."""
    receivable = find_receivable(session, resident_id)
    return {} if receivable is None else by_fund(lots(session, receivable))


def locked_debt(session: Session, resident_id: UUID, fund_code: str, amount: int, *, call: Call | None = None) -> int:
    """Lock what a resident owes, and return its account; it cannot change until the transaction ends.

    Raises:
        OwedLessError: they owe the fund less than the amount.
    """
    receivable = find_receivable(session, resident_id)
    if receivable is None:
        raise OwedLessError(fund_code, 0)
    held = lock_lots(session, [receivable])[receivable]
    # A twin of this call may have done it while this one waited for the lock.
    check_still_new(session, call)
    check_owed(by_fund(held), fund_code, amount)
    return receivable


def check_owed(owed: dict[str, int], fund_code: str, amount: int) -> None:
    """Refuse to end more of a debt than there is.

    Raises:
        OwedLessError: less than the amount is owed to the fund.
    """
    if owed.get(fund_code, 0) < amount:
        raise OwedLessError(fund_code, owed.get(fund_code, 0))


def by_fund(parts: list[LotBalance]) -> dict[str, int]:
    """Return what lots hold together of each fund, by its code."""
    sums: dict[str, int] = {}
    for part in parts:
        sums[part.lot.fund] = sums.get(part.lot.fund, 0) + part.amount
    return sums


def released(fund: Fund, amount: int) -> tuple[Line, Line]:
    """Return the lines by which the fund may award again what somebody owed it and has now given back."""
    return (
        debit(fund.held_account_id, Asset.PAB, amount, fund_lot(fund.code)),
        credit(fund.available_account_id, Asset.PAB, amount, fund_lot(fund.code)),
    )
