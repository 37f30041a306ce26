"""Whatever people do with reports and calls, in whatever order, the audit finds nothing."""

from collections.abc import Callable
from uuid import UUID

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

import ledger
from duties import Duty
from ledger import SamePersonError
from oversight import escalate_overdue
from reports import CallState, ReportError, ReportStatus, calls_of
from tests.reports.builders import CITY_WORKS, JUSTICE, VILLAGE, Office

UNITS = (CITY_WORKS, JUSTICE, VILLAGE)
WITH_DUTY = {"accepted", "dispatched", "acknowledged", "handled", "returned"}


def moves(office: Office, report_id: UUID, number: int) -> dict[str, Callable[[], object]]:
    """Return what may be tried; `number` chooses the unit and the call."""
    calls = calls_of(office.session, [report_id])
    call_id = calls[number % len(calls)].id if calls else report_id
    later = office.at.date().replace(year=2027, month=1) if number % 2 else office.at.date()
    return {
        "accept": lambda: office.accept(report_id),
        "dispatch": lambda: office.dispatch(report_id),
        "acknowledge": lambda: office.acknowledge(report_id),
        "handle": lambda: office.handle(report_id),
        "complete": lambda: office.complete(report_id),
        "verify": lambda: office.verify(report_id),
        "give_back": lambda: office.give_back(report_id),
        "close": lambda: office.close(report_id),
        "reopen": lambda: office.reopen(report_id),
        "call": lambda: office.call(report_id, UNITS[number % 3]),
        "call_two": lambda: office.call(report_id, UNITS[number % 3], UNITS[(number + 1) % 3]),
        "acknowledge_call": lambda: office.acknowledge_call(report_id, call_id),
        "handle_call": lambda: office.handle_call(report_id, call_id),
        "accept_call": lambda: office.accept_call(report_id, call_id),
        "return_call": lambda: office.return_call(report_id, call_id),
        "postpone": lambda: office.postpone(report_id, later),
        "postpone_call": lambda: office.postpone(report_id, later, call_id),
        "withdraw": lambda: office.withdraw(report_id),
        "wait": lambda: office.days_pass(number),
        "jobs": lambda: escalate_overdue(office.session, now=office.at),
    }


NAMES = st.sampled_from(
    [
        *("accept", "call", "call", "call_two", "acknowledge_call", "acknowledge_call", "handle_call", "handle_call"),
        *("accept_call", "accept_call", "return_call", "complete", "complete", "verify", "close", "reopen", "dispatch"),
        *("acknowledge", "handle", "give_back", "postpone", "postpone_call", "withdraw", "wait", "jobs"),
    ]
)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(tried=st.lists(st.tuples(NAMES, st.integers(0, 5)), min_size=10, max_size=40))
def test_open_duties_are_always_those_of_open_reports_and_calls(session: Session, tried: list[tuple[str, int]]) -> None:
    session.rollback()
    office = Office(session)
    report_id = office.brought_to(ReportStatus.ACCEPTED)
    for name, number in tried:
        try:
            with session.begin_nested():
                moves(office, report_id, number)[name]()
        except (ReportError, SamePersonError):
            session.expire_all()
    calls = calls_of(session, [report_id])
    ended = {CallState.ACCEPTED, CallState.WITHDRAWN}
    expected = sum(each.state not in ended for each in calls) + (office.status(report_id) in WITH_DUTY)
    assert session.scalar(select(func.count()).where(Duty.ended_at.is_(None))) == expected
    open_in_books = sum(
        row.balance
        for row in ledger.trial_balance(session, asset=ledger.Asset.DUTY)
        if row.code.endswith((":duties", ":handled"))
    )
    assert open_in_books == expected
    assert office.proved()
