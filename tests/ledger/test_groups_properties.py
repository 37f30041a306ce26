"""Whatever groups come: `post_groups` does what `post` does, group by group, each in a savepoint of its own."""

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from ledger import (
    AccountState,
    Asset,
    GroupRefusedError,
    LedgerError,
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
    post_groups,
    set_account_state,
    set_ceiling,
)
from tests.ledger.builders import NEXT_YEAR, THIS_YEAR, entry_of, findings

LOTS = (THIS_YEAR, NEXT_YEAR)

ACCOUNTS = (
    NewAccount("contra", Asset.PAB, Side.DEBIT, bounded=False),
    NewAccount("fund", Asset.PAB, Side.CREDIT, shared=True),
    NewAccount("one", Asset.PAB, Side.CREDIT),
    NewAccount("two", Asset.PAB, Side.CREDIT),
    NewAccount("owed", Asset.PAB, Side.DEBIT),
)
PLACES = st.integers(0, len(ACCOUNTS) - 1)

# A debited and a credited account, as places in ACCOUNTS, a lot and an amount.
Move = tuple[int, int, str, int]
MOVES: st.SearchStrategy[Move] = st.tuples(
    st.just(0) | PLACES, PLACES, st.sampled_from(LOTS), st.integers(1, 9)
).filter(lambda move: move[0] != move[1])
GROUPS = st.lists(st.lists(MOVES, max_size=3), max_size=12)
STATES = st.dictionaries(st.integers(1, 4), st.sampled_from([AccountState.FROZEN, AccountState.CLOSING]), max_size=2)
CEILINGS = st.dictionaries(st.integers(1, 4), st.integers(0, 20), max_size=2)


def groups_of(groups: Sequence[Sequence[Move]], ids: Sequence[int]) -> list[list[NewEntry]]:
    """Return the entries of each group, one a move."""

    def lines(move: Move) -> tuple[Line, Line]:
        debited, credited, lot, amount = move
        return debit(ids[debited], Asset.PAB, amount, lot), credit(ids[credited], Asset.PAB, amount, lot)

    return [[entry_of(*lines(move)) for move in group] for group in groups]


def one_by_one(session: Session, groups: Sequence[Sequence[NewEntry]]) -> list[LedgerError | None]:
    """Return how groups end that are posted one after the other."""
    outcomes: list[LedgerError | None] = []
    for group in groups:
        try:
            with session.begin_nested():
                post(session, group)
        except LedgerError as refusal:
            outcomes.append(refusal)
        else:
            outcomes.append(None)
    return outcomes


def held(session: Session, ids: Sequence[int]) -> tuple[dict[int, int], list[list[LotBalance]]]:
    return balances(session, ids), [lots(session, account) for account in ids]


def told(refusals: Sequence[LedgerError | None]) -> list[tuple[type[LedgerError | None], str]]:
    return [(type(refusal), str(refusal)) for refusal in refusals]


@settings(max_examples=60)
@given(before=st.lists(MOVES, max_size=4), states=STATES, ceilings=CEILINGS, moves=GROUPS)
def test_groups_end_as_if_they_were_posted_one_by_one(
    lasting_engine: Engine,
    before: list[Move],
    states: dict[int, AccountState],
    ceilings: dict[int, int],
    moves: list[list[Move]],
) -> None:
    with Session(lasting_engine) as session:
        ids = open_accounts(session, ACCOUNTS)
        one_by_one(session, groups_of([[move] for move in before], ids))
        for place, ceiling in ceilings.items():
            set_ceiling(session, ids[place], ceiling + balances(session, [ids[place]])[ids[place]])
        for place, state in states.items():
            set_account_state(session, ids[place], state)

        with session.begin_nested() as reference:
            expected = one_by_one(session, groups_of(moves, ids))
            expected_holdings = held(session, ids)
            reference.rollback()
        groups = groups_of(moves, ids)
        if any(expected):
            first = next(place for place, refusal in enumerate(expected) if refusal)
            with pytest.raises(GroupRefusedError) as refused:
                post_groups(session, groups, all_or_nothing=True)
            assert refused.value.group == first
            assert told([refused.value.refusal]) == told([expected[first]])
        outcomes = post_groups(session, groups)
        assert told([outcome.refusal for outcome in outcomes]) == told(expected)
        assert held(session, ids) == expected_holdings
        assert findings(session) == []
        session.rollback()
