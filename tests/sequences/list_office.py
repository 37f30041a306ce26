"""The list office: lists whose groups of entries are written whole or not at all, good and bad ones mixed."""

from datetime import timedelta
from typing import ClassVar

from hypothesis import strategies as st

import ledger
from ledger import Asset, CreditLot, NewEntry, credit, debit
from tests.sequences.offices import DAYS_AGO, FUND, OFFICER, WHO, Events, Office
from tests.sequences.sheet import Refused, Written
from tests.sequences.town import OFFICERS

# Given to a resident, or taken from them where that is below zero: of which fund, to whom, how much.
Move = tuple[str, int, int]
# How long ago it happened, and the moves that make sense together only.
Moves = tuple[int, list[Move]]

KIND = "listed"
MOVES = st.tuples(
    DAYS_AGO,
    st.lists(st.tuples(FUND, WHO, st.integers(-60, 150).filter(bool)), min_size=1, max_size=3),
)


class ListOffice(Office):
    """Where lists are posted in groups."""

    EVENTS: ClassVar[Events] = {
        "a_list_in_groups_is_posted": (
            st.lists(MOVES, min_size=1, max_size=5),
            OFFICER,
            st.sampled_from([False, False, True]),
        ),
    }

    def _a_list_in_groups_is_posted(self, groups: list[Moves], officer: int, all_or_nothing: bool) -> None:  # noqa: FBT001 - one fact of an event among others
        actor = OFFICERS[officer]
        real = [self._real(moves, actor) for moves in groups]
        made = self.town.do(lambda session, **_: ledger.post_groups(session, real, all_or_nothing=all_or_nothing))
        written = [self._written(moves, actor) for moves in groups]
        expected = self.town.agree(made, lambda: self.town.pencil.write_groups(written, all_or_nothing=all_or_nothing))
        if isinstance(made, Refused) or expected is None:
            return
        for outcome, reasons in zip(made, expected, strict=True):
            # Of several reasons either database may name another.
            assert type(outcome.refusal).__name__ in reasons if reasons else outcome.refusal is None

    def _real(self, moves: Moves, actor: str) -> list[NewEntry]:
        days_ago, moved = moves
        at, accounts = self.town.now - timedelta(days=days_ago), self.town.accounts
        entries = []
        for fund, who, amount in moved:
            places = accounts[f"fund:{fund}:available"], accounts[f"{self.town.residents[who]}:available"]
            giver, taker = places if amount > 0 else places[::-1]
            own = CreditLot(fund).label
            lines = (debit(giver, Asset.PAB, abs(amount), own), credit(taker, Asset.PAB, abs(amount), own))
            entries.append(NewEntry(ledger.new_id(), KIND, actor, at, lines))
        return entries

    def _written(self, moves: Moves, actor: str) -> list[Written]:
        days_ago, moved = moves
        at = self.town.now - timedelta(days=days_ago)
        return [
            Written(
                KIND,
                actor,
                [
                    (f"fund:{fund}:available", CreditLot(fund).label, -amount),
                    (f"{self.town.residents[who]}:available", CreditLot(fund).label, amount),
                ],
                at,
            )
            for fund, who, amount in moved
        ]
