"""The cover line: the money behind each fund equals its credits, wherever they are."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

import ledger
from awards import (
    AwardError,
    FundUnknownError,
    appropriate,
    claw_back,
    cover_lines,
    every_fund_is_covered,
    expire_lots,
    fund_position,
    move_money,
    return_money,
)
from ledger import Asset, LedgerError, Line, NewEntry, Side, credit, debit, new_id
from tests.awards.builders import OFFICER, OTHER_OFFICER, awarded, fund, resident, spend
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


# --- whatever happens -------------------------------------------------------------------------------------------------

CODES = st.sampled_from(["fire", "peace"])
PEOPLE = st.integers(0, 2)
AMOUNTS = st.integers(1, 300)
EVENTS = st.lists(
    st.one_of(
        st.tuples(st.just("appropriate"), CODES, AMOUNTS),
        st.tuples(st.just("return"), CODES, AMOUNTS),
        st.tuples(st.just("move"), CODES, AMOUNTS),
        st.tuples(st.just("award"), CODES, PEOPLE, AMOUNTS),
        st.tuples(st.just("spend"), PEOPLE, AMOUNTS),
        st.tuples(st.just("claw_back"), st.integers(0, 5)),
        st.tuples(st.just("reverse"), st.integers(0, 5)),
        st.tuples(st.just("sweep"), st.integers(1, 40)),
    ),
    max_size=25,
)


class Town:
    """A town of two funds and three residents in which things happen, with a book of its own on the side."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.now: datetime = NOON
        fund(session, "fire", available=500, expiry_rule="months:1")
        fund(session, "peace", available=500)
        self.residents = [resident(session) for _ in range(3)]
        self.awards = [awarded(session, self.residents[0], 50, fund_code="fire")]
        self.outstanding = Counter({"fire": 50})
        self.money = Counter({"fire": 500, "peace": 500})

    def happen(self, kind: str, *facts: object) -> None:
        """Let one thing happen."""
        getattr(self, f"_{kind}")(*facts)

    def _appropriate(self, code: str, amount: int) -> None:
        appropriate(self.session, fund_code=code, amount=amount, document="x", actor=OFFICER, now=self.now)
        self.money[code] += amount

    def _return(self, code: str, amount: int) -> None:
        return_money(self.session, fund_code=code, amount=amount, document="x", actor=OFFICER, now=self.now)
        self.money[code] -= amount

    def _move(self, code: str, amount: int) -> None:
        target = "fire" if code == "peace" else "peace"
        move_money(
            self.session,
            fund_code=code,
            to_fund_code=target,
            amount=amount,
            document="x",
            actor=OFFICER,
            now=self.now,
        )
        self.money[code] -= amount
        self.money[target] += amount

    def _award(self, code: str, person: int, amount: int) -> None:
        self.awards.append(awarded(self.session, self.residents[person], amount, fund_code=code, now=self.now))
        self.outstanding[code] += amount

    def _spend(self, person: int, amount: int) -> None:
        spend(self.session, self.residents[person], amount, now=self.now)

    def _claw_back(self, number: int) -> None:
        award = self.awards[number % len(self.awards)]
        taken = claw_back(self.session, award_id=award.id, reason="x", actor=OFFICER, now=self.now)
        self.outstanding[award.fund_code] -= taken.amount

    def _reverse(self, number: int) -> None:
        award = self.awards[number % len(self.awards)]
        assert award.entry_id is not None
        ledger.reverse(self.session, entry_id=award.entry_id, actor=OTHER_OFFICER, now=self.now)
        self.outstanding[award.fund_code] -= award.amount

    def _sweep(self, days: int) -> None:
        self.now += timedelta(days=days)
        before = fund_position(self.session, "fire").available
        swept = expire_lots(self.session, now=self.now)
        # Only this fund's credits end within the time of a test.
        assert fund_position(self.session, "fire").available - before == swept.amount
        self.outstanding["fire"] -= swept.amount

    def figures(self) -> Iterator[tuple[str, int, int]]:
        """Yield each fund's code, its money, and what is out of its hands, as the side book knows them."""
        for code in ("fire", "peace"):
            yield code, self.money[code], self.outstanding[code]


@settings(
    max_examples=25,
    deadline=None,
    # Each example rolls back what it did, so that one empty database serves them all.
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(events=EVENTS)
def test_whatever_happens_every_fund_stays_covered(session: Session, events: list[tuple[str, object]]) -> None:
    try:
        town = Town(session)
        for kind, *facts in events:
            undone = session.begin_nested()
            try:
                town.happen(kind, *facts)
            except (AwardError, LedgerError):
                undone.rollback()
            else:
                undone.commit()
            assert every_fund_is_covered(session) is None
            lines = cover_lines(session)
            assert [(line.fund.code, line.backing, line.outstanding) for line in lines] == list(town.figures())
            assert all(line.available + line.outstanding == line.backing for line in lines)
    finally:
        session.rollback()
