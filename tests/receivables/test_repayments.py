"""Giving back what is owed: in money, out of credits of the same fund, or let off by two persons."""

from collections.abc import Callable

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

import people
import receivables
from awards import AmountOutOfRangeError, FundUnknownError
from ledger import AMOUNT_MAX, Call, InsufficientBalanceError, LostRaceError, SamePersonError, new_id, recall_call
from people import Resident, ResidentUnknownError, TextRefusedError
from receivables import (
    ConsentMissingError,
    Matter,
    MatterOpenError,
    OwedLessError,
    Repayment,
    RepaymentKind,
    RepaymentUnknownError,
    owed_by_resident,
)
from tests.awards.builders import OFFICER, awarded, fund, lots_of, resident
from tests.clock import NOON
from tests.receivables.builders import (
    ASKING,
    DECIDING,
    WAIVER,
    approved,
    at_once,
    debtor,
    figures,
    lines_of,
    rejected,
)


def repaid(
    session: Session, by: Resident, amount: int, *, fund_code: str = "peace", call: Call | None = None
) -> Repayment:
    """Book money that came back."""
    return receivables.repay_in_money(
        session,
        resident_id=by.id,
        fund_code=fund_code,
        amount=amount,
        document=" 收据 12 ",
        actor=DECIDING,
        now=NOON,
        call=call,
    )


def offset(
    session: Session, by: Resident, amount: int, *, fund_code: str = "peace", call: Call | None = None
) -> Repayment:
    """Give credits back, as the resident does."""
    actor = f"resident:{by.id.hex}"
    return receivables.offset(
        session, resident_id=by.id, fund_code=fund_code, amount=amount, actor=actor, now=NOON, call=call
    )


@pytest.mark.parametrize("pay", [repaid, offset])
def test_a_call_whose_twin_paid_the_debt_meanwhile_is_run_again(
    session: Session, pay: Callable[..., Repayment]
) -> None:
    fund(session, available=500)
    owing = debtor(session, 100)
    awarded(session, owing, 150)
    again = Call("person:1", "POST /repayments", "k", {"amount": 100})
    made = pay(session, owing, 100, call=again)
    with pytest.raises(LostRaceError):
        pay(session, owing, 100, call=again)
    assert recall_call(session, again) == made.id
    with pytest.raises(OwedLessError):
        pay(session, owing, 100, call=Call("person:1", "POST /repayments", "another", {"amount": 100}))


def test_a_call_whose_twin_gave_back_the_credits_meanwhile_is_run_again(session: Session) -> None:
    fund(session, available=500)
    owing = debtor(session, 100)
    awarded(session, owing, 40)
    again = Call("person:1", "POST /repayments", "k", {"amount": 40})
    offset(session, owing, 40, call=again)
    with pytest.raises(LostRaceError):
        offset(session, owing, 40, call=again)


def waiver(session: Session, of: Resident, amount: int) -> Matter:
    """Ask that somebody owe less."""
    return receivables.ask_waiver(
        session, resident_id=of.id, fund_code="peace", amount=amount, reason="困难家庭", actor=ASKING, now=NOON
    )


def test_money_that_comes_back_backs_credits_that_the_fund_may_award_again(session: Session) -> None:
    peace = fund(session, available=500)
    zhang = debtor(session, 120)
    assert figures(session, peace) == (380, 120, 0, 500)
    made = repaid(session, zhang, 50)
    assert (made.kind, made.amount, made.document, made.made_by) == (RepaymentKind.MONEY, 50, "收据 12", DECIDING)
    assert lines_of(session, made.entry_id) == [
        ("issued", "never:peace", "debit", 50),
        ("treasury:bank", "", "debit", 50),
        ("resident:receivable", "never:peace", "credit", 50),
        ("fund:peace:backing", "", "credit", 50),
        ("fund:peace:held", "never:peace", "debit", 50),
        ("fund:peace:available", "never:peace", "credit", 50),
    ]
    assert owed_by_resident(session, zhang.id) == {"peace": 70}
    assert figures(session, peace) == (430, 70, 50, 550)
    repaid(session, zhang, 70)
    assert owed_by_resident(session, zhang.id) == {}
    assert figures(session, peace) == (500, 0, 120, 620)


def test_credits_of_the_fund_are_given_back_earliest_first_and_only_as_much_as_is_said(session: Session) -> None:
    peace, fire = fund(session, available=500), fund(session, "fire", available=500, expiry_rule="months:1")
    zhang = debtor(session, 120)
    awarded(session, zhang, 90)
    awarded(session, zhang, 90, fund_code="fire")
    made = offset(session, zhang, 40)
    assert (made.kind, made.document) == (RepaymentKind.OFFSET, "")
    assert lines_of(session, made.entry_id) == [
        ("resident:available", "2027-12-31:peace", "debit", 40),
        ("resident:receivable", "never:peace", "credit", 40),
        ("fund:peace:held", "never:peace", "debit", 40),
        ("fund:peace:available", "never:peace", "credit", 40),
    ]
    assert owed_by_resident(session, zhang.id) == {"peace": 80}
    assert lots_of(session, zhang) == {"2026-07-01:fire": 90, "2027-12-31:peace": 50}
    assert figures(session, peace) == (330, 80, 90, 500)
    assert figures(session, fire) == (410, 0, 90, 500)


def test_nothing_is_offset_by_itself_nor_out_of_other_funds_nor_below_zero(session: Session) -> None:
    fund(session, available=500)
    fund(session, "fire", available=500)
    zhang = debtor(session, 120)
    awarded(session, zhang, 90, fund_code="fire")
    with pytest.raises(InsufficientBalanceError):
        offset(session, zhang, 40)
    awarded(session, zhang, 30)
    assert owed_by_resident(session, zhang.id) == {"peace": 120}
    with pytest.raises(InsufficientBalanceError):
        offset(session, zhang, 31)
    with pytest.raises(OwedLessError) as refused:
        offset(session, zhang, 10, fund_code="fire")
    assert (refused.value.fund_code, refused.value.owed) == ("fire", 0)


