"""Payments in which an officer helps: two parties, the PIN of whoever has one, caps a day, and nobody's own matter."""

from collections import Counter
from datetime import datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

import cards
import ledger
import payments
import people
from cards import (
    AssistanceCapsError,
    AssistanceClosedError,
    AssistedUnknownError,
    ProvedBy,
    assisted_payment_of,
    get_assistance_caps,
    helpers_of,
    list_assistance_caps,
    list_assisted,
    pay_for_resident,
    set_assistance_caps,
)
from merchants import Merchant
from payments import Attempt, OrderClosedError, Redemption, Refusal, create_order, pay_order
from people import Principal, Resident, Role
from safeguards import CheckedPin
from tests.cards.builders import WRONG, pensioner, typed
from tests.clock import NOON
from tests.merchants.builders import call, lots_of, merchant, payable_of
from tests.payments.racing import at_once, committed

_numbers = count(1)


def caps(session: Session, *, officer: int = 10_000, resident: int = 5_000) -> None:
    """Open helping, with caps a day."""
    set_assistance_caps(session, per_officer=officer, per_resident=resident, actor="system", now=NOON)


def officer(number: int = 7) -> Principal:
    """Return an officer."""
    person = UUID(int=number)
    return Principal(f"person:{person.hex}", (people.Grant(Role.ADMINISTRATOR),), "李桂兰", person_id=person)


def order(session: Session, shop: Merchant, amount: int, *, by: str = "person:till", at: datetime = NOON) -> Redemption:
    """Let a till ask for an amount."""
    return create_order(session, merchant=shop, actor=by, amount=amount, order_no=f"H{next(_numbers)}", now=at)


def helped(
    session: Session,
    asked: Redemption,
    payer: Resident,
    *,
    by: Principal | None = None,
    pin: CheckedPin | None = None,
    now: datetime = NOON,
    again: ledger.Call | None = None,
) -> Attempt:
    """Let an officer pay an order for a resident."""
    acting = by or officer()
    return pay_for_resident(
        session,
        order_id=asked.id,
        resident_id=payer.id,
        by=acting,
        pin=pin,
        now=now,
        call=again or ledger.Call(acting.actor, "POST /assisted", f"h{next(_numbers)}", {}),
    )


def test_helping_is_closed_until_the_office_has_set_its_caps(session: Session) -> None:
    payer, shop = pensioner(session), merchant(session)
    asked = order(session, shop, 500)
    with pytest.raises(AssistanceClosedError):
        helped(session, asked, payer)
    for of_officer, of_resident in ((0, 1), (1, ledger.AMOUNT_MAX + 1)):
        with pytest.raises(AssistanceCapsError):
            caps(session, officer=of_officer, resident=of_resident)
    caps(session)
    caps(session, officer=1)
    assert [each.number for each in list_assistance_caps(session)] == [2, 1]
    latest = list_assistance_caps(session)[0]
    assert get_assistance_caps(session, latest.id) == latest
    assert get_assistance_caps(session, ledger.new_id()) is None


def test_an_officer_pays_an_order_for_a_resident_who_types_their_pin(session: Session) -> None:
    payer, shop = pensioner(session), merchant(session)
    caps(session)
    asked = order(session, shop, 500)

    assert helped(session, asked, payer).redemption.refusal is Refusal.PIN_REQUIRED
    wrong = helped(session, asked, payer, pin=typed(session, payer, WRONG))
    assert wrong.redemption.refusal is Refusal.PIN_WRONG
    paid = helped(session, asked, payer, pin=typed(session, payer)).redemption

    assert paid.refusal is None
    assert payable_of(session, shop) == {"never:peace": 500}
    assert lots_of(session, payer) == {"never:peace": 9_500}
    noted = assisted_payment_of(session, paid.id)
    assert (noted.officer, noted.resident_id, noted.amount) == (officer().actor, payer.id, 500)
    assert noted.proved_by is ProvedBy.PIN
    assert helpers_of(session, [paid.id]) == {paid.id: officer().actor}
    assert list_assisted(session) == list_assisted(session, officer=officer().actor) == [noted]
    assert list_assisted(session, before=noted.id) == []
    for check in (*payments.CHECKS, *cards.CHECKS):
        assert check(session) is None


