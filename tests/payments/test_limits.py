"""Limits on payments and the PIN: off until set, exact whoever pays at once, and wrong tries are remembered."""

from collections import Counter
from datetime import timedelta
from functools import partial
from itertools import count
from uuid import UUID

import pytest
from argon2 import PasswordHasher
from sqlalchemy import Engine
from sqlalchemy.orm import Session

import ledger
import people
from merchants import Merchant
from payments import (
    Attempt,
    CodesBlockedError,
    OverLimitError,
    PaymentCode,
    Refusal,
    block_codes,
    code_of,
    create_order,
    create_proved_code,
    pay_at_merchant,
    pay_order,
    payer_of_code,
    redeem,
    refund,
)
from safeguards import CheckedPin, PaymentLimits, PinOutcome, check_pin, hash_new_pin, set_payment_limits, set_pin
from tests.clock import NOON
from tests.merchants.builders import SECRET, call, code, merchant, paid, resident
from tests.payments.racing import at_once, committed

# As cheap as argon2 allows: what is proved here is not how slow it is.
PASSWORDS = people.Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
PIN_SECRET = b"another secret of the tests"
PIN, WRONG = "204060", "111213"
_numbers = count(1)


def limits(session: Session, **given: int | None) -> None:
    """Set limits, and all others off."""
    set_payment_limits(session, limits=PaymentLimits(**given), actor="system", now=NOON)


def pin_of(session: Session, of: people.Resident, typed: str = PIN) -> CheckedPin:
    """Return what came of comparing what was typed."""
    return check_pin(session, resident_id=of.id, pin=typed, passwords=PASSWORDS, secret=PIN_SECRET)


def give_pin(session: Session, to: people.Resident) -> None:
    """Give a resident the PIN."""
    stored = hash_new_pin(PIN, resident_id=to.id, passwords=PASSWORDS, secret=PIN_SECRET)
    set_pin(session, resident_id=to.id, pin_hash=stored, actor="system", now=NOON)


def spend(
    session: Session,
    payer: people.Resident,
    shop: Merchant,
    amount: int,
    *,
    till: str = "person:till",
    pin: CheckedPin | None = None,
    confirm: bool = False,
    seconds: float = 0,
) -> Refusal | None:
    """Pay with a fresh code, and return why it was refused."""
    now = NOON + timedelta(seconds=seconds)
    return redeem(
        session,
        merchant_id=shop.id,
        actor=till,
        code=code(session, payer, at=now),
        amount=amount,
        order_no=f"L{next(_numbers)}",
        confirm_duplicate=confirm,
        pin=pin,
        now=now,
        call=call(),
    ).redemption.refusal


def test_all_limits_are_off_until_they_are_set(session: Session) -> None:
    payer, shop = resident(session, balance=100_000), merchant(session)
    assert [spend(session, payer, shop, 10_000) for _ in range(3)] == [None] * 3
    limits(session)
    assert spend(session, payer, shop, 10_000) is None


def test_one_payment_has_its_limit(session: Session) -> None:
    payer, shop = resident(session, balance=100_000), merchant(session)
    limits(session, per_payment=500)
    assert spend(session, payer, shop, 501) is Refusal.LIMIT_EXCEEDED
    assert spend(session, payer, shop, 500) is None
    with pytest.raises(OverLimitError):
        create_order(session, merchant=shop, actor="person:till", amount=501, order_no="O", now=NOON)
    made = pay_at_merchant(session, merchant=shop, resident=payer, amount=501, now=NOON, call=call())
    assert made.redemption.refusal is Refusal.LIMIT_EXCEEDED


def test_a_day_has_its_limit_here_and_everywhere_and_refunds_do_not_count(session: Session) -> None:
    payer, shop, other = resident(session, balance=100_000), merchant(session), merchant(session, code="clinic")
    first = paid(session, payer, shop, 400)
    limits(session, per_day=1_000, per_day_at_merchant=600)
    # What was spent before the limit was set counts.
    assert spend(session, payer, shop, 201) is Refusal.LIMIT_EXCEEDED
    assert spend(session, payer, shop, 200) is None
    assert spend(session, payer, other, 401) is Refusal.LIMIT_EXCEEDED
    assert spend(session, payer, other, 400) is None
    assert spend(session, payer, other, 1) is Refusal.LIMIT_EXCEEDED
    refund(
        session,
        redemption_id=first.id,
        merchant_id=shop.id,
        amount=100,
        reason="x",
        by_owner=True,
        actor="person:owner",
        now=NOON,
    )
    assert spend(session, payer, other, 101) is Refusal.LIMIT_EXCEEDED
    assert spend(session, payer, other, 100) is None
    # The next day begins anew.
    assert spend(session, payer, shop, 600, seconds=24 * 3_600) is None


