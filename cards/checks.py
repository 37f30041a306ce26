"""What must be true of codes on paper: none pays that was stopped, and what is set aside for slips is theirs."""

from sqlalchemy import Text, and_, case, cast, func, literal, or_, select
from sqlalchemy.orm import Session

import ledger
from cards.model import AssistedPayment, CardState, CardStep, CardStepKind, CodeSheet, PaymentCard, SheetSlip
from holds import Hold, HoldState
from payments import CodeKind, PaymentCode, Redemption, RedemptionStatus

# What the migration creates: the database then refuses to change what was done.
GUARDS = {
    "postgresql": ("payment_card_steps_append_only", "assisted_payments_append_only"),
    "sqlite": (
        *("payment_card_steps_refuse_delete", "payment_card_steps_refuse_update"),
        *("assisted_payments_refuse_delete", "assisted_payments_refuse_update"),
    ),
}
_STATE_AFTER = case(
    (CardStep.kind == CardStepKind.REPLACEMENT, literal(CardState.REPLACED.value)),
    (CardStep.kind == CardStepKind.BLOCK, literal(CardState.BLOCKED.value)),
    else_=literal(CardState.ACTIVE.value),
)


@ledger.no_differences
def no_stopped_card_pays() -> ledger.Differences:
    """A card's code is a card's, and stopped by itself exactly where the card is blocked or replaced."""
    is_stopped = and_(PaymentCode.blocked_at.is_not(None), PaymentCode.block_id.is_(None))
    is_whole = and_(PaymentCode.kind == CodeKind.CARD, PaymentCode.resident_id == PaymentCard.resident_id)
    return ledger.Differences(
        select(PaymentCard.id, PaymentCard.state, PaymentCode.kind, PaymentCode.blocked_at)
        .outerjoin(PaymentCode, PaymentCode.id == PaymentCard.payment_code_id)
        .where(
            or_(PaymentCode.id.is_(None), ~is_whole, is_stopped == (PaymentCard.state == CardState.ACTIVE)),
        )
        .order_by(PaymentCard.id),
        "card {id} is {state}; its code is one of a {kind}, stopped at {blocked_at}",
    )


@ledger.no_differences
def every_card_has_come_to_its_state() -> ledger.Differences:
    """What was last done about a card is what it says of itself, and it was issued once."""
    place = func.row_number().over(
        partition_by=CardStep.card_id, order_by=(CardStep.made_at.desc(), CardStep.id.desc())
    )
    steps = select(CardStep.card_id, CardStep.kind, _STATE_AFTER.label("state"), place.label("place")).subquery()
    issues = func.sum(case((steps.c.kind == CardStepKind.ISSUE, 1), else_=0))
    last = func.max(case((steps.c.place == 1, steps.c.state)))
    told = select(steps.c.card_id, issues.label("issues"), last.label("last")).group_by(steps.c.card_id).subquery()
    return ledger.Differences(
        select(PaymentCard.id, PaymentCard.state, told.c.issues, told.c.last)
        .outerjoin(told, told.c.card_id == PaymentCard.id)
        .where(
            or_(told.c.card_id.is_(None), told.c.issues != 1, told.c.last != cast(PaymentCard.state, Text)),
        )
        .order_by(PaymentCard.id),
        "card {id} is {state}; it was issued {issues} times, and its steps lead to {last}",
    )


@ledger.no_differences
def every_sheet_has_its_slips() -> ledger.Differences:
    """A sheet has as many slips as it says, each of its worth, its owner's, and with what is set aside for it."""
    slips = func.count(SheetSlip.number)
    right = func.sum(
        case(
            (
                and_(
                    PaymentCode.kind == CodeKind.SHEET,
                    PaymentCode.hold_id == SheetSlip.hold_id,
                    PaymentCode.worth == CodeSheet.worth,
                    PaymentCode.resident_id == CodeSheet.resident_id,
                ),
                1,
            ),
            else_=0,
        )
    )
    sums = (
        select(CodeSheet.id, CodeSheet.count, slips.label("slips"), right.label("right"))
        .outerjoin(SheetSlip, SheetSlip.sheet_id == CodeSheet.id)
        .outerjoin(PaymentCode, PaymentCode.id == SheetSlip.payment_code_id)
        .group_by(CodeSheet.id, CodeSheet.count)
        .subquery()
    )
    return ledger.Differences(
        select(sums).where(or_(sums.c.slips != sums.c.count, sums.c.right != sums.c.count)).order_by(sums.c.id),
        "sheet {id} is of {count} slips; there are {slips}, {right} of them as they should be",
    )


@ledger.no_differences
def of_a_revoked_sheet_nothing_is_set_aside() -> ledger.Differences:
    """What is set aside for a slip was given back early exactly where its sheet was revoked."""
    is_wrong = case(
        (CodeSheet.revoked_at.is_(None), Hold.state == HoldState.VOIDED), else_=Hold.state == HoldState.OPEN
    )
    return ledger.Differences(
        select(SheetSlip.sheet_id, SheetSlip.number, Hold.state, CodeSheet.revoked_at)
        .join(CodeSheet, CodeSheet.id == SheetSlip.sheet_id)
        .join(Hold, Hold.id == SheetSlip.hold_id)
        .where(is_wrong)
        .order_by(SheetSlip.sheet_id, SheetSlip.number),
        "slip {number} of sheet {sheet_id}, revoked at {revoked_at}: what is set aside for it is {state}",
    )


@ledger.no_differences
def every_assisted_payment_is_a_payment_of_its_resident() -> ledger.Differences:
    """A payment in which an officer helped was completed, of the amount and the resident that were noted."""
    is_so = and_(
        Redemption.status == RedemptionStatus.COMPLETED,
        Redemption.resident_id == AssistedPayment.resident_id,
        Redemption.amount == AssistedPayment.amount,
        Redemption.ended_by == AssistedPayment.officer,
    )
    return ledger.Differences(
        select(AssistedPayment.id, AssistedPayment.amount, Redemption.status)
        .join(Redemption, Redemption.id == AssistedPayment.redemption_id)
        .where(~is_so)
        .order_by(AssistedPayment.id),
        "assisted payment {id} of {amount} is not that of its redemption, which is {status}",
    )


def the_guards_of_cards_stand(session: Session) -> str | None:
    """Every trigger that keeps what was done about cards, and who helped to pay, as it is is there and enabled."""
    return ledger.missing_guard(session, GUARDS, on_tables=["payment_card_steps", "assisted_payments"])


CHECKS: tuple[ledger.Check, ...] = (
    no_stopped_card_pays,
    every_card_has_come_to_its_state,
    every_sheet_has_its_slips,
    of_a_revoked_sheet_nothing_is_set_aside,
    every_assisted_payment_is_a_payment_of_its_resident,
    the_guards_of_cards_stand,
)
