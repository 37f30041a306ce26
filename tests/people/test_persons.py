"""Persons and the roles they are given and lose."""

from uuid import UUID

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from ledger import new_id
from people import (
    GrantUnknownError,
    HandleInvalidError,
    HandleTakenError,
    PersonUnknownError,
    Role,
    RoleGrant,
    RoleScopeError,
    ScopeFault,
    TextRefusedError,
    UnitUnknownError,
    appoint,
    find_person,
    get_person,
    get_unit,
    live_grants,
    merchant_people,
    revoke_grant,
    staff,
)
from tests.clock import NOON
from tests.people.builders import COMMUNITY, TOWN, later, officer

MERCHANT = UUID("01980000-0000-7000-8000-000000000001")


def test_an_appointed_person_holds_the_role_and_who_gave_it_is_known(tree: Session) -> None:
    person = appoint(tree, handle="Wang", name="王五", role=Role.DISPATCHER, unit_code=TOWN, by="person:1f", now=NOON)
    (grant,) = live_grants(tree, person.id)
    assert (grant.role, grant.unit_code, grant.granted_by, grant.granted_at) == (
        Role.DISPATCHER,
        TOWN,
        "person:1f",
        NOON,
    )
    assert get_person(tree, person.id) is person
    assert repr(person) == f"Person({person.id})"


def test_a_handle_is_found_however_its_letters_are_typed(tree: Session) -> None:
    person = officer(tree, handle="Li.Guan")
    assert find_person(tree, " LI.GUAN ") is find_person(tree, "ｌｉ．ｇｕａｎ") is person
    assert find_person(tree, "nobody\x00\ud800") is None


def test_one_person_may_hold_many_roles_but_each_once(tree: Session) -> None:
    person = officer(tree, role=Role.FINANCE)
    assert officer(tree, role=Role.AUDITOR) is person
    assert officer(tree, role=Role.AUDITOR) is person
    assert sorted(grant.role for grant in live_grants(tree, person.id)) == [Role.AUDITOR, Role.FINANCE]


def test_a_revoked_role_is_gone_and_stays_in_the_history(tree: Session) -> None:
    person = officer(tree)
    (grant,) = live_grants(tree, person.id)
    revoke_grant(tree, grant_id=grant.id, by="person:1f", now=later(60))
    revoke_grant(tree, grant_id=grant.id, by="person:2f", now=later(120))
    assert live_grants(tree, person.id) == []
    assert (grant.revoked_at, grant.revoked_by) == (later(60), "person:1f")
    officer(tree)
    assert tree.scalar(select(func.count()).select_from(RoleGrant)) == 2


@pytest.mark.parametrize(
    ("role", "unit", "merchant", "fault"),
    [
        (Role.TILL, None, None, ScopeFault.MERCHANT_NEEDED),
        (Role.MERCHANT_OWNER, None, None, ScopeFault.MERCHANT_NEEDED),
        (Role.TILL, TOWN, MERCHANT, ScopeFault.NOT_HERE),
        (Role.FINANCE, None, MERCHANT, ScopeFault.NOT_HERE),
        (Role.HANDLER, None, None, ScopeFault.UNIT_NEEDED),
        (Role.RESIDENT, None, None, ScopeFault.KEYS_ONLY),
        (Role.OPEN311, None, None, ScopeFault.KEYS_ONLY),
    ],
)
def test_a_role_needs_its_place_and_no_other(
    tree: Session, role: Role, unit: str | None, merchant: UUID | None, fault: ScopeFault
) -> None:
    with pytest.raises(RoleScopeError) as refused:
        appoint(tree, handle="wang", name="王五", role=role, unit_code=unit, merchant_id=merchant, now=NOON)
    assert (refused.value.role, refused.value.fault) == (role, fault)
    assert find_person(tree, "wang") is None


@pytest.mark.parametrize("role", [Role.TILL, Role.HANDLER, Role.RESIDENT])
def test_the_database_refuses_a_role_without_its_place_too(tree: Session, role: Role) -> None:
    person = officer(tree)
    tree.add(RoleGrant(person_id=person.id, role=role, granted_at=NOON, granted_by="system"))
    with pytest.raises(IntegrityError):
        tree.flush()


def test_a_role_in_an_unknown_unit_is_refused(tree: Session) -> None:
    with pytest.raises(UnitUnknownError):
        appoint(tree, handle="wang", name="王五", role=Role.HANDLER, unit_code="999", now=NOON)


def test_a_handle_belongs_to_one_name(tree: Session) -> None:
    person = officer(tree, handle="wang")
    with pytest.raises(HandleTakenError) as refused:
        appoint(tree, handle="wang", name="另一个人", role=Role.AUDITOR, now=NOON)
    assert refused.value.person_id == person.id


@pytest.mark.parametrize("handle", ["123456789", "123 456 789", "１２３-456-789"])
def test_a_handle_cannot_look_like_a_residents_number(tree: Session, handle: str) -> None:
    with pytest.raises(HandleInvalidError):
        officer(tree, handle=handle)


@pytest.mark.parametrize("handle", ["", "a\x00b", "x" * 101, "\ufdfa" * 20])
def test_a_handle_is_a_name_that_can_be_shown(tree: Session, handle: str) -> None:
    with pytest.raises(TextRefusedError) as refused:
        officer(tree, handle=handle)
    assert refused.value.field == "handle"


def test_an_unknown_person_or_grant_is_refused(tree: Session) -> None:
    unknown = new_id()
    with pytest.raises(PersonUnknownError) as no_person:
        get_person(tree, unknown)
    with pytest.raises(GrantUnknownError) as no_grant:
        revoke_grant(tree, grant_id=unknown, now=NOON)
    assert no_person.value.person_id == no_grant.value.grant_id == unknown


def test_a_merchant_has_its_owners_and_cashiers_and_the_office_its_staff(tree: Session) -> None:
    owner = appoint(tree, handle="shop", name="店主", role=Role.MERCHANT_OWNER, merchant_id=MERCHANT, now=NOON)
    till = appoint(tree, handle="till", name="收银", role=Role.TILL, merchant_id=MERCHANT, now=later(1))
    chief = officer(tree)
    local = appoint(tree, handle="wang", name="王五", role=Role.SUPERVISOR, unit_code=COMMUNITY, now=later(1))
    assert [each.person for each in merchant_people(tree, MERCHANT)] == [owner, till]
    assert merchant_people(tree, new_id()) == []
    assert [each.person for each in staff(tree)] == [chief, local]
    assert [each.grant.role for each in staff(tree, within_path=get_unit(tree, TOWN).path)] == [Role.SUPERVISOR]
