"""The end of somebody's access: log-in, sessions and keys of a resident who left, or of everybody at a merchant."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import CompoundSelect, bindparam, false, or_, select, union_all, update
from sqlalchemy.orm import Session

from people.errors import ResidentLeftError
from people.model import ApiKey, Credential, Resident, Role, RoleGrant, Unit
from people.residents import get_resident
from people.sessions import end_sessions

_PERSON, _RESIDENT = "person:", "resident:"
# Asked before every step of supervision, so it is put together once.
_RESIDENTS_KEY = (
    select(ApiKey.id)
    .where(ApiKey.person_id == bindparam("person_id", type_=ApiKey.person_id.type), ApiKey.resident_id.is_not(None))
    .limit(1)
)


def lock_resident(session: Session, resident_id: UUID) -> Resident:
    """Return a resident behind the lock at which decisions about them queue; payments are not kept waiting.

    Raises:
        ResidentUnknownError: there is none.
    """
    get_resident(session, resident_id)
    return session.scalars(
        select(Resident)
        .where(Resident.id == resident_id)
        .with_for_update(key_share=True)
        # What the session read before it waited for the lock may be stale.
        .execution_options(populate_existing=True)
    ).one()


def check_has_not_left(resident: Resident) -> None:
    """Refuse what only those take part in who are still here.

    Raises:
        ResidentLeftError: the resident has left.
    """
    if resident.left_at is not None:
        raise ResidentLeftError(resident.id)


def leave(session: Session, resident: Resident, *, now: datetime, merged_into_id: UUID | None = None) -> None:
    """Mark a resident as gone, and end their log-in, their sessions and their keys; again changes nothing."""
    if resident.left_at is None:
        resident.left_at, resident.merged_into_id = now, merged_into_id
    session.execute(
        update(ApiKey).where(ApiKey.resident_id == resident.id, ApiKey.revoked_at.is_(None)).values(revoked_at=now)
    )
    credential = session.scalar(select(Credential).where(Credential.resident_id == resident.id).with_for_update())
    if credential is not None:
        credential.password_hash = credential.password_set_at = None
        credential.activation_hash = credential.activation_expires_at = None
        end_sessions(session, credential_id=credential.id, now=now)
    session.flush()


def end_roles_at_merchant(session: Session, *, merchant_id: UUID, by: str, now: datetime) -> None:
    """End all roles at a merchant and all keys of its tills and owners; they stay in the history."""
    session.execute(
        update(RoleGrant)
        .where(RoleGrant.merchant_id == merchant_id, RoleGrant.revoked_at.is_(None))
        .values(revoked_at=now, revoked_by=by)
    )
    session.execute(
        update(ApiKey).where(ApiKey.merchant_id == merchant_id, ApiKey.revoked_at.is_(None)).values(revoked_at=now)
    )


def works_for_merchant(session: Session, *, person_id: UUID, merchant_id: UUID) -> bool:
    """Say whether a person has a role at a merchant, or a key of it, that is not revoked."""
    granted = select(RoleGrant.id).where(
        RoleGrant.person_id == person_id, RoleGrant.merchant_id == merchant_id, RoleGrant.revoked_at.is_(None)
    )
    keyed = select(ApiKey.id).where(
        ApiKey.person_id == person_id, ApiKey.merchant_id == merchant_id, ApiKey.revoked_at.is_(None)
    )
    return session.scalar(union_all(granted, keyed).limit(1)) is not None


def household_works_for_merchant(session: Session, *, person_id: UUID, merchant_id: UUID) -> bool:
    """Say whether a person or, as far as `is_of_household` knows it, somebody of their household works for a merchant.

    Only residents have a household, so it is known of who bears or bore a key of one.
    """
    if works_for_merchant(session, person_id=person_id, merchant_id=merchant_id):
        return True
    own = (
        select(Resident.phone_lookup)
        .join(ApiKey, ApiKey.resident_id == Resident.id)
        .where(ApiKey.person_id == person_id)
    )
    household = (
        select(ApiKey.person_id).join(Resident, Resident.id == ApiKey.resident_id).where(Resident.phone_lookup.in_(own))
    )
    granted = select(RoleGrant.id).where(
        RoleGrant.person_id.in_(household), RoleGrant.merchant_id == merchant_id, RoleGrant.revoked_at.is_(None)
    )
    keyed = select(ApiKey.id).where(
        ApiKey.person_id.in_(household), ApiKey.merchant_id == merchant_id, ApiKey.revoked_at.is_(None)
    )
    return session.scalar(union_all(granted, keyed).limit(1)) is not None


def is_of_household(session: Session, *, actor: str, resident: Resident) -> bool:
    """Say whether an actor is this resident or, as far as is known, of their household.

    Known is who bears or bore a key of theirs, or of somebody with the same phone, which households share.
    """
    return is_of_any_household(session, actor=actor, resident_ids=[resident.id])


def is_of_any_household(
    session: Session, *, actor: str, resident_ids: Collection[UUID], is_by_phone: bool = True
) -> bool:
    """Say whether an actor is one of these residents or, as `is_of_household` knows it, of the household of one.

    Without `is_by_phone` only who bears or bore a key of one of them counts.
    """
    if any(actor == f"{_RESIDENT}{each.hex}" for each in resident_ids):
        return True
    if not actor.startswith(_PERSON) or not resident_ids:
        return False
    own_keys = (
        select(ApiKey.id)
        .join(Resident, Resident.id == ApiKey.resident_id)
        .where(ApiKey.person_id == UUID(actor.removeprefix(_PERSON)))
    )
    phones = select(Resident.phone_lookup).where(Resident.id.in_(resident_ids))
    shares_phone = Resident.phone_lookup.in_(phones) if is_by_phone else false()
    return session.scalar(own_keys.where(or_(Resident.id.in_(resident_ids), shares_phone)).limit(1)) is not None


def may_be_of_a_household(session: Session, *, actor: str) -> bool:
    """Say whether an actor could be of any household, as `is_of_household` knows it: most officers cannot."""
    if not actor.startswith(_PERSON):
        return actor.startswith(_RESIDENT)
    person_id = UUID(actor.removeprefix(_PERSON))
    return session.connection().execute(_RESIDENTS_KEY, {"person_id": person_id}).first() is not None


def bears_phone(session: Session, *, actor: str, phone_lookup: str) -> bool:
    """Say whether an actor is or, as far as is known, lives with somebody who has this phone (by its keyed hash).

    Known is what `is_of_household` knows.
    """
    residents = session.scalars(select(Resident.id).where(Resident.phone_lookup == phone_lookup)).all()
    return is_of_any_household(session, actor=actor, resident_ids=residents)


def household_works_for(session: Session, *, resident: Resident, unit_path: str, role: Role) -> bool:
    """Say whether this resident or, as far as is known, somebody of their household has a role in a unit.

    Known is what `is_of_household` knows. A role in what stands above the unit does not count: a county's officers are
    not of each of its departments.
    """
    asked = {
        "resident_id": resident.id,
        "phone_lookup": resident.phone_lookup,
        "role": role,
        "unit_path": unit_path,
    }
    return session.connection().execute(_WORKS_FOR, asked).first() is not None


def _works_for() -> CompoundSelect[UUID]:
    """Return the question by what a resident's household has a role in a unit."""
    # Persons who bear or bore a key of the household.
    household = (
        select(ApiKey.person_id)
        .join(Resident, Resident.id == ApiKey.resident_id)
        .where(or_(Resident.id == bindparam("resident_id"), Resident.phone_lookup == bindparam("phone_lookup")))
    )
    # Codes of units hold nothing that LIKE would take for more than itself.
    at_the_unit = Unit.path.startswith(bindparam("unit_path", type_=Unit.path.type))
    role = bindparam("role", type_=RoleGrant.role.type)
    granted = (
        select(RoleGrant.id)
        .join(Unit, Unit.code == RoleGrant.unit_code)
        .where(RoleGrant.person_id.in_(household), RoleGrant.role == role, RoleGrant.revoked_at.is_(None), at_the_unit)
    )
    keyed = (
        select(ApiKey.id)
        .join(Unit, Unit.code == ApiKey.unit_code)
        .where(ApiKey.person_id.in_(household), ApiKey.role == role, ApiKey.revoked_at.is_(None), at_the_unit)
    )
    return union_all(granted, keyed).limit(1)


# Asked for each reporter at every acceptance, so it is put together once.
_WORKS_FOR = _works_for()
