"""Closed days: numbers that are the books', frozen once the day is over."""

import random
from datetime import UTC, date, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

import ledger
from merchants import Merchant
from payments import Redemption, get_redemption
from tests.clock import NOON
from tests.merchants.builders import give, give_back, merchant, resident
from tests.settlements.builders import opened as settlement
from tests.tills.builders import ANN, BEN, HOUR, OWNER, differences, ended, opened, paid_to, works_in_shifts
from tills import (
    DayClosedError,
    DayCloseUnknownError,
    DayNotOverError,
    DayTooEarlyError,
    Sums,
    close_day,
    close_of_day,
    day_lines,
    get_day_close,
    list_day_closes,
    sums_of_day,
)

TODAY = NOON.date()
DAY = timedelta(days=1)
TOMORROW = (NOON + DAY).replace(hour=0, minute=10)


def together(parts: list[Sums]) -> Sums:
    whole = Sums()
    for part in parts:
        whole.add(part)
    return whole


@pytest.mark.parametrize("seed", range(3))
def test_whatever_happens_a_day_is_what_the_shops_accounts_say_of_it(session: Session, seed: int) -> None:
    chance = random.Random(seed)
    shop, other = merchant(session), merchant(session, code="other")
    works_in_shifts(session, shop)
    payers = [resident(session, balance=5_000) for _each in range(2)]
    for payer in payers:
        give(session, payer, 300, fund="fire")
    moments = sorted(NOON.replace(hour=0) + timedelta(minutes=chance.randrange(48 * 60)) for _each in range(14))
    shift, spent = opened(session, shop, at=moments[0]), list[Redemption]()
    for number, at in enumerate(moments):
        left = [each for each in spent if each.refunded_total < each.amount]
        if number == len(moments) // 2 and left:
            # What is given back from here on, the shop no longer holds but owes.
            settlement(session, shop, until=at, now=at)
        if left and chance.random() < 0.4:
            of = chance.choice(left)
            give_back(session, of, chance.randint(1, of.amount - of.refunded_total), now=at)
            continue
        payer, to = chance.choice(payers), chance.choice([shop, shop, other])
        by = chance.choice([ANN, BEN, f"resident:{payer.id.hex}"])
        made = paid_to(session, payer, to, chance.randint(1, 200), by=by, cash=chance.choice([0, 7]), at=at)
        spent += [get_redemption(session, made.id)] if to is shop else []
    ended(session, shop, shift, 0, remark="x", at=moments[-1] + HOUR)
    for day in (TODAY, TODAY + DAY):
        check_day(session, shop, day)
    assert [each.number for each in list_day_closes(session, merchant_id=shop.id, limit=9)] == [2, 1]
    assert list_day_closes(session, merchant_id=shop.id, limit=9, before=1) == []
    assert differences(session) == set()


def check_day(session: Session, shop: Merchant, day: date) -> None:
    """Close a day, and see that its sums are those of the postings, however they are told apart."""
    now = NOON + 5 * DAY
    sums = sums_of_day(session, merchant=shop, day=day, now=now)
    assert sums.whole.net_total == raised_on(session, shop, day)
    for parts in (sums.by_cashier, sums.by_channel):
        assert together(list(parts.values())) == sums.whole
    funds = together(list(sums.by_fund.values()))
    assert (funds.paid_total, funds.refunded_total) == (sums.whole.paid_total, sums.whole.refunded_total)
    lines = day_lines(session, merchant_id=shop.id, begins_at=sums.begins_at, ends_at=sums.ends_at, limit=99)
    assert sum(line.amount for line in lines) == sums.whole.net_total
    assert len(lines) == sums.whole.payments + sums.whole.refunds
    # Ann's shift lasts all the time, Ben has none, and at the plaque there are no shifts.
    bens = sums.by_cashier.get(BEN, Sums())
    assert (sums.outside_shifts.payments, sums.outside_shifts.paid_total) == (bens.payments, bens.paid_total)
    closed = close_day(session, merchant=shop, day=day, actor=OWNER, now=now)
    assert closed.net_total == sums.whole.net_total


