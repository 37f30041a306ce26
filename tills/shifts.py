"""Shifts (交接班): a cashier opens one, counts the drawer at its end, and the next takes it over.

No payment names its shift: it belongs to the shift of whoever took it at that moment, which is known at reading.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session, aliased

import ledger
import merchants
import people
from ledger import Call, new_id, remember_call
from merchants import Merchant
from tills.errors import (
    CashError,
    DifferenceError,
    ShiftEndedError,
    ShiftOpenError,
    ShiftsNotUsedError,
    ShiftUnknownError,
    TakeOverError,
)
from tills.model import TEXT_LENGTH_MAX, ShiftUse, TillShift, TillShiftEnd
from tills.sums import Sums, sums_of_shifts


@dataclass(frozen=True, slots=True)
class ShiftView:
    """A shift with its end, None while it lasts, what belongs to it, and what was counted by whom it was taken over.

    `expected_cash` is what there should be in the drawer now, or at the end: what was counted at the beginning and
    what was paid in money beside credits. Amounts are in cents.
    """

    shift: TillShift
    end: TillShiftEnd | None
    sums: Sums
    # What the one before had counted, where this shift took a drawer over.
    handed_over: int | None

    @property
    def expected_cash(self) -> int:
        """What there should be in the drawer, in cents."""
        return self.shift.opening_cash + self.sums.cash_total

    @property
    def difference(self) -> int | None:
        """What was counted at the end beyond what there should be, in cents, negative where it is less."""
        return None if self.end is None else self.end.counted_cash - self.expected_cash


def set_shift_use(
    session: Session, *, merchant: Merchant, is_used: bool, actor: str, now: datetime, call: Call | None = None
) -> ShiftUse:
    """Say from now on whether a shop works in shifts; of two said at once one meets a unique violation."""
    latest = _latest_use(session, merchant.id)
    made = ShiftUse(
        id=new_id(),
        merchant_id=merchant.id,
        number=1 if latest is None else latest.number + 1,
        is_used=is_used,
        set_by=actor,
        set_at=now,
    )
    session.add(made)
    remember_call(session, call, made_id=made.id, now=now)
    session.flush()
    return made


def list_shift_uses(session: Session, merchant_id: UUID) -> Sequence[ShiftUse]:
    """Return all that a shop's owners ever said about shifts, the latest first."""
    query = select(ShiftUse).where(ShiftUse.merchant_id == merchant_id).order_by(ShiftUse.number.desc())
    return session.scalars(query).all()


def get_shift_use(session: Session, use_id: UUID) -> ShiftUse:
    """Return what an owner said once, by the id that they were given for it."""
    return session.get_one(ShiftUse, use_id)


def uses_shifts(session: Session, merchant_id: UUID) -> bool:
    """Say whether a shop works in shifts; it does not until its owner says so."""
    latest = _latest_use(session, merchant_id)
    return latest is not None and latest.is_used


def open_shift(
    session: Session,
    *,
    merchant: Merchant,
    cashier: str,
    opening_cash: int,
    key_id: UUID | None = None,
    takes_over_id: UUID | None = None,
    remark: str = "",
    now: datetime,
    call: Call | None = None,
) -> TillShift:
    """Begin a shift: what the cashier, and the device with this key, take from now on belongs to it.

    Whoever takes a drawer over counts it; where that is not what the one before had counted, the remark says why.

    Raises:
        ShiftsNotUsedError: the shop does not work in shifts.
        CashError: what was counted is no amount.
        people.ApiKeyUnknownError: the key is no live one of a till of this shop.
        ShiftOpenError: the cashier or the device has a shift that has not ended.
        TakeOverError: what is taken over is no ended shift of this shop, or was taken over before.
        DifferenceError: the two counted differently, and there is no remark.
        people.TextRefusedError: the remark cannot be shown.
    """
    _check_cash(opening_cash, "opening_cash")
    cleaned = _cleaned(remark)
    # Shifts of one shop begin and end one after another; payments only refer to its row and do not wait.
    merchants.lock_merchant(session, merchant)
    ledger.check_still_new(session, call)
    if not uses_shifts(session, merchant.id):
        raise ShiftsNotUsedError
    device = None if key_id is None else people.till_key(session, key_id=key_id, merchant_id=merchant.id).actor
    if (open_one := _open_of(session, merchant.id, [cashier, *([device] if device else [])])) is not None:
        raise ShiftOpenError(open_one.id)
    if takes_over_id is not None:
        handed_over = _to_take_over(session, merchant, takes_over_id).counted_cash
        if opening_cash != handed_over and not cleaned:
            raise DifferenceError(counted=opening_cash, expected=handed_over)
    made = TillShift(
        id=new_id(),
        merchant_id=merchant.id,
        cashier=cashier,
        key_id=key_id,
        device=device,
        takes_over_id=takes_over_id,
        opening_cash=opening_cash,
        remark=cleaned,
        opened_at=now,
    )
    session.add(made)
    remember_call(session, call, made_id=made.id, now=now)
    session.flush()
    return made


