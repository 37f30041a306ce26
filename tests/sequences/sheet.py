"""The sheet on which a pencil writes: what each account holds of each lot, and what the ledger itself refuses."""

from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from ledger import AccountState, Asset, CreditLot

# An account by its code, a lot, and how far it moves the account's normal side.
Effect = tuple[str, str, int]
# A resident is "resident:…", a shop "merchant:…", a fund its code.
Key = Hashable
# Credits lot by lot, in spending order.
Parts = list[tuple[CreditLot, int]]

TREASURY, ISSUED, SERVED = "treasury:bank", "issued", "minutes:served"
# Contra accounts: nothing bounds them.
UNBOUNDED = {ISSUED: Asset.PAB, SERVED: Asset.MIN}
GRACE = timedelta(days=30)
GIVES_NOTHING = (AccountState.FROZEN, AccountState.CLOSED)


class Refused(Exception):  # noqa: N818 - no error: the answer that the books must give too
    """What was asked is refused, for this reason: the name of an error, or the code of a refused payment.

    A list may be refused for others as well; `error` is the refusal of the real books.
    """

    def __init__(self, reason: str, *others: str, error: Exception | None = None) -> None:
        super().__init__(reason)
        self.reason, self.reasons, self.error = reason, (reason, *others), error


@dataclass
class Written:
    """One entry: what it moved, when that happened (None: now), and what became of it."""

    kind: str
    actor: str
    effects: Sequence[Effect]
    at: datetime | None = None
    is_reversal: bool = False
    is_reversed: bool = False


@dataclass
class Sheet:
    """What each account holds of each lot, and everything written so far."""

    now: datetime
    held: Counter[tuple[str, str]] = field(default_factory=Counter)
    states: dict[str, AccountState] = field(default_factory=dict)  # of those that are not open
    ceilings: dict[str, int] = field(default_factory=dict)  # of those that have one
    closed_until: datetime | None = None
    written: list[Written] = field(default_factory=list)
    entries: dict[Key, Written] = field(default_factory=dict)

    @property
    def today(self) -> date:
        """The day that it is."""
        return self.now.date()

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
            Refused: an account's state forbids it, an account does not hold that much or may not hold so much, be it
                for a moment, or it happened in a closed period.
        """
        lots: Counter[tuple[str, str]] = Counter()
        changes: Counter[str] = Counter()
        outside: list[str] = []
        for code, label, amount in (effect for entry in entries for effect in entry.effects):
            lots[code, label] += amount
            changes[code] += amount
            outside += self._outside(code, self.total(code) + changes[code])
        reasons = {
            "AccountStateError": not all(self._allows(code, change) for code, change in changes.items()),
            **dict.fromkeys(outside, True),
            "PeriodClosedError": any(self._is_closed(entry.at or self.now) for entry in entries),
        }
        if any(self.held[place] + change < 0 for place, change in lots.items() if place[0] not in UNBOUNDED):
            reasons["InsufficientBalanceError"] = True
        if any(reasons.values()):
            raise Refused(*(reason for reason, holds in reasons.items() if holds))
        for place, change in lots.items():
            self.held[place] += change
        for entry in entries:
            entry.at = entry.at or self.now
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

    def _outside(self, account: str, amount: int) -> list[str]:
        if amount < 0 and account not in UNBOUNDED:
            return ["InsufficientBalanceError"]
        return ["CeilingExceededError"] if amount > self.ceilings.get(account, amount) else []

    def _is_closed(self, at: datetime) -> bool:
        return self.closed_until is not None and at < self.closed_until

    def write_groups(self, groups: Sequence[Sequence[Written]], *, all_or_nothing: bool) -> list[tuple[str, ...]]:
        """Write each group whole or not at all, and return why those were refused that were."""
        before, place = self.held.copy(), len(self.written)
        outcomes: list[tuple[str, ...]] = []
        for group in groups:
            try:
                self.write(*group)
            except Refused as refused:
                outcomes.append(refused.reasons)
            else:
                outcomes.append(())
        if all_or_nothing and any(outcomes):
            self.held, self.written = before, self.written[:place]
            raise Refused("GroupRefusedError", *outcomes[[bool(each) for each in outcomes].index(True)])
        return outcomes

    def set_state(self, account: str, state: AccountState) -> None:
        """Freeze, thaw or close an account."""
        if self.state(account) is AccountState.CLOSED:
            raise Refused("StateChangeError")
        if state is AccountState.CLOSED and self.total(account):
            raise Refused("AccountNotEmptyError")
        self.states[account] = state

    def set_ceiling(self, account: str, ceiling: int | None) -> None:
        """Let an account hold so much at most; None takes the ceiling away."""
        if ceiling is not None and self.total(account) > ceiling:
            raise Refused("CeilingExceededError")
        self.ceilings.pop(account, None)
        if ceiling is not None:
            self.ceilings[account] = ceiling

    def something_rests_on(self, entry: Written) -> bool:
        """Say whether a later entry took of what this one gave."""
        raised = {(code, label) for code, label, amount in entry.effects if amount > 0 and code not in UNBOUNDED}
        place = next(number for number, each in enumerate(self.written) if each is entry)
        return any(
            amount < 0 and (code, label) in raised
            for later in self.written[place + 1 :]
            if not later.is_reversal and not later.is_reversed
            for code, label, amount in later.effects
        )

    # --- which lots are spent -----------------------------------------------------------------------------------------

    def is_past(self, lot: CreditLot) -> bool:
        """Say whether the last day of a lot is over."""
        return lot.expires_on is not None and lot.expires_on < self.today

    def spendable(self, account: str, funds: frozenset[str] | None) -> int:
        """Return what an account can spend today, of some funds or of all."""
        return sum(amount for lot, amount in self.lots(account) if self._may_be_spent(lot, funds))

    def _may_be_spent(self, lot: CreditLot, funds: frozenset[str] | None) -> bool:
        return not self.is_past(lot) and (funds is None or lot.fund in funds)

    def picked(self, account: str, amount: int, funds: frozenset[str] | None) -> Parts:
        """Return the parts to take for an amount, or for as much of it as is there, earliest day first."""
        parts = []
        for lot, holds in self.lots(account):
            if amount and self._may_be_spent(lot, funds):
                parts.append((lot, min(holds, amount)))
                amount -= min(holds, amount)
        return parts

    def restored(self, lot: CreditLot) -> CreditLot:
        """Return the lot that credits come back into: the very one, or past its day one with days of grace."""
        return CreditLot(lot.fund, self.today + GRACE) if self.is_past(lot) else lot
