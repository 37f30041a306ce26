"""Ratings: by the reporter, of closed reports, once for each closure, and kept as they were given."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

import ledger
import listening
from ledger import Call
from listening import (
    RatedBeforeError,
    RatingOverError,
    RatingSum,
    RatingUnknownError,
    StarsError,
    ratings_of,
    ratings_of_category,
)
from people import TextRefusedError
from reports import ReportStatus, ReportUnknownError, StepNotNowError, give_claim_code, nobody, submit
from tests.clock import SHANGHAI
from tests.listening.builders import Listening
from tests.reports.builders import VILLAGE


def test_a_reporter_rates_a_closed_report(office: Listening) -> None:
    report_id = office.closed()
    rating = office.rate(report_id, 4, note="  很快 ")
    assert (rating.report_id, rating.stars, rating.note, rating.rated_at) == (report_id, 4, "很快", office.at)
    assert listening.get_rating(office.session, rating.id) is rating


def test_only_the_reporter_rates_and_only_what_is_closed(office: Listening) -> None:
    report_id = office.closed()
    for who in (office.resident(), office.supervisor, office.handler):
        with pytest.raises(ReportUnknownError):
            office.rate(report_id, 5, by=who)
    for status in (ReportStatus.HANDLED, ReportStatus.VERIFIED):
        with pytest.raises(StepNotNowError):
            office.rate(office.brought_to(status), 5)


def test_stars_are_one_to_five_and_a_note_says_something(office: Listening) -> None:
    report_id = office.closed()
    for stars in (0, 6, -1):
        with pytest.raises(StarsError):
            office.rate(report_id, stars)
    with pytest.raises(TextRefusedError):
        office.rate(report_id, 5, note=" ")


def test_thirty_days_after_closure_are_enough(office: Listening) -> None:
    report_id, late = office.closed(), office.closed()
    office.days_pass(30)
    office.rate(report_id, 3)
    last_on = office.at.date()
    office.days_pass(1)
    with pytest.raises(RatingOverError) as refused:
        office.rate(late, 3)
    assert refused.value.last_on == last_on


def test_a_closure_is_rated_once_and_the_next_one_anew(office: Listening) -> None:
    report_id = office.closed()
    first = office.rate(report_id, 1)
    with pytest.raises(RatedBeforeError) as refused:
        office.rate(report_id, 5)
    assert refused.value.rating_id == first.id
    office.reopen(report_id)
    with pytest.raises(StepNotNowError):
        office.rate(report_id, 5)
    office.acknowledge(report_id)
    office.handle(report_id)
    office.verify(report_id)
    office.close(report_id)
    second = office.rate(report_id, 5)
    assert [each.id for each in ratings_of(office.session, report_id)] == [second.id, first.id]


def test_the_same_call_is_answered_by_the_rating_it_made(office: Listening) -> None:
    report_id = office.closed()
    call = Call(owner=office.reporter.actor, route="rate", key="same", asked={"stars": 5})
    made = listening.rate(
        office.session, report_id=report_id, stars=5, note=None, by=office.reporter, now=office.at, call=call
    )
    assert ledger.recall_call(office.session, call) == made.id
    with pytest.raises(ledger.LostRaceError):
        listening.rate(
            office.session, report_id=report_id, stars=5, note=None, by=office.reporter, now=office.at, call=call
        )
    with pytest.raises(RatingUnknownError):
        listening.get_rating(office.session, report_id)


def test_an_anonymous_reporter_rates_and_only_the_day_is_kept(office: Listening) -> None:
    report = submit(
        office.session,
        category_code="C0101",
        description="井盖没了",
        unit_code=VILLAGE,
        by=nobody(),
        now=office.at,
    )
    give_claim_code(office.session, report)
    for step in (office.accept, office.dispatch, office.acknowledge, office.handle, office.verify, office.close):
        step(report.id)
    rating = office.rate(report.id, 5, by=nobody(report.id))
    assert (rating.rated_at.hour, rating.rated_at.minute) == (0, 0)
    assert office.rates().satisfaction == 1


@pytest.mark.parametrize("change", ["UPDATE report_ratings SET stars = 5", "DELETE FROM report_ratings"])
def test_the_database_keeps_ratings_as_they_were_given(office: Listening, change: str) -> None:
    office.rate(office.closed(), 1)
    with pytest.raises(DBAPIError):
        office.session.execute(text(change))


def test_the_audit_misses_the_guards_of_ratings(office: Listening) -> None:
    check = listening.CHECKS[0]
    assert check(office.session) is None
    if office.session.get_bind().dialect.name == "postgresql":
        office.session.execute(text("ALTER TABLE report_ratings DISABLE TRIGGER report_ratings_append_only"))
    else:
        office.session.execute(text("DROP TRIGGER report_ratings_refuse_update"))
    assert "is missing or disabled" in (check(office.session) or "")


def test_ratings_of_a_category_are_told_as_a_sum_of_five_or_more_of_months_that_are_over(office: Listening) -> None:
    def told(at: datetime) -> RatingSum | None:
        return ratings_of_category(office.session, "C0101", today=at.date(), zone=SHANGHAI)

    for stars in (1, 4, 4, 5):
        office.rate(office.closed(), stars)
    next_month = office.at + timedelta(days=31)
    assert told(next_month) is None
    office.rate(office.closed(), 5)
    # Of the month that runs nothing is told, and of what is older than a year neither.
    assert told(office.at) is None
    found = told(next_month)
    assert found == RatingSum(count=5, stars=19)
    assert found is not None
    assert found.mean == 3.8
    assert told(office.at + timedelta(days=400)) is None
