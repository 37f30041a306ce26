"""Activation codes: printed once, typed anyhow, good for one first password."""

import re
from collections.abc import Callable

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from ledger import new_id
from people import (
    LogInOutcome,
    PasswordRefusedError,
    Passwords,
    Person,
    PersonUnknownError,
    Resident,
    ResidentUnknownError,
    activate,
    check_activation,
    grouped_number,
    issue_activation,
)
from people.model import Credential
from tests.clock import NOON
from tests.people.builders import PASSWORD, activated, is_live, tried, tried_code

HOURS = 3_600


def test_a_printed_code_sets_the_first_password_and_logs_in(
    tree: Session, passwords: Passwords, zhang: Resident
) -> None:
    code = issue_activation(tree, passwords=passwords, resident_id=zhang.id, issued_by="person:1f", now=NOON)
    done = tried_code(tree, passwords, login_name=grouped_number(zhang.number), code=code)
    assert done.outcome is LogInOutcome.DONE
    assert is_live(tree, done)
    assert tried(tree, passwords, login_name=zhang.number).outcome is LogInOutcome.DONE
    assert tree.scalars(select(Credential.activation_issued_by)).all() == ["person:1f"]


def test_a_code_is_ten_characters_without_look_alikes_in_two_groups_and_stored_hashed(
    tree: Session, passwords: Passwords, zhang: Resident
) -> None:
    codes = {issue_activation(tree, passwords=passwords, resident_id=zhang.id, now=NOON) for _ in range(20)}
    assert len(codes) == 20
    for code in codes:
        assert re.fullmatch(r"[A-Z2-9]{5}-[A-Z2-9]{5}", code)
        assert not set(code) & set("01OILZSB")
    credential = tree.scalars(select(Credential)).one()
    assert (credential.activation_hash or "").startswith("$argon2id$")
    assert repr(credential) == f"Credential({credential.id})"


@pytest.mark.parametrize(
    "typed_as",
    [
        str.lower,
        lambda code: code.replace("-", ""),
        " ".join,
        lambda code: code.replace("2", "Z").replace("5", "s").replace("8", "B"),
        lambda code: code.translate({n: n + 0xFEE0 for n in range(0x21, 0x7F)}),
    ],
    ids=["small", "ungrouped", "spaced", "look-alikes", "full-width"],
)
def test_a_code_is_understood_however_it_is_typed(
    tree: Session, passwords: Passwords, zhang: Resident, typed_as: Callable[[str], str]
) -> None:
    code = issue_activation(tree, passwords=passwords, resident_id=zhang.id, now=NOON)
    assert tried_code(tree, passwords, login_name=zhang.number, code=typed_as(code)).outcome is LogInOutcome.DONE


def test_a_code_works_once(tree: Session, passwords: Passwords, zhang: Resident) -> None:
    code = issue_activation(tree, passwords=passwords, resident_id=zhang.id, now=NOON)
    both = [
        check_activation(tree, passwords=passwords, login_name=zhang.number, code=code, new_password=password)
        for password in (PASSWORD, "another password")
    ]
    outcomes = [activate(tree, checked=checked, device="", now=NOON).outcome for checked in both]
    assert outcomes == [LogInOutcome.DONE, LogInOutcome.WRONG]
    assert tried_code(tree, passwords, login_name=zhang.number, code=code).outcome is LogInOutcome.WRONG
    assert tried(tree, passwords, login_name=zhang.number).outcome is LogInOutcome.DONE


def test_a_code_lasts_72_hours_and_only_its_holder_learns_that_it_has_expired(
    tree: Session, passwords: Passwords, zhang: Resident
) -> None:
    code = issue_activation(tree, passwords=passwords, resident_id=zhang.id, now=NOON)
    at_the_end = 72 * HOURS
    expired = tried_code(tree, passwords, login_name=zhang.number, code=code, seconds=at_the_end)
    assert expired.outcome is LogInOutcome.CODE_EXPIRED
    wrong = tried_code(tree, passwords, login_name=zhang.number, code="AAAAA-AAAAA", seconds=at_the_end)
    assert wrong.outcome is LogInOutcome.WRONG
    in_time = tried_code(tree, passwords, login_name=zhang.number, code=code, seconds=at_the_end - 1)
    assert in_time.outcome is LogInOutcome.DONE


def test_a_new_code_ends_the_old_one_the_password_and_all_sessions(
    tree: Session, passwords: Passwords, guan: Person
) -> None:
    done = activated(tree, passwords, login_name="li.guan", person_id=guan.id)
    old = issue_activation(tree, passwords=passwords, person_id=guan.id, now=NOON)
    assert not is_live(tree, done)
    assert tried(tree, passwords, login_name="li.guan").outcome is LogInOutcome.WRONG
    new = issue_activation(tree, passwords=passwords, person_id=guan.id, now=NOON)
    assert tried_code(tree, passwords, login_name="li.guan", code=old).outcome is LogInOutcome.WRONG
    assert tried_code(tree, passwords, login_name="LI.GUAN", code=new).outcome is LogInOutcome.DONE


def test_a_new_code_forgives_the_wrong_tries_before_it(tree: Session, passwords: Passwords, zhang: Resident) -> None:
    for _ in range(5):
        tried(tree, passwords, login_name=zhang.number)
    code = issue_activation(tree, passwords=passwords, resident_id=zhang.id, now=NOON)
    assert tried_code(tree, passwords, login_name=zhang.number, code=code).outcome is LogInOutcome.DONE


def test_a_weak_first_password_is_refused_and_the_code_stays_good(
    tree: Session, passwords: Passwords, zhang: Resident
) -> None:
    code = issue_activation(tree, passwords=passwords, resident_id=zhang.id, now=NOON)
    with pytest.raises(PasswordRefusedError):
        check_activation(
            tree, passwords=passwords, login_name=zhang.number, code=code, new_password=grouped_number(zhang.number)
        )
    assert tried_code(tree, passwords, login_name=zhang.number, code=code).outcome is LogInOutcome.DONE


def test_a_code_is_for_one_known_holder(tree: Session, passwords: Passwords, zhang: Resident, guan: Person) -> None:
    unknown = new_id()
    with pytest.raises(ResidentUnknownError):
        issue_activation(tree, passwords=passwords, resident_id=unknown, now=NOON)
    with pytest.raises(PersonUnknownError):
        issue_activation(tree, passwords=passwords, person_id=unknown, now=NOON)
    with pytest.raises(ValueError, match="one resident or for one person"):
        issue_activation(tree, passwords=passwords, now=NOON)
    with pytest.raises(ValueError, match="one resident or for one person"):
        issue_activation(tree, passwords=passwords, resident_id=zhang.id, person_id=guan.id, now=NOON)
