"""A withdrawal takes back what is there, and shows the rest as a loss."""

from datetime import timedelta

import pytest

import awards
import earnings
from earnings import EarningState
from people import get_resident
from tests.awards.builders import spend
from tests.earnings.builders import Purse


def test_a_withdrawal_takes_back_what_is_there(purse: Purse) -> None:
    report_id = purse.accepted()
    purse.withdraw(report_id)
    assert purse.got(purse.reporter) == 0
    assert purse.fund() == (100_000, 0)
    assert (purse.earning(report_id).state, purse.earning(report_id).loss) == (EarningState.CANCELLED, 0)
    assert purse.proved()


@pytest.mark.parametrize(("spent", "loss"), [(150, 150), (400, 400)])
def test_what_was_spent_is_the_loss(purse: Purse, spent: int, loss: int) -> None:
    from_tests = purse.accepted()
    spend(purse.session, get_resident(purse.session, purse.reporter.resident_id or from_tests), spent)
    purse.withdraw(from_tests)
    assert purse.earning(from_tests).loss == loss
    assert purse.got(purse.reporter) == 0
    assert purse.fund() == (100_000 - loss, 0)


def test_what_was_taken_back_before_is_not_taken_twice(purse: Purse) -> None:
    report_id = purse.accepted()
    award = awards.list_awards(purse.session, resident_id=purse.reporter.resident_id).items[0]
    awards.claw_back(purse.session, award_id=award.id, reason="x", actor="person:b", now=purse.at)
    purse.withdraw(report_id)
    assert purse.earning(report_id).loss == 0
    assert purse.fund() == (100_000, 0)


def test_a_withdrawal_of_what_waits_for_money_takes_nothing(purse: Purse) -> None:
    purse.take_money(100_000)
    report_id = purse.accepted()
    purse.withdraw(report_id)
    assert purse.earning(report_id).state is EarningState.CANCELLED
    purse.add_money(5_000)
    assert earnings.pay_waiting(purse.session, now=purse.at).count == 0


def test_after_reopening_a_withdrawal_takes_back_all_parts(purse: Purse) -> None:
    report_id = purse.accepted()
    purse.finish(report_id)
    purse.reopen(report_id)
    purse.withdraw(report_id)
    assert purse.got(purse.reporter) == 0
    assert purse.fund() == (100_000, 0)
    assert purse.proved()


def test_nothing_is_settled_where_nothing_was_decided(purse: Purse) -> None:
    lost = purse.submit()
    at = purse.at + timedelta(days=1)
    assert earnings.settle(purse.session, matter_id=lost, joiners=[], actor="x", now=at) == []
    assert earnings.release_rest(purse.session, matter_id=lost, actor="x", now=at) == []
    assert earnings.cancel(purse.session, matter_id=lost, reason="x", actor="x", now=at) == []
    assert earnings.earnings_of(purse.session, [lost]) == {}
