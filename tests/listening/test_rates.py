"""The three rates: worked examples of who is in each denominator and who is not.

NOON is Monday, 1 June 2026; what is given then has to be answered by the end of Tuesday.
"""

from datetime import timedelta

from listening import UnitRates, unit_rates
from reports import CallState, ReportStatus, RequestKind, ask_withdrawal, decide
from tests.clock import NOON
from tests.listening.builders import CITY_WORKS, Listening
from tests.reports.builders import JUSTICE, TOWN

DAY = timedelta(days=1)


# --- response --------------------------------------------------------------------------------------------------------


def test_response_counts_what_is_answered_by_the_end_of_the_next_working_day(office: Listening) -> None:
    quick, slow, silent = (office.brought_to(ReportStatus.DISPATCHED) for _ in range(3))
    office.acknowledge(quick)
    # Nothing is counted before its day is over, not even what was answered.
    assert office.rates() == UnitRates()
    office.days_pass(1)
    second_day = office.brought_to(ReportStatus.DISPATCHED)
    office.days_pass(1)
    office.acknowledge(slow)
    # Of the three of Monday one was in time; that of Tuesday has until tonight.
    assert (office.rates().responded, office.rates().response_due) == (1, 3)
    office.acknowledge(second_day)
    office.days_pass(1)
    found = office.rates()
    assert (found.responded, found.response_due, found.response_rate) == (2, 4, 0.5)
    assert office.status(silent) is ReportStatus.DISPATCHED


def test_a_weekend_gives_no_less_time(office: Listening) -> None:
    office.days_pass(4)
    given = office.brought_to(ReportStatus.DISPATCHED)
    office.days_pass(3)
    assert office.rates().response_due == 0
    office.acknowledge(given)
    office.days_pass(1)
    assert (office.rates().responded, office.rates().response_due) == (1, 1)


def test_what_is_taken_away_in_time_is_nobodys_failure_and_later_it_is(office: Listening) -> None:
    in_time, too_late, withdrawn = (office.brought_to(ReportStatus.DISPATCHED) for _ in range(3))
    office.transfer(in_time)
    ask_withdrawal(office.session, report_id=withdrawn, reason="x", by=office.supervisor, now=office.at)
    decide(
        office.session,
        report_id=withdrawn,
        kind=RequestKind.WITHDRAWAL,
        is_approved=True,
        by=office.other_supervisor,
        now=office.at,
    )
    office.days_pass(2)
    office.transfer(too_late)
    office.days_pass(3)
    found = unit_rates(office.session, now=office.at)
    assert (found[CITY_WORKS].responded, found[CITY_WORKS].response_due) == (0, 1)
    # The one that took them did not answer either.
    assert (found[JUSTICE].responded, found[JUSTICE].response_due) == (0, 2)
    assert TOWN not in found


def test_what_is_reopened_is_given_anew(office: Listening) -> None:
    report_id = office.closed()
    office.reopen(report_id)
    office.days_pass(2)
    found = office.rates()
    assert (found.responded, found.response_due) == (1, 2)


def test_a_postponement_between_changes_nothing(office: Listening) -> None:
    report_id = office.brought_to(ReportStatus.DISPATCHED)
    office.postponed(report_id)
    office.acknowledge(report_id)
    office.days_pass(2)
    assert (office.rates().responded, office.rates().response_due) == (1, 1)


def test_each_call_is_answered_by_itself_and_what_is_led_is_nobodys_to_answer(office: Listening) -> None:
    report_id = office.brought_to(ReportStatus.ACCEPTED)
    quick, _slow = office.call(report_id, CITY_WORKS, JUSTICE)
    office.acknowledge_call(report_id, quick)
    office.days_pass(2)
    found = unit_rates(office.session, now=office.at)
    assert (found[CITY_WORKS].responded, found[CITY_WORKS].response_due) == (1, 1)
    assert (found[JUSTICE].responded, found[JUSTICE].response_due) == (0, 1)
    assert TOWN not in found


def test_what_a_command_unit_led_is_its_own_when_it_is_rated_and_reopened(office: Listening) -> None:
    report_id, (call_id,) = office.called_to(CallState.HANDLED, CITY_WORKS)
    office.accept_call(report_id, call_id)
    office.complete(report_id)
    office.verify(report_id)
    office.close(report_id)
    office.rate(report_id, 5)
    office.reopen(report_id)
    office.days_pass(2)
    found = unit_rates(office.session, now=office.at)[TOWN]
    assert (found.satisfied, found.rated, found.response_due) == (1, 1, 0)


# --- resolution ------------------------------------------------------------------------------------------------------