def raised_on(session: Session, shop: Merchant, day: date) -> int:
    """Return, from the postings alone, by how much a day raised what the shop is to be paid."""
    accounts = {shop.payable_account_id, shop.receivable_account_id}
    rows = session.execute(
        text(
            "SELECT j.occurred_at, p.account_id, p.side, p.amount FROM postings p"
            " JOIN journal_entries j ON j.id = p.entry_id"
            " WHERE j.kind NOT LIKE 'settlement_%'"
        ).columns(occurred_at=ledger.UTCDateTime())
    )
    return sum(
        row.amount if row.side == "credit" else -row.amount
        for row in rows
        if row.account_id in accounts and row.occurred_at.astimezone(NOON.tzinfo).date() == day
    )


def test_a_day_is_closed_once_and_when_nothing_of_it_can_be_under_way(session: Session) -> None:
    payer, shop = resident(session, balance=1_000), merchant(session)
    paid_to(session, payer, shop, 100, at=TOMORROW - timedelta(minutes=10, seconds=1), cash=3)
    paid_to(session, payer, shop, 200, at=TOMORROW - timedelta(minutes=10))
    for now in (NOON, TOMORROW - timedelta(seconds=1)):
        with pytest.raises(DayNotOverError):
            close_day(session, merchant=shop, day=TODAY, actor=ANN, now=now)
    closed = close_day(session, merchant=shop, day=TODAY, remark=" 无差错 ", actor=ANN, now=TOMORROW)
    assert (closed.payments, closed.paid_total, closed.cash_total, closed.remark) == (1, 100, 3, "无差错")
    assert closed.begins_at.astimezone(UTC).hour == 16
    with pytest.raises(DayClosedError) as again:
        close_day(session, merchant=shop, day=TODAY, actor=OWNER, now=TOMORROW + DAY)
    assert again.value.day_close_id == closed.id
    assert get_day_close(session, closed.id) == close_of_day(session, merchant_id=shop.id, day=TODAY) == closed
    with pytest.raises(DayCloseUnknownError):
        get_day_close(session, shop.id)
    for day in (date.min, TODAY - DAY):
        with pytest.raises(DayTooEarlyError):
            close_day(session, merchant=shop, day=day, actor=ANN, now=TOMORROW)
    for day in (date.max, TODAY + 2 * DAY):
        with pytest.raises(DayNotOverError):
            close_day(session, merchant=shop, day=day, actor=ANN, now=TOMORROW)
        with pytest.raises(DayNotOverError):
            sums_of_day(session, merchant=shop, day=day, now=TOMORROW)


def test_lines_come_in_parts_the_latest_first(session: Session) -> None:
    payer, shop = resident(session, balance=1_000), merchant(session)
    spent = [paid_to(session, payer, shop, amount, at=NOON) for amount in (100, 200, 300)]
    give_back(session, spent[0], 40, now=NOON + HOUR)
    sums = sums_of_day(session, merchant=shop, day=TODAY, now=NOON)
    found, before = [], None
    while True:
        part = day_lines(
            session, merchant_id=shop.id, begins_at=sums.begins_at, ends_at=sums.ends_at, limit=2, before=before
        )
        if not part:
            break
        found += [line.amount for line in part]
        before = part[-1].entry_id
    assert found == [-40, 300, 200, 100]


def test_the_audit_names_a_closed_day_that_the_books_do_not_bear_out(session: Session) -> None:
    payer, shop = resident(session, balance=1_000), merchant(session)
    spent = paid_to(session, payer, shop, 100, cash=3)
    close_day(session, merchant=shop, day=TODAY, actor=ANN, now=TOMORROW)
    assert differences(session) == set()
    session.execute(text("UPDATE redemptions SET cash_amount = 4"))
    assert differences(session) == {"every closed day counts its payments"}
    session.execute(text("UPDATE redemptions SET cash_amount = 3"))
    give_back(session, spent, 10, now=NOON + HOUR)
    assert differences(session) == {"every closed day counts its payments", "every closed day is in the books"}
