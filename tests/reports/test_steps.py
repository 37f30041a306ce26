"""Who may take which step: rights end at the subtree, the ends of a report are never one person's."""

from uuid import uuid4

import pytest

import reports
from ledger import Call, SamePersonError
from people import Role
from reports import ReportStatus, ReportUnknownError, StepKind, StepNotNowError
from reports.steps import known
from responsibilities import Severity
from tests.clock import NOON
from tests.reports.builders import (
    CITY_WORKS,
    JUSTICE,
    OTHER_TOWN,
    TOWN,
    VILLAGE,
    Office,
    person,
)


def test_rights_end_at_the_subtree(office: Office) -> None:
    report_id = office.submit()
    for stranger in (person(Role.SUPERVISOR, at=OTHER_TOWN), person(Role.DISPATCHER), office.reporter):
        with pytest.raises(ReportUnknownError):
            office.accept(report_id, by=stranger)
    office.accept(report_id, by=person(Role.SUPERVISOR, at=TOWN))
    for stranger in (person(Role.DISPATCHER, at=VILLAGE), person(Role.DISPATCHER, at=OTHER_TOWN), office.supervisor):
        with pytest.raises(ReportUnknownError):
            office.dispatch(report_id, by=stranger)
    office.dispatch(report_id, by=person(Role.DISPATCHER, at=TOWN))
    for stranger in (person(Role.HANDLER, at=JUSTICE), person(Role.HANDLER, at=TOWN), office.supervisor):
        with pytest.raises(ReportUnknownError):
            office.acknowledge(report_id, by=stranger)
    office.acknowledge(report_id, by=person(Role.HANDLER, at=CITY_WORKS))


def test_supervision_command_and_handling_are_never_one_person(office: Office) -> None:
    everything = person(Role.SUPERVISOR, Role.DISPATCHER, Role.HANDLER)
    first = office.submit()
    office.accept(first, by=everything)
    with pytest.raises(SamePersonError):
        office.dispatch(first, by=everything)
    second = office.brought_to(ReportStatus.ACCEPTED)
    office.dispatch(second, by=everything)
    with pytest.raises(SamePersonError):
        office.acknowledge(second, by=everything)
    third = office.brought_to(ReportStatus.ACKNOWLEDGED)
    office.handle(third, by=everything)
    with pytest.raises(SamePersonError):
        office.verify(third, by=everything)


def test_who_wrote_a_report_for_somebody_does_not_accept_it(office: Office) -> None:
    report_id = office.submit(by=office.supervisor)
    with pytest.raises(SamePersonError):
        office.accept(report_id)
    office.accept(report_id, by=office.other_supervisor)


def test_no_step_is_taken_twice_or_out_of_turn(office: Office) -> None:
    report_id = office.submit()
    # As long as nobody has accepted it, it is at no command unit and at no department.
    for too_early in (office.handle, office.acknowledge, office.dispatch):
        with pytest.raises(ReportUnknownError):
            too_early(report_id)
    for step in (office.verify, office.give_back, office.close):
        with pytest.raises(StepNotNowError):
            step(report_id)
    office.accept(report_id)
    with pytest.raises(StepNotNowError) as told:
        office.accept(report_id)
    assert (told.value.step, told.value.status) == (StepKind.ACCEPTANCE, ReportStatus.ACCEPTED)


def test_a_screen_offers_the_steps_that_somebody_may_take(office: Office) -> None:
    report_id = office.submit()
    report = office.report(report_id)
    assert reports.may_take(office.session, report, office.supervisor) == {
        StepKind.ACCEPTANCE,
        StepKind.REJECTION,
        StepKind.MERGER,
    }
    assert reports.may_take(office.session, report, office.reporter) == set()
    office.accept(report_id)
    both = person(Role.SUPERVISOR, Role.DISPATCHER)
    assert StepKind.DISPATCH in reports.may_take(office.session, report, both)
    office.dispatch(report_id, by=both)
    assert reports.may_take(office.session, report, both) == {StepKind.TRANSFER}
    assert reports.may_take(office.session, report, office.handler) == {StepKind.ACKNOWLEDGEMENT}


def test_nothing_is_there_for_an_id_that_nobody_gave(office: Office) -> None:
    with pytest.raises(ReportUnknownError):
        office.accept(uuid4())
    with pytest.raises(ReportUnknownError):
        reports.report_of_step(office.session, uuid4())
    with pytest.raises(LookupError):
        known(None)


def test_a_step_is_remembered_under_its_call(office: Office) -> None:
    report_id = office.submit()
    call = Call(
        owner=office.supervisor.actor, route="POST /reports/<id>/acceptance", key="k", asked={"severity": "normal"}
    )
    step = reports.accept(
        office.session, report_id=report_id, severity=Severity.NORMAL, by=office.supervisor, now=NOON, call=call
    )
    from_call = reports.report_of_step(office.session, step.id)
    assert from_call.id == report_id
