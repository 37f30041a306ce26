"""Printed sheets of slips: each slip is a hold from the start, pays once without a PIN, and is revoked when lost."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

import holds
import ledger
import payments
import people
from cards.days import end_of, last_moment
from cards.errors import SheetDayError, SheetSizeError, SheetUnknownError
from cards.model import TEXT_LENGTH_MAX, CodeSheet, SheetSlip
from holds import HoldState
from ledger import Call, check_still_new, new_id, remember_call

SLIPS_MAX = 24
# The words of a hold for whoever looks at what is set aside.
PURPOSE = "sheet"
# Holds live 366 days at most.
_DAYS_MAX = 365


@dataclass(frozen=True, slots=True)
class SlipView:
    """One slip as it stands: what it is worth, what was paid with it, and whether it still pays; amounts in cents."""

    number: int
    payment_code_id: UUID
    worth: int
    paid: int
    state: HoldState
    used_at: datetime | None
    is_blocked: bool


def issue_sheet(
    session: Session,
    *,
    resident_id: UUID,
    count: int,
    worth: int,
    until: date | None = None,
    secret: bytes,
    actor: str,
    now: datetime,
    call: Call | None = None,
) -> CodeSheet:
    """Set `count` times `worth` cents of a resident aside and make a code for each; `payments.code_of` tells them.

    They pay through the day `until`; without one, through the first last day of the credits that are set aside, and
    for a year at most. What is not used by then comes back by itself.

    Raises:
        people.ResidentUnknownError, people.ResidentLeftError: there is no such resident, or they have left.
        ledger.SamePersonError: the officer is that resident, or of their household.
        SheetSizeError: not 1 to 24 slips.
        SheetDayError: the day is over, or more than a year ahead.
        payments.AmountError: the worth is no amount.
        payments.CodesBlockedError: the resident has blocked their codes.
        holds.TooManyHoldsError: with these too much would be set aside at once.
        ledger.InsufficientBalanceError, ledger.AccountStateError: they have less, or their account gives nothing.
    """
    if not 1 <= count <= SLIPS_MAX:
        raise SheetSizeError(count, SLIPS_MAX)
    if not 0 < worth <= ledger.AMOUNT_MAX // SLIPS_MAX:
        raise payments.AmountError(worth)
    resident = people.lock_resident(session, resident_id)
    people.check_has_not_left(resident)
    if people.is_of_household(session, actor=actor, resident=resident):
        raise ledger.SamePersonError(actor)
    check_still_new(session, call)
    payments.check_not_blocked(session, resident_id)
    last_day = until or _first_last_day(session, resident, count * worth, now)
    if not now.date() <= last_day <= now.date() + timedelta(days=_DAYS_MAX):
        raise SheetDayError(last_day)
    sheet = CodeSheet(
        id=new_id(),
        resident_id=resident_id,
        count=count,
        worth=worth,
        valid_until=last_day,
        issued_by=actor,
        issued_at=now,
    )
    session.add(sheet)
    remember_call(session, call, made_id=sheet.id, now=now)
    set_aside = holds.authorize_each(
        session,
        available=resident.available_account_id,
        held=resident.held_account_id,
        amounts=[worth] * count,
        expires_at=end_of(last_day, now),
        actor=actor,
        now=now,
        purpose=PURPOSE,
    )
    # They name their holds, so they are written after the entries: nobody else waits for a resident's accounts.
    codes = payments.create_slip_codes(
        session,
        resident=resident,
        set_aside=set_aside,
        expires_at=last_moment(last_day, now),
        secret=secret,
        now=now,
    )
    session.add_all(
        SheetSlip(sheet_id=sheet.id, number=number, payment_code_id=code.id, hold_id=hold.id)
        for number, (code, hold) in enumerate(zip(codes, set_aside, strict=True), start=1)
    )
    session.flush()
    return sheet


def revoke_sheet(
    session: Session,
    *,
    sheet_id: UUID,
    reason: str,
    actor: str,
    now: datetime,
    grace_days: int = ledger.GRACE_DAYS,
    call: Call | None = None,
) -> CodeSheet:
    """Stop what is unused of a lost sheet: the credits return to their very lots; again changes nothing.

    Raises:
        SheetUnknownError: there is no such sheet.
        people.TextRefusedError: the reason cannot be shown.
        ledger.AccountStateError, ledger.CeilingExceededError: the resident's account may not take them.
    """
    cleaned = people.clean_text(reason, field="reason", length_max=TEXT_LENGTH_MAX)
    sheet = get_sheet(session, sheet_id)
    people.lock_resident(session, sheet.resident_id)
    session.refresh(sheet)
    check_still_new(session, call)
    remember_call(session, call, made_id=sheet.id, now=now)
    if sheet.revoked_at is not None:
        return sheet
    sheet.revoked_by, sheet.revoked_at, sheet.revocation_reason = actor, now, cleaned
    session.flush()
    slips = session.scalars(select(SheetSlip).where(SheetSlip.sheet_id == sheet_id)).all()
    # A payment with a slip locks its hold before its code, and so does this.
    hold_ids = [slip.hold_id for slip in slips]
    holds.lock_holds(session, hold_ids)
    payments.stop_codes(session, [slip.payment_code_id for slip in slips], now=now)
    holds.void_each(session, hold_ids=hold_ids, actor=actor, now=now, grace_days=grace_days)
    return sheet


def get_sheet(session: Session, sheet_id: UUID) -> CodeSheet:
    """Return a sheet.

    Raises:
        SheetUnknownError: there is none with this id.
    """
    sheet = session.get(CodeSheet, sheet_id)
    if sheet is None:
        raise SheetUnknownError(sheet_id)
    return sheet


def list_sheets(
    session: Session, *, resident_id: UUID, limit: int = 50, before: UUID | None = None
) -> Sequence[CodeSheet]:
    """Return the sheets that a resident ever had, newest first, older than the cursor `before`."""
    query = select(CodeSheet).where(CodeSheet.resident_id == resident_id).order_by(CodeSheet.id.desc())
    if before is not None:
        query = query.where(CodeSheet.id < before)
    return session.scalars(query.limit(limit)).all()


def slips_of(session: Session, sheet_ids: Sequence[UUID]) -> dict[UUID, list[SlipView]]:
    """Return the slips of sheets as they stand, in the order in which they are printed."""
    rows = session.scalars(
        select(SheetSlip).where(SheetSlip.sheet_id.in_(sheet_ids)).order_by(SheetSlip.sheet_id, SheetSlip.number)
    ).all()
    codes = payments.paper_codes(session, [row.payment_code_id for row in rows])
    set_aside = holds.holds_by_id(session, [row.hold_id for row in rows])
    found: dict[UUID, list[SlipView]] = {sheet_id: [] for sheet_id in sheet_ids}
    for row in rows:
        code, hold = codes[row.payment_code_id], set_aside[row.hold_id]
        found[row.sheet_id].append(
            SlipView(
                number=row.number,
                payment_code_id=code.id,
                worth=hold.amount,
                paid=hold.captured_total,
                state=hold.state,
                used_at=code.used_at,
                is_blocked=code.blocked_at is not None,
            )
        )
    return found


def _first_last_day(session: Session, resident: people.Resident, total: int, now: datetime) -> date:
    """Return the first day on which something of what will be set aside would end, a year from now at most."""
    today = now.date()
    there = ledger.lock_lots(session, [resident.available_account_id])[resident.available_account_id]
    days = [part.lot.expires_on for part in ledger.pick_lots(there, amount=total, today=today)]
    farthest = today + timedelta(days=_DAYS_MAX)
    return min([farthest, *(day for day in days if day is not None)])
