"""Shifts: what belongs to one, counting the drawer, and handing it over."""

import pytest
from sqlalchemy.orm import Session

import ledger
import people
from merchants import Merchant
from people import Resident
from tests.clock import NOON
from tests.merchants.builders import give_back, merchant, resident
from tests.tills.builders import ANN, BEN, HOUR, OWNER, differences, ended, opened, paid_to, works_in_shifts
from tills import (
    CashError,
    DifferenceError,
    ShiftEndedError,
    ShiftOpenError,
    ShiftsNotUsedError,
    ShiftUnknownError,
    TakeOverError,
    end_shift,
    list_shifts,
    set_shift_use,
    shift_of,
    shift_views,
    to_take_over,
)


@pytest.fixture
def town(session: Session) -> tuple[Resident, Merchant]:
    """Return a resident with 100 credits, and a shop that works in shifts."""
    shop = merchant(session)
    works_in_shifts(session, shop)
    return resident(session, balance=10_000), shop


def test_a_payment_belongs_to_the_shift_of_whoever_took_it_at_that_moment(
    session: Session, town: tuple[Resident, Merchant]
) -> None:
    payer, shop = town
    device, _secret = people.create_till_key(session, merchant_id=shop.id, name="前台一号机", now=NOON)
    machine = f"person:{device.person_id.hex}"
    paid_to(session, payer, shop, 100, cash=1, at=NOON - HOUR)
    first = opened(session, shop, cash=5_000, key_id=device.id)
    spent = paid_to(session, payer, shop, 200, cash=20)
    paid_to(session, payer, shop, 300, cash=30, by=machine, at=NOON + HOUR / 2)
    paid_to(session, payer, shop, 400, cash=4, by=BEN, at=NOON + HOUR / 2)
    ledger_refund = give_back(session, spent, 50, now=NOON + HOUR / 2)
    shown = ended(session, shop, first, 5_050)
    paid_to(session, payer, shop, 500, cash=5, by=machine, at=NOON + HOUR)
    assert ledger_refund.refunded_by not in (ANN, machine)
    assert (shown.sums.payments, shown.sums.paid_total, shown.sums.cash_total) == (2, 500, 50)
    assert (shown.sums.refunds, shown.expected_cash, shown.difference) == (0, 5_050, 0)
    # The same after the payments that followed, and of an owner who refunds in a shift of theirs.
    second = opened(session, shop, by="person:owner", at=NOON + HOUR)
    give_back(session, spent, 70, now=NOON + 2 * HOUR)
    again, own = shift_views(session, [first, second])
    assert again.sums == shown.sums
    assert (own.sums.refunds, own.sums.net_total) == (1, -70)
    assert differences(session) == set()


def test_whoever_counts_another_sum_says_why(session: Session, town: tuple[Resident, Merchant]) -> None:
    payer, shop = town
    first = opened(session, shop, cash=1_000)
    paid_to(session, payer, shop, 100, cash=200)
    with pytest.raises(DifferenceError) as short:
        ended(session, shop, first, 1_190)
    assert (short.value.counted, short.value.expected) == (1_190, 1_200)
    assert ended(session, shop, first, 1_190, remark="少找回一元").difference == -10
    (left,) = to_take_over(session, merchant_id=shop.id, since=NOON - HOUR)
    assert left.shift.id == first.id
    with pytest.raises(DifferenceError) as other:
        opened(session, shop, by=BEN, cash=1_180, after=first, at=NOON + HOUR)
    assert other.value.expected == 1_190
    second = opened(session, shop, by=BEN, cash=1_180, after=first, remark="点得 11.80", at=NOON + HOUR)
    assert shift_views(session, [second])[0].handed_over == 1_190
    assert to_take_over(session, merchant_id=shop.id, since=NOON - HOUR) == []
    with pytest.raises(TakeOverError):
        opened(session, shop, cash=1_190, after=first, at=NOON + HOUR)
    with pytest.raises(TakeOverError):
        opened(session, shop, cash=0, after=second, at=NOON + HOUR)


def test_nobody_and_no_device_has_two_shifts_at_a_time(session: Session, town: tuple[Resident, Merchant]) -> None:
    _payer, shop = town
    device, _secret = people.create_till_key(session, merchant_id=shop.id, name="前台", now=NOON)
    first = opened(session, shop, key_id=device.id)
    for by, key_id in ((ANN, None), (BEN, device.id), (f"person:{device.person_id.hex}", None)):
        with pytest.raises(ShiftOpenError) as refused:
            opened(session, shop, by=by, key_id=key_id)
        assert refused.value.shift_id == first.id
    other = merchant(session, code="other")
    works_in_shifts(session, other)
    with pytest.raises(people.ApiKeyUnknownError):
        opened(session, other, key_id=device.id)
    opened(session, other)
    assert shift_of(session, merchant_id=shop.id, actor=ANN) == first
    with pytest.raises(ShiftUnknownError):
        ended(session, other, first, 0)


def test_a_shift_ends_once_by_its_cashier_or_the_owner(session: Session, town: tuple[Resident, Merchant]) -> None:
    _payer, shop = town
    shift = opened(session, shop)

    def end(actor: str, *, by_owner: bool) -> None:
        end_shift(
            session, shift_id=shift.id, merchant=shop, counted_cash=0, actor=actor, by_owner=by_owner, now=NOON + HOUR
        )

    with pytest.raises(ShiftUnknownError):
        end(BEN, by_owner=False)
    end(OWNER, by_owner=True)
    with pytest.raises(ShiftEndedError):
        end(ANN, by_owner=False)
    assert [each.id for each in list_shifts(session, merchant_id=shop.id, cashier=ANN, limit=9)] == [shift.id]
    assert list_shifts(session, merchant_id=shop.id, limit=9, before=shift.id) == []


def test_a_shop_works_in_shifts_only_where_its_owner_says_so(session: Session) -> None:
    shop = merchant(session)
    with pytest.raises(ShiftsNotUsedError):
        opened(session, shop)
    works_in_shifts(session, shop)
    for cash in (-1, ledger.AMOUNT_MAX + 1):
        with pytest.raises(CashError):
            opened(session, shop, cash=cash)
    set_shift_use(session, merchant=shop, is_used=False, actor=OWNER, now=NOON)
    with pytest.raises(ShiftsNotUsedError):
        opened(session, shop)
