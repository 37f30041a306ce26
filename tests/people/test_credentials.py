"""Logging in with a password, changing it, and the wrong tries that are remembered."""

import re
import threading
from datetime import timedelta

import pytest
from argon2 import PasswordHasher
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from ledger import new_id
from people import (
    CredentialUnknownError,
    LogIn,
    LogInOutcome,
    LogInSession,
    PasswordRefusedError,
    Passwords,
    Person,
    Resident,
    change_password,
    check_password,
    check_password_change,
    confirm_password,
    issue_activation,
    live_sessions,
    log_in,
    purge_wrong_tries,
)
from people.model import Credential, WrongTries
from tests.clock import NOON
from tests.people.builders import PASSWORD, activated, is_live, tried, tried_code

HOURS = 3_600


# --- log-in ----------------------------------------------------------------------------------------------------------


def test_nobody_logs_in_before_setting_a_password(tree: Session, passwords: Passwords, zhang: Resident) -> None:
    assert tried(tree, passwords, login_name=zhang.number).outcome is LogInOutcome.WRONG
    code = issue_activation(tree, passwords=passwords, resident_id=zhang.id, now=NOON)
    assert tried(tree, passwords, login_name=zhang.number, password=code).outcome is LogInOutcome.WRONG


@pytest.mark.parametrize("login_name", ["nobody", "100000678", "", "\x00\ud800", "x" * 10_000])
def test_an_unknown_login_name_is_answered_like_a_wrong_password(
    tree: Session, passwords: Passwords, zhang: Resident, login_name: str
) -> None:
    activated(tree, passwords, login_name=zhang.number, resident_id=zhang.id)
    known = [tried(tree, passwords, login_name=zhang.number, password="wrong one") for _ in range(8)]
    unknown = [tried(tree, passwords, login_name=login_name, password="wrong one") for _ in range(8)]
    assert unknown == known


def test_after_five_wrong_tries_the_name_waits_longer_and_longer_up_to_an_hour(
    tree: Session, passwords: Passwords, zhang: Resident
) -> None:
    activated(tree, passwords, login_name=zhang.number, resident_id=zhang.id)
    waits, seconds = [], 0
    for _ in range(13):
        refused = tried(tree, passwords, login_name=zhang.number, password="wrong one", seconds=seconds)
        assert refused.outcome is LogInOutcome.WRONG
        waits.append(refused.retry_after_s)
        seconds += refused.retry_after_s or 0
    assert waits == [None, None, None, None, 60, 120, 240, 480, 960, 1920, 3600, 3600, 3600]


def test_while_a_name_waits_the_right_password_opens_nothing_and_tries_do_not_count(
    tree: Session, passwords: Passwords, zhang: Resident
) -> None:
    activated(tree, passwords, login_name=zhang.number, resident_id=zhang.id)
    for _ in range(5):
        tried(tree, passwords, login_name=zhang.number, password="wrong one")
    locked = tried(tree, passwords, login_name=zhang.number, seconds=59)
    assert (locked.outcome, locked.retry_after_s, locked.token) == (LogInOutcome.LOCKED, 1, None)
    tried(tree, passwords, login_name=zhang.number, password="wrong one", seconds=59)
    assert tried(tree, passwords, login_name=zhang.number, seconds=60).outcome is LogInOutcome.DONE


def test_a_right_password_and_a_day_forgive_wrong_tries(tree: Session, passwords: Passwords, zhang: Resident) -> None:
    activated(tree, passwords, login_name=zhang.number, resident_id=zhang.id)
    for start in (0, 10, 10 + 25 * HOURS):
        for _ in range(4):
            refused = tried(tree, passwords, login_name=zhang.number, password="wrong one", seconds=start)
            assert refused.retry_after_s is None
        if start == 0:
            assert tried(tree, passwords, login_name=zhang.number, seconds=start).outcome is LogInOutcome.DONE


def test_wrong_codes_are_counted_with_wrong_passwords(tree: Session, passwords: Passwords, zhang: Resident) -> None:
    code = issue_activation(tree, passwords=passwords, resident_id=zhang.id, now=NOON)
    for _ in range(5):
        tried_code(tree, passwords, login_name=zhang.number, code="AAAAA-AAAAA")
    assert tried_code(tree, passwords, login_name=zhang.number, code=code).outcome is LogInOutcome.LOCKED
    assert tried(tree, passwords, login_name=zhang.number).outcome is LogInOutcome.LOCKED


