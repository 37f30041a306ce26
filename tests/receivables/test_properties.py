"""Whatever is awarded, spent, corrected, owed, given back and closed: cover, lots and bounds hold at every step."""

from collections.abc import Callable
from datetime import datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

import ledger
import receivables
from awards import claw_back, cover_lines, every_fund_is_covered, expire_lots
from receivables import MatterState
from tests.awards.builders import OFFICER, awarded, fund, resident, spend
from tests.clock import NOON
from tests.receivables.builders import ASKING, DECIDING, REFUSALS, asked

CODES = st.sampled_from(["fire", "peace"])
PEOPLE, NUMBERS, AMOUNTS = st.integers(0, 2), st.integers(0, 5), st.integers(1, 120)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("award"), CODES, PEOPLE, AMOUNTS),
        st.tuples(st.just("spend"), PEOPLE, AMOUNTS),
        st.tuples(st.just("spend"), PEOPLE, AMOUNTS),
        st.tuples(st.just("claw_back"), NUMBERS),
        st.tuples(st.just("ask"), NUMBERS, AMOUNTS),
        st.tuples(st.just("ask_all"), NUMBERS),
        st.tuples(st.just("decide"), NUMBERS, st.booleans()),
        st.tuples(st.just("decide"), NUMBERS, st.just(value=True)),
        st.tuples(st.just("repay"), CODES, PEOPLE, AMOUNTS),
        st.tuples(st.just("offset"), CODES, PEOPLE, AMOUNTS),
        st.tuples(st.just("waive"), CODES, PEOPLE, AMOUNTS),
        st.tuples(st.just("close"), PEOPLE),
        st.tuples(st.just("merge"), PEOPLE, PEOPLE),
        st.tuples(st.just("sweep"), st.integers(1, 40)),
    ),
    max_size=25,
)


class Town:
    """Two funds and three residents, and everything that can happen to what they were awarded."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.now: datetime = NOON
        fund(session, "fire", available=500, expiry_rule="months:1")
        fund(session, "peace", available=500)
        self.residents = [resident(session) for _ in range(3)]
        self.awards = [awarded(session, self.residents[0], 50)]
        spend(session, self.residents[0], 50)

    def award(self, code: str, person: int, amount: int) -> None:
        """Award credits."""
        self.awards.append(awarded(self.session, self.residents[person], amount, fund_code=code, now=self.now))

    def spend(self, person: int, amount: int) -> None:
        """Spend credits."""
        spend(self.session, self.residents[person], amount, now=self.now)

    def claw_back(self, number: int) -> None:
        """Take an award back."""
        wrong = self.awards[number % len(self.awards)]
        claw_back(self.session, award_id=wrong.id, reason="x", actor=OFFICER, now=self.now)

    def ask(self, number: int, amount: int) -> None:
        """Ask for a forced correction."""
        asked(self.session, self.awards[number % len(self.awards)], amount, now=self.now)

    def ask_all(self, number: int) -> None:
        """Ask for a forced correction of all that is left."""
        asked(self.session, self.awards[number % len(self.awards)], now=self.now)

    def decide(self, number: int, approve: bool) -> None:  # noqa: FBT001 - drawn by hypothesis, by place
        """Decide about something that waits."""
        waiting = receivables.list_matters(self.session, state=MatterState.ASKED).items
        if waiting:
            matter = waiting[number % len(waiting)]
            decide = receivables.approve if approve else receivables.reject
            decide(self.session, matter_id=matter.id, kind=matter.kind, actor=DECIDING, now=self.now)

    def repay(self, code: str, person: int, amount: int) -> None:
        """Give money back."""
        receivables.repay_in_money(
            self.session,
            resident_id=self.residents[person].id,
            fund_code=code,
            amount=amount,
            document="x",
            actor=DECIDING,
            now=self.now,
        )

    def offset(self, code: str, person: int, amount: int) -> None:
        """Give credits back."""
        receivables.offset(
            self.session,
            resident_id=self.residents[person].id,
            fund_code=code,
            amount=amount,
            actor=OFFICER,
            consent="x",
            now=self.now,
        )

    def waive(self, code: str, person: int, amount: int) -> None:
        """Ask that somebody be let off."""
        receivables.ask_waiver(
            self.session,
            resident_id=self.residents[person].id,
            fund_code=code,
            amount=amount,
            reason="x",
            actor=ASKING,
            now=self.now,
        )

    def close(self, person: int) -> None:
        """Close a resident."""
        leaver = self.residents[person].id
        receivables.close_resident(self.session, resident_id=leaver, reason="x", actor=OFFICER, now=self.now)

    def merge(self, person: int, into: int) -> None:
        """Merge two records."""
        receivables.merge_residents(
            self.session,
            resident_id=self.residents[person].id,
            into_id=self.residents[into].id,
            reason="x",
            actor=OFFICER,
            now=self.now,
        )

    def sweep(self, days: int) -> None:
        """Let time pass, and credits expire."""
        self.now += timedelta(days=days)
        expire_lots(self.session, now=self.now)


def assert_all_is_well(session: Session) -> None:
    """See that cover, debts, lots and bounds hold."""
    assert every_fund_is_covered(session) is None
    assert [check.__name__ for check in receivables.CHECKS if check(session) is not None] == []
    owed = dict.fromkeys(("fire", "peace"), 0)
    for part in ledger.holdings(session, assets=[ledger.Asset.PAB], kinds=["resident:%:receivable"]):
        if part.kind:
            owed[ledger.CreditLot.parse(part.label).fund] = part.amount
    # Nothing else is held here: each claim is matched by what its fund cannot award.
    assert {line.fund.code: line.held for line in cover_lines(session)} == owed


@settings(
    max_examples=30,
    deadline=None,
    # Each example rolls back what it did, so that one empty database serves them all.
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=STEPS)
def test_whatever_happens_to_awards_every_claim_is_matched(session: Session, steps: list[tuple[str, object]]) -> None:
    try:
        town = Town(session)
        for kind, *facts in steps:
            act: Callable[..., None] = getattr(town, kind)
            undone = session.begin_nested()
            try:
                act(*facts)
            except REFUSALS:
                undone.rollback()
            else:
                undone.commit()
            assert_all_is_well(session)
        assert [result.name for result in ledger.audit(session, receivables.CHECKS) if not result.ok] == []
    finally:
        session.rollback()
