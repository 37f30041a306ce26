"""The accounts of duties: four for each unit that ever had one, opened with its first."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from ledger import (
    AccountUnknownError,
    Asset,
    NewAccount,
    Side,
    accounts_of_owner,
    find_account_id,
    open_account,
    open_accounts,
)

CHARGED = "duties:charged"
_PARTS = ("duties", "handled", "met", "missed")


@dataclass(frozen=True, slots=True)
class DutyAccounts:
    """The ids of a unit's accounts: its open duties, those awaiting verification, and what became of the others."""

    duties: int
    handled: int
    met: int
    missed: int


def owner_of(unit_code: str) -> str:
    """Return whose accounts a unit's are, as their codes begin."""
    return f"unit:{unit_code}"


def accounts_of_unit(session: Session, unit_code: str) -> DutyAccounts:
    """Return a unit's accounts, opened where it has none.

    Two calls at once may both find none: the database refuses one of them, and its transaction is run again.
    """
    owner = owner_of(unit_code)
    try:
        known = {account.code: account.id for account in accounts_of_owner(session, owner)}
    except AccountUnknownError:
        codes = [f"{owner}:{part}" for part in _PARTS]
        # Everybody's reports meet in a department's accounts.
        new = [NewAccount(code, Asset.DUTY, Side.CREDIT, shared=True) for code in codes]
        return DutyAccounts(*open_accounts(session, new))
    return DutyAccounts(*(known[f"{owner}:{part}"] for part in _PARTS))


def charged_account(session: Session) -> int:
    """Return the id of the contra account of all duties, opened with the first of them."""
    found = find_account_id(session, CHARGED)
    if found is not None:
        return found
    return open_account(session, code=CHARGED, asset=Asset.DUTY, normal_side=Side.DEBIT, bounded=False)