def end_shift(
    session: Session,
    *,
    shift_id: UUID,
    merchant: Merchant,
    counted_cash: int,
    remark: str = "",
    actor: str,
    by_owner: bool,
    now: datetime,
    call: Call | None = None,
) -> TillShiftEnd:
    """End a shift: the cashier, or the owner for one who left, counts the drawer; the remark says why it differs.

    Raises:
        ShiftUnknownError: no such shift of this shop, or another cashier's.
        ShiftEndedError: it has ended.
        CashError: what was counted is no amount.
        DifferenceError: it is not what there should be, and there is no remark.
        people.TextRefusedError: the remark cannot be shown.
    """
    _check_cash(counted_cash, "counted_cash")
    cleaned = _cleaned(remark)
    merchants.lock_merchant(session, merchant)
    ledger.check_still_new(session, call)
    shift = get_shift(session, shift_id, merchant_id=merchant.id)
    if not by_owner and actor not in (shift.cashier, shift.device):
        raise ShiftUnknownError(shift_id)
    view = shift_views(session, [shift], until=now)[0]
    if view.end is not None:
        raise ShiftEndedError(shift_id)
    if counted_cash != view.expected_cash and not cleaned:
        raise DifferenceError(counted=counted_cash, expected=view.expected_cash)
    made = TillShiftEnd(shift_id=shift_id, counted_cash=counted_cash, remark=cleaned, ended_by=actor, ended_at=now)
    session.add(made)
    remember_call(session, call, made_id=shift_id, now=now)
    session.flush()
    return made


def get_shift(session: Session, shift_id: UUID, *, merchant_id: UUID) -> TillShift:
    """Return a shift of a shop.

    Raises:
        ShiftUnknownError: it has none with this id.
    """
    found = session.get(TillShift, shift_id)
    if found is None or found.merchant_id != merchant_id:
        raise ShiftUnknownError(shift_id)
    return found


def find_shift(session: Session, shift_id: UUID) -> TillShift | None:
    """Return the shift with this id, whosever it is, None if there is none."""
    return session.get(TillShift, shift_id)


def shift_of(session: Session, *, merchant_id: UUID, actor: str) -> TillShift | None:
    """Return the shift that somebody, or a device, has open at a shop, None if none."""
    return _open_of(session, merchant_id, [actor])


def list_shifts(
    session: Session,
    *,
    merchant_id: UUID,
    cashier: str | None = None,
    limit: int,
    before: UUID | None = None,
) -> Sequence[TillShift]:
    """Return shifts of a shop, or of one of its cashiers, newest first, older than the cursor `before`."""
    query = select(TillShift).where(TillShift.merchant_id == merchant_id).order_by(TillShift.id.desc()).limit(limit)
    if cashier is not None:
        query = query.where(TillShift.cashier == cashier)
    if before is not None:
        query = query.where(TillShift.id < before)
    return session.scalars(query).all()


def to_take_over(session: Session, *, merchant_id: UUID, since: datetime) -> list[ShiftView]:
    """Return the shifts that ended since an instant and that nobody took over, the latest first."""
    later = aliased(TillShift)
    taken = exists().where(later.takes_over_id == TillShift.id)
    found = session.scalars(
        select(TillShift)
        .join(TillShiftEnd, TillShiftEnd.shift_id == TillShift.id)
        .where(TillShift.merchant_id == merchant_id, TillShiftEnd.ended_at >= since, ~taken)
        .order_by(TillShiftEnd.ended_at.desc())
    ).all()
    return shift_views(session, found)


def shift_views(session: Session, shifts: Sequence[TillShift], *, until: datetime | None = None) -> list[ShiftView]:
    """Return shifts with their ends and what belongs to them, before `until` where it is given, in their order."""
    own = [each.id for each in shifts]
    ends = _ends(session, [*own, *(each.takes_over_id for each in shifts if each.takes_over_id)])
    sums = sums_of_shifts(session, own, until=until)
    return [
        ShiftView(
            shift=each,
            end=ends.get(each.id),
            sums=sums[each.id],
            handed_over=ends[each.takes_over_id].counted_cash if each.takes_over_id in ends else None,
        )
        for each in shifts
    ]


def _ends(session: Session, shift_ids: Collection[UUID]) -> dict[UUID, TillShiftEnd]:
    found = session.scalars(select(TillShiftEnd).where(TillShiftEnd.shift_id.in_(shift_ids)))
    return {each.shift_id: each for each in found}


def _open_of(session: Session, merchant_id: UUID, actors: Collection[str]) -> TillShift | None:
    return session.scalars(
        select(TillShift)
        .outerjoin(TillShiftEnd, TillShiftEnd.shift_id == TillShift.id)
        .where(
            TillShift.merchant_id == merchant_id,
            TillShiftEnd.shift_id.is_(None),
            or_(TillShift.cashier.in_(actors), TillShift.device.in_(actors)),
        )
        .limit(1)
    ).first()


def _to_take_over(session: Session, merchant: Merchant, shift_id: UUID) -> TillShiftEnd:
    before, end = session.get(TillShift, shift_id), session.get(TillShiftEnd, shift_id)
    taken = session.scalar(select(TillShift.id).where(TillShift.takes_over_id == shift_id))
    if before is None or before.merchant_id != merchant.id or end is None or taken is not None:
        raise TakeOverError(shift_id)
    return end


def _latest_use(session: Session, merchant_id: UUID) -> ShiftUse | None:
    return session.scalars(
        select(ShiftUse).where(ShiftUse.merchant_id == merchant_id).order_by(ShiftUse.number.desc()).limit(1)
    ).first()


def _check_cash(amount: int, name: str) -> None:
    if not 0 <= amount <= ledger.AMOUNT_MAX:
        raise CashError(name)


def _cleaned(remark: str) -> str:
    return people.clean_text(remark, field="remark", length_max=TEXT_LENGTH_MAX) if remark.strip() else ""
