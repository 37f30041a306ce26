"""What must be true of holds: what they set aside is there, each entry belongs to one, and each ends once."""

from typing import Any

from sqlalchemy import ColumnElement, FromClause, and_, case, func, literal, or_, select, union_all
from sqlalchemy.orm import InstrumentedAttribute, Session

import ledger
from holds.authorizing import KIND as HOLD
from holds.capturing import KIND as CAPTURED
from holds.ending import EXPIRED, VOIDED
from holds.model import Hold, HoldCapture, HoldLot, HoldState

# What the migration creates: the database then refuses to change a hold that has ended.
GUARDS = {"postgresql": ("holds_end_once",), "sqlite": ("holds_refuse_delete", "holds_refuse_update")}

_HELD = "%:held"
# In a fund's account for held credits lie also those behind what is owed back to it.
_HELD_BY_HOLDS_ALONE = "resident:%"
_NOTHING = literal(0)
_IS_OPEN = Hold.state == HoldState.OPEN
_REST = HoldLot.amount - HoldLot.captured
_RETURNED = case((_IS_OPEN, 0), else_=Hold.amount - Hold.captured_total)


@ledger.no_differences
def held_accounts_hold_what_open_holds_have_left() -> ledger.Differences:
    """What lies in residents' held accounts, lot by lot, is what open holds have left; in others it is no less."""
    kept = ledger.lots_kept(_HELD)
    there = select(kept.c.account_id, kept.c.lot, kept.c.balance.label("kept"), _NOTHING.label("held"))
    held = select(Hold.held_account_id, HoldLot.lot, _NOTHING, _REST).join(HoldLot, HoldLot.hold_id == Hold.id)
    both = union_all(there, held.where(_IS_OPEN)).subquery()
    kept_sum, held_sum = func.sum(both.c.kept), func.sum(both.c.held)
    sums = (
        select(both.c.account_id, both.c.lot, kept_sum.label("kept"), held_sum.label("held"))
        .group_by(both.c.account_id, both.c.lot)
        .having(kept_sum != held_sum)
        .subquery()
    )
    code = ledger.account_code_of(sums.c.account_id)
    return ledger.Differences(
        select(sums, code.label("code"))
        .where(or_(sums.c.kept < sums.c.held, code.like(_HELD_BY_HOLDS_ALONE)))
        .order_by(sums.c.account_id, sums.c.lot),
        "account {code} keeps {kept} of lot {lot}, its open holds have {held} left",
    )


@ledger.no_differences
def every_hold_is_the_sum_of_its_lots() -> ledger.Differences:
    """A hold's amount and what was captured of it are those of its lots together."""
    amounts = func.coalesce(func.sum(HoldLot.amount), 0).label("amounts")
    captures = func.coalesce(func.sum(HoldLot.captured), 0).label("captures")
    return ledger.Differences(
        select(Hold.id, Hold.amount, Hold.captured_total, amounts, captures)
        .outerjoin(HoldLot, HoldLot.hold_id == Hold.id)
        .group_by(Hold.id, Hold.amount, Hold.captured_total)
        .having(or_(Hold.amount != amounts, Hold.captured_total != captures))
        .order_by(Hold.id),
        "hold {id} is of {amount}, {captured_total} captured; its lots add up to {amounts}, {captures} captured",
    )


@ledger.no_differences
def every_lot_of_a_hold_is_in_the_books() -> ledger.Differences:
    """What a hold's entries set aside, captured and gave back of each lot is what the hold says of it."""
    moved = ledger.entry_lot_sums(HOLD, VOIDED, EXPIRED)
    given = ledger.lot_sums_of_entries(select(HoldCapture.entry_id))
    placed = (
        select(
            Hold.id.label("hold_id"),
            moved.c.lot,
            moved.c.credits.label("placed"),
            _NOTHING.label("captured"),
            _NOTHING.label("returned"),
        )
        .select_from(Hold)
        .join(moved, _moved(moved, Hold.entry_id, Hold.held_account_id))
    )
    captured = (
        select(Hold.id, given.c.lot, _NOTHING, given.c.debits, _NOTHING)
        .select_from(Hold)
        .join(HoldCapture, HoldCapture.hold_id == Hold.id)
        .join(given, _moved(given, HoldCapture.entry_id, Hold.held_account_id))
    )
    returned = (
        select(Hold.id, moved.c.lot, _NOTHING, _NOTHING, moved.c.debits)
        .select_from(Hold)
        .join(moved, _moved(moved, Hold.returned_entry_id, Hold.held_account_id))
    )
    went_back = case((_IS_OPEN, 0), else_=_REST)
    said = select(HoldLot.hold_id, HoldLot.lot, -HoldLot.amount, -HoldLot.captured, -went_back).join(
        Hold, Hold.id == HoldLot.hold_id
    )
    each = union_all(placed, captured, returned, said).subquery()
    sums = [func.sum(each.c[name]).label(name) for name in ("placed", "captured", "returned")]
    return ledger.Differences(
        select(each.c.hold_id, each.c.lot, *sums)
        .group_by(each.c.hold_id, each.c.lot)
        .having(or_(*(total.element != 0 for total in sums)))
        .order_by(each.c.hold_id, each.c.lot),
        "hold {hold_id}, lot {lot}: beyond what it says its entries set aside {placed}, captured {captured},"
        " gave back {returned}",
    )


