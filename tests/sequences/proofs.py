"""What must be true after every sequence of operations, whatever they were."""

from sqlalchemy import text
from sqlalchemy.orm import Session

import awards
import holds
import ledger
import merchants
import receivables
from ledger import Asset
from tests.sequences.pencil import ISSUED, Pencil
from tests.sequences.town import held

# The audit proves: postings sum to zero per asset, stored is recomputed, bounds are kept, lots are exact, payments and
# refunds are in the books once, holds end once; and every fund is covered.
CHECKS: tuple[ledger.Check, ...] = (
    *merchants.CHECKS,
    *holds.CHECKS,
    *receivables.CHECKS,
    awards.every_fund_is_covered,
)


def prove(session: Session) -> None:
    """Prove the books from their postings alone.

    Raises:
        AssertionError: something is wrong; it says what.
    """
    if session.get_bind().dialect.name == "postgresql":
        # What the database would refuse at the commit, it refuses now.
        session.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
    assert [result for result in ledger.audit(session, CHECKS) if not result.ok] == []


def compare(session: Session, pencil: Pencil) -> None:
    """See that the books hold what the pencil wrote: every lot of every account, and the contra account.

    Raises:
        AssertionError: they differ.
    """
    kept = {place: amount for place, amount in pencil.held.items() if amount and place[0] != ISSUED}
    assert held(session) == kept
    issued = [row.balance for row in ledger.trial_balance(session, asset=Asset.PAB, prefix=ISSUED)]
    assert issued == [pencil.total(ISSUED)]
