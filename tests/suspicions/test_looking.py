"""What each rule holds back, and what it lets pass: whoever stands in the same queue, or has a favourite shop."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

import awards
import people
import suspicions
from merchants import Merchant, get_merchant
from payments import Channel, Redemption
from people import Resident, Role
from settlements import look_at_shops
from suspicions import (
    BOUNDS,
    RULE_NAMES,
    SuspicionRules,
    SuspicionRulesError,
    list_suspicion_rules,
    list_suspicions,
    set_suspicion_rules,
)
from tests.clock import NOON
from tests.merchants.builders import code, merchant
from tests.merchants.builders import pay as pay_at_till
from tests.settlements.builders import FIRE, rich, spent, town

LATER = NOON + timedelta(days=1)
BURST = SuspicionRules(burst_payments=3, burst_minutes=10, burst_residents=2)
PAIR = SuspicionRules(pair_days=30, pair_credits=500, pair_percent_of_resident=80, pair_percent_of_shop=30)
OFFICER = f"person:{9:032x}"


def ruled(session: Session, rules: SuspicionRules, *, now: datetime = NOON) -> None:
    """Set rules."""
    set_suspicion_rules(session, rules=rules, actor="person:a", now=now)


def looked(session: Session, *, now: datetime = LATER) -> dict[Any, tuple[str, dict[str, int]]]:
    """Look at all shops as the job does, twice; return what is held back, and why."""
    for again in range(2):
        after, count = None, 0
        while (swept := look_at_shops(session, now=now, after=after)).next_after is not None:
            after, count = swept.next_after, count + swept.count
        assert not (again and count)
    found = list_suspicions(session, limit=200).items
    assert len({(each.suspicion.redemption_id, each.suspicion.rule) for each in found}) == len(found)
    return {each.suspicion.redemption_id: (each.suspicion.rule.value, each.suspicion.facts) for each in found}


def at(minutes: float) -> datetime:
    """Return a moment so many minutes after noon."""
    return NOON + timedelta(minutes=minutes)


def test_nothing_is_looked_at_until_rules_are_set(session: Session) -> None:
    payer, shop = town(session)
    for each in range(9):
        spent(session, payer, shop, 10, at=at(each / 10))
    assert looked(session) == {}
    ruled(session, SuspicionRules())
    assert looked(session) == {}


def test_a_burst_of_few_is_held_back_and_whoever_stood_in_the_queue_is_not(session: Session) -> None:
    payer, shop = town(session, money=100_000)
    friend, passer_by = rich(session, 100, fund=FIRE), rich(session, 100, fund=FIRE)
    ruled(session, BURST)
    slow = [spent(session, payer, shop, 10, at=at(-40 + 12 * each)) for each in range(3)]
    burst = [spent(session, who, shop, 10, at=at(each)) for each, who in enumerate([payer, friend, payer, friend])]
    spent(session, passer_by, shop, 10, at=at(2))
    held = looked(session, now=at(4))
    assert set(held) == {each.id for each in burst}
    assert not set(held) & {each.id for each in slow}
    assert held[burst[0].id] == ("burst", {"payments": 4, "residents": 2, "seconds": 180, "sum": 40})
    # What follows within the time belongs to it, and is found by the next look.
    last = spent(session, payer, shop, 10, at=at(5))
    assert set(looked(session)) == {*held, last.id}


def test_a_pair_is_held_back_only_where_each_lives_off_the_other(session: Session) -> None:
    old, shop = town(session, money=100_000)
    kiosk = merchant(session, code="kiosk")
    crony = rich(session, 1_000, fund=FIRE)
    ruled(session, PAIR)
    for each in range(6):
        # A favourite shop: all that the old resident spends, and a small part of what the shop takes.
        spent(session, old, shop, 100, at=at(each))
        spent(session, crony, kiosk, 100, at=at(each))
        spent(session, rich(session, 500, fund=FIRE), shop, 500, at=at(each))
    held = looked(session)
    assert [facts for _rule, facts in sorted(held.values(), key=lambda one: one[1]["sum"])] == [
        {"days": 30, "payments": 5, "sum": 500, "percent_of_resident": 100, "percent_of_shop": 100},
        {"days": 30, "payments": 6, "sum": 600, "percent_of_resident": 100, "percent_of_shop": 100},
    ]
    assert all(session.get_one(Redemption, each).merchant_id == kiosk.id for each in held)


def officer_of(session: Session, shop: Merchant | None) -> str:
    """Return an officer, who also stands at a shop's till if one is named."""
    if shop is None:
        return OFFICER
    person = people.appoint(session, handle="o", name="王五", role=Role.TILL, merchant_id=shop.id, now=NOON)
    return f"person:{person.id.hex}"


