"""Rules of what lists of people are made of."""

from datetime import timedelta
from uuid import uuid4

from sqlalchemy.orm import Session

from ledger import new_id
from people import (
    LogInState,
    Passwords,
    Person,
    PhoneVault,
    Resident,
    Role,
    activate,
    appoint,
    check_activation,
    count_residents,
    issue_activation,
    live_grants,
    log_in_states,
    persons_by_id,
    residents_by_id,
    residents_by_number,
    revoke_grant,
    role_history,
    units_by_code,
)
from tests.clock import NOON
from tests.people.builders import resident


def test_residents_are_found_many_at_once_and_unknown_ones_are_left_out(
    tree: Session, vault: PhoneVault, zhang: Resident
) -> None:
    other = resident(tree, vault)
    assert residents_by_id(tree, [zhang.id, other.id, uuid4()]) == {zhang.id: zhang, other.id: other}
    assert residents_by_number(tree, [zhang.number, "000000000"]) == {zhang.number: zhang}
    assert residents_by_id(tree, []) == {}


def test_residents_are_counted_in_all_or_below_a_unit(tree: Session, zhang: Resident) -> None:
    unit = units_by_code(tree, [zhang.unit_code, "nowhere"])[zhang.unit_code]
    assert count_residents(tree) == count_residents(tree, within_path=unit.path) == 1
    assert count_residents(tree, within_path="140881/140881106/") == count_residents(tree, within_path=[]) == 0
    assert count_residents(tree, within_path=["140881/140881106/", unit.path]) == 1


def test_persons_are_found_many_at_once(tree: Session, guan: Person) -> None:
    assert persons_by_id(tree, [guan.id, new_id()]) == {guan.id: guan}


def test_the_history_of_roles_names_those_held_now_first(tree: Session, guan: Person) -> None:
    appoint(tree, handle=guan.handle, name=guan.name, role=Role.AUDITOR, now=NOON + timedelta(days=1))
    auditor = next(grant for grant in live_grants(tree, guan.id) if grant.role is Role.AUDITOR)
    revoke_grant(tree, grant_id=auditor.id, now=NOON + timedelta(days=2))
    history = role_history(tree, guan.id)
    assert history[-1].id == auditor.id
    assert [grant.revoked_at is None for grant in history[:-1]] == [True] * (len(history) - 1)


def test_a_log_in_is_there_after_a_code_was_used(
    tree: Session, passwords: Passwords, zhang: Resident, guan: Person
) -> None:
    def states(at: int) -> tuple[LogInState, LogInState]:
        found = log_in_states(tree, resident_ids=[zhang.id], person_ids=[guan.id], now=NOON + timedelta(hours=at))
        return found[zhang.id], found[guan.id]

    assert states(0) == (LogInState.NEVER, LogInState.NEVER)
    code = issue_activation(tree, passwords=passwords, resident_id=zhang.id, now=NOON)
    assert states(71) == (LogInState.WAITING, LogInState.NEVER)
    assert states(72) == (LogInState.NEVER, LogInState.NEVER)
    checked = check_activation(
        tree, passwords=passwords, login_name=zhang.number, code=code, new_password="heron over the lake"
    )
    activate(tree, checked=checked, device="", now=NOON)
    assert states(73) == (LogInState.ACTIVE, LogInState.NEVER)
