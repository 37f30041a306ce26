"""Where merchants are paid: encrypted, the newest in force, and in the bank's file."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

import people
from merchants import Merchant
from people import PhoneVault, Role, TextRefusedError
from settlements import (
    AccountNumberError,
    OwnShopError,
    Payee,
    bank_orders,
    normal_account,
    payee_history,
    payees_of,
    renew_payees,
    set_payee,
)
from tests.clock import NOON
from tests.merchants.builders import merchant, vault
from tests.settlements.builders import OPENER, opened, spent, town

LATER = NOON + timedelta(hours=1)
ACCOUNT = "6217000012345678"


def said(session: Session, shop: Merchant, **changes: Any) -> Payee:
    """Say where a shop is paid."""
    facts: dict[str, Any] = {
        "holder": "平安饭店",
        "bank": "农商行",
        "account": ACCOUNT,
        "document": "开户许可证",
        "vault": vault(),
        "actor": OPENER,
        "now": NOON,
    }
    return set_payee(session, merchant=shop, **(facts | changes))


@pytest.mark.parametrize("typed", ["6217 0000-1234 5678", "６２１７000012345678", " 6217000012345678 "])
def test_an_account_has_one_written_form(typed: str) -> None:
    assert normal_account(typed) == ACCOUNT


@pytest.mark.parametrize("typed", ["", "12345", "1" * 35, "6217;0000", "账号12345678"])
def test_what_is_no_account_is_refused(session: Session, typed: str) -> None:
    with pytest.raises(AccountNumberError):
        normal_account(typed)
    with pytest.raises(AccountNumberError):
        said(session, merchant(session), account=typed)


def test_the_number_is_kept_encrypted_and_found_by_its_hash(session: Session) -> None:
    made = said(session, merchant(session))
    assert ACCOUNT not in made.account_encrypted
    assert (made.account_tail, made.account_lookup) == ("5678", vault().lookup(ACCOUNT))
    assert vault().decrypt(made.account_encrypted) == ACCOUNT


def test_what_was_said_last_is_in_force_and_the_rest_stays(session: Session) -> None:
    shop, other = merchant(session), merchant(session, code="clinic")
    said(session, shop)
    said(session, shop, account="9999888877776666", now=LATER)
    said(session, shop, account="1111222233334444", now=LATER)
    assert payees_of(session, [shop.id, other.id])[shop.id].account_tail == "4444"
    assert other.id not in payees_of(session, [shop.id, other.id])
    assert [each.account_tail for each in payee_history(session, shop.id)] == ["4444", "6666", "5678"]


def test_nobody_says_where_their_own_shop_is_paid_and_texts_are_judged(session: Session) -> None:
    shop = merchant(session)
    owner = people.appoint(session, handle="wang", name="王", role=Role.MERCHANT_OWNER, merchant_id=shop.id, now=NOON)
    with pytest.raises(OwnShopError):
        said(session, shop, actor=f"person:{owner.id.hex}")
    for field in ("holder", "bank", "document"):
        with pytest.raises(TextRefusedError):
            said(session, shop, **{field: " "})


def test_the_bank_is_told_of_open_settlements_oldest_first_and_of_those_without_an_account_last(
    session: Session,
) -> None:
    payer, shop = town(session)
    clinic, market = merchant(session, code="clinic"), merchant(session, code="market")
    for each in (clinic, shop, market):
        spent(session, payer, each, 100)
        opened(session, each)
    for each in (shop, market):
        said(session, each)
    orders = bank_orders(session, vault=vault())
    assert [order.merchant.code for order in orders] == ["hotel", "market", "clinic"]
    assert [order.account for order in orders] == [ACCOUNT, ACCOUNT, ""]


def test_accounts_are_encrypted_anew_with_a_new_key(session: Session) -> None:
    old = people.new_phone_keys()
    shop = merchant(session)
    said(session, shop, vault=PhoneVault(old))
    rotated = people.rotated_phone_keys(old)
    before = session.scalars(select(Payee.account_encrypted)).one()
    assert renew_payees(session, vault=PhoneVault(rotated)) == 1
    after = payees_of(session, [shop.id])[shop.id]
    assert after.account_encrypted != before
    assert PhoneVault(rotated).decrypt(after.account_encrypted) == ACCOUNT
