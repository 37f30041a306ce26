"""Renewal of a naming: its owner asks, and the office gives a naming that follows it without a day between."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

import ledger
import people
from merchants.errors import NotNamedError, RenewalStateError
from merchants.model import TEXT_LENGTH_MAX, Merchant, Naming, RenewalStep, RenewalStepKind
from merchants.namings import accepted_funds, check_not_own_shop, name_merchant, not_over
from merchants.registry import lock_merchant

REMINDED_DAYS_BEFORE = 30
"""So many days before its last day the owner is reminded that a naming ends."""


class RenewalState(StrEnum):
    """How it stands with the renewal of a naming."""

    NONE = "none"
    ASKED = "asked"
    REFUSED = "refused"
    RENEWED = "renewed"


@dataclass(frozen=True, slots=True)
class Renewal:
    """The naming of a merchant that ends last, and how it stands with its renewal; `step` is the last word about it."""

    naming: Naming
    state: RenewalState
    step: RenewalStep | None
    days_left: int

    @property
    def is_to_be_reminded(self) -> bool:
        """Whether the naming ends soon and nobody has asked for its renewal, or in vain."""
        return self.days_left <= REMINDED_DAYS_BEFORE and self.state in {RenewalState.NONE, RenewalState.REFUSED}


def renewal_of(session: Session, merchant: Merchant, *, day: date) -> Renewal | None:
    """Return how it stands with the renewal of a merchant's last naming, None where it has none that is not over."""
    namings = not_over(session, merchant, day)
    if not namings:
        return None
    last = max(namings, key=lambda each: each.valid_until)
    step = _last_step(session, last)
    return Renewal(last, _state(session, last, step), step, (last.valid_until - day).days)


def ask_for_renewal(
    session: Session,
    *,
    merchant: Merchant,
    naming_id: UUID,
    words: str | None,
    actor: str,
    now: datetime,
    call: ledger.Call | None = None,
) -> RenewalStep:
    """Ask the office, as the merchant's owner, to renew a naming that is not over; after a refusal one may ask again.

    Raises:
        NotNamedError: it is no naming of the merchant, it is over, or revoked.
        RenewalStateError: it was asked for, or is renewed.
        people.TextRefusedError: the words cannot be shown.
    """
    cleaned = people.clean_text(words, field="words", length_max=TEXT_LENGTH_MAX) if words else None
    naming = _renewable(session, merchant, naming_id, now.date())
    state = _state(session, naming, _last_step(session, naming))
    if state in {RenewalState.ASKED, RenewalState.RENEWED}:
        ledger.check_still_new(session, call)
        raise RenewalStateError(state)
    return _add(session, naming, RenewalStepKind.REQUEST, cleaned, actor=actor, now=now, call=call)


def refuse_renewal(
    session: Session,
    *,
    merchant: Merchant,
    naming_id: UUID,
    reason: str,
    actor: str,
    now: datetime,
    call: ledger.Call | None = None,
) -> RenewalStep:
    """Refuse the renewal that the owner asked for: the naming runs out on its last day.

    Raises:
        NotNamedError: it is no naming of the merchant, it is over, or revoked.
        RenewalStateError: nobody asked, or it is renewed.
        OwnShopError: the actor works there.
        people.TextRefusedError: the reason cannot be shown.
    """
    cleaned = people.clean_text(reason, field="reason", length_max=TEXT_LENGTH_MAX)
    naming = _renewable(session, merchant, naming_id, now.date())
    check_not_own_shop(session, merchant, actor)
    state = _state(session, naming, _last_step(session, naming))
    if state is not RenewalState.ASKED:
        ledger.check_still_new(session, call)
        raise RenewalStateError(state if state is RenewalState.RENEWED else "not_asked")
    return _add(session, naming, RenewalStepKind.REFUSAL, cleaned, actor=actor, now=now, call=call)


