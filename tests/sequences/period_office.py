"""The period office: days are closed for good, what accounts held at their end is stated, and stays so."""

from datetime import datetime, timedelta
from typing import ClassVar

from hypothesis import strategies as st

import ledger
from ledger import Side
from tests.sequences.offices import OFFICER, Events, Office
from tests.sequences.periods import Movement, PeriodBook
from tests.sequences.sheet import ISSUED, Refused
from tests.sequences.town import OFFICERS, RULES, Town


class PeriodOffice(Office):
    """Where periods are closed."""

    EVENTS: ClassVar[Events] = {
        "a_period_is_closed": (st.sampled_from([0, 1, 1, 2, 20]), OFFICER, st.sampled_from([True, True, False])),
        "a_period_is_stated": (st.integers(1, 3),),
    }

    def __init__(self, town: Town) -> None:
        super().__init__(town)
        self.periods = PeriodBook(town.pencil)

    def _a_period_is_closed(self, days_ago: int, officer: int, at_once: bool) -> None:  # noqa: FBT001 - one fact of an event among others
        last_on = self.town.pencil.today - timedelta(days=days_ago)
        made = self.town.do(ledger.close_period, last_on=last_on, actor=OFFICERS[officer])
        self.town.agree(made, lambda: self.periods.close(last_on))
        if at_once and not isinstance(made, Refused):
            self._a_period_is_stated(made.number)

    def _a_period_is_stated(self, number: int) -> None:
        awaited = ledger.writers_under_way(self.town.session)
        made = self.town.do(lambda session, now: ledger.state_period(session, number, awaited=awaited, now=now))
        self.town.agree(made, lambda: self.periods.state(number))

    def prove(self) -> None:
        """See that statements, and balances by when things happened, are those of the pencil."""
        stated = [number for number, period in enumerate(self.periods.periods, 1) if period.is_stated]
        for number in stated:
            assert self._stated(number) == self.periods.movements(number)
        # Some accounts by themselves at the end of the last period, and one of them now.
        available = f"{self.town.residents[0]}:available"
        self._same_at(available, self.town.now)
        for period in self.periods.periods[-1:]:
            for code in (available, *(f"fund:{fund}:available" for fund in RULES), ISSUED):
                self._same_at(code, period.ends_at - timedelta(seconds=1))

    def _same_at(self, code: str, at: datetime) -> None:
        session, account = self.town.session, self.town.accounts[code]
        assert ledger.balance_effective_at(session, account, at) == self.periods.held_at(code, at)
        if code != ISSUED:
            parts = ledger.lots_effective_at(session, account, at)
            assert {part.label: part.amount for part in parts} == self.periods.lots_at(code, at)

    def _stated(self, number: int) -> dict[str, Movement]:
        def movement(line: ledger.ClosingLine) -> Movement:
            ups, downs = (line.debits, line.credits)[:: 1 if line.normal_side is Side.DEBIT else -1]
            return line.opening, ups, downs, line.closing

        return {line.code: movement(line) for line in ledger.closing_statement(self.town.session, number)}