def test_a_cashier_has_a_limit_a_day_with_what_was_taken_before_it_was_set(session: Session) -> None:
    payer, shop = resident(session, balance=100_000), merchant(session)
    spend(session, payer, shop, 300)
    limits(session, per_day_of_cashier=500)
    assert spend(session, payer, shop, 201) is Refusal.LIMIT_EXCEEDED
    assert spend(session, payer, shop, 200) is None
    assert spend(session, payer, shop, 1) is Refusal.LIMIT_EXCEEDED
    assert spend(session, payer, shop, 500, till="person:other") is None
    # At the plaque there is no cashier.
    made = pay_at_merchant(session, merchant=shop, resident=payer, amount=900, now=NOON, call=call())
    assert made.redemption.refusal is None
    limits(session, per_day_of_cashier=600)
    assert spend(session, payer, shop, 101) is Refusal.LIMIT_EXCEEDED
    assert spend(session, payer, shop, 100) is None


def test_the_same_sum_again_at_the_same_till_is_asked_about(session: Session) -> None:
    payer, other = resident(session, balance=100_000), resident(session, balance=100_000)
    shop, clinic = merchant(session), merchant(session, code="clinic")
    spend(session, payer, shop, 300)
    limits(session, duplicate_within_s=60)
    assert spend(session, payer, shop, 300, seconds=59) is Refusal.POSSIBLE_DUPLICATE
    assert spend(session, payer, shop, 301, seconds=59) is None
    assert spend(session, other, shop, 300, seconds=59) is None
    assert spend(session, payer, clinic, 300, seconds=59, till="person:nurse") is None
    assert spend(session, payer, shop, 300, seconds=60) is None
    assert spend(session, payer, shop, 300, seconds=61) is Refusal.POSSIBLE_DUPLICATE
    assert spend(session, payer, shop, 300, seconds=61, confirm=True) is None


def test_the_time_for_a_second_payment_reaches_beyond_midnight(session: Session) -> None:
    payer, shop = resident(session, balance=100_000), merchant(session)
    before_midnight = (12 * 3_600) - 10
    spend(session, payer, shop, 300, seconds=before_midnight)
    limits(session, duplicate_within_s=60)
    assert spend(session, payer, shop, 300, seconds=before_midnight + 20) is Refusal.POSSIBLE_DUPLICATE


def test_a_pin_is_asked_for_above_an_amount(session: Session) -> None:
    payer, shop = resident(session, balance=100_000), merchant(session)
    limits(session, pin_above_amount=500)
    assert spend(session, payer, shop, 500) is None
    # Nobody can type a PIN that they have not set.
    assert spend(session, payer, shop, 501) is Refusal.PIN_REQUIRED
    give_pin(session, payer)
    assert spend(session, payer, shop, 501) is Refusal.PIN_REQUIRED
    assert spend(session, payer, shop, 501, pin=pin_of(session, payer, WRONG)) is Refusal.PIN_WRONG
    assert spend(session, payer, shop, 501, pin=pin_of(session, payer)) is None


def test_a_pin_is_asked_for_after_so_many_payments_of_a_day(session: Session) -> None:
    payer, shop = resident(session, balance=100_000), merchant(session)
    give_pin(session, payer)
    limits(session, pin_above_count=2)
    assert [spend(session, payer, shop, 1) for _ in range(3)] == [None, None, Refusal.PIN_REQUIRED]
    assert spend(session, payer, shop, 1, pin=pin_of(session, payer)) is None
    assert spend(session, payer, shop, 1, seconds=24 * 3_600) is None


def test_five_wrong_tries_lock_the_pin_and_are_remembered_though_each_was_refused(session: Session) -> None:
    payer, shop = resident(session, balance=100_000), merchant(session)
    give_pin(session, payer)
    limits(session, pin_above_amount=0)
    for _ in range(4):
        assert spend(session, payer, shop, 1, pin=pin_of(session, payer, WRONG)) is Refusal.PIN_WRONG
    # A right one begins the count anew.
    assert spend(session, payer, shop, 1, pin=pin_of(session, payer)) is None
    for _ in range(5):
        assert spend(session, payer, shop, 1, pin=pin_of(session, payer, WRONG)) is Refusal.PIN_WRONG
    assert spend(session, payer, shop, 1, pin=pin_of(session, payer)) is Refusal.PIN_LOCKED
    assert spend(session, payer, shop, 1) is Refusal.PIN_LOCKED
    give_pin(session, payer)
    assert spend(session, payer, shop, 1, pin=pin_of(session, payer)) is None


def test_a_wrong_pin_is_wrong_also_where_none_is_asked_for(session: Session) -> None:
    payer, other, shop = resident(session, balance=100), resident(session, balance=100), merchant(session)
    give_pin(session, payer)
    assert spend(session, payer, shop, 1, pin=pin_of(session, payer, WRONG)) is Refusal.PIN_WRONG
    # Whoever has no PIN and needs none may type what they like.
    assert spend(session, other, shop, 1, pin=pin_of(session, other)) is None
    # Nor is another's PIN one's own.
    assert spend(session, payer, shop, 1, pin=pin_of(session, other)) is Refusal.PIN_WRONG


