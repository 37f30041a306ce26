"""The debt office: what was wrongly paid and is spent is owed, given back or waived; shops are paid and owe too."""

from typing import ClassVar
from uuid import UUID

from hypothesis import strategies as st

import ledger
import merchants
import receivables
from ledger import Asset, CreditLot, NewEntry, credit, debit
from tests.sequences.offices import AMOUNT, OFFICER, WHICH, Events, Office, latest
from tests.sequences.sheet import ISSUED, TREASURY, Key, Refused
from tests.sequences.town import OFFICERS

FORCED, WAIVER = receivables.MatterKind.FORCED_CORRECTION, receivables.MatterKind.WAIVER


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
        collected = self.town.owed.places("payable")
        self.pay_shop(*latest(collected or [(self.town.shops[0], "quake")], which), amount, officer)

    def pay_shop(self, paid: str, fund: str, amount: int, officer: int) -> None:
        """Pay a shop for what it collected."""
        # No room settles with merchants yet: these are the standard entries of it.
        accounts, own, actor = self.town.accounts, CreditLot(fund).label, OFFICERS[officer]
        payable, waiting = accounts[f"{paid}:payable"], accounts[f"{paid}:in_settlement"]
        opened = (debit(payable, Asset.PAB, amount, own), credit(waiting, Asset.PAB, amount, own))
        transferred = (
            debit(waiting, Asset.PAB, amount, own),
            debit(accounts[f"fund:{fund}:backing"], Asset.CNY, amount),
            credit(accounts[ISSUED], Asset.PAB, amount, own),
            credit(accounts[TREASURY], Asset.CNY, amount),
        )
        kinds = {"settlement_opened": opened, "settlement_paid": transferred}
        entries = [NewEntry(ledger.new_id(), kind, actor, self.town.now, lines) for kind, lines in kinds.items()]
        self.town.agree(self.town.post(*entries), lambda: self.town.owed.settle(paid, fund, amount, actor))
