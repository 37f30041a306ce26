"""The same call again is the same attempt again, whatever it came to; nothing is ever charged twice."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

import ledger
from payments import Attempt, Redemption, Refusal, purge_payment_codes
from tests.clock import NOON
from tests.merchants.builders import call, code, lots_of, merchant, paid, pay, resident


def same(first: Attempt, again: Attempt) -> bool:
    """Say whether a repeated call was answered as the first was, and as a repetition."""
    facts = ("id", "status", "refusal", "amount", "order_no", "receipt_no", "entry_id", "redeemed_at", "resident_id")
    return (
        all(getattr(first.redemption, each) == getattr(again.redemption, each) for each in facts)
        and (first.merchant_code, first.payer, first.holder_id) == (again.merchant_code, again.payer, again.holder_id)
        and (first.replayed, again.replayed) == (False, True)
    )


def test_a_completed_payment_asked_for_again_is_the_same_payment(session: Session) -> None:
    payer, shop, asked = resident(session, balance=5000), merchant(session), call(order_no="A1")
    shown = code(session, payer)
    first = pay(session, at=shop.id, with_code=shown, amount=100, order_no="A1", again=asked)

    again = pay(session, at=shop.id, with_code=shown, amount=100, order_no="A1", again=asked)

    assert same(first, again)
    assert lots_of(session, payer) == {"never:peace": 4900}


def test_it_is_so_a_day_later_too_when_the_code_is_forgotten(session: Session) -> None:
    payer, shop, asked = resident(session, balance=5000), merchant(session), call()
    shown, later = code(session, payer), NOON + timedelta(days=2)
    first = pay(session, at=shop.id, with_code=shown, amount=100, order_no="A1", again=asked)
    assert purge_payment_codes(session, now=later) == 1

    again = pay(session, at=shop.id, with_code=shown, amount=100, order_no="A1", again=asked, now=later)

    assert same(first, again)


@pytest.mark.parametrize("shown", ["", "ABCDEFGHJKLM"])
def test_an_unknown_code_asked_for_again_is_the_same_refusal(session: Session, shown: str) -> None:
    shop, asked = merchant(session), call()
    first = pay(session, at=shop.id, with_code=shown, amount=100, order_no="A1", again=asked)

    assert same(first, pay(session, at=shop.id, with_code=shown, amount=100, order_no="A1", again=asked))


def test_a_refusal_is_repeated_even_when_its_reason_is_gone(session: Session) -> None:
    payer, shop, asked = resident(session, balance=10), merchant(session), call()
    shown = code(session, payer)
    first = pay(session, at=shop.id, with_code=shown, amount=5, order_no="A1", again=asked)
    assert first.redemption.refusal is None
    refused_call = call()
    refused = pay(session, at=shop.id, with_code=shown, amount=5, order_no="A2", again=refused_call)
    assert refused.redemption.refusal is Refusal.CODE_USED

    again = pay(session, at=shop.id, with_code=shown, amount=5, order_no="A2", again=refused_call)

    assert same(refused, again)
    assert session.scalar(select(func.count()).select_from(Redemption)) == 2


def test_a_used_order_number_asked_for_again_names_the_same_holder(session: Session) -> None:
    payer, shop, asked = resident(session, balance=5000), merchant(session), call()
    holder = paid(session, payer, shop, 100, order_no="A1")
    shown = code(session, payer)
    first = pay(session, at=shop.id, with_code=shown, amount=100, order_no="A1", again=asked)

    again = pay(session, at=shop.id, with_code=shown, amount=100, order_no="A1", again=asked)

    assert same(first, again)
    assert again.holder_id == holder.id


def test_a_key_with_other_input_is_refused_and_nothing_happens(session: Session) -> None:
    payer, shop = resident(session, balance=5000), merchant(session)
    pay(session, at=shop.id, with_code=code(session, payer), amount=100, again=call("k", amount=100))

    with pytest.raises(ledger.KeyReusedError) as refused:
        pay(session, at=shop.id, with_code=code(session, payer), amount=200, again=call("k", amount=200))
    assert refused.value.key == "k"
    assert lots_of(session, payer) == {"never:peace": 4900}


def test_a_new_key_for_an_order_that_was_paid_finds_the_payment_instead_of_paying_twice(session: Session) -> None:
    payer, shop = resident(session, balance=5000), merchant(session)
    first = paid(session, payer, shop, 100, order_no="A1")

    after_a_reload = pay(session, at=shop.id, with_code=code(session, payer), amount=100, order_no="A1")

    assert after_a_reload.holder_id == first.id
    assert lots_of(session, payer) == {"never:peace": 4900}
