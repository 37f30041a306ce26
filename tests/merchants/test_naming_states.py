"""How a merchant stands on a day, and the lists that ask for it."""

from datetime import timedelta

from sqlalchemy.orm import Session

from merchants import (
    Merchant,
    NamingState,
    ending_namings,
    list_standings,
    name_merchant,
    reinstate_naming,
    revoke_naming,
    standings,
    suspend_naming,
)
from payments import redeemed_between
from tests.clock import NOON
from tests.merchants.builders import code, merchant, pay, resident

TODAY = NOON.date()


def named(session: Session, shop: Merchant, *, begins: int, ends: int) -> None:
    """Name a merchant between two days, counted from today."""
    name_merchant(
        session,
        merchant=shop,
        naming_class=f"from {begins}",
        valid_from=TODAY + timedelta(days=begins),
        valid_until=TODAY + timedelta(days=ends),
        document="综治办〔2026〕1号",
        actor="system",
        now=NOON,
    )


def state(session: Session, shop: Merchant, *, in_days: int = 0) -> NamingState:
    """Return how a merchant stands."""
    return standings(session, merchants=[shop], day=TODAY + timedelta(days=in_days))[0].state


def test_a_merchant_is_not_yet_then_named_then_no_more(session: Session) -> None:
    shop = merchant(session, named=False)
    assert state(session, shop) is NamingState.UNNAMED
    named(session, shop, begins=1, ends=2)
    assert [state(session, shop, in_days=days) for days in range(4)] == [
        NamingState.FUTURE,
        NamingState.NAMED,
        NamingState.NAMED,
        NamingState.ENDED,
    ]


def test_suspended_reinstated_revoked(session: Session) -> None:
    shop = merchant(session)
    steps = [state(session, shop)]
    for step in (suspend_naming, reinstate_naming, revoke_naming):
        step(session, merchant=shop, reason="消防检查", actor="system", now=NOON)
        steps.append(state(session, shop))
    assert steps == [NamingState.NAMED, NamingState.SUSPENDED, NamingState.NAMED, NamingState.REVOKED]


def test_the_naming_in_force_comes_before_those_to_come(session: Session) -> None:
    shop = merchant(session, named=False)
    for begins in (20, -1, 10):
        named(session, shop, begins=begins, ends=begins + 5)
    days = (0, 5, 12, 17, 23)
    found = [standings(session, merchants=[shop], day=TODAY + timedelta(days=each))[0].naming for each in days]
    assert [each and each.naming_class for each in found] == ["from -1", "from 10", "from 10", "from 20", "from 20"]


def test_merchants_are_listed_by_how_they_stand(session: Session) -> None:
    shops = [merchant(session, code=f"M{number}", named=number % 2 == 0) for number in range(6)]
    first = list_standings(session, day=TODAY, state=NamingState.NAMED, limit=2)
    assert [each.merchant.code for each in first.items] == ["M4", "M2"]
    rest = list_standings(session, day=TODAY, state=NamingState.NAMED, limit=2, before=first.next_before)
    assert ([each.merchant.code for each in rest.items], rest.next_before) == (["M0"], None)
    assert len(list_standings(session, day=TODAY, limit=10).items) == len(shops)
    assert [each.merchant.code for each in list_standings(session, day=TODAY, text="M3", limit=10).items] == ["M3"]


def test_a_rare_state_is_found_among_many_merchants(session: Session) -> None:
    rare = [merchant(session, code=f"named{number}") for number in range(2)]
    for number in range(201):
        merchant(session, code=f"M{number}", named=False)
    found = list_standings(session, day=TODAY, state=NamingState.NAMED, limit=1)
    assert ([each.merchant for each in found.items], found.next_before) == ([rare[1]], rare[1].id)
    rest = list_standings(session, day=TODAY, state=NamingState.NAMED, limit=1, before=found.next_before)
    assert ([each.merchant for each in rest.items], rest.next_before) == ([rare[0]], None)


def test_a_naming_that_ends_soon_waits_unless_another_follows(session: Session) -> None:
    ending, renewed, later = (merchant(session, code=each, named=False) for each in ("ending", "renewed", "later"))
    named(session, ending, begins=-1, ends=30)
    named(session, renewed, begins=-1, ends=5)
    named(session, renewed, begins=6, ends=400)
    named(session, later, begins=-1, ends=31)
    assert [each.merchant.code for each in ending_namings(session, day=TODAY, days=30)] == ["ending"]


def test_what_was_spent_is_summed_over_all_merchants(session: Session) -> None:
    payer = resident(session, balance=10_00)
    for each in ("M1", "M2"):
        pay(session, at=merchant(session, code=each).id, with_code=code(session, payer), amount=3_00)
    refused = merchant(session, code="M3", named=False)
    pay(session, at=refused.id, with_code=code(session, payer), amount=1_00)
    assert redeemed_between(session, since=NOON, until=NOON + timedelta(seconds=1)) == 6_00
    assert redeemed_between(session, since=NOON - timedelta(days=1), until=NOON) == 0
