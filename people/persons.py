"""Persons who work with the scheme, and the roles they are granted and lose."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import or_, select, union_all
from sqlalchemy.orm import Session

from people.errors import (
    GrantUnknownError,
    HandleInvalidError,
    HandleTakenError,
    PersonUnknownError,
    RoleScopeError,
    ScopeFault,
)
from people.model import HANDLE_LENGTH_MAX, NAME_LENGTH_MAX, ApiKey, Person, Role, RoleGrant, Unit
from people.texts import clean_text, folded
from people.units import get_unit

MERCHANT_ROLES = frozenset({Role.MERCHANT_OWNER, Role.TILL})
# Residents are registered, not appointed, and an Open311 client is a program.
_KEY_ROLES = frozenset({Role.RESIDENT, Role.OPEN311})
_NINE_DIGITS = re.compile(r"[0-9]{9}")


@dataclass(frozen=True, slots=True)
class Appointment:
    """One person with one live role."""

    person: Person
    grant: RoleGrant


def appoint(
    session: Session,
    *,
    handle: str,
    name: str,
    role: Role,
    unit_code: str | None = None,
    merchant_id: UUID | None = None,
    by: str = "system",
    now: datetime,
) -> Person:
    """Give a person a role, within a unit's subtree (the whole tree without one) or at one merchant.

    The person is made if nobody has this handle. Appointing somebody again to what they already are changes nothing.
    `by` is the actor who appoints.

    Raises:
        RoleScopeError: the role is for keys only, or lacks the place it needs, or cannot have the one given.
        UnitUnknownError: the unit is not in the tree.
        TextRefusedError, HandleInvalidError: the handle or name cannot be one.
        HandleTakenError: somebody of another name has this handle.
    """
    if role in _KEY_ROLES:
        raise RoleScopeError(role, ScopeFault.KEYS_ONLY)
    check_scope(session, role=role, unit_code=unit_code, merchant_id=merchant_id)
    person = person_with_handle(session, handle=handle, name=name, now=now)
    if person.name != clean_text(name, field="name", length_max=NAME_LENGTH_MAX):
        raise HandleTakenError(person.id)
    asked = (role, unit_code, merchant_id)
    if all((grant.role, grant.unit_code, grant.merchant_id) != asked for grant in live_grants(session, person.id)):
        session.add(
            RoleGrant(
                person_id=person.id,
                role=role,
                unit_code=unit_code,
                merchant_id=merchant_id,
                granted_at=now,
                granted_by=by,
            )
        )
        session.flush()
    return person


def revoke_grant(session: Session, *, grant_id: UUID, by: str = "system", now: datetime) -> RoleGrant:
    """End a role from now on; it stays in the history. Ending it again changes nothing.

    Raises:
        GrantUnknownError: there is no such grant.
    """
    grant = session.get(RoleGrant, grant_id)
    if grant is None:
        raise GrantUnknownError(grant_id)
    if grant.revoked_at is None:
        grant.revoked_at, grant.revoked_by = now, by
        session.flush()
    return grant


def live_grants(session: Session, person_id: UUID) -> Sequence[RoleGrant]:
    """Return the roles a person holds now, oldest first."""
    query = select(RoleGrant).where(RoleGrant.person_id == person_id, RoleGrant.revoked_at.is_(None))
    return session.scalars(query.order_by(RoleGrant.granted_at, RoleGrant.id)).all()


def get_person(session: Session, person_id: UUID) -> Person:
    """Return the person with this id.

    Raises:
        PersonUnknownError: there is none.
    """
    person = session.get(Person, person_id)
    if person is None:
        raise PersonUnknownError(person_id)
    return person


def persons_by_id(session: Session, person_ids: Collection[UUID]) -> dict[UUID, Person]:
    """Return those of the persons that there are, by id, for lists that name them."""
    return {person.id: person for person in session.scalars(select(Person).where(Person.id.in_(person_ids)))}


def role_history(session: Session, person_id: UUID) -> Sequence[RoleGrant]:
    """Return all roles a person holds or held: those held now first, then the latest granted."""
    query = select(RoleGrant).where(RoleGrant.person_id == person_id)
    return session.scalars(
        query.order_by(RoleGrant.revoked_at.is_not(None), RoleGrant.granted_at.desc(), RoleGrant.id.desc())
    ).all()


def find_person(session: Session, handle: str) -> Person | None:
    """Return the person with this handle, however its letters are typed, or None."""
    return session.scalar(select(Person).where(Person.handle == folded(handle)))


def merchant_people(session: Session, merchant_id: UUID) -> list[Appointment]:
    """Return who holds a role at a merchant now, oldest first: its owners and cashiers."""
    rows = session.execute(
        select(Person, RoleGrant)
        .join(RoleGrant, RoleGrant.person_id == Person.id)
        .where(RoleGrant.merchant_id == merchant_id, RoleGrant.revoked_at.is_(None))
        .order_by(RoleGrant.granted_at, RoleGrant.id)
    )
    return [Appointment(person, grant) for person, grant in rows]


def works_only_as(session: Session, *, person_id: UUID, role: Role, merchant_id: UUID) -> bool:
    """Say whether this one role at this merchant is all that a person holds: no other role, and no key."""
    others = select(RoleGrant.id).where(
        RoleGrant.person_id == person_id,
        RoleGrant.revoked_at.is_(None),
        or_(RoleGrant.role != role, RoleGrant.merchant_id.is_(None), RoleGrant.merchant_id != merchant_id),
    )
    keys = select(ApiKey.id).where(ApiKey.person_id == person_id, ApiKey.revoked_at.is_(None))
    return session.scalar(union_all(others, keys).limit(1)) is None


def staff(session: Session, *, within_path: str | None = None) -> list[Appointment]:
    """Return who holds an office role now, oldest first; `within_path` limits it to roles below that unit."""
    query = (
        select(Person, RoleGrant)
        .join(RoleGrant, RoleGrant.person_id == Person.id)
        .where(RoleGrant.merchant_id.is_(None), RoleGrant.revoked_at.is_(None))
        .order_by(RoleGrant.granted_at, RoleGrant.id)
    )
    if within_path is not None:
        query = query.join(Unit, Unit.code == RoleGrant.unit_code).where(
            Unit.path.startswith(within_path, autoescape=True)
        )
    return [Appointment(person, grant) for person, grant in session.execute(query)]


def person_with_handle(session: Session, *, handle: str, name: str, now: datetime) -> Person:
    """Return the person with this handle, made with this name if there is none yet.

    Raises:
        TextRefusedError: the handle or the name is empty, too long, or has forbidden characters.
        HandleInvalidError: the handle could be a resident's number.
    """
    typed = clean_text(handle, field="handle", length_max=HANDLE_LENGTH_MAX)
    # Folding lengthens some letters, hence the second look.
    normal = clean_text(folded(typed), field="handle", length_max=HANDLE_LENGTH_MAX)
    # Residents log in with nine digits, with blanks or hyphens between them as one likes.
    if _NINE_DIGITS.fullmatch(normal.replace(" ", "").replace("-", "")):
        raise HandleInvalidError
    person = session.scalar(select(Person).where(Person.handle == normal))
    if person is None:
        cleaned = clean_text(name, field="name", length_max=NAME_LENGTH_MAX)
        person = Person(handle=normal, name=cleaned, created_at=now)
        session.add(person)
        session.flush()
    return person


def check_scope(
    session: Session,
    *,
    role: Role,
    unit_code: str | None = None,
    merchant_id: UUID | None = None,
    resident_id: UUID | None = None,
) -> None:
    """Check that a role comes with the place it needs and with no other.

    Raises:
        RoleScopeError: it does not.
        UnitUnknownError: the unit is not in the tree.
    """
    if role is Role.RESIDENT and resident_id is None:
        raise RoleScopeError(role, ScopeFault.RESIDENT_NEEDED)
    if role in MERCHANT_ROLES and merchant_id is None:
        raise RoleScopeError(role, ScopeFault.MERCHANT_NEEDED)
    if role is Role.HANDLER and unit_code is None:
        raise RoleScopeError(role, ScopeFault.UNIT_NEEDED)
    not_here = (
        (resident_id is not None and role is not Role.RESIDENT),
        (merchant_id is not None and role not in MERCHANT_ROLES),
        (unit_code is not None and role in MERCHANT_ROLES | {Role.RESIDENT}),
    )
    if any(not_here):
        raise RoleScopeError(role, ScopeFault.NOT_HERE)
    if unit_code is not None:
        get_unit(session, unit_code)
