"""The town hall: where money is given and taken, credits are awarded, spent and set aside, and the days pass."""

from typing import ClassVar

from hypothesis import strategies as st

from ledger import AccountState
from tests.sequences.offices import AMOUNT, DAYS_AGO, FUND, OFFICER, SHOP, WHICH, WHO, Events, Office, latest
from tests.sequences.town import RULES

STATE = st.sampled_from([AccountState.OPEN, *AccountState])
# A month and more: some credits end, and then all that can.
DAYS = st.sampled_from([0, 1, 20, 45, 400])


class TownHall(Office):
    """Where money is given and taken, credits are awarded, spent and set aside, and the days pass."""

    EVENTS: ClassVar[Events] = {
        "time_passes": (DAYS, st.booleans()),
        "money_arrives": (FUND, AMOUNT, OFFICER),
        "money_is_returned": (FUND, AMOUNT, OFFICER),
        "money_is_moved": (st.permutations(sorted(RULES)), AMOUNT, OFFICER),
        "credits_are_awarded": (FUND, WHO, AMOUNT, OFFICER),
        "a_list_is_awarded": (FUND, st.lists(st.tuples(WHO, AMOUNT), min_size=1, max_size=4), OFFICER),
        "minutes_are_verified": (WHO, st.integers(1, 90), OFFICER, DAYS_AGO),
        "an_award_is_clawed_back": (WHICH, OFFICER),
        "an_entry_is_reversed": (WHICH, OFFICER),
        "an_account_changes_its_state": (WHO, STATE),
        "a_resident_pays": (WHO, SHOP, AMOUNT, st.none() | WHICH),
        "a_payment_is_refunded": (WHICH, AMOUNT),
        "credits_are_set_aside": (WHO, AMOUNT, st.sampled_from([1, 30, 60])),
        "a_hold_is_captured": (WHICH, SHOP, st.none() | AMOUNT, st.booleans()),
        "a_hold_is_voided": (WHICH,),
    }

    def _time_passes(self, days: int, sweep: bool) -> None:  # noqa: FBT001 - one fact of an event among others
        self.town.pass_by(days, sweep=sweep)

    def _money_arrives(self, fund: str, amount: int, officer: int) -> None:
        self.town.appropriate(fund, amount, officer)

    def _money_is_returned(self, fund: str, amount: int, officer: int) -> None:
        self.town.return_money(fund, amount, officer)

    def _money_is_moved(self, funds: list[str], amount: int, officer: int) -> None:
        self.town.move_money(funds[0], funds[1], amount, officer)

    def _credits_are_awarded(self, fund: str, who: int, amount: int, officer: int) -> None:
        self.town.award(fund, self.town.residents[who], amount, officer)

    def _a_list_is_awarded(self, fund: str, lines: list[tuple[int, int]], officer: int) -> None:
        self.town.award_batch(fund, [(self.town.residents[who], amount) for who, amount in lines], officer)

    def _minutes_are_verified(self, who: int, minutes: int, officer: int, days_ago: int) -> None:
        self.town.verify_minutes(self.town.residents[who], minutes, officer, days_ago=days_ago)

    def _an_award_is_clawed_back(self, which: int, officer: int) -> None:
        self.town.claw_back(latest(self.town.awards, which), officer)

    def _an_entry_is_reversed(self, which: int, officer: int) -> None:
        self.town.reverse(latest(self.town.entries, which), officer)

    def _an_account_changes_its_state(self, who: int, state: AccountState) -> None:
        self.town.set_state(self.town.residents[who], state)

    def _a_resident_pays(self, who: int, shop: int, amount: int, again: int | None) -> None:
        self.town.pay(self.town.residents[who], self.town.shops[shop], amount, again=again)

    def _a_payment_is_refunded(self, which: int, amount: int) -> None:
        self.town.refund(latest(self.town.payments, which), amount)

    def _credits_are_set_aside(self, who: int, amount: int, days: int) -> None:
        self.town.authorize(self.town.residents[who], amount, days)

    def _a_hold_is_captured(self, which: int, shop: int, amount: int | None, final: bool) -> None:  # noqa: FBT001 - one fact among others
        self.town.capture(latest(self.town.holds, which), self.town.shops[shop], amount, final=final)

    def _a_hold_is_voided(self, which: int) -> None:
        self.town.void(latest(self.town.holds, which))
