"""What reports earn: in parts, as they go on, never more than their tariff, and nothing without a reason."""

from itertools import permutations
from uuid import UUID

import pytest

import awards
import earnings
import reports
from earnings import EarningState, PartKind, parts_of
from ledger import LostRaceError
from tests.earnings.builders import Purse
from tests.reports.builders import JUSTICE


def parts(purse: Purse, report_id: UUID) -> list[tuple[PartKind, int, int]]:
    found = parts_of(purse.session, purse.earning(report_id).id)
    return [(each.kind, each.due, each.amount) for each in found]


def test_a_lone_reporter_gets_the_whole_tariff_in_parts(purse: Purse) -> None:
    report_id = purse.accepted()
    assert purse.got(purse.reporter) == 400
    assert purse.fund() == (99_000, 600)
    purse.finish(report_id)
    assert purse.got(purse.reporter) == 1_000
    assert purse.fund() == (99_000, 0)
    assert purse.earning(report_id).state is EarningState.SETTLED
    assert parts(purse, report_id) == [
        (PartKind.ON_ACCEPTANCE, 400, 400),
        (PartKind.REST, 400, 400),
        (PartKind.RESERVED, 200, 200),
    ]
    assert purse.proved()


def test_an_award_says_for_which_report_it_is(purse: Purse) -> None:
    report_id = purse.accepted()
    found = awards.list_awards(purse.session, resident_id=purse.reporter.resident_id).items
    assert [each.reason for each in found] == [f"井盖缺失（{purse.report(report_id).number}）"]


def test_reopening_earns_nothing_new(purse: Purse) -> None:
    report_id = purse.accepted()
    purse.finish(report_id)
    purse.reopen(report_id)
    for step in (purse.acknowledge, purse.handle, purse.verify, purse.close):
        step(report_id)
    assert purse.got(purse.reporter) == 1_000
    assert purse.proved()


@pytest.mark.parametrize(("percent", "at_once"), [(0, 0), (100, 800)])
def test_on_acceptance_comes_no_more_than_the_first_share(purse: Purse, percent: int, at_once: int) -> None:
    purse.set_tariff(1_000, percent)
    report_id = purse.accepted()
    assert purse.got(purse.reporter) == at_once
    purse.finish(report_id)
    assert purse.got(purse.reporter) == 1_000
    assert purse.proved()


def test_the_tariff_is_that_of_the_day_of_submission(purse: Purse) -> None:
    report_id = purse.submit()
    purse.days_pass(1)
    purse.set_tariff(9_000, 40)
    purse.accept(report_id)
    assert purse.earning(report_id).amount == 1_000


# --- several ---------------------------------------------------------------------------------------------------------


def test_joiners_share_the_reserved_part_and_what_does_not_divide_is_the_firsts(purse: Purse) -> None:
    report_id = purse.accepted()
    joiners = [purse.resident() for _ in range(3)]
    for joiner in joiners:
        purse.joined(report_id, joiner)
    purse.finish(report_id)
    assert [purse.got(each) for each in joiners] == [66, 66, 66]
    assert purse.got(purse.reporter) == 802
    assert purse.proved()


def test_who_only_follows_or_is_not_believed_gets_nothing(purse: Purse) -> None:
    report_id = purse.accepted()
    follower, doubted = purse.resident(), purse.resident()
    reports.join(purse.session, report_id=report_id, evidence=None, by=follower, now=purse.at)
    purse.joined(report_id, doubted, is_accepted=False)
    purse.finish(report_id)
    assert (purse.got(follower), purse.got(doubted), purse.got(purse.reporter)) == (0, 0, 1_000)


def test_whose_report_was_merged_counts_as_a_joiner(purse: Purse) -> None:
    first, other = purse.accepted(), purse.resident()
    second = purse.submit(by=other)
    reports.merge(purse.session, report_id=second, into_id=first, by=purse.supervisor, now=purse.at)
    assert reports.weights(purse.session, [first, second]) == {first: 2, second: 1}
    purse.finish(first)
    assert (purse.got(purse.reporter), purse.got(other)) == (800, 200)
    assert purse.proved()


@pytest.mark.parametrize("order", [order for order in permutations(range(5)) if order[0] < 2])
def test_whoever_of_five_comes_first_the_sum_is_the_tariff(purse: Purse, order: tuple[int, ...]) -> None:
    five = [purse.resident() for _ in range(5)]
    first, *others = (five[place] for place in order)
    report_id = purse.accepted(first)
    for place, other in enumerate(others):
        if place % 2:
            purse.joined(report_id, other)
        else:
            reports.merge(
                purse.session,
                report_id=purse.submit(by=other),
                into_id=report_id,
                by=purse.supervisor,
                now=purse.at,
            )
    purse.finish(report_id)
    assert sum(purse.got(each) for each in five) == 1_000
    assert (purse.got(first), {purse.got(each) for each in others}) == (800, {50})


