"""What is owed back as the pencil keeps it: forced corrections and waivers by two persons, repayments, offsets."""

from dataclasses import dataclass, field

from ledger import CreditLot
from tests.sequences.pencil import Awarded, Pencil
from tests.sequences.sheet import ISSUED, TREASURY, Effect, Key, Refused, Written


@dataclass
class Asked:
    """What one person asked for and another decides: to force what is spent of an award, or to waive a debt."""

    who: str
    fund: str
    amount: int
    asked_by: str
    award: Awarded | None = None
    state: str = "asked"


@dataclass
class OwedBook:
    """All that was ever asked for, and the pencil that writes what residents and shops owe to each fund."""

    pencil: Pencil
    matters: dict[Key, Asked] = field(default_factory=dict)

    def owed(self, debtor: str, fund: str) -> int:
        """Return what a resident or a shop owes to a fund."""
        return self.pencil.held[f"{debtor}:receivable", CreditLot(fund).label]

    def places(self, ending: str) -> list[tuple[str, str]]:
        """Return whose accounts of this name hold something of which fund: debts, or what shops collected."""
        held = self.pencil.held.items()
        found = [
            (code.removesuffix(f":{ending}"), label)
            for (code, label), amount in held
            if amount and code.endswith(f":{ending}")
        ]
        return [(owner, CreditLot.parse(label).fund) for owner, label in sorted(found)]

    def ask_correction(self, key: Key, award_key: Key, amount: int | None, actor: str) -> None:
        """Ask that a resident owe what of an award is spent: so much, or all of it."""
        award = self.pencil.awards[award_key]
        left = self._left_to_force(award)
        wanted = left if amount is None else amount
        if not 0 < wanted <= left:
            raise Refused("ForcedTooMuchError")
        self._ask(key, Asked(award.who, award.lot.fund, wanted, actor, award))

    def ask_waiver(self, key: Key, who: str, fund: str, amount: int, actor: str) -> None:
        """Ask that a resident owe a fund less."""
        self._check_owed(who, fund, amount)
        self._ask(key, Asked(who, fund, amount, actor))

    def _ask(self, key: Key, matter: Asked) -> None:
        def subject(each: Asked) -> tuple[str, str, int]:
            return each.who, each.fund, id(each.award)

        if any(each.state == "asked" and subject(each) == subject(matter) for each in self.matters.values()):
            raise Refused("MatterOpenError")
        self.matters[key] = matter

    def decide(self, key: Key, actor: str, *, approve: bool) -> None:
        """Approve or reject what another person asked for."""
        matter = self.matters[key]
        if matter.state != "asked":
            raise Refused("MatterDecidedError")
        if matter.asked_by == actor:
            raise Refused("SamePersonError")
        if approve:
            self._carry_out(matter, actor)
        matter.state = "approved" if approve else "rejected"

    def _carry_out(self, matter: Asked, actor: str) -> None:
        own = CreditLot(matter.fund).label
        claim, debt = f"fund:{matter.fund}:held", f"{matter.who}:receivable"
        if matter.award is None:
            self._check_owed(matter.who, matter.fund, matter.amount)
            self.pencil.write(Written("waiver", actor, [(claim, own, -matter.amount), (debt, own, -matter.amount)]))
            return
        if matter.amount > self._left_to_force(matter.award):
            raise Refused("ForcedTooMuchError")
        matter.award.forced += matter.amount
        self.pencil.write(
            Written("forced_correction", actor, [(debt, own, matter.amount), (claim, own, matter.amount)])
        )

    def _left_to_force(self, award: Awarded) -> int:
        """Return what of an award is spent and not owed yet; what the resident still holds is taken back first."""
        place = (f"{award.who}:available", award.lot.label)
        if award.who in self.pencil.gone:
            raise Refused("ResidentLeftError")
        if award.entry.is_reversed:
            raise Refused("AlreadyReversedError")
        if award.taken is None and min(award.amount - award.forced, self.pencil.held[place]):
            raise Refused("TakeBackFirstError")
        return self.not_given_back(award)

    def not_given_back(self, award: Awarded) -> int:
        """Return what of an award neither came back to its fund nor is owed yet."""
        place = (f"{award.who}:available", award.lot.label)
        expired = -sum(
            moved
            for entry in self.pencil.written
            if entry.kind == "expiry"
            for code, label, moved in entry.effects
            if (code, label) == place
        )
        return max(0, award.amount - award.forced - (award.taken or 0) - expired)

    def repay(self, debtor: str, fund: str, amount: int, actor: str) -> None:
        """Give money back; what a resident owed the fund may award again."""
        self._check_owed(debtor, fund, amount)
        own = CreditLot(fund).label
        effects: list[Effect] = [
            (f"{debtor}:receivable", own, -amount),
            (ISSUED, own, amount),
            (TREASURY, "", amount),
            (f"fund:{fund}:backing", "", amount),
        ]
        # No claim of the fund stands behind what a shop gave back to residents.
        released = self.released(fund, amount) if debtor.startswith("resident:") else []
        self.pencil.write(Written("repayment", actor, [*effects, *released]))

    def offset(self, who: str, fund: str, amount: int, actor: str) -> None:
        """Give credits back that can be spent today, earliest lots first."""
        self._check_owed(who, fund, amount)
        account = f"{who}:available"
        if self.pencil.spendable(account, frozenset({fund})) < amount:
            raise Refused("InsufficientBalanceError")
        parts = self.pencil.picked(account, amount, frozenset({fund}))
        self.pencil.write(Written("offset", actor, self.against_debt(who, fund, [(lot.label, n) for lot, n in parts])))

    def against_debt(self, who: str, fund: str, parts: list[tuple[str, int]]) -> list[Effect]:
        """Return how parts of a resident's credits go against what they owe."""
        amount = sum(part for _, part in parts)
        return [
            *((f"{who}:available", label, -part) for label, part in parts),
            (f"{who}:receivable", CreditLot(fund).label, -amount),
            *self.released(fund, amount),
        ]

    def released(self, fund: str, amount: int) -> list[Effect]:
        """Return how a fund may award again what it held for a claim."""
        own = CreditLot(fund).label
        return [(f"fund:{fund}:held", own, -amount), (f"fund:{fund}:available", own, amount)]

    def settle(self, shop: str, actor: str, other: str, *, end: str) -> None:
        """Offset what a shop owes, set the rest of what it collected aside, and end that in one of the ways."""
        payable = {lot.label: amount for lot, amount in self.pencil.lots(f"{shop}:payable")}
        entries = []
        for lot, owed in self.pencil.lots(f"{shop}:receivable"):
            amount = min(owed, payable.get(lot.label, 0))
            effects: list[Effect] = [(f"{shop}:{name}", lot.label, -amount) for name in ("payable", "receivable")]
            payable[lot.label] = payable.get(lot.label, 0) - amount
            entries += [Written("offset", actor, effects)] if amount else []
        due = [(label, amount) for label, amount in payable.items() if amount]
        if not due:
            raise Refused("NothingToSettleError")
        waiting, own = f"{shop}:in_settlement", f"{shop}:payable"
        entries.append(Written("settlement_opened", actor, _moved(due, own, waiting)))
        if end in {"paid", "returned"}:
            entries.append(Written("settlement_paid", other, [*_moved(due, waiting), *_money(due, -1)]))
        if end == "returned":
            entries.append(Written("settlement_returned", other, [*_moved(due, None, own), *_money(due, 1)]))
        if end in {"failed", "cancelled"}:
            entries.append(Written(f"settlement_{end}", other, _moved(due, waiting, own)))
        self.pencil.write(*entries)

    def _check_owed(self, debtor: str, fund: str, amount: int) -> None:
        if self.owed(debtor, fund) < amount:
            raise Refused("OwedLessError")


def _moved(parts: list[tuple[str, int]], giver: str | None, taker: str | None = None) -> list[Effect]:
    """Return what moves from one account to another, lot by lot; without one of them it comes from or goes nowhere."""
    lost: list[Effect] = [] if giver is None else [(giver, label, -amount) for label, amount in parts]
    return lost + ([] if taker is None else [(taker, label, amount) for label, amount in parts])


def _money(parts: list[tuple[str, int]], sign: int) -> list[Effect]:
    """Return how credits and the money behind them come to be, or cease."""
    effects: list[Effect] = []
    for label, amount in parts:
        fund = CreditLot.parse(label).fund
        effects += [
            (ISSUED, label, sign * amount),
            (f"fund:{fund}:backing", "", sign * amount),
            (TREASURY, "", sign * amount),
        ]
    return effects
