"""Builders of the merchants' tests: each shows its numbers, and everything else is ordinary."""

from datetime import date, datetime, timedelta
from itertools import count
from uuid import UUID

from sqlalchemy.orm import Session

import ledger
import people
from ledger import Asset, CreditLot, NewEntry, Side
from merchants import Attempt, Merchant, code_of, create_merchant, create_payment_code, name_merchant, redeem
from tests.clock import NOON

SECRET = b"a secret of the tests, 32 bytes.."
UNIT = "140881"
PEACE = "peace"
_numbers = count(1)


def unit(session: Session) -> str:
    """Return the code of a county, made on first use."""
    try:
        return people.get_unit(session, UNIT).code
    except people.UnitUnknownError:
        people.add_unit(session, code=UNIT, parent_code=None, level=people.Level.COUNTY, name="永济市")
        return UNIT


def resident(
    session: Session, *, name: str = "王小明", balance: int = 0, expires_on: date | None = None
) -> people.Resident:
    """Return a resident who holds `balance` cents of the peace fund."""
    made = people.register_resident(
        session, name=name, phone="13800000001", unit_code=unit(session), vault=vault(), now=NOON
    )
    if balance:
        give(session, made, balance, fund=PEACE, expires_on=expires_on)
    return made


def vault() -> people.PhoneVault:
    """Return a vault with keys made for the tests."""
    return people.PhoneVault(_KEYS)


_KEYS = people.new_phone_keys()


def give(
    session: Session, to: people.Resident, amount: int, *, fund: str = PEACE, expires_on: date | None = None
) -> None:
    """Book credits to a resident, as if awarded."""
    issued = ledger.find_account_id(session, "issued") or ledger.open_account(
        session, code="issued", asset=Asset.PAB, normal_side=Side.DEBIT, bounded=False
    )
    label = CreditLot(fund, expires_on).label
    lines = (
        ledger.debit(issued, Asset.PAB, amount, CreditLot(fund).label),
        ledger.credit(to.available_account_id, Asset.PAB, amount, label),
    )
    ledger.post(session, [NewEntry(ledger.new_id(), "award", "system", NOON, lines)])


def merchant(session: Session, *, code: str = "hotel", named: bool = True, funds: list[str] | None = None) -> Merchant:
    """Return a merchant, named for the year around NOON unless said otherwise."""
    made = create_merchant(session, code=code, name="平安饭店", category="饭店", actor="system", now=NOON)
    if named:
        name_merchant(
            session,
            merchant=made,
            naming_class="平安饭店",
            valid_from=NOON.date() - timedelta(days=100),
            valid_until=NOON.date() + timedelta(days=265),
            document="综治办〔2026〕1号",
            funds=funds,
            actor="system",
            now=NOON,
        )
    return made


def code(session: Session, of: people.Resident, *, at: datetime = NOON) -> str:
    """Return a fresh payment code of a resident."""
    return code_of(create_payment_code(session, resident=of, secret=SECRET, now=at).id, SECRET)


def call(key: str | None = None, **asked: object) -> ledger.Call:
    """Return a call of the till; without a key, one that never was before."""
    return ledger.Call("person:till", "POST /redemptions", key or f"key-{next(_numbers)}", asked)


def pay(
    session: Session,
    *,
    at: UUID,
    with_code: str,
    amount: int,
    order_no: str | None = None,
    now: datetime = NOON,
    again: ledger.Call | None = None,
) -> Attempt:
    """Return how an attempt to be paid ended."""
    return redeem(
        session,
        merchant_id=at,
        actor="person:till",
        code=with_code,
        amount=amount,
        order_no=order_no or f"A{next(_numbers)}",
        now=now,
        call=again or call(),
    )