# --- the department is late ------------------------------------------------------------------------------------------


def test_on_the_day_after_the_department_missed_its_date_the_rest_is_paid(purse: Purse) -> None:
    report_id = purse.accepted()
    purse.dispatch(report_id)
    purse.days_pass(3)
    assert reports.release_rests(purse.session, now=purse.at).count == 0
    purse.days_pass(1)
    swept = reports.release_rests(purse.session, now=purse.at)
    assert (swept.count, swept.amount) == (1, 400)
    assert purse.got(purse.reporter) == 800
    assert reports.release_rests(purse.session, now=purse.at).count == 0
    assert purse.proved()
    for step in (purse.acknowledge, purse.handle, purse.verify, purse.close):
        step(report_id)
    assert purse.got(purse.reporter) == 1_000
    assert purse.proved()


def test_the_delay_of_the_command_unit_is_not_the_departments(purse: Purse) -> None:
    purse.accepted()
    purse.days_pass(30)
    assert reports.release_rests(purse.session, now=purse.at).count == 0


def test_the_command_unit_is_late_with_what_it_leads_and_called_units_are_not_asked(purse: Purse) -> None:
    report_id = purse.accepted()
    purse.call(report_id, JUSTICE, due_on=purse.at.date())
    purse.days_pass(3)
    assert reports.release_rests(purse.session, now=purse.at).count == 0
    purse.days_pass(1)
    assert reports.release_rests(purse.session, now=purse.at).count == 1
    assert purse.got(purse.reporter) == 800
    assert purse.proved()


def test_the_sweep_goes_on_where_it_stopped(purse: Purse) -> None:
    for _ in range(3):
        purse.dispatch(purse.accepted())
    purse.days_pass(10)
    first = reports.release_rests(purse.session, now=purse.at, limit=2)
    second = reports.release_rests(purse.session, now=purse.at, limit=2, after=first.next_after)
    assert (first.count, second.count, second.next_after) == (2, 1, None)


# --- without money ---------------------------------------------------------------------------------------------------


def test_an_empty_fund_never_stops_an_acceptance(purse: Purse) -> None:
    purse.take_money(99_500)
    waiting = purse.accepted()
    assert purse.earning(waiting).state is EarningState.WAITING
    assert purse.got(purse.reporter) == 0
    assert earnings.pay_waiting(purse.session, now=purse.at).count == 0
    purse.add_money(500)
    swept = earnings.pay_waiting(purse.session, now=purse.at)
    assert (swept.count, swept.amount) == (1, 1_000)
    assert purse.got(purse.reporter) == 400
    assert purse.proved()


def test_what_became_due_while_it_waited_is_paid_when_money_comes(purse: Purse) -> None:
    purse.take_money(100_000)
    report_id, late = purse.accepted(), purse.accepted()
    purse.dispatch(late)
    joiner = purse.resident()
    purse.joined(report_id, joiner)
    purse.finish(report_id)
    purse.days_pass(10)
    reports.release_rests(purse.session, now=purse.at)
    purse.add_money(1_500)
    assert earnings.pay_waiting(purse.session, now=purse.at).count == 1
    assert (purse.got(purse.reporter), purse.got(joiner)) == (800, 200)
    purse.add_money(500)
    assert earnings.pay_waiting(purse.session, now=purse.at).count == 1
    assert purse.got(purse.reporter) == 1_600
    assert purse.proved()


def test_the_sweep_of_waiting_earnings_goes_on_where_it_stopped(purse: Purse) -> None:
    purse.take_money(100_000)
    for _ in range(3):
        purse.accepted()
    purse.add_money(2_000)
    first = earnings.pay_waiting(purse.session, now=purse.at, limit=2)
    assert (first.count, first.next_after is None) == (2, False)
    second = earnings.pay_waiting(purse.session, now=purse.at, limit=2, after=first.next_after)
    assert (second.count, second.next_after) == (0, None)


def test_money_that_others_took_at_the_same_moment_is_a_lost_race(
    purse: Purse, monkeypatch: pytest.MonkeyPatch
) -> None:
    purse.take_money(100_000)
    report_id = purse.submit()
    monkeypatch.setattr("earnings.starting.balance", lambda *_: 10_000)
    monkeypatch.setattr("awards.grants.check_available", lambda *_: None)
    with pytest.raises(LostRaceError):
        purse.accept(report_id)