def test_of_guesses_made_at_once_only_the_first_five_are_looked_at(
    tree: Session, passwords: Passwords, zhang: Resident
) -> None:
    activated(tree, passwords, login_name=zhang.number, resident_id=zhang.id)
    guesses = ["wrong one"] * 5 + [PASSWORD]
    checked = [check_password(tree, passwords=passwords, login_name=zhang.number, password=each) for each in guesses]
    outcomes = [log_in(tree, checked=each, device="", now=NOON).outcome for each in checked]
    assert outcomes == [LogInOutcome.WRONG] * 5 + [LogInOutcome.LOCKED]


def test_guesses_racing_each_other_are_looked_at_five_times_together(
    engine: Engine, tree: Session, passwords: Passwords, zhang: Resident
) -> None:
    checked = check_password(tree, passwords=passwords, login_name=zhang.number, password="wrong one")
    tree.commit()
    start, outcomes = threading.Barrier(10), []

    def guess() -> None:
        start.wait()
        with Session(engine) as session:
            outcomes.append(log_in(session, checked=checked, device="", now=NOON).outcome)
            session.commit()

    guessers = [threading.Thread(target=guess) for _ in range(10)]
    for guesser in guessers:
        guesser.start()
    for guesser in guessers:
        guesser.join()
    assert sorted(outcomes) == [LogInOutcome.LOCKED] * 5 + [LogInOutcome.WRONG] * 5


def test_many_wrong_tries_from_one_address_close_it_for_all_names_until_the_window_ends(
    tree: Session, passwords: Passwords, zhang: Resident
) -> None:
    activated(tree, passwords, login_name=zhang.number, resident_id=zhang.id)
    for turn in range(50):
        tried(tree, passwords, login_name=f"name {turn}", password="wrong one", address="2001:db8::1")
    neighbour = tried(tree, passwords, login_name=zhang.number, address="2001:db8::ffff")
    assert neighbour.outcome is LogInOutcome.ADDRESS_LOCKED
    assert neighbour.retry_after_s
    elsewhere = tried(tree, passwords, login_name=zhang.number, address="2001:db8:0:1::1")
    assert elsewhere.outcome is LogInOutcome.DONE
    after = tried(tree, passwords, login_name=zhang.number, address="2001:db8::1", seconds=neighbour.retry_after_s)
    assert after.outcome is LogInOutcome.DONE


@pytest.mark.parametrize("address", ["192.0.2.1", "fe80::1%eth0", "", "no address"])
def test_right_passwords_from_one_address_are_not_counted(
    tree: Session, passwords: Passwords, zhang: Resident, address: str
) -> None:
    activated(tree, passwords, login_name=zhang.number, resident_id=zhang.id)
    assert tried(tree, passwords, login_name="nobody", address=address).outcome is LogInOutcome.WRONG
    for _ in range(60):
        assert tried(tree, passwords, login_name=zhang.number, address=address).outcome is LogInOutcome.DONE


def test_a_log_in_strengthens_a_hash_of_weaker_parameters(tree: Session, passwords: Passwords, zhang: Resident) -> None:
    activated(tree, passwords, login_name=zhang.number, resident_id=zhang.id)
    stronger = Passwords(PasswordHasher(time_cost=2, memory_cost=8, parallelism=1))
    assert tried(tree, stronger, login_name=zhang.number).outcome is LogInOutcome.DONE
    assert "t=2" in (tree.scalars(select(Credential.password_hash)).one() or "")
    assert tried(tree, stronger, login_name=zhang.number).outcome is LogInOutcome.DONE


def test_a_password_changed_between_check_and_log_in_opens_nothing(
    tree: Session, passwords: Passwords, guan: Person
) -> None:
    activated(tree, passwords, login_name="li.guan", person_id=guan.id)
    checked = check_password(tree, passwords=passwords, login_name="li.guan", password=PASSWORD)
    issue_activation(tree, passwords=passwords, person_id=guan.id, now=NOON)
    assert log_in(tree, checked=checked, device="", now=NOON).outcome is LogInOutcome.WRONG


def test_secrets_do_not_show_in_logs(tree: Session, passwords: Passwords, guan: Person) -> None:
    done = activated(tree, passwords, login_name="li.guan", person_id=guan.id)
    checked = check_password(tree, passwords=passwords, login_name="li.guan", password=PASSWORD)
    assert "argon2" not in repr(checked)
    assert (done.token or "?") not in repr(done)


