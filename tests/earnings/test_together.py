"""Joint reports: one reporter by the formula, whose share is split evenly among those who confirmed."""

from itertools import permutations
from uuid import UUID

import pytest

import earnings
import reports
from earnings import EarningCaps, EarningState, PartKind, among, parts_of
from notices import NoticeKind, list_notices
from people import Principal
from reports import (
    CONFIRMATION_DAYS,
    TOGETHER_MAX,
    CoReporterUnknownError,
    JoinRefusedError,
    JointReportError,
    ReportUnknownError,
    StepNotNowError,
    TogetherOverError,
)
from tests.earnings.builders import TARIFF, Purse
from tests.reports.builders import CITY_WORKS, VILLAGE


def sent_in(purse: Purse, *others: Principal, by: Principal | None = None, is_confidential: bool = False) -> UUID:
    who = by or purse.reporter
    return reports.submit(
        purse.session,
        category_code="C0101",
        description="井盖没了",
        unit_code=VILLAGE,
        by=who,
        resident_id=purse.reporter.resident_id,
        joint_with=[each.resident_id for each in others if each.resident_id],
        now=purse.at,
        is_confidential=is_confidential,
    ).id


def answer(purse: Purse, report_id: UUID, who: Principal, *, is_confirmed: bool = True) -> None:
    reports.answer_together(purse.session, report_id=report_id, is_confirmed=is_confirmed, by=who, now=purse.at)


@pytest.mark.parametrize(("amount", "count"), [(1_000, 1), (1_000, 3), (1, 10), (0, 4), (999, 10)])
def test_what_is_shared_adds_up_and_the_first_has_what_does_not_divide(amount: int, count: int) -> None:
    each, besides = among(amount, count)
    assert each * count + besides == amount
    assert 0 <= besides < count


def test_who_confirmed_shares_evenly_and_the_rest_is_the_firsts(purse: Purse) -> None:
    second, third, silent, unwilling = (purse.resident() for _ in range(4))
    report_id = sent_in(purse, second, third, silent, unwilling)
    answer(purse, report_id, second)
    answer(purse, report_id, third)
    answer(purse, report_id, unwilling, is_confirmed=False)
    purse.accept(report_id)
    # 4.00 among three.
    assert [purse.got(each) for each in (purse.reporter, second, third)] == [134, 133, 133]
    purse.finish(report_id)
    assert [purse.got(each) for each in (purse.reporter, second, third)] == [336, 332, 332]
    assert purse.got(silent) == purse.got(unwilling) == 0
    assert reports.weights(purse.session, [report_id]) == {report_id: 1}
    assert purse.proved()


def test_joiners_share_the_reserved_part_and_no_more(purse: Purse) -> None:
    second, witness = purse.resident(), purse.resident()
    report_id = sent_in(purse, second)
    answer(purse, report_id, second)
    purse.accept(report_id)
    purse.joined(report_id, witness)
    with pytest.raises(JoinRefusedError):
        purse.joined(report_id, second)
    purse.finish(report_id)
    assert [purse.got(each) for each in (purse.reporter, second, witness)] == [400, 400, 200]
    assert purse.proved()


@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_whoever_of_them_comes_in_whatever_order_the_sum_is_the_tariff(purse: Purse, order: tuple[int, ...]) -> None:
    """Two confirm, one joins, one is silent; the acceptance comes at any place between."""
    purse.set_tariff(997, 41)
    second, third, witness = (purse.resident() for _ in range(3))
    report_id = sent_in(purse, second, third)
    acts = (
        lambda: answer(purse, report_id, second),
        lambda: answer(purse, report_id, third),
        lambda: purse.joined(report_id, witness),
        lambda: purse.accept(report_id),
    )
    accepted = False
    for place in order:
        if accepted and place < 2:
            with pytest.raises(StepNotNowError):
                acts[place]()
        else:
            acts[place]()
        accepted = accepted or place == 3
    purse.finish(report_id)
    everybody = (purse.reporter, second, third, witness)
    assert sum(purse.got(each) for each in everybody) == 997
    assert purse.earning(report_id).state is EarningState.SETTLED
    assert purse.proved()


def test_who_works_for_the_department_gets_nothing_and_the_others_share(purse: Purse) -> None:
    second, third = purse.resident("13800000002"), purse.resident("13800000003")
    report_id = sent_in(purse, second, third)
    for each in (second, third):
        answer(purse, report_id, each)
    purse.let_work(purse.reporter, CITY_WORKS)
    purse.accept(report_id)
    assert [purse.got(each) for each in (purse.reporter, second, third)] == [0, 200, 200]
    purse.finish(report_id)
    assert purse.got(second) + purse.got(third) == TARIFF
    assert purse.proved()


def test_a_cap_cuts_only_who_reached_it(purse: Purse) -> None:
    second = purse.resident()
    purse.finish(purse.accepted(second))
    earnings.set_caps(purse.session, caps=EarningCaps(per_day=150), actor="person:a", now=purse.at)
    report_id = sent_in(purse, second)
    answer(purse, report_id, second)
    purse.accept(report_id)
    parts = parts_of(purse.session, purse.earning(report_id).id)
    assert {part.resident_id: (part.due, part.amount) for part in parts if part.kind is PartKind.ON_ACCEPTANCE} == {
        purse.reporter.resident_id: (200, 150),
        second.resident_id: (200, 150),
    }
    assert purse.proved()


def test_they_are_told_see_it_and_answer_once_in_time(purse: Purse) -> None:
    second, third = purse.resident(), purse.resident()
    report_id = sent_in(purse, second, third)
    assert [each.kind for each in list_notices(purse.session, seen_by=second).items] == [NoticeKind.TOGETHER_ASKED]
    assert reports.get_report(purse.session, report_id, seen_by=second).id == report_id
    assert [each.id for each, _duty in reports.list_reports(purse.session, seen_by=second).items] == [report_id]
    answer(purse, report_id, second)
    with pytest.raises(StepNotNowError):
        answer(purse, report_id, second)
    with pytest.raises(CoReporterUnknownError):
        answer(purse, report_id, purse.resident())
    purse.days_pass(CONFIRMATION_DAYS + 1)
    with pytest.raises(TogetherOverError):
        answer(purse, report_id, third)
    purse.accept(report_id)
    # Who has not confirmed has nothing to do with it any more; who has goes on following it.
    with pytest.raises(ReportUnknownError):
        reports.get_report(purse.session, report_id, seen_by=third)
    assert reports.get_report(purse.session, report_id, seen_by=second).id == report_id
    assert NoticeKind.ACCEPTED in [each.kind for each in list_notices(purse.session, seen_by=second).items]


def test_who_cannot_report_together_is_refused(purse: Purse) -> None:
    second = purse.resident()
    with pytest.raises(JointReportError):
        sent_in(purse, second, second)
    with pytest.raises(JointReportError):
        sent_in(purse, purse.reporter)
    with pytest.raises(JointReportError):
        sent_in(purse, *(purse.resident() for _ in range(TOGETHER_MAX + 1)))
    with pytest.raises(JointReportError):
        sent_in(purse, second, is_confidential=True)
    with pytest.raises(JointReportError):
        sent_in(purse, second, by=purse.dispatcher)
