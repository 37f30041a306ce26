"""Many at once: of two settlements, or of a payment and a cancellation, one wins, and sums are exact."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from merchants import MerchantError, get_merchant
from payments import PaymentError, get_redemption
from people import get_resident
from settlements import Settlement, SettlementError, SettlementStatus, cancel, fail, get_settlement, pay, take_return
from tests.clock import NOON
from tests.merchants.builders import code, give_back
from tests.merchants.builders import pay as pay_at_till
from tests.payments.racing import at_once, committed
from tests.settlements.builders import PAYER, check_books, held, opened, spent, town

LATER = NOON + timedelta(hours=1)


def refusing(work: Callable[[Session], object]) -> Callable[[Session], object]:
    """Return work whose refusal by settlements is what it comes to."""

    def run(session: Session) -> object:
        try:
            with session.begin_nested():
                return work(session)
        except SettlementError as refusal:
            return refusal

    return run


def furnished(engine: Engine, *amounts: int) -> tuple[UUID, UUID, list[UUID]]:
    """Return the ids of a shop, a payer and of what they paid."""

    def make(session: Session) -> tuple[UUID, UUID, list[UUID]]:
        payer, shop = town(session)
        return shop.id, payer.id, [spent(session, payer, shop, amount).id for amount in amounts]

    return committed(engine, make)


def test_of_many_settlements_at_once_one_takes_each_line(engine: Engine) -> None:
    shop_id, _payer, _paid = furnished(engine, 100, 50)
    open_one = refusing(lambda session: opened(session, get_merchant(session, shop_id)))
    made = [each for each in at_once(engine, [open_one] * 6) if isinstance(each, Settlement)]
    assert [each.amount for each in made] == [150]
    with Session(engine) as session:
        assert held(session, get_merchant(session, shop_id)) == (0, 150, 0)
        check_books(session)


@pytest.mark.parametrize("ways", [(pay, cancel), (pay, fail), (cancel, fail), (pay, pay)])
def test_of_two_ends_at_once_exactly_one_comes(engine: Engine, ways: tuple[Callable[..., Settlement], ...]) -> None:
    shop_id, _payer, _paid = furnished(engine, 100)
    settlement_id = committed(engine, lambda session: opened(session, get_merchant(session, shop_id)).id)

    def ending(way: Callable[..., Settlement]) -> Callable[[Session], object]:
        why = {"document": "x"} if way is pay else {"reason": "x"}
        return refusing(lambda session: way(session, settlement_id=settlement_id, actor=PAYER, now=LATER, **why))

    ends = at_once(engine, [ending(way) for way in ways * 3])
    assert len([each for each in ends if isinstance(each, Settlement)]) == 1
    with Session(engine) as session:
        paid = get_settlement(session, settlement_id).status is SettlementStatus.PAID
        assert held(session, get_merchant(session, shop_id)) == ((0, 0, 0) if paid else (100, 0, 0))
        check_books(session)


def test_payments_refunds_settlements_and_their_ends_at_once_leave_exact_sums(engine: Engine) -> None:
    shop_id, payer_id, paid = furnished(engine, *[100] * 6)

    def paying(session: Session) -> object:
        shown = code(session, get_resident(session, payer_id))
        return pay_at_till(session, at=shop_id, with_code=shown, amount=7)

    def refunding(redemption_id: UUID) -> Callable[[Session], object]:
        return lambda session: give_back(session, get_redemption(session, redemption_id), 30, now=LATER)

    def settling(end: Callable[..., Settlement] | None) -> Callable[[Session], object]:
        def work(session: Session) -> object:
            made = opened(session, get_merchant(session, shop_id), now=LATER)
            if end is take_return:
                pay(session, settlement_id=made.id, document="x", actor=PAYER, now=LATER)
            if end is not None:
                why = {"document": "x"} if end is pay else {"reason": "x"}
                end(session, settlement_id=made.id, actor=PAYER, now=LATER, **why)
            return made

        return refusing(work)

    works: list[Callable[[Session], object]] = []
    for index, end in enumerate((pay, cancel, None, take_return, pay, fail)):
        works += [paying, refunding(paid[index]), settling(end)]
    assert not [each for each in at_once(engine, works) if isinstance(each, MerchantError | PaymentError)]
    with Session(engine) as session:
        payable, in_settlement, receivable = held(session, get_merchant(session, shop_id))
        assert min(payable, in_settlement, receivable) >= 0
        check_books(session)
