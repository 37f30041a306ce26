"""What a demo holds when it is built."""

from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

import awards
import duties
import ledger
import merchants
import payments
import people
import publishing
import receivables
import reports
import settlements
import suspicions
import tills
from demo import LOG_INS, DemoLogIn, log_ins
from payments import Refusal
from people import LogInOutcome, Role
from tests.clock import NOON
from tests.demo.builders import OF_REPORTS, PASSWORDS, SMALL, VAULT, entries, entries_besides_reports

TODAY = NOON.date()


def the_resident(session: Session) -> people.Resident:
    """Return the resident one can log in as."""
    return people.resident_by_number(session, LOG_INS[0].login_name)


def shops(session: Session) -> list[merchants.Merchant]:
    """Return the shops in the order they were registered."""
    return list(reversed(merchants.list_merchants(session, limit=200)))


# --- the books -------------------------------------------------------------------------------------------------------


def test_the_books_are_proved(loaded: Session) -> None:
    results = list(
        ledger.audit(loaded, [*awards.CHECKS, *receivables.CHECKS, *merchants.CHECKS, *payments.CHECKS, *OF_REPORTS])
    )
    assert [result for result in results if not result.ok] == []


def test_there_are_as_many_of_everything_as_asked(loaded: Session) -> None:
    assert loaded.scalar(select(func.count()).select_from(people.Resident)) == SMALL.residents
    assert len(shops(loaded)) == SMALL.merchants
    assert [fund.code for fund in awards.list_funds(loaded)] == ["care", "peace", "volunteer"]
    assert entries_besides_reports(loaded) == SMALL.entries
    assert loaded.scalar(select(func.count()).select_from(reports.Report)) == SMALL.reports


def test_there_is_something_of_every_kind_of_entry(loaded: Session) -> None:
    kinds = Counter(kind for kind, _at in entries(loaded))
    assert set(kinds) >= {
        *("appropriation", "money_moved", "money_returned", "award", "expiry", "redemption", "refund"),
        *("duty_charged", "duty_moved", "duty_handled", "duty_discharged", "award_staged", "award_unstaged"),
        *("settlement_opened", "settlement_paid", "settlement_returned"),
    }
    assert kinds["award"] > kinds["redemption"] > 100


def test_what_looks_odd_waits_and_one_of_it_was_appealed(loaded: Session) -> None:
    found = suspicions.list_suspicions(loaded).items
    assert Counter(each.state.value for each in found) == {"waiting": 4, "appealed": 1, "cleared": 1}
    assert {each.suspicion.merchant_id for each in found} == {shops(loaded)[0].id}
    assert len({each.redemption.resident_id for each in found}) == 3


def test_past_months_are_paid_by_another_person_and_the_last_leaves_something_to_do(loaded: Session) -> None:
    found = settlements.list_settlements(loaded, limit=200).items
    states = Counter(each.status.value for each in found)
    assert (states["open"], states["returned"]) == (1, 1)
    assert states["paid"] > 12
    assert all(each.paid_by != each.opened_by for each in found)
    lively = settlements.list_settlements(loaded, merchant_id=shops(loaded)[0].id, limit=200).items
    assert len(lively) >= 11
    assert {each.status.value for each in lively} <= {"paid", "failed"}
    paid_to = settlements.payees_of(loaded, [each.id for each in shops(loaded)])
    assert len(paid_to) == SMALL.merchants - 1


def test_everything_happened_within_the_year_until_now(loaded: Session) -> None:
    instants = [at for _kind, at in entries(loaded)]
    assert NOON - timedelta(days=366) < min(instants) < NOON - timedelta(days=364)
    assert NOON - timedelta(hours=5) < max(instants) < NOON


def test_codes_that_are_of_no_more_use_are_gone(loaded: Session) -> None:
    assert payments.purge_payment_codes(loaded, now=NOON) == 0


# --- who is there ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("each", LOG_INS, ids=lambda each: each.login_name)
def test_one_can_log_in(loaded: Session, each: DemoLogIn) -> None:
    checked = people.check_password(loaded, passwords=PASSWORDS, login_name=each.login_name, password=each.password)
    assert people.log_in(loaded, checked=checked, device="", now=NOON).outcome is LogInOutcome.DONE


def test_nobody_is_logged_in_at_the_beginning(loaded: Session) -> None:
    assert loaded.scalar(select(func.count()).where(people.LogInSession.ended_at.is_(None))) == 0


def test_each_log_in_has_the_role_it_is_shown_with(loaded: Session) -> None:
    first = shops(loaded)[0].id
    held = {}
    for each in LOG_INS[1:]:
        person = people.find_person(loaded, each.login_name)
        assert person is not None
        held[each.login_name] = [
            (grant.role, grant.unit_code, grant.merchant_id) for grant in people.live_grants(loaded, person.id)
        ]
    assert held == {
        "demo-till": [(Role.TILL, None, first)],
        "demo-owner": [(Role.MERCHANT_OWNER, None, first)],
        "demo-officer": [(Role.ADMINISTRATOR, None, None)],
        "demo-naming": [(Role.ADMINISTRATOR, None, None)],
        "demo-finance": [(Role.FINANCE, None, None)],
        "demo-finance-2": [(Role.FINANCE, None, None)],
        "demo-auditor": [(Role.AUDITOR, None, None)],
        "demo-supervisor": [(Role.SUPERVISOR, "140881", None)],
        "demo-dispatcher": [(Role.DISPATCHER, "140881", None)],
        "demo-handler": [(Role.HANDLER, "140881-D01", None)],
    }


