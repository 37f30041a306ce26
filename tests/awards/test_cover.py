"""The cover line: the money behind each fund equals its credits, wherever they are."""

import pytest
from sqlalchemy.orm import Session

import ledger
from awards import (
    FundUnknownError,
    cover_lines,
    every_fund_is_covered,
    fund_position,
)
from ledger import Asset, Line, NewEntry, Side, credit, debit, new_id
from tests.awards.builders import OFFICER, awarded, fund, resident, spend
from tests.clock import NOON


def posted(session: Session, *lines: Line) -> None:
    """Post an entry by hand, as no function of the domain would."""
    ledger.post(session, [NewEntry(id=new_id(), kind="by_hand", actor=OFFICER, occurred_at=NOON, lines=lines)])


def opened(session: Session, code: str, normal_side: Side = Side.CREDIT, asset: Asset = Asset.PAB) -> int:
    """Open an account."""
    return ledger.open_account(session, code=code, asset=asset, normal_side=normal_side)


def test_without_funds_there_is_nothing_to_cover(session: Session) -> None:
    assert cover_lines(session) == []
    assert every_fund_is_covered(session) is None


def test_a_new_fund_is_covered_at_zero(session: Session) -> None:
    peace = fund(session)
    (line,) = cover_lines(session)
    assert (line.fund, line.available, line.held, line.outstanding, line.backing) == (peace, 0, 0, 0, 0)
    assert line.is_covered


def test_the_cover_line_follows_the_credits_wherever_they_go(session: Session) -> None:
    peace = fund(session, available=1_000)
    fund(session, "fire", available=7)
    zhang = resident(session)
    awarded(session, zhang, 400)
    lot, undated = "2027-12-31:peace", "never:peace"
    # Set aside by the fund (a public notice) and by the resident (a hold).
    posted(
        session,
        debit(peace.available_account_id, Asset.PAB, 50, undated),
        credit(peace.held_account_id, Asset.PAB, 50, undated),
        debit(zhang.available_account_id, Asset.PAB, 100, lot),
        credit(zhang.held_account_id, Asset.PAB, 100, lot),
    )
    spend(session, zhang, 120)
    # A settlement under way, and a refund that the merchant's payable no longer covers.
    payable = ledger.account_id(session, "merchant:shop:payable")
    in_settlement = opened(session, "merchant:shop:in_settlement")
    receivable = opened(session, "merchant:shop:receivable", Side.DEBIT)
    posted(
        session,
        debit(payable, Asset.PAB, 110, undated),
        credit(in_settlement, Asset.PAB, 110, undated),
        debit(receivable, Asset.PAB, 20, undated),
        credit(zhang.available_account_id, Asset.PAB, 20, lot),
    )
    position = fund_position(session, "peace")
    assert (position.available, position.held, position.backing) == (550, 50, 1_000)
    # 200 available and 100 held by the resident, 10 payable and 110 in settlement, less 20 owed back.
    assert position.outstanding == 200 + 100 + 10 + 110 - 20
    assert [line.fund.code for line in cover_lines(session)] == ["fire", "peace"]
    assert all(line.is_covered for line in cover_lines(session))
    assert every_fund_is_covered(session) is None


def test_a_settlement_that_is_paid_takes_its_money_out_of_the_cover(session: Session) -> None:
    peace = fund(session, available=1_000)
    zhang = resident(session)
    awarded(session, zhang, 400)
    spend(session, zhang, 300)
    posted(
        session,
        debit(ledger.account_id(session, "merchant:shop:payable"), Asset.PAB, 300, "never:peace"),
        credit(ledger.account_id(session, "issued"), Asset.PAB, 300, "never:peace"),
        debit(peace.backing_account_id, Asset.CNY, 300),
        credit(ledger.account_id(session, "treasury:bank"), Asset.CNY, 300),
    )
    position = fund_position(session, "peace")
    assert (position.available, position.outstanding, position.backing) == (600, 100, 700)
    assert every_fund_is_covered(session) is None


def test_an_unknown_fund_has_no_position(session: Session) -> None:
    fund(session)
    with pytest.raises(FundUnknownError) as refused:
        fund_position(session, "water")
    assert refused.value.code == "water"


def test_money_taken_from_behind_a_fund_is_found(session: Session) -> None:
    peace = fund(session, available=1_000)
    fund(session, "fire", available=7)
    awarded(session, resident(session), 400)
    treasury = ledger.account_id(session, "treasury:bank")
    posted(session, debit(peace.backing_account_id, Asset.CNY, 1), credit(treasury, Asset.CNY, 1))
    assert not fund_position(session, "peace").is_covered
    assert fund_position(session, "fire").is_covered
    assert every_fund_is_covered(session) == ("fund peace: backing 999, but available 600 + held 0 + outstanding 400")


def test_credits_out_of_nothing_are_found(session: Session) -> None:
    fund(session, available=1_000)
    zhang = resident(session)
    issued = ledger.account_id(session, "issued")
    posted(
        session,
        debit(issued, Asset.PAB, 5, "2027-12-31:peace"),
        credit(zhang.available_account_id, Asset.PAB, 5, "2027-12-31:peace"),
    )
    assert every_fund_is_covered(session) == ("fund peace: backing 1000, but available 1000 + held 0 + outstanding 5")


def test_credits_of_no_fund_are_found(session: Session) -> None:
    fund(session, available=1_000)
    zhang = resident(session)
    issued = ledger.account_id(session, "issued")
    posted(
        session,
        debit(issued, Asset.PAB, 5, "never:water"),
        credit(zhang.available_account_id, Asset.PAB, 5, "never:water"),
    )
    assert every_fund_is_covered(session) == "water is no fund, but credits bear its label"


def test_credits_in_a_place_nobody_knows_are_found(session: Session) -> None:
    peace = fund(session, available=1_000)
    posted(
        session,
        debit(peace.available_account_id, Asset.PAB, 5, "never:peace"),
        credit(opened(session, "drawer"), Asset.PAB, 5, "never:peace"),
    )
    assert every_fund_is_covered(session) == "an account of no known kind holds 5 of never:peace"


def test_a_treasury_that_holds_other_money_than_the_funds_is_found(session: Session) -> None:
    fund(session, available=1_000)
    treasury = ledger.account_id(session, "treasury:bank")
    gifts = ledger.open_account(session, code="gifts", asset=Asset.CNY, normal_side=Side.CREDIT, bounded=False)
    posted(session, debit(treasury, Asset.CNY, 5), credit(gifts, Asset.CNY, 5))
    assert every_fund_is_covered(session) == "treasury:bank holds 1005, but all funds' backing is 1000"
