"""What must be true of settlements: lines explain each cent, what is not settled is payable, what is open set aside."""

from typing import Any

from sqlalchemy import and_, case, func, literal, null, or_, select, union_all
from sqlalchemy.orm import Session

import ledger
from merchants import Merchant
from settlements.lines import ENTRY_KINDS, moved
from settlements.model import Settlement, SettlementLine, SettlementLot, SettlementStatus, SettlementStep

_GROWING = ("settlement_lots", "settlement_steps", "bank_statements", "bank_statement_lines")
# What the migration creates: the database then refuses to change a sum, a step or an imported line, and to change of a
# settlement's line anything but that it is free.
GUARDS = {
    "postgresql": (
        *(f"{table}_append_only" for table in _GROWING),
        *("settlement_lines_are_freed_once", "settlement_lines_stay"),
    ),
    "sqlite": (
        *(f"{table}_refuse_{event}" for table in _GROWING for event in ("delete", "update")),
        *("settlement_lines_are_freed_once", "settlement_lines_refuse_delete"),
    ),
}
_NOTHING = literal(0)
_ENDED = (SettlementStatus.FAILED, SettlementStatus.CANCELLED, SettlementStatus.RETURNED)


def the_guards_of_settlements_stand(session: Session) -> str | None:
    """Every trigger that keeps lines, sums, steps and imported statements as they are is there and enabled."""
    return ledger.missing_guard(session, GUARDS, on_tables=[*_GROWING, "settlement_lines"])


@ledger.no_differences
def every_line_is_what_its_entry_did() -> ledger.Differences:
    """A line's amount is what its entry did, in that lot, to what the settlement's merchant is to be paid."""
    each = moved()
    # Summed side by side rather than joined: of a sum of sums a planner cannot know how large it is.
    lines = select(Settlement.merchant_id, SettlementLine.entry_id, SettlementLine.lot, SettlementLine.amount, _NOTHING)
    booked = select(each.c.merchant_id, each.c.entry_id, each.c.lot, null(), each.c.amount)
    both = union_all(
        lines.outerjoin_from(SettlementLine, Settlement, Settlement.id == SettlementLine.settlement_id), booked
    ).subquery()
    merchant_id, entry_id, lot, amount, done = both.c
    least, most, did = func.min(amount).label("least"), func.max(amount).label("most"), func.sum(done).label("did")
    return ledger.Differences(
        select(merchant_id, entry_id, lot, least, most, did)
        .group_by(merchant_id, entry_id, lot)
        .having(or_(least != did, most != did))
        .order_by(entry_id, lot),
        "entry {entry_id} did {did} in lot {lot}; its lines are of {least} to {most}",
    )


@ledger.no_differences
def every_settlement_is_the_sum_of_its_lines() -> ledger.Differences:
    """Lot by lot a settlement is of what its lines add up to, and it is the sum of its lots."""
    lines = select(SettlementLine.settlement_id, SettlementLine.lot, SettlementLine.amount, _NOTHING.label("told"))
    told = select(SettlementLot.settlement_id, SettlementLot.lot, _NOTHING, SettlementLot.amount)
    # The settlement's own amount stands for a lot of no name, and what its lots are of is taken from it.
    whole = select(Settlement.id, literal(""), Settlement.amount, _NOTHING)
    parts = select(SettlementLot.settlement_id, literal(""), _NOTHING, SettlementLot.amount)
    both = union_all(lines, told, whole, parts).subquery()
    in_lines, in_lots = func.sum(both.c.amount).label("in_lines"), func.sum(both.c.told).label("in_lots")
    return ledger.Differences(
        select(both.c.settlement_id, both.c.lot, in_lines, in_lots)
        .group_by(both.c.settlement_id, both.c.lot)
        .having(in_lines != in_lots)
        .order_by(both.c.settlement_id, both.c.lot),
        "settlement {settlement_id} is of {in_lots} in lot {lot!r}, where {in_lines} is due",
    )


@ledger.no_differences
def every_settlement_counts_its_lines() -> ledger.Differences:
    """A settlement has as many lines as it says, and they are free exactly if it ended without a lasting payment."""
    count = func.count(SettlementLine.line.distinct()).label("there")
    freed = func.coalesce(func.sum(case((SettlementLine.freed, 1), else_=0)), 0).label("freed")
    rows = func.count(SettlementLine.line)
    ended = Settlement.status.in_(_ENDED)
    return ledger.Differences(
        select(Settlement.id, Settlement.status, Settlement.lines, count, freed)
        .outerjoin(SettlementLine, SettlementLine.settlement_id == Settlement.id)
        .group_by(Settlement.id, Settlement.status, Settlement.lines)
        .having(or_(count != Settlement.lines, and_(ended, freed != rows), and_(~ended, freed != 0)))
        .order_by(Settlement.id),
        "settlement {id} is {status} with {lines} lines; {there} are there, {freed} of them free",
    )


@ledger.no_differences
def nothing_is_settled_twice() -> ledger.Differences:
    """A lot of an entry is a line of at most one settlement that is open or paid."""
    return ledger.Differences(
        select(SettlementLine.entry_id, SettlementLine.lot, func.count().label("times"))
        .where(~SettlementLine.freed)
        .group_by(SettlementLine.entry_id, SettlementLine.lot)
        .having(func.count() > 1)
        .order_by(SettlementLine.entry_id),
        "entry {entry_id} is settled {times} times in lot {lot}",
    )