@ledger.no_differences
def every_capture_is_in_the_books() -> ledger.Differences:
    """A capture's entry, its own or that of a payment, took its amount out of what its hold set aside."""
    taken = ledger.lot_sums_of_entries(select(HoldCapture.entry_id))
    booked = func.coalesce(func.sum(taken.c.debits), 0)
    return ledger.Differences(
        select(HoldCapture.id, HoldCapture.amount, booked.label("taken"))
        .join(Hold, Hold.id == HoldCapture.hold_id)
        .outerjoin(taken, _moved(taken, HoldCapture.entry_id, Hold.held_account_id))
        .group_by(HoldCapture.id, HoldCapture.amount)
        .having(HoldCapture.amount != booked)
        .order_by(HoldCapture.id),
        "capture {id} is of {amount}; its entry took {taken} of what is set aside",
    )


@ledger.no_differences
def what_a_hold_takes_and_gives_back_is_its_owners() -> ledger.Differences:
    """A hold's entry took its amount from its owner, and the entry that ended it gave its owner the rest."""
    moved = ledger.entry_lot_sums(HOLD, VOIDED, EXPIRED)
    sums = (
        select(moved.c.entry_id, moved.c.account_id, func.sum(moved.c.debits - moved.c.credits).label("taken"))
        .group_by(moved.c.entry_id, moved.c.account_id)
        .subquery()
    )
    taken, given = sums.alias("taken"), sums.alias("given")
    took = func.coalesce(taken.c.taken, 0).label("took")
    gave = func.coalesce(-given.c.taken, 0).label("gave")
    rest = _RETURNED.label("rest")
    return ledger.Differences(
        select(Hold.id, Hold.amount, took, gave, rest)
        .outerjoin(taken, _moved(taken, Hold.entry_id, Hold.available_account_id))
        .outerjoin(given, _moved(given, Hold.returned_entry_id, Hold.available_account_id))
        .where(or_(Hold.amount != took, gave != _RETURNED))
        .order_by(Hold.id),
        "hold {id} of {amount} took {took} from its owner and gave back {gave}, which should be {rest}",
    )


@ledger.no_differences
def every_entry_of_a_hold_has_its_hold() -> ledger.Differences:
    """An entry that sets aside, captures or gives back belongs to exactly one hold."""
    owners = (
        (HOLD, Hold.entry_id),
        (CAPTURED, HoldCapture.entry_id),
        (VOIDED, Hold.returned_entry_id),
        (EXPIRED, Hold.returned_entry_id),
    )
    return ledger.entries_without_their_one(owners)


@ledger.no_differences
def every_hold_ends_once_and_whole() -> ledger.Differences:
    """An open hold has something left and no end; one that ended says when, and what it had left went back."""
    is_open = and_(Hold.ended_at.is_(None), Hold.returned_entry_id.is_(None), Hold.captured_total < Hold.amount)
    captured_whole = and_(Hold.state == HoldState.CAPTURED, Hold.captured_total == Hold.amount)
    gave_back = and_(Hold.returned_entry_id.is_not(None), Hold.captured_total < Hold.amount)
    has_ended = and_(Hold.ended_at.is_not(None), or_(and_(captured_whole, Hold.returned_entry_id.is_(None)), gave_back))
    return ledger.Differences(
        select(Hold.id, Hold.state, Hold.amount, Hold.captured_total, Hold.ended_at, Hold.returned_entry_id)
        .where(case((_IS_OPEN, ~is_open), else_=~has_ended))
        .order_by(Hold.id),
        "hold {id} of {amount} is {state}, {captured_total} captured, ended at {ended_at} by entry {returned_entry_id}",
    )


def the_guards_of_holds_stand(session: Session) -> str | None:
    """Every trigger that keeps an ended hold as it is is there and enabled."""
    return ledger.missing_guard(session, GUARDS, on_tables=["holds"])


def _moved(
    sums: FromClause, entry_id: InstrumentedAttribute[Any], account: InstrumentedAttribute[int]
) -> ColumnElement[bool]:
    return and_(sums.c.entry_id == entry_id, sums.c.account_id == account)


CHECKS: tuple[ledger.Check, ...] = (
    held_accounts_hold_what_open_holds_have_left,
    every_hold_is_the_sum_of_its_lots,
    every_lot_of_a_hold_is_in_the_books,
    every_capture_is_in_the_books,
    what_a_hold_takes_and_gives_back_is_its_owners,
    every_entry_of_a_hold_has_its_hold,
    every_hold_ends_once_and_whole,
    the_guards_of_holds_stand,
)
