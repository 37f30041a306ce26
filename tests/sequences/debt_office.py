"""The debt office: what was wrongly paid and is spent is owed, given back or waived; shops are paid and owe too."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from hypothesis import strategies as st
from sqlalchemy.orm import Session

import ledger
import merchants
import receivables
from ledger import Asset, CreditLot, NewEntry, credit, debit
from tests.sequences.offices import AMOUNT, FUND, OFFICER, SHOP, WHICH, WHO, Events, Office, latest
from tests.sequences.sheet import Key, Refused
from tests.sequences.town import OFFICERS

FORCED, WAIVER = receivables.MatterKind.FORCED_CORRECTION, receivables.MatterKind.WAIVER


# Debts are small, and only parts of them end.
PART = st.integers(1, 60)


class DebtOffice(Office):
    """Where debts begin and end."""

    EVENTS: ClassVar[Events] = {
        "a_correction_is_asked_for": (WHICH, st.none() | PART, OFFICER),
        "a_waiver_is_asked_for": (WHO, FUND, PART, OFFICER),
        "a_matter_is_decided": (WHICH, OFFICER, st.sampled_from([True, True, False])),
        "money_is_given_back": (WHO, FUND, PART, OFFICER),
        "credits_are_given_back": (WHO, FUND, PART, OFFICER),
        "a_shop_is_paid": (SHOP, FUND, AMOUNT, OFFICER),
        "a_shop_gives_money_back": (SHOP, FUND, PART, OFFICER),
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

    def _a_waiver_is_asked_for(self, who: int, fund: str, amount: int, officer: int) -> None:
        debtor = self.town.residents[who]
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

    def _money_is_given_back(self, who: int, fund: str, amount: int, officer: int) -> None:
        debtor = self.town.residents[who]
        facts = {"resident_id": self.town.ids[debtor], "fund_code": fund, "amount": amount, "document": "x"}
        made = self.town.do(receivables.repay_in_money, **facts, actor=OFFICERS[officer])
        self.town.agree(made, lambda: self.town.owed.repay(debtor, fund, amount, OFFICERS[officer]))

    def _credits_are_given_back(self, who: int, fund: str, amount: int, officer: int) -> None:
        debtor = self.town.residents[who]
        facts = {"resident_id": self.town.ids[debtor], "fund_code": fund, "amount": amount, "consent": "x"}
        made = self.town.do(receivables.offset, **facts, actor=OFFICERS[officer])
        self.town.agree(made, lambda: self.town.owed.offset(debtor, fund, amount, OFFICERS[officer]))

    def _a_shop_is_paid(self, shop: int, fund: str, amount: int, officer: int) -> None:
        # No room settles with merchants yet: these are the standard entries of it.
        paid, actor = self.town.shops[shop], OFFICERS[officer]
        made = self.town.do(self._settle, shop=paid, fund=fund, amount=amount, actor=actor)
        self.town.agree(made, lambda: self.town.owed.settle(paid, fund, amount, actor))

    def _settle(self, session: Session, *, shop: str, fund: str, amount: int, actor: str, now: datetime) -> None:
        accounts, own = self.town.accounts, CreditLot(fund).label
        payable, waiting = accounts[f"{shop}:payable"], accounts[f"{shop}:in_settlement"]
        opened = (debit(payable, Asset.PAB, amount, own), credit(waiting, Asset.PAB, amount, own))
        paid = (
            debit(waiting, Asset.PAB, amount, own),
            debit(accounts[f"fund:{fund}:backing"], Asset.CNY, amount),
            credit(accounts["issued"], Asset.PAB, amount, own),
            credit(accounts["treasury:bank"], Asset.CNY, amount),
        )
        kinds = {"settlement_opened": opened, "settlement_paid": paid}
        ledger.post(session, [NewEntry(ledger.new_id(), kind, actor, now, lines) for kind, lines in kinds.items()])

    def _a_shop_gives_money_back(self, shop: int, fund: str, amount: int, officer: int) -> None:
        debtor = self.town.shops[shop]
        facts = {"merchant_id": self.town.ids[debtor], "fund_code": fund, "amount": amount, "document": "x"}
        made = self.town.do(merchants.repay_in_money, **facts, actor=OFFICERS[officer])
        self.town.agree(made, lambda: self.town.owed.repay(debtor, fund, amount, OFFICERS[officer]))
