"""Disputed lines: a shop says that a line of what it is to be paid is wrong, and somebody of the office answers.

An answer books nothing. What follows from it is done by the means there are, and by who may: a refund by the shop, a
correction by two persons of the office.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

import ledger
import merchants
import payments
import people
import settlements
from ledger import Call, new_id, remember_call
from merchants import Merchant
from people import Principal
from tills.errors import DisputeAnsweredError, DisputeUnknownError, DisputeWaitsError, LineUnknownError, RemedyError
from tills.model import TEXT_LENGTH_MAX, Decision, LineDispute, LineDisputeAnswer, Remedy


@dataclass(frozen=True, slots=True)
class DisputeView:
    """A dispute, and its answer, None while it waits."""

    dispute: LineDispute
    answer: LineDisputeAnswer | None


def dispute_line(
    session: Session,
    *,
    merchant: Merchant,
    entry_id: UUID,
    reason: str,
    actor: str,
    now: datetime,
    call: Call | None = None,
) -> LineDispute:
    """Dispute a line, which is an entry of the books that changed what the shop is to be paid, once at a time.

    Raises:
        LineUnknownError: the entry is no line of this shop.
        DisputeWaitsError: it is disputed, and not answered yet.
        people.TextRefusedError: the reason cannot be shown.
    """
    cleaned = people.clean_text(reason, field="reason", length_max=TEXT_LENGTH_MAX)
    kind, occurred_at, amount = _line(session, merchant, entry_id)
    merchants.lock_merchant(session, merchant)
    ledger.check_still_new(session, call)
    if (waits := _waiting_of(session, entry_id)) is not None:
        raise DisputeWaitsError(waits)
    made = LineDispute(
        id=new_id(),
        merchant_id=merchant.id,
        entry_id=entry_id,
        kind=kind,
        amount=amount,
        occurred_at=occurred_at,
        reason=cleaned,
        disputed_by=actor,
        disputed_at=now,
    )
    session.add(made)
    remember_call(session, call, made_id=made.id, now=now)
    session.flush()
    return made


def answer_dispute(
    session: Session,
    *,
    dispute_id: UUID,
    decision: Decision,
    remedy: Remedy | None,
    note: str,
    by: Principal,
    now: datetime,
    call: Call | None = None,
) -> LineDisputeAnswer:
    """Answer a dispute, once: uphold it and say what follows, or reject it; the note says why.

    Raises:
        DisputeUnknownError: there is none.
        ledger.SamePersonError: who answers made the entry or the dispute, works for the shop, or is of the payer's
            household.
        DisputeAnsweredError: somebody answered it.
        RemedyError: what is upheld has no remedy, or what is rejected has one.
        people.TextRefusedError: the note cannot be shown.
    """
    if (decision is Decision.UPHELD) != (remedy is not None):
        raise RemedyError
    cleaned = people.clean_text(note, field="note", length_max=TEXT_LENGTH_MAX)
    dispute = get_dispute(session, dispute_id)
    merchants.lock_merchant(session, merchants.get_merchant(session, dispute.merchant_id))
    ledger.check_still_new(session, call)
    if session.get(LineDisputeAnswer, dispute_id) is not None:
        raise DisputeAnsweredError(dispute_id)
    if _holds_both_ends(session, by, dispute):
        raise ledger.SamePersonError(by.actor)
    made = LineDisputeAnswer(
        dispute_id=dispute_id, decision=decision, remedy=remedy, note=cleaned, answered_by=by.actor, answered_at=now
    )
    session.add(made)
    remember_call(session, call, made_id=dispute_id, now=now)
    session.flush()
    return made


def get_dispute(session: Session, dispute_id: UUID) -> LineDispute:
    """Return the dispute with this id.

    Raises:
        DisputeUnknownError: there is none.
    """
    found = session.get(LineDispute, dispute_id)
    if found is None:
        raise DisputeUnknownError(dispute_id)
    return found


def line_to_dispute(session: Session, *, merchant: Merchant, entry_id: UUID) -> LineDispute:
    """Return the dispute that a line would have, which is not kept: what it is of, for whoever is asked for a reason.

    Raises:
        LineUnknownError: the entry is no line of this shop.
    """
    kind, occurred_at, amount = _line(session, merchant, entry_id)
    return LineDispute(
        merchant_id=merchant.id, entry_id=entry_id, kind=kind, amount=amount, occurred_at=occurred_at, reason=""
    )


def list_disputes(
    session: Session,
    *,
    merchant_ids: Collection[UUID] | None = None,
    waiting: bool | None = None,
    limit: int,
    before: UUID | None = None,
) -> Sequence[DisputeView]:
    """Return disputes, of some shops or of all, newest first, older than the cursor `before`.

    `waiting` asks for those without an answer, or with one; None for both.
    """
    query = _viewed().order_by(LineDispute.id.desc()).limit(limit)
    if merchant_ids is not None:
        query = query.where(LineDispute.merchant_id.in_(merchant_ids))
    if waiting is not None:
        answered = LineDisputeAnswer.dispute_id.is_not(None)
        query = query.where(~answered if waiting else answered)
    if before is not None:
        query = query.where(LineDispute.id < before)
    return [DisputeView(*row) for row in session.execute(query)]


def dispute_view(session: Session, dispute_id: UUID) -> DisputeView:
    """Return a dispute with its answer.

    Raises:
        DisputeUnknownError: there is none.
    """
    return DisputeView(get_dispute(session, dispute_id), session.get(LineDisputeAnswer, dispute_id))


def disputes_of_lines(session: Session, entry_ids: Collection[UUID]) -> dict[UUID, DisputeView]:
    """Return the latest dispute of each of these lines that has one, by its entry."""
    rows = session.execute(_viewed().where(LineDispute.entry_id.in_(entry_ids)).order_by(LineDispute.id))
    return {row[0].entry_id: DisputeView(*row) for row in rows}


def count_waiting(session: Session) -> int:
    """Return how many disputes wait for an answer of the office."""
    waiting = select(func.count(LineDispute.id)).outerjoin(
        LineDisputeAnswer, LineDisputeAnswer.dispute_id == LineDispute.id
    )
    return session.scalar(waiting.where(LineDisputeAnswer.dispute_id.is_(None))) or 0


@cache
def _viewed() -> Select[LineDispute, LineDisputeAnswer | None]:
    return select(LineDispute, LineDisputeAnswer).outerjoin(
        LineDisputeAnswer, LineDisputeAnswer.dispute_id == LineDispute.id
    )


def _waiting_of(session: Session, entry_id: UUID) -> UUID | None:
    return session.scalar(
        select(LineDispute.id)
        .outerjoin(LineDisputeAnswer, LineDisputeAnswer.dispute_id == LineDispute.id)
        .where(LineDispute.entry_id == entry_id, LineDisputeAnswer.dispute_id.is_(None))
        .limit(1)
    )


def _line(session: Session, merchant: Merchant, entry_id: UUID) -> tuple[str, datetime, int]:
    """Return what an entry is, when it was, and what it did to what the merchant is to be paid, in cents.

    Raises:
        LineUnknownError: it did nothing to it, or was a settlement's, which moves lines and is none.
    """
    told = ledger.postings_told()
    amount = func.sum(told.c.raised)
    row = session.execute(
        select(told.c.kind, told.c.occurred_at, amount)
        .where(
            told.c.entry_id == entry_id,
            told.c.account_id.in_((merchant.payable_account_id, merchant.receivable_account_id)),
            told.c.kind.not_in(settlements.ENTRY_KINDS.values()),
        )
        .group_by(told.c.kind, told.c.occurred_at)
        .having(amount != 0)
    ).one_or_none()
    if row is None:
        raise LineUnknownError(entry_id)
    return row[0], row[1], int(row[2])


def _holds_both_ends(session: Session, by: Principal, dispute: LineDispute) -> bool:
    if by.actor in (dispute.disputed_by, ledger.entry(session, dispute.entry_id).actor):
        return True
    works_there = by.acts_for_merchant(dispute.merchant_id) or (
        by.person_id is not None
        and people.works_for_merchant(session, person_id=by.person_id, merchant_id=dispute.merchant_id)
    )
    payment = payments.redemption_of_entry(session, dispute.entry_id)
    payer = None if payment is None else payment.resident_id
    return works_there or (
        payer is not None and people.is_of_any_household(session, actor=by.actor, resident_ids=[payer])
    )
