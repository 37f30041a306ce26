"""Applications to become a merchant, as they are found and shown: the newest version of each, its steps, its photos."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, and_, bindparam, select
from sqlalchemy.orm import Session

import people
from merchants.application_model import (
    ApplicationState,
    ApplicationStep,
    ApplicationStepKind,
    ApplicationVersion,
    MerchantApplication,
)
from merchants.errors import ApplicationUnknownError
from photos import Photo, photos_of

APPLICANT = "applicant"
"""The actor of whoever applies without a log-in: what proves that they did is the code."""

OPEN_STATES = (ApplicationState.SUBMITTED, ApplicationState.RETURNED)

_NEWEST: ColumnElement[bool] = and_(
    ApplicationVersion.application_id == MerchantApplication.id,
    ApplicationVersion.number == MerchantApplication.version,
)
_BY_HASH = select(MerchantApplication.id).where(MerchantApplication.code_hash == bindparam("code_hash"))


@dataclass(frozen=True, slots=True)
class ApplicationRow:
    """An application with what it says of the shop now."""

    application: MerchantApplication
    version: ApplicationVersion


@dataclass(frozen=True, slots=True)
class ApplicationPage:
    """Applications in order; `next_before` asks for those that follow, None if there are none."""

    items: list[ApplicationRow]
    next_before: UUID | None


def application_of_code(session: Session | Connection, text: str) -> UUID | None:
    """Return the application to which a code belongs, as somebody may have typed it; None where there is none."""
    code_hash = people.hash_of_spelled_code(text)
    return None if code_hash is None else session.execute(_BY_HASH, {"code_hash": code_hash}).scalar_one_or_none()


def get_application(session: Session, application_id: UUID) -> ApplicationRow:
    """Return the application with this id.

    Raises:
        ApplicationUnknownError: there is none.
    """
    row = session.execute(
        select(MerchantApplication, ApplicationVersion)
        .join(ApplicationVersion, _NEWEST)
        .where(MerchantApplication.id == application_id)
    ).one_or_none()
    if row is None:
        raise ApplicationUnknownError
    return ApplicationRow(*row)


def application_of_merchant(session: Session, merchant_id: UUID) -> ApplicationRow | None:
    """Return the application of which a merchant came, None where it was registered without one."""
    found = session.scalar(select(MerchantApplication.id).where(MerchantApplication.merchant_id == merchant_id))
    return None if found is None else get_application(session, found)


def list_applications(
    session: Session,
    *,
    states: Collection[ApplicationState] = (),
    oldest_first: bool = False,
    limit: int,
    before: UUID | None = None,
) -> ApplicationPage:
    """Return applications in some states (in any, without), newest first, that follow the cursor `before`."""
    order = MerchantApplication.id.asc() if oldest_first else MerchantApplication.id.desc()
    query = select(MerchantApplication, ApplicationVersion).join(ApplicationVersion, _NEWEST).order_by(order)
    if states:
        query = query.where(MerchantApplication.state.in_(states))
    if before is not None:
        query = query.where(MerchantApplication.id > before if oldest_first else MerchantApplication.id < before)
    found = [ApplicationRow(*row) for row in session.execute(query.limit(limit + 1))]
    return ApplicationPage(found[:limit], found[limit - 1].application.id if len(found) > limit else None)


def with_credit_code(session: Session, row: ApplicationRow, *, limit: int) -> Sequence[ApplicationRow]:
    """Return other applications that say the same credit code now, newest first: perhaps one shop asks twice."""
    found = session.execute(
        select(MerchantApplication, ApplicationVersion)
        .join(ApplicationVersion, _NEWEST)
        .where(ApplicationVersion.credit_code == row.version.credit_code, MerchantApplication.id != row.application.id)
        .order_by(MerchantApplication.id.desc())
        .limit(limit)
    )
    return [ApplicationRow(*each) for each in found]


def application_versions(session: Session, application_id: UUID) -> Sequence[ApplicationVersion]:
    """Return what an application said of the shop, the first version first."""
    return session.scalars(
        select(ApplicationVersion)
        .where(ApplicationVersion.application_id == application_id)
        .order_by(ApplicationVersion.number)
    ).all()


def application_steps(session: Session, application_id: UUID) -> Sequence[ApplicationStep]:
    """Return what happened to an application, the first step first."""
    return session.scalars(
        select(ApplicationStep)
        .where(ApplicationStep.application_id == application_id)
        .order_by(ApplicationStep.made_at, ApplicationStep.id)
    ).all()


def get_application_step(session: Session, step_id: UUID) -> ApplicationStep:
    """Return one step by its id.

    Raises:
        ApplicationUnknownError: there is none.
    """
    step = session.get(ApplicationStep, step_id)
    if step is None:
        raise ApplicationUnknownError
    return step


def accepted_by(session: Session, merchant_id: UUID) -> str | None:
    """Return who accepted the application of which a merchant came, None where it was registered without one."""
    return session.scalar(
        select(ApplicationStep.made_by)
        .join(MerchantApplication, MerchantApplication.id == ApplicationStep.application_id)
        .where(MerchantApplication.merchant_id == merchant_id, ApplicationStep.kind == ApplicationStepKind.ACCEPTANCE)
    )


def licence_photos(session: Session, application_id: UUID) -> list[Photo]:
    """Return the photos of the licence, the earliest first; the last one is of the licence as it is now."""
    return photos_of(session, application_id)


def renew_contact_phones(
    session: Session, *, vault: people.PhoneVault, after: UUID | None = None, limit: int = 1_000
) -> UUID | None:
    """Encrypt the phones of applicants anew with the newest key, as `people.renew_phones` those of residents.

    Return `after` for the next call, None at the end.

    Raises:
        people.PhoneUnreadableError: the vault lacks a key that is still in use.
    """
    query = select(MerchantApplication).order_by(MerchantApplication.id).limit(limit)
    if after is not None:
        query = query.where(MerchantApplication.id > after)
    found = list(session.scalars(query))
    for each in found:
        each.phone_encrypted = vault.renewed(each.phone_encrypted)
    session.flush()
    return found[-1].id if len(found) == limit else None
