"""What earns nothing, or less: always with the reason."""

from uuid import UUID

import awards
import people
from earnings import CutReason, EarningState, NothingReason, parts_of
from people import get_resident
from tests.earnings.builders import Purse
from tests.reports.builders import CITY_WORKS, JUSTICE


def because(purse: Purse, report_id: UUID) -> NothingReason | None:
    earning = purse.earning(report_id)
    assert (earning.state is EarningState.NOTHING) == (earning.nothing_because is not None)
    return earning.nothing_because


def test_without_a_tariff_or_an_account_nothing_is_earned_and_it_is_said_why(purse: Purse) -> None:
    no_tariff = purse.submit("E0101")
    purse.accept(no_tariff)
    assert because(purse, no_tariff) is NothingReason.NO_TARIFF
    caller = purse.submit(by=purse.dispatcher)
    purse.accept(caller)
    assert because(purse, caller) is NothingReason.NOT_REGISTERED
    assert purse.fund() == (100_000, 0)
    purse.withdraw(caller)
    assert purse.proved()


def test_what_somebody_of_the_household_answers_for_earns_nothing(purse: Purse) -> None:
    purse.let_work(purse.reporter, JUSTICE)
    assert because(purse, purse.accepted()) is None
    purse.let_work(purse.reporter, CITY_WORKS)
    assert because(purse, purse.accepted()) is NothingReason.OWN_DEPARTMENT
    # Who has the same phone is of the household, as far as is known.
    assert because(purse, purse.accepted(purse.resident())) is NothingReason.OWN_DEPARTMENT


def test_a_fund_whose_credits_ended_gives_nothing(purse: Purse) -> None:
    awards.create_fund(
        purse.session,
        code="short",
        name="短",
        purpose="x",
        expiry_rule="on:2026-06-02",
        actor="person:a",
        now=purse.at,
    )
    awards.appropriate(purse.session, fund_code="short", amount=5_000, document="d", actor="person:f", now=purse.at)
    awards.set_tariff(
        purse.session,
        category_code="C0101",
        fund_code="short",
        amount=1_000,
        on_acceptance_percent=40,
        valid_from=None,
        actor="person:a",
        now=purse.at,
    )
    first, second = purse.accepted(), purse.submit()
    purse.days_pass(2)
    purse.accept(second)
    assert because(purse, second) is NothingReason.FUND_ENDED
    purse.finish(first)
    cut = [each.cut_because for each in parts_of(purse.session, purse.earning(first).id)]
    assert cut == [None, CutReason.FUND_ENDED, CutReason.FUND_ENDED]
    assert purse.proved()


def test_who_left_gets_nothing_and_their_share_stays_in_the_fund(purse: Purse) -> None:
    report_id, later = purse.accepted(), purse.submit()
    resident = get_resident(purse.session, purse.reporter.resident_id or report_id)
    people.leave(purse.session, resident, now=purse.at)
    purse.accept(later)
    assert because(purse, later) is NothingReason.LEFT
    purse.finish(report_id)
    cut = [(each.amount, each.cut_because) for each in parts_of(purse.session, purse.earning(report_id).id)]
    assert cut == [(400, None), (0, CutReason.LEFT), (0, CutReason.LEFT)]
    assert purse.fund() == (99_600, 0)
    assert purse.proved()


def test_of_two_records_of_one_person_the_one_that_goes_on_is_paid(purse: Purse) -> None:
    report_id, other = purse.accepted(), purse.resident()
    resident = get_resident(purse.session, purse.reporter.resident_id or report_id)
    people.leave(purse.session, resident, now=purse.at, merged_into_id=other.resident_id)
    purse.finish(report_id)
    assert purse.got(other) == 600
    assert purse.proved()
