"""Payments in which an officer helps: a resident who is present pays an order of a shop's till on the officer's device.

The shop asked for the amount and sees the outcome on its own till, so there are always two parties; a resident who has
a PIN types it besides. Closed until the office has set how much a day.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, time
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

import ledger
import payments
import people
from cards.errors import AssistanceCapsError, AssistanceClosedError, AssistedUnknownError
from cards.model import AssistanceCaps, AssistedPayment, ProvedBy
from ledger import Call, new_id, remember_call
from payments import Attempt, Refusal
from people import Principal
from safeguards import CheckedPin, PinState, pin_state

_QUEUE, _ENDLESS = "assists", 2**40


def set_assistance_caps(
    session: Session, *, per_officer: int, per_resident: int, actor: str, now: datetime, call: Call | None = None
) -> AssistanceCaps:
    """Set, as the next version, how many cents a day one officer may pay for others, and may be paid for one resident.

    Raises:
        AssistanceCapsError: one of them is no amount.
    """
    for name, value in (("per_officer", per_officer), ("per_resident", per_resident)):
        if not 0 < value <= ledger.AMOUNT_MAX:
            raise AssistanceCapsError(name)
    last = session.scalar(select(func.max(AssistanceCaps.number)))
    made = AssistanceCaps(
        number=(last or 0) + 1,
        id=new_id(),
        per_officer=per_officer,
        per_resident=per_resident,
        set_by=actor,
        set_at=now,
    )
    session.add(made)
    remember_call(session, call, made_id=made.id, now=now)
    session.flush()
    return made


def list_assistance_caps(session: Session) -> list[AssistanceCaps]:
    """Return all versions of the caps, the latest, which holds, first; none while nobody may be helped to pay."""
    return list(session.scalars(select(AssistanceCaps).order_by(AssistanceCaps.number.desc())))


def get_assistance_caps(session: Session, caps_id: UUID) -> AssistanceCaps | None:
    """Return one version of the caps by its id, None if there is none."""
    return session.scalars(select(AssistanceCaps).where(AssistanceCaps.id == caps_id)).one_or_none()


def pay_for_resident(
    session: Session,
    *,
    order_id: UUID,
    resident_id: UUID,
    by: Principal,
    pin: CheckedPin | None = None,
    now: datetime,
    call: Call,
) -> Attempt:
    """Pay an order that waits with the credits of a resident who stands before the officer.

    Refusals are outcomes that are stored, as `payments.pay_order` says; so is that a cap would be passed. Whether the
    officer may act for this resident's unit is the caller's question.

    Raises:
        AssistanceClosedError: the office has set no caps yet.
        ledger.SamePersonError: the officer is of the resident's household, works at the shop, or made the order.
        people.ResidentUnknownError, people.ResidentLeftError: there is no such resident, or they have left.
        payments.OrderUnknownError, payments.OrderClosedError: as `payments.pay_order`.
    """
    resident = people.get_resident(session, resident_id)
    if ledger.recall_call(session, call) is not None:
        return payments.pay_order(session, order_id=order_id, resident=resident, now=now, call=call)
    caps = next(iter(list_assistance_caps(session)), None)
    if caps is None:
        raise AssistanceClosedError
    people.check_has_not_left(resident)
    # Whoever ends an order locks it before any account, and counters come before accounts too.
    order = payments.lock_order(session, order_id)
    if _holds_both_ends(session, by, resident, order):
        raise ledger.SamePersonError(by.actor)
    ledger.count_up(session, [ledger.Count(by.actor, _QUEUE, now.date(), 1, _ENDLESS)])
    ledger.lock_lots(session, [resident.available_account_id])
    has_pin = pin_state(session, resident_id=resident_id) is not PinState.NOT_SET
    is_over = _is_over(session, caps, by, order, resident_id=resident_id, now=now)
    attempt = payments.pay_order(
        session,
        order_id=order_id,
        resident=resident,
        pin=pin,
        needs_pin=has_pin,
        refuse=Refusal.LIMIT_EXCEEDED if is_over else None,
        now=now,
        call=call,
    )
    if attempt.redemption.refusal is None:
        session.add(
            AssistedPayment(
                id=new_id(),
                redemption_id=attempt.redemption.id,
                resident_id=resident_id,
                officer=by.actor,
                amount=order.amount,
                proved_by=ProvedBy.PIN if has_pin else ProvedBy.SHOP,
                made_at=now,
            )
        )
        session.flush()
    return attempt


def assisted_payment_of(session: Session, redemption_id: UUID) -> AssistedPayment:
    """Return who helped with a payment, and how it was proved.

    Raises:
        AssistedUnknownError: nobody helped, or there is no such payment.
    """
    found = session.scalars(select(AssistedPayment).where(AssistedPayment.redemption_id == redemption_id)).first()
    if found is None:
        raise AssistedUnknownError(redemption_id)
    return found


def helpers_of(session: Session, redemption_ids: Collection[UUID]) -> dict[UUID, str]:
    """Return who helped with payments, by the payment's id; those that their payer made alone are left out."""
    rows = session.execute(
        select(AssistedPayment.redemption_id, AssistedPayment.officer).where(
            AssistedPayment.redemption_id.in_(redemption_ids)
        )
    )
    return {row.redemption_id: row.officer for row in rows}


def list_assisted(
    session: Session, *, officer: str | None = None, limit: int = 50, before: UUID | None = None
) -> Sequence[AssistedPayment]:
    """Return payments in which officers, or one of them, helped, newest first, older than the cursor `before`."""
    query = select(AssistedPayment).order_by(AssistedPayment.id.desc()).limit(limit)
    if officer is not None:
        query = query.where(AssistedPayment.officer == officer)
    if before is not None:
        query = query.where(AssistedPayment.id < before)
    return session.scalars(query).all()


def _holds_both_ends(session: Session, by: Principal, resident: people.Resident, order: payments.Redemption) -> bool:
    works_there = by.acts_for_merchant(order.merchant_id) or (
        by.person_id is not None
        and people.works_for_merchant(session, person_id=by.person_id, merchant_id=order.merchant_id)
    )
    made_it = order.redeemed_by == by.actor
    return works_there or made_it or people.is_of_household(session, actor=by.actor, resident=resident)


def _is_over(session: Session, caps: AssistanceCaps, by: Principal, order: payments.Redemption, **of: Any) -> bool:
    """Say whether with this order a cap of the day would be passed; `of` is the resident's id and the moment."""
    now: datetime = of["now"]
    begin = datetime.combine(now.date(), time(), now.tzinfo)
    total = func.sum(AssistedPayment.amount)
    for whose, cap in (
        (AssistedPayment.officer == by.actor, caps.per_officer),
        (AssistedPayment.resident_id == of["resident_id"], caps.per_resident),
    ):
        paid = session.scalar(select(total).where(whose, AssistedPayment.made_at >= begin))
        if int(paid or 0) + order.amount > cap:
            return True
    return False