def renew_naming(
    session: Session,
    *,
    merchant: Merchant,
    naming_id: UUID,
    valid_until: date,
    document: str,
    actor: str,
    now: datetime,
    call: ledger.Call | None = None,
) -> Naming:
    """Renew a naming that is not over, asked for or not: class and funds stay, and not a day lies between.

    What is to change besides needs a new naming.

    Raises:
        NotNamedError: it is no naming of the merchant, it is over, or revoked.
        RenewalStateError: it is renewed already.
        NamingDatesError, OwnShopError, receivables.OwnerClosedError, people.TextRefusedError: as `name_merchant`.
    """
    naming = _renewable(session, merchant, naming_id, now.date())
    if _state(session, naming, None) is RenewalState.RENEWED:
        ledger.check_still_new(session, call)
        raise RenewalStateError(RenewalState.RENEWED)
    return name_merchant(
        session,
        merchant=merchant,
        naming_class=naming.naming_class,
        valid_from=naming.valid_until + timedelta(days=1),
        valid_until=valid_until,
        document=document,
        funds=accepted_funds(naming.fund_codes),
        renews_id=naming.id,
        actor=actor,
        now=now,
        call=call,
    )


def renewals_asked(session: Session, *, day: date, limit: int) -> list[tuple[Merchant, RenewalStep]]:
    """Return the merchants whose owners wait for a renewal, with what they asked, the nearest last day first."""
    renewed = select(Naming.renews_id).where(Naming.renews_id.is_not(None))
    asked = (
        select(Merchant, RenewalStep)
        .join(Naming, Naming.id == RenewalStep.naming_id)
        .join(Merchant, Merchant.id == Naming.merchant_id)
        .where(Naming.revoked_at.is_(None), Naming.valid_until >= day, Naming.id.not_in(renewed))
        .order_by(Naming.valid_until, Naming.id, RenewalStep.made_at, RenewalStep.id)
    )
    # The last word about each naming decides.
    last = {step.naming_id: (merchant, step) for merchant, step in session.execute(asked)}
    return [pair for pair in last.values() if pair[1].kind is RenewalStepKind.REQUEST][:limit]


def renewal_steps(session: Session, *, merchant_id: UUID) -> Sequence[RenewalStep]:
    """Return what was asked and refused about renewals of a merchant's namings, newest first."""
    return session.scalars(
        select(RenewalStep)
        .join(Naming, Naming.id == RenewalStep.naming_id)
        .where(Naming.merchant_id == merchant_id)
        .order_by(RenewalStep.made_at.desc(), RenewalStep.id.desc())
    ).all()


def get_renewal_step(session: Session, step_id: UUID) -> RenewalStep | None:
    """Return the step with this id, None if there is none."""
    return session.get(RenewalStep, step_id)


def _renewable(session: Session, merchant: Merchant, naming_id: UUID, day: date) -> Naming:
    lock_merchant(session, merchant)
    namings: Collection[Naming] = not_over(session, merchant, day)
    found = next((each for each in namings if each.id == naming_id), None)
    if found is None:
        raise NotNamedError(merchant.code)
    return found


def _last_step(session: Session, naming: Naming) -> RenewalStep | None:
    return session.scalars(
        select(RenewalStep)
        .where(RenewalStep.naming_id == naming.id)
        .order_by(RenewalStep.made_at.desc(), RenewalStep.id.desc())
        .limit(1)
    ).first()


def _state(session: Session, naming: Naming, step: RenewalStep | None) -> RenewalState:
    if session.scalar(select(Naming.id).where(Naming.renews_id == naming.id)) is not None:
        return RenewalState.RENEWED
    if step is None:
        return RenewalState.NONE
    return RenewalState.ASKED if step.kind is RenewalStepKind.REQUEST else RenewalState.REFUSED


def _add(
    session: Session,
    naming: Naming,
    kind: RenewalStepKind,
    words: str | None,
    *,
    actor: str,
    now: datetime,
    call: ledger.Call | None,
) -> RenewalStep:
    step = RenewalStep(id=ledger.new_id(), naming_id=naming.id, kind=kind, words=words, made_by=actor, made_at=now)
    session.add(step)
    session.flush()
    ledger.remember_call(session, call, made_id=step.id, now=now)
    return step
