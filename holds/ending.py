"""How a hold ends without being captured whole: what is left goes back to the very lots, once."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import literal, select, tuple_
from sqlalchemy.orm import Session

from holds.errors import HoldEndedError, HoldUnknownError
from holds.listings import IS_OPEN, hold_lots
from holds.model import Hold, HoldLot, HoldState
from ledger import (
    GRACE_DAYS,
    AccountState,
    Call,
    LotBalance,
    NewEntry,
    Sweep,
    account_states,
    check_still_new,
    lines_of_move,
    lock_lots,
    new_id,
    post,
    remember_call,
    restoring,
    rooms,
)

VOIDED, EXPIRED = "hold_voided", "hold_expired"
ACTOR = "system"

_GIVING = (AccountState.OPEN, AccountState.CLOSING)
_TAKING = (AccountState.OPEN, AccountState.FROZEN)


class HoldPlace(NamedTuple):
    """The cursor of the sweep: when a hold ended, and its id."""

    expires_at: datetime
    hold_id: UUID


def locked_hold(session: Session, hold_id: UUID) -> Hold:
    """Return a hold behind the lock of its row, which everybody takes who captures or ends it, before any account.

    Raises:
        HoldUnknownError: there is none.
    """
    hold = session.scalar(
        select(Hold)
        .where(Hold.id == hold_id)
        .with_for_update()
        # What the session read before it waited for the lock may be stale.
        .execution_options(populate_existing=True)
    )
    if hold is None:
        raise HoldUnknownError(hold_id)
    return hold


def lock_holds(session: Session, hold_ids: Collection[UUID]) -> Sequence[Hold]:
    """Return holds behind the locks of their rows, taken in the order in which the sweep takes them."""
    query = select(Hold).where(Hold.id.in_(hold_ids)).order_by(Hold.expires_at, Hold.id).with_for_update()
    return session.scalars(query.execution_options(populate_existing=True)).all()


def end(
    hold: Hold,
    lots: Sequence[HoldLot],
    state: HoldState,
    *,
    kind: str,
    actor: str,
    now: datetime,
    grace_days: int = GRACE_DAYS,
) -> list[NewEntry]:
    """End an open, locked hold, and return the entry that gives back what is left of it; none where nothing is."""
    parts = [LotBalance(lot.lot, lot.rest) for lot in lots if lot.rest]
    hold.state, hold.ended_by, hold.ended_at = state, actor, now
    if not parts:
        return []
    hold.returned_entry_id = new_id()
    lines = lines_of_move(
        parts,
        giver=hold.held_account_id,
        taker=hold.available_account_id,
        relabel=restoring(now.date(), grace_days=grace_days),
    )
    return [NewEntry(id=hold.returned_entry_id, kind=kind, actor=actor, occurred_at=now, lines=lines)]


def end_time(hold: Hold, *, now: datetime) -> None:
    """Let the time of an open, locked hold be over now: no more of it can be captured, and the sweep ends it."""
    # A hold lives for a moment at least.
    hold.expires_at = max(now, hold.placed_at + timedelta.resolution)


def void(
    session: Session,
    *,
    hold_id: UUID,
    actor: str,
    now: datetime,
    grace_days: int = GRACE_DAYS,
    call: Call | None = None,
) -> Hold:
    """Give back what is left of a hold: to the very lots, or where their day is over, to the fund with days of grace.

    Raises:
        HoldUnknownError: no such hold.
        HoldEndedError: it has ended before.
        AccountStateError: the owner's account is closed and takes nothing.
        CeilingExceededError: the owner's account has no room for it; after the hold's time it comes back once there is.
    """
    hold = locked_hold(session, hold_id)
    if hold.state is not HoldState.OPEN:
        check_still_new(session, call)
        raise HoldEndedError(hold_id, hold.state)
    lots = hold_lots(session, [hold_id])[hold_id]
    entries = end(hold, lots, HoldState.VOIDED, kind=VOIDED, actor=actor, now=now, grace_days=grace_days)
    remember_call(session, call, made_id=hold.id, now=now)
    post(session, entries)
    return hold


def void_each(
    session: Session, *, hold_ids: Collection[UUID], actor: str, now: datetime, grace_days: int = GRACE_DAYS
) -> list[Hold]:
    """Give back at once what is left of those of these holds that have not ended, and return them.

    Raises:
        AccountStateError, CeilingExceededError: as `void`; then none is ended.
    """
    standing = [hold for hold in lock_holds(session, hold_ids) if hold.state is HoldState.OPEN]
    lots = hold_lots(session, [hold.id for hold in standing])
    entries: list[NewEntry] = []
    for hold in standing:
        entries += end(hold, lots[hold.id], HoldState.VOIDED, kind=VOIDED, actor=actor, now=now, grace_days=grace_days)
    if entries:
        post(session, entries)
    return standing


def expire_holds(
    session: Session,
    *,
    now: datetime,
    limit: int = 500,
    after: HoldPlace | None = None,
    grace_days: int = GRACE_DAYS,
) -> Sweep[HoldPlace]:
    """Give back what is left of up to `limit` holds whose time is over, one entry each.

    Call it in transactions of its own, with `after` from the call before, until `next_after` is None. It may be
    stopped and begun anew at any point, and run side by side. Where an account may not give or take, or not so much
    below its ceiling, its holds stay as they are: nobody can capture them, and they end when the account may again.
    """
    query = select(Hold).where(IS_OPEN, Hold.expires_at <= now)
    if after is not None:
        place = tuple_(literal(after.expires_at, Hold.expires_at.type), literal(after.hold_id, Hold.id.type))
        query = query.where(tuple_(Hold.expires_at, Hold.id) > place)
    query = query.order_by(Hold.expires_at, Hold.id).limit(limit).with_for_update()
    due = session.scalars(query.execution_options(populate_existing=True)).all()
    next_after = HoldPlace(due[-1].expires_at, due[-1].id) if len(due) == limit else None
    returnable = returnable_holds(session, due)
    lots = hold_lots(session, [hold.id for hold in returnable])
    entries: list[NewEntry] = []
    amount = 0
    for hold in returnable:
        amount += hold.left
        entries += end(
            hold, lots[hold.id], HoldState.EXPIRED, kind=EXPIRED, actor=ACTOR, now=now, grace_days=grace_days
        )
    if entries:
        post(session, entries)
    return Sweep(len(entries), amount, next_after)


def returnable_holds(session: Session, asked: Sequence[Hold], *, also_lock: Collection[int] = ()) -> list[Hold]:
    """Return those holds whose accounts, now locked together with others, may give and take what is left."""
    accounts = {account for hold in asked for account in (hold.available_account_id, hold.held_account_id)}
    lock_lots(session, accounts.union(also_lock))
    states, room = account_states(session, accounts), rooms(session, accounts)
    returnable: list[Hold] = []
    for hold in asked:
        giver, taker = hold.held_account_id, hold.available_account_id
        if states[giver] in _GIVING and states[taker] in _TAKING and hold.left <= room.get(taker, hold.left):
            returnable.append(hold)
            if taker in room:
                room[taker] -= hold.left
    return returnable
