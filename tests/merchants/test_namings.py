"""Rules of naming: from day to day, for all funds or some, suspended, reinstated and revoked."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

import ledger
import people
from merchants import (
    Merchant,
    Naming,
    NamingDatesError,
    NamingStep,
    NamingStepError,
    NamingStepKind,
    NotNamedError,
    accepted_funds,
    current_naming,
    get_naming,
    get_naming_step,
    list_namings,
    merchant_by_code,
    name_merchant,
    named_merchants,
    naming_history,
    reinstate_naming,
    revoke_naming,
    suspend_naming,
)
from tests.clock import NOON
from tests.merchants.builders import call, merchant, naming
from tests.payments.racing import at_once, committed, meeting

TODAY = NOON.date()
REASON = "消防检查"


def in_force(session: Session, shop: Merchant, *, days: int = 0) -> Naming | None:
    """Return the naming in force so many days after NOON's."""
    return current_naming(session, merchant_id=shop.id, day=TODAY + timedelta(days=days))


def suspend(session: Session, shop: Merchant, *, again: ledger.Call | None = None) -> NamingStep:
    """Suspend a merchant, or find what the same call did."""
    made_id = None if again is None else ledger.recall_call(session, again)
    step = None if made_id is None else get_naming_step(session, made_id)
    return step or suspend_naming(session, merchant=shop, reason=REASON, actor="person:1", now=NOON, call=again)


def reinstate(session: Session, shop: Merchant) -> NamingStep:
    """Reinstate a merchant."""
    return reinstate_naming(session, merchant=shop, reason=REASON, actor="person:1", now=NOON)


def revoke(session: Session, shop: Merchant) -> NamingStep:
    """Revoke a merchant's naming."""
    return revoke_naming(session, merchant=shop, reason=REASON, actor="person:1", now=NOON)


# --- from day to day -------------------------------------------------------------------------------------------------


def test_a_naming_holds_from_its_first_day_to_its_last_both_included(session: Session) -> None:
    shop = merchant(session, named=False)
    made = naming(session, shop, begins=0, ends=2)

    assert [in_force(session, shop, days=days) for days in (-1, 0, 2, 3)] == [None, made, made, None]


def test_a_naming_may_be_for_one_day_and_never_ends_before_it_begins(session: Session) -> None:
    shop = merchant(session, named=False)

    assert naming(session, shop, begins=0, ends=0) is in_force(session, shop)
    with pytest.raises(NamingDatesError):
        naming(session, shop, begins=1, ends=0)


def test_of_two_namings_in_force_the_later_given_counts(session: Session) -> None:
    shop = merchant(session)
    later = naming(session, shop, funds=["peace"], now=NOON + timedelta(minutes=1))

    assert in_force(session, shop) is later
    assert next(iter(list_namings(session, merchant_id=shop.id))) is later
    assert get_naming(session, later.id) is later


def test_a_naming_remembers_its_call(session: Session) -> None:
    asked = call()

    made = name_merchant(
        session,
        merchant=merchant(session, named=False),
        naming_class="平安饭店",
        valid_from=TODAY,
        valid_until=TODAY,
        document="1号",
        actor="system",
        now=NOON,
        call=asked,
    )

    assert ledger.recall_call(session, asked) == made.id


def test_what_cannot_be_shown_is_refused(session: Session) -> None:
    with pytest.raises(people.TextRefusedError) as refused:
        naming(session, merchant(session, named=False), naming_class="\x07")
    assert refused.value.field == "class"


# --- for which funds -------------------------------------------------------------------------------------------------


def test_a_naming_is_for_all_funds_or_for_some(session: Session) -> None:
    shop = merchant(session, named=False)

    assert accepted_funds(naming(session, shop).fund_codes) is None
    assert accepted_funds(naming(session, shop, funds=["peace"]).fund_codes) == frozenset({"peace"})
    assert accepted_funds(naming(session, shop, funds=["b", "a", "b"]).fund_codes) == frozenset({"a", "b"})


@pytest.mark.parametrize("funds", [[], [""], ["a,b"], [f"fund-number-{number:020}" for number in range(20)]])
def test_a_naming_for_no_fund_is_never_taken_for_one_for_all(session: Session, funds: list[str]) -> None:
    with pytest.raises(ValueError, match="all funds"):
        naming(session, merchant(session, named=False), funds=funds)


# --- suspension, reinstatement, revocation ---------------------------------------------------------------------------


