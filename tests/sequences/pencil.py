"""The books as a reader would keep them with a pencil: what each operation does, and when it is refused."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from awards import expires_on
from ledger import REVERSIBLE_KINDS, AccountState, CreditLot
from tests.sequences.sheet import GIVES_NOTHING, ISSUED, SERVED, TREASURY, Effect, Key, Parts, Refused, Sheet, Written


@dataclass
class Awarded:
    """One award: to whom, of which lot, by which entry, what of it was taken back, and what is owed."""

    who: str
    lot: CreditLot
    amount: int
    entry: Written
    taken: int | None = None  # by its claw-back
    forced: int = 0  # of which is owed


@dataclass
class Paid:
    """One payment; `left` are the parts not given back yet, in the order in which they were spent."""

    who: str
    shop: str
    left: Parts

    @property
    def refundable(self) -> int:
        """What may still be given back."""
        return sum(amount for _, amount in self.left)


@dataclass(kw_only=True)
class Pencil(Sheet):
    """The sheet, and what funds, awards and payments write on it."""

    rules: dict[str, str]  # funds, with how long their credits last
    accepted: dict[str, frozenset[str] | None]  # shops, with the funds they are paid from, None for all
    awards: dict[Key, Awarded] = field(default_factory=dict)
    payments: dict[Key, Paid] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)  # residents who left
    unnamed: set[str] = field(default_factory=set)  # shops that were closed

    # --- funds --------------------------------------------------------------------------------------------------------

    def appropriate(self, key: Key, fund: str, amount: int, actor: str) -> None:
        """Book money for a fund, and the credits it backs."""
        self.write(Written("appropriation", actor, [*self._money(fund, amount), (TREASURY, "", amount)]), keys=[key])

    def return_money(self, key: Key, fund: str, amount: int, actor: str) -> None:
        """Book money that a fund gave back."""
        self._check_available(fund, amount)
        effects = [*self._money(fund, -amount), (TREASURY, "", -amount)]
        self.write(Written("money_returned", actor, effects), keys=[key])

    def move_money(self, key: Key, fund: str, to_fund: str, amount: int, actor: str) -> None:
        """Move money and credits from one fund to another."""
        self._check_available(fund, amount)
        # Credits are neither issued nor taken back by it: the two halves cancel on the contra account.
        halves = [*self._money(fund, -amount), *self._money(to_fund, amount)]
        effects = [effect for effect in halves if effect[0] != ISSUED]
        self.write(Written("money_moved", actor, effects), keys=[key])

    def _money(self, fund: str, amount: int) -> list[Effect]:
        own = CreditLot(fund).label
        return [
            (f"fund:{fund}:backing", "", amount),
            (f"fund:{fund}:available", own, amount),
            (ISSUED, own, amount),
        ]

    def _check_available(self, fund: str, wanted: int) -> None:
        if self.total(f"fund:{fund}:available") < wanted:
            raise Refused("FundExhaustedError")

    # --- awards -------------------------------------------------------------------------------------------------------

    def award(self, key: Key, fund: str, who: str, amount: int, actor: str) -> None:
        """Grant credits to one resident."""
        last_day = self._last_day(fund)
        self._check_available(fund, amount)
        self._grant(fund, last_day, [(key, who, amount)], actor)

    def award_batch(self, fund: str, lines: Sequence[tuple[Key, str, int]], actor: str) -> None:
        """Grant credits to many residents, all or none."""
        last_day = self._last_day(fund)
        if any(self.state(f"{who}:available") is AccountState.CLOSED for _, who, _ in lines):
            raise Refused("BatchLinesError")
        self._check_available(fund, sum(amount for _, _, amount in lines))
        self._grant(fund, last_day, lines, actor)

    def _last_day(self, fund: str) -> date | None:
        last_day = expires_on(self.rules[fund], self.today)
        if last_day is not None and last_day < self.today:
            raise Refused("FundEndedError")
        return last_day

    def _grant(self, fund: str, last_day: date | None, lines: Sequence[tuple[Key, str, int]], actor: str) -> None:
        lot, source = CreditLot(fund, last_day), f"fund:{fund}:available"
        entries = [
            Written(
                "award",
                actor,
                [(source, CreditLot(fund).label, -amount), (f"{who}:available", lot.label, amount)],
            )
            for _, who, amount in lines
        ]
        self.write(*entries, keys=[key for key, _, _ in lines])
        for entry, (key, who, amount) in zip(entries, lines, strict=True):
            self.awards[key] = Awarded(who, lot, amount, entry)

    def claw_back(self, award_key: Key, actor: str) -> int:
        """Take back what a resident's lot still holds of an award, and say how much."""
        award = self.awards[award_key]
        account = f"{award.who}:available"
        if award.taken is not None:
            raise Refused("AlreadyClawedBackError")
        if award.entry.is_reversed:
            raise Refused("AlreadyReversedError")
        amount = min(award.amount - award.forced, self.held[account, award.lot.label])
        if not amount:
            raise Refused("NothingToClawBackError")
        back = self._back_to_fund(account, award.lot, amount)
        self.write(Written("claw_back", actor, back))
        award.taken = amount
        return amount

    def _back_to_fund(self, account: str, lot: CreditLot, amount: int) -> list[Effect]:
        return [
            (account, lot.label, -amount),
            (f"fund:{lot.fund}:available", CreditLot(lot.fund).label, amount),
        ]

    def reverse(self, key: Key, actor: str) -> None:
        """Write the mirror of an entry."""
        entry = self.entries[key]
        if entry.is_reversed:
            raise Refused("AlreadyReversedError")
        if entry.actor == actor:
            raise Refused("SamePersonError")
        if entry.kind not in REVERSIBLE_KINDS:
            raise Refused("NotReversibleError")
        if self.something_rests_on(entry):
            raise Refused("RestedOnError")
        mirrored = [(code, label, -amount) for code, label, amount in entry.effects]
        self.write(Written("reversal", actor, mirrored, is_reversal=True))
        entry.is_reversed = True

    def sweep(self, residents: Iterable[str]) -> tuple[int, int]:
        """Let credits past their day return to their funds; return of how many residents, and how much."""
        entries = []
        for who in residents:
            account = f"{who}:available"
            past = [part for part in self.lots(account) if self.is_past(part[0])]
            if past and self.state(account) not in GIVES_NOTHING:
                back = [effect for lot, amount in past for effect in self._back_to_fund(account, lot, amount)]
                entries.append(Written("expiry", "system", back))
        self.write(*entries)
        taken = [-amount for entry in entries for code, _, amount in entry.effects if code.startswith("resident:")]
        return len(entries), sum(taken)

    def verify_minutes(self, key: Key, who: str, minutes: int, actor: str, at: datetime) -> None:
        """Book minutes that a resident served."""
        self.write(Written("minutes", actor, [(f"{who}:minutes", "", minutes), (SERVED, "", minutes)], at), keys=[key])

    # --- payments -----------------------------------------------------------------------------------------------------

    def pay(self, key: Key, who: str, shop: str, amount: int, actor: str) -> None:
        """Spend a resident's credits at a shop, earliest day first."""
        account = f"{who}:available"
        if shop in self.unnamed:
            raise Refused("merchant_not_named")
        if self.state(account) in GIVES_NOTHING:
            raise Refused("account_frozen")
        self.check_covered(account, shop, amount)
        parts = self.picked(account, amount, self.accepted[shop])
        effects: list[Effect] = []
        for lot, part in parts:
            effects += [(account, lot.label, -part), (f"{shop}:payable", CreditLot(lot.fund).label, part)]
        self.write(Written("redemption", actor, effects), keys=[key])
        self.payments[key] = Paid(who, shop, parts)

    def check_covered(self, account: str, shop: str, amount: int) -> None:
        """Refuse what an account cannot pay at a shop today."""
        if self.spendable(account, self.accepted[shop]) < amount:
            enough = self.spendable(account, None) >= amount
            raise Refused("fund_not_accepted_here" if enough else "insufficient_balance")

    def refund(self, payment_key: Key, amount: int, actor: str) -> None:
        """Give back a part of a payment: the credits spent last first, into the very lots."""
        payment = self.payments[payment_key]
        if amount > payment.refundable:
            raise Refused("RefundExceedsRedemptionError")
        left, owed, effects = list(payment.left), Counter[str](), []
        while amount:
            lot, spent = left.pop()
            part = min(spent, amount)
            if spent > part:
                left.append((lot, spent - part))
            amount -= part
            owed[CreditLot(lot.fund).label] += part
            effects.append((f"{payment.who}:available", self.restored(lot).label, part))
        for label, part in owed.items():
            covered = min(part, self.held[f"{payment.shop}:payable", label])
            effects += [(f"{payment.shop}:payable", label, -covered)] if covered else []
            effects += [(f"{payment.shop}:receivable", label, part - covered)] if part > covered else []
        self.write(Written("refund", actor, effects))
        payment.left = left
