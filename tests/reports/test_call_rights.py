"""Who may be called about a report, who may take which step, and who sees it."""

from collections.abc import Callable
from datetime import date
from uuid import UUID, uuid4

import pytest

import reports
from ledger import SamePersonError
from people import Principal, Role, UnitUnknownError
from reports import (
    CallState,
    CallUnknownError,
    DispatchTargetError,
    Function,
    ReportStatus,
    ReportUnknownError,
    list_reports,
)
from tests.clock import NOON
from tests.reports.builders import (
    CITY_WORKS,
    COUNTY,
    JUSTICE,
    OTHER_TOWN,
    OTHER_VILLAGE,
    TOWN,
    VILLAGE,
    Office,
    person,
)

MONDAY = NOON.date()
TUESDAY, THURSDAY = date(2026, 6, 2), date(2026, 6, 4)


def test_departments_and_places_below_are_called_each_once_at_a_time(office: Office) -> None:
    report_id = office.brought_to(ReportStatus.ACCEPTED)
    for refused in ((TOWN,), (OTHER_VILLAGE,), (OTHER_TOWN,), (COUNTY,), (JUSTICE, JUSTICE)):
        with pytest.raises(DispatchTargetError), office.session.begin_nested():
            office.call(report_id, *refused)
    with pytest.raises(UnitUnknownError), office.session.begin_nested():
        office.call(report_id, "999")
    office.session.expire_all()
    office.call(report_id, VILLAGE, JUSTICE)
    with pytest.raises(DispatchTargetError):
        office.call(report_id, JUSTICE)
    assert office.proved()


def test_a_unit_is_called_again_once_its_call_has_ended(office: Office) -> None:
    report_id, _calls = office.called_to(CallState.ACCEPTED, JUSTICE)
    office.call(report_id, JUSTICE)
    assert office.states(report_id) == [CallState.ACCEPTED, CallState.CALLED]
    assert office.proved()


def test_rights_end_at_the_subtree(office: Office) -> None:
    report_id = office.brought_to(ReportStatus.ACCEPTED)
    for stranger in (person(Role.DISPATCHER, at=OTHER_TOWN), person(Role.DISPATCHER, at=VILLAGE), office.supervisor):
        with pytest.raises(ReportUnknownError):
            office.call(report_id, by=stranger)
    [call_id] = office.call(report_id, JUSTICE, by=person(Role.DISPATCHER, at=TOWN))
    for stranger in (person(Role.HANDLER, at=CITY_WORKS), person(Role.HANDLER, at=TOWN), office.dispatcher):
        with pytest.raises(ReportUnknownError):
            office.acknowledge_call(report_id, call_id, by=stranger)
    theirs = person(Role.HANDLER, at=JUSTICE)
    office.acknowledge_call(report_id, call_id, by=theirs)
    office.handle_call(report_id, call_id, by=theirs)
    for stranger in (person(Role.DISPATCHER, at=OTHER_TOWN), office.supervisor, office.handler):
        for step in (office.accept_call, office.return_call):
            with pytest.raises(ReportUnknownError):
                step(report_id, call_id, by=stranger)
    with pytest.raises(CallUnknownError):
        office.accept_call(office.brought_to(ReportStatus.ACCEPTED), call_id)
    with pytest.raises(CallUnknownError):
        office.accept_call(report_id, uuid4())


def test_a_report_is_seen_where_it_is_called_about(office: Office) -> None:
    report_id, [call_id] = office.called_to(CallState.CALLED, JUSTICE)
    called, stranger = person(Role.HANDLER, at=JUSTICE), person(Role.HANDLER, at=CITY_WORKS)
    assert reports.get_report(office.session, report_id, seen_by=called).id == report_id
    assert [each.id for each, _ in list_reports(office.session, seen_by=called).items] == [report_id]
    assert list_reports(office.session, seen_by=stranger).items == []
    with pytest.raises(ReportUnknownError):
        reports.get_report(office.session, report_id, seen_by=stranger)

    def waiting(function: Function, who: Principal) -> list[UUID]:
        found = reports.calls_waiting(office.session, seen_by=who, function=function)
        return [called.id for called, _report, _duty in found]

    assert waiting(Function.HANDLING, called) == [call_id]
    assert waiting(Function.HANDLING, stranger) == waiting(Function.COMMAND, office.dispatcher) == []
    office.acknowledge_call(report_id, call_id, by=called)
    office.handle_call(report_id, call_id, by=called)
    assert (waiting(Function.HANDLING, called), waiting(Function.COMMAND, office.dispatcher)) == ([], [call_id])
    assert waiting(Function.SUPERVISION, office.supervisor) == []
    owed = reports.open_by_age(office.session, seen_by=office.supervisor, today=office.at.date())
    assert [(each.unit_code, each.total) for each in owed] == [(TOWN, 1)]


def test_supervision_command_and_handling_are_never_one_person(office: Office) -> None:
    everything = person(Role.SUPERVISOR, Role.DISPATCHER, Role.HANDLER)

    def refused(step: Callable[[], object]) -> None:
        with pytest.raises(SamePersonError):
            step()

    called, [call_id] = office.called_to(CallState.CALLED, JUSTICE)
    office.acknowledge_call(called, call_id, by=everything)
    office.handle_call(called, call_id)
    refused(lambda: office.accept_call(called, call_id, by=everything))
    refused(lambda: office.return_call(called, call_id, by=everything))
    refused(lambda: office.call(called, VILLAGE, by=everything))
    office.accept_call(called, call_id)
    refused(lambda: office.handle(called, by=everything))
    office.complete(called)
    refused(lambda: office.verify(called, by=everything))
    calling = office.brought_to(ReportStatus.ACCEPTED)
    [call_id] = office.call(calling, JUSTICE, by=everything)
    refused(lambda: office.acknowledge_call(calling, call_id, by=everything))
    office.acknowledge_call(calling, call_id)
    office.handle_call(calling, call_id)
    office.accept_call(calling, call_id)
    office.handle(calling, by=everything)
    refused(lambda: office.verify(calling, by=everything))
