"""Who is asking, and what they may do: the answer to an API key or to a session's token."""

import hashlib
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Connection, and_, bindparam, select
from sqlalchemy.orm import Session

from people.model import ApiKey, Credential, LogInSession, Person, Resident, Role, RoleGrant, Unit


@dataclass(frozen=True, slots=True)
class Grant:
    """One role in one place: below a unit's path, at a merchant, or (with neither) in the whole tree."""

    role: Role
    unit_path: str | None = None
    merchant_id: UUID | None = None

    def covers(self, unit_path: str) -> bool:
        """Say whether the unit with this path (the whole tree for an empty one) lies within the grant."""
        return self.merchant_id is None and unit_path.startswith(self.unit_path or "")


@dataclass(frozen=True, slots=True)
class Principal:
    """Who is asking, with all they hold at this moment. `name` is for screens, never for logs."""

    actor: str
    grants: tuple[Grant, ...]
    name: str = field(repr=False)
    person_id: UUID | None = None
    resident_id: UUID | None = None
    key_id: UUID | None = None
    rate_a_minute: int | None = None
    credential_id: UUID | None = None
    session_id: UUID | None = None
    # When the session was last marked as used; None with a key.
    seen_on: date | None = None
    # The one matter that somebody without a name may follow, by the code they were given.
    matter_id: UUID | None = None

    def may(self, *roles: Role, unit_path: str | None = None) -> bool:
        """Say whether they hold one of the roles: at the unit with this path, or, without one, anywhere at all."""
        return any(grant.role in roles and (unit_path is None or grant.covers(unit_path)) for grant in self.grants)

    def may_everywhere(self, *roles: Role) -> bool:
        """Say whether they hold one of the roles in the whole tree, as funds and merchants need."""
        return any(grant.role in roles and grant.covers("") for grant in self.grants)

    def unit_paths(self, *roles: Role) -> tuple[str, ...]:
        """Return the paths below which they hold one of the roles; the empty path is the whole tree."""
        return tuple(
            dict.fromkeys(
                grant.unit_path or "" for grant in self.grants if grant.role in roles and grant.merchant_id is None
            )
        )

    def acts_for_merchant(self, merchant_id: UUID, *roles: Role) -> bool:
        """Say whether they hold one of the roles (without roles: any) at this merchant."""
        return any(grant.merchant_id == merchant_id and (not roles or grant.role in roles) for grant in self.grants)

    def merchant_ids(self, *roles: Role) -> tuple[UUID, ...]:
        """Return the merchants where they hold one of the roles (without roles: any)."""
        return tuple(
            dict.fromkeys(
                grant.merchant_id
                for grant in self.grants
                if grant.merchant_id is not None and (not roles or grant.role in roles)
            )
        )

    def is_resident(self, resident_id: UUID) -> bool:
        """Say whether they act as this resident."""
        return self.resident_id == resident_id


def hash_of_secret(secret: str) -> str:
    """Return the SHA-256 (hexadecimal) under which a key or token of 256 random bits is stored."""
    # No salt and no stretching: there is nothing to guess in 256 random bits.
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


# Built once: this is asked by every request of the API.
_BY_KEY = (
    select(
        ApiKey.id,
        ApiKey.role,
        ApiKey.merchant_id,
        ApiKey.resident_id,
        ApiKey.rate_a_minute,
        ApiKey.person_id,
        Person.name,
        Unit.path.label("unit_path"),
    )
    .join(Person, Person.id == ApiKey.person_id)
    .outerjoin(Unit, Unit.code == ApiKey.unit_code)
    .where(ApiKey.secret_hash == bindparam("secret_hash"), ApiKey.revoked_at.is_(None))
)

_BY_SESSION = (
    select(
        LogInSession.id,
        LogInSession.credential_id,
        LogInSession.last_seen_on,
        Credential.resident_id,
        Credential.person_id,
        Resident.name.label("resident_name"),
        Person.name.label("person_name"),
        RoleGrant.role,
        RoleGrant.merchant_id,
        Unit.path.label("unit_path"),
    )
    .join(Credential, Credential.id == LogInSession.credential_id)
    .outerjoin(Resident, Resident.id == Credential.resident_id)
    .outerjoin(Person, Person.id == Credential.person_id)
    .outerjoin(RoleGrant, and_(RoleGrant.person_id == Person.id, RoleGrant.revoked_at.is_(None)))
    .outerjoin(Unit, Unit.code == RoleGrant.unit_code)
    .where(
        LogInSession.token_hash == bindparam("token_hash"),
        LogInSession.ended_at.is_(None),
        LogInSession.expires_at > bindparam("now", type_=LogInSession.expires_at.type),
    )
    .order_by(RoleGrant.id)
)


def principal_by_key(session: Session | Connection, secret: str) -> Principal | None:
    """Return who bears this API key, None if nobody does or it is revoked. One SELECT.

    Every request asks this: on a bare connection it costs half of what it costs through the ORM.
    """
    row = session.execute(_BY_KEY, {"secret_hash": hash_of_secret(secret)}).one_or_none()
    if row is None:
        return None
    return Principal(
        actor=f"resident:{row.resident_id.hex}" if row.resident_id is not None else f"person:{row.person_id.hex}",
        grants=(Grant(row.role, row.unit_path, row.merchant_id),),
        name=row.name,
        person_id=row.person_id,
        resident_id=row.resident_id,
        key_id=row.id,
        rate_a_minute=row.rate_a_minute,
    )


def principal_by_session(session: Session | Connection, token: str, now: datetime) -> Principal | None:
    """Return who logged in with this token, None if it is unknown, ended or expired. One SELECT, no write."""
    rows = session.execute(_BY_SESSION, {"token_hash": hash_of_secret(token), "now": now}).all()
    if not rows:
        return None
    row = rows[0]
    if row.resident_id is not None:
        actor, name = f"resident:{row.resident_id.hex}", row.resident_name
        grants: tuple[Grant, ...] = (Grant(Role.RESIDENT),)
    else:
        actor, name = f"person:{row.person_id.hex}", row.person_name
        grants = tuple(Grant(each.role, each.unit_path, each.merchant_id) for each in rows if each.role is not None)
    return Principal(
        actor=actor,
        grants=grants,
        name=name,
        person_id=row.person_id,
        resident_id=row.resident_id,
        credential_id=row.credential_id,
        session_id=row.id,
        seen_on=row.last_seen_on,
    )
