"""Builders of people for tests: each names what matters to its test and fills in the rest."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from people import (
    LogIn,
    Passwords,
    Person,
    PhoneVault,
    Resident,
    Role,
    activate,
    appoint,
    check_activation,
    check_password,
    issue_activation,
    log_in,
    principal_by_session,
    register_resident,
)
from tests.clock import NOON

COUNTY, TOWN, COMMUNITY = "140881", "140881001", "140881001001"
OTHER_TOWN, OTHER_COMMUNITY = "140881002", "140881002001"
PASSWORD = "三只橘猫 on the wall"


def resident(
    session: Session, vault: PhoneVault, *, name: str = "张小三", phone: str = "13800000001", unit: str = COMMUNITY
) -> Resident:
    """Register a resident."""
    return register_resident(session, name=name, phone=phone, unit_code=unit, vault=vault, now=NOON)


def officer(session: Session, *, handle: str = "li.guan", role: Role = Role.ADMINISTRATOR) -> Person:
    """Appoint somebody in the whole tree."""
    return appoint(session, handle=handle, name="李官", role=role, now=NOON)


def activated(
    session: Session,
    passwords: Passwords,
    *,
    login_name: str,
    resident_id: UUID | None = None,
    person_id: UUID | None = None,
) -> LogIn:
    """Issue a code and set PASSWORD with it."""
    code = issue_activation(session, passwords=passwords, resident_id=resident_id, person_id=person_id, now=NOON)
    checked = check_activation(session, passwords=passwords, login_name=login_name, code=code, new_password=PASSWORD)
    return activate(session, checked=checked, device="Chrome on Android", now=NOON)


def tried(
    session: Session,
    passwords: Passwords,
    *,
    login_name: str,
    password: str = PASSWORD,
    address: str | None = None,
    seconds: int = 0,
) -> LogIn:
    """Try to log in, some seconds after NOON."""
    checked = check_password(session, passwords=passwords, login_name=login_name, password=password)
    return log_in(session, checked=checked, device="Firefox", address=address, now=later(seconds))


def tried_code(session: Session, passwords: Passwords, *, login_name: str, code: str, seconds: int = 0) -> LogIn:
    """Try to set PASSWORD with an activation code, some seconds after NOON."""
    checked = check_activation(session, passwords=passwords, login_name=login_name, code=code, new_password=PASSWORD)
    return activate(session, checked=checked, device="phone", now=later(seconds))


def is_live(session: Session, done: LogIn) -> bool:
    """Say whether the session that a log-in started can be used at NOON."""
    return principal_by_session(session, done.token or "", NOON) is not None


def later(seconds: int) -> datetime:
    """Return some seconds after NOON."""
    return NOON + timedelta(seconds=seconds)
