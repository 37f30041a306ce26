"""What people decide: one looks at a payment that is held back, its shop appeals once, and another decides."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

import ledger
import merchants
import payments
import people
from ledger import Call, new_id
from people import clean_text
from suspicions.errors import (
    HeldAppealedError,
    HeldNotAppealedError,
    NotUpheldError,
    SuspicionDecidedError,
    SuspicionUnknownError,
)
from suspicions.model import TEXT_LENGTH_MAX, DecisionOutcome, Suspicion, SuspicionAppeal, SuspicionDecision

_PERSON = "person:"


def decide(
    session: Session,
    *,
    suspicion_id: UUID,
    outcome: DecisionOutcome,
    reason: str,
    actor: str,
    now: datetime,
    call: Call | None = None,
) -> Suspicion:
    """Decide about a payment that is held back: it comes with the next settlement, or stays out.

    Raises:
        SuspicionUnknownError: there is no such suspicion.
        ledger.SamePersonError: the actor granted the credits, works for the shop, or is of the payer's household.
        SuspicionDecidedError: it was decided before.
        TextRefusedError: the reason is empty, too long, or has forbidden characters.
    """
    suspicion = _locked(session, suspicion_id, call)
    _check_apart(session, suspicion, actor)
    if _decision(session, suspicion_id, on_appeal=False) is not None:
        raise SuspicionDecidedError(suspicion_id)
    _note(session, suspicion, outcome=outcome, reason=reason, actor=actor, now=now, on_appeal=False)
    return _kept(session, suspicion, now, call)


def appeal(
    session: Session, *, suspicion_id: UUID, text: str, actor: str, now: datetime, call: Call | None = None
) -> Suspicion:
    """Appeal, once, against a payment staying out of settlements. Whether the actor owns the shop the caller asks.

    Raises:
        SuspicionUnknownError: there is no such suspicion.
        NotUpheldError: nobody has upheld it.
        HeldAppealedError: the shop appealed before.
        TextRefusedError: the text is empty, too long, or has forbidden characters.
    """
    suspicion = _locked(session, suspicion_id, call)
    first = _decision(session, suspicion_id, on_appeal=False)
    if first is None or first.outcome is not DecisionOutcome.UPHELD:
        raise NotUpheldError(suspicion_id)
    if session.get(SuspicionAppeal, suspicion_id) is not None:
        raise HeldAppealedError(suspicion_id)
    words = clean_text(text, field="text", length_max=TEXT_LENGTH_MAX)
    session.add(SuspicionAppeal(suspicion_id=suspicion_id, text=words, made_by=actor, made_at=now))
    return _kept(session, suspicion, now, call)


def decide_appeal(
    session: Session,
    *,
    suspicion_id: UUID,
    outcome: DecisionOutcome,
    reason: str,
    actor: str,
    now: datetime,
    call: Call | None = None,
) -> Suspicion:
    """Decide about a shop's appeal, as another person than the one who upheld; that is the last word.

    Raises:
        SuspicionUnknownError: there is no such suspicion.
        HeldNotAppealedError: the shop has not appealed.
        ledger.SamePersonError: as `decide`, or the actor upheld it.
        SuspicionDecidedError: the appeal was decided before.
        TextRefusedError: the reason is empty, too long, or has forbidden characters.
    """
    suspicion = _locked(session, suspicion_id, call)
    first = _decision(session, suspicion_id, on_appeal=False)
    if first is None or session.get(SuspicionAppeal, suspicion_id) is None:
        raise HeldNotAppealedError(suspicion_id)
    if first.decided_by == actor:
        raise ledger.SamePersonError(actor)
    _check_apart(session, suspicion, actor)
    if _decision(session, suspicion_id, on_appeal=True) is not None:
        raise SuspicionDecidedError(suspicion_id)
    _note(session, suspicion, outcome=outcome, reason=reason, actor=actor, now=now, on_appeal=True)
    return _kept(session, suspicion, now, call)


def _locked(session: Session, suspicion_id: UUID, call: Call | None) -> Suspicion:
    """Return a suspicion; whoever else decides about this shop, looks at it or settles it waits."""
    suspicion = session.get(Suspicion, suspicion_id)
    if suspicion is None:
        raise SuspicionUnknownError(suspicion_id)
    merchants.lock_merchant(session, merchants.get_merchant(session, suspicion.merchant_id))
    ledger.check_still_new(session, call)
    return suspicion


def _check_apart(session: Session, suspicion: Suspicion, actor: str) -> None:
    """Refuse who has a part in the payment.

    Raises:
        ledger.SamePersonError: they granted its credits, work for the shop, or are of the payer's household.
    """
    payer = payments.get_redemption(session, suspicion.redemption_id).resident_id
    works_there = actor.startswith(_PERSON) and people.works_for_merchant(
        session, person_id=UUID(actor.removeprefix(_PERSON)), merchant_id=suspicion.merchant_id
    )
    payers = [] if payer is None else [payer]
    is_payer = people.is_of_any_household(session, actor=actor, resident_ids=payers)
    if works_there or is_payer or suspicion.officer == actor:
        raise ledger.SamePersonError(actor)


def _decision(session: Session, suspicion_id: UUID, *, on_appeal: bool) -> SuspicionDecision | None:
    return session.scalars(
        select(SuspicionDecision).where(
            SuspicionDecision.suspicion_id == suspicion_id, SuspicionDecision.on_appeal.is_(on_appeal)
        )
    ).one_or_none()


def _note(
    session: Session,
    suspicion: Suspicion,
    *,
    outcome: DecisionOutcome,
    reason: str,
    actor: str,
    now: datetime,
    on_appeal: bool,
) -> None:
    session.add(
        SuspicionDecision(
            id=new_id(),
            suspicion_id=suspicion.id,
            on_appeal=on_appeal,
            outcome=outcome,
            reason=clean_text(reason, field="reason", length_max=TEXT_LENGTH_MAX),
            decided_by=actor,
            decided_at=now,
        )
    )


def _kept(session: Session, suspicion: Suspicion, now: datetime, call: Call | None) -> Suspicion:
    ledger.remember_call(session, call, made_id=suspicion.id, now=now)
    session.flush()
    return suspicion
