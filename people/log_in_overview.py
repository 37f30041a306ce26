"""How far people have come with their log-in, for lists of residents and staff."""

from collections.abc import Collection
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from people.model import Credential


class LogInState(StrEnum):
    """Whether somebody can log in: with a password, after using the code in their hands, or not yet."""

    ACTIVE = "active"
    WAITING = "waiting"
    NEVER = "never"


def log_in_states(
    session: Session,
    *,
    resident_ids: Collection[UUID] = (),
    person_ids: Collection[UUID] = (),
    now: datetime,
) -> dict[UUID, LogInState]:
    """Return the state of each of these residents and persons, by id; an expired code counts as none."""
    states = dict.fromkeys([*resident_ids, *person_ids], LogInState.NEVER)
    holder = func.coalesce(Credential.resident_id, Credential.person_id)
    query = select(holder, Credential.password_hash, Credential.activation_expires_at).where(
        or_(Credential.resident_id.in_(resident_ids), Credential.person_id.in_(person_ids))
    )
    for holder_id, password_hash, code_expires_at in session.execute(query):
        if code_expires_at is not None and code_expires_at > now:
            states[holder_id] = LogInState.WAITING
        elif password_hash is not None:
            states[holder_id] = LogInState.ACTIVE
    return states
