"""Naming (命名): the office certifies a merchant from day to day, and may suspend, reinstate or revoke it."""

import re
from collections.abc import Collection, Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session

import ledger
import people
import receivables
from merchants.applications import accepted_by
from merchants.errors import NamingDatesError, NamingStepError, NotNamedError, OwnShopError, SamePersonError
from merchants.model import NAME_LENGTH_MAX, TEXT_LENGTH_MAX, Merchant, Naming, NamingStep, NamingStepKind
from merchants.registry import lock_merchant

_BETWEEN_FUNDS = ","
_PERSON = re.compile(r"person:([0-9a-f]{32})")


def name_merchant(
    session: Session,
    *,
    merchant: Merchant,
    naming_class: str,
    valid_from: date,
    valid_until: date,
    document: str,
    funds: Collection[str] | None = None,
    renews_id: UUID | None = None,
    actor: str,
    now: datetime,
    call: ledger.Call | None = None,
) -> Naming:
    """Name a merchant from day to day, both included, for the credits of some funds, or of all where `funds` is None.

    Where it is suspended, the new naming is so too until the reinstatement. Which funds there are, the caller knows.
    `renews_id` is the naming that this one follows, where it renews one.

    Raises:
        NamingDatesError: it would end before it begins.
        SamePersonError: it would be the first one, by who accepted the merchant's application.
        OwnShopError: they work there.
        receivables.OwnerClosedError: the merchant is closed, or on the way.
        people.TextRefusedError: class or document cannot be shown.
    """
    if valid_until < valid_from:
        raise NamingDatesError
    lock_merchant(session, merchant)
    check_not_own_shop(session, merchant, actor)
    if actor == accepted_by(session, merchant.id) and not list_namings(session, merchant_id=merchant.id):
        raise SamePersonError
    closure = receivables.closure_of_merchant(session, merchant.id)
    if closure is not None:
        raise receivables.OwnerClosedError(closure.id)
    suspended = [each.suspended_at for each in not_over(session, merchant, now.date()) if each.suspended_at]
    naming = Naming(
        id=ledger.new_id(),
        merchant_id=merchant.id,
        naming_class=people.clean_text(naming_class, field="class", length_max=NAME_LENGTH_MAX),
        valid_from=valid_from,
        valid_until=valid_until,
        document=people.clean_text(document, field="document", length_max=TEXT_LENGTH_MAX),
        fund_codes="" if funds is None else _together(funds),
        renews_id=renews_id,
        suspended_at=min(suspended, default=None),
        named_by=actor,
        named_at=now,
    )
    session.add(naming)
    session.flush()
    ledger.remember_call(session, call, made_id=naming.id, now=now)
    return naming


def check_not_own_shop(session: Session, merchant: Merchant, actor: str) -> None:
    """Refuse what nobody decides about a shop where they work.

    Raises:
        OwnShopError: the actor works there.
    """
    person = _PERSON.fullmatch(actor)
    if person and people.works_for_merchant(session, person_id=UUID(person[1]), merchant_id=merchant.id):
        raise OwnShopError


def _together(funds: Collection[str]) -> str:
    together = _BETWEEN_FUNDS.join(sorted(set(funds)))
    # An empty text would stand for all funds.
    if len(together) > TEXT_LENGTH_MAX or accepted_funds(together) != frozenset(funds):
        raise ValueError("a naming is for all funds, or for a few by their codes")
    return together


def accepted_funds(fund_codes: str) -> frozenset[str] | None:
    """Return the codes of the funds a naming accepts, None for all of them."""
    return frozenset(fund_codes.split(_BETWEEN_FUNDS)) if fund_codes else None


def is_current(day: date) -> ColumnElement[bool]:
    """Return the condition that a naming covers a day and was not revoked; it may be suspended."""
    return and_(Naming.valid_from <= day, Naming.valid_until >= day, Naming.revoked_at.is_(None))


def current_naming(session: Session, *, merchant_id: UUID, day: date) -> Naming | None:
    """Return the naming in force on a day, None if there is none; of several, one not suspended, then the latest."""
    return session.scalars(
        select(Naming)
        .where(Naming.merchant_id == merchant_id, is_current(day))
        .order_by(Naming.suspended_at.is_not(None), Naming.named_at.desc(), Naming.id.desc())
        .limit(1)
    ).first()


def list_namings(session: Session, *, merchant_id: UUID) -> Sequence[Naming]:
    """Return all namings a merchant ever had, newest first."""
    return session.scalars(
        select(Naming).where(Naming.merchant_id == merchant_id).order_by(Naming.named_at.desc(), Naming.id.desc())
    ).all()


def naming_history(session: Session, *, merchant_id: UUID) -> Sequence[NamingStep]:
    """Return the suspensions, reinstatements and revocations of a merchant's namings, newest first."""
    return session.scalars(
        select(NamingStep)
        .join(Naming, Naming.id == NamingStep.naming_id)
        .where(Naming.merchant_id == merchant_id)
        .order_by(NamingStep.made_at.desc(), NamingStep.id.desc())
    ).all()


