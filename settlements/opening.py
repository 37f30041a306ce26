"""Opening a settlement: its lines are taken, and what they add up to is set aside for the payment."""

from datetime import datetime

from sqlalchemy.orm import Session

import ledger
import merchants
from ledger import LotBalance, NewEntry
from merchants import Merchant
from settlements.errors import CutOffAheadError, NothingToSettleError
from settlements.lines import ENTRY_KINDS, lots_of_lines, take_lines
from settlements.looking import look_at_all_of
from settlements.model import Settlement, SettlementLot, SettlementStatus, SettlementStep, SettlementStepKind
from settlements.persons import check_not_of_the_shop


def open_settlement(
    session: Session,
    *,
    merchant: Merchant,
    until: datetime,
    actor: str,
    now: datetime,
    call: ledger.Call | None = None,
) -> Settlement:
    """Open a settlement of what a merchant collected up to `until`, that instant included, and was not settled.

    With each redemption come its refunds until now, and refunds of redemptions settled before. What the merchant owes
    is offset first, in the same list of entries. A fund of which it gave back more than it collected waits for the
    next settlement with all its lines. So does what is held back (`suspicions`): payments that nobody has looked at yet
    are looked at now.

    Raises:
        CutOffAheadError: `until` lies in the future.
        OwnShopError: the actor works for the merchant.
        NothingToSettleError: nothing that is not settled adds up to more than zero.
        AccountStateError: the merchant's account is frozen.
    """
    if until > now:
        raise CutOffAheadError(until)
    check_not_of_the_shop(session, actor, merchant)
    # Settlements of one merchant queue here; what they lock after it no two of them ever wait for.
    merchants.lock_merchant(session, merchant)
    ledger.check_still_new(session, call)
    # First without the locks under which the shop's tills wait, then what came meanwhile.
    look_at_all_of(session, merchant, now=now)
    # Both accounts are locked from here on: no redemption, refund or repayment slips between lines and sum.
    offsets = merchants.offset_before_settlement(session, merchant=merchant, actor=actor, now=now)
    look_at_all_of(session, merchant, now=now)
    settlement_id = ledger.new_id()
    count = take_lines(session, settlement_id=settlement_id, merchant=merchant, until=until)
    lots = lots_of_lines(session, settlement_id)
    if not lots:
        raise NothingToSettleError(merchant.code, until)
    settlement = Settlement(
        id=settlement_id,
        merchant_id=merchant.id,
        until=until,
        status=SettlementStatus.OPEN,
        amount=sum(part.amount for part in lots),
        lines=count,
        opened_by=actor,
        opened_at=now,
        document="",
    )
    session.add(settlement)
    session.flush()
    opened = _entry(merchant, lots, actor=actor, now=now)
    session.add_all(
        [
            *(SettlementLot(settlement_id=settlement_id, lot=part.label, amount=part.amount) for part in lots),
            *(row for row, _entry in offsets),
            SettlementStep(
                settlement_id=settlement_id,
                kind=SettlementStepKind.OPENING,
                reason="",
                document="",
                entry_id=opened.id,
                made_by=actor,
                made_at=now,
            ),
        ]
    )
    ledger.remember_call(session, call, made_id=settlement_id, now=now)
    ledger.post(session, [*(entry for _row, entry in offsets), opened])
    return settlement


def _entry(merchant: Merchant, lots: list[LotBalance], *, actor: str, now: datetime) -> NewEntry:
    return NewEntry(
        id=ledger.new_id(),
        kind=ENTRY_KINDS[SettlementStepKind.OPENING],
        actor=actor,
        occurred_at=now,
        lines=ledger.lines_of_move(lots, giver=merchant.payable_account_id, taker=merchant.in_settlement_account_id),
    )
