"""Setting credits aside: the very lots, within limits, until an instant."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from holds.errors import HoldAmountError, HoldLifetimeError, TooManyHoldsError
from holds.listings import IS_OPEN
from holds.model import Hold, HoldLot, HoldState
from ledger import (
    AMOUNT_MAX,
    Call,
    InsufficientBalanceError,
    LotBalance,
    NewEntry,
    check_still_new,
    lines_of_move,
    lock_lots,
    new_id,
    pick_lots,
    post,
    relabelled,
    remember_call,
    same_lot,
    spendable,
)

KIND = "hold"


@dataclass(frozen=True, slots=True)
class HoldLimits:
    """What one hold may be: its amount in minor units, how long it lives, how many of an owner are open at once."""

    amount_max: int = AMOUNT_MAX
    lifetime_max: timedelta = timedelta(days=366)
    open_max: int = 100


USUAL_LIMITS = HoldLimits()


def authorize(
    session: Session,
    *,
    available: int,
    held: int,
    amount: int | Sequence[LotBalance],
    expires_at: datetime,
    actor: str,
    now: datetime,
    purpose: str = "",
    funds: Collection[str] | None = None,
    limits: HoldLimits = USUAL_LIMITS,
    call: Call | None = None,
) -> Hold:
    """Move credits from an owner's available account to their held one, until they are captured or come back.

    `amount` in minor units is taken earliest lots first, of some funds only where these are named; given as lots,
    these very ones are taken. `purpose` is a word of the caller's and names nobody.

    Raises:
        HoldLifetimeError: it would end before it begins, or live longer than the limit.
        HoldAmountError: the amount is not between 1 and the limit.
        TooManyHoldsError: the owner has as many open holds as the limit allows.
        InsufficientBalanceError: less than that may be spent today, or of one of the named lots.
        AccountStateError: the owner's account is frozen or closed and gives nothing.
    """
    _check_lifetime(expires_at, now, limits)
    total = amount if isinstance(amount, int) else sum(part.amount for part in amount)
    if not 1 <= total <= limits.amount_max:
        raise HoldAmountError(total, limits.amount_max)
    # Locked before anything is looked at: neither a payment nor another hold of this owner can come between.
    there = lock_lots(session, [available, held])[available]
    # A twin of this call may have done it while this one waited for the lock.
    check_still_new(session, call)
    _check_number(session, available, limits, more=1)
    today = now.date()
    if isinstance(amount, int):
        parts = pick_lots(there, amount=amount, today=today, funds=funds)
    else:
        parts = _named(there, amount, available, today)
    hold, entry = _placed(
        session, parts, available=available, held=held, expires_at=expires_at, actor=actor, now=now, purpose=purpose
    )
    remember_call(session, call, made_id=hold.id, now=now)
    post(session, [entry])
    return hold


def authorize_each(
    session: Session,
    *,
    available: int,
    held: int,
    amounts: Sequence[int],
    expires_at: datetime,
    actor: str,
    now: datetime,
    purpose: str = "",
    limits: HoldLimits = USUAL_LIMITS,
) -> list[Hold]:
    """Set several amounts in minor units aside at once, each a hold of its own, earliest lots first; all or none.

    Raises:
        HoldLifetimeError, HoldAmountError, TooManyHoldsError, InsufficientBalanceError, AccountStateError: as
            `authorize`; the amounts are looked at together where it matters.
    """
    _check_lifetime(expires_at, now, limits)
    for amount in amounts:
        if not 1 <= amount <= limits.amount_max:
            raise HoldAmountError(amount, limits.amount_max)
    there = lock_lots(session, [available, held])[available]
    _check_number(session, available, limits, more=len(amounts))
    picked: list[list[LotBalance]] = []
    for amount in amounts:
        picked.append(pick_lots(there, amount=amount, today=now.date()))
        there = _without(there, picked[-1])
    placed = [
        _placed(
            session, parts, available=available, held=held, expires_at=expires_at, actor=actor, now=now, purpose=purpose
        )
        for parts in picked
    ]
    post(session, [entry for _hold, entry in placed])
    return [hold for hold, _entry in placed]


def _placed(
    session: Session,
    parts: Sequence[LotBalance],
    *,
    available: int,
    held: int,
    expires_at: datetime,
    actor: str,
    now: datetime,
    purpose: str,
) -> tuple[Hold, NewEntry]:
    """Return a new hold of these lots, and the entry that is to set them aside."""
    hold = Hold(
        id=new_id(),
        available_account_id=available,
        held_account_id=held,
        amount=sum(part.amount for part in parts),
        captured_total=0,
        state=HoldState.OPEN,
        purpose=purpose,
        expires_at=expires_at,
        entry_id=new_id(),
        placed_by=actor,
        placed_at=now,
    )
    session.add(hold)
    session.add_all([HoldLot(hold_id=hold.id, lot=part.label, amount=part.amount, captured=0) for part in parts])
    lines = lines_of_move(parts, giver=available, taker=held)
    return hold, NewEntry(id=hold.entry_id, kind=KIND, actor=actor, occurred_at=now, lines=lines)


def _without(there: Sequence[LotBalance], taken: Sequence[LotBalance]) -> list[LotBalance]:
    gone = {part.label: part.amount for part in taken}
    left = [LotBalance(part.label, part.amount - gone.get(part.label, 0)) for part in there]
    return [part for part in left if part.amount]


def _check_lifetime(expires_at: datetime, now: datetime, limits: HoldLimits) -> None:
    if not timedelta(0) < expires_at - now <= limits.lifetime_max:
        raise HoldLifetimeError(limits.lifetime_max)


def _check_number(session: Session, available: int, limits: HoldLimits, *, more: int) -> None:
    are_open = session.scalar(select(func.count()).where(Hold.available_account_id == available, IS_OPEN))
    if (are_open or 0) + more > limits.open_max:
        raise TooManyHoldsError(limits.open_max)


def _named(there: Sequence[LotBalance], wanted: Sequence[LotBalance], account_id: int, today: date) -> list[LotBalance]:
    """Return the named parts, each lot once, where the account holds them and they may be spent today."""
    parts = relabelled(wanted, same_lot)
    for part in parts:
        if part.amount > spendable([each for each in there if each.label == part.label], today=today):
            raise InsufficientBalanceError(account_id, part.label)
    return sorted(parts, key=lambda part: part.label)
