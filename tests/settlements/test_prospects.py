"""What could be settled is what a settlement then is of."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from settlements import cancel, settleable
from tests.clock import NOON
from tests.merchants.builders import give_back, merchant
from tests.settlements.builders import FIRE, OPENER, check_books, opened, rich, settled, spent, town

LATER, NEXT_DAY = NOON + timedelta(hours=1), NOON + timedelta(days=1)


def foreseen(session: Session, *, hours: int = 0) -> dict[str, tuple[int, int]]:
    """Return by shop what could be settled until some hours after noon, and what waits."""
    found = settleable(session, until=NOON + timedelta(hours=hours))
    return {one.merchant.code: (one.amount, one.waits) for one in found}


def test_what_comes_after_the_cut_off_does_not_count_nor_do_its_refunds(session: Session) -> None:
    payer, shop = town(session)
    spent(session, payer, shop, 100)
    late = spent(session, payer, shop, 40, at=LATER)
    give_back(session, late, 15, now=NEXT_DAY)
    assert foreseen(session) == {"hotel": (100, 0)}
    assert foreseen(session, hours=1) == {"hotel": (125, 0)}
    assert foreseen(session, hours=-1) == {}


def test_debts_wait_and_pay_nothing_of_another_fund(session: Session) -> None:
    payer, shop = town(session)
    first = spent(session, payer, shop, 100)
    settled(session, shop)
    give_back(session, first, 60, now=LATER)
    assert foreseen(session, hours=1) == {"hotel": (0, 60)}
    spent(session, rich(session, 500, fund=FIRE), shop, 40, at=LATER)
    assert foreseen(session, hours=1) == {"hotel": (40, 60)}
    assert [one.amount for one in settleable(session, until=LATER, merchant_id=shop.id)] == [40]
    assert settleable(session, until=LATER, merchant_id=merchant(session, code="clinic").id) == []


@pytest.mark.parametrize("hours", [0, 1, 2, 24])
def test_a_settlement_is_of_what_was_foreseen_whatever_was_settled_before(session: Session, hours: int) -> None:
    payer, shop = town(session)
    paid = [spent(session, payer, shop, 100 + hour, at=NOON + timedelta(hours=hour)) for hour in range(4)]
    # Settled with a later cut-off than is asked for next, and partly freed again.
    early = opened(session, shop, until=NOON, now=NEXT_DAY)
    opened(session, shop, until=NOON + timedelta(hours=2), now=NEXT_DAY)
    cancel(session, settlement_id=early.id, reason="x", actor=OPENER, now=NEXT_DAY)
    give_back(session, paid[1], 30, now=NEXT_DAY)
    give_back(session, paid[3], 20, now=NEXT_DAY)
    amount, _waits = foreseen(session, hours=hours)["hotel"]
    made = opened(session, shop, until=NOON + timedelta(hours=hours), now=NEXT_DAY)
    assert made.amount == amount
    check_books(session)
