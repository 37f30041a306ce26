"""What must be true of receivables: every debt has its decision, and closed owners have nothing left."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, Select, SQLColumnExpression, case, func, or_, select, union_all
from sqlalchemy.orm import Session

import ledger
from awards import Award, fund_lot
from ledger import AccountState, Asset, account_state_of
from people import Resident
from receivables.model import Closure, ClosureState, Matter, MatterKind, MatterState, Repayment
from receivables.repayments import ENTRY_KINDS

_RESIDENTS_OWE = "resident:%:receivable"
_APPROVED = Matter.state == MatterState.APPROVED


@ledger.no_differences
def every_award_knows_what_was_forced() -> ledger.Differences:
    """What an award says was forced is the sum of its approved forced corrections."""
    forced = (
        select(Matter.award_id, func.sum(Matter.amount).label("forced"))
        .where(_APPROVED, Matter.award_id.is_not(None))
        .group_by(Matter.award_id)
        .subquery()
    )
    approved = func.coalesce(forced.c.forced, 0).label("approved")
    return ledger.Differences(
        select(Award.id, Award.forced_total, approved)
        .outerjoin(forced, forced.c.award_id == Award.id)
        .where(Award.forced_total != approved)
        .order_by(Award.id),
        "award {id} says that {forced_total} of it is forced, its approved corrections add up to {approved}",
    )


@ledger.no_differences
def every_decision_is_in_the_books() -> ledger.Differences:
    """The entry of each approved matter booked its amount."""
    kinds = (MatterKind.FORCED_CORRECTION.value, MatterKind.WAIVER.value)
    return _booked_otherwise(select(Matter.id, Matter.amount, Matter.entry_id).where(_APPROVED), kinds)


@ledger.no_differences
def every_repayment_is_in_the_books() -> ledger.Differences:
    """The entry of each repayment booked its amount."""
    rows = select(Repayment.id, Repayment.amount, Repayment.entry_id)
    return _booked_otherwise(rows, ENTRY_KINDS.values())


@ledger.no_differences
def every_entry_of_a_debt_has_its_row() -> ledger.Differences:
    """An entry that makes, waives or pays back a debt belongs to exactly one matter or repayment."""
    matters = ((kind.value, Matter.entry_id) for kind in MatterKind)
    repayments = ((kind, Repayment.entry_id) for kind in ENTRY_KINDS.values())
    return ledger.entries_without_their_one([*matters, *repayments])


def residents_owe_what_was_decided(session: Session) -> str | None:
    """To each fund residents owe what was forced, less what was waived and repaid."""
    decided = case((Matter.kind == MatterKind.FORCED_CORRECTION, Matter.amount), else_=-Matter.amount)
    changes = union_all(
        select(Matter.fund_code, decided.label("amount")).where(_APPROVED),
        select(Repayment.fund_code, -Repayment.amount).where(Repayment.resident_id.is_not(None)),
    ).subquery()
    query = select(changes.c.fund_code, func.sum(changes.c.amount)).group_by(changes.c.fund_code)
    open_of_fund = {code: int(amount) for code, amount in session.execute(query)}
    owed = {
        part.label: part.amount
        for part in ledger.holdings(session, assets=[Asset.PAB], kinds=[_RESIDENTS_OWE])
        if part.kind == _RESIDENTS_OWE
    }
    for code, amount in sorted(open_of_fund.items()):
        booked = owed.pop(fund_lot(code), 0)
        if booked != amount:
            return f"residents owe {booked} to fund {code}, but {amount} was decided and not given back"
    undecided = (f"residents owe {amount} of {lot}, which nobody decided" for lot, amount in sorted(owed.items()))
    return next(undecided, None)


@ledger.no_differences
def residents_who_left_have_nothing_left() -> ledger.Differences:
    """The accounts of a resident who is closed are closed, and so empty; minutes are only shown any more."""
    minutes = account_state_of(Resident.minutes_account_id)
    return owners_not_closed(
        owner=Resident.id == Closure.resident_id,
        accounts=(Resident.available_account_id, Resident.held_account_id),
        or_else=or_(minutes.not_in([AccountState.CLOSING, AccountState.CLOSED]), Resident.left_at.is_(None)),
    )


def owners_not_closed(
    *,
    owner: ColumnElement[bool],
    accounts: Iterable[SQLColumnExpression[int]],
    or_else: ColumnElement[bool] | None = None,
) -> ledger.Differences:
    """Return closures that are done while an account of its owner is not closed, or something else is amiss."""
    amiss = [account_state_of(account) != AccountState.CLOSED for account in accounts]
    return ledger.Differences(
        select(Closure.id)
        .where(Closure.state == ClosureState.CLOSED, owner, or_(*amiss, *([] if or_else is None else [or_else])))
        .order_by(Closure.id),
        "closure {id} is done, but its owner is not closed",
    )


def _booked_otherwise(rows: Select[*tuple[Any, ...]], kinds: Iterable[str]) -> ledger.Differences:
    """Return those of these rows whose entry did not credit each account it credits with the row's amount."""
    told = rows.subquery()
    each = union_all(*(select(sums.c.entry_id, sums.c.credits) for sums in map(ledger.entry_sums, kinds))).subquery()
    booked = (
        select(each.c.entry_id, func.min(each.c.credits).label("least"), func.max(each.c.credits).label("most"))
        .where(each.c.credits > 0)
        .group_by(each.c.entry_id)
        .subquery()
    )
    least, most = func.coalesce(booked.c.least, 0).label("least"), func.coalesce(booked.c.most, 0).label("most")
    return ledger.Differences(
        select(told.c.id, told.c.amount, least, most)
        .outerjoin(booked, booked.c.entry_id == told.c.entry_id)
        .where(or_(least != told.c.amount, most != told.c.amount))
        .order_by(told.c.id),
        "{id} is of {amount}; its entry booked {least} to {most}",
    )


CHECKS: tuple[ledger.Check, ...] = (
    every_award_knows_what_was_forced,
    every_decision_is_in_the_books,
    every_repayment_is_in_the_books,
    every_entry_of_a_debt_has_its_row,
    residents_owe_what_was_decided,
    residents_who_left_have_nothing_left,
)
