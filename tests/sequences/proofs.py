"""What must be true after every sequence of operations, whatever they were."""

from sqlalchemy import select, text
from sqlalchemy.orm import Session

import awards
import holds
import ledger
import merchants
import payments
import receivables
import seals
import settlements
from ledger import Asset
from ledger.model import Account, AccountLot
from tests.seals.builders import KEYS
from tests.sequences.pencil import Pencil
from tests.sequences.sheet import UNBOUNDED

# The audit proves: postings sum to zero per asset, stored is recomputed, bounds are kept, lots are exact, payments and
# refunds are in the books once, holds end once; every fund is covered; and what is sealed
# is as it was sealed.
CHECKS: tuple[ledger.Check, ...] = (
    *merchants.CHECKS,
    *payments.CHECKS,
    *settlements.CHECKS,
    *holds.CHECKS,
    *receivables.CHECKS,
    *awards.CHECKS,
    seals.the_guards_of_seals_stand,
)


def prove(session: Session, keys: seals.SealKeys = KEYS) -> None:
    """Prove the books from their postings alone, and that they are as they were sealed with these keys.

    Raises:
        AssertionError: something is wrong; it says what.
    """
    if session.get_bind().dialect.name == "postgresql":
        # What the database would refuse at the commit, it refuses now.
        session.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
    assert [result for result in ledger.audit(session, [*CHECKS, *seals.checks_of_seals(keys)]) if not result.ok] == []


def compare(session: Session, pencil: Pencil) -> None:
    """See that the books hold what the pencil wrote: every lot of every account, and the contra account.

    Raises:
        AssertionError: they differ.
    """
    kept = {place: amount for place, amount in pencil.held.items() if amount and place[0] not in UNBOUNDED}
    assert _held(session) == kept
    for code, asset in UNBOUNDED.items():
        assert sum(row.balance for row in ledger.trial_balance(session, asset=asset, prefix=code)) == pencil.total(code)


def _held(session: Session) -> dict[tuple[str, str], int]:
    """Return what the books say every bounded account holds of every lot; what is empty is left out."""
    lots = session.execute(
        select(Account.code, AccountLot.lot, AccountLot.balance).join(Account, Account.id == AccountLot.account_id)
    )
    without_lots = session.execute(
        select(Account.code, Account.balance).where(Account.bounded, Account.asset.in_([Asset.CNY, Asset.MIN]))
    )
    found = {(code, lot): amount for code, lot, amount in lots} | {(code, ""): amount for code, amount in without_lots}
    return {place: amount for place, amount in found.items() if amount}
