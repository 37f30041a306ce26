"""Call-backs: who is drawn, who may call, and what is written down."""

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import DBAPIError

import listening
from ledger import SamePersonError, new_id
from listening import (
    AnswerError,
    CallBackOverError,
    CallBackUnknownError,
    answered_call_backs,
    first_to_call,
    get_call_back,
    is_in_sample,
    is_to_make,
    look_at_phone,
    looks_at,
    open_call_backs,
)
from listening.model import CallBackSeed
from people import Principal, Resident, Role, create_key
from reports import JoinState, Report, ReportStatus, RequestKind, ask_withdrawal, decide, decide_join, join, submit
from tests.listening.builders import Listening
from tests.reports.builders import CITY_WORKS, OTHER_TOWN, TOWN, VILLAGE, person

SEED = bytes(range(32))


def calls_of(office: Listening, who: Principal) -> list[object]:
    return [each.report.id for each in open_call_backs(office.session, seen_by=who).items]


def everything_is_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("listening.drawing.SAMPLE_PERCENT", 100)


# --- drawing ---------------------------------------------------------------------------------------------------------


def test_a_tenth_is_drawn_and_the_same_seed_draws_the_same() -> None:
    ids = [new_id() for _ in range(2_000)]
    drawn = [each for each in ids if is_in_sample(SEED, each)]
    # Four standard deviations around 200.
    assert 146 <= len(drawn) <= 254
    assert drawn == [each for each in ids if is_in_sample(SEED, each)]
    other = [each for each in ids if is_in_sample(bytes(32), each)]
    assert len(set(drawn) & set(other)) < 60


def test_the_jobs_draw_what_the_seed_says_and_nothing_twice(office: Listening) -> None:
    reports = [office.closed() for _ in range(25)]
    office.brought_to(ReportStatus.VERIFIED)
    count = office.draw()
    seed = office.session.scalars(select(CallBackSeed.seed)).one()
    assert set(calls_of(office, office.other_supervisor)) == {each for each in reports if is_in_sample(seed, each)}
    assert len(calls_of(office, office.other_supervisor)) == count
    assert office.draw() == 0
    assert listening.CHECKS[1](office.session) is None


def test_each_closure_of_a_report_in_the_sample_is_drawn(office: Listening, monkeypatch: pytest.MonkeyPatch) -> None:
    everything_is_drawn(monkeypatch)
    report_id = office.closed()
    assert office.draw() == 1
    office.closed_again(report_id)
    assert office.draw() == 1
    assert calls_of(office, office.other_supervisor) == [report_id]


def test_nobody_is_drawn_who_cannot_or_must_not_be_called(office: Listening, monkeypatch: pytest.MonkeyPatch) -> None:
    everything_is_drawn(monkeypatch)
    clerk = person(Role.SUPERVISOR)
    told = submit(
        office.session,
        category_code="C0101",
        description="d",
        unit_code=VILLAGE,
        by=clerk,
        resident_id=None,
        now=office.at,
    )
    secret = office.closed()
    office.session.execute(update(Report).where(Report.id == secret).values(is_confidential=True))
    gone = office.resident()
    left = office.submit(by=gone)
    for report_id in (told.id, left):
        for step in (office.accept, office.dispatch, office.acknowledge, office.handle, office.verify, office.close):
            step(report_id)
    office.session.execute(update(Resident).where(Resident.id == gone.resident_id).values(left_at=office.at))
    assert office.draw() == 0
    long_ago = office.closed()
    office.days_pass(31)
    office.session.expire_all()
    assert office.draw() == 0
    assert office.status(long_ago) is ReportStatus.CLOSED


def test_the_audit_finds_a_call_back_that_was_put_in_by_hand(office: Listening) -> None:
    office.draw()
    seed = office.session.scalars(select(CallBackSeed.seed)).one()
    reports = (office.closed() for _ in range(50))
    outside = next(each for each in reports if not is_in_sample(seed, each))
    office.to_call(outside)
    assert f"report {outside}, which is not in the sample" in (listening.CHECKS[1](office.session) or "")


# --- who may call ----------------------------------------------------------------------------------------------------


