"""A shop's own people and devices: whom an owner takes on, and what they can never reach by it."""

import pytest
from sqlalchemy.orm import Session

import people
from merchants import Merchant
from people import ApiKeyUnknownError, HandleTakenError, Role
from tests.clock import NOON
from tests.merchants.builders import merchant, resident, unit
from tests.tills.builders import HOUR, OWNER, PASSWORDS, paid_to
from tills import CashierElsewhereError, CashierUnknownError, devices, end_cashier, invite_cashier, renew_cashier


def invited(session: Session, shop: Merchant, handle: str, name: str = "小刘") -> people.Person:
    person, code = invite_cashier(
        session, merchant=shop, handle=handle, name=name, passwords=PASSWORDS, actor=OWNER, now=NOON
    )
    assert len(code) == 11
    return person


def test_an_owner_takes_on_somebody_new_and_ends_their_work(session: Session) -> None:
    shop, other = merchant(session), merchant(session, code="other")
    person = invited(session, shop, "liu")
    for of, refused in ((shop, False), (other, True)):
        try:
            renew_cashier(session, merchant=of, person_id=person.id, passwords=PASSWORDS, actor=OWNER, now=NOON)
        except CashierUnknownError:
            assert refused
        else:
            assert not refused
    end_cashier(session, merchant=shop, person_id=person.id, actor=OWNER, now=NOON)
    assert people.live_grants(session, person.id) == []
    with pytest.raises(CashierUnknownError):
        end_cashier(session, merchant=shop, person_id=person.id, actor=OWNER, now=NOON)


def test_no_owner_gets_at_the_log_in_of_somebody_who_works_elsewhere(session: Session) -> None:
    unit(session)
    shop, other = merchant(session), merchant(session, code="other")
    people.appoint(session, handle="chen", name="陈主任", role=Role.ADMINISTRATOR, now=NOON)
    with pytest.raises(HandleTakenError):
        invited(session, shop, "Chen", "陈主任")
    person = invited(session, shop, "liu")
    people.appoint(session, handle="liu", name="小刘", role=Role.TILL, merchant_id=other.id, now=NOON)
    with pytest.raises(CashierElsewhereError):
        renew_cashier(session, merchant=shop, person_id=person.id, passwords=PASSWORDS, actor=OWNER, now=NOON)


def test_a_device_is_nobody_else_whatever_it_is_called(session: Session) -> None:
    shop, other, payer = merchant(session), merchant(session, code="other"), resident(session, balance=1_000)
    chen = people.appoint(session, handle="chen", name="chen", role=Role.ADMINISTRATOR, now=NOON)
    key, secret = people.create_till_key(session, merchant_id=shop.id, name="chen", now=NOON)
    known = people.principal_by_key(session, secret)
    assert known is not None
    assert (known.person_id == chen.id, known.acts_for_merchant(shop.id, Role.TILL)) == (False, True)
    paid_to(session, payer, shop, 100, by=known.actor, at=NOON + HOUR)
    people.rename_till_key(session, key_id=key.id, merchant_id=shop.id, name="前台一号机")
    old, _secret = people.create_key(session, role=Role.TILL, name="chen", merchant_id=shop.id, now=NOON)
    for key_id, of in ((key.id, other), (old.id, shop)):
        with pytest.raises(ApiKeyUnknownError):
            people.rename_till_key(session, key_id=key_id, merchant_id=of.id, name="x")
    assert chen.name == "chen"
    shown = {each.listing.name: each.last_paid_at for each in devices(session, merchant=shop, since=NOON)}
    assert shown == {"前台一号机": NOON + HOUR, "chen": None}
    assert devices(session, merchant=shop, since=NOON + 2 * HOUR)[1].last_paid_at is None
