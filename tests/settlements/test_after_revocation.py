"""After a revocation nothing is paid at the shop any more, by any way; what was paid is refunded and settled."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

import ledger
from merchants import Merchant, revoke_naming
from payments import (
    MerchantTakesNoneError,
    Redemption,
    Refusal,
    create_order,
    pay_at_merchant,
    pay_order,
)
from people import Resident
from tests.clock import NOON
from tests.merchants.builders import code, give_back, lots_of, pay
from tests.settlements.builders import check_books, held, settled, spent, town


def test_from_the_revocation_on_every_way_to_pay_is_refused_and_what_was_paid_is_refunded_and_settled(
    session: Session,
) -> None:
    payer, shop = town(session)
    before = spent(session, payer, shop, 500)
    waits = create_order(
        session, merchant=shop, actor="person:till", amount=70, order_no="W", description="午饭", now=NOON
    )
    shown = code(session, payer)
    rest = lots_of(session, payer)

    revoke_naming(session, merchant=shop, reason="套取", actor="person:a", now=NOON)

    # In the same second, with a code that was shown and an order that waited before.
    refusals = [
        pay(session, at=shop.id, with_code=shown, amount=10).redemption.refusal,
        pay_order(
            session, order_id=waits.id, resident=payer, now=NOON, call=own_call(payer, "order")
        ).redemption.refusal,
        at_plaque(session, payer, shop).refusal,
    ]
    assert refusals == [Refusal.MERCHANT_NOT_NAMED] * 3
    with pytest.raises(MerchantTakesNoneError):
        create_order(session, merchant=shop, actor="person:till", amount=70, order_no="N", description="x", now=NOON)
    assert lots_of(session, payer) == rest
    give_back(session, before, 200)
    assert settled(session, shop, until=NOON, now=NOON).amount == 300
    assert held(session, shop) == (0, 0, 0)
    # After the settlement as well, out of what the shop then owes.
    give_back(session, before, 300, now=NOON + timedelta(days=1))
    check_books(session)


def at_plaque(session: Session, payer: Resident, shop: Merchant) -> Redemption:
    """Return an attempt of a resident to pay at the plaque."""
    return pay_at_merchant(
        session, merchant=shop, resident=payer, amount=10, now=NOON, call=own_call(payer, "plaque")
    ).redemption


def own_call(of: Resident, key: str) -> ledger.Call:
    """Return a call of a resident."""
    return ledger.Call(f"resident:{of.id.hex}", "POST /orders", key, {})
