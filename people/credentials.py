"""Logging in: the one-time activation code, the password, and the wrong tries that are remembered.

Hashing a password takes long on purpose and must not hold up anybody's payment. So each act has two halves: a `check_`
that only reads and hashes, outside of any writing transaction, and the act itself, which decides under a lock.
"""

import hashlib
import ipaddress
import secrets
import unicodedata
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import bindparam, delete, select, text
from sqlalchemy.orm import Session

from people.errors import CredentialUnknownError
from people.leaving import check_has_not_left
from people.model import Credential, WrongTries
from people.passwords import Passwords, check_new_password
from people.persons import get_person
from people.rate_limits import permits_left, take_permits
from people.residents import get_resident, normal_number
from people.sessions import end_sessions, start_session
from people.texts import folded

ACTIVATION_LIFETIME = timedelta(hours=72)
# Letters and digits of which none is taken for another, in print or by hand: no 0/O, 1/I/L, 2/Z, 5/S, 8/B pairs.
_CODE_ALPHABET = "ACDEFGHJKMNPQRTUVWXY23456789"
_CODE_LENGTH = 10
_LOOK_ALIKES = str.maketrans("ZSB", "258")

# After the fifth wrong try a login name waits one minute, then twice as long after each further one, up to an hour:
# some 30 tries a day at most (NIST SP 800-63B, 3.2.2, asks for at most 100 in a row). Sessions under way go on.
_FREE_TRIES = 5
_FIRST_LOCK_S, _LONGEST_LOCK_S = 60, 3_600
_FORGOTTEN_AFTER = timedelta(hours=24)
# Whole offices and mobile networks share one address: only wrong tries count there, and many are allowed.
_ADDRESS_TRIES, _ADDRESS_WINDOW_S = 50, 900


class LogInOutcome(StrEnum):
    """How a log-in, an activation or a change of password ended; every outcome is to be committed."""

    DONE = "done"
    WRONG = "wrong"
    LOCKED = "locked"
    ADDRESS_LOCKED = "address_locked"
    CODE_EXPIRED = "code_expired"


@dataclass(frozen=True, slots=True)
class LogIn:
    """The outcome; `token` opens the new session, and is there only after a log-in or an activation."""

    outcome: LogInOutcome
    retry_after_s: int | None = None
    session_id: UUID | None = None
    token: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class CheckedSecret:
    """What came of comparing a password or code; it takes effect only if nothing has changed in between."""

    login_name_hash: str
    credential_id: UUID | None
    # The stored hash it matched; None if it matched none.
    matched: str | None = field(repr=False)
    new_hash: str | None = field(default=None, repr=False)


def issue_activation(
    session: Session,
    *,
    passwords: Passwords,
    resident_id: UUID | None = None,
    person_id: UUID | None = None,
    issued_by: str = "system",
    now: datetime,
) -> str:
    """Return a code to print for a resident or a person, with which they set a password once within 72 hours.

    It ends the old password, the old code and all sessions. `issued_by` is the actor who asked for it.

    Raises:
        ResidentUnknownError, PersonUnknownError: there is no such holder.
        ResidentLeftError: the resident has left.
        ValueError: not exactly one holder is given.
    """
    credential = _credential_of(session, resident_id, person_id)
    code = "".join(secrets.choice(_CODE_ALPHABET) for _ in range(_CODE_LENGTH))
    # Argon2 and not a plain hash: 48 bits are enough against tries over the net, not against a stolen database.
    credential.activation_hash = passwords.hash(code)
    credential.activation_expires_at = now + ACTIVATION_LIFETIME
    credential.activation_issued_by = issued_by
    credential.password_hash = credential.password_set_at = None
    session.flush()
    end_sessions(session, credential_id=credential.id, now=now)
    _forget_wrong_tries(session, _hash_of_name(credential.login_name))
    return f"{code[:5]}-{code[5:]}"


def check_activation(
    session: Session, *, passwords: Passwords, login_name: str, code: str, new_password: str
) -> CheckedSecret:
    """Compare an activation code, and hash the password that is to be set with it. Reads only; takes long.

    Raises:
        PasswordRefusedError: the new password is not good enough; the code was not looked at.
    """
    normal = _normal_login_name(login_name)
    check_new_password(new_password, login_name=normal)
    credential = session.scalar(select(Credential).where(Credential.login_name == normal))
    stored = credential.activation_hash if credential else None
    if not passwords.verify(stored, _normal_code(code)):
        return CheckedSecret(_hash_of_name(normal), None, None)
    return CheckedSecret(_hash_of_name(normal), _id(credential), stored, passwords.hash(new_password))


