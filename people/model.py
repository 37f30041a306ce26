"""The tables of people: units, residents, persons with their roles and keys, credentials, sessions, counters."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from ledger import Base, UTCDateTime, enum_column, new_id

NAME_LENGTH_MAX = 100
HANDLE_LENGTH_MAX = 100
UNIT_CODE_LENGTH_MAX = 32
ACTOR_LENGTH_MAX = 64
DEVICE_LENGTH_MAX = 100


class Level(StrEnum):
    """The levels of the unit tree, from the top down; departments stand beside the places and are none."""

    COUNTY = "county"
    TOWN = "town"
    COMMUNITY = "community"
    GRID = "grid"
    BUILDING = "building"
    DEPARTMENT = "department"


class Role(StrEnum):
    """What somebody may do; where is said by the grant's unit, merchant or resident."""

    ADMINISTRATOR = "administrator"
    APPROVER = "approver"
    FINANCE = "finance"
    AUDITOR = "auditor"
    DISPATCHER = "dispatcher"
    SUPERVISOR = "supervisor"
    HANDLER = "handler"
    OPEN311 = "open311"
    ORGANISER = "organiser"
    RESIDENT = "resident"
    MERCHANT_OWNER = "merchant_owner"
    TILL = "till"


class Unit(Base):
    """One place of the tree (a county, town, community or village, grid, building), or a department that acts there."""

    __tablename__ = "units"
    __table_args__ = (CheckConstraint("(parent_code IS NULL) = (level = 'county')", name="only_counties_are_roots"),)

    code: Mapped[str] = mapped_column(String(UNIT_CODE_LENGTH_MAX), primary_key=True)
    parent_code: Mapped[str | None] = mapped_column(ForeignKey("units.code"), index=True)
    level: Mapped[Level] = mapped_column(enum_column(Level))
    name: Mapped[str] = mapped_column(String(NAME_LENGTH_MAX))
    # The codes from the root down to this unit, each closed by a slash: a subtree is everything with this prefix.
    path: Mapped[str] = mapped_column(String(200), unique=True)


class Resident(Base):
    """One registered resident, known by a number of the scheme's own; no identity-card number is kept anywhere."""

    __tablename__ = "residents"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    number: Mapped[str] = mapped_column(String(9), unique=True)
    name: Mapped[str] = mapped_column(String(NAME_LENGTH_MAX))
    phone_encrypted: Mapped[str] = mapped_column(String(255))
    # A keyed hash, so that a phone can be found but not read; members of one household may share a phone.
    phone_lookup: Mapped[str] = mapped_column(String(64), index=True)
    unit_code: Mapped[str] = mapped_column(ForeignKey("units.code"), index=True)
    available_account_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("accounts.id"), unique=True)
    held_account_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("accounts.id"), unique=True)
    minutes_account_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("accounts.id"), unique=True)
    registered_at: Mapped[datetime] = mapped_column(UTCDateTime)
    # Somebody who moved away, died, or was registered twice. The row stays, so the number is never issued again.
    left_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    # Of two records of one person, the one that goes on: the number of the other leads to it.
    merged_into_id: Mapped[UUID | None] = mapped_column()

    def __repr__(self) -> str:
        """Show the opaque id only: a repr ends in logs, where personal data must not."""
        return f"Resident({self.id})"


class Person(Base):
    """One person who works with the scheme: staff, a merchant's owner or cashier, or the bearer of an API key."""

    __tablename__ = "persons"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    handle: Mapped[str] = mapped_column(String(HANDLE_LENGTH_MAX), unique=True)
    name: Mapped[str] = mapped_column(String(NAME_LENGTH_MAX))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)

    def __repr__(self) -> str:
        """Show the opaque id only: a repr ends in logs, where personal data must not."""
        return f"Person({self.id})"