def test_log_ins_are_told_while_they_are_there(loaded: Session) -> None:
    assert log_ins(loaded) == list(LOG_INS)
    auditor = people.find_person(loaded, "demo-auditor")
    assert auditor is not None
    for grant in people.live_grants(loaded, auditor.id):
        people.revoke_grant(loaded, grant_id=grant.id, now=NOON)
    the_resident(loaded).name = "Somebody else"
    others = [each.login_name for each in LOG_INS[1:] if each.login_name != "demo-auditor"]
    assert [each.login_name for each in log_ins(loaded)] == others


def test_residents_live_in_many_places_and_have_phones_nobody_can_call(loaded: Session) -> None:
    found = people.find_residents(loaded, text="", vault=VAULT, limit=200).items
    assert len({resident.unit_code for resident in found}) > 100
    assert {people.masked_phone(resident, VAULT)[:3] for resident in found} == {"100"}


# --- what can be seen ------------------------------------------------------------------------------------------------


def test_the_resident_has_a_history_and_credits_that_expire_soon(loaded: Session) -> None:
    account = the_resident(loaded).available_account_id
    held = ledger.lots(loaded, account)
    assert ledger.spendable(held, today=TODAY) > 5_000
    assert min(part.lot.expires_on for part in held if part.lot.expires_on) < TODAY + timedelta(days=30)
    kinds = {item.kind for item in ledger.statement(loaded, account, limit=100).items}
    assert kinds >= {"award", "redemption", "refund"}


def test_the_shop_of_the_log_in_was_paid_today(loaded: Session) -> None:
    taken = payments.takings(loaded, merchant_id=shops(loaded)[0].id, since=NOON - timedelta(hours=5), until=NOON)
    assert taken.redeemed_total > 0


def test_shops_show_what_can_befall_them(loaded: Session) -> None:
    namings = [merchants.current_naming(loaded, merchant_id=shop.id, day=TODAY) for shop in shops(loaded)]
    lively, one_fund, suspended, revoked, expired, reinstated = namings
    assert lively is not None
    assert lively.suspended_at is None
    assert one_fund is not None
    assert merchants.accepted_funds(one_fund.fund_codes) == frozenset({"care"})
    assert suspended is not None
    assert suspended.suspended_at is not None
    assert revoked is expired is None
    assert reinstated is not None
    assert reinstated.suspended_at is None
    assert len(merchants.naming_history(loaded, merchant_id=reinstated.merchant_id)) == 2


def test_some_attempts_were_refused(loaded: Session) -> None:
    refused = set(loaded.scalars(select(payments.Redemption.refusal).where(payments.Redemption.refusal.is_not(None))))
    assert refused <= {Refusal.CODE_EXPIRED, Refusal.INSUFFICIENT_BALANCE, Refusal.MERCHANT_SUSPENDED}
    assert refused


def test_somebody_has_stopped_their_codes(loaded: Session) -> None:
    assert loaded.scalar(select(func.count()).select_from(payments.CodeBlock)) == 1


def test_reports_are_in_all_states_and_some_are_overdue(loaded: Session) -> None:
    found = Counter(status for (status,) in loaded.execute(select(reports.Report.status)))
    assert {"submitted", "dispatched", "closed", "rejected"} <= {status.value for status in found}
    assert found[reports.ReportStatus.CLOSED] > SMALL.reports // 2
    scores = duties.scoreboard(loaded, today=TODAY)
    assert sum(score.open_overdue for score in scores) > 0
    assert sum(score.discharged_on_time for score in scores) > sum(score.discharged_late for score in scores) > 0


def test_some_reports_are_published_and_one_has_a_photo_with_a_box(loaded: Session) -> None:
    shown = publishing.shown_of(loaded, list(loaded.scalars(select(reports.Report.id))))
    assert len(shown) == 10
    decided = publishing.photos_decided(loaded, [each.id for each in shown.values()])
    [[photo]] = decided.values()
    assert photo.copy_id is not None
    assert len(photo.boxes) == 1


def test_the_lively_shop_works_in_shifts_closes_days_and_disputes_lines(loaded: Session) -> None:
    shop = shops(loaded)[0]
    views = tills.shift_views(loaded, tills.list_shifts(loaded, merchant_id=shop.id, limit=99))
    assert [view.end is None for view in views].count(True) == 1
    assert [view.difference for view in views if view.difference] == [-150]
    assert len({view.shift.cashier for view in views}) == 2
    assert len(tills.list_day_closes(loaded, merchant_id=shop.id, limit=99)) == 3
    found = tills.list_disputes(loaded, merchant_ids=[shop.id], limit=99)
    assert [each.answer is None for each in found] in ([False, True], [True, False])
