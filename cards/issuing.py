"""Paper cards: issued by an officer to a resident whom they see, blocked by either, replaced when lost."""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session
from stdnum import luhn

import ledger
import payments
import people
from cards.days import last_moment
from cards.errors import CardHiddenError, CardStandsError, CardStateError, CardUnknownError
from cards.model import TEXT_LENGTH_MAX, CardState, CardStep, CardStepKind, PaymentCard
from ledger import Call, check_still_new, new_id, remember_call

# What is paid with cards in a day unless the office says otherwise: enough for a week's meals, little for a thief.
DAY_LIMIT = 10_000
# Three years: as long as ink and paper last in a pocket.
CARD_LIFETIME_DAYS = 3 * 365
_FIRST_DIGITS, _DIGITS = 1_000_000, 9_000_000
_ATTEMPTS_MAX = 20


def issue_card(
    session: Session,
    *,
    resident_id: UUID,
    day_limit: int = DAY_LIMIT,
    secret: bytes,
    actor: str,
    now: datetime,
    call: Call | None = None,
) -> PaymentCard:
    """Issue a card with which a resident pays up to `day_limit` cents a day, each time with their PIN.

    `payments.code_of` tells its code from its payment code's id.

    Raises:
        people.ResidentUnknownError, people.ResidentLeftError: there is no such resident, or they have left.
        ledger.SamePersonError: the officer is that resident, or of their household.
        CardStandsError: they have a card already.
        payments.CodesBlockedError: the resident has blocked their codes.
        payments.AmountError: the limit is no amount.
    """
    resident = _checked_owner(session, resident_id, actor)
    check_still_new(session, call)
    standing = live_card(session, resident_id=resident_id)
    if standing is not None:
        raise CardStandsError(standing.id, standing.number)
    card = _made(session, resident, day_limit=day_limit, secret=secret, actor=actor, now=now)
    remember_call(session, call, made_id=card.id, now=now)
    return card


def block_card(
    session: Session, *, card_id: UUID, reason: str, actor: str, now: datetime, call: Call | None = None
) -> PaymentCard:
    """Let a card pay no more, until it is unblocked; again changes nothing.

    Raises:
        CardUnknownError: there is no such card.
        CardStateError: it is replaced.
        people.TextRefusedError: the reason cannot be shown.
    """
    card = _locked(session, card_id)
    if card.state is CardState.REPLACED:
        check_still_new(session, call)
        raise CardStateError(card_id, card.state)
    if card.state is CardState.ACTIVE:
        _step(session, card, CardStepKind.BLOCK, reason=reason, actor=actor, now=now)
        card.state = CardState.BLOCKED
        payments.stop_codes(session, [card.payment_code_id], now=now)
    session.flush()
    remember_call(session, call, made_id=card.id, now=now)
    return card


def unblock_card(
    session: Session, *, card_id: UUID, reason: str, actor: str, now: datetime, call: Call | None = None
) -> PaymentCard:
    """Let a card that was found again pay again: for an officer, who sees its owner.

    Raises:
        CardUnknownError, people.TextRefusedError: as `block_card`.
        CardStateError: it is not blocked.
        ledger.SamePersonError: the officer is its owner, or of their household.
        payments.CodesBlockedError: its owner has blocked all of their codes.
    """
    card = _locked(session, card_id)
    _checked_owner(session, card.resident_id, actor)
    check_still_new(session, call)
    if card.state is not CardState.BLOCKED:
        raise CardStateError(card_id, card.state)
    payments.check_not_blocked(session, card.resident_id)
    _step(session, card, CardStepKind.UNBLOCK, reason=reason, actor=actor, now=now)
    card.state = CardState.ACTIVE
    payments.free_code(session, card.payment_code_id)
    session.flush()
    remember_call(session, call, made_id=card.id, now=now)
    return card


def replace_card(
    session: Session,
    *,
    card_id: UUID,
    reason: str,
    secret: bytes,
    actor: str,
    now: datetime,
    call: Call | None = None,
) -> PaymentCard:
    """Issue a card in place of another, with its limit; the old one never pays again, from this moment.

    Raises:
        CardUnknownError, people.TextRefusedError: as `block_card`.
        CardStateError: it is replaced already.
        people.ResidentLeftError, ledger.SamePersonError, payments.CodesBlockedError: as `issue_card`.
    """
    old = _locked(session, card_id)
    resident = _checked_owner(session, old.resident_id, actor)
    check_still_new(session, call)
    if old.state is CardState.REPLACED:
        raise CardStateError(card_id, old.state)
    payments.check_not_blocked(session, old.resident_id)
    _step(session, old, CardStepKind.REPLACEMENT, reason=reason, actor=actor, now=now)
    old.state = CardState.REPLACED
    payments.stop_codes(session, [old.payment_code_id], now=now)
    # Before the new one comes: one of a resident lives at most.
    session.flush()
    code = payments.paper_codes(session, [old.payment_code_id])[old.payment_code_id]
    card = _made(
        session, resident, day_limit=code.day_limit or DAY_LIMIT, secret=secret, actor=actor, now=now, replaces=old
    )
    remember_call(session, call, made_id=card.id, now=now)
    return card


