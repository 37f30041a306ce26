"""Which entries a settlement takes: what a merchant collected until a cut-off, and what it gave back of settled things.

Each entry that ever moved what a merchant is to be paid, or owes, counts here once, lot by lot; so what is not settled
always adds up to payable less receivable. Offsets move both alike and count nothing.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Select,
    Subquery,
    and_,
    exists,
    func,
    insert,
    literal,
    or_,
    select,
    true,
    union_all,
)
from sqlalchemy.orm import Session, aliased

import ledger
import suspicions
from ledger import LotBalance
from merchants import Merchant
from payments import Redemption, Refund
from settlements.model import SettlementLine, SettlementStepKind

# The kinds of a settlement's own entries: they move lines, and are none.
ENTRY_KINDS = {
    SettlementStepKind.OPENING: "settlement_opened",
    SettlementStepKind.PAYMENT: "settlement_paid",
    SettlementStepKind.FAILURE: "settlement_failed",
    SettlementStepKind.CANCELLATION: "settlement_cancelled",
    SettlementStepKind.RETURN: "settlement_returned",
}
REPAYMENT = "repayment"
_NUMBERED = ("line", "lot", "entry_id", "kind", "amount", "occurred_at")


def moved(merchant: ColumnElement[bool] | None = None, *, unsettled: bool = False) -> Subquery:
    """Return what each entry but a settlement's did to what merchants are to be paid, lot by lot.

    Its columns are merchant_id, entry_id, kind, occurred_at, lot and amount; `merchant` keeps those of some merchants,
    `unsettled` what no open or paid settlement has.
    """
    told = ledger.postings_told()
    amount = func.sum(told.c.raised)
    # Two equalities and no "either": a planner can hash the first kind of condition only.
    accounts = union_all(
        *(
            select(Merchant.id.label("merchant_id"), account.label("account_id")).where(
                true() if merchant is None else merchant
            )
            for account in (Merchant.payable_account_id, Merchant.receivable_account_id)
        )
    ).subquery("own")
    columns = (accounts.c.merchant_id, told.c.entry_id, told.c.kind, told.c.occurred_at, told.c.lot)
    wanted: list[ColumnElement[bool]] = [told.c.kind.not_in(ENTRY_KINDS.values())]
    if unsettled:
        # Asked of postings, before anything is summed: of a long history nearly all is settled.
        live = aliased(SettlementLine)
        wanted.append(~exists().where(live.entry_id == told.c.entry_id, live.lot == told.c.lot, ~live.freed))
    return (
        select(*columns, amount.label("amount"))
        .join_from(accounts, told, told.c.account_id == accounts.c.account_id)
        .where(*wanted)
        .group_by(*columns)
        .having(amount != 0)
        .subquery("moved")
    )


def take_lines(session: Session, *, settlement_id: UUID, merchant: Merchant, until: datetime) -> int:
    """Write the lines of a new settlement and return how many; behind the locks of the merchant's accounts.

    Of a fund of which more was given back than collected no line is taken: they wait together. What is held back stays
    out with its refunds.
    """
    taken = _taken(merchant, until).cte("taken")
    # Only what adds up to no debt, lot by lot; an entry of several lots is one line.
    kept = select(taken).where(taken.c.of_lot >= 0).cte("kept")
    number = func.dense_rank().over(order_by=(kept.c.occurred_at, kept.c.entry_id))
    numbered = select(
        literal(settlement_id, SettlementLine.settlement_id.type),
        *(number if name == "line" else kept.c[name] for name in _NUMBERED),
    )
    # Core on the connection: a hundred thousand lines are no objects.
    session.connection().execute(insert(SettlementLine).from_select(["settlement_id", *_NUMBERED], numbered))
    last = select(func.max(SettlementLine.line)).where(SettlementLine.settlement_id == settlement_id)
    return session.scalar(last) or 0


def lots_of_lines(session: Session, settlement_id: UUID) -> list[LotBalance]:
    """Return what the lines of a settlement add up to, lot by lot; lots that add up to nothing are left out."""
    amount = func.sum(SettlementLine.amount)
    rows = session.execute(
        select(SettlementLine.lot, amount)
        .where(SettlementLine.settlement_id == settlement_id)
        .group_by(SettlementLine.lot)
        .having(amount != 0)
        .order_by(SettlementLine.lot)
    )
    return [LotBalance(lot, int(total)) for lot, total in rows]


def _taken(merchant: Merchant, until: datetime) -> Select[*tuple[object, ...]]:
    each = moved(Merchant.id == merchant.id, unsettled=True)
    is_held = each.c.entry_id.in_(suspicions.held_entries(merchant.id))
    of_held = Refund.redemption_id.in_(suspicions.held_redemptions(merchant.id))
    live = aliased(SettlementLine)
    origin_is_settled = exists().where(live.entry_id == Redemption.entry_id, live.lot == each.c.lot, ~live.freed)
    # What was collected waits for its cut-off. A refund goes with its redemption, and follows it where that one is
    # settled; money that came back has no cut-off either, as the refund has none for which it came.
    collected = and_(Refund.id.is_(None), each.c.kind != REPAYMENT, each.c.amount > 0)
    is_taken = or_(
        and_(collected, each.c.occurred_at <= until, ~is_held),
        and_(Refund.id.is_not(None), or_(and_(Redemption.redeemed_at <= until, ~of_held), origin_is_settled)),
        and_(~collected, Refund.id.is_(None)),
    )
    return (
        select(each, func.sum(each.c.amount).over(partition_by=each.c.lot).label("of_lot"))
        .outerjoin(Refund, Refund.entry_id == each.c.entry_id)
        .outerjoin(Redemption, Redemption.id == Refund.redemption_id)
        .where(is_taken)
    )
