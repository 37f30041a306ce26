"""The sweep that returns credits past their last day."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

import ledger
from awards import expire_lots, fund_position
from ledger import AccountState, Asset, Sweep, credit, debit, new_id, statement
from tests.awards.builders import OFFICER, at_once, available, awarded, fund, lots_of, resident, spend
from tests.clock import NOON, SHANGHAI

# Awards of a month made at NOON last to the end of this day.
LAST_DAY = datetime(2026, 7, 1, 23, 59, 59, tzinfo=SHANGHAI)
DAY_AFTER = datetime(2026, 7, 2, 0, 0, tzinfo=SHANGHAI)


def sweep_all(session: Session, *, now: datetime, limit: int = 500) -> tuple[int, int, int]:
    """Sweep until the end; return how many calls it took, residents and amount."""
    calls = count = amount = 0
    after, more = None, True
    while more:
        swept = expire_lots(session, now=now, limit=limit, after=after)
        calls, count, amount, after = calls + 1, count + swept.count, amount + swept.amount, swept.next_after
        more = after is not None
    return calls, count, amount


def test_credits_live_through_their_last_day_and_return_to_their_fund_the_day_after(session: Session) -> None:
    peace, zhang = fund(session, available=500, expiry_rule="months:1"), resident(session)
    awarded(session, zhang, 120)
    assert expire_lots(session, now=LAST_DAY) == Sweep(count=0, amount=0, next_after=None)
    assert lots_of(session, zhang) == {"2026-07-01:peace": 120}
    assert expire_lots(session, now=DAY_AFTER) == Sweep(count=1, amount=120, next_after=None)
    assert (lots_of(session, zhang), available(session, peace)) == ({}, 500)
    (item,) = statement(session, zhang.available_account_id, limit=1).items
    entry = ledger.entry(session, item.entry_id)
    assert (entry.kind, entry.actor, entry.occurred_at) == ("expiry", "system", DAY_AFTER)
    assert [(each.account, each.lot, each.side, each.amount) for each in entry.postings] == [
        (f"resident:{zhang.id.hex}:available", "2026-07-01:peace", "debit", 120),
        ("fund:peace:available", "never:peace", "credit", 120),
    ]


def test_a_credit_expires_once(session: Session) -> None:
    fund(session, available=500, expiry_rule="months:1")
    awarded(session, resident(session), 120)
    assert expire_lots(session, now=DAY_AFTER).amount == 120
    assert expire_lots(session, now=DAY_AFTER) == Sweep(count=0, amount=0, next_after=None)


def test_all_lots_of_a_resident_expire_in_one_entry_each_to_its_fund(session: Session) -> None:
    peace = fund(session, "peace", available=500, expiry_rule="months:1")
    fire = fund(session, "fire", available=500, expiry_rule="on:2026-06-20")
    fund(session, "late", available=500)
    fund(session, "forever", available=500, expiry_rule="never")
    zhang = resident(session)
    awarded(session, zhang, 10)
    awarded(session, zhang, 20, now=NOON + timedelta(days=1))
    awarded(session, zhang, 40, fund_code="fire")
    awarded(session, zhang, 80, fund_code="late")
    awarded(session, zhang, 160, fund_code="forever")
    assert expire_lots(session, now=NOON + timedelta(days=60)) == Sweep(count=1, amount=70, next_after=None)
    assert lots_of(session, zhang) == {"2027-12-31:late": 80, "never:forever": 160}
    assert (available(session, peace), available(session, fire)) == (500, 500)
    (item,) = statement(session, zhang.available_account_id, limit=1).items
    assert (item.kind, item.amount) == ("expiry", -70)


def test_only_what_is_left_expires(session: Session) -> None:
    peace, zhang = fund(session, available=500, expiry_rule="months:1"), resident(session)
    awarded(session, zhang, 120)
    spend(session, zhang, 100)
    assert expire_lots(session, now=DAY_AFTER).amount == 20
    assert available(session, peace) == 400
    position = fund_position(session, "peace")
    assert (position.outstanding, position.backing) == (100, 500)


def test_credits_set_aside_do_not_expire_while_they_are(session: Session) -> None:
    fund(session, available=500, expiry_rule="months:1")
    zhang = resident(session)
    awarded(session, zhang, 120)
    lines = (
        debit(zhang.available_account_id, Asset.PAB, 120, "2026-07-01:peace"),
        credit(zhang.held_account_id, Asset.PAB, 120, "2026-07-01:peace"),
    )
    ledger.post(session, [ledger.NewEntry(id=new_id(), kind="hold", actor=OFFICER, occurred_at=NOON, lines=lines)])
    assert expire_lots(session, now=DAY_AFTER).count == 0


def test_a_frozen_account_is_passed_over_until_it_thaws_and_holds_up_nobody(session: Session) -> None:
    fund(session, available=500, expiry_rule="months:1")
    frozen, other = resident(session), resident(session)
    awarded(session, frozen, 10)
    awarded(session, other, 20)
    ledger.set_account_state(session, frozen.available_account_id, AccountState.FROZEN)
    assert expire_lots(session, now=DAY_AFTER).amount == 20
    assert lots_of(session, frozen) == {"2026-07-01:peace": 10}
    ledger.set_account_state(session, frozen.available_account_id, AccountState.CLOSING)
    assert expire_lots(session, now=DAY_AFTER).amount == 10


def test_what_is_done_with_costs_the_next_sweep_nothing(session: Session) -> None:
    fund(session, available=500, expiry_rule="months:1")
    zhang, li = resident(session), resident(session)
    awarded(session, zhang, 10)
    awarded(session, li, 20)
    spend(session, zhang, 10)
    assert expire_lots(session, now=DAY_AFTER) == Sweep(count=1, amount=20, next_after=None)
    # The sweep after next finds nothing to look at, not even what is empty.
    expire_lots(session, now=DAY_AFTER)
    assert ledger.past_lots(session, today=DAY_AFTER.date(), after=None, limit=9) == []
    assert [result for result in ledger.audit(session) if not result.ok] == []


@pytest.mark.parametrize(("limit", "calls"), [(1, 6), (2, 3), (4, 2), (5, 2), (6, 1)])
def test_the_sweep_goes_on_where_it_stopped(session: Session, limit: int, calls: int) -> None:
    fund(session, available=500, expiry_rule="months:1")
    for amount in range(1, 6):
        awarded(session, resident(session), amount)
    assert sweep_all(session, now=DAY_AFTER, limit=limit) == (calls, 5, 15)
    assert fund_position(session, "peace").available == 500


def test_sweeps_side_by_side_take_each_credit_once(engine: Engine) -> None:
    with Session(engine, expire_on_commit=False) as session:
        fund(session, available=5_000, expiry_rule="months:1")
        for _ in range(12):
            awarded(session, resident(session), 100)
        session.commit()
    done = at_once(engine, [lambda session: expire_lots(session, now=DAY_AFTER)] * 6)
    swept = [each for each in done if isinstance(each, Sweep)]
    assert len(swept) == 6
    assert sum(each.count for each in swept) == 12
    assert sum(each.amount for each in swept) == 1_200
    with Session(engine) as session:
        assert fund_position(session, "peace").available == 5_000


def test_a_sweep_beside_awards_and_payments_leaves_every_credit_covered(engine: Engine) -> None:
    with Session(engine, expire_on_commit=False) as session:
        fund(session, "peace", available=5_000, expiry_rule="months:1")
        fund(session, "forever", available=5_000, expiry_rule="never")
        residents = [resident(session) for _ in range(6)]
        for each in residents:
            awarded(session, each, 100)
            awarded(session, each, 50, fund_code="forever")
        spend(session, residents[0], 1)
        session.commit()

    def sweep(session: Session) -> object:
        return expire_lots(session, now=DAY_AFTER)

    def pay(session: Session) -> None:
        spend(session, residents[1], 20, now=DAY_AFTER)

    def give(session: Session) -> object:
        return awarded(session, residents[2], 7, now=DAY_AFTER)

    done = at_once(engine, [sweep, pay, give] * 2)
    assert not [each for each in done if isinstance(each, Exception)]
    with Session(engine) as session:
        assert sum(each.amount for each in done if isinstance(each, Sweep)) == 599
        assert fund_position(session, "peace").is_covered
        assert lots_of(session, residents[1]) == {"never:forever": 10}
