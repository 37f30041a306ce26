"""Who asks, by key or by session, and what they may do."""

from datetime import timedelta

import pytest
from sqlalchemy import event
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from ledger import new_id
from people import (
    ApiKey,
    ApiKeyUnknownError,
    Grant,
    KeyRateError,
    Passwords,
    PhoneVault,
    Principal,
    ResidentUnknownError,
    Role,
    RoleScopeError,
    ScopeFault,
    appoint,
    create_key,
    end_session,
    find_person,
    get_unit,
    list_keys,
    live_grants,
    principal_by_key,
    principal_by_session,
    revoke_grant,
    revoke_key,
)
from tests.clock import NOON
from tests.people.builders import COMMUNITY, COUNTY, OTHER_COMMUNITY, TOWN, activated, officer, resident

MERCHANT, OTHER_MERCHANT = new_id(), new_id()
TOWN_PATH, COMMUNITY_PATH = f"{COUNTY}/{TOWN}/", f"{COUNTY}/{TOWN}/{COMMUNITY}/"
OTHER_PATH = f"{COUNTY}/140881002/{OTHER_COMMUNITY}/"


def principal(*grants: Grant) -> Principal:
    return Principal(actor="person:1f", grants=grants, name="王五")


# --- what a principal may do ------------------------------------------------------------------------------------------


def test_a_role_within_a_unit_holds_in_its_subtree_only() -> None:
    dispatcher = principal(Grant(Role.DISPATCHER, TOWN_PATH))
    assert dispatcher.may(Role.DISPATCHER)
    assert dispatcher.may(Role.DISPATCHER, unit_path=TOWN_PATH)
    assert dispatcher.may(Role.DISPATCHER, unit_path=COMMUNITY_PATH)
    assert not dispatcher.may(Role.DISPATCHER, unit_path=OTHER_PATH)
    assert not dispatcher.may(Role.DISPATCHER, unit_path=f"{COUNTY}/")
    assert not dispatcher.may_everywhere(Role.DISPATCHER)
    assert dispatcher.unit_paths(Role.DISPATCHER) == (TOWN_PATH,)


def test_a_role_without_a_unit_holds_in_the_whole_tree() -> None:
    chief = principal(Grant(Role.ADMINISTRATOR), Grant(Role.ADMINISTRATOR, TOWN_PATH))
    assert chief.may(Role.ADMINISTRATOR, unit_path=OTHER_PATH)
    assert chief.may_everywhere(Role.AUDITOR, Role.ADMINISTRATOR)
    assert chief.unit_paths(Role.ADMINISTRATOR) == ("", TOWN_PATH)
    assert not chief.may(Role.FINANCE)


def test_a_role_at_a_merchant_holds_there_and_nowhere_in_the_tree() -> None:
    till = principal(Grant(Role.TILL, merchant_id=MERCHANT))
    assert till.may(Role.TILL)
    assert till.acts_for_merchant(MERCHANT)
    assert till.acts_for_merchant(MERCHANT, Role.TILL)
    assert not till.acts_for_merchant(MERCHANT, Role.MERCHANT_OWNER)
    assert not till.acts_for_merchant(OTHER_MERCHANT)
    assert not till.may(Role.TILL, unit_path=TOWN_PATH)
    assert not till.may_everywhere(Role.TILL)
    assert till.unit_paths(Role.TILL) == ()
    assert till.merchant_ids() == till.merchant_ids(Role.TILL) == (MERCHANT,)
    assert till.merchant_ids(Role.MERCHANT_OWNER) == ()


def test_a_principal_in_a_log_shows_no_name() -> None:
    assert "王五" not in repr(principal())


# --- keys -------------------------------------------------------------------------------------------------------------