def test_an_officer_offsets_only_with_the_residents_consent(session: Session) -> None:
    fund(session, available=500)
    zhang = debtor(session, 120)
    awarded(session, zhang, 90)

    def by_officer(consent: str) -> Repayment:
        return receivables.offset(
            session, resident_id=zhang.id, fund_code="peace", amount=20, actor=OFFICER, now=NOON, consent=consent
        )

    with pytest.raises(ConsentMissingError):
        by_officer(" ")
    assert by_officer(" 同意书 3 ").document == "同意书 3"


def test_more_than_is_owed_is_not_given_back(session: Session) -> None:
    fund(session, available=500)
    zhang, li = debtor(session, 120), resident(session)
    awarded(session, zhang, 200)
    for give_back in (repaid, offset, waiver):
        with pytest.raises(OwedLessError) as refused:
            give_back(session, zhang, 121)
        assert refused.value.owed == 120
        with pytest.raises(OwedLessError):
            give_back(session, li, 1)
        with pytest.raises(AmountOutOfRangeError):
            give_back(session, zhang, 0)


def test_the_treasury_takes_no_more_than_any_amount_may_be(session: Session) -> None:
    fund(session, available=AMOUNT_MAX)
    zhang = debtor(session, 5)
    with pytest.raises(AmountOutOfRangeError):
        repaid(session, zhang, 5)


def test_a_repayment_needs_a_resident_a_fund_and_a_document(session: Session) -> None:
    fund(session, available=500)
    zhang = debtor(session, 120)
    with pytest.raises(FundUnknownError):
        repaid(session, zhang, 5, fund_code="water")
    with pytest.raises(ResidentUnknownError):
        receivables.repay_in_money(
            session, resident_id=new_id(), fund_code="peace", amount=1, document="x", actor=DECIDING, now=NOON
        )
    for document in (" ", "x" * 501):
        with pytest.raises(TextRefusedError):
            receivables.repay_in_money(
                session, resident_id=zhang.id, fund_code="peace", amount=1, document=document, actor=DECIDING, now=NOON
            )


def test_repayments_are_found_again(session: Session) -> None:
    fund(session, available=500)
    zhang, li = debtor(session, 120), debtor(session, 10)
    call = Call(DECIDING, "POST", "k", {})
    first, second, other = repaid(session, zhang, 10, call=call), repaid(session, zhang, 20), repaid(session, li, 1)
    assert recall_call(session, call) == first.id
    assert receivables.get_repayment(session, first.id) is first
    with pytest.raises(RepaymentUnknownError):
        receivables.get_repayment(session, new_id())
    assert receivables.list_repayments(session).items == [other, second, first]
    page = receivables.list_repayments(session, resident_id=zhang.id, limit=1)
    assert (page.items, page.next_before) == ([second], second.id)
    assert receivables.list_repayments(session, resident_id=zhang.id, before=second.id).items == [first]
    assert receivables.list_repayments(session, merchant_id=new_id()).items == []


# --- letting somebody off --------------------------------------------------------------------------------------------


def test_a_waiver_ends_claim_and_debt_together_and_moves_no_money(session: Session) -> None:
    peace = fund(session, available=500)
    zhang = debtor(session, 120)
    matter = approved(session, waiver(session, zhang, 100))
    assert lines_of(session, matter.entry_id) == [
        ("fund:peace:held", "never:peace", "debit", 100),
        ("resident:receivable", "never:peace", "credit", 100),
    ]
    assert owed_by_resident(session, zhang.id) == {"peace": 20}
    assert figures(session, peace) == (380, 20, 100, 500)


def test_a_waiver_needs_two_persons_of_whom_none_is_of_the_household(session: Session) -> None:
    fund(session, available=500)
    zhang = debtor(session, 120)
    matter = waiver(session, zhang, 100)
    for actor in (ASKING, f"resident:{zhang.id.hex}"):
        with pytest.raises(SamePersonError):
            approved(session, matter, actor=actor)
    with pytest.raises(MatterOpenError):
        waiver(session, zhang, 5)
    rejected(session, matter)
    assert owed_by_resident(session, zhang.id) == {"peace": 120}
    assert waiver(session, zhang, 5).kind is WAIVER


def test_what_was_repaid_meanwhile_is_not_waived(session: Session) -> None:
    fund(session, available=500)
    zhang = debtor(session, 120)
    matter = waiver(session, zhang, 100)
    repaid(session, zhang, 50)
    with pytest.raises(OwedLessError) as refused:
        approved(session, matter)
    assert refused.value.owed == 70


# --- at once ----------------------------------------------------------------------------------------------------------


def test_a_debt_is_given_back_once_however_many_try_at_once(engine: Engine) -> None:
    with Session(engine, expire_on_commit=False) as session:
        peace = fund(session, available=500)
        zhang = debtor(session, 100)
        awarded(session, zhang, 100)
        matter = waiver(session, zhang, 60)
        session.commit()
    works = [
        lambda session: repaid(session, zhang, 60),
        lambda session: offset(session, zhang, 60),
        lambda session: approved(session, matter),
    ]
    done = at_once(engine, works)
    assert sum(isinstance(each, OwedLessError) for each in done) == 2
    with Session(engine) as session:
        assert owed_by_resident(session, zhang.id) == {"peace": 40}
        figures(session, peace)
        assert people.get_resident(session, zhang.id).left_at is None