def test_resolution_is_that_of_the_sample_as_far_as_it_is_known(office: Listening) -> None:
    yes, no, not_reached, still_to_call, reopened, unsampled = (office.closed() for _ in range(6))
    office.answer(office.to_call(yes), resolved=True, satisfied=True)
    office.answer(office.to_call(no), resolved=False, satisfied=True)
    office.answer(office.to_call(not_reached), reached=False)
    for report_id in (still_to_call, reopened):
        office.to_call(report_id)
    office.reopen(reopened)
    office.rate(unsampled, 5)
    found = office.rates()
    # yes, no, and the one that was reopened before anybody called.
    assert (found.resolved, found.resolution_known, found.not_reached) == (1, 3, 1)
    assert found.resolution_rate == 1 / 3


def test_who_said_yes_and_then_reopened_said_no(office: Listening) -> None:
    report_id = office.closed()
    office.answer(office.to_call(report_id), resolved=True, satisfied=True)
    assert office.rates().resolution_rate == 1
    office.closed_again(report_id)
    assert (office.rates().resolved, office.rates().resolution_known) == (0, 1)
    office.answer(office.to_call(report_id), resolved=True, satisfied=True)
    assert (office.rates().resolved, office.rates().resolution_known) == (1, 2)


def test_who_was_not_reached_and_reopened_is_known(office: Listening) -> None:
    report_id = office.closed()
    office.answer(office.to_call(report_id), reached=False)
    office.reopen(report_id)
    found = office.rates()
    assert (found.resolved, found.resolution_known, found.not_reached) == (0, 1, 0)


# --- satisfaction ----------------------------------------------------------------------------------------------------


def test_four_and_five_stars_are_satisfied_and_three_are_not(office: Listening) -> None:
    for stars in (1, 2, 3, 4, 5):
        office.rate(office.closed(), stars)
    office.closed()
    found = office.rates()
    assert (found.satisfied, found.rated, found.satisfaction) == (2, 5, 0.4)


def test_call_backs_count_and_who_wrote_a_rating_too_counts_once_by_it(office: Listening) -> None:
    told, not_reached, both = office.closed(), office.closed(), office.closed()
    office.answer(office.to_call(told), resolved=True, satisfied=True)
    office.answer(office.to_call(not_reached), reached=False)
    office.answer(office.to_call(both), resolved=True, satisfied=True)
    office.rate(both, 2)
    found = office.rates()
    assert (found.satisfied, found.rated) == (1, 2)


def test_the_newest_word_about_a_report_counts(office: Listening) -> None:
    report_id, silent = office.closed(), office.closed()
    for each in (report_id, silent):
        office.rate(each, 1)
    office.days_pass(1)
    for each in (report_id, silent):
        office.closed_again(each)
    # Nobody loses a bad rating by a reopening about which nothing more is said.
    assert (office.rates().satisfied, office.rates().rated) == (0, 2)
    office.rate(report_id, 5)
    assert (office.rates().satisfied, office.rates().rated) == (1, 2)
    # In the period of its closure, where it takes the place of the one before.
    assert (office.rates(until=NOON + DAY).satisfied, office.rates(until=NOON + DAY).rated) == (0, 1)
    assert (office.rates(since=NOON + DAY).satisfied, office.rates(since=NOON + DAY).rated) == (1, 1)


# --- periods and units -----------------------------------------------------------------------------------------------


def test_a_period_is_that_of_the_giving_and_of_the_closure(office: Listening) -> None:
    given = office.brought_to(ReportStatus.ACKNOWLEDGED)
    office.days_pass(7)
    office.handle(given)
    office.verify(given)
    office.close(given)
    office.days_pass(7)
    office.rate(given, 5)
    first, second = office.rates(until=NOON + DAY), office.rates(since=NOON + DAY, until=NOON + 8 * DAY)
    assert (first.response_due, first.rated) == (1, 0)
    assert (second.response_due, second.rated) == (0, 1)
    assert office.rates(since=NOON + 8 * DAY) == UnitRates()


def test_what_is_said_belongs_to_the_unit_that_did_the_work(office: Listening) -> None:
    report_id = office.brought_to(ReportStatus.DISPATCHED)
    office.transfer(report_id)
    for step in (office.acknowledge, office.handle, office.verify, office.close):
        step(report_id)
    office.rate(report_id, 5)
    found = unit_rates(office.session, now=office.at)
    assert list(found) == [JUSTICE]
    office.reopen(report_id)
    office.transfer(report_id, CITY_WORKS)
    assert unit_rates(office.session, now=office.at)[JUSTICE].rated == 1


def test_where_nobody_is_in_a_denominator_there_is_no_rate() -> None:
    counts = UnitRates()
    assert (counts.response_rate, counts.resolution_rate, counts.satisfaction) == (None, None, None)