def test_a_key_opens_what_it_was_made_for_with_one_select(tree: Session) -> None:
    key, secret = create_key(tree, role=Role.DISPATCHER, name="Desk 1", unit_code=TOWN, rate_a_minute=90, now=NOON)
    tree.expire_all()
    statements: list[str] = []

    def heard(*told: object) -> None:
        statements.append(str(told[2]))

    event.listen(tree.get_bind(), "before_cursor_execute", heard)
    bearer = principal_by_key(tree, secret)
    event.remove(tree.get_bind(), "before_cursor_execute", heard)
    assert len(statements) == 1
    assert bearer is not None
    assert bearer.actor == f"person:{bearer.person_id.hex if bearer.person_id else None}"
    assert (bearer.key_id, bearer.rate_a_minute, bearer.name) == (key.id, 90, "Desk 1")
    assert bearer.grants == (Grant(Role.DISPATCHER, TOWN_PATH),)
    assert (bearer.resident_id, bearer.session_id, bearer.seen_on) == (None, None, None)


def test_a_secret_is_256_random_bits_and_not_stored(tree: Session) -> None:
    keys = [create_key(tree, role=Role.AUDITOR, name="audit", now=NOON) for _ in range(2)]
    assert len({secret for _, secret in keys}) == 2
    for key, secret in keys:
        assert len(bytes.fromhex(secret)) == 32
        assert secret not in (key.secret_hash, repr(key))


@pytest.mark.parametrize("secret", ["", "0" * 64, "钥匙", "\x00", "\ud800"])
def test_an_unknown_secret_is_nobodys(tree: Session, secret: str) -> None:
    create_key(tree, role=Role.AUDITOR, name="audit", now=NOON)
    assert principal_by_key(tree, secret) is None


def test_keys_of_one_name_are_one_person_with_separate_rights(tree: Session) -> None:
    _, audits = create_key(tree, role=Role.AUDITOR, name="Wang", now=NOON)
    _, pays = create_key(tree, role=Role.FINANCE, name=" wang ", now=NOON)
    auditor, payer = principal_by_key(tree, audits), principal_by_key(tree, pays)
    assert auditor is not None
    assert payer is not None
    assert auditor.actor == payer.actor
    assert not auditor.may(Role.FINANCE)


def test_a_key_of_an_appointed_persons_handle_is_that_person(tree: Session) -> None:
    person = officer(tree, handle="wang")
    key, _ = create_key(tree, role=Role.FINANCE, name="wang", now=NOON)
    assert key.person_id == person.id


def test_a_residents_key_acts_as_the_resident(tree: Session, vault: PhoneVault) -> None:
    zhang = resident(tree, vault)
    _, secret = create_key(tree, role=Role.RESIDENT, name="zhang phone", resident_id=zhang.id, now=NOON)
    bearer = principal_by_key(tree, secret)
    assert bearer is not None
    assert bearer.actor == f"resident:{zhang.id.hex}"
    assert bearer.is_resident(zhang.id)
    assert not bearer.is_resident(new_id())


def test_a_tills_key_acts_for_its_merchant(tree: Session) -> None:
    _, secret = create_key(tree, role=Role.TILL, name="till 1", merchant_id=MERCHANT, now=NOON)
    bearer = principal_by_key(tree, secret)
    assert bearer is not None
    assert bearer.acts_for_merchant(MERCHANT, Role.TILL)


def test_a_revoked_key_opens_nothing_and_stays_listed(tree: Session, vault: PhoneVault) -> None:
    zhang = resident(tree, vault)
    key, secret = create_key(tree, role=Role.RESIDENT, name="zhang", resident_id=zhang.id, now=NOON)
    other, _ = create_key(tree, role=Role.OPEN311, name="fixmystreet", rate_a_minute=10, now=NOON)
    revoke_key(tree, key_id=key.id, now=NOON)
    revoke_key(tree, key_id=key.id, now=NOON + timedelta(days=1))
    assert principal_by_key(tree, secret) is None
    listed = {listing.id: listing for listing in list_keys(tree)}
    assert (listed[key.id].resident_number, listed[key.id].revoked_at) == (zhang.number, NOON)
    assert (listed[other.id].name, listed[other.id].rate_a_minute, listed[other.id].revoked_at) == (
        "fixmystreet",
        10,
        None,
    )


