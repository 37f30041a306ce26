"""Rules of registering merchants and finding them."""

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

import ledger
import people
from merchants import (
    Merchant,
    MerchantCodeError,
    MerchantExistsError,
    MerchantUnknownError,
    create_merchant,
    find_merchant,
    get_merchant,
    list_merchants,
    merchant_by_code,
    merchants_by_id,
)
from tests.clock import NOON
from tests.merchants.builders import call, merchant
from tests.payments.racing import at_once, committed, meeting


def create(session: Session, code: str, *, name: str = "平安饭店", again: ledger.Call | None = None) -> Merchant:
    """Register a merchant, or find what the same call registered."""
    made_id = None if again is None else ledger.recall_call(session, again)
    if made_id is not None:
        return get_merchant(session, made_id)
    return create_merchant(session, code=code, name=name, category="饭店", actor="system", now=NOON, call=again)


def test_a_merchant_has_empty_accounts_for_what_it_collects_and_owes(session: Session) -> None:
    made = merchant(session, code="hotel")

    accounts = [made.payable_account_id, made.receivable_account_id, made.in_settlement_account_id]
    codes = ["merchant:hotel:payable", "merchant:hotel:receivable", "merchant:hotel:in_settlement"]
    assert [ledger.account_id(session, code) for code in codes] == accounts
    assert set(ledger.balances(session, accounts).values()) == {0}


@pytest.mark.parametrize(
    "code", ["", "-a", "_a", "a b", "a:b", "饭店", "a" * 33, "a\n", "a\x00", "\ud800", "a,b", "ａ"]
)
def test_what_cannot_be_a_code_is_none_and_names_nobody(session: Session, code: str) -> None:
    with pytest.raises(MerchantCodeError) as refused:
        create(session, code)
    assert refused.value.code == code
    assert find_merchant(session, code) is None
    with pytest.raises(MerchantUnknownError) as unknown:
        merchant_by_code(session, code)
    assert unknown.value.merchant == code


@pytest.mark.parametrize("code", ["a", "0", "A-1_b", "a" * 32])
def test_a_code_is_letters_digits_hyphens_and_underscores(session: Session, code: str) -> None:
    made = create(session, code)

    assert merchant_by_code(session, code) is made
    assert get_merchant(session, made.id) is made


def test_a_code_is_given_once(session: Session) -> None:
    create(session, "hotel")

    with pytest.raises(MerchantExistsError) as refused:
        create(session, "hotel")
    assert refused.value.code == "hotel"
    assert create(session, "Hotel").code == "Hotel"


def test_a_name_that_cannot_be_shown_is_refused_before_any_account_is_opened(session: Session) -> None:
    with pytest.raises(people.TextRefusedError):
        create(session, "hotel", name="\u202e店饭")
    assert ledger.find_account_id(session, "merchant:hotel:payable") is None


def test_an_unknown_id_is_no_merchant(session: Session) -> None:
    with pytest.raises(MerchantUnknownError) as refused:
        get_merchant(session, unknown := ledger.new_id())
    assert refused.value.merchant == unknown


def test_merchants_are_listed_newest_first_and_paged(session: Session) -> None:
    made = [merchant(session, code=f"m{number}") for number in range(5)]
    newest_first = made[::-1]

    assert list_merchants(session, limit=3) == newest_first[:3]
    assert list_merchants(session, limit=3, before=newest_first[2].id) == newest_first[3:]
    assert merchants_by_id(session, {made[0].id, made[3].id}) == {made[0].id: made[0], made[3].id: made[3]}


def test_a_search_looks_into_code_name_and_category_and_takes_signs_as_they_are(session: Session) -> None:
    hotel, shop = create(session, "hotel"), create(session, "shop_1", name="五金 100%")

    def found(text: str) -> list[Merchant]:
        return list(list_merchants(session, limit=10, text=text))

    assert found("hot") == [hotel]
    assert found("五金") == [shop]
    assert found("饭店") == [shop, hotel]
    assert found("%") == [shop]
    assert found("_") == [shop]
    assert found("nothing") == []


def test_the_same_call_many_times_at_once_registers_one_merchant(engine: Engine) -> None:
    asked = call()

    made = at_once(engine, [lambda session: create(session, "hotel", again=asked).id] * 8)

    assert len(set(made)) == 1
    with Session(engine) as session:
        assert len(list_merchants(session, limit=10)) == 1


def test_a_call_whose_twin_has_just_registered_the_merchant_is_not_refused(engine: Engine) -> None:
    asked = call()

    twin = meeting(
        engine,
        lambda session: create(session, "hotel", again=asked),
        lambda session: create(session, "hotel", again=asked).id,
    )

    with Session(engine) as session:
        assert twin == merchant_by_code(session, "hotel").id


def test_another_call_for_a_code_that_is_being_registered_is_refused(engine: Engine) -> None:
    with pytest.raises(MerchantExistsError):
        meeting(
            engine,
            lambda session: create(session, "hotel", again=call()),
            lambda session: create(session, "hotel", again=call()),
        )
    assert committed(engine, lambda session: len(list_merchants(session, limit=10))) == 1