# --- change of password -----------------------------------------------------------------------------------------------


def test_a_changed_password_ends_the_other_sessions(tree: Session, passwords: Passwords, guan: Person) -> None:
    here = activated(tree, passwords, login_name="li.guan", person_id=guan.id)
    there = tried(tree, passwords, login_name="li.guan")
    credential_id = tree.scalars(select(Credential.id)).one()
    checked = check_password_change(
        tree, passwords=passwords, credential_id=credential_id, password=PASSWORD, new_password="a wholly new one"
    )
    done = change_password(tree, checked=checked, keep_session_id=here.session_id, now=NOON)
    assert done == LogIn(LogInOutcome.DONE, session_id=here.session_id)
    assert is_live(tree, here)
    assert not is_live(tree, there)
    assert len(live_sessions(tree, credential_id=credential_id, now=NOON)) == 1
    assert tried(tree, passwords, login_name="li.guan").outcome is LogInOutcome.WRONG
    assert tried(tree, passwords, login_name="li.guan", password="a wholly new one").outcome is LogInOutcome.DONE


def test_a_wrong_present_password_counts_and_changes_nothing(tree: Session, passwords: Passwords, guan: Person) -> None:
    activated(tree, passwords, login_name="li.guan", person_id=guan.id)
    credential_id = tree.scalars(select(Credential.id)).one()

    def change(password: str) -> LogInOutcome:
        checked = check_password_change(
            tree, passwords=passwords, credential_id=credential_id, password=password, new_password="a wholly new one"
        )
        return change_password(tree, checked=checked, keep_session_id=None, now=NOON).outcome

    assert [change("wrong one") for _ in range(5)] == [LogInOutcome.WRONG] * 5
    assert change(PASSWORD) is LogInOutcome.LOCKED
    assert tried(tree, passwords, login_name="li.guan", seconds=60).outcome is LogInOutcome.DONE


def test_a_change_needs_a_log_in_and_a_good_new_password(tree: Session, passwords: Passwords, guan: Person) -> None:
    activated(tree, passwords, login_name="li.guan", person_id=guan.id)
    unknown = new_id()
    with pytest.raises(CredentialUnknownError) as refused:
        check_password_change(
            tree, passwords=passwords, credential_id=unknown, password=PASSWORD, new_password="a wholly new one"
        )
    assert refused.value.credential_id == unknown
    with pytest.raises(PasswordRefusedError):
        check_password_change(
            tree,
            passwords=passwords,
            credential_id=tree.scalars(select(Credential.id)).one(),
            password=PASSWORD,
            new_password="12345678",
        )


# --- confirming -------------------------------------------------------------------------------------------------------


def test_a_confirmed_password_starts_no_session_and_wrong_ones_count(
    tree: Session, passwords: Passwords, guan: Person
) -> None:
    activated(tree, passwords, login_name="li.guan", person_id=guan.id)
    sessions = tree.scalar(select(func.count()).select_from(LogInSession))

    def confirmed(password: str) -> LogIn:
        checked = check_password(tree, passwords=passwords, login_name="li.guan", password=password)
        return confirm_password(tree, checked=checked, now=NOON)

    done = confirmed(PASSWORD)
    assert (done.outcome, done.token, done.session_id) == (LogInOutcome.DONE, None, None)
    assert [confirmed("guessed").outcome for _try in range(5)] == [LogInOutcome.WRONG] * 5
    assert confirmed(PASSWORD).outcome is LogInOutcome.LOCKED
    assert tree.scalar(select(func.count()).select_from(LogInSession)) == sessions


# --- forgetting -------------------------------------------------------------------------------------------------------


def test_wrong_tries_are_kept_without_the_name_and_purged_after_a_day(tree: Session, passwords: Passwords) -> None:
    tried(tree, passwords, login_name="My Secret Password")
    kept = tree.scalars(select(WrongTries)).one()
    assert re.fullmatch(r"[0-9a-f]{64}", kept.login_name_hash)
    assert purge_wrong_tries(tree, now=NOON + timedelta(hours=24)) == 0
    assert purge_wrong_tries(tree, now=NOON + timedelta(hours=24, seconds=1)) == 1
    assert tree.scalar(select(func.count()).select_from(WrongTries)) == 0
