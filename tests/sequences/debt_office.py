"""The debt office: what was wrongly paid and is spent is owed, given back or waived; shops are paid and owe too."""

from collections.abc import Callable
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from hypothesis import strategies as st
from sqlalchemy.orm import Session

import merchants
import receivables
import settlements
from tests.sequences.offices import AMOUNT, OFFICER, WHICH, Events, Office, latest
from tests.sequences.sheet import Key, Refused
from tests.sequences.town import OFFICERS

FORCED, WAIVER = receivables.MatterKind.FORCED_CORRECTION, receivables.MatterKind.WAIVER


# How a settlement ends: the steps after its opening, and whether a step names a document or a reason.
SETTLEMENT_ENDS: dict[str, list[tuple[Callable[..., settlements.Settlement], str]]] = {
    "paid": [(settlements.pay, "document")],
    "returned": [(settlements.pay, "document"), (settlements.take_return, "reason")],
    "failed": [(settlements.fail, "reason")],
    "cancelled": [(settlements.cancel, "reason")],
    "open": [],
}
# Debts are small, and only parts of them end.
PART = st.integers(1, 60)


class DebtOffice(Office):
    """Where debts begin and end."""

    EVENTS: ClassVar[Events] = {
        "a_correction_is_asked_for": (WHICH, st.none() | PART, OFFICER),
        "a_waiver_is_asked_for": (WHICH, PART, OFFICER),
        "a_matter_is_decided": (WHICH, OFFICER, st.sampled_from([True, True, False])),
        "money_is_given_back": (WHICH, PART, OFFICER),
        "credits_are_given_back": (WHICH, PART, OFFICER),
        "a_shop_is_paid": (WHICH, AMOUNT, OFFICER),
    }

    def _a_correction_is_asked_for(self, which: int, amount: int | None, officer: int) -> None:
        # The oldest awards are the most likely to be spent.
        self.ask_correction(self.town.awards[which % len(self.town.awards)], amount, officer)

    def ask_correction(self, award_id: UUID, amount: int | None, officer: int) -> None:
        """Ask that what is spent of an award be owed."""
        entry_id = self.town.entry_of_award(award_id)
        facts = {"award_id": award_id, "amount": amount, "reason": "x", "actor": OFFICERS[officer]}
        made = self.town.do(receivables.ask_forced_correction, **facts)
        key = None if isinstance(made, Refused) else made.id
        self.town.agree(made, lambda: self.town.owed.ask_correction(key, entry_id, amount, OFFICERS[officer]))

    def _a_waiver_is_asked_for(self, which: int, amount: int, officer: int) -> None:
        self.ask_waiver(*self._debt_of(self.town.residents, which), amount, officer)

    def _debt_of(self, debtors: list[str], which: int) -> tuple[str, str]:
        """Return one of the debts of these, or what is none."""
        debts = [debt for debt in self.town.owed.places("receivable") if debt[0] in debtors]
        return latest(debts or [(debtors[0], "quake")], which)

    def ask_waiver(self, debtor: str, fund: str, amount: int, officer: int) -> None:
        """Ask that a resident be let off a debt."""
        facts = {"resident_id": self.town.ids[debtor], "fund_code": fund, "amount": amount, "reason": "x"}
        made = self.town.do(receivables.ask_waiver, **facts, actor=OFFICERS[officer])
        key = None if isinstance(made, Refused) else made.id
        self.town.agree(made, lambda: self.town.owed.ask_waiver(key, debtor, fund, amount, OFFICERS[officer]))

    def _a_matter_is_decided(self, which: int, officer: int, approve: bool) -> None:  # noqa: FBT001 - one fact of an event among others
        self.decide(latest(list(self.town.owed.matters), which), officer, approve=approve)

    def decide(self, matter_id: Key, officer: int, *, approve: bool) -> None:
        """Approve or reject what was asked for."""
        kind = WAIVER if self.town.owed.matters[matter_id].award is None else FORCED
        decide = receivables.approve if approve else receivables.reject
        made = self.town.do(decide, matter_id=matter_id, kind=kind, actor=OFFICERS[officer])
        self.town.agree(made, lambda: self.town.owed.decide(matter_id, OFFICERS[officer], approve=approve))

    def _money_is_given_back(self, which: int, amount: int, officer: int) -> None:
        debtor, fund = self._debt_of([*self.town.residents, *self.town.shops], which)
        by_shop = debtor in self.town.shops
        repay = merchants.repay_in_money if by_shop else receivables.repay_in_money
        facts = {
            "merchant_id" if by_shop else "resident_id": self.town.ids[debtor],
            "fund_code": fund,
            "amount": amount,
            "document": "x",
        }
        made = self.town.do(repay, **facts, actor=OFFICERS[officer])
        self.town.agree(made, lambda: self.town.owed.repay(debtor, fund, amount, OFFICERS[officer]))

    def _credits_are_given_back(self, which: int, amount: int, officer: int) -> None:
        debtor, fund = self._debt_of(self.town.residents, which)
        facts = {"resident_id": self.town.ids[debtor], "fund_code": fund, "amount": amount, "consent": "x"}
        made = self.town.do(receivables.offset, **facts, actor=OFFICERS[officer])
        self.town.agree(made, lambda: self.town.owed.offset(debtor, fund, amount, OFFICERS[officer]))

    def _a_shop_is_paid(self, which: int, amount: int, officer: int) -> None:
        self.settle(latest(self.town.shops, which), officer, end=tuple(SETTLEMENT_ENDS)[amount % len(SETTLEMENT_ENDS)])

    def settle(self, shop: str, officer: int, *, end: str) -> None:
        """Open a settlement of all that a shop collected, by one officer, and let another one end it."""

        def both(session: Session, *, actor: str, now: datetime) -> None:
            merchant = merchants.get_merchant(session, self.town.ids[shop])
            made = settlements.open_settlement(session, merchant=merchant, until=now, actor=actor, now=now)
            for step, why in SETTLEMENT_ENDS[end]:
                step(session, settlement_id=made.id, **{why: "x"}, actor=other, now=now)

        other = OFFICERS[(officer + 1) % len(OFFICERS)]
        made = self.town.do(both, actor=OFFICERS[officer])
        self.town.agree(made, lambda: self.town.owed.settle(shop, OFFICERS[officer], other, end=end))
