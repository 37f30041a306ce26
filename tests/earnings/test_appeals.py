"""What an upheld appeal does to what a report earns: all of the tariff, and nothing twice."""

import pytest
from sqlalchemy import text

import earnings
import ledger
import reports
from earnings import ClaimKeys, CutReason, EarningState, NothingReason, new_claim_keys, parts_of
from people import get_resident
from reports import AppealSubject, ReportStatus
from tests.awards.builders import spend
from tests.earnings.builders import Purse
from tests.reports.builders import CITY_WORKS, JUSTICE, VILLAGE


def test_after_a_withdrawal_that_was_wrong_the_report_has_a_life_of_its_own_again(purse: Purse) -> None:
    report_id = purse.accepted()
    purse.dispatch(report_id)
    purse.withdraw(report_id)
    purse.appeal_upheld(report_id, AppealSubject.WITHDRAWAL)
    restored = purse.report(report_id)
    assert (restored.status, restored.department_code, restored.severity) == (ReportStatus.SUBMITTED, None, None)
    assert purse.proved()
    purse.accept(report_id)
    purse.finish(report_id)
    assert purse.got(purse.reporter) == 1_000
    assert purse.fund() == (99_000, 0)
    assert purse.proved()


@pytest.mark.parametrize("spent", [150, 400])
def test_what_was_spent_before_the_withdrawal_is_set_off(purse: Purse, spent: int) -> None:
    report_id = purse.accepted()
    spend(purse.session, get_resident(purse.session, purse.reporter.resident_id or report_id), spent)
    purse.withdraw(report_id)
    purse.appeal_upheld(report_id, AppealSubject.WITHDRAWAL)
    purse.accept(report_id)
    first = parts_of(purse.session, purse.earning(report_id).id)[0]
    assert (first.due, first.amount, first.set_off, first.cut_because) == (400, 400 - spent, spent, CutReason.KEPT)
    purse.finish(report_id)
    assert purse.got(purse.reporter) + spent == 1_000
    assert purse.fund() == (99_000, 0)
    assert purse.proved()


def test_what_was_set_off_is_set_off_again_in_a_third_life(purse: Purse) -> None:
    report_id = purse.accepted()
    spend(purse.session, get_resident(purse.session, purse.reporter.resident_id or report_id), 400)
    for _ in range(2):
        purse.withdraw(report_id)
        purse.appeal_upheld(report_id, AppealSubject.WITHDRAWAL)
        purse.accept(report_id)
    purse.finish(report_id)
    assert purse.got(purse.reporter) + 400 == 1_000
    assert purse.proved()


def test_a_late_department_of_the_first_life_is_not_late_in_the_second(purse: Purse) -> None:
    report_id = purse.accepted()
    purse.dispatch(report_id)
    purse.days_pass(30)
    purse.withdraw(report_id)
    purse.appeal_upheld(report_id, AppealSubject.WITHDRAWAL)
    purse.accept(report_id)
    purse.dispatch(report_id)
    assert reports.release_rests(purse.session, now=purse.at).count == 0
    assert purse.got(purse.reporter) == 400


def test_who_does_not_work_there_after_all_gets_what_the_report_earns(purse: Purse) -> None:
    purse.let_work(purse.reporter, CITY_WORKS)
    report_id = purse.accepted()
    assert purse.earning(report_id).nothing_because is NothingReason.OWN_DEPARTMENT
    purse.appeal_upheld(report_id, AppealSubject.NOTHING_EARNED)
    assert purse.earning(report_id).state is EarningState.WAITING
    earnings.pay_waiting(purse.session, now=purse.at)
    assert purse.got(purse.reporter) == 400
    purse.finish(report_id)
    assert purse.got(purse.reporter) == 1_000
    assert purse.proved()


def test_after_closure_the_appeal_earns_all_of_it_and_who_joined_their_part(purse: Purse) -> None:
    purse.let_work(purse.reporter, CITY_WORKS)
    report_id, witness = purse.accepted(), purse.resident("13800000002")
    purse.joined(report_id, witness)
    purse.finish(report_id)
    purse.appeal_upheld(report_id, AppealSubject.NOTHING_EARNED)
    earnings.pay_waiting(purse.session, now=purse.at)
    assert (purse.got(purse.reporter), purse.got(witness)) == (800, 200)
    assert purse.proved()


def test_what_has_ended_without_result_meanwhile_earns_nothing(purse: Purse) -> None:
    purse.let_work(purse.reporter, CITY_WORKS)
    report_id = purse.accepted()
    purse.withdraw(report_id)
    purse.appeal_upheld(report_id, AppealSubject.NOTHING_EARNED)
    assert earnings.pay_waiting(purse.session, now=purse.at).count == 0
    # But taken up again, it is not refused for the same reason a second time.
    purse.appeal_upheld(report_id, AppealSubject.WITHDRAWAL)
    purse.accept(report_id)
    assert purse.got(purse.reporter) == 400
    assert purse.proved()


def test_what_else_stands_against_it_is_named_instead(purse: Purse) -> None:
    report_id = purse.submit("E0101")
    purse.let_work(purse.reporter, JUSTICE)
    purse.accept(report_id)
    purse.appeal_upheld(report_id, AppealSubject.NOTHING_EARNED)
    assert purse.earning(report_id).nothing_because is NothingReason.NO_TARIFF
    assert purse.proved()


def test_what_was_claimed_without_a_name_is_not_to_be_had_twice(purse: Purse) -> None:
    made = reports.submit(
        purse.session,
        category_code="C0101",
        description="井盖没了",
        unit_code=VILLAGE,
        by=reports.nobody(),
        now=purse.at,
    )
    code, claimant = reports.give_claim_code(purse.session, made), purse.resident()
    keys = ClaimKeys(new_claim_keys())
    assert claimant.resident_id is not None
    purse.accept(made.id)
    reports.claim_award(purse.session, code=code, resident_id=claimant.resident_id, keys=keys, now=purse.at)
    purse.withdraw(made.id)
    purse.appeal_upheld(made.id, AppealSubject.WITHDRAWAL, by=reports.nobody(made.id))
    purse.accept(made.id)
    # 4.00 are claimed and held, 6.00 are still to come.
    assert purse.fund() == (99_000, 1_000)
    with pytest.raises(reports.ClaimUnknownError):
        reports.claim_award(purse.session, code=code, resident_id=claimant.resident_id, keys=keys, now=purse.at)
    assert purse.proved()
    purse.finish(made.id)
    reports.claim_award(purse.session, code=code, resident_id=claimant.resident_id, keys=keys, now=purse.at)
    purse.days_pass(31)
    while earnings.pay_claims(purse.session, keys=keys, now=purse.at).count:
        pass
    assert purse.got(claimant) == 1_000
    assert purse.fund() == (99_000, 0)
    assert purse.proved()


def test_the_audit_names_what_was_set_off_without_having_been_kept(purse: Purse) -> None:
    report_id = purse.accepted()
    spend(purse.session, get_resident(purse.session, purse.reporter.resident_id or report_id), 150)
    purse.withdraw(report_id)
    purse.appeal_upheld(report_id, AppealSubject.WITHDRAWAL)
    purse.accept(report_id)
    assert purse.proved()
    purse.session.execute(text("UPDATE earning_parts SET kept = 149 WHERE kept = 150"))
    purse.session.expire_all()
    results = ledger.audit(purse.session, earnings.CHECKS)
    assert [each.detail.split(" sets off ")[1] for each in results if not each.ok] == ["150 for somebody who kept 149"]
