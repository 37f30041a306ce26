"""The keys of tills and other systems: made, listed, revoked; the secret is shown once and stored only as a hash."""

import secrets
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, select, true
from sqlalchemy.orm import Session

from people.errors import ApiKeyUnknownError, KeyRateError
from people.leaving import check_has_not_left
from people.model import NAME_LENGTH_MAX, ApiKey, Person, Resident, Role
from people.persons import check_scope, person_with_handle
from people.principals import hash_of_secret
from people.residents import get_resident
from people.texts import clean_text

_RATE_MAX = 1_000_000
_SECRET_BYTES = 32
# Devices of shops are persons without a log-in; a name that an owner chooses for a cashier can be none of theirs.
_DEVICE, _HANDLE_BYTES = "till-device-", 16


@dataclass(frozen=True, slots=True)
class KeyListing:
    """What may be shown of a key; the secret is not among it."""

    id: UUID
    person_id: UUID
    name: str = field(repr=False)
    role: Role
    unit_code: str | None
    merchant_id: UUID | None
    resident_number: str | None
    rate_a_minute: int | None
    created_at: datetime
    revoked_at: datetime | None

    @property
    def actor(self) -> str:
        """Who does what is done with the key, other than a resident's."""
        return f"person:{self.person_id.hex}"


def create_key(
    session: Session,
    *,
    role: Role,
    name: str,
    now: datetime,
    unit_code: str | None = None,
    merchant_id: UUID | None = None,
    resident_id: UUID | None = None,
    rate_a_minute: int | None = None,
) -> tuple[ApiKey, str]:
    """Make a key and return it with its secret, 64 hexadecimal digits that nobody can show again.

    Keys with the same name are one person. A key bears the one role it was made with, whatever else its person holds.

    Raises:
        RoleScopeError: the role lacks the place it needs, or cannot have the one given.
        UnitUnknownError, ResidentUnknownError: the place is not known.
        ResidentLeftError: the resident has left.
        KeyRateError: the rate is not from 1 to 1,000,000 requests a minute.
        TextRefusedError, HandleInvalidError: the name cannot be one.
    """
    check_scope(session, role=role, unit_code=unit_code, merchant_id=merchant_id, resident_id=resident_id)
    if resident_id is not None:
        check_has_not_left(get_resident(session, resident_id))
    if rate_a_minute is not None and not 1 <= rate_a_minute <= _RATE_MAX:
        raise KeyRateError(rate_a_minute)
    # What is wrong about it is told of the name: whoever makes a key knows of no handle.
    cleaned = clean_text(name, field="name", length_max=NAME_LENGTH_MAX)
    secret = secrets.token_hex(_SECRET_BYTES)
    key = ApiKey(
        person_id=person_with_handle(session, handle=cleaned, name=cleaned, now=now).id,
        secret_hash=hash_of_secret(secret),
        role=role,
        unit_code=unit_code,
        merchant_id=merchant_id,
        resident_id=resident_id,
        rate_a_minute=rate_a_minute,
        created_at=now,
    )
    session.add(key)
    session.flush()
    return key, secret


def create_till_key(session: Session, *, merchant_id: UUID, name: str, now: datetime) -> tuple[ApiKey, str]:
    """Make a key for one device of a shop, which is a person of its own, and return it with its secret.

    Its name is for screens and is nobody's log-in name: were keys of one name one person here too, a till called as
    somebody else is called would act as them.

    Raises:
        TextRefusedError: the name is empty, too long, or has forbidden characters.
    """
    cleaned = clean_text(name, field="name", length_max=NAME_LENGTH_MAX)
    person = Person(handle=f"{_DEVICE}{secrets.token_hex(_HANDLE_BYTES)}", name=cleaned, created_at=now)
    session.add(person)
    session.flush()
    secret = secrets.token_hex(_SECRET_BYTES)
    key = ApiKey(
        person_id=person.id, secret_hash=hash_of_secret(secret), role=Role.TILL, merchant_id=merchant_id, created_at=now
    )
    session.add(key)
    session.flush()
    return key, secret


def rename_till_key(session: Session, *, key_id: UUID, merchant_id: UUID, name: str) -> None:
    """Give a device of a shop another name, under which what it did before stands as well.

    Raises:
        ApiKeyUnknownError: the shop has no such device, or its key was not made for a device alone.
        TextRefusedError: the name is empty, too long, or has forbidden characters.
    """
    cleaned = clean_text(name, field="name", length_max=NAME_LENGTH_MAX)
    key = till_key(session, key_id=key_id, merchant_id=merchant_id)
    person = session.get_one(Person, key.person_id)
    if not person.handle.startswith(_DEVICE):
        raise ApiKeyUnknownError(key_id)
    person.name = cleaned
    session.flush()


def till_key(session: Session, *, key_id: UUID, merchant_id: UUID) -> KeyListing:
    """Return a live key of a till of a shop.

    Raises:
        ApiKeyUnknownError: the shop has none with this id.
    """
    for each in merchant_keys(session, merchant_id):
        if each.id == key_id and each.role is Role.TILL and each.revoked_at is None:
            return each
    raise ApiKeyUnknownError(key_id)


def merchant_keys(session: Session, merchant_id: UUID) -> list[KeyListing]:
    """Return all keys of a shop, its tills' and its owners', revoked ones too, newest first."""
    return _listed(session, ApiKey.merchant_id == merchant_id)


def list_keys(session: Session) -> list[KeyListing]:
    """Return all keys, revoked ones too, newest first."""
    return _listed(session, true())


def _listed(session: Session, which: ColumnElement[bool]) -> list[KeyListing]:
    rows = session.execute(
        select(ApiKey, Person.name, Resident.number)
        .join(Person, Person.id == ApiKey.person_id)
        .outerjoin(Resident, Resident.id == ApiKey.resident_id)
        .where(which)
        .order_by(ApiKey.id.desc())
    )
    return [
        KeyListing(
            id=key.id,
            person_id=key.person_id,
            name=name,
            role=key.role,
            unit_code=key.unit_code,
            merchant_id=key.merchant_id,
            resident_number=number,
            rate_a_minute=key.rate_a_minute,
            created_at=key.created_at,
            revoked_at=key.revoked_at,
        )
        for key, name, number in rows
    ]


def revoke_key(session: Session, *, key_id: UUID, now: datetime) -> ApiKey:
    """End a key from now on; it stays in the list. Ending it again changes nothing.

    Raises:
        ApiKeyUnknownError: there is no such key.
    """
    key = session.get(ApiKey, key_id)
    if key is None:
        raise ApiKeyUnknownError(key_id)
    if key.revoked_at is None:
        key.revoked_at = now
        session.flush()
    return key