class RoleGrant(Base):
    """One role of one person, within a unit's subtree (the whole tree without one) or at one merchant."""

    __tablename__ = "role_grants"
    __table_args__ = (
        CheckConstraint("role NOT IN ('resident', 'open311')", name="roles_of_persons"),
        CheckConstraint(
            "(role IN ('merchant_owner', 'till')) = (merchant_id IS NOT NULL)", name="merchant_roles_name_a_merchant"
        ),
        CheckConstraint("unit_code IS NULL OR merchant_id IS NULL", name="one_scope"),
        CheckConstraint("role <> 'handler' OR unit_code IS NOT NULL", name="handlers_name_a_unit"),
        CheckConstraint("(revoked_at IS NULL) = (revoked_by IS NULL)", name="revocations_name_who"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("persons.id"), index=True)
    role: Mapped[Role] = mapped_column(enum_column(Role))
    unit_code: Mapped[str | None] = mapped_column(ForeignKey("units.code"))
    # Merchants live a floor above; the id is theirs and no foreign key points upwards.
    merchant_id: Mapped[UUID | None] = mapped_column(index=True)
    granted_at: Mapped[datetime] = mapped_column(UTCDateTime)
    granted_by: Mapped[str] = mapped_column(String(ACTOR_LENGTH_MAX))
    revoked_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    revoked_by: Mapped[str | None] = mapped_column(String(ACTOR_LENGTH_MAX))


class ApiKey(Base):
    """One API key: one role in one place, borne by one person; only the hash of its secret is kept."""

    __tablename__ = "api_keys"
    __table_args__ = (
        CheckConstraint("(role = 'resident') = (resident_id IS NOT NULL)", name="resident_keys_name_a_resident"),
        CheckConstraint(
            "(role IN ('merchant_owner', 'till')) = (merchant_id IS NOT NULL)", name="merchant_keys_name_a_merchant"
        ),
        CheckConstraint("unit_code IS NULL OR (merchant_id IS NULL AND resident_id IS NULL)", name="one_scope"),
        CheckConstraint("role <> 'handler' OR unit_code IS NOT NULL", name="handlers_name_a_unit"),
        CheckConstraint("rate_a_minute > 0", name="rates_are_positive"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("persons.id"), index=True)
    secret_hash: Mapped[str] = mapped_column(String(64), unique=True)
    role: Mapped[Role] = mapped_column(enum_column(Role))
    unit_code: Mapped[str | None] = mapped_column(ForeignKey("units.code"))
    merchant_id: Mapped[UUID | None] = mapped_column()
    resident_id: Mapped[UUID | None] = mapped_column(ForeignKey("residents.id"))
    rate_a_minute: Mapped[int | None] = mapped_column(Integer)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    def __repr__(self) -> str:
        """Show the opaque id only: the hash is a secret's and belongs in no log."""
        return f"ApiKey({self.id})"


class Credential(Base):
    """How one resident or one person logs in: a password, or the activation code that lets them set one."""

    __tablename__ = "credentials"
    __table_args__ = (
        CheckConstraint("(resident_id IS NULL) <> (person_id IS NULL)", name="one_holder"),
        CheckConstraint("(activation_hash IS NULL) = (activation_expires_at IS NULL)", name="activations_expire"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    login_name: Mapped[str] = mapped_column(String(HANDLE_LENGTH_MAX), unique=True)
    resident_id: Mapped[UUID | None] = mapped_column(ForeignKey("residents.id"), unique=True)
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("persons.id"), unique=True)
    password_hash: Mapped[str | None] = mapped_column(String(255))
    password_set_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    activation_hash: Mapped[str | None] = mapped_column(String(255))
    activation_expires_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    activation_issued_by: Mapped[str | None] = mapped_column(String(ACTOR_LENGTH_MAX))

    def __repr__(self) -> str:
        """Show the opaque id only: names and hashes belong in no log."""
        return f"Credential({self.id})"


class LogInSession(Base):
    """One log-in on one device, from the log-in until it is ended or expires; only the token's hash is kept."""

    __tablename__ = "log_in_sessions"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    credential_id: Mapped[UUID] = mapped_column(ForeignKey("credentials.id"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    device: Mapped[str] = mapped_column(String(DEVICE_LENGTH_MAX))
    started_at: Mapped[datetime] = mapped_column(UTCDateTime)
    # A day, not an instant: one write a day and session, and no trace of somebody's hours.
    last_seen_on: Mapped[date] = mapped_column()
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    def __repr__(self) -> str:
        """Show the opaque id only: the hash is a secret's and belongs in no log."""
        return f"LogInSession({self.id})"


class WrongTries(Base):
    """The wrong passwords and codes lately tried for one login name, whether or not anybody bears it."""

    __tablename__ = "wrong_tries"

    # A hash: people type their password into the wrong field, and unknown names are nobody's business.
    login_name_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    count: Mapped[int] = mapped_column(Integer)
    last_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
    locked_until: Mapped[datetime | None] = mapped_column(UTCDateTime)


class RateWindow(Base):
    """The permits taken out of one bucket within one fixed window, counted for all workers together."""

    __tablename__ = "rate_windows"
    __table_args__ = (Index("ix_rate_windows_ends_at_s", "ends_at_s"),)

    bucket: Mapped[str] = mapped_column(String(100), primary_key=True)
    # Seconds since 1970, UTC: where the window begins and ends.
    starts_at_s: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    ends_at_s: Mapped[int] = mapped_column(BigInteger)
    taken: Mapped[int] = mapped_column(Integer)
    # What the latest taking got: an upsert can only answer with what the row now holds.
    lately_taken: Mapped[int] = mapped_column(Integer)
