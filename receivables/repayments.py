"""Giving back what is owed: in money, or out of credits of the same fund, never by itself and never below zero."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from awards import ISSUED, TREASURY, Fund, check_amount, fund_lot, get_fund
from ledger import (
    AMOUNT_MAX,
    Asset,
    Call,
    Line,
    LotBalance,
    NewEntry,
    account_id,
    balance,
    credit,
    debit,
    lock_lots,
    new_id,
    pick_lots,
    post,
    remember_call,
)
from people import clean_text, get_resident
from receivables.errors import ConsentMissingError, RepaymentUnknownError
from receivables.model import TEXT_LENGTH_MAX, Repayment, RepaymentKind
from receivables.owed import find_receivable, locked_debt, released

ENTRY_KINDS = {RepaymentKind.MONEY: "repayment", RepaymentKind.OFFSET: "offset"}


@dataclass(frozen=True, slots=True)
class RepaymentPage:
    """Repayments, newest first; `next_before` asks for those that follow, None if there are none."""

    items: list[Repayment]
    next_before: UUID | None


def repay_in_money(
    session: Session,
    *,
    resident_id: UUID,
    fund_code: str,
    amount: int,
    document: str,
    actor: str,
    now: datetime,
    call: Call | None = None,
) -> Repayment:
    """Book money that a resident gave back, in fen: it backs the fund's credits again, and the fund may award them.

    Raises:
        ResidentUnknownError, FundUnknownError: no such resident, no such fund.
        AmountOutOfRangeError: the amount is not positive, or the treasury would hold more than any amount may be.
        OwedLessError: they owe the fund less than that.
        TextRefusedError: the document is empty, too long, or has forbidden characters.
    """
    resident, fund = get_resident(session, resident_id), get_fund(session, fund_code)
    check_amount(amount)
    receivable = locked_debt(session, resident.id, fund.code, amount, call=call)
    made = repayment(
        RepaymentKind.MONEY, fund, amount=amount, document=document, actor=actor, now=now, resident_id=resident.id
    )
    lines = (*money_back(session, fund, receivable, amount), *released(fund, amount))
    return _posted(session, made, lines, call)


def offset(
    session: Session,
    *,
    resident_id: UUID,
    fund_code: str,
    amount: int,
    actor: str,
    now: datetime,
    consent: str = "",
    call: Call | None = None,
) -> Repayment:
    """Give credits that can be spent today back for what is owed to their fund, earliest lots first, in minor units.

    It is the resident's own act; an officer who does it for them names the document with their consent. Credits of
    other funds are another programme's money, and pay nothing of this one's.

    Raises:
        ConsentMissingError: an officer names no consent.
        ResidentUnknownError, FundUnknownError: no such resident, no such fund.
        AmountOutOfRangeError: the amount is not positive.
        OwedLessError: they owe the fund less than that.
        InsufficientBalanceError: of this fund they can spend less than that.
        TextRefusedError: the consent is too long or has forbidden characters.
    """
    resident, fund = get_resident(session, resident_id), get_fund(session, fund_code)
    check_amount(amount)
    own = actor == f"resident:{resident.id.hex}"
    if not own and not consent.strip():
        raise ConsentMissingError
    receivable = find_receivable(session, resident.id)
    # Both at once, in the order of posting; then the debt again, whose lock is held by now.
    accounts = [resident.available_account_id, *([] if receivable is None else [receivable])]
    held = lock_lots(session, accounts)[resident.available_account_id]
    receivable = locked_debt(session, resident.id, fund.code, amount, call=call)
    parts = pick_lots(held, amount=amount, today=now.date(), funds={fund.code})
    made = repayment(
        RepaymentKind.OFFSET,
        fund,
        amount=amount,
        document="" if own else consent,
        actor=actor,
        now=now,
        resident_id=resident.id,
    )
    return _posted(session, made, offset_lines(fund, resident.available_account_id, receivable, parts), call)


def get_repayment(session: Session, repayment_id: UUID) -> Repayment:
    """Return the repayment with this id.

    Raises:
        RepaymentUnknownError: there is none.
    """
    found = session.get(Repayment, repayment_id)
    if found is None:
        raise RepaymentUnknownError(repayment_id)
    return found


def list_repayments(
    session: Session,
    *,
    resident_id: UUID | None = None,
    merchant_id: UUID | None = None,
    limit: int = 50,
    before: UUID | None = None,
) -> RepaymentPage:
    """Return repayments of a resident or a merchant, or of all, newest first, older than the cursor `before`."""
    query = select(Repayment).order_by(Repayment.id.desc()).limit(limit + 1)
    if resident_id is not None:
        query = query.where(Repayment.resident_id == resident_id)
    if merchant_id is not None:
        query = query.where(Repayment.merchant_id == merchant_id)
    if before is not None:
        query = query.where(Repayment.id < before)
    found = list(session.scalars(query))
    return RepaymentPage(found[:limit], found[limit - 1].id if len(found) > limit else None)


def repayment(
    kind: RepaymentKind,
    fund: Fund,
    *,
    amount: int,
    document: str,
    actor: str,
    now: datetime,
    resident_id: UUID | None = None,
    merchant_id: UUID | None = None,
) -> Repayment:
    """Return the row of a repayment; money and consents of others need their document.

    Raises:
        TextRefusedError: the document is empty where there must be one, too long, or has forbidden characters.
    """
    needed = kind is RepaymentKind.MONEY or bool(document.strip())
    return Repayment(
        id=new_id(),
        kind=kind,
        resident_id=resident_id,
        merchant_id=merchant_id,
        fund_code=fund.code,
        amount=amount,
        document=clean_text(document, field="document", length_max=TEXT_LENGTH_MAX) if needed else "",
        entry_id=new_id(),
        made_by=actor,
        made_at=now,
    )


def money_back(session: Session, fund: Fund, receivable: int, amount: int) -> tuple[Line, ...]:
    """Return the lines of money that came back: it backs credits again that only a claim stood behind.

    Raises:
        AmountOutOfRangeError: the treasury would hold more than any amount may be.
    """
    treasury, issued = account_id(session, TREASURY.code), account_id(session, ISSUED.code)
    check_amount(amount, maximum=AMOUNT_MAX - balance(session, treasury))
    return (
        debit(issued, Asset.PAB, amount, fund_lot(fund.code)),
        debit(treasury, Asset.CNY, amount),
        credit(receivable, Asset.PAB, amount, fund_lot(fund.code)),
        credit(fund.backing_account_id, Asset.CNY, amount),
    )


def offset_lines(fund: Fund, available: int, receivable: int, parts: Sequence[LotBalance]) -> tuple[Line, ...]:
    """Return the lines by which parts of a resident's credits go back to the fund they owe."""
    amount = sum(part.amount for part in parts)
    return (
        *(debit(available, Asset.PAB, part.amount, part.label) for part in parts),
        credit(receivable, Asset.PAB, amount, fund_lot(fund.code)),
        *released(fund, amount),
    )


def repayment_entry(made: Repayment, lines: Sequence[Line]) -> NewEntry:
    """Return the entry of a repayment."""
    kind = ENTRY_KINDS[made.kind]
    return NewEntry(id=made.entry_id, kind=kind, actor=made.made_by, occurred_at=made.made_at, lines=tuple(lines))


def _posted(session: Session, made: Repayment, lines: Sequence[Line], call: Call | None) -> Repayment:
    session.add(made)
    remember_call(session, call, made_id=made.id, now=made.made_at)
    post(session, [repayment_entry(made, lines)])
    return made
