"""Whatever is posted, in whatever order: the books agree with a model of them small enough to be read at a glance."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, select, text
from sqlalchemy.orm import Session

from ledger import (
    AccountState,
    AccountStateError,
    Asset,
    CeilingExceededError,
    InsufficientBalanceError,
    Line,
    LotBalance,
    NewAccount,
    NewEntry,
    Side,
    balances,
    credit,
    debit,
    lots,
    open_accounts,
    post,
    set_account_state,
    set_ceiling,
    statement,
    trial_balance,
    trial_balance_totals,
)
from ledger.model import Posting
from tests.ledger.builders import NEXT_YEAR, THIS_YEAR, UNDATED, entry_of, findings

LOTS = (THIS_YEAR, NEXT_YEAR, UNDATED)

# Both normal sides, bounded and not, locked first and last.
ACCOUNTS = (
    NewAccount("contra", Asset.PAB, Side.DEBIT, bounded=False),
    NewAccount("fund", Asset.PAB, Side.CREDIT, shared=True),
    NewAccount("one", Asset.PAB, Side.CREDIT),
    NewAccount("two", Asset.PAB, Side.CREDIT),
    NewAccount("owed", Asset.PAB, Side.DEBIT),
)
CONTRA = 0


@dataclass(frozen=True)
class Move:
    """Debit one account and credit another; accounts are places in ACCOUNTS."""

    debited: int
    credited: int
    lot: str
    amount: int


@dataclass
class Model:
    """The books as a reader would keep them with a pencil."""

    states: dict[int, AccountState] = field(
        default_factory=lambda: dict.fromkeys(range(len(ACCOUNTS)), AccountState.OPEN)
    )
    ceilings: dict[int, int] = field(default_factory=dict)
    totals: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    parts: dict[tuple[int, str], int] = field(default_factory=lambda: defaultdict(int))
    histories: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))

    def refusals(self, entries: Sequence[Sequence[Move]]) -> set[type[Exception]]:
        """Return why a list is refused (which of several reasons is told is left open), or take it and return none."""
        totals, parts, histories = (
            self.totals.copy(),
            self.parts.copy(),
            {k: list(v) for k, v in self.histories.items()},
        )
        overdrawn = overfull = False
        reasons: set[type[Exception]] = set()
        for moves in entries:
            for place, lot, change in (effect for move in moves for effect in effects(move)):
                totals[place] += change
                parts[place, lot] += change
                histories.setdefault(place, []).append(totals[place])
                overdrawn |= ACCOUNTS[place].bounded and totals[place] < 0
                overfull |= totals[place] > self.ceilings.get(place, totals[place])
        for place, state in self.states.items():
            change = totals[place] - self.totals[place]
            touched = histories.get(place, []) != self.histories.get(place, [])
            if touched and not allowed(state, change):
                reasons.add(AccountStateError)
        if overfull:
            reasons.add(CeilingExceededError)
        if overdrawn or any(amount < 0 for (place, _), amount in parts.items() if ACCOUNTS[place].bounded):
            reasons.add(InsufficientBalanceError)
        if not reasons:
            self.totals, self.parts, self.histories = totals, parts, defaultdict(list, histories)
        return reasons


def effects(move: Move) -> Iterator[tuple[int, str, int]]:
    """Yield how a move changes its accounts: on the normal side, in the order of its lines."""
    for place, side in ((move.debited, Side.DEBIT), (move.credited, Side.CREDIT)):
        yield place, move.lot, move.amount if ACCOUNTS[place].normal_side is side else -move.amount


def allowed(state: AccountState, change: int) -> bool:
    return (
        state is AccountState.OPEN
        or (state is AccountState.FROZEN and change >= 0)
        or (state is AccountState.CLOSING and change <= 0)
    )


PLACES = st.integers(0, len(ACCOUNTS) - 1)
MOVES = st.builds(
    Move, debited=st.just(CONTRA) | PLACES, credited=PLACES, lot=st.sampled_from(LOTS), amount=st.integers(1, 30)
).filter(lambda move: move.debited != move.credited)


def takes_no_lot_both_ways(moves: Sequence[Move]) -> bool:
    """Say whether no lot of an account is both raised and lowered: an entry that does so says nothing."""
    directions = {(place, lot, change > 0) for move in moves for place, lot, change in effects(move)}
    return not any((place, lot, not up) in directions for place, lot, up in directions)


ENTRIES = st.lists(MOVES, min_size=1, max_size=3).filter(takes_no_lot_both_ways)
LISTS = st.lists(ENTRIES, min_size=1, max_size=4)
STATE_CHANGES = st.tuples(
    st.sampled_from([1, 2, 3, 4]), st.sampled_from([AccountState.OPEN, AccountState.FROZEN, AccountState.CLOSING])
)
# An account, and how much more than now it may hold from then on.
CEILINGS = st.tuples(st.sampled_from([1, 2, 3, 4]), st.integers(0, 60))
STEPS = st.lists(LISTS | LISTS | STATE_CHANGES | CEILINGS, min_size=1, max_size=10)


def entries_of(moves_of_entries: Sequence[Sequence[Move]], ids: Sequence[int]) -> list[NewEntry]:
    def lines(move: Move) -> tuple[Line, Line]:
        return (
            debit(ids[move.debited], Asset.PAB, move.amount, move.lot),
            credit(ids[move.credited], Asset.PAB, move.amount, move.lot),
        )

    return [entry_of(*(line for move in moves for line in lines(move))) for moves in moves_of_entries]


@settings(max_examples=40)
@given(steps=STEPS)
def test_the_books_agree_with_the_model_whatever_is_posted(
    lasting_engine: Engine, steps: list[list[list[Move]] | tuple[int, AccountState | int]]
) -> None:
    with Session(lasting_engine) as session:
        ids = open_accounts(session, ACCOUNTS)
        model = Model()
        for step in steps:
            if isinstance(step, tuple):
                set_bound(session, model, *step, ids)
            else:
                post_as_the_model_says(session, model, step, ids)
        assert_agreement(session, model, ids)
        session.rollback()


def set_bound(session: Session, model: Model, place: int, bound: AccountState | int, ids: list[int]) -> None:
    if isinstance(bound, AccountState):
        set_account_state(session, ids[place], bound)
        model.states[place] = bound
    else:
        model.ceilings[place] = model.totals[place] + bound
        set_ceiling(session, ids[place], model.ceilings[place])


def post_as_the_model_says(session: Session, model: Model, step: list[list[Move]], ids: list[int]) -> None:
    reasons = model.refusals(step)
    if not reasons:
        post(session, entries_of(step, ids))
        return
    with pytest.raises(tuple(reasons)), session.begin_nested():
        post(session, entries_of(step, ids))


def assert_agreement(session: Session, model: Model, ids: list[int]) -> None:
    if session.get_bind().dialect.name == "postgresql":
        # What the database would refuse at the commit, it refuses now.
        session.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
    assert balances(session, ids) == {account: model.totals[place] for place, account in enumerate(ids)}
    debits, credits = trial_balance_totals(session, asset=Asset.PAB)
    assert debits == credits
    for row in trial_balance(session, asset=Asset.PAB):
        place = [account.code for account in ACCOUNTS].index(row.code)
        assert row.balance == model.totals[place]
    for place, account in enumerate(ids):
        if ACCOUNTS[place].bounded:
            parts = [LotBalance(lot, model.parts[place, lot]) for lot in LOTS if model.parts[place, lot]]
            assert lots(session, account) == parts
            history = select(Posting.balance_after).where(Posting.account_id == account).order_by(Posting.seq)
            assert list(session.scalars(history)) == model.histories[place]
            items = statement(session, account, limit=200).items
            assert sum(item.amount for item in items) == model.totals[place]
            assert not items or items[0].balance_after == model.totals[place]
    assert findings(session) == []
