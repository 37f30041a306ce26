"""Log-in sessions: started by a log-in, listed and ended by their bearer, ended by a new activation code."""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, exists, select, update
from sqlalchemy.orm import Session

from people.errors import SessionUnknownError, TextFault, TextRefusedError
from people.model import DEVICE_LENGTH_MAX, Credential, LogInSession, RoleGrant
from people.principals import hash_of_secret
from people.texts import clean_text

# Residents and cashiers use phones of their own and come daily: being asked for a password each time teaches bad ones.
# Office desks are shared and hold everybody's data: a session ends with the working day.
PHONE_SESSION = timedelta(days=30)
OFFICE_SESSION = timedelta(hours=12)
# Ended sessions stay visible in the list of log-ins for a while, then go.
_KEPT_AFTER_END = timedelta(days=30)
_TOKEN_BYTES = 32


def start_session(session: Session, *, credential: Credential, device: str, now: datetime) -> tuple[LogInSession, str]:
    """Start a session on a device and return it with its token, 64 hexadecimal digits stored only as a hash.

    `device` is what its owner recognises it by in the list, such as "Chrome on Android"; what cannot be shown is
    left out.
    """
    token = secrets.token_hex(_TOKEN_BYTES)
    holds_office = exists().where(
        RoleGrant.person_id == credential.person_id, RoleGrant.merchant_id.is_(None), RoleGrant.revoked_at.is_(None)
    )
    lifetime = OFFICE_SESSION if session.scalar(select(holds_office)) else PHONE_SESSION
    started = LogInSession(
        credential_id=credential.id,
        token_hash=hash_of_secret(token),
        device=_shown_device(device),
        started_at=now,
        last_seen_on=now.date(),
        expires_at=now + lifetime,
    )
    session.add(started)
    session.flush()
    return started, token


def mark_seen(session: Session, *, session_id: UUID, now: datetime) -> None:
    """Remember that a session was used today; call it when `Principal.seen_on` is an earlier day."""
    session.execute(
        update(LogInSession)
        .where(LogInSession.id == session_id, LogInSession.last_seen_on < now.date())
        .values(last_seen_on=now.date())
    )


def live_sessions(session: Session, *, credential_id: UUID, now: datetime) -> Sequence[LogInSession]:
    """Return where somebody is logged in now, newest first."""
    return session.scalars(
        select(LogInSession)
        .where(
            LogInSession.credential_id == credential_id,
            LogInSession.ended_at.is_(None),
            LogInSession.expires_at > now,
        )
        .order_by(LogInSession.started_at.desc(), LogInSession.id.desc())
    ).all()


def end_session(session: Session, *, credential_id: UUID, session_id: UUID, now: datetime) -> None:
    """End one session of this log-in; ending it again changes nothing.

    Raises:
        SessionUnknownError: there is no such session, or it is another's.
    """
    found = session.get(LogInSession, session_id)
    if found is None or found.credential_id != credential_id:
        raise SessionUnknownError(session_id)
    if found.ended_at is None:
        found.ended_at = now
        session.flush()


def end_sessions(session: Session, *, credential_id: UUID, now: datetime, keep_id: UUID | None = None) -> int:
    """End all sessions of this log-in, except the one to keep; return how many were live."""
    live = [each for each in live_sessions(session, credential_id=credential_id, now=now) if each.id != keep_id]
    for each in live:
        each.ended_at = now
    session.flush()
    return len(live)


def purge_sessions(session: Session, *, now: datetime) -> int:
    """Delete sessions that ended or expired more than 30 days ago; return how many."""
    limit = now - _KEPT_AFTER_END
    purged = session.execute(
        delete(LogInSession)
        .where((LogInSession.expires_at < limit) | (LogInSession.ended_at < limit))
        .returning(LogInSession.id)
    )
    return len(purged.all())


def _shown_device(device: str) -> str:
    try:
        return clean_text(device[:DEVICE_LENGTH_MAX], field="device", length_max=DEVICE_LENGTH_MAX)
    except TextRefusedError as error:
        # It comes with the request and is only shown: not worth refusing a log-in for.
        return "" if error.fault is TextFault.EMPTY else "?"