def test_an_order_asks_for_the_pin_as_a_till_does(session: Session) -> None:
    payer, shop = resident(session, balance=1_000), merchant(session)
    give_pin(session, payer)
    limits(session, pin_above_amount=0, duplicate_within_s=60)
    asked = create_order(session, merchant=shop, actor="person:till", amount=300, order_no="O", now=NOON)

    def settle(pin: CheckedPin | None, *, order_id: UUID = asked.id, confirm: bool = False) -> Refusal | None:
        return pay_order(
            session,
            order_id=order_id,
            resident=payer,
            confirm_duplicate=confirm,
            pin=pin,
            now=NOON,
            call=call(),
        ).redemption.refusal

    assert settle(None) is Refusal.PIN_REQUIRED
    assert settle(pin_of(session, payer, WRONG)) is Refusal.PIN_WRONG
    assert settle(pin_of(session, payer)) is None
    again = create_order(session, merchant=shop, actor="person:till", amount=300, order_no="P", now=NOON)
    assert settle(pin_of(session, payer), order_id=again.id) is Refusal.POSSIBLE_DUPLICATE
    assert settle(pin_of(session, payer), order_id=again.id, confirm=True) is None


def test_a_code_for_which_the_pin_was_typed_needs_none_at_the_till(session: Session) -> None:
    payer, plain, shop = resident(session, balance=1_000), resident(session, balance=1_000), merchant(session)
    give_pin(session, payer)
    limits(session, pin_above_amount=0)

    def proved(of: people.Resident, typed: str = PIN) -> PaymentCode | PinOutcome:
        pin = pin_of(session, of, typed)
        return create_proved_code(session, resident=of, secret=SECRET, pin=pin, now=NOON)

    made = proved(payer)
    assert isinstance(made, PaymentCode)
    shown = code_of(made.id, SECRET)
    assert payer_of_code(session, shown) == payer.id
    assert payer_of_code(session, "nobody's") is None
    attempt = redeem(session, merchant_id=shop.id, actor="t", code=shown, amount=1, order_no="C", now=NOON, call=call())
    assert attempt.redemption.refusal is None
    assert isinstance(proved(plain), PaymentCode)
    assert spend(session, plain, shop, 1) is Refusal.PIN_REQUIRED
    assert [proved(payer, WRONG) for _ in range(5)] == [PinOutcome.WRONG] * 5
    assert proved(payer) is PinOutcome.LOCKED
    block_codes(session, resident_id=plain.id, actor="x", now=NOON)
    with pytest.raises(CodesBlockedError):
        proved(plain)


def test_a_limit_of_a_day_is_exact_when_all_pay_at_once(engine: Engine) -> None:
    def community(session: Session) -> tuple[people.Resident, list[people.Resident], Merchant]:
        limits(session, per_day=1_000, per_day_of_cashier=2_000)
        others = [resident(session, balance=5_000) for _ in range(6)]
        return resident(session, balance=5_000), others, merchant(session)

    payer, others, shop = committed(engine, community)
    came = at_once(engine, [lambda session: spend(session, payer, shop, 300, till="person:a")] * 6)
    assert Counter(came) == {None: 3, Refusal.LIMIT_EXCEEDED: 3}
    came = at_once(engine, [partial(spend, payer=who, shop=shop, amount=450, till="person:b") for who in others])
    assert Counter(came) == {None: 4, Refusal.LIMIT_EXCEEDED: 2}


def test_wrong_tries_at_once_are_all_counted(engine: Engine) -> None:
    def community(session: Session) -> tuple[people.Resident, Merchant, CheckedPin]:
        payer = resident(session, balance=5_000)
        give_pin(session, payer)
        limits(session, pin_above_amount=0)
        return payer, merchant(session), pin_of(session, payer, WRONG)

    payer, shop, wrong = committed(engine, community)
    came = at_once(engine, [lambda session: spend(session, payer, shop, 300, pin=wrong)] * 8)
    assert Counter(came) == {Refusal.PIN_WRONG: 5, Refusal.PIN_LOCKED: 3}


def test_the_same_call_again_is_never_a_second_payment_to_ask_about(session: Session) -> None:
    payer, shop = resident(session, balance=1_000), merchant(session)
    limits(session, duplicate_within_s=60)
    shown, again = code(session, payer), call("same")

    def attempt() -> Attempt:
        return redeem(session, merchant_id=shop.id, actor="t", code=shown, amount=1, order_no="S", now=NOON, call=again)

    assert [attempt().redemption.refusal for _ in range(2)] == [None, None]
    assert ledger.balance(session, payer.available_account_id) == 999