def activate(
    session: Session, *, checked: CheckedSecret, device: str, address: str | None = None, now: datetime
) -> LogIn:
    """Set the first password and log in, if the code was right; use the code up. The caller commits every outcome."""
    if refusal := _refusal(session, checked, address, now):
        return refusal
    credential = _locked_credential(session, checked)
    if credential is None or credential.activation_hash != checked.matched:
        return _remember_wrong_try(session, checked, address, now)
    if credential.activation_expires_at is None or credential.activation_expires_at <= now:
        # Only who holds the code learns that it was one.
        return LogIn(LogInOutcome.CODE_EXPIRED)
    credential.activation_hash = credential.activation_expires_at = None
    credential.password_hash, credential.password_set_at = checked.new_hash, now
    return _let_in(session, credential, checked, device, now)


def check_password(session: Session, *, passwords: Passwords, login_name: str, password: str) -> CheckedSecret:
    """Compare a password. Reads only; takes long, and just as long for a login name that nobody has."""
    normal = _normal_login_name(login_name)
    credential = session.scalar(select(Credential).where(Credential.login_name == normal))
    stored = credential.password_hash if credential else None
    if not passwords.verify(stored, password) or stored is None:
        return CheckedSecret(_hash_of_name(normal), None, None)
    new_hash = passwords.hash(password) if passwords.is_outdated(stored) else None
    return CheckedSecret(_hash_of_name(normal), _id(credential), stored, new_hash)


def log_in(
    session: Session, *, checked: CheckedSecret, device: str, address: str | None = None, now: datetime
) -> LogIn:
    """Start a session if the password was right and the login name is not locked. The caller commits every outcome.

    `address` is the caller's IP address, whose wrong tries are counted too.
    """
    if refusal := _refusal(session, checked, address, now):
        return refusal
    credential = _locked_credential(session, checked)
    if credential is None or credential.password_hash != checked.matched:
        return _remember_wrong_try(session, checked, address, now)
    if checked.new_hash is not None:
        credential.password_hash = checked.new_hash
    return _let_in(session, credential, checked, device, now)


def check_password_change(
    session: Session, *, passwords: Passwords, credential_id: UUID, password: str, new_password: str
) -> CheckedSecret:
    """Compare the present password of somebody logged in, and hash the new one. Reads only; takes long.

    Raises:
        CredentialUnknownError: there is no such log-in.
        PasswordRefusedError: the new password is not good enough; the present one was not looked at.
    """
    credential = session.get(Credential, credential_id)
    if credential is None:
        raise CredentialUnknownError(credential_id)
    check_new_password(new_password, login_name=credential.login_name)
    name_hash, stored = _hash_of_name(credential.login_name), credential.password_hash
    if not passwords.verify(stored, password):
        return CheckedSecret(name_hash, None, None)
    return CheckedSecret(name_hash, credential.id, stored, passwords.hash(new_password))


def change_password(
    session: Session, *, checked: CheckedSecret, keep_session_id: UUID | None, address: str | None = None, now: datetime
) -> LogIn:
    """Set the new password if the present one was right; end the other sessions. The caller commits every outcome."""
    if refusal := _refusal(session, checked, address, now):
        return refusal
    credential = _locked_credential(session, checked)
    if credential is None or credential.password_hash != checked.matched:
        return _remember_wrong_try(session, checked, address, now)
    credential.password_hash, credential.password_set_at = checked.new_hash, now
    session.flush()
    end_sessions(session, credential_id=credential.id, now=now, keep_id=keep_session_id)
    _forget_wrong_tries(session, checked.login_name_hash)
    return LogIn(LogInOutcome.DONE, session_id=keep_session_id)


def confirm_password(session: Session, *, checked: CheckedSecret, address: str | None = None, now: datetime) -> LogIn:
    """Say whether somebody logged in has typed their password; wrong tries count. The caller commits every outcome."""
    if refusal := _refusal(session, checked, address, now):
        return refusal
    credential = _locked_credential(session, checked)
    if credential is None or credential.password_hash != checked.matched:
        return _remember_wrong_try(session, checked, address, now)
    _forget_wrong_tries(session, checked.login_name_hash)
    return LogIn(LogInOutcome.DONE)


def purge_wrong_tries(session: Session, *, now: datetime) -> int:
    """Delete wrong tries that no longer count; return how many login names they were of."""
    purged = session.execute(
        delete(WrongTries).where(WrongTries.last_at < now - _FORGOTTEN_AFTER).returning(WrongTries.login_name_hash)
    )
    return len(purged.all())


