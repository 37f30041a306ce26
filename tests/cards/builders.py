"""Builders of the tests of cards: a resident with a PIN, their card, their sheet, and attempts to pay with both."""

from datetime import date, datetime
from itertools import count
from uuid import UUID

from argon2 import PasswordHasher
from sqlalchemy.orm import Session

import payments
import people
from cards import CodeSheet, PaymentCard, issue_card, issue_sheet, slips_of
from merchants import Merchant
from payments import Attempt, Refusal, code_of, redeem
from safeguards import CheckedPin, check_pin, hash_new_pin, set_pin
from tests.clock import NOON
from tests.merchants.builders import SECRET, call, resident

# As cheap as argon2 allows: what is proved here is not how slow it is.
PASSWORDS = people.Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
PIN_SECRET = b"another secret of the tests"
PIN, WRONG = "204060", "111213"
OFFICER = f"person:{UUID(int=7).hex}"
_numbers = count(1)


def pensioner(session: Session, *, balance: int = 10_000, with_pin: bool = True) -> people.Resident:
    """Return a resident without a phone, with a PIN unless said otherwise."""
    made = resident(session, name="李大爷", balance=balance)
    if with_pin:
        give_pin(session, made)
    return made


def give_pin(session: Session, to: people.Resident) -> None:
    """Give a resident the PIN."""
    stored = hash_new_pin(PIN, resident_id=to.id, passwords=PASSWORDS, secret=PIN_SECRET)
    set_pin(session, resident_id=to.id, pin_hash=stored, actor=OFFICER, now=NOON)


def typed(session: Session, of: people.Resident, pin: str = PIN) -> CheckedPin:
    """Return what came of comparing what was typed."""
    return check_pin(session, resident_id=of.id, pin=pin, passwords=PASSWORDS, secret=PIN_SECRET)


def card(session: Session, of: people.Resident, *, day_limit: int = 3_000) -> PaymentCard:
    """Issue a card to a resident."""
    return issue_card(session, resident_id=of.id, day_limit=day_limit, secret=SECRET, actor=OFFICER, now=NOON)


def text_of(made: PaymentCard) -> str:
    """Return the code on a card."""
    return code_of(made.payment_code_id, SECRET)


def sheet(
    session: Session, of: people.Resident, *, slips: int = 3, worth: int = 500, until: date | None = None
) -> CodeSheet:
    """Issue a sheet to a resident."""
    return issue_sheet(
        session,
        resident_id=of.id,
        count=slips,
        worth=worth,
        until=until,
        secret=SECRET,
        actor=OFFICER,
        now=NOON,
    )


def texts_of(session: Session, made: CodeSheet) -> list[str]:
    """Return the codes on a sheet, in their order."""
    return [code_of(slip.payment_code_id, SECRET) for slip in slips_of(session, [made.id])[made.id]]


def attempt(
    session: Session,
    shop: Merchant,
    text: str,
    amount: int,
    *,
    pin: CheckedPin | None = None,
    now: datetime = NOON,
) -> Attempt:
    """Return how an attempt of a till with a code on paper ended."""
    return redeem(
        session,
        merchant_id=shop.id,
        actor="person:till",
        code=text,
        amount=amount,
        order_no=f"P{next(_numbers)}",
        pin=pin,
        now=now,
        call=call(),
    )


def refused(
    session: Session,
    shop: Merchant,
    text: str,
    amount: int,
    *,
    pin: CheckedPin | None = None,
    now: datetime = NOON,
) -> Refusal | None:
    """Return why an attempt was refused, None where it was not."""
    return attempt(session, shop, text, amount, pin=pin, now=now).redemption.refusal


def code_id_of(session: Session, text: str) -> UUID:
    """Return the id of the payment code with this text."""
    owner = payments.payer_of_code(session, text)
    assert owner is not None
    return next(
        each.id
        for each in payments.list_payment_codes(session, resident_id=owner, limit=200)
        if code_of(each.id, SECRET) == text
    )
