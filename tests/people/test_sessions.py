"""Log-in sessions: how long they last, who sees them, and how they end."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ledger import new_id
from people import (
    LogInSession,
    Passwords,
    PhoneVault,
    Role,
    SessionUnknownError,
    appoint,
    end_session,
    end_sessions,
    live_sessions,
    mark_seen,
    principal_by_session,
    purge_sessions,
)
from people.model import Credential
from people.sessions import start_session
from tests.clock import NOON
from tests.people.builders import activated, later, resident, tried


@pytest.fixture
def login(tree: Session, vault: PhoneVault, passwords: Passwords) -> Credential:
    """Return a resident's log-in with one session under way."""
    zhang = resident(tree, vault)
    activated(tree, passwords, login_name=zhang.number, resident_id=zhang.id)
    return tree.scalars(select(Credential)).one()


def test_a_token_is_256_random_bits_and_not_stored(tree: Session, login: Credential) -> None:
    started, token = start_session(tree, credential=login, device="phone", now=NOON)
    assert len(bytes.fromhex(token)) == 32
    assert token not in (started.token_hash, repr(started))


def test_a_session_lasts_a_month_on_a_phone_and_a_working_day_in_the_office(
    tree: Session, login: Credential, passwords: Passwords
) -> None:
    assert live_sessions(tree, credential_id=login.id, now=NOON)[0].expires_at == NOON + timedelta(days=30)
    for handle, role, merchant, lifetime in (
        ("till", Role.TILL, new_id(), timedelta(days=30)),
        ("chief", Role.ADMINISTRATOR, None, timedelta(hours=12)),
    ):
        person = appoint(tree, handle=handle, name="某人", role=role, merchant_id=merchant, now=NOON)
        done = activated(tree, passwords, login_name=handle, person_id=person.id)
        assert tree.get_one(LogInSession, done.session_id).expires_at == NOON + lifetime


def test_a_session_is_marked_as_used_once_a_day(tree: Session, login: Credential) -> None:
    started, token = start_session(tree, credential=login, device="phone", now=NOON)
    assert started.last_seen_on == NOON.date()
    tomorrow = NOON + timedelta(days=1)
    mark_seen(tree, session_id=started.id, now=tomorrow)
    mark_seen(tree, session_id=started.id, now=NOON)
    who = principal_by_session(tree, token, tomorrow)
    assert who is not None
    assert who.seen_on == tomorrow.date()


def test_people_see_where_they_are_logged_in_newest_first(
    tree: Session, login: Credential, passwords: Passwords
) -> None:
    tried(tree, passwords, login_name=login.login_name, seconds=60)
    assert [each.device for each in live_sessions(tree, credential_id=login.id, now=later(60))] == [
        "Firefox",
        "Chrome on Android",
    ]


@pytest.mark.parametrize(("told", "shown"), [("a\x00b", "?"), ("", ""), ("x" * 500, "x" * 100), ("手机", "手机")])
def test_a_device_that_cannot_be_shown_is_no_reason_to_refuse(
    tree: Session, login: Credential, told: str, shown: str
) -> None:
    assert start_session(tree, credential=login, device=told, now=NOON)[0].device == shown


def test_one_session_is_ended_by_its_owner_and_by_nobody_else(tree: Session, login: Credential) -> None:
    started, token = start_session(tree, credential=login, device="phone", now=NOON)
    for owner, session_id in ((new_id(), started.id), (login.id, new_id())):
        with pytest.raises(SessionUnknownError) as refused:
            end_session(tree, credential_id=owner, session_id=session_id, now=NOON)
        assert refused.value.session_id == session_id
    end_session(tree, credential_id=login.id, session_id=started.id, now=later(1))
    end_session(tree, credential_id=login.id, session_id=started.id, now=later(2))
    assert started.ended_at == later(1)
    assert principal_by_session(tree, token, later(3)) is None


def test_all_sessions_end_together_or_all_but_one(tree: Session, login: Credential) -> None:
    kept, _ = start_session(tree, credential=login, device="phone", now=NOON)
    assert end_sessions(tree, credential_id=login.id, keep_id=kept.id, now=NOON) == 1
    assert [each.id for each in live_sessions(tree, credential_id=login.id, now=NOON)] == [kept.id]
    assert end_sessions(tree, credential_id=login.id, now=NOON) == 1
    assert live_sessions(tree, credential_id=login.id, now=NOON) == []


def test_sessions_are_forgotten_a_month_after_their_end(tree: Session, login: Credential) -> None:
    ended, _ = start_session(tree, credential=login, device="phone", now=NOON)
    end_session(tree, credential_id=login.id, session_id=ended.id, now=NOON)
    assert purge_sessions(tree, now=NOON + timedelta(days=30)) == 0
    assert purge_sessions(tree, now=NOON + timedelta(days=31)) == 1
    assert purge_sessions(tree, now=NOON + timedelta(days=61)) == 1
    assert tree.scalar(select(func.count()).select_from(LogInSession)) == 0
