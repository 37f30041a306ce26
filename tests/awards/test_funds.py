"""Funds: their code, their accounts, and finding them again."""

from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

import ledger
from awards import (
    ExpiryRuleError,
    Fund,
    FundCodeError,
    FundExistsError,
    FundUnknownError,
    create_fund,
    fund_id,
    fund_page,
    get_fund,
    list_funds,
)
from ledger import Call, recall_call
from people import TextRefusedError
from tests.awards.builders import OFFICER, at_once, fund
from tests.clock import NOON


def test_a_new_fund_is_empty_and_its_credits_last_to_the_end_of_next_year(session: Session) -> None:
    made = create_fund(session, code="peace", name=" 平安建设 ", purpose="巡逻与线索", actor=OFFICER, now=NOON)
    assert get_fund(session, "peace") is made
    assert (made.code, made.name, made.purpose, made.expiry_rule) == (
        "peace",
        "平安建设",
        "巡逻与线索",
        "end_of_next_year",
    )
    assert (made.created_by, made.created_at) == (OFFICER, NOON)
    accounts = [made.available_account_id, made.held_account_id, made.backing_account_id]
    assert ledger.balances(session, accounts) == dict.fromkeys(accounts, 0)
    for part, account in zip(("available", "held", "backing"), accounts, strict=True):
        assert ledger.account_id(session, f"fund:peace:{part}") == account


def test_the_first_fund_opens_the_treasury_and_the_next_ones_share_it(session: Session) -> None:
    assert ledger.find_account_id(session, "treasury:bank") is None
    fund(session, "peace")
    treasury, issued = (ledger.account_id(session, code) for code in ("treasury:bank", "issued"))
    fund(session, "fire")
    assert ledger.account_id(session, "treasury:bank") == treasury
    assert ledger.account_id(session, "issued") == issued


@pytest.mark.parametrize("code", ["a", "7", "peace-2026_b", "x" * 32])
def test_a_code_is_of_small_letters_digits_hyphens_and_underscores(session: Session, code: str) -> None:
    assert fund(session, code).code == code


@pytest.mark.parametrize("code", ["", "-a", "_a", "Peace", "a b", "a:b", "平安", "x" * 33, "a\n", "a\x00", "a%", "é"])
def test_another_code_is_refused_and_never_found(session: Session, code: str) -> None:
    with pytest.raises(FundCodeError) as refused:
        fund(session, code)
    assert refused.value.code == code
    with pytest.raises(FundUnknownError):
        get_fund(session, code)


def test_a_code_is_given_once(session: Session) -> None:
    fund(session, "peace")
    with pytest.raises(FundExistsError) as refused:
        fund(session, "peace")
    assert refused.value.code == "peace"


def test_an_unknown_fund_is_said_to_be_unknown(session: Session) -> None:
    with pytest.raises(FundUnknownError) as refused:
        get_fund(session, "peace")
    assert refused.value.code == "peace"


@pytest.mark.parametrize(
    ("name", "purpose", "field"),
    [
        ("", "x", "name"),
        ("x" * 101, "x", "name"),
        ("a\x00b", "x", "name"),
        ("x", " ", "purpose"),
        ("x", "y" * 501, "purpose"),
    ],
)
def test_a_fund_needs_a_name_and_a_purpose(session: Session, name: str, purpose: str, field: str) -> None:
    with pytest.raises(TextRefusedError) as refused:
        create_fund(session, code="peace", name=name, purpose=purpose, actor=OFFICER, now=NOON)
    assert refused.value.field == field


def test_an_expiry_rule_may_end_today_but_not_yesterday(session: Session) -> None:
    assert fund(session, "today", expiry_rule="on:2026-06-01").expiry_rule == "on:2026-06-01"
    assert fund(session, "never", expiry_rule="never").expiry_rule == "never"
    for rule in ("on:2026-05-31", "sometimes"):
        with pytest.raises(ExpiryRuleError):
            fund(session, "past", expiry_rule=rule)


def test_a_call_remembers_the_fund_by_an_id_made_of_its_code(session: Session) -> None:
    call = Call(OFFICER, "POST /funds", "k1", {"code": "peace"})
    create_fund(session, code="peace", name="Peace", purpose="Reports", actor=OFFICER, now=NOON, call=call)
    assert recall_call(session, call) == fund_id("peace")
    assert fund_id("peace") != fund_id("fire")


def test_funds_are_listed_by_code_and_paged_newest_first(session: Session) -> None:
    for minutes, code in enumerate(["b", "c", "a"]):
        create_fund(session, code=code, name=code, purpose=code, actor=OFFICER, now=NOON + timedelta(minutes=minutes))
    # Made at the same moment as the last one.
    create_fund(session, code="d", name="d", purpose="d", actor=OFFICER, now=NOON + timedelta(minutes=2))
    assert [each.code for each in list_funds(session)] == ["a", "b", "c", "d"]
    first = fund_page(session, limit=3)
    assert [each.code for each in first.items] == ["d", "a", "c"]
    second = fund_page(session, limit=3, before=first.next_before)
    assert [each.code for each in second.items] == ["b"]
    assert second.next_before is None


def test_of_several_first_funds_made_at_once_each_stands_and_one_treasury_is_open(engine: Engine) -> None:
    codes = ["a", "b", "c", "d"]
    made = at_once(engine, [partial(fund, code=code) for code in codes])
    assert all(isinstance(each, Fund) for each in made)
    with Session(engine) as session:
        assert [each.code for each in list_funds(session)] == codes
        assert ledger.balance(session, ledger.account_id(session, "treasury:bank")) == 0


def test_the_same_fund_made_twice_at_once_is_made_once(engine: Engine) -> None:
    made = at_once(engine, [lambda session: fund(session, "peace")] * 4)
    assert sum(isinstance(each, Fund) for each in made) == 1
    assert sum(isinstance(each, FundExistsError) for each in made) == 3
