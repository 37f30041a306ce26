"""Which PINs may be chosen, what is stored of them, and how it stands with one."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from safeguards import (
    PinFault,
    PinOutcome,
    PinRefusedError,
    PinState,
    ResidentPin,
    check_pin,
    clear_pin,
    hash_new_pin,
    pin_state,
    prove_pin,
)
from tests.clock import NOON
from tests.merchants.builders import resident
from tests.payments.test_limits import PASSWORDS, PIN, PIN_SECRET, WRONG, give_pin, pin_of


@pytest.mark.parametrize("pin", ["", "12345", "1234567", "12345a", "１２３４５６", "20 406", "-12345"])
def test_a_pin_is_six_digits(session: Session, pin: str) -> None:
    with pytest.raises(PinRefusedError) as refused:
        hash_new_pin(pin, resident_id=resident(session).id, passwords=PASSWORDS, secret=PIN_SECRET)
    assert refused.value.fault is PinFault.NOT_SIX_DIGITS


@pytest.mark.parametrize("pin", ["000000", "888888", "123456", "654321", "121212", "520520"])
def test_what_others_would_try_first_is_no_pin(session: Session, pin: str) -> None:
    with pytest.raises(PinRefusedError) as refused:
        hash_new_pin(pin, resident_id=resident(session).id, passwords=PASSWORDS, secret=PIN_SECRET)
    assert refused.value.fault is PinFault.TOO_COMMON


def test_what_is_stored_is_of_no_use_without_the_secret(session: Session) -> None:
    owner, other = resident(session), resident(session)
    give_pin(session, owner)
    stored = session.scalars(select(ResidentPin.pin_hash)).one()
    assert PIN not in stored
    assert not PASSWORDS.verify(stored, PIN)
    elsewhere = check_pin(session, resident_id=owner.id, pin=PIN, passwords=PASSWORDS, secret=b"another")
    assert not elsewhere.is_right
    assert pin_of(session, owner).is_right
    assert not pin_of(session, other).is_right


def test_how_it_stands_with_a_pin(session: Session) -> None:
    owner = resident(session)
    assert pin_state(session, resident_id=owner.id) is PinState.NOT_SET
    assert prove_pin(session, resident_id=owner.id, checked=None, now=NOON) is PinOutcome.NOT_SET
    give_pin(session, owner)
    assert pin_state(session, resident_id=owner.id) is PinState.SET
    assert prove_pin(session, resident_id=owner.id, checked=None, now=NOON) is PinOutcome.MISSING
    wrong = pin_of(session, owner, WRONG)
    assert [prove_pin(session, resident_id=owner.id, checked=wrong, now=NOON) for _ in range(6)] == [
        *[PinOutcome.WRONG] * 5,
        PinOutcome.LOCKED,
    ]
    assert pin_state(session, resident_id=owner.id) is PinState.LOCKED
    assert clear_pin(session, resident_id=owner.id)
    assert not clear_pin(session, resident_id=owner.id)
    session.expire_all()
    assert pin_state(session, resident_id=owner.id) is PinState.NOT_SET


def test_a_pin_that_was_changed_meanwhile_is_wrong(session: Session) -> None:
    owner = resident(session)
    give_pin(session, owner)
    checked = pin_of(session, owner)
    give_pin(session, owner)
    assert prove_pin(session, resident_id=owner.id, checked=checked, now=NOON) is PinOutcome.WRONG
