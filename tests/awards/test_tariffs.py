"""Tariffs: set in versions, in force from a day on, and never changed."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Engine, event, text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session

from awards import (
    AcceptancePercentError,
    AmountOutOfRangeError,
    FundEndedError,
    FundUnknownError,
    Tariff,
    TariffTooEarlyError,
    TariffUnknownError,
    get_tariff,
    list_tariffs,
    set_tariff,
    tariff_in_force,
    tariffs_in_force,
)
from awards.checks import the_guards_of_tariffs_stand
from ledger import Call, new_id, recall_call
from tests.awards.builders import OFFICER, at_once, fund
from tests.clock import NOON

TODAY = NOON.date()
A_DAY = timedelta(days=1)
HOLE, FIRE = "C0103", "E0201"


def tariff(
    session: Session,
    category: str = HOLE,
    *,
    amount: int = 500,
    percent: int = 40,
    begins: date | None = None,
    now: datetime = NOON,
    **more: Any,
) -> Tariff:
    """Set a tariff out of the fund of these tests."""
    facts = {"fund_code": "peace", "actor": OFFICER} | more
    return set_tariff(
        session,
        category_code=category,
        amount=amount,
        on_acceptance_percent=percent,
        valid_from=begins,
        now=now,
        **facts,
    )


def test_a_tariff_is_in_force_from_today_unless_another_day_is_said(session: Session) -> None:
    fund(session)
    made = tariff(session, amount=500, percent=40)
    assert get_tariff(session, made.id) is made
    assert (made.category_code, made.number, made.fund_code, made.amount) == (HOLE, 1, "peace", 500)
    assert (made.on_acceptance_percent, made.valid_from) == (40, TODAY)
    assert (made.set_by, made.set_at) == (OFFICER, NOON)
    assert tariff_in_force(session, HOLE, TODAY) is made
    assert tariff_in_force(session, HOLE, TODAY - A_DAY) is None
    assert tariff_in_force(session, FIRE, TODAY) is None


def test_versions_are_counted_in_each_category_and_the_highest_that_has_begun_is_in_force(session: Session) -> None:
    fund(session)
    first, second = tariff(session, amount=1), tariff(session, amount=2)
    third = tariff(session, amount=3, begins=TODAY + 10 * A_DAY)
    other = tariff(session, FIRE, begins=TODAY + A_DAY)
    assert [each.number for each in (first, second, third, other)] == [1, 2, 3, 1]
    for days, numbers in (
        (-1, {}),
        (0, {HOLE: 2}),
        (1, {HOLE: 2, FIRE: 1}),
        (9, {HOLE: 2, FIRE: 1}),
        (10, {HOLE: 3, FIRE: 1}),
    ):
        day = TODAY + days * A_DAY
        in_force = tariffs_in_force(session, day)
        assert {code: each.number for code, each in in_force.items()} == numbers
        for code in (HOLE, FIRE):
            assert tariff_in_force(session, code, day) is in_force.get(code)


def test_the_tariffs_in_force_are_asked_for_once_however_many_categories_there_are(
    session: Session, engine: Engine
) -> None:
    fund(session)
    for number in range(20):
        tariff(session, f"C{number:02}")
    asked: list[str] = []

    def note(*call: Any) -> None:
        asked.append(call[2])

    event.listen(engine, "before_cursor_execute", note)
    found = tariffs_in_force(session, TODAY)
    # The engine serves other tests too.
    event.remove(engine, "before_cursor_execute", note)
    assert (len(found), len(asked)) == (20, 1)


def test_a_tariff_does_not_begin_in_the_past(session: Session) -> None:
    fund(session)
    next_week, later = TODAY + 7 * A_DAY, NOON + timedelta(days=30)
    for begins, now in ((TODAY - A_DAY, NOON), (next_week, later)):
        with pytest.raises(TariffTooEarlyError) as refused:
            tariff(session, begins=begins, now=now)
        assert (refused.value.valid_from, refused.value.earliest) == (begins, now.date())
    assert list_tariffs(session).items == []


def test_a_mistyped_far_day_locks_nothing_the_next_version_takes_its_place_for_good(session: Session) -> None:
    fund(session)
    far = date(2099, 6, 1)
    first, mistyped = tariff(session, amount=1), tariff(session, amount=2, begins=far)
    assert tariff_in_force(session, HOLE, TODAY) is first
    third, fourth = tariff(session, amount=3), tariff(session, amount=4, begins=TODAY + 7 * A_DAY)
    for day, in_force in (
        (TODAY, third),
        (TODAY + 6 * A_DAY, third),
        (TODAY + 7 * A_DAY, fourth),
        (far, fourth),
        (date.max, fourth),
    ):
        assert tariff_in_force(session, HOLE, day) is in_force
        assert tariffs_in_force(session, day) == {HOLE: in_force}
    assert mistyped.number == 2


def test_a_tariff_needs_a_fund_that_still_awards_on_its_first_day(session: Session) -> None:
    fund(session, expiry_rule="on:2026-06-30")
    last_day = date(2026, 6, 30)
    tariff(session, begins=last_day)
    for begins, now in ((last_day + A_DAY, NOON), (None, NOON + timedelta(days=30))):
        with pytest.raises(FundEndedError) as refused:
            tariff(session, begins=begins, now=now)
        assert (refused.value.code, refused.value.ended_on) == ("peace", last_day)
    assert len(list_tariffs(session).items) == 1


@pytest.mark.parametrize("rule", ["end_of_next_year", "months:120", "never"])
def test_a_fund_without_one_fixed_last_day_serves_tariffs_of_any_day(session: Session, rule: str) -> None:
    fund(session, expiry_rule=rule)
    assert tariff(session, begins=date.max).valid_from == date.max


def test_a_tariff_needs_a_fund_that_is_known(session: Session) -> None:
    with pytest.raises(FundUnknownError):
        tariff(session)


@pytest.mark.parametrize("amount", [0, -1, 2**53])
def test_a_tariff_needs_an_amount_that_can_be_awarded(session: Session, amount: int) -> None:
    fund(session)
    with pytest.raises(AmountOutOfRangeError):
        tariff(session, amount=amount)


@pytest.mark.parametrize("percent", [-1, 101])
def test_what_is_due_on_acceptance_is_at_least_nothing_and_at_most_all(session: Session, percent: int) -> None:
    fund(session)
    assert [tariff(session, percent=each).on_acceptance_percent for each in (0, 100)] == [0, 100]
    with pytest.raises(AcceptancePercentError) as refused:
        tariff(session, percent=percent)
    assert refused.value.percent == percent


def test_an_unknown_tariff_is_said_to_be_unknown(session: Session) -> None:
    unknown = new_id()
    with pytest.raises(TariffUnknownError) as refused:
        get_tariff(session, unknown)
    assert refused.value.tariff_id == unknown


def test_tariffs_are_listed_newest_first_page_by_page_all_or_of_one_category(session: Session) -> None:
    fund(session)
    of_holes = {tariff(session).id for _ in range(3)}
    of_fire = {tariff(session, FIRE, begins=TODAY + A_DAY).id for _ in range(2)}
    # Ids of one millisecond have no order of their own.
    newest_first = sorted(of_holes | of_fire, reverse=True)
    seen: list[UUID] = []
    before: UUID | None = None
    sizes: list[int] = []
    while not sizes or before is not None:
        page = list_tariffs(session, limit=2, before=before)
        seen += [each.id for each in page.items]
        sizes.append(len(page.items))
        before = page.next_before
    assert (seen, sizes) == (newest_first, [2, 2, 1])
    assert {each.id for each in list_tariffs(session, category_code=HOLE).items} == of_holes
    assert list_tariffs(session, category_code="none").items == []


def test_a_call_remembers_the_tariff_it_set(session: Session) -> None:
    fund(session)
    call = Call(owner=OFFICER, route="POST /tariffs", key="k", asked={"amount": 500})
    assert recall_call(session, call) is None
    made = tariff(session, call=call)
    assert recall_call(session, call) == made.id


def test_tariffs_of_one_category_set_at_once_are_counted_one_after_the_other(engine: Engine) -> None:
    with Session(engine) as session:
        fund(session)
        session.commit()
    made = at_once(engine, [tariff] * 3)
    assert sorted(each.number for each in made if isinstance(each, Tariff)) == [1, 2, 3]


@pytest.mark.parametrize("change", ["UPDATE tariffs SET amount = 1", "DELETE FROM tariffs"])
def test_the_database_lets_nobody_change_or_remove_a_tariff(session: Session, change: str) -> None:
    fund(session)
    tariff(session)
    with pytest.raises(DBAPIError, match="append-only"):
        session.execute(text(change))


@pytest.mark.parametrize("wrong", [{"amount": 0}, {"on_acceptance_percent": 101}, {"number": 1}, {"fund_code": "none"}])
def test_the_database_refuses_a_row_that_is_no_tariff(session: Session, wrong: dict[str, Any]) -> None:
    fund(session)
    tariff(session)
    right: dict[str, Any] = {
        "category_code": HOLE,
        "number": 2,
        "fund_code": "peace",
        "amount": 1,
        "on_acceptance_percent": 0,
        "valid_from": TODAY,
        "set_by": OFFICER,
        "set_at": NOON,
    }
    session.add(Tariff(**(right | wrong)))
    with pytest.raises(IntegrityError):
        session.flush()


def test_a_guard_of_the_tariffs_that_is_missing_is_found(session: Session) -> None:
    assert the_guards_of_tariffs_stand(session) is None
    on_sqlite = session.get_bind().dialect.name == "sqlite"
    guard = "tariffs_refuse_delete" if on_sqlite else "tariffs_append_only"
    session.execute(text(f"DROP TRIGGER {guard}" if on_sqlite else f"DROP TRIGGER {guard} ON tariffs"))
    assert the_guards_of_tariffs_stand(session) == f"trigger {guard} is missing or disabled"