def _credential_of(session: Session, resident_id: UUID | None, person_id: UUID | None) -> Credential:
    if resident_id is not None and person_id is None:
        resident = get_resident(session, resident_id)
        check_has_not_left(resident)
        found = session.scalar(select(Credential).where(Credential.resident_id == resident_id).with_for_update())
        login_name = resident.number
    elif person_id is not None and resident_id is None:
        found = session.scalar(select(Credential).where(Credential.person_id == person_id).with_for_update())
        login_name = found.login_name if found else get_person(session, person_id).handle
    else:
        raise ValueError("an activation code is for one resident or for one person")
    if found is None:
        found = Credential(resident_id=resident_id, person_id=person_id, login_name=login_name)
        session.add(found)
    return found


def _refusal(session: Session, checked: CheckedSecret, address: str | None, now: datetime) -> LogIn | None:
    """Return the refusal that stands whether the secret was right or wrong, and lock the count of wrong tries."""
    if address is not None:
        left = permits_left(session, bucket=_bucket(address), limit=_ADDRESS_TRIES, window_s=_ADDRESS_WINDOW_S, now=now)
        if not left.granted:
            return LogIn(LogInOutcome.ADDRESS_LOCKED, retry_after_s=left.retry_after_s)
    tries = session.get(WrongTries, checked.login_name_hash, with_for_update=True, populate_existing=True)
    if tries is not None and tries.locked_until is not None and tries.locked_until > now:
        return LogIn(LogInOutcome.LOCKED, retry_after_s=_seconds(tries.locked_until - now))
    return None


def _locked_credential(session: Session, checked: CheckedSecret) -> Credential | None:
    if checked.credential_id is None or checked.matched is None:
        return None
    return session.get(Credential, checked.credential_id, with_for_update=True, populate_existing=True)


# The update changes nothing but takes the row's lock, so that the tries of one name queue up.
_LOCK_TRIES = text(
    """
    INSERT INTO wrong_tries (login_name_hash, count, last_at) VALUES (:login_name_hash, 0, :now)
    ON CONFLICT (login_name_hash) DO UPDATE SET count = wrong_tries.count
    """
).bindparams(bindparam("now", type_=WrongTries.last_at.type))


def _remember_wrong_try(session: Session, checked: CheckedSecret, address: str | None, now: datetime) -> LogIn:
    if address is not None:
        take_permits(session, bucket=_bucket(address), limit=_ADDRESS_TRIES, window_s=_ADDRESS_WINDOW_S, now=now)
    session.execute(_LOCK_TRIES, {"login_name_hash": checked.login_name_hash, "now": now})
    tries = session.get_one(WrongTries, checked.login_name_hash, populate_existing=True)
    if tries.locked_until is not None and tries.locked_until > now:
        # Another try came first and locked the name: this one was not looked at.
        return LogIn(LogInOutcome.LOCKED, retry_after_s=_seconds(tries.locked_until - now))
    tries.count = 1 if tries.last_at < now - _FORGOTTEN_AFTER else tries.count + 1
    tries.last_at = now
    over = tries.count - _FREE_TRIES
    tries.locked_until = now + timedelta(seconds=min(_FIRST_LOCK_S << over, _LONGEST_LOCK_S)) if over >= 0 else None
    session.flush()
    return LogIn(LogInOutcome.WRONG, retry_after_s=_seconds(tries.locked_until - now) if tries.locked_until else None)


def _let_in(session: Session, credential: Credential, checked: CheckedSecret, device: str, now: datetime) -> LogIn:
    session.flush()
    _forget_wrong_tries(session, checked.login_name_hash)
    started, token = start_session(session, credential=credential, device=device, now=now)
    return LogIn(LogInOutcome.DONE, session_id=started.id, token=token)


def _forget_wrong_tries(session: Session, login_name_hash: str) -> None:
    session.execute(delete(WrongTries).where(WrongTries.login_name_hash == login_name_hash))


def _normal_login_name(login_name: str) -> str:
    # A name that is too long is nobody's; the rest of it changes nothing about that.
    return normal_number(login_name) or folded(login_name[:200])


def _normal_code(code: str) -> str:
    typed = unicodedata.normalize("NFKC", code[:100]).upper().translate(_LOOK_ALIKES)
    return "".join(character for character in typed if character.isalnum())


def _hash_of_name(login_name: str) -> str:
    return hashlib.sha256(login_name.encode("utf-8", "replace")).hexdigest()


def _bucket(address: str) -> str:
    try:
        ip = ipaddress.ip_address(address)
        # One household or server has a whole /64 of IPv6 addresses to try from.
        block = str(ipaddress.ip_network((int(ip), 64), strict=False)) if ip.version == 6 else str(ip)
    except ValueError:
        # A server behind a socket file may see no address; those callers count as one.
        block = address
    return f"log-in:{hashlib.sha256(block.encode('utf-8', 'replace')).hexdigest()}"


def _id(credential: Credential | None) -> UUID | None:
    return credential.id if credential is not None else None


def _seconds(wait: timedelta) -> int:
    return max(1, -int(-wait.total_seconds() // 1))