def test_a_supervisor_of_the_subtree_calls_who_had_no_part_in_the_report(office: Listening) -> None:
    report_id = office.closed()
    call_back_id = office.to_call(report_id)
    town, elsewhere = person(Role.SUPERVISOR, at=TOWN), person(Role.SUPERVISOR, at=OTHER_TOWN)
    assert calls_of(office, town) == calls_of(office, office.other_supervisor) == [report_id]
    for who in (office.supervisor, elsewhere, office.handler, office.dispatcher, office.reporter):
        assert calls_of(office, who) == []
    for who in (elsewhere, office.handler):
        with pytest.raises(CallBackUnknownError):
            office.answer(call_back_id, resolved=True, satisfied=True, by=who)
    with pytest.raises(SamePersonError):
        office.answer(call_back_id, resolved=True, satisfied=True, by=office.supervisor)
    found = office.answer(call_back_id, resolved=True, satisfied=False, by=town)
    assert (found.call_back.answered_by, found.call_back.answered_at) == (town.actor, office.at)
    assert calls_of(office, office.other_supervisor) == []
    assert get_call_back(office.session, call_back_id, seen_by=office.supervisor).call_back is found.call_back


def test_whoever_asked_decided_or_judged_something_had_a_part(office: Listening) -> None:
    report_id = office.brought_to(ReportStatus.DISPATCHED)
    asked, decided, judged = (person(Role.SUPERVISOR) for _ in range(3))
    ask_withdrawal(office.session, report_id=report_id, reason="x", by=asked, now=office.at)
    decide(
        office.session,
        report_id=report_id,
        kind=RequestKind.WITHDRAWAL,
        is_approved=False,
        by=decided,
        now=office.at,
    )
    joined = join(office.session, report_id=report_id, evidence="e", by=office.resident(), now=office.at)
    decide_join(
        office.session,
        report_id=report_id,
        join_id=joined.id,
        is_accepted=True,
        note=None,
        by=judged,
        now=office.at,
    )
    assert joined.state is JoinState.ACCEPTED
    for step in (office.acknowledge, office.handle, office.verify, office.close):
        step(report_id)
    call_back_id = office.to_call(report_id)
    for who in (asked, decided, judged):
        assert calls_of(office, who) == []
        with pytest.raises(SamePersonError):
            office.answer(call_back_id, resolved=True, satisfied=True, by=who)


def test_nobody_calls_their_own_household(office: Listening) -> None:
    resident_id = office.reporter.resident_id
    assert resident_id is not None
    key, _secret = create_key(office.session, role=Role.RESIDENT, name="Kin", now=office.at, resident_id=resident_id)
    assert key.person_id is not None
    relative = person(Role.SUPERVISOR)
    kin = Principal(actor=f"person:{key.person_id.hex}", grants=relative.grants, name="kin", person_id=key.person_id)
    with pytest.raises(SamePersonError):
        office.answer(office.to_call(office.closed()), resolved=True, satisfied=True, by=kin)


# --- what is written down --------------------------------------------------------------------------------------------


def test_who_is_reached_says_both_and_who_is_not_says_nothing(office: Listening) -> None:
    call_back_id = office.to_call(office.closed())
    for reached, resolved, satisfied in (
        (True, None, None),
        (True, True, None),
        (True, None, False),
        (False, True, None),
        (False, None, False),
    ):
        with pytest.raises(AnswerError):
            office.answer(call_back_id, reached=reached, resolved=resolved, satisfied=satisfied)
    found = office.answer(call_back_id, reached=False).call_back
    assert (found.is_reached, found.is_resolved, found.is_satisfied) == (False, None, None)
    with pytest.raises(CallBackOverError):
        office.answer(call_back_id, resolved=True, satisfied=True)


def test_a_call_back_is_over_when_its_reporter_reopened(office: Listening) -> None:
    report_id = office.closed()
    first = office.to_call(report_id)
    office.reopen(report_id)
    assert calls_of(office, office.other_supervisor) == []
    with pytest.raises(CallBackOverError):
        office.answer(first, resolved=True, satisfied=True)
    office.days_pass(1)
    office.acknowledge(report_id)
    office.handle(report_id)
    office.verify(report_id)
    office.close(report_id)
    assert calls_of(office, office.other_supervisor) == []
    with pytest.raises(CallBackOverError):
        office.answer(first, resolved=True, satisfied=True)
    second = office.to_call(report_id)
    office.answer(second, resolved=True, satisfied=True)


