"""What becomes of an open settlement: paid by another person, failed or cancelled; or sent back by the bank later."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

import awards
import ledger
import merchants
import people
import receivables
from ledger import Asset, Line, NewEntry
from merchants import Merchant
from settlements.errors import SettlementStatusError, SettlementUnknownError
from settlements.lines import ENTRY_KINDS
from settlements.listings import lots_of_settlement
from settlements.model import (
    TEXT_LENGTH_MAX,
    Settlement,
    SettlementLine,
    SettlementLot,
    SettlementStatus,
    SettlementStep,
    SettlementStepKind,
)
from settlements.persons import check_not_of_the_shop

_GIVEN_UP = {
    SettlementStepKind.FAILURE: SettlementStatus.FAILED,
    SettlementStepKind.CANCELLATION: SettlementStatus.CANCELLED,
}


def pay(
    session: Session,
    *,
    settlement_id: UUID,
    document: str,
    actor: str,
    now: datetime,
    call: ledger.Call | None = None,
) -> Settlement:
    """Book that the bank was told to pay a settlement: the credits end, and the money leaves the treasury.

    `document` names the bank's order or receipt; imported statements are compared with it.

    Raises:
        SettlementUnknownError: there is none with this id.
        SettlementStatusError: it is paid already, or has ended.
        SamePersonError: the actor opened it.
        OwnShopError: the actor works for the merchant.
        TextRefusedError: the document is empty, too long, or has forbidden characters.
        AccountStateError: the merchant's account is frozen.
    """
    cleaned = people.clean_text(document, field="document", length_max=TEXT_LENGTH_MAX)
    settlement, merchant = _locked(session, settlement_id, SettlementStatus.OPEN, actor=actor, call=call)
    if actor == settlement.opened_by:
        raise ledger.SamePersonError(actor)
    settlement.status, settlement.paid_by, settlement.paid_at = SettlementStatus.PAID, actor, now
    settlement.document = cleaned
    parts = lots_of_settlement(session, settlement.id)
    lines = _money(session, merchant.in_settlement_account_id, parts)
    _step(session, settlement, SettlementStepKind.PAYMENT, lines, document=cleaned, actor=actor, now=now, call=call)
    return settlement


def fail(
    session: Session, *, settlement_id: UUID, reason: str, actor: str, now: datetime, call: ledger.Call | None = None
) -> Settlement:
    """Book that the bank did not pay an open settlement: its lines are free for the next one.

    Raises:
        SettlementUnknownError, SettlementStatusError, OwnShopError, AccountStateError: as `pay`.
        TextRefusedError: the reason is empty, too long, or has forbidden characters.
    """
    step = SettlementStepKind.FAILURE
    return _given_up(session, settlement_id, step, reason=reason, actor=actor, now=now, call=call)


def cancel(
    session: Session, *, settlement_id: UUID, reason: str, actor: str, now: datetime, call: ledger.Call | None = None
) -> Settlement:
    """Give up an open settlement before the bank was told: its lines are free for the next one.

    Raises:
        SettlementUnknownError, SettlementStatusError, OwnShopError, TextRefusedError, AccountStateError: as `fail`.
    """
    step = SettlementStepKind.CANCELLATION
    return _given_up(session, settlement_id, step, reason=reason, actor=actor, now=now, call=call)


def take_return(
    session: Session, *, settlement_id: UUID, reason: str, actor: str, now: datetime, call: ledger.Call | None = None
) -> Settlement:
    """Book that the bank sent a paid settlement's money back: the merchant is to be paid it again.

    Raises:
        SettlementUnknownError, OwnShopError, TextRefusedError, AccountStateError: as `fail`.
        SettlementStatusError: it is not paid, or came back before.
        OwnerClosedError: the merchant's accounts are closed.
    """
    cleaned = people.clean_text(reason, field="reason", length_max=TEXT_LENGTH_MAX)
    settlement, merchant = _locked(session, settlement_id, SettlementStatus.PAID, actor=actor, call=call)
    receivables.check_not_closed(receivables.closure_of_merchant(session, merchant.id))
    settlement.status = SettlementStatus.RETURNED
    _free_lines(session, settlement)
    parts = lots_of_settlement(session, settlement.id)
    lines = [
        Line(line.account_id, line.asset, line.side.other, line.amount, line.lot)
        for line in _money(session, merchant.payable_account_id, parts)
    ]
    _step(session, settlement, SettlementStepKind.RETURN, lines, reason=cleaned, actor=actor, now=now, call=call)
    return settlement


def _given_up(
    session: Session,
    settlement_id: UUID,
    kind: SettlementStepKind,
    *,
    reason: str,
    actor: str,
    now: datetime,
    call: ledger.Call | None,
) -> Settlement:
    cleaned = people.clean_text(reason, field="reason", length_max=TEXT_LENGTH_MAX)
    settlement, merchant = _locked(session, settlement_id, SettlementStatus.OPEN, actor=actor, call=call)
    settlement.status = _GIVEN_UP[kind]
    _free_lines(session, settlement)
    lines: list[Line] = []
    for part in lots_of_settlement(session, settlement.id):
        lines += (
            ledger.debit(merchant.in_settlement_account_id, Asset.PAB, part.amount, part.lot),
            ledger.credit(merchant.payable_account_id, Asset.PAB, part.amount, part.lot),
        )
    _step(session, settlement, kind, lines, reason=cleaned, actor=actor, now=now, call=call)
    return settlement


def _locked(
    session: Session, settlement_id: UUID, status: SettlementStatus, *, actor: str, call: ledger.Call | None
) -> tuple[Settlement, Merchant]:
    """Return a settlement in the status that a step needs, behind its lock, and its merchant."""
    merchant_id = session.scalar(select(Settlement.merchant_id).where(Settlement.id == settlement_id))
    if merchant_id is None:
        raise SettlementUnknownError(settlement_id)
    merchant = merchants.get_merchant(session, merchant_id)
    # As when it was opened: steps queue behind the merchant, and so does its closing.
    merchants.lock_merchant(session, merchant)
    settlement = session.scalars(
        select(Settlement)
        .where(Settlement.id == settlement_id)
        .with_for_update()
        # What the session read before it waited for the lock may be stale.
        .execution_options(populate_existing=True)
    ).one()
    if settlement.status is not status:
        # A twin of this call may have done it while this one waited for the lock.
        ledger.check_still_new(session, call)
        raise SettlementStatusError(settlement_id, settlement.status)
    check_not_of_the_shop(session, actor, merchant)
    return settlement, merchant


def _free_lines(session: Session, settlement: Settlement) -> None:
    session.flush()
    session.execute(
        update(SettlementLine)
        .where(SettlementLine.settlement_id == settlement.id)
        .values(freed=True)
        .execution_options(synchronize_session=False)
    )


def _money(session: Session, giver: int, parts: Sequence[SettlementLot]) -> list[Line]:
    """Return the lines by which credits of a merchant end and their money leaves the treasury, fund by fund."""
    issued, bank = (ledger.account_id(session, each.code) for each in (awards.ISSUED, awards.TREASURY))
    lines: list[Line] = []
    for part in parts:
        backing = awards.get_fund(session, ledger.CreditLot.parse(part.lot).fund).backing_account_id
        lines += (
            ledger.debit(giver, Asset.PAB, part.amount, part.lot),
            ledger.credit(issued, Asset.PAB, part.amount, part.lot),
            ledger.debit(backing, Asset.CNY, part.amount),
        )
    return [*lines, ledger.credit(bank, Asset.CNY, sum(part.amount for part in parts))]


def _step(
    session: Session,
    settlement: Settlement,
    kind: SettlementStepKind,
    lines: Sequence[Line],
    *,
    actor: str,
    now: datetime,
    call: ledger.Call | None,
    reason: str = "",
    document: str = "",
) -> None:
    entry = NewEntry(id=ledger.new_id(), kind=ENTRY_KINDS[kind], actor=actor, occurred_at=now, lines=tuple(lines))
    session.add(
        SettlementStep(
            settlement_id=settlement.id,
            kind=kind,
            reason=reason,
            document=document,
            entry_id=entry.id,
            made_by=actor,
            made_at=now,
        )
    )
    ledger.remember_call(session, call, made_id=settlement.id, now=now)
    ledger.post(session, [entry])
