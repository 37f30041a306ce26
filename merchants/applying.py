"""What an applicant does: applying for a shop, sending its licence, amending what the office asks for, withdrawing."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

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
from merchants.applications import OPEN_STATES
from merchants.credit_codes import normal_credit_code
from merchants.errors import ApplicationStateError, ApplicationUnknownError
from merchants.model import NAME_LENGTH_MAX
from photos import CleanPhoto, Photo, PhotoKind, PhotoStore, keep

_RANDOM_DIGITS = 6


@dataclass(frozen=True, slots=True)
class ShopFacts:
    """What an application says of a shop: the kind it is, and the class (such as 平安饭店) that it asks for."""

    name: str
    category: str
    naming_class: str
    address: str
    unit_code: str
    credit_code: str


@dataclass(frozen=True, slots=True)
class Contact:
    """Whom the office calls about an application."""

    name: str = field(repr=False)
    phone: str = field(repr=False)


def apply_to_be_named(
    session: Session,
    *,
    shop: ShopFacts,
    contact: Contact,
    vault: people.PhoneVault,
    actor: str,
    now: datetime,
    call: ledger.Call | None = None,
) -> tuple[MerchantApplication, str]:
    """Take in an application and return it with the code by which it is followed, which is shown once.

    `actor` is who enters it: `APPLICANT` without a log-in. It can be accepted once a photo of the licence is there. Of
    two that draw the same number, one meets a unique key, and its work runs again.

    Raises:
        people.TextRefusedError, people.PhoneInvalidError, CreditCodeError: a field is not right.
        people.UnitUnknownError: the unit is no place of the tree.
    """
    facts = _checked(session, shop)
    code = people.new_spelled_code()
    code_hash = people.hash_of_spelled_code(code)
    application = MerchantApplication(
        id=ledger.new_id(),
        number=_new_number(now),
        code_hash=code_hash,
        state=ApplicationState.SUBMITTED,
        version=1,
        submitted_at=now,
        **_kept_contact(contact, vault),
    )
    session.add(application)
    session.flush()
    step = _add(session, application, facts, ApplicationStepKind.SUBMISSION, actor=actor, now=now)
    ledger.remember_call(session, call, made_id=step.id, now=now)
    return application, code


def add_licence(
    session: Session, store: PhotoStore, *, application_id: UUID, pictures: Sequence[CleanPhoto], now: datetime
) -> list[Photo]:
    """Keep photos of the licence, up to 6; the same picture again is the one that there is.

    Raises:
        ApplicationUnknownError: there is no such application.
        ApplicationStateError: it is decided, or withdrawn.
        photos.TooManyPhotosError, photos.PhotoStoreUnavailableError: there would be too many; the store is away.
    """
    application = lock_application(session, application_id)
    if application.state not in OPEN_STATES:
        raise ApplicationStateError(application.state)
    return keep(session, store, matter_id=application.id, kind=PhotoKind.SEEN, pictures=pictures, now=now)


def amend_application(
    session: Session,
    *,
    application_id: UUID,
    shop: ShopFacts,
    contact: Contact | None = None,
    vault: people.PhoneVault,
    actor: str,
    now: datetime,
    call: ledger.Call | None = None,
) -> ApplicationStep:
    """Say anew what a shop is, after the office asked for more: the application waits for the office again.

    Without a `contact` that of before stays.

    Raises:
        ApplicationStateError: the office has not asked.
        ApplicationUnknownError, and what `apply_to_be_named` raises.
    """
    facts = _checked(session, shop)
    kept = {} if contact is None else _kept_contact(contact, vault)
    application = lock_application(session, application_id)
    if application.state is not ApplicationState.RETURNED:
        ledger.check_still_new(session, call)
        raise ApplicationStateError(application.state)
    application.state = ApplicationState.SUBMITTED
    application.version += 1
    for name, value in kept.items():
        setattr(application, name, value)
    step = _add(session, application, facts, ApplicationStepKind.AMENDMENT, actor=actor, now=now)
    ledger.remember_call(session, call, made_id=step.id, now=now)
    return step


def withdraw_application(
    session: Session, *, application_id: UUID, actor: str, now: datetime, call: ledger.Call | None = None
) -> ApplicationStep:
    """Withdraw an application that is not decided, for good.

    Raises:
        ApplicationUnknownError: there is none.
        ApplicationStateError: it is decided, or withdrawn already.
    """
    application = lock_application(session, application_id)
    if application.state not in OPEN_STATES:
        ledger.check_still_new(session, call)
        raise ApplicationStateError(application.state)
    application.state = ApplicationState.WITHDRAWN
    step = add_step(session, application, ApplicationStepKind.WITHDRAWAL, actor=actor, now=now)
    ledger.remember_call(session, call, made_id=step.id, now=now)
    return step


def lock_application(session: Session, application_id: UUID) -> MerchantApplication:
    """Return an application behind the lock at which its steps queue.

    Raises:
        ApplicationUnknownError: there is none.
    """
    found = session.get(MerchantApplication, application_id, with_for_update=True, populate_existing=True)
    if found is None:
        raise ApplicationUnknownError
    return found


def add_step(
    session: Session,
    application: MerchantApplication,
    kind: ApplicationStepKind,
    *,
    actor: str,
    now: datetime,
    reason: str | None = None,
) -> ApplicationStep:
    """Write down a step of an application."""
    step = ApplicationStep(
        id=ledger.new_id(), application_id=application.id, kind=kind, reason=reason, made_by=actor, made_at=now
    )
    session.add(step)
    session.flush()
    return step


def _add(
    session: Session,
    application: MerchantApplication,
    facts: ShopFacts,
    kind: ApplicationStepKind,
    *,
    actor: str,
    now: datetime,
) -> ApplicationStep:
    session.add(
        ApplicationVersion(
            application_id=application.id,
            number=application.version,
            shop_name=facts.name,
            category=facts.category,
            naming_class=facts.naming_class,
            address=facts.address,
            unit_code=facts.unit_code,
            credit_code=facts.credit_code,
            made_by=actor,
            made_at=now,
        )
    )
    return add_step(session, application, kind, actor=actor, now=now)


def _checked(session: Session, shop: ShopFacts) -> ShopFacts:
    unit = people.get_unit(session, shop.unit_code)
    if unit.level is people.Level.DEPARTMENT:
        raise people.UnitUnknownError(shop.unit_code)
    return ShopFacts(
        name=people.clean_text(shop.name, field="name", length_max=NAME_LENGTH_MAX),
        category=people.clean_text(shop.category, field="category", length_max=NAME_LENGTH_MAX),
        naming_class=people.clean_text(shop.naming_class, field="class", length_max=NAME_LENGTH_MAX),
        address=people.clean_text(shop.address, field="address", length_max=NAME_LENGTH_MAX),
        unit_code=unit.code,
        credit_code=normal_credit_code(shop.credit_code),
    )


def _kept_contact(contact: Contact, vault: people.PhoneVault) -> dict[str, str]:
    phone = people.normal_phone(contact.phone)
    return {
        "contact_name": people.clean_text(contact.name, field="contact_name", length_max=NAME_LENGTH_MAX),
        "phone_encrypted": vault.encrypt(phone),
        "phone_lookup": vault.lookup(phone),
    }


def _new_number(now: datetime) -> str:
    """Return a number to say on the phone: the day, and digits that tell nobody how many applications there are."""
    return f"{now:%y%m%d}{secrets.randbelow(10**_RANDOM_DIGITS):0{_RANDOM_DIGITS}d}"