def test_call_backs_come_in_parts_the_newest_first(office: Listening) -> None:
    made = [office.to_call(office.closed()) for _ in range(3)]
    page = open_call_backs(office.session, seen_by=office.other_supervisor, limit=2)
    assert [each.call_back.id for each in page.items] == [made[2], made[1]]
    rest = open_call_backs(office.session, seen_by=office.other_supervisor, limit=2, before=page.next_before)
    assert ([each.call_back.id for each in rest.items], rest.next_before) == ([made[0]], None)
    with pytest.raises(CallBackUnknownError):
        get_call_back(office.session, uuid4(), seen_by=office.other_supervisor)
    assert office.report(rest.items[0].report.id).department_code == CITY_WORKS


# --- in order, and the number ----------------------------------------------------------------------------------------


def test_what_waits_longest_comes_first_and_what_was_made_last(office: Listening) -> None:
    made = []
    for _ in range(3):
        made.append(office.to_call(office.closed()))
        office.at += timedelta(minutes=1)
    who = office.other_supervisor
    found, count = first_to_call(office.session, seen_by=who, limit=2)
    assert ([each.call_back.id for each in found], count) == (made[:2], 3)
    assert first_to_call(office.session, seen_by=office.supervisor, limit=2) == ([], 0)
    assert answered_call_backs(office.session, seen_by=who).items == []
    # Not in the order in which they were drawn, and two at one instant.
    office.answer(made[1], reached=False)
    office.at += timedelta(minutes=1)
    for each in (made[0], made[2]):
        office.answer(each, reached=False)
    page = answered_call_backs(office.session, seen_by=who, limit=2)
    assert [each.call_back.id for each in page.items] == [made[2], made[0]]
    rest = answered_call_backs(office.session, seen_by=who, limit=2, before=page.next_before)
    assert ([each.call_back.id for each in rest.items], rest.next_before) == ([made[1]], None)
    assert answered_call_backs(office.session, seen_by=person(Role.SUPERVISOR, at=OTHER_TOWN)).items == []
    with pytest.raises(CallBackUnknownError):
        answered_call_backs(office.session, seen_by=who, before=uuid4())


def test_each_look_at_a_phone_is_kept(office: Listening) -> None:
    call_back_id = office.to_call(office.closed())
    town = person(Role.SUPERVISOR, at=TOWN)
    for who in (office.other_supervisor, town):
        assert is_to_make(office.session, call_back_id, seen_by=who)
        found = look_at_phone(office.session, call_back_id=call_back_id, by=who, now=office.at)
        assert found.id == office.reporter.resident_id
    looks = looks_at(office.session, call_back_id)
    assert [(each.looked_by, each.looked_at) for each in looks] == [
        (office.other_supervisor.actor, office.at),
        (town.actor, office.at),
    ]


def test_nobody_looks_who_may_not_call(office: Listening) -> None:
    report_id = office.closed()
    call_back_id = office.to_call(report_id)
    elsewhere = person(Role.SUPERVISOR, at=OTHER_TOWN)
    assert not is_to_make(office.session, call_back_id, seen_by=office.supervisor)
    for who, refused in ((office.supervisor, SamePersonError), (elsewhere, CallBackUnknownError)):
        with pytest.raises(refused):
            look_at_phone(office.session, call_back_id=call_back_id, by=who, now=office.at)
    office.reopen(report_id)
    with pytest.raises(CallBackOverError):
        look_at_phone(office.session, call_back_id=call_back_id, by=office.other_supervisor, now=office.at)
    assert looks_at(office.session, call_back_id) == []


@pytest.mark.parametrize("change", ["UPDATE call_back_looks SET looked_by = 'x'", "DELETE FROM call_back_looks"])
def test_the_database_keeps_looks_as_they_were(office: Listening, change: str) -> None:
    call_back_id = office.to_call(office.closed())
    look_at_phone(office.session, call_back_id=call_back_id, by=office.other_supervisor, now=office.at)
    with pytest.raises(DBAPIError):
        office.session.execute(text(change))
