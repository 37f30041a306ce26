"""What the office does with an application: asks for more, refuses it, or makes a merchant of it."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

import ledger
import people
from merchants.application_model import (
    ApplicationState,
    ApplicationStep,
    ApplicationStepKind,
    ApplicationVersion,
    MerchantApplication,
)
from merchants.applications import OPEN_STATES, get_application, licence_photos
from merchants.applying import add_step, lock_application
from merchants.errors import ApplicationStateError, LicenceMissingError, SamePersonError
from merchants.model import TEXT_LENGTH_MAX
from merchants.registry import create_merchant

_RESIDENT = "resident:"


def return_application(
    session: Session, *, application_id: UUID, reason: str, actor: str, now: datetime, call: ledger.Call | None = None
) -> ApplicationStep:
    """Ask the applicant for more, with what is missing in words that they will read.

    Raises:
        ApplicationUnknownError: there is no such application.
        ApplicationStateError: it does not wait for the office.
        SamePersonError: they, or their household, entered it.
        people.TextRefusedError: the reason cannot be shown.
    """
    cleaned = people.clean_text(reason, field="reason", length_max=TEXT_LENGTH_MAX)
    application = _for_decision(session, application_id, (ApplicationState.SUBMITTED,), actor=actor, call=call)
    application.state = ApplicationState.RETURNED
    step = add_step(session, application, ApplicationStepKind.RETURN, actor=actor, now=now, reason=cleaned)
    ledger.remember_call(session, call, made_id=step.id, now=now)
    return step


def refuse_application(
    session: Session, *, application_id: UUID, reason: str, actor: str, now: datetime, call: ledger.Call | None = None
) -> ApplicationStep:
    """Refuse an application for good, with a reason that the applicant will read.

    Raises:
        ApplicationStateError: it is decided, or withdrawn.
        ApplicationUnknownError, SamePersonError, people.TextRefusedError: as `return_application`.
    """
    cleaned = people.clean_text(reason, field="reason", length_max=TEXT_LENGTH_MAX)
    application = _for_decision(session, application_id, OPEN_STATES, actor=actor, call=call)
    application.state = ApplicationState.REFUSED
    step = add_step(session, application, ApplicationStepKind.REFUSAL, actor=actor, now=now, reason=cleaned)
    ledger.remember_call(session, call, made_id=step.id, now=now)
    return step


def accept_application(
    session: Session,
    *,
    application_id: UUID,
    code: str,
    actor: str,
    now: datetime,
    call: ledger.Call | None = None,
) -> ApplicationStep:
    """Make a merchant of an application, under a code of the office; it takes credits once somebody else names it.

    Raises:
        ApplicationStateError: it does not wait for the office.
        LicenceMissingError: there is no photo of the licence.
        MerchantCodeError, MerchantExistsError: the code cannot be one, or is taken.
        ApplicationUnknownError, SamePersonError: as `return_application`.
    """
    application = _for_decision(session, application_id, (ApplicationState.SUBMITTED,), actor=actor, call=call)
    if not licence_photos(session, application.id):
        raise LicenceMissingError
    asked = get_application(session, application.id).version
    merchant = create_merchant(session, code=code, name=asked.shop_name, category=asked.category, actor=actor, now=now)
    application.state = ApplicationState.ACCEPTED
    application.merchant_id = merchant.id
    step = add_step(session, application, ApplicationStepKind.ACCEPTANCE, actor=actor, now=now)
    ledger.remember_call(session, call, made_id=step.id, now=now)
    return step


def may_decide(session: Session, application: MerchantApplication, actor: str) -> bool:
    """Say whether somebody may decide about an application: nobody does who entered it, nor, as known, their household.

    Of their household is also the contact, by their phone.
    """
    makers = set(
        session.scalars(select(ApplicationVersion.made_by).where(ApplicationVersion.application_id == application.id))
    )
    residents = [UUID(each.removeprefix(_RESIDENT)) for each in makers if each.startswith(_RESIDENT)]
    return not (
        actor in makers
        or people.is_of_any_household(session, actor=actor, resident_ids=residents)
        or people.bears_phone(session, actor=actor, phone_lookup=application.phone_lookup)
    )


def _for_decision(
    session: Session,
    application_id: UUID,
    states: Sequence[ApplicationState],
    *,
    actor: str,
    call: ledger.Call | None,
) -> MerchantApplication:
    application = lock_application(session, application_id)
    if not may_decide(session, application, actor):
        raise SamePersonError
    if application.state not in states:
        # A twin of this call may have done it while this one waited for the lock.
        ledger.check_still_new(session, call)
        raise ApplicationStateError(application.state)
    return application