def granted(session: Session, to: Resident, amount: int, *, by: str, now: datetime = NOON) -> None:
    """Award credits as an officer."""
    awards.award(session, resident_id=to.id, fund_code=FIRE, amount=amount, reason="x", actor=by, now=now)


def test_credits_spent_where_their_officer_works_are_held_back_while_they_are_new(session: Session) -> None:
    payer, shop = town(session)
    other = merchant(session, code="other")
    officer = officer_of(session, shop)
    ruled(session, SuspicionRules(ring_hours=2))
    granted(session, payer, 100, by=officer)
    soon = spent(session, payer, shop, 50, at=at(90))
    spent(session, payer, shop, 50, at=at(121))
    spent(session, payer, other, 50, at=at(1))
    assert looked(session) == {soon.id: ("ring", {"hours": 1, "granted": 100})}


def test_most_of_an_officers_awards_spent_at_once_at_one_shop_is_held_back(session: Session) -> None:
    _payer, shop = town(session)
    other = merchant(session, code="other")
    officer = officer_of(session, None)
    ruled(session, SuspicionRules(officer_hours=1, officer_days=7, officer_percent=60, officer_residents=2))
    first, second, third = (rich(session, 10, fund=FIRE) for _each in range(3))
    for who in (first, second, third):
        granted(session, who, 100, by=officer)
    paid = [spent(session, who, shop, 95, at=at(30)) for who in (first, second)]
    spent(session, third, other, 95, at=at(30))
    # Another officer, of whose awards as much is spent there, is one reason for the same payments and no second one.
    for who in (first, second):
        granted(session, who, 1, by=f"person:{8:032x}")
    granted(session, third, 1, by=f"person:{8:032x}")
    facts = {"days": 7, "hours": 1, "residents": 2, "sum": 190, "percent": 63}
    assert looked(session) == {each.id: ("officer", facts) for each in paid}


def test_a_code_that_is_used_late_is_held_back_and_one_at_once_is_not(session: Session) -> None:
    payer, shop = town(session)
    ruled(session, SuspicionRules(late_code_s=40))
    shown = code(session, payer)
    late = pay_at_till(session, at=shop.id, with_code=shown, amount=10, now=NOON + timedelta(seconds=50)).redemption
    spent(session, payer, shop, 10)
    assert looked(session) == {late.id: ("late_code", {"seconds": 50, "lives": 60})}


def test_paper_of_one_resident_at_two_shops_holds_the_later_payment_back(session: Session) -> None:
    payer, shop = town(session)
    other = merchant(session, code="other")
    ruled(session, SuspicionRules(two_shops_minutes=5))
    first = spent(session, payer, shop, 10)
    second = spent(session, payer, other, 10, at=at(4))
    spent(session, payer, shop, 10, at=at(6))
    third = spent(session, payer, shop, 10, at=at(20))
    for each in (first, second, third):
        session.get_one(Redemption, each.id).channel = Channel.CARD
    session.flush()
    assert looked(session) == {second.id: ("two_shops", {"seconds": 240})}


def test_looking_goes_on_where_it_stopped_and_new_rules_look_anew(session: Session) -> None:
    payer, shop = town(session)
    ruled(session, SuspicionRules(late_code_s=59))
    for each in range(7):
        spent(session, payer, shop, 10, at=at(each))
    merchant_, never = get_merchant(session, shop.id), Redemption.id.is_(None)
    steps = [
        suspicions.look_at_shop(session, merchant=merchant_, is_settled=never, now=LATER, at_once=3).is_done
        for _each in range(3)
    ]
    assert steps == [False, False, True]
    ruled(session, BURST)
    assert len(looked(session)) == 7


def test_a_value_that_cannot_be_is_named_and_so_is_one_that_is_missing(session: Session) -> None:
    whole = {each: BOUNDS[each][0] for each in RULE_NAMES}
    for name, (least, most) in BOUNDS.items():
        missing = () if name in {"ring_hours", "late_code_s", "two_shops_minutes"} else (None,)
        for wrong in (least - 1, most + 1, *missing):
            with pytest.raises(SuspicionRulesError) as refused:
                ruled(session, SuspicionRules(**{**whole, name: wrong}))
            assert refused.value.name == name
    ruled(session, SuspicionRules(**whole))
    ruled(session, SuspicionRules(**{name: most for name, (_least, most) in BOUNDS.items()}))
    assert [each.number for each in list_suspicion_rules(session)] == [2, 1]
