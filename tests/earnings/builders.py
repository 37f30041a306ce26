"""An office whose reports earn something: a fund with money, a tariff, and what everybody got."""

from dataclasses import dataclass
from uuid import UUID

import awards
import earnings
import ledger
import reports
from earnings import Earning
from people import Principal, Role, create_key, get_resident
from reports import RequestKind
from responsibilities import Severity
from tests.reports.builders import Office

TARIFF, PERCENT = 1_000, 40


@dataclass
class Purse(Office):
    """An office with a fund of `money` minor units and a tariff of 10.00 for C0101, 40 % of it on acceptance."""

    money: int = 100_000

    def __post_init__(self) -> None:
        super().__post_init__()
        awards.create_fund(self.session, code="peace", name="平安", purpose="上报", actor="person:a", now=self.at)
        self.add_money(self.money)
        self.set_tariff(TARIFF, PERCENT)

    def add_money(self, amount: int) -> None:
        """Give the fund money."""
        if amount:
            awards.appropriate(
                self.session, fund_code="peace", amount=amount, document="财综", actor="person:f", now=self.at
            )

    def take_money(self, amount: int) -> None:
        """Take money from the fund."""
        awards.return_money(
            self.session, fund_code="peace", amount=amount, document="退", actor="person:f", now=self.at
        )

    def set_tariff(self, amount: int, percent: int, category: str = "C0101") -> None:
        """Set what a category earns from today on."""
        awards.set_tariff(
            self.session,
            category_code=category,
            fund_code="peace",
            amount=amount,
            on_acceptance_percent=percent,
            valid_from=None,
            actor="person:a",
            now=self.at,
        )

    def let_work(self, resident: Principal, unit: str) -> None:
        """Let a resident be known to work for a department: a key of theirs and one of a handler bear the same name."""
        handle = f"handler of {resident.actor} {unit}"
        create_key(self.session, role=Role.RESIDENT, name=handle, resident_id=resident.resident_id, now=self.at)
        create_key(self.session, role=Role.HANDLER, name=handle, unit_code=unit, now=self.at)

    def got(self, who: Principal) -> int:
        """Return what somebody can spend."""
        if who.resident_id is None:
            raise LookupError("officers have no credits")
        return ledger.balance(self.session, get_resident(self.session, who.resident_id).available_account_id)

    def fund(self) -> tuple[int, int]:
        """Return what the fund has available and what it holds."""
        fund = awards.get_fund(self.session, "peace")
        both = ledger.balances(self.session, [fund.available_account_id, fund.held_account_id])
        return both[fund.available_account_id], both[fund.held_account_id]

    def earning(self, report_id: UUID) -> Earning:
        """Return what a report earns."""
        found = earnings.earning_of(self.session, report_id)
        assert found is not None
        return found

    def finish(self, report_id: UUID) -> None:
        """Bring an accepted report to its closure."""
        for step in (self.dispatch, self.acknowledge, self.handle, self.verify, self.close):
            step(report_id)

    def withdraw(self, report_id: UUID) -> None:
        """Withdraw a report, by two supervisors."""
        reports.ask_withdrawal(self.session, report_id=report_id, reason="没有这回事", by=self.supervisor, now=self.at)
        reports.decide(
            self.session,
            report_id=report_id,
            kind=RequestKind.WITHDRAWAL,
            is_approved=True,
            by=self.other_supervisor,
            now=self.at,
        )

    def accepted(self, by: Principal | None = None) -> UUID:
        """Return a new accepted report."""
        report_id = self.submit(by=by)
        self.accept(report_id, Severity.NORMAL)
        return report_id

    def joined(self, report_id: UUID, who: Principal, *, is_accepted: bool = True) -> UUID:
        """Let somebody join with evidence, and decide about it."""
        made = reports.join(self.session, report_id=report_id, evidence="还缺一个", by=who, now=self.at)
        reports.decide_join(
            self.session,
            report_id=report_id,
            join_id=made.id,
            is_accepted=is_accepted,
            note=None,
            by=self.supervisor,
            now=self.at,
        )
        return made.id

    def proved(self) -> bool:
        """Say whether the audit finds nothing."""
        wrong = [each for each in ledger.audit(self.session, [*awards.CHECKS, *earnings.CHECKS]) if not each.ok]
        assert wrong == []
        return super().proved()
