"""What happened to a payment: by its order number, its entry, and in lists and totals."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.orm import Session

import ledger
from merchants import Merchant
from payments import (
    OrderNumberError,
    Redemption,
    RedemptionUnknownError,
    Refusal,
    Takings,
    get_redemption,
    list_redemptions,
    outcome,
    payments_of_entries,
    redemption_by_receipt,
    redemption_of_entry,
    takings,
)
from tests.clock import NOON
from tests.merchants.builders import code, give_back, merchant, paid, pay, resident

DAY = timedelta(days=1)


def refused(session: Session, shop: Merchant, *, order_no: str, minutes: int = 0) -> Redemption:
    """Return an attempt with an unknown code."""
    now = NOON + timedelta(minutes=minutes)
    return pay(session, at=shop.id, with_code="unknown", amount=100, order_no=order_no, now=now).redemption


# --- by order number -------------------------------------------------------------------------------------------------


def test_the_completed_attempt_is_the_outcome_whatever_was_refused_before_or_after(session: Session) -> None:
    payer, shop = resident(session, balance=5000), merchant(session)
    refused(session, shop, order_no="A1")
    completed = paid(session, payer, shop, 100, order_no="A1")
    refused(session, shop, order_no="A1", minutes=1)

    assert outcome(session, merchant_id=shop.id, order_no="A1").id == completed.id
    assert outcome(session, merchant_id=shop.id, order_no=" A1\n").id == completed.id


def test_where_none_was_completed_the_latest_refused_attempt_is_the_outcome(session: Session) -> None:
    shop = merchant(session)
    for minutes in (0, 2, 1):
        refused(session, shop, order_no="A1", minutes=minutes)

    found = outcome(session, merchant_id=shop.id, order_no="A1")

    assert found.redeemed_at == NOON + timedelta(minutes=2)
    assert found.refusal is Refusal.CODE_UNKNOWN


def test_another_merchant_s_order_number_is_unknown(session: Session) -> None:
    payer, here, there = resident(session, balance=5000), merchant(session), merchant(session, code="there")
    paid(session, payer, here, 100, order_no="A1")

    with pytest.raises(RedemptionUnknownError) as unknown:
        outcome(session, merchant_id=there.id, order_no="A1")
    assert unknown.value.redemption == "A1"


@pytest.mark.parametrize("text", ["", "a\x00", "\ud800", "a" * 65])
def test_what_cannot_be_an_order_number_is_not_even_looked_for(session: Session, text: str) -> None:
    with pytest.raises(OrderNumberError):
        outcome(session, merchant_id=merchant(session).id, order_no=text)


# --- by id and by entry ----------------------------------------------------------------------------------------------


def test_an_unknown_id_is_no_redemption(session: Session) -> None:
    with pytest.raises(RedemptionUnknownError) as unknown:
        get_redemption(session, nothing := ledger.new_id())
    assert unknown.value.redemption == nothing


def test_an_entry_leads_to_the_payment_it_is_about(session: Session) -> None:
    payer, shop = resident(session, balance=5000), merchant(session)
    first, second = paid(session, payer, shop, 100), paid(session, payer, shop, 100)
    of_refund = give_back(session, second, 10).entry_id

    def found(entry_id: UUID | None) -> UUID | None:
        assert entry_id is not None
        redemption = redemption_of_entry(session, entry_id)
        return None if redemption is None else redemption.id

    assert [found(first.entry_id), found(second.entry_id), found(of_refund)] == [first.id, second.id, second.id]
    assert found(ledger.new_id()) is None


# --- in lists --------------------------------------------------------------------------------------------------------


def at_minutes(session: Session, shop: Merchant, minutes: list[int]) -> list[UUID]:
    """Return completed payments at some minutes after NOON, in the order given."""
    payer = resident(session, balance=5000)
    made = []
    for minute in minutes:
        now = NOON + timedelta(minutes=minute)
        attempt = pay(session, at=shop.id, with_code=code(session, payer, at=now), amount=100, now=now)
        made.append(attempt.redemption.id)
    return made


def test_attempts_are_listed_newest_first_and_paged_without_gap_or_repetition(session: Session) -> None:
    shop = merchant(session)
    made = at_minutes(session, shop, [3, 1, 4, 1, 1, 5, 2])

    pages: list[list[UUID]] = []
    before: UUID | None = None
    while page := [each.id for each in list_redemptions(session, merchant_id=shop.id, limit=2, before=before)]:
        pages.append(page)
        before = page[-1]

    listed = [each for page in pages for each in page]
    assert sorted(listed) == sorted(made)
    times = [get_redemption(session, each).redeemed_at for each in listed]
    assert times == sorted(times, reverse=True)
    assert [len(page) for page in pages] == [2, 2, 2, 1]


def test_an_unknown_cursor_is_followed_by_nothing(session: Session) -> None:
    shop = merchant(session)
    at_minutes(session, shop, [0])

    assert list_redemptions(session, merchant_id=shop.id, limit=10, before=ledger.new_id()) == []


def test_a_list_is_of_one_merchant_one_resident_or_all(session: Session) -> None:
    here, there = merchant(session), merchant(session, code="there")
    payer, other = resident(session, balance=5000), resident(session, balance=5000)
    mine = paid(session, payer, here, 100)
    elsewhere = paid(session, payer, there, 100)
    another = paid(session, other, here, 100)
    unknown = refused(session, here, order_no="A1")

    def listed(**which: Any) -> set[UUID]:
        return {each.id for each in list_redemptions(session, limit=10, **which)}

    assert listed() == {mine.id, elsewhere.id, another.id, unknown.id}
    assert listed(merchant_id=here.id) == {mine.id, another.id, unknown.id}
    assert listed(merchant_id=here.id, completed_only=True) == {mine.id, another.id}
    assert listed(resident_id=payer.id) == {mine.id, elsewhere.id}
    assert listed(resident_id=payer.id, merchant_id=there.id) == {elsewhere.id}
    assert listed(since=NOON + timedelta(seconds=1)) == set()
    assert listed(since=NOON) == listed(until=NOON + timedelta(seconds=1)) == listed()
    assert listed(until=NOON) == set()


# --- totals ----------------------------------------------------------------------------------------------------------


def test_the_takings_of_a_day_count_what_was_completed_and_refunded_that_day(session: Session) -> None:
    payer, shop = resident(session, balance=50_00), merchant(session)
    first = paid(session, payer, shop, 10_00)
    paid(session, payer, shop, 5_00)
    refused(session, shop, order_no="A1")
    give_back(session, first, 2_50)
    give_back(session, first, 1_00, now=NOON + DAY)
    midnight = NOON.replace(hour=0)

    today = takings(session, merchant_id=shop.id, since=midnight, until=midnight + DAY)
    tomorrow = takings(session, merchant_id=shop.id, since=midnight + DAY, until=midnight + 2 * DAY)

    assert today == Takings(redemptions=2, redeemed_total=15_00, refunds=1, refunded_total=2_50)
    assert today.net_total == 12_50
    assert tomorrow == Takings(redemptions=0, redeemed_total=0, refunds=1, refunded_total=1_00)
    assert tomorrow.net_total == -1_00


def test_takings_are_the_merchant_s_own_from_the_first_instant_until_before_the_last(session: Session) -> None:
    payer, here, there = resident(session, balance=50_00), merchant(session), merchant(session, code="there")
    paid(session, payer, here, 10_00)

    def taken(shop: Merchant, seconds: int) -> int:
        since = NOON + timedelta(seconds=seconds)
        return takings(session, merchant_id=shop.id, since=since, until=since + timedelta(seconds=1)).redeemed_total

    assert [taken(here, seconds) for seconds in (-1, 0, 1)] == [0, 10_00, 0]
    assert taken(there, 0) == 0


# --- by receipt and for statements -----------------------------------------------------------------------------------


def test_a_receipt_number_leads_its_own_merchant_to_the_payment(session: Session) -> None:
    here, there = merchant(session), merchant(session, code="there")
    redemption = paid(session, resident(session, balance=100), here, 100)
    receipt_no = redemption.receipt_no or ""

    assert redemption_by_receipt(session, merchant_id=here.id, receipt_no=receipt_no).id == redemption.id
    for merchant_id, asked in ((there.id, receipt_no), (here.id, "26060122222222")):
        with pytest.raises(RedemptionUnknownError) as unknown:
            redemption_by_receipt(session, merchant_id=merchant_id, receipt_no=asked)
        assert unknown.value.redemption == asked


def test_the_entries_of_a_statement_lead_to_the_payments_they_are_about(session: Session) -> None:
    payer, shop = resident(session, balance=500), merchant(session)
    redemption = paid(session, payer, shop, 100)
    made = give_back(session, redemption, 40, reason="少一道菜")
    assert redemption.entry_id is not None

    found = payments_of_entries(session, [redemption.entry_id, made.entry_id, ledger.new_id()])

    assert set(found) == {redemption.entry_id, made.entry_id}
    assert [found[entry_id].redemption_id for entry_id in (redemption.entry_id, made.entry_id)] == [redemption.id] * 2
    assert [found[entry_id].refund_reason for entry_id in (redemption.entry_id, made.entry_id)] == ["", "少一道菜"]
