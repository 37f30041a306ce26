"""Granting credits to residents out of a fund, one at a time; `grant` alone decides what is granted."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.orm import Session

from awards.funds import check_amount, check_available, fund_lot, get_fund, last_day_of_award, taking
from awards.model import TEXT_LENGTH_MAX, Award, AwardStatus, Fund
from ledger import Asset, Call, CreditLot, Line, NewEntry, credit, debit, new_id, post, remember_call
from people import clean_text, get_resident

KIND = "award"
STAGED, UNSTAGED = "award_staged", "award_unstaged"


@dataclass(frozen=True, slots=True)
class Granted:
    """An award that was decided, and the entry that is still to be posted for it."""

    award: Award
    entry: NewEntry


def grant(
    session: Session,
    *,
    resident_id: UUID,
    fund_code: str,
    amount: int,
    reason: str,
    actor: str,
    now: datetime,
    is_covered: bool = False,
) -> Granted:
    """Decide an award and add its row to the session; the caller posts the entry, with its own, in one call.

    A fund that covers the award now may be taken from by others before the entry is posted; the ledger then refuses.
    With `is_covered` the caller's own entries give the fund back what was set aside for it before.

    Raises:
        FundExhaustedError: the fund has less available.
        FundUnknownError: no such fund.
        FundEndedError: the fund's credits ended on a day that is over.
        ResidentUnknownError: no such resident.
        AmountOutOfRangeError: the amount is not positive.
        TextRefusedError: the reason is empty, too long, or has forbidden characters.
    """
    fund = get_fund(session, fund_code)
    check_amount(amount)
    cleaned = clean_text(reason, field="reason", length_max=TEXT_LENGTH_MAX)
    resident = get_resident(session, resident_id)
    expires_on = last_day_of_award(fund, now.date())
    if not is_covered:
        check_available(session, fund, amount)
    entry_id = new_id()
    award = Award(
        id=new_id(),
        resident_id=resident.id,
        fund_code=fund.code,
        amount=amount,
        reason=cleaned,
        status=AwardStatus.POSTED,
        expires_on=expires_on,
        entry_id=entry_id,
        granted_by=actor,
        granted_at=now,
    )
    session.add(award)
    entry = award_entry(
        fund,
        entry_id=entry_id,
        account_id=resident.available_account_id,
        amount=amount,
        expires_on=expires_on,
        actor=actor,
        now=now,
    )
    return Granted(award, entry)


def award(
    session: Session,
    *,
    resident_id: UUID,
    fund_code: str,
    amount: int,
    reason: str,
    actor: str,
    now: datetime,
    call: Call | None = None,
) -> Award:
    """Grant credits, in minor units, and post them: from now on the resident can spend them.

    A frozen account takes them; they can be spent when it is free again.

    Raises:
        AccountStateError: the resident's account is closed.
        FundExhaustedError, FundUnknownError, FundEndedError: as `grant`.
        ResidentUnknownError, AmountOutOfRangeError, TextRefusedError: as `grant`.
    """
    granted = grant(
        session,
        resident_id=resident_id,
        fund_code=fund_code,
        amount=amount,
        reason=reason,
        actor=actor,
        now=now,
    )
    remember_call(session, call, made_id=granted.award.id, now=now)
    with taking(get_fund(session, fund_code), amount):
        post(session, [granted.entry])
    return granted.award


def stage(fund: Fund, amount: int, *, actor: str, now: datetime) -> NewEntry:
    """Return the entry that sets credits of a fund aside for awards to come; the caller posts it.

    Whether the fund has them is the ledger's question, once it is posted.
    """
    lines = _within_fund(fund.available_account_id, fund.held_account_id, amount, fund)
    return NewEntry(id=new_id(), kind=STAGED, actor=actor, occurred_at=now, lines=lines)


def unstage(fund: Fund, amount: int, *, actor: str, now: datetime) -> NewEntry:
    """Return the entry that gives a fund back what was set aside for awards to come; the caller posts it."""
    lines = _within_fund(fund.held_account_id, fund.available_account_id, amount, fund)
    return NewEntry(id=new_id(), kind=UNSTAGED, actor=actor, occurred_at=now, lines=lines)


def _within_fund(giver: int, taker: int, amount: int, fund: Fund) -> tuple[Line, Line]:
    label = fund_lot(fund.code)
    return debit(giver, Asset.PAB, amount, label), credit(taker, Asset.PAB, amount, label)


def award_entry(
    fund: Fund,
    *,
    entry_id: UUID,
    account_id: int,
    amount: int,
    expires_on: date | None,
    actor: str,
    now: datetime,
) -> NewEntry:
    """Return the standard entry of an award: the fund's own credits become the resident's, with a last day."""
    return NewEntry(
        id=entry_id,
        kind=KIND,
        actor=actor,
        occurred_at=now,
        lines=(
            debit(fund.available_account_id, Asset.PAB, amount, fund_lot(fund.code)),
            credit(account_id, Asset.PAB, amount, CreditLot(fund.code, expires_on).label),
        ),
    )
