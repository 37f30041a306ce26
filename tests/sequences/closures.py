"""Closures as the pencil keeps them: residents who leave, records that are merged, shops that are closed."""

from dataclasses import dataclass, field

from ledger import AccountState, CreditLot
from tests.sequences.owed import OwedBook
from tests.sequences.pencil import Pencil
from tests.sequences.sheet import Effect, Parts, Refused, Written

CLOSED, CLOSING = AccountState.CLOSED, AccountState.CLOSING
OF_RESIDENT, OF_SHOP = ("available", "held", "receivable"), ("payable", "in_settlement", "receivable")


@dataclass
class ClosureBook:
    """Who is closed, or on the way, and the pencil that writes what they give away."""

    owed: OwedBook
    closures: dict[str, AccountState] = field(default_factory=dict)

    @property
    def pencil(self) -> Pencil:
        """Where it is written."""
        return self.owed.pencil

    def close_resident(self, who: str, actor: str) -> None:
        """Give all that a resident has back to its funds, first against what they owe; again goes on with it."""
        if self.closures.get(who) is CLOSED:
            raise Refused("OwnerClosedError")
        self._check_nothing_held(who)
        parts = self.pencil.lots(f"{who}:available")
        entries = []
        for fund in sorted({lot.fund for lot, _ in parts}):
            against, back = self._parted([part for part in parts if part[0].fund == fund], self.owed.owed(who, fund))
            if against:
                entries.append(Written("offset", actor, self.owed.against_debt(who, fund, against)))
            if back:
                entries.append(Written("leaver_return", actor, self._to_fund(who, fund, back)))
        self._let_only_give(who)
        self.pencil.write(*entries)
        self.pencil.gone.add(who)
        self._close_what_is_empty(who, OF_RESIDENT)

    def _parted(self, parts: Parts, owed: int) -> tuple[list[tuple[str, int]], list[tuple[str, int]]]:
        """Return what of these parts, in spending order, goes against a debt, and what is left."""
        against, back = [], []
        for lot, amount in parts:
            taken = min(owed, amount)
            owed -= taken
            against += [(lot.label, taken)] if taken else []
            back += [(lot.label, amount - taken)] if amount > taken else []
        return against, back

    def _to_fund(self, who: str, fund: str, parts: list[tuple[str, int]]) -> list[Effect]:
        amount = sum(part for _, part in parts)
        return [
            *((f"{who}:available", label, -part) for label, part in parts),
            (f"fund:{fund}:available", CreditLot(fund).label, amount),
        ]

    def merge(self, who: str, into: str, actor: str) -> None:
        """Give all that one record has to the other, and close it."""
        if who == into:
            raise Refused("MergerError")
        if who in self.closures:
            raise Refused("OwnerClosedError")
        if into in self.pencil.gone:
            raise Refused("ResidentLeftError")
        if self.pencil.total(f"{who}:receivable"):
            raise Refused("MergerError")
        self._check_nothing_held(who)
        entries = []
        for name in ("available", "minutes"):
            moved = [
                (label, amount) for (code, label), amount in sorted(self.pencil.held.items()) if code == f"{who}:{name}"
            ]
            effects = [(f"{who}:{name}", label, -amount) for label, amount in moved if amount]
            effects += [(f"{into}:{name}", label, amount) for label, amount in moved if amount]
            entries += [Written("merger", actor, effects)] if effects else []
        before = dict(self.pencil.states)
        self._let_only_give(who)
        try:
            self.pencil.write(*entries)
        except Refused:
            self.pencil.states = before
            raise
        self.pencil.gone.add(who)
        self._close_what_is_empty(who, (*OF_RESIDENT, "minutes"))

    def close_shop(self, shop: str, actor: str) -> None:
        """Let a shop be named no more, offset what it owes, and when nothing is left close it; again goes on."""
        if self.closures.get(shop) is CLOSED:
            raise Refused("OwnerClosedError")
        entries = []
        for lot, owed in self.pencil.lots(f"{shop}:receivable"):
            amount = min(owed, self.pencil.held[f"{shop}:payable", lot.label])
            effects = [(f"{shop}:{name}", lot.label, -amount) for name in ("payable", "receivable")]
            entries += [Written("offset", actor, effects)] if amount else []
        self.pencil.write(*entries)
        self.pencil.unnamed.add(shop)
        self.closures[shop] = CLOSING
        if not any(self.pencil.total(f"{shop}:{name}") for name in OF_SHOP):
            self._close_what_is_empty(shop, OF_SHOP)

    def _check_nothing_held(self, who: str) -> None:
        if self.pencil.total(f"{who}:held"):
            raise Refused("HeldCreditsError")

    def _let_only_give(self, who: str) -> None:
        for name in (*OF_RESIDENT, "minutes"):
            if self.pencil.state(f"{who}:{name}") is not CLOSED:
                self.pencil.states[f"{who}:{name}"] = CLOSING

    def _close_what_is_empty(self, owner: str, names: tuple[str, ...]) -> None:
        left = {name: self.pencil.total(f"{owner}:{name}") for name in names}
        for name, amount in left.items():
            if not amount:
                self.pencil.states[f"{owner}:{name}"] = CLOSED
        self.closures[owner] = CLOSING if any(left.values()) else CLOSED
