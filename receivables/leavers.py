"""Residents who move away or die, and records of one person made twice: what they have goes on, their accounts end."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from awards import Fund, fund_lot, get_fund
from ledger import (
    AccountState,
    Asset,
    Call,
    Line,
    LotBalance,
    NewEntry,
    SamePersonError,
    account_state,
    balance,
    check_still_new,
    credit,
    debit,
    lock_lots,
    new_id,
    remember_call,
    set_account_state,
)
from people import Resident, check_has_not_left, clean_text, is_of_household, leave, lock_resident
from receivables.closures import Clearing, Moved, check_not_closed, close_what_is_empty, closure_of_resident
from receivables.errors import HeldCreditsError, MergerError, OwnerClosedError
from receivables.model import TEXT_LENGTH_MAX, Closure, ClosureState, RepaymentKind, WhereTo
from receivables.owed import by_fund, find_receivable, owed_by_resident, receivable_code
from receivables.repayments import offset_lines, repayment, repayment_entry

RETURN_KIND = "leaver_return"
MERGER_KIND = "merger"


def close_resident(
    session: Session, *, resident_id: UUID, reason: str, actor: str, now: datetime, call: Call | None = None
) -> Closure:
    """End a resident's part in the scheme: log-in, keys and accounts; their number is never issued again.

    What they have goes back to its funds, first against what they owe to each. Where they still owe something, the
    closure stays open until that is repaid or waived and this is called again. Minutes stay as they were earned.

    Raises:
        ResidentUnknownError: no such resident.
        OwnerClosedError: they are closed already.
        HeldCreditsError: credits are set aside for a payment, which has to end first.
        TextRefusedError: the reason is empty, too long, or has forbidden characters.
    """
    cleaned = clean_text(reason, field="reason", length_max=TEXT_LENGTH_MAX)
    resident = lock_resident(session, resident_id)
    closure = closure_of_resident(session, resident_id)
    if closure is not None:
        check_still_new(session, call)
        check_not_closed(closure)
    else:
        closure = _begun(session, resident, reason=cleaned, actor=actor, now=now)
        leave(session, resident, now=now)
    remember_call(session, call, made_id=closure.id, now=now)
    receivable, held = _lock_closing(session, resident)
    clearing = Clearing(closure)
    owed = {} if receivable is None else by_fund(held[receivable])
    for fund_code, parts in _of_each_fund(held[resident.available_account_id]).items():
        against, back = _parted(parts, owed.get(fund_code, 0))
        if receivable is not None and against:
            _offset(clearing, resident, receivable, get_fund(session, fund_code), against)
        if back:
            _give_back(clearing, resident, get_fund(session, fund_code), back)
    clearing.post(session)
    own = [resident.available_account_id, resident.held_account_id, *([] if receivable is None else [receivable])]
    close_what_is_empty(session, closure, own, now=now)
    return closure


def merge_residents(
    session: Session,
    *,
    resident_id: UUID,
    into_id: UUID,
    reason: str,
    actor: str,
    now: datetime,
    call: Call | None = None,
) -> Closure:
    """Close one of two records of one person: its lots and minutes go to the other, and its number leads there.

    Raises:
        ResidentUnknownError: no such resident.
        MergerError: both are one record, or the one to be closed owes something, which has to end first.
        SamePersonError: the actor is that person, or of their household.
        ResidentLeftError: the one that is to go on has left.
        OwnerClosedError: the one to be closed is closed already.
        HeldCreditsError: it has credits set aside for a payment.
        TextRefusedError: the reason is empty, too long, or has forbidden characters.
    """
    cleaned = clean_text(reason, field="reason", length_max=TEXT_LENGTH_MAX)
    if resident_id == into_id:
        raise MergerError("same_record")
    # Both in one order, so that two who merge the same pair either way do not wait for each other.
    locked = {each: lock_resident(session, each) for each in sorted((resident_id, into_id))}
    resident, into = locked[resident_id], locked[into_id]
    earlier = closure_of_resident(session, resident_id)
    if earlier is not None:
        check_still_new(session, call)
        raise OwnerClosedError(earlier.id)
    check_has_not_left(into)
    for record in (resident, into):
        if is_of_household(session, actor=actor, resident=record):
            raise SamePersonError(actor)
    if owed_by_resident(session, resident_id):
        raise MergerError("owes")
    closure = _begun(session, resident, reason=cleaned, actor=actor, now=now)
    closure.merged_into_id = into_id
    leave(session, resident, now=now, merged_into_id=into_id)
    remember_call(session, call, made_id=closure.id, now=now)
    receivable, held = _lock_closing(session, resident)
    clearing = Clearing(closure)
    credits = held[resident.available_account_id]
    if credits:
        _move(clearing, resident, into, credits)
    minutes = balance(session, resident.minutes_account_id)
    if minutes:
        _move(clearing, resident, into, [LotBalance("", minutes)], asset=Asset.MIN)
    clearing.post(session)
    own = [resident.available_account_id, resident.held_account_id, resident.minutes_account_id]
    close_what_is_empty(session, closure, [*own, *([] if receivable is None else [receivable])], now=now)
    return closure


def _begun(session: Session, resident: Resident, *, reason: str, actor: str, now: datetime) -> Closure:
    closure = Closure(
        id=new_id(),
        resident_id=resident.id,
        state=ClosureState.CLOSING,
        reason=reason,
        begun_by=actor,
        begun_at=now,
    )
    session.add(closure)
    return closure


def _lock_closing(session: Session, resident: Resident) -> tuple[int | None, dict[int, list[LotBalance]]]:
    """Let a resident's accounts only give from now on; return the one with what they owe, and what all hold.

    Raises:
        HeldCreditsError: credits are set aside for a payment.
    """
    own = [resident.available_account_id, resident.held_account_id]
    _let_only_give(session, [*own, resident.minutes_account_id])
    # Looked for behind the lock: an approval at this moment may have opened it.
    receivable = find_receivable(session, resident.id)
    if receivable is not None:
        _let_only_give(session, [receivable])
        own.append(receivable)
    held = lock_lots(session, own)
    if held[resident.held_account_id]:
        raise HeldCreditsError(sum(part.amount for part in held[resident.held_account_id]))
    return receivable, held


def _let_only_give(session: Session, accounts: Sequence[int]) -> None:
    # In the order in which posting locks them. What was closed by an earlier step stays so.
    for account in sorted(accounts):
        if account_state(session, account) is not AccountState.CLOSED:
            set_account_state(session, account, AccountState.CLOSING)


def _offset(clearing: Clearing, resident: Resident, receivable: int, fund: Fund, parts: Sequence[LotBalance]) -> None:
    made = repayment(
        RepaymentKind.OFFSET,
        fund,
        amount=sum(part.amount for part in parts),
        document="",
        actor=clearing.closure.begun_by,
        now=clearing.closure.begun_at,
        resident_id=resident.id,
    )
    clearing.repayments.append(made)
    clearing.add(
        repayment_entry(made, offset_lines(fund, resident.available_account_id, receivable, parts)),
        parts,
        moved=Moved(Asset.PAB, _code(resident, "available"), WhereTo.DEBT, receivable_code(resident.id)),
    )


def _give_back(clearing: Clearing, resident: Resident, fund: Fund, parts: Sequence[LotBalance]) -> None:
    amount = sum(part.amount for part in parts)
    lines = (
        *(debit(resident.available_account_id, Asset.PAB, part.amount, part.label) for part in parts),
        credit(fund.available_account_id, Asset.PAB, amount, fund_lot(fund.code)),
    )
    clearing.add(
        _entry(clearing, RETURN_KIND, lines),
        parts,
        moved=Moved(Asset.PAB, _code(resident, "available"), WhereTo.FUND, f"fund:{fund.code}:available"),
    )


def _move(
    clearing: Clearing, resident: Resident, into: Resident, parts: Sequence[LotBalance], *, asset: Asset = Asset.PAB
) -> None:
    part_of = "available" if asset is Asset.PAB else "minutes"
    giver, taker = (getattr(each, f"{part_of}_account_id") for each in (resident, into))
    lines = [debit(giver, asset, part.amount, part.label) for part in parts]
    lines += [credit(taker, asset, part.amount, part.label) for part in parts]
    clearing.add(
        _entry(clearing, MERGER_KIND, lines),
        parts,
        moved=Moved(asset, _code(resident, part_of), WhereTo.OTHER_RECORD, _code(into, part_of)),
    )


def _entry(clearing: Clearing, kind: str, lines: Sequence[Line]) -> NewEntry:
    closure = clearing.closure
    return NewEntry(id=new_id(), kind=kind, actor=closure.begun_by, occurred_at=closure.begun_at, lines=tuple(lines))


def _code(resident: Resident, part_of: str) -> str:
    return f"resident:{resident.id.hex}:{part_of}"


def _of_each_fund(parts: Sequence[LotBalance]) -> dict[str, list[LotBalance]]:
    return {code: [part for part in parts if part.lot.fund == code] for code in sorted(by_fund(list(parts)))}


def _parted(parts: Sequence[LotBalance], owed: int) -> tuple[list[LotBalance], list[LotBalance]]:
    """Return the parts that go against a debt and those that are left, in spending order."""
    against: list[LotBalance] = []
    back: list[LotBalance] = []
    for part in parts:
        taken = min(owed, part.amount)
        owed -= taken
        if taken:
            against.append(LotBalance(part.label, taken))
        if part.amount > taken:
            back.append(LotBalance(part.label, part.amount - taken))
    return against, back
