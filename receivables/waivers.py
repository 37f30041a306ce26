"""Letting somebody off what they owe: asked for by one person, decided by another, at the cost of the fund."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from awards import check_amount, fund_lot, get_fund
from ledger import Asset, Call, NewEntry, credit, debit, new_id
from people import get_resident
from receivables.matters import ask
from receivables.model import Matter, MatterKind, MatterState
from receivables.owed import locked_debt

KIND = MatterKind.WAIVER


def ask_waiver(
    session: Session,
    *,
    resident_id: UUID,
    fund_code: str,
    amount: int,
    reason: str,
    actor: str,
    now: datetime,
    call: Call | None = None,
) -> Matter:
    """Ask that a resident owe a fund less, in minor units.

    Raises:
        ResidentUnknownError, FundUnknownError: no such resident, no such fund.
        AmountOutOfRangeError: the amount is not positive.
        OwedLessError: they owe the fund less than that.
        MatterOpenError, SamePersonError, TextRefusedError: as `ask`.
    """
    resident, fund = get_resident(session, resident_id), get_fund(session, fund_code)
    check_amount(amount)
    locked_debt(session, resident.id, fund.code, amount)
    matter = Matter(
        id=new_id(),
        kind=KIND,
        resident_id=resident.id,
        fund_code=fund.code,
        amount=amount,
        reason=reason,
        state=MatterState.ASKED,
        asked_by=actor,
        asked_at=now,
        note="",
    )
    return ask(session, matter, call=call)


def waiver_entry(session: Session, matter: Matter, *, actor: str, now: datetime) -> NewEntry:
    """Return the entry of an approval: claim and debt vanish together, and no money moves.

    The fund bears it, and did so when the wrong award was spent: what it holds for a claim it could never award.

    Raises:
        OwedLessError: they owe the fund less by now.
    """
    receivable = locked_debt(session, matter.resident_id, matter.fund_code, matter.amount)
    fund = get_fund(session, matter.fund_code)
    return NewEntry(
        id=new_id(),
        kind=KIND.value,
        actor=actor,
        occurred_at=now,
        lines=(
            debit(fund.held_account_id, Asset.PAB, matter.amount, fund_lot(fund.code)),
            credit(receivable, Asset.PAB, matter.amount, fund_lot(fund.code)),
        ),
    )