def test_a_key_needs_the_place_of_its_role(tree: Session) -> None:
    with pytest.raises(RoleScopeError) as refused:
        create_key(tree, role=Role.RESIDENT, name="zhang", now=NOON)
    assert refused.value.fault is ScopeFault.RESIDENT_NEEDED
    unknown = new_id()
    with pytest.raises(RoleScopeError):
        create_key(tree, role=Role.AUDITOR, name="zhang", resident_id=unknown, now=NOON)
    with pytest.raises(ResidentUnknownError):
        create_key(tree, role=Role.RESIDENT, name="zhang", resident_id=unknown, now=NOON)
    assert find_person(tree, "zhang") is None


def test_the_database_refuses_a_key_without_its_place_too(tree: Session) -> None:
    person = officer(tree)
    tree.add(ApiKey(person_id=person.id, secret_hash="0", role=Role.RESIDENT, created_at=NOON))
    with pytest.raises(IntegrityError):
        tree.flush()


@pytest.mark.parametrize("rate", [0, -1, 1_000_001])
def test_a_keys_rate_is_a_positive_number(tree: Session, rate: int) -> None:
    with pytest.raises(KeyRateError) as refused:
        create_key(tree, role=Role.OPEN311, name="fixmystreet", rate_a_minute=rate, now=NOON)
    assert refused.value.rate_a_minute == rate


def test_an_unknown_key_cannot_be_revoked(tree: Session) -> None:
    unknown = new_id()
    with pytest.raises(ApiKeyUnknownError) as refused:
        revoke_key(tree, key_id=unknown, now=NOON)
    assert refused.value.key_id == unknown


# --- sessions ---------------------------------------------------------------------------------------------------------


def test_a_resident_logged_in_is_that_resident(tree: Session, vault: PhoneVault, passwords: Passwords) -> None:
    zhang = resident(tree, vault, name="张小三")
    done = activated(tree, passwords, login_name=zhang.number, resident_id=zhang.id)
    who = principal_by_session(tree, done.token or "", NOON)
    assert who is not None
    assert (who.actor, who.resident_id, who.name) == (f"resident:{zhang.id.hex}", zhang.id, "张小三")
    assert who.grants == (Grant(Role.RESIDENT),)
    assert (who.session_id, who.seen_on, who.key_id) == (done.session_id, NOON.date(), None)


def test_a_person_logged_in_holds_what_they_hold_at_that_moment(tree: Session, passwords: Passwords) -> None:
    person = appoint(tree, handle="wang", name="王五", role=Role.DISPATCHER, unit_code=TOWN, now=NOON)
    appoint(tree, handle="wang", name="王五", role=Role.TILL, merchant_id=MERCHANT, now=NOON)
    token = activated(tree, passwords, login_name="wang", person_id=person.id).token or ""
    who = principal_by_session(tree, token, NOON)
    assert who is not None
    assert who.actor == f"person:{person.id.hex}"
    assert set(who.grants) == {Grant(Role.DISPATCHER, get_unit(tree, TOWN).path), Grant(Role.TILL, None, MERCHANT)}
    for grant in live_grants(tree, person.id):
        revoke_grant(tree, grant_id=grant.id, now=NOON)
    who = principal_by_session(tree, token, NOON)
    assert who is not None
    assert who.grants == ()


def test_an_ended_expired_or_unknown_session_is_nobodys(tree: Session, vault: PhoneVault, passwords: Passwords) -> None:
    zhang = resident(tree, vault)
    done = activated(tree, passwords, login_name=zhang.number, resident_id=zhang.id)
    token, who = done.token or "", principal_by_session(tree, done.token or "", NOON)
    assert who is not None
    assert who.credential_id is not None
    assert principal_by_session(tree, token, NOON + timedelta(days=29)) is not None
    assert principal_by_session(tree, token, NOON + timedelta(days=30)) is None
    assert principal_by_session(tree, "\ud800", NOON) is None
    end_session(tree, credential_id=who.credential_id, session_id=who.session_id or new_id(), now=NOON)
    assert principal_by_session(tree, token, NOON) is None