def named_merchants(session: Session, *, day: date) -> list[tuple[Merchant, Naming]]:
    """Return the merchants that can be paid on a day with the naming in force, by class and name."""
    rows = session.execute(
        select(Merchant, Naming)
        .join(Naming, Naming.merchant_id == Merchant.id)
        .where(is_current(day), Naming.suspended_at.is_(None))
        .order_by(Naming.named_at.desc(), Naming.id.desc())
    )
    latest: dict[UUID, tuple[Merchant, Naming]] = {}
    for merchant, naming in rows:
        latest.setdefault(merchant.id, (merchant, naming))
    return sorted(latest.values(), key=lambda pair: (pair[1].naming_class, pair[0].name))


def suspend_naming(
    session: Session, *, merchant: Merchant, reason: str, actor: str, now: datetime, call: ledger.Call | None = None
) -> NamingStep:
    """Suspend the namings of a merchant: it cannot be paid until they are reinstated.

    Raises:
        NotNamedError: it has no naming that is not over.
        NamingStepError: they are suspended already.
    """
    return _step(session, merchant, NamingStepKind.SUSPENSION, reason=reason, actor=actor, now=now, call=call)


def reinstate_naming(
    session: Session, *, merchant: Merchant, reason: str, actor: str, now: datetime, call: ledger.Call | None = None
) -> NamingStep:
    """End the suspension of a merchant's namings.

    Raises:
        NotNamedError: it has no naming that is not over.
        NamingStepError: they are not suspended.
        OwnShopError: the actor works there.
    """
    check_not_own_shop(session, merchant, actor)
    return _step(session, merchant, NamingStepKind.REINSTATEMENT, reason=reason, actor=actor, now=now, call=call)


def revoke_naming(
    session: Session, *, merchant: Merchant, reason: str, actor: str, now: datetime, call: ledger.Call | None = None
) -> NamingStep:
    """Revoke the namings of a merchant for good; what was paid before is still refunded and settled.

    Raises:
        NotNamedError: it has no naming that is not over.
    """
    return _step(session, merchant, NamingStepKind.REVOCATION, reason=reason, actor=actor, now=now, call=call)


def _step(
    session: Session,
    merchant: Merchant,
    kind: NamingStepKind,
    *,
    reason: str,
    actor: str,
    now: datetime,
    call: ledger.Call | None,
) -> NamingStep:
    cleaned = people.clean_text(reason, field="reason", length_max=TEXT_LENGTH_MAX)
    lock_merchant(session, merchant)
    # A renewal may already be given: a step holds for every naming that is not over.
    namings = not_over(session, merchant, now.date())
    refusal = _refusal_of_step(merchant, kind, namings)
    if refusal is not None:
        ledger.check_still_new(session, call)
        raise refusal
    steps = []
    for naming in namings:
        if kind is NamingStepKind.REVOCATION:
            naming.revoked_at = now
        elif kind is NamingStepKind.SUSPENSION:
            naming.suspended_at = naming.suspended_at or now
        else:
            naming.suspended_at = None
        steps.append(
            NamingStep(id=ledger.new_id(), naming_id=naming.id, kind=kind, reason=cleaned, made_by=actor, made_at=now)
        )
    session.add_all(steps)
    session.flush()
    ledger.remember_call(session, call, made_id=steps[0].id, now=now)
    return steps[0]


def not_over(session: Session, merchant: Merchant, day: date) -> Sequence[Naming]:
    """Return the namings of a merchant that hold on a day or will, newest first, as they are behind its lock."""
    return session.scalars(
        select(Naming)
        .where(Naming.merchant_id == merchant.id, Naming.revoked_at.is_(None), Naming.valid_until >= day)
        .order_by(Naming.named_at.desc(), Naming.id.desc())
        # What the session read before it waited for the lock may be stale.
        .execution_options(populate_existing=True)
    ).all()


def _refusal_of_step(
    merchant: Merchant, kind: NamingStepKind, namings: Sequence[Naming]
) -> NotNamedError | NamingStepError | None:
    if not namings:
        return NotNamedError(merchant.code)
    suspended = [naming for naming in namings if naming.suspended_at is not None]
    if kind is NamingStepKind.SUSPENSION and len(suspended) == len(namings):
        return NamingStepError(merchant.code, "suspended")
    if kind is NamingStepKind.REINSTATEMENT and not suspended:
        return NamingStepError(merchant.code, "not suspended")
    return None


def get_naming(session: Session, naming_id: UUID) -> Naming | None:
    """Return the naming with this id, None if there is none."""
    return session.get(Naming, naming_id)


def get_naming_step(session: Session, step_id: UUID) -> NamingStep | None:
    """Return the step with this id, None if there is none."""
    return session.get(NamingStep, step_id)