def test_where_there_is_no_pin_the_shop_is_the_second_party(session: Session) -> None:
    payer, shop = pensioner(session, with_pin=False), merchant(session)
    caps(session)
    paid = helped(session, order(session, shop, 500), payer).redemption
    assert assisted_payment_of(session, paid.id).proved_by is ProvedBy.SHOP


def test_one_call_is_one_payment_and_an_order_is_paid_once(session: Session) -> None:
    payer, shop = pensioner(session, with_pin=False), merchant(session)
    caps(session)
    asked, same = order(session, shop, 500), ledger.Call(officer().actor, "POST /assisted", "same", {})
    first, second = helped(session, asked, payer, again=same), helped(session, asked, payer, again=same)
    assert first.redemption.id == second.redemption.id
    assert second.replayed
    with pytest.raises(OrderClosedError):
        helped(session, asked, payer)


def test_a_day_has_a_cap_for_the_officer_and_one_for_the_resident(session: Session) -> None:
    first, second = pensioner(session, with_pin=False), pensioner(session, with_pin=False)
    shop = merchant(session)
    caps(session, officer=1_000, resident=600)

    def pay(payer: Resident, amount: int, **more: Any) -> Refusal | None:
        at = more.get("now", NOON)
        return helped(session, order(session, shop, amount, at=at), payer, **more).redemption.refusal

    assert pay(first, 601) is Refusal.LIMIT_EXCEEDED
    assert pay(first, 600) is None
    assert pay(first, 1, by=officer(8)) is Refusal.LIMIT_EXCEEDED
    assert pay(second, 401) is Refusal.LIMIT_EXCEEDED
    assert pay(second, 400) is None
    assert pay(second, 1) is Refusal.LIMIT_EXCEEDED
    assert pay(second, 200, by=officer(8)) is None
    # What the resident pays by themselves is no help.
    own = pay_order(session, order_id=order(session, shop, 900).id, resident=first, now=NOON, call=call())
    assert own.redemption.refusal is None
    assert pay(first, 600, now=NOON + timedelta(days=1)) is None


def test_nobody_helps_their_household_or_pays_their_own_shop(session: Session) -> None:
    payer, shop = pensioner(session, with_pin=False), merchant(session)
    caps(session)
    asked = order(session, shop, 500)
    relative, _secret = people.create_key(session, role=Role.RESIDENT, name="A", resident_id=payer.id, now=NOON)
    owner = people.appoint(session, handle="owner", name="B", role=Role.MERCHANT_OWNER, merchant_id=shop.id, now=NOON)
    by_key, _secret = people.create_key(session, role=Role.TILL, name="C", merchant_id=shop.id, now=NOON)
    for person_id in (relative.person_id, owner.id, by_key.person_id):
        with pytest.raises(ledger.SamePersonError):
            helped(session, asked, payer, by=officer(person_id.int))
    with pytest.raises(ledger.SamePersonError):
        helped(session, order(session, shop, 1, by=officer().actor), payer)
    assert helped(session, asked, payer).redemption.refusal is None


def test_whoever_left_is_helped_no_more(session: Session) -> None:
    payer, shop = pensioner(session, with_pin=False), merchant(session)
    caps(session)
    people.leave(session, payer, now=NOON)
    with pytest.raises(people.ResidentLeftError):
        helped(session, order(session, shop, 1), payer)


def test_a_payment_without_help_says_so(session: Session) -> None:
    with pytest.raises(AssistedUnknownError):
        assisted_payment_of(session, ledger.new_id())


def test_the_caps_are_exact_whoever_is_helped_at_once(engine: Engine) -> None:
    def begin(session: Session) -> tuple[list[Resident], list[Redemption]]:
        shop = merchant(session)
        caps(session, officer=1_000, resident=600)
        payers = [pensioner(session, with_pin=False) for _ in range(6)]
        return payers, [order(session, shop, 300) for _ in payers]

    payers, orders = committed(engine, begin)

    def work(number: int) -> Any:
        return lambda session: helped(session, orders[number], payers[number]).redemption.refusal

    assert Counter(at_once(engine, [work(number) for number in range(6)])) == {None: 3, Refusal.LIMIT_EXCEEDED: 3}
