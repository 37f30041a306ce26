"""Rules of renewal: the owner asks, the office renews without a gap, once; the history of a merchant tells it all."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

import people
from merchants import (
    REMINDED_DAYS_BEFORE,
    Merchant,
    Naming,
    NamingState,
    NotNamedError,
    OwnShopError,
    Renewal,
    RenewalState,
    RenewalStateError,
    accept_application,
    ask_for_renewal,
    close_merchant,
    list_namings,
    merchant_by_code,
    merchant_history,
    name_merchant,
    refuse_renewal,
    reinstate_naming,
    renew_naming,
    renewal_of,
    renewals_asked,
    return_application,
    revoke_naming,
    standings,
    suspend_naming,
)
from people import Role
from tests.clock import NOON
from tests.merchants.applying import COLLEAGUE, OFFICER, amended, applied, with_licence
from tests.merchants.builders import merchant, naming
from tests.payments.racing import at_once, committed

TODAY = NOON.date()
OWNER = f"person:{9:032x}"


def ask(session: Session, shop: Merchant, of: Naming, words: str | None = None) -> None:
    """Ask for the renewal of a naming."""
    ask_for_renewal(session, merchant=shop, naming_id=of.id, words=words, actor=OWNER, now=NOON)


def refuse(session: Session, shop: Merchant, of: Naming, *, by: str = OFFICER) -> None:
    """Refuse the renewal of a naming."""
    refuse_renewal(session, merchant=shop, naming_id=of.id, reason="整改未完成", actor=by, now=NOON)


def renew(session: Session, shop: Merchant, of: Naming, *, until: date | None = None, by: str = OFFICER) -> Naming:
    """Renew a naming for a year."""
    last = until or of.valid_until + timedelta(days=365)
    return renew_naming(session, merchant=shop, naming_id=of.id, valid_until=last, document="2号", actor=by, now=NOON)


def stands(session: Session, shop: Merchant, *, days: int = 0) -> Renewal:
    """Return how it stands with a merchant's renewal."""
    found = renewal_of(session, shop, day=TODAY + timedelta(days=days))
    assert found is not None
    return found


def test_a_renewal_follows_without_a_gap_with_the_same_class_and_funds(session: Session) -> None:
    shop = merchant(session, named=False)
    first = naming(session, shop, ends=20, funds=["peace"])
    ask(session, shop, first, "生意很好")
    assert (stands(session, shop).state, stands(session, shop).days_left) == (RenewalState.ASKED, 20)
    assert [(each.code, step.words) for each, step in renewals_asked(session, day=TODAY, limit=5)] == [
        ("hotel", "生意很好")
    ]

    second = renew(session, shop, first)

    assert second.valid_from == first.valid_until + timedelta(days=1)
    assert (second.naming_class, second.fund_codes, second.renews_id) == (first.naming_class, "peace", first.id)
    days = [TODAY + timedelta(days=each) for each in (0, 20, 21, 385, 386)]
    assert [standings(session, merchants=[shop], day=day)[0].state for day in days] == [
        *(NamingState.NAMED, NamingState.NAMED, NamingState.NAMED, NamingState.NAMED, NamingState.ENDED)
    ]
    assert stands(session, shop).naming is second
    assert renewals_asked(session, day=TODAY, limit=5) == []


def test_a_naming_is_renewed_once_and_asked_for_once_until_it_is_refused(session: Session) -> None:
    shop = merchant(session)
    [first] = list_namings(session, merchant_id=shop.id)
    with pytest.raises(RenewalStateError) as refused:
        refuse(session, shop, first)
    assert refused.value.state == "not_asked"
    for _ in range(2):
        ask(session, shop, first)
        with pytest.raises(RenewalStateError):
            ask(session, shop, first)
        refuse(session, shop, first)
        assert stands(session, shop).state is RenewalState.REFUSED
    # The office may renew what nobody asks for, but not twice.
    renew(session, shop, first)
    steps: tuple[Callable[[Session, Merchant, Naming], object], ...] = (ask, refuse, renew)
    for step in steps:
        with pytest.raises(RenewalStateError) as refused:
            step(session, shop, first)
        assert refused.value.state == "renewed"


def test_what_is_over_or_revoked_or_anothers_is_not_renewed(session: Session) -> None:
    shop, other = merchant(session, named=False), merchant(session, code="other")
    over, revoked = naming(session, shop, begins=-9, ends=-1), naming(session, shop)
    revoke_naming(session, merchant=shop, reason="x", actor=OFFICER, now=NOON)
    [anothers] = list_namings(session, merchant_id=other.id)
    for each in (over, revoked, anothers):
        with pytest.raises(NotNamedError):
            renew(session, shop, each)
        with pytest.raises(NotNamedError):
            ask(session, shop, each)
    assert renewal_of(session, shop, day=TODAY) is None


