"""The books as a reader would keep them with a pencil: what each operation does, and when it is refused."""

from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from awards import expires_on
from ledger import REVERSIBLE_KINDS, AccountState, CreditLot

# An account by its code, a lot, and how far it moves the account's normal side.
Effect = tuple[str, str, int]
# A resident is "resident:…", a shop "merchant:…", a fund its code.
Key = Hashable
# Credits lot by lot, in spending order.
Parts = list[tuple[CreditLot, int]]

TREASURY, ISSUED = "treasury:bank", "issued"
GRACE = timedelta(days=30)
GIVES_NOTHING = (AccountState.FROZEN, AccountState.CLOSED)


class Refused(Exception):  # noqa: N818 - no error: the answer that the books must give too
    """What was asked is refused, for this reason: the name of an error, or the code of a refused payment."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass
class Written:
    """One entry: what it moved, and what became of it."""

    kind: str
    actor: str
    effects: Sequence[Effect]
    is_reversal: bool = False
    is_reversed: bool = False


@dataclass
class Awarded:
    """One award: to whom, of which lot, by which entry, and whether it was taken back."""

    who: str
    lot: CreditLot
    amount: int
    entry: Written
    is_clawed_back: bool = False


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


@dataclass
class Pencil:
    """What each account holds of each lot, and everything written so far."""

    today: date
    rules: dict[str, str]  # funds, with how long their credits last
    accepted: dict[str, frozenset[str] | None]  # shops, with the funds they are paid from, None for all
    held: Counter[tuple[str, str]] = field(default_factory=Counter)
    states: dict[str, AccountState] = field(default_factory=dict)  # of those that are not open
    written: list[Written] = field(default_factory=list)
    entries: dict[Key, Written] = field(default_factory=dict)
    awards: dict[Key, Awarded] = field(default_factory=dict)
    payments: dict[Key, Paid] = field(default_factory=dict)

    # --- what the ledger itself says ----------------------------------------------------------------------------------

    def total(self, account: str) -> int:
        """Return what an account holds of all lots."""
        return sum(amount for (code, _), amount in self.held.items() if code == account)

    def lots(self, account: str) -> Parts:
        """Return an account's lots in spending order."""
        return [
            (CreditLot.parse(label), amount)
            for (code, label), amount in sorted(self.held.items())
            if code == account and amount
        ]

    def write(self, *entries: Written, keys: Iterable[Key] = ()) -> None:
        """Write entries, all or none.

        Raises:
            Refused: an account's state forbids it, or an account does not hold that much.
        """
        change: Counter[tuple[str, str]] = Counter()
        by_account: Counter[str] = Counter()
        for code, label, amount in (effect for entry in entries for effect in entry.effects):
            change[code, label] += amount
            by_account[code] += amount
        for code, amount in by_account.items():
            if not self._allows(code, amount):
                raise Refused("AccountStateError")
        if any(self.held[place] + amount < 0 for place, amount in change.items()):
            raise Refused("InsufficientBalanceError")
        for place, amount in change.items():
            self.held[place] += amount
        self.written += entries
        self.entries.update(zip(keys, entries, strict=False))

    def state(self, account: str) -> AccountState:
        """Return the state of an account."""
        return self.states.get(account, AccountState.OPEN)

    def _allows(self, account: str, change: int) -> bool:
        state = self.state(account)
        return (
            state is AccountState.OPEN
            or (state is AccountState.FROZEN and change >= 0)
            or (state is AccountState.CLOSING and change <= 0)
        )

    def set_state(self, account: str, state: AccountState) -> None:
        """Freeze, thaw or close an account."""
        if self.state(account) is AccountState.CLOSED:
            raise Refused("StateChangeError")
        if state is AccountState.CLOSED and self.total(account):
            raise Refused("AccountNotEmptyError")
        self.states[account] = state

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
        if award.is_clawed_back:
            raise Refused("AlreadyClawedBackError")
        if award.entry.is_reversed:
            raise Refused("AlreadyReversedError")
        amount = min(award.amount, self.held[account, award.lot.label])
        if not amount:
            raise Refused("NothingToClawBackError")
        back = self._back_to_fund(account, award.lot, amount)
        self.write(Written("claw_back", actor, back))
        award.is_clawed_back = True
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
        if self._something_rests_on(entry):
            raise Refused("RestedOnError")
        mirrored = [(code, label, -amount) for code, label, amount in entry.effects]
        self.write(Written("reversal", actor, mirrored, is_reversal=True))
        entry.is_reversed = True

    def _something_rests_on(self, entry: Written) -> bool:
        raised = {(code, label) for code, label, amount in entry.effects if amount > 0 and code != ISSUED}
        place = next(number for number, each in enumerate(self.written) if each is entry)
        return any(
            amount < 0 and (code, label) in raised
            for later in self.written[place + 1 :]
            if not later.is_reversal and not later.is_reversed
            for code, label, amount in later.effects
        )

    def sweep(self, residents: Iterable[str]) -> tuple[int, int]:
        """Let credits past their day return to their funds; return of how many residents, and how much."""
        entries = []
        for who in residents:
            account = f"{who}:available"
            past = [part for part in self.lots(account) if self._is_past(part[0])]
            if past and self.state(account) not in GIVES_NOTHING:
                back = [effect for lot, amount in past for effect in self._back_to_fund(account, lot, amount)]
                entries.append(Written("expiry", "system", back))
        self.write(*entries)
        taken = [-amount for entry in entries for code, _, amount in entry.effects if code.startswith("resident:")]
        return len(entries), sum(taken)

    def _is_past(self, lot: CreditLot) -> bool:
        return lot.expires_on is not None and lot.expires_on < self.today

    # --- payments -----------------------------------------------------------------------------------------------------

    def pay(self, key: Key, who: str, shop: str, amount: int, actor: str) -> None:
        """Spend a resident's credits at a shop, earliest day first."""
        account = f"{who}:available"
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

    def spendable(self, account: str, funds: frozenset[str] | None) -> int:
        """Return what an account can spend today, of some funds or of all."""
        return sum(amount for lot, amount in self.lots(account) if self._may_be_spent(lot, funds))

    def _may_be_spent(self, lot: CreditLot, funds: frozenset[str] | None) -> bool:
        return not self._is_past(lot) and (funds is None or lot.fund in funds)

    def picked(self, account: str, amount: int, funds: frozenset[str] | None) -> Parts:
        """Return the parts to take for an amount that is there, earliest day first."""
        parts = []
        for lot, holds in self.lots(account):
            if amount and self._may_be_spent(lot, funds):
                parts.append((lot, min(holds, amount)))
                amount -= min(holds, amount)
        return parts

    def restored(self, lot: CreditLot) -> CreditLot:
        """Return the lot that credits come back into: the very one, or past its day one with days of grace."""
        return CreditLot(lot.fund, self.today + GRACE) if self._is_past(lot) else lot

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