def test_a_suspension_holds_until_the_reinstatement(session: Session) -> None:
    shop = merchant(session)

    suspended = suspend(session, shop)
    assert [each.suspended_at for each in list_namings(session, merchant_id=shop.id)] == [NOON]
    assert named_merchants(session, day=TODAY) == []

    reinstated = reinstate(session, shop)
    assert [each.suspended_at for each in list_namings(session, merchant_id=shop.id)] == [None]
    assert named_merchants(session, day=TODAY) == [(shop, in_force(session, shop))]
    assert {step.id for step in naming_history(session, merchant_id=shop.id)} == {suspended.id, reinstated.id}
    assert suspended.kind is NamingStepKind.SUSPENSION
    assert (suspended.reason, suspended.made_by, suspended.made_at) == (REASON, "person:1", NOON)


def test_a_revocation_is_for_good_and_holds_for_namings_to_come(session: Session) -> None:
    shop = merchant(session)
    naming(session, shop, begins=266, ends=600)

    assert revoke(session, shop).kind is NamingStepKind.REVOCATION

    assert [in_force(session, shop, days=days) for days in (0, 265, 266)] == [None, None, None]
    with pytest.raises(NotNamedError):
        reinstate(session, shop)
    # Only a new naming makes it one that can be paid again.
    assert naming(session, shop) is in_force(session, shop)


def test_a_suspension_holds_for_the_renewal_too_given_before_or_after(session: Session) -> None:
    shop = merchant(session)
    before = naming(session, shop, begins=266, ends=600)
    suspend(session, shop)
    after = naming(session, shop, begins=601, ends=900, now=NOON + timedelta(days=1))

    assert [each.suspended_at for each in (before, after)] == [NOON, NOON]
    reinstate(session, shop)
    assert [each.suspended_at for each in (before, after)] == [None, None]


def test_a_naming_after_a_suspended_one_is_over_begins_anew(session: Session) -> None:
    shop = merchant(session, named=False)
    naming(session, shop, begins=-10, ends=-1, now=NOON - timedelta(days=5))
    suspend_naming(session, merchant=shop, reason=REASON, actor="person:1", now=NOON - timedelta(days=3))

    assert naming(session, shop).suspended_at is None


def test_a_merchant_is_suspended_once_and_reinstated_once(session: Session) -> None:
    shop = merchant(session)

    with pytest.raises(NamingStepError) as refused:
        reinstate(session, shop)
    assert (refused.value.code, refused.value.state) == ("hotel", "not suspended")
    suspend(session, shop)
    with pytest.raises(NamingStepError) as refused:
        suspend(session, shop)
    assert refused.value.state == "suspended"


def test_a_suspended_merchant_can_be_revoked(session: Session) -> None:
    shop = merchant(session)
    suspend(session, shop)
    revoke(session, shop)

    assert in_force(session, shop) is None


@pytest.mark.parametrize("step", [suspend, reinstate, revoke])
def test_a_merchant_without_a_naming_has_none_to_change(
    session: Session, step: Callable[[Session, Merchant], NamingStep]
) -> None:
    shop = merchant(session, named=False)
    naming(session, shop, begins=-10, ends=-1)

    with pytest.raises(NotNamedError) as refused:
        step(session, shop)
    assert refused.value.code == "hotel"


def test_the_public_list_shows_each_named_merchant_once(session: Session) -> None:
    hotel, shop, closed = (merchant(session, code=code, named=False) for code in ("hotel", "shop", "closed"))
    naming(session, hotel, naming_class="b")
    latest = naming(session, hotel, naming_class="b", now=NOON + timedelta(days=1))
    first = naming(session, shop, naming_class="a")
    naming(session, closed, begins=-10, ends=-1)

    assert named_merchants(session, day=TODAY) == [(shop, first), (hotel, latest)]


# --- at once ---------------------------------------------------------------------------------------------------------


def test_the_same_suspension_many_times_at_once_is_one(engine: Engine) -> None:
    committed(engine, merchant)
    asked = call()

    made = at_once(engine, [lambda session: suspend(session, merchant_by_code(session, "hotel"), again=asked).id] * 8)

    assert len(set(made)) == 1
    with Session(engine) as session:
        assert len(naming_history(session, merchant_id=merchant_by_code(session, "hotel").id)) == 1


def test_of_two_suspensions_at_once_the_second_finds_it_suspended(engine: Engine) -> None:
    committed(engine, merchant)

    def suspend_after_a_look(session: Session) -> NamingStep:
        shop = merchant_by_code(session, "hotel")
        # What was read before the lock must not be believed behind it.
        assert in_force(session, shop) is not None
        return suspend(session, shop)

    with pytest.raises(NamingStepError):
        meeting(engine, lambda session: suspend(session, merchant_by_code(session, "hotel")), suspend_after_a_look)


def test_a_naming_given_while_the_merchant_is_being_suspended_is_suspended(engine: Engine) -> None:
    committed(engine, merchant)

    made = meeting(
        engine,
        lambda session: suspend(session, merchant_by_code(session, "hotel")),
        lambda session: naming(session, merchant_by_code(session, "hotel")),
    )

    assert made.suspended_at == NOON
