"""Lots on their way from one account to another: under which label they arrive, and the lines that move them."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta

from ledger.entries import Asset, CreditLot, Line, credit, debit
from ledger.lot_balances import LotBalance

# What comes back past its date may still be spent for so many days.
GRACE_DAYS = 30

# Under which label credits of a lot arrive.
Relabel = Callable[[CreditLot], CreditLot]


def same_lot(lot: CreditLot) -> CreditLot:
    """Return the very lot: between a resident's own accounts labels stay as they are."""
    return lot


def undated(lot: CreditLot) -> CreditLot:
    """Return the lot of the same fund without a day, as merchants keep and funds give credits."""
    return CreditLot(lot.fund)


def restoring(today: date, *, grace_days: int = GRACE_DAYS) -> Relabel:
    """Return the label under which credits come back: the very lot, or, past its date, its fund with days of grace."""

    def restored(lot: CreditLot) -> CreditLot:
        if lot.expires_on is not None and lot.expires_on < today:
            return CreditLot(lot.fund, today + timedelta(days=grace_days))
        return lot

    return restored


def relabelled(parts: Iterable[LotBalance], relabel: Relabel) -> list[LotBalance]:
    """Return the parts as they arrive; those that arrive under one label are one."""
    arriving: dict[str, int] = {}
    for part in parts:
        label = relabel(part.lot).label
        arriving[label] = arriving.get(label, 0) + part.amount
    return [LotBalance(label, amount) for label, amount in arriving.items()]


def lines_of_move(
    parts: Sequence[LotBalance], *, giver: int, taker: int, relabel: Relabel = same_lot
) -> tuple[Line, ...]:
    """Return the lines that move parts of one account's credits to another; each label of a side is one line."""
    return (
        *(debit(giver, Asset.PAB, part.amount, part.label) for part in parts),
        *(credit(taker, Asset.PAB, part.amount, part.label) for part in relabelled(parts, relabel)),
    )