def get_card(session: Session, card_id: UUID) -> PaymentCard:
    """Return a card.

    Raises:
        CardUnknownError: there is none with this id.
    """
    card = session.get(PaymentCard, card_id)
    if card is None:
        raise CardUnknownError(card_id)
    return card


def live_card(session: Session, *, resident_id: UUID) -> PaymentCard | None:
    """Return the card of a resident that is not replaced, None if they have none."""
    return session.scalars(
        select(PaymentCard).where(PaymentCard.resident_id == resident_id, PaymentCard.state != CardState.REPLACED)
    ).first()


def list_cards(
    session: Session, *, resident_id: UUID, limit: int = 50, before: UUID | None = None
) -> Sequence[PaymentCard]:
    """Return the cards that a resident ever had, newest first, older than the cursor `before`."""
    query = select(PaymentCard).where(PaymentCard.resident_id == resident_id).order_by(PaymentCard.id.desc())
    if before is not None:
        query = query.where(PaymentCard.id < before)
    return session.scalars(query.limit(limit)).all()


def steps_of_cards(session: Session, card_ids: Sequence[UUID]) -> list[CardStep]:
    """Return what was done about these cards, the latest first."""
    query = select(CardStep).where(CardStep.card_id.in_(card_ids)).order_by(CardStep.made_at.desc(), CardStep.id.desc())
    return list(session.scalars(query))


def check_may_print(*, issued_by: str, issued_at: datetime, actor: str, now: datetime) -> None:
    """Refuse to show what is printed on paper to anybody but its issuer, or after the day on which it was issued.

    Raises:
        CardHiddenError: it is not shown any more.
    """
    if actor != issued_by or issued_at.astimezone(now.tzinfo).date() != now.date():
        raise CardHiddenError


def _made(
    session: Session,
    resident: people.Resident,
    *,
    day_limit: int,
    secret: bytes,
    actor: str,
    now: datetime,
    replaces: PaymentCard | None = None,
) -> PaymentCard:
    last_day = now.date() + timedelta(days=CARD_LIFETIME_DAYS)
    code = payments.create_card_code(
        session, resident=resident, day_limit=day_limit, expires_at=last_moment(last_day, now), secret=secret, now=now
    )
    card = PaymentCard(
        id=new_id(),
        number=_free_number(session),
        resident_id=resident.id,
        payment_code_id=code.id,
        state=CardState.ACTIVE,
        replaces_id=None if replaces is None else replaces.id,
        issued_by=actor,
        issued_at=now,
    )
    session.add(card)
    session.flush()
    session.add(CardStep(id=new_id(), card_id=card.id, kind=CardStepKind.ISSUE, made_by=actor, made_at=now))
    session.flush()
    return card


def _checked_owner(session: Session, resident_id: UUID, actor: str) -> people.Resident:
    resident = people.lock_resident(session, resident_id)
    people.check_has_not_left(resident)
    if people.is_of_household(session, actor=actor, resident=resident):
        raise ledger.SamePersonError(actor)
    return resident


def _locked(session: Session, card_id: UUID) -> PaymentCard:
    card = get_card(session, card_id)
    # Whatever is done about the cards of one resident queues at the resident's row.
    people.lock_resident(session, card.resident_id)
    session.refresh(card)
    return card


def _step(session: Session, card: PaymentCard, kind: CardStepKind, *, reason: str, actor: str, now: datetime) -> None:
    cleaned = people.clean_text(reason, field="reason", length_max=TEXT_LENGTH_MAX)
    session.add(CardStep(id=new_id(), card_id=card.id, kind=kind, reason=cleaned, made_by=actor, made_at=now))


def _free_number(session: Session) -> str:
    """Draw a number that no card has; of two drawn alike at once the unique key refuses the second."""
    for _attempt in range(_ATTEMPTS_MAX):
        digits = str(_FIRST_DIGITS + secrets.randbelow(_DIGITS))
        number = digits + luhn.calc_check_digit(digits)
        if session.scalar(select(PaymentCard.id).where(PaymentCard.number == number)) is None:
            return number
    raise people.NoFreeNumberError(_ATTEMPTS_MAX)
