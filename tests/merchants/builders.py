"""Builders of the merchants' tests: each shows its numbers, and everything else is ordinary."""

from datetime import date, datetime, timedelta
from itertools import count
from uuid import UUID

from sqlalchemy.orm import Session

import ledger
import people
from ledger import Asset, CreditLot, NewEntry, Side
from merchants import Merchant, Naming, create_merchant, name_merchant
from payments import Attempt, Redemption, Refund, code_of, create_payment_code, redeem, refund
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
        naming(session, made, funds=funds)
    return made


def naming(
    session: Session,
    of: Merchant,
    *,
    begins: int = -100,
    ends: int = 265,
    funds: list[str] | None = None,
    naming_class: str = "平安饭店",
    now: datetime = NOON,
) -> Naming:
    """Name a merchant for some funds, or all; `begins` and `ends` count days from the day of NOON."""
    return name_merchant(
        session,
        merchant=of,
        naming_class=naming_class,
        valid_from=NOON.date() + timedelta(days=begins),
        valid_until=NOON.date() + timedelta(days=ends),
        document="综治办〔2026〕1号",
        funds=funds,
        actor="system",
        now=now,
    )


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
        order_no=f"A{next(_numbers)}" if order_no is None else order_no,
        now=now,
        call=again or call(),
    )


def paid(
    session: Session, payer: people.Resident, shop: Merchant, amount: int, *, order_no: str | None = None
) -> Redemption:
    """Return a completed payment of a resident at a merchant."""
    attempt = pay(session, at=shop.id, with_code=code(session, payer), amount=amount, order_no=order_no)
    assert attempt.redemption.refusal is None
    return attempt.redemption


def give_back(
    session: Session,
    of: Redemption,
    amount: int,
    *,
    by_owner: bool = True,
    reason: str = "菜品退回",
    now: datetime = NOON,
    again: ledger.Call | None = None,
) -> Refund:
    """Refund a part of a payment, as its merchant's owner unless said otherwise."""
    return refund(
        session,
        redemption_id=of.id,
        merchant_id=of.merchant_id,
        amount=amount,
        reason=reason,
        by_owner=by_owner,
        actor="person:owner",
        now=now,
        call=again,
    )


def lots_of(session: Session, holder: people.Resident) -> dict[str, int]:
    """Return what a resident has available, by label."""
    return {part.label: part.amount for part in ledger.lots(session, holder.available_account_id)}


def payable_of(session: Session, shop: Merchant) -> dict[str, int]:
    """Return what a merchant has collected, by label."""
    return {part.label: part.amount for part in ledger.lots(session, shop.payable_account_id)}
