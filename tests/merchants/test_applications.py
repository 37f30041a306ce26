"""Rules of applications: anybody applies, the office decides with two persons, and nothing said is ever changed."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Engine, delete, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

import ledger
import merchants
import people
from merchants import (
    APPLICANT,
    ApplicationState,
    ApplicationStateError,
    ApplicationStep,
    ApplicationUnknownError,
    ApplicationVersion,
    Contact,
    CreditCodeError,
    LicenceMissingError,
    MerchantApplication,
    MerchantExistsError,
    OwnShopError,
    SamePersonError,
    accept_application,
    application_of_code,
    application_steps,
    application_versions,
    get_application,
    list_applications,
    merchant_by_code,
    normal_credit_code,
    refuse_application,
    renew_contact_phones,
    return_application,
    with_credit_code,
    withdraw_application,
)
from people import Role
from tests.clock import NOON
from tests.merchants.applying import (
    COLLEAGUE,
    CREDIT_CODE,
    OFFICER,
    amended,
    applied,
    facts,
    state_of,
    with_licence,
)
from tests.merchants.builders import call, merchant, naming, resident, unit, vault
from tests.payments.racing import at_once, committed

SUBMITTED, RETURNED = ApplicationState.SUBMITTED, ApplicationState.RETURNED


def accept(session: Session, application: MerchantApplication, *, by: str = OFFICER, code: str = "ruyi") -> None:
    """Accept an application."""
    accept_application(session, application_id=application.id, code=code, actor=by, now=NOON)


def send_back(session: Session, application: MerchantApplication, *, by: str = OFFICER) -> None:
    """Ask the applicant for more."""
    return_application(session, application_id=application.id, reason="照片不清", actor=by, now=NOON)


def refuse(session: Session, application: MerchantApplication, *, by: str = OFFICER) -> None:
    """Refuse an application."""
    refuse_application(session, application_id=application.id, reason="不符", actor=by, now=NOON)


def withdraw(session: Session, application: MerchantApplication) -> None:
    """Withdraw an application."""
    withdraw_application(session, application_id=application.id, actor=APPLICANT, now=NOON)


def kinds(session: Session, application: MerchantApplication) -> list[str]:
    """Return the steps of an application, the first one first."""
    return [step.kind.value for step in application_steps(session, application.id)]


def holds(session: Session) -> bool:
    """Say whether the audit of applications finds nothing."""
    return all(check(session) is None for check in merchants.CHECKS)


# --- the credit code -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "typed", [CREDIT_CODE, CREDIT_CODE.lower(), f" {CREDIT_CODE[:6]} {CREDIT_CODE[6:]} ", "９" + CREDIT_CODE[1:]]
)
def test_a_credit_code_is_understood_as_people_type_it(typed: str) -> None:
    assert normal_credit_code(typed) == CREDIT_CODE


@pytest.mark.parametrize(
    "typed", ["", "1" * 18, CREDIT_CODE[:-1], CREDIT_CODE[:-1] + "X", "A" + CREDIT_CODE[1:], CREDIT_CODE * 9, "9\u0000"]
)
def test_what_is_no_credit_code_is_refused(typed: str) -> None:
    with pytest.raises(CreditCodeError):
        normal_credit_code(typed)


def test_each_single_wrong_sign_of_a_credit_code_is_noticed() -> None:
    for place, sign in enumerate(CREDIT_CODE):
        wrong = CREDIT_CODE[:place] + ("1" if sign != "1" else "2") + CREDIT_CODE[place + 1 :]
        with pytest.raises(CreditCodeError):
            normal_credit_code(wrong)


# --- applying --------------------------------------------------------------------------------------------------------


def test_an_application_is_found_by_its_code_and_keeps_the_phone_encrypted(session: Session) -> None:
    application, code = applied(session)
    assert application_of_code(session, f" {code.lower().replace('-', ' ')} ") == application.id
    assert application_of_code(session, code[:-1] + ("2" if code[-1] != "2" else "3")) is None
    assert application_of_code(session, "x" * 200) is None
    assert code.replace("-", "") not in application.code_hash
    assert "13900000001" not in application.phone_encrypted
    assert vault().decrypt(application.phone_encrypted) == "13900000001"
    assert renew_contact_phones(session, vault=vault()) is None
    assert vault().decrypt(application.phone_encrypted) == "13900000001"
    assert "139" not in repr(application)


def test_what_is_wrong_about_an_application_is_refused(session: Session) -> None:
    for contact, error in (
        (Contact("王", "12"), people.PhoneInvalidError),
        (Contact(" ", "13900000001"), people.TextRefusedError),
    ):
        with pytest.raises(error):
            applied(session, contact=contact)
    application, _code = applied(session)
    send_back(session, application)
    with pytest.raises(people.TextRefusedError):
        amended(session, application, name="\u202e")
    people.add_unit(session, code="D1", parent_code=unit(session), level=people.Level.DEPARTMENT, name="局")
    with pytest.raises(people.UnitUnknownError):
        merchants.apply_to_be_named(
            session,
            shop=merchants.ShopFacts("店", "餐饮", "平安饭店", "街", "D1", CREDIT_CODE),
            contact=Contact("王", "13900000001"),
            vault=vault(),
            actor=APPLICANT,
            now=NOON,
        )
    with pytest.raises(ApplicationUnknownError):
        get_application(session, ledger.new_id())


def test_the_queue_is_oldest_first_and_lists_are_newest_first(session: Session) -> None:
    first, second, third = (applied(session)[0] for _ in range(3))
    send_back(session, second)
    queue = list_applications(session, states=[SUBMITTED], oldest_first=True, limit=1)
    assert [each.application for each in queue.items] == [first]
    rest = list_applications(session, states=[SUBMITTED], oldest_first=True, limit=1, before=queue.next_before)
    assert ([each.application for each in rest.items], rest.next_before) == ([third], None)
    assert [each.application for each in list_applications(session, limit=5).items] == [third, second, first]
    alike = with_credit_code(session, get_application(session, first.id), limit=5)
    assert [each.application for each in alike] == [third, second]


# --- deciding --------------------------------------------------------------------------------------------------------


def test_an_application_is_returned_amended_and_accepted_and_every_step_stays(session: Session, tmp_path: Path) -> None:
    application = with_licence(session, tmp_path, applied(session)[0])
    send_back(session, application)
    amended(session, application, name="如意大饭店")
    accept(session, application)

    made = merchant_by_code(session, "ruyi")
    assert (made.name, made.category, made.created_by) == ("如意大饭店", "餐饮", OFFICER)
    assert application.merchant_id == made.id
    assert kinds(session, application) == ["submission", "return", "amendment", "acceptance"]
    assert [each.shop_name for each in application_versions(session, application.id)] == ["如意饭店", "如意大饭店"]
    # Nobody said another contact.
    assert vault().decrypt(application.phone_encrypted) == "13900000001"
    assert holds(session)


@pytest.mark.parametrize(
    ("before", "refused"),
    [
        ((), (amended,)),
        ((send_back,), (send_back, accept)),
        ((refuse,), (refuse, send_back, accept, withdraw, amended)),
        ((withdraw,), (refuse, send_back, accept, withdraw, amended)),
        ((send_back, refuse), (withdraw,)),
    ],
    ids=["submitted", "returned", "refused", "withdrawn", "returned and refused"],
)
def test_what_does_not_fit_the_state_is_refused(
    session: Session, before: tuple[Callable[..., None], ...], refused: tuple[Callable[..., None], ...]
) -> None:
    application, _code = applied(session)
    for step in before:
        step(session, application)
    state = application.state
    for step in refused:
        with pytest.raises(ApplicationStateError) as error:
            step(session, application)
        assert error.value.state == state
    assert len(kinds(session, application)) == 1 + len(before)


def test_without_a_licence_or_with_a_code_that_is_taken_nothing_is_accepted(session: Session, tmp_path: Path) -> None:
    application, _code = applied(session)
    with pytest.raises(LicenceMissingError):
        accept(session, application)
    with_licence(session, tmp_path, application)
    merchant(session, code="ruyi")
    with pytest.raises(MerchantExistsError):
        accept(session, application)
    assert state_of(session, application.id) is SUBMITTED
    accept(session, application, code="other")
    with pytest.raises(ApplicationStateError):
        with_licence(session, tmp_path, application)


# --- two persons -----------------------------------------------------------------------------------------------------


def test_who_entered_an_application_or_amended_it_does_not_decide(session: Session, tmp_path: Path) -> None:
    application = with_licence(session, tmp_path, applied(session, actor=OFFICER)[0])
    for step in (accept, send_back, refuse):
        with pytest.raises(SamePersonError):
            step(session, application)
    send_back(session, application, by=COLLEAGUE)
    merchants.amend_application(
        session, application_id=application.id, shop=facts(session), vault=vault(), actor=COLLEAGUE, now=NOON
    )
    with pytest.raises(SamePersonError):
        accept(session, application, by=COLLEAGUE)
    accept(session, application, by=f"person:{3:032x}")


def test_nobody_decides_about_what_their_household_entered_or_is_called_about(session: Session) -> None:
    neighbour = resident(session)
    key, _secret = people.create_key(
        session, role=Role.RESIDENT, name="officer at home", resident_id=neighbour.id, now=NOON
    )
    officer = f"person:{key.person_id.hex}"
    by_household, _code = applied(session, actor=f"resident:{neighbour.id.hex}")
    about_household, _code = applied(session, contact=Contact("王", "13800000001"))
    for application in (by_household, about_household):
        with pytest.raises(SamePersonError):
            refuse(session, application, by=officer)
        refuse(session, application)


def test_who_accepted_gives_not_the_first_naming_and_nobody_names_their_own_shop(
    session: Session, tmp_path: Path
) -> None:
    accept(session, with_licence(session, tmp_path, applied(session)[0]))
    made = merchant_by_code(session, "ruyi")

    def name(by: str) -> None:
        merchants.name_merchant(
            session,
            merchant=made,
            naming_class="平安饭店",
            valid_from=NOON.date(),
            valid_until=NOON.date(),
            document="1号",
            actor=by,
            now=NOON,
        )

    with pytest.raises(SamePersonError):
        name(OFFICER)
    owner = people.appoint(
        session, handle="owner", name="店主", role=Role.MERCHANT_OWNER, merchant_id=made.id, now=NOON
    )
    with pytest.raises(OwnShopError):
        name(f"person:{owner.id.hex}")
    name(COLLEAGUE)
    # Two have looked at it: from here on either may.
    name(OFFICER)
    naming(session, merchant(session, code="direct", named=False))


# --- at once, and for good -------------------------------------------------------------------------------------------


def test_of_many_acceptances_at_once_one_makes_the_merchant(engine: Engine, tmp_path: Path) -> None:
    made = committed(engine, lambda session: with_licence(session, tmp_path, applied(session)[0]).id)
    asked = call()

    def work(session: Session) -> object:
        return (
            ledger.recall_call(session, asked)
            or accept_application(session, application_id=made, code="ruyi", actor=OFFICER, now=NOON, call=asked).id
        )

    assert len(set(at_once(engine, [work] * 4))) == 1
    with Session(engine) as session:
        assert kinds(session, get_application(session, made).application) == ["submission", "acceptance"]


@pytest.mark.parametrize("table", [ApplicationVersion, ApplicationStep])
def test_the_database_changes_nothing_that_was_said_or_done(session: Session, table: type[ledger.Base]) -> None:
    applied(session)
    for statement in (delete(table), update(table).values(made_by="x")):
        with pytest.raises(DBAPIError), session.begin_nested():
            session.execute(statement)


def test_the_audit_finds_an_application_whose_state_nobody_decided(session: Session) -> None:
    application, _code = applied(session)
    assert holds(session)
    application.state = RETURNED
    session.flush()
    assert not holds(session)
