"""Builders of the tests of tills: payments by cashiers at moments, shifts, and what the audit says."""

from datetime import datetime, timedelta
from itertools import count
from uuid import UUID

from argon2 import PasswordHasher
from sqlalchemy.orm import Session

import ledger
import people
import tills
from merchants import Merchant
from payments import CHECKS as PAYMENTS_CHECKS
from payments import Redemption, redeem
from people import Grant, Principal, Resident, Role
from tests.clock import NOON
from tests.merchants.builders import call, code
from tills import ShiftView, TillShift, end_shift, open_shift, shift_views

# As cheap as argon2 allows: what is proved here is not how slow it is.
PASSWORDS = people.Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
ANN, BEN, OWNER = (f"person:{number:032x}" for number in (11, 12, 13))
HOUR = timedelta(hours=1)
_numbers = count(1)


def paid_to(
    session: Session,
    payer: Resident,
    shop: Merchant,
    amount: int,
    *,
    by: str = ANN,
    cash: int = 0,
    at: datetime = NOON,
) -> Redemption:
    """Return a completed payment that somebody took at a moment, in cents, with a part in money."""
    attempt = redeem(
        session,
        merchant_id=shop.id,
        actor=by,
        code=code(session, payer, at=at),
        amount=amount,
        order_no=f"T{next(_numbers)}",
        cash_amount=cash,
        now=at,
        call=call(),
    )
    assert attempt.redemption.refusal is None
    return attempt.redemption


def works_in_shifts(session: Session, shop: Merchant) -> None:
    """Let a shop's owner say that it works in shifts."""
    tills.set_shift_use(session, merchant=shop, is_used=True, actor=OWNER, now=NOON)


def opened(
    session: Session,
    shop: Merchant,
    *,
    by: str = ANN,
    cash: int = 0,
    after: TillShift | None = None,
    key_id: UUID | None = None,
    remark: str = "",
    at: datetime = NOON,
) -> TillShift:
    """Return a shift that somebody began with so much in the drawer."""
    return open_shift(
        session,
        merchant=shop,
        cashier=by,
        opening_cash=cash,
        key_id=key_id,
        takes_over_id=after.id if after else None,
        remark=remark,
        now=at,
    )


def ended(
    session: Session, shop: Merchant, shift: TillShift, counted: int, *, remark: str = "", at: datetime = NOON + HOUR
) -> ShiftView:
    """Return a shift that its cashier ended with so much in the drawer."""
    end_shift(
        session,
        shift_id=shift.id,
        merchant=shop,
        counted_cash=counted,
        remark=remark,
        actor=shift.cashier,
        by_owner=False,
        now=at,
    )
    return shift_views(session, [shift])[0]


def officer(number: int = 21, role: Role = Role.FINANCE) -> Principal:
    """Return somebody with a role in the whole tree."""
    return Principal(actor=f"person:{number:032x}", grants=(Grant(role),), name="财务", person_id=UUID(int=number))


def differences(session: Session) -> set[str]:
    """Return the names of the checks that find something."""
    return {each.name for each in ledger.audit(session, [*tills.CHECKS, *PAYMENTS_CHECKS]) if not each.ok}