@ledger.no_differences
def what_is_not_settled_is_payable() -> ledger.Differences:
    """Of each merchant and lot, what no open or paid settlement has taken adds up to payable less receivable."""
    each = moved()
    all_lines = select(each.c.merchant_id, each.c.lot, each.c.amount.label("unsettled"), _NOTHING.label("kept"))
    settled = (
        select(Settlement.merchant_id, SettlementLine.lot, -SettlementLine.amount, _NOTHING)
        .join(SettlementLine, SettlementLine.settlement_id == Settlement.id)
        .where(~SettlementLine.freed)
    )
    payable = _kept("payable", Merchant.payable_account_id, sign=1)
    receivable = _kept("receivable", Merchant.receivable_account_id, sign=-1)
    return _by_merchant_and_lot(
        (all_lines, settled, payable, receivable),
        "merchant {code} is to be paid {kept} of lot {lot}, and lines of {unsettled} are not settled",
    )


@ledger.no_differences
def what_is_open_is_in_settlement() -> ledger.Differences:
    """Of each merchant and lot, what is in settlement is the sum of the settlements that are open."""
    open_ones = (
        select(
            Settlement.merchant_id, SettlementLot.lot, SettlementLot.amount.label("unsettled"), _NOTHING.label("kept")
        )
        .join(SettlementLot, SettlementLot.settlement_id == Settlement.id)
        .where(Settlement.status == SettlementStatus.OPEN)
    )
    return _by_merchant_and_lot(
        (open_ones, _kept("in_settlement", Merchant.in_settlement_account_id, sign=1)),
        "merchant {code} has {kept} of lot {lot} in settlement; its open settlements are of {unsettled}",
    )


@ledger.no_differences
def every_step_is_in_the_books() -> ledger.Differences:
    """The entry of each step booked the settlement's amount of credits on each side, and money where money moved."""
    sums = ledger.entry_lot_sums(*ENTRY_KINDS.values())
    credited = (
        select(sums.c.entry_id, func.sum(case((sums.c.lot != "", sums.c.credits), else_=0)).label("booked"))
        .group_by(sums.c.entry_id)
        .subquery()
    )
    booked = func.coalesce(credited.c.booked, 0).label("booked")
    return ledger.Differences(
        select(SettlementStep.id, SettlementStep.kind, Settlement.amount, booked)
        .join(Settlement, Settlement.id == SettlementStep.settlement_id)
        .outerjoin(credited, credited.c.entry_id == SettlementStep.entry_id)
        .where(booked != Settlement.amount)
        .order_by(SettlementStep.id),
        "the {kind} {id} is of a settlement of {amount}; its entry booked {booked}",
    )


@ledger.no_differences
def every_entry_of_a_settlement_has_its_step() -> ledger.Differences:
    """An entry of a settlement belongs to exactly one step."""
    return ledger.entries_without_their_one([(kind, SettlementStep.entry_id) for kind in ENTRY_KINDS.values()])


@ledger.no_differences
def every_settlement_has_the_steps_of_its_status() -> ledger.Differences:
    """A settlement was opened, and has of the other steps those its status tells, the payment by another person."""
    kinds = func.count(SettlementStep.id).label("steps")
    by_two = func.count(SettlementStep.made_by.distinct()).label("persons")
    paid = Settlement.status.in_([SettlementStatus.PAID, SettlementStatus.RETURNED])
    due = case({SettlementStatus.OPEN: 1, SettlementStatus.RETURNED: 3}, value=Settlement.status, else_=2)
    return ledger.Differences(
        select(Settlement.id, Settlement.status, kinds, by_two)
        .outerjoin(SettlementStep, SettlementStep.settlement_id == Settlement.id)
        .group_by(Settlement.id, Settlement.status)
        .having(or_(kinds != due, and_(paid, by_two < 2)))
        .order_by(Settlement.id),
        "settlement {id} is {status} after {steps} steps by {persons} persons",
    )


def _kept(name: str, account: Any, *, sign: int) -> Any:
    """Return what merchants' accounts of a name keep of each lot, as one side of a comparison."""
    kept = ledger.lots_kept(f"merchant:%:{name}")
    return select(Merchant.id, kept.c.lot, _NOTHING, kept.c.balance * sign).join(kept, kept.c.account_id == account)


def _by_merchant_and_lot(sides: tuple[Any, ...], words: str) -> ledger.Differences:
    both = union_all(*sides).subquery()
    unsettled, kept = func.sum(both.c.unsettled), func.sum(both.c.kept)
    sums = (
        select(both.c.merchant_id, both.c.lot, unsettled.label("unsettled"), kept.label("kept"))
        .group_by(both.c.merchant_id, both.c.lot)
        .having(unsettled != kept)
        .subquery()
    )
    question = select(sums, Merchant.code).join(Merchant, Merchant.id == sums.c.merchant_id)
    return ledger.Differences(question.order_by(Merchant.code, sums.c.lot), words)


CHECKS: tuple[ledger.Check, ...] = (
    the_guards_of_settlements_stand,
    every_line_is_what_its_entry_did,
    every_settlement_is_the_sum_of_its_lines,
    every_settlement_counts_its_lines,
    nothing_is_settled_twice,
    what_is_not_settled_is_payable,
    what_is_open_is_in_settlement,
    every_step_is_in_the_books,
    every_entry_of_a_settlement_has_its_step,
    every_settlement_has_the_steps_of_its_status,
)
