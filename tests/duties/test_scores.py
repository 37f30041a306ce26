"""The scoreboard is read off the books: what came, how it ended, what is left."""

from datetime import datetime, timedelta

from duties import UnitScore, scoreboard
from reports import ReportStatus, RequestKind, ask_postponement, ask_withdrawal, decide
from tests.clock import NOON
from tests.reports.builders import CITY_WORKS, JUSTICE, TOWN, Office


def scores(office: Office, since: datetime | None = None, until: datetime | None = None) -> dict[str, UnitScore]:
    found = scoreboard(office.session, since=since, until=until, today=office.at.date())
    assert [each.unit_code for each in found] == sorted(each.unit_code for each in found)
    for each in found:
        ended = each.discharged_on_time + each.discharged_late + each.moved_away + each.withdrawn
        if since is None:
            assert each.charged == ended + each.open + each.handled
    return {each.unit_code: each for each in found}


def test_nobody_has_a_score_before_the_first_duty(office: Office) -> None:
    assert scores(office) == {}


def test_each_duty_is_counted_where_it_came_and_where_it_went(office: Office) -> None:
    office.brought_to(ReportStatus.CLOSED)
    late = office.brought_to(ReportStatus.ACKNOWLEDGED)
    office.transfer(office.brought_to(ReportStatus.DISPATCHED))
    withdrawn = office.brought_to(ReportStatus.DISPATCHED)
    ask_withdrawal(office.session, report_id=withdrawn, reason="错", by=office.supervisor, now=office.at)
    decide(
        office.session,
        report_id=withdrawn,
        kind=RequestKind.WITHDRAWAL,
        is_approved=True,
        note="是",
        by=office.other_supervisor,
        now=office.at,
    )
    office.brought_to(ReportStatus.ACCEPTED)
    office.days_pass(4)
    office.handle(late)
    office.brought_to(ReportStatus.HANDLED)
    office.verify(late)
    found = scores(office)
    assert found[TOWN] == UnitScore(TOWN, charged=6, moved_away=5, open=1, open_overdue=1)
    assert found[TOWN].on_time_rate == 0
    assert found[CITY_WORKS] == UnitScore(
        CITY_WORKS, charged=5, discharged_on_time=1, discharged_late=1, moved_away=1, withdrawn=1, handled=1
    )
    assert found[CITY_WORKS].on_time_rate == 0.5
    assert found[JUSTICE] == UnitScore(JUSTICE, charged=1, open=1, open_overdue=1)


def test_what_is_not_due_has_no_rate(office: Office) -> None:
    office.brought_to(ReportStatus.DISPATCHED)
    assert scores(office)[CITY_WORKS].on_time_rate is None


def test_a_postponement_in_time_is_no_second_charge_and_a_late_one_is_a_miss(office: Office) -> None:
    in_time, late = office.brought_to(ReportStatus.DISPATCHED), office.brought_to(ReportStatus.DISPATCHED)
    for report_id, days in ((in_time, 0), (late, 10)):
        office.days_pass(days)
        ask_postponement(
            office.session,
            report_id=report_id,
            due_on=office.at.date() + timedelta(days=30),
            reason="等",
            by=office.supervisor,
            now=office.at,
        )
        decide(
            office.session,
            report_id=report_id,
            kind=RequestKind.POSTPONEMENT,
            is_approved=True,
            note="好",
            by=office.other_supervisor,
            now=office.at,
        )
    assert scores(office)[CITY_WORKS] == UnitScore(CITY_WORKS, charged=3, discharged_late=1, open=2)


def test_a_period_tells_what_happened_in_it_and_what_was_left_at_its_end(office: Office) -> None:
    first = office.brought_to(ReportStatus.ACKNOWLEDGED)
    office.days_pass(10)
    begin = office.at - timedelta(hours=12)
    office.handle(first)
    office.verify(first)
    office.brought_to(ReportStatus.DISPATCHED)
    before = scores(office, NOON - timedelta(hours=12), begin)[CITY_WORKS]
    assert before == UnitScore(CITY_WORKS, charged=1, open=1, open_overdue=1)
    after = scores(office, begin)[CITY_WORKS]
    assert after == UnitScore(CITY_WORKS, charged=1, discharged_late=1, open=1)
    ahead = scores(office, begin, office.at + timedelta(days=300))[CITY_WORKS]
    assert ahead == after