def test_a_suspension_goes_on_in_the_renewal_and_a_revocation_takes_both(session: Session) -> None:
    shop = merchant(session)
    [first] = list_namings(session, merchant_id=shop.id)
    suspend_naming(session, merchant=shop, reason="x", actor=OFFICER, now=NOON)
    second = renew(session, shop, first)
    assert second.suspended_at == NOON
    revoke_naming(session, merchant=shop, reason="x", actor=OFFICER, now=NOON)
    assert [each.revoked_at for each in (first, second)] == [NOON, NOON]


def test_the_owner_is_reminded_thirty_days_before_the_end_while_nobody_has_asked(session: Session) -> None:
    shop = merchant(session, named=False)
    first = naming(session, shop, ends=REMINDED_DAYS_BEFORE + 1)
    reminded = [stands(session, shop, days=days).is_to_be_reminded for days in (0, 1, 31)]
    assert (reminded, REMINDED_DAYS_BEFORE) == ([False, True, True], 30)
    ask(session, shop, first)
    assert not stands(session, shop, days=31).is_to_be_reminded
    refuse(session, shop, first)
    assert stands(session, shop, days=31).is_to_be_reminded


def test_nobody_renews_or_refuses_or_reinstates_where_they_work(session: Session) -> None:
    shop = merchant(session)
    [first] = list_namings(session, merchant_id=shop.id)
    worker = people.appoint(session, handle="o", name="店员", role=Role.TILL, merchant_id=shop.id, now=NOON)
    by = f"person:{worker.id.hex}"
    ask(session, shop, first)
    with pytest.raises(OwnShopError):
        renew(session, shop, first, by=by)
    with pytest.raises(OwnShopError):
        refuse(session, shop, first, by=by)
    suspend_naming(session, merchant=shop, reason="x", actor=OFFICER, now=NOON)
    with pytest.raises(OwnShopError):
        reinstate_naming(session, merchant=shop, reason="x", actor=by, now=NOON)


def test_of_many_renewals_at_once_one_is_given(engine: Engine) -> None:
    committed(engine, merchant)

    def work(session: Session) -> object:
        shop = merchant_by_code(session, "hotel")
        first = min(list_namings(session, merchant_id=shop.id), key=lambda each: each.valid_from)
        return renew(session, shop, first).id

    outcomes = at_once(engine, [work] * 4)
    assert sum(isinstance(each, RenewalStateError) for each in outcomes) == len(outcomes) - 1
    with Session(engine) as session:
        assert len(list_namings(session, merchant_id=merchant_by_code(session, "hotel").id)) == 2


def test_the_database_changes_nothing_that_was_said_about_a_renewal(session: Session) -> None:
    shop = merchant(session)
    ask(session, shop, list_namings(session, merchant_id=shop.id)[0])
    for statement in ("DELETE FROM naming_renewal_steps", "UPDATE naming_renewal_steps SET words = 'x'"):
        with pytest.raises(DBAPIError), session.begin_nested():
            session.execute(text(statement))


def test_the_history_tells_everything_once_with_who_when_document_and_reason(session: Session, tmp_path: Path) -> None:
    application = with_licence(session, tmp_path, applied(session)[0])
    return_application(session, application_id=application.id, reason="照片不清", actor=OFFICER, now=NOON)
    amended(session, application)
    accept_application(session, application_id=application.id, code="ruyi", actor=OFFICER, now=NOON)
    shop = merchant_by_code(session, "ruyi")
    first = name_merchant(
        session,
        merchant=shop,
        naming_class="平安饭店",
        valid_from=TODAY,
        valid_until=TODAY + timedelta(days=9),
        document="1号",
        actor=COLLEAGUE,
        now=NOON + timedelta(hours=1),
    )
    ask(session, shop, first)
    refuse(session, shop, first)
    renew(session, shop, first)
    suspend_naming(session, merchant=shop, reason="检查", actor=OFFICER, now=NOON + timedelta(hours=2))
    reinstate_naming(session, merchant=shop, reason="检查", actor=OFFICER, now=NOON + timedelta(hours=3))
    close_merchant(session, merchant=shop, reason="检查", actor=OFFICER, now=NOON + timedelta(hours=4))

    told = merchant_history(session, shop)

    assert sorted(each.kind.value for each in told) == sorted(
        [
            *("submission", "return", "amendment", "acceptance", "naming", "renewal_request", "renewal_refusal"),
            *("renewal", "suspension", "reinstatement", "revocation", "closure"),
        ]
    )
    assert [each.at for each in told] == sorted((each.at for each in told), reverse=True)
    by_kind = {each.kind.value: each for each in told}
    assert (by_kind["naming"].by, by_kind["naming"].document, by_kind["naming"].valid_from) == (COLLEAGUE, "1号", TODAY)
    assert (by_kind["return"].reason, by_kind["revocation"].reason) == ("照片不清", "检查")
    assert by_kind["renewal"].document == "2号"
    [registration] = merchant_history(session, merchant(session, code="direct", named=False))
    assert (registration.kind.value, registration.by) == ("registration", "system")
