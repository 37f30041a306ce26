"""Owners who leave: what remains goes back to its funds, a report says where, and nobody acts for them any more."""

from datetime import timedelta

import pytest
from argon2 import PasswordHasher
from sqlalchemy import Engine
from sqlalchemy.orm import Session

import ledger
import people
import receivables
from ledger import (
    AccountState,
    AccountStateError,
    Asset,
    Call,
    NewEntry,
    SamePersonError,
    credit,
    debit,
    new_id,
    recall_call,
)
from people import Passwords, Resident, ResidentLeftError, ResidentUnknownError, Role, TextRefusedError
from receivables import (
    Closure,
    ClosureState,
    ClosureUnknownError,
    HeldCreditsError,
    MergerError,
    OwnerClosedError,
    WhereTo,
    closure_of_resident,
    closure_report,
    owed_by_resident,
)
from tests.awards.builders import OFFICER, OTHER_OFFICER, awarded, fund, lots_of, resident, spend
from tests.clock import NOON
from tests.receivables.builders import DECIDING, approved, at_once, closed, debtor, differences, figures, lines_of

LATER = NOON + timedelta(days=3)


def merged(session: Session, record: Resident, into: Resident, *, actor: str = OFFICER) -> Closure:
    """Merge a record into another."""
    return receivables.merge_residents(
        session, resident_id=record.id, into_id=into.id, reason="重复登记", actor=actor, now=NOON
    )


def served(session: Session, by: Resident, minutes: int) -> None:
    """Book minutes that somebody served."""
    contra = ledger.find_account_id(session, "minutes:served") or ledger.open_account(
        session, code="minutes:served", asset=Asset.MIN, normal_side=ledger.Side.DEBIT, bounded=False
    )
    lines = (debit(contra, Asset.MIN, minutes), credit(by.minutes_account_id, Asset.MIN, minutes))
    ledger.post(session, [NewEntry(new_id(), "minutes", OFFICER, NOON, lines)])


def states(session: Session, of: Resident) -> list[AccountState]:
    """Return the states of a resident's accounts for credits, holds and minutes."""
    own = (of.available_account_id, of.held_account_id, of.minutes_account_id)
    return [ledger.account_state(session, account) for account in own]


def report_lines(session: Session, closure: Closure) -> list[tuple[str, str, int, WhereTo, str]]:
    """Return what a closure's report says, without ids."""
    return [
        (line.account.split(":")[2], line.lot, line.amount, line.where_to, line.destination)
        for line in closure_report(session, closure).lines
    ]


def test_what_a_leaver_has_goes_back_lot_by_lot_to_its_funds(session: Session) -> None:
    peace, fire = fund(session, available=500), fund(session, "fire", available=500, expiry_rule="months:1")
    zhang = resident(session)
    awarded(session, zhang, 90)
    awarded(session, zhang, 30, fund_code="fire")
    served(session, zhang, 75)
    closure = closed(session, zhang)
    assert (closure.state, closure.reason, closure.begun_by, closure.closed_at) == (
        ClosureState.CLOSED,
        "迁出",
        OFFICER,
        NOON,
    )
    assert report_lines(session, closure) == [
        ("available", "2026-07-01:fire", 30, WhereTo.FUND, "fund:fire:available"),
        ("available", "2027-12-31:peace", 90, WhereTo.FUND, "fund:peace:available"),
    ]
    report = closure_report(session, closure)
    assert (report.owed, report.minutes) == ({}, 75)
    assert lines_of(session, report.lines[1].entry_id) == [
        ("resident:available", "2027-12-31:peace", "debit", 90),
        ("fund:peace:available", "never:peace", "credit", 90),
    ]
    assert ledger.entry(session, report.lines[0].entry_id).kind == "leaver_return"
    assert (figures(session, peace), figures(session, fire)) == ((500, 0, 0, 500), (500, 0, 0, 500))
    assert states(session, zhang) == [AccountState.CLOSED, AccountState.CLOSED, AccountState.CLOSING]


def test_nobody_acts_for_a_leaver_and_nothing_reaches_them(session: Session) -> None:
    fund(session, available=500)
    zhang = resident(session)
    awarded(session, zhang, 90)
    passwords = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    code = people.issue_activation(session, passwords=passwords, resident_id=zhang.id, now=NOON)
    checked = people.check_activation(
        session, passwords=passwords, login_name=zhang.number, code=code, new_password="三只橘猫 on the wall"
    )
    token = people.activate(session, checked=checked, device="phone", now=NOON).token
    _key, secret = people.create_key(session, role=Role.RESIDENT, name="App", now=NOON, resident_id=zhang.id)
    assert token is not None
    assert people.principal_by_session(session, token, NOON) is not None
    closed(session, zhang)
    assert people.principal_by_session(session, token, NOON) is None
    assert people.principal_by_key(session, secret) is None
    again = people.check_password(
        session, passwords=passwords, login_name=zhang.number, password="三只橘猫 on the wall"
    )
    assert again.matched is None
    with pytest.raises(ResidentLeftError):
        people.issue_activation(session, passwords=passwords, resident_id=zhang.id, now=NOON)
    with pytest.raises(ResidentLeftError):
        people.create_key(session, role=Role.RESIDENT, name="App", now=NOON, resident_id=zhang.id)
    with pytest.raises(AccountStateError):
        awarded(session, zhang, 1)


def test_the_number_of_a_leaver_is_never_issued_again(session: Session) -> None:
    zhang = resident(session)
    closed(session, zhang)
    drawn = iter([int(zhang.number[:8]) - 10_000_000, 4_711])
    newcomer = people.NewResident("李四", "13800000009", "140881")
    vault = people.PhoneVault(people.new_phone_keys())
    (made,) = people.register_residents(
        session, newcomers=[newcomer], vault=vault, now=LATER, draw=lambda _count: next(drawn)
    )
    assert made.number != zhang.number
    assert people.resident_by_number(session, zhang.number).id == zhang.id


def test_what_a_leaver_has_first_pays_what_they_owe_to_each_fund(session: Session) -> None:
    peace = fund(session, available=500)
    fund(session, "fire", available=500)
    zhang = debtor(session, 50)
    awarded(session, zhang, 80)
    awarded(session, zhang, 20, fund_code="fire")
    closure = closed(session, zhang)
    assert report_lines(session, closure) == [
        ("available", "2027-12-31:fire", 20, WhereTo.FUND, "fund:fire:available"),
        ("available", "2027-12-31:peace", 50, WhereTo.DEBT, f"resident:{zhang.id.hex}:receivable"),
        ("available", "2027-12-31:peace", 30, WhereTo.FUND, "fund:peace:available"),
    ]
    assert closure.state is ClosureState.CLOSED
    assert owed_by_resident(session, zhang.id) == {}
    (made,) = receivables.list_repayments(session, resident_id=zhang.id).items
    assert (made.kind, made.amount) == (receivables.RepaymentKind.OFFSET, 50)
    assert figures(session, peace) == (450, 0, 50, 500)


def test_a_closure_stays_open_while_something_is_owed(session: Session) -> None:
    fund(session, available=500)
    zhang = debtor(session, 120)
    closure = closed(session, zhang)
    assert (closure.state, closure.closed_at) == (ClosureState.CLOSING, None)
    assert closure_report(session, closure).owed == {"peace": 120}
    assert states(session, zhang)[0] is AccountState.CLOSED
    assert closed(session, zhang).state is ClosureState.CLOSING
    receivables.repay_in_money(
        session, resident_id=zhang.id, fund_code="peace", amount=100, document="收据", actor=DECIDING, now=LATER
    )
    approved(
        session,
        receivables.ask_waiver(
            session, resident_id=zhang.id, fund_code="peace", amount=20, reason="x", actor=OFFICER, now=LATER
        ),
    )
    done = receivables.close_resident(session, resident_id=zhang.id, reason="x", actor=OTHER_OFFICER, now=LATER)
    assert (done.id, done.state, done.closed_at, done.reason) == (closure.id, ClosureState.CLOSED, LATER, "迁出")
    receivable = ledger.account_id(session, f"resident:{zhang.id.hex}:receivable")
    assert ledger.account_state(session, receivable) is AccountState.CLOSED
    with pytest.raises(OwnerClosedError) as refused:
        closed(session, zhang)
    assert refused.value.closure_id == closure.id


def test_credits_set_aside_for_a_payment_keep_the_owner_open(session: Session) -> None:
    fund(session, available=500)
    zhang = resident(session)
    awarded(session, zhang, 90)
    lot = "2027-12-31:peace"
    lines = (
        debit(zhang.available_account_id, Asset.PAB, 40, lot),
        credit(zhang.held_account_id, Asset.PAB, 40, lot),
    )
    ledger.post(session, [NewEntry(new_id(), "hold", OFFICER, NOON, lines)])
    session.commit()
    with pytest.raises(HeldCreditsError) as refused:
        closed(session, zhang)
    assert refused.value.held == 40
    session.rollback()
    assert states(session, zhang) == [AccountState.OPEN] * 3
    assert closure_of_resident(session, zhang.id) is None


def test_a_frozen_account_can_be_closed(session: Session) -> None:
    fund(session, available=500)
    zhang = resident(session)
    awarded(session, zhang, 90)
    ledger.set_account_state(session, zhang.available_account_id, AccountState.FROZEN)
    assert closed(session, zhang).state is ClosureState.CLOSED
    assert lots_of(session, zhang) == {}


def test_a_closure_needs_a_resident_and_a_reason_and_is_found_again(session: Session) -> None:
    zhang = resident(session)
    with pytest.raises(ResidentUnknownError):
        receivables.close_resident(session, resident_id=new_id(), reason="x", actor=OFFICER, now=NOON)
    with pytest.raises(TextRefusedError):
        receivables.close_resident(session, resident_id=zhang.id, reason=" ", actor=OFFICER, now=NOON)
    call = Call(OFFICER, "POST", "k", {})
    first = closed(session, zhang, call=call)
    assert recall_call(session, call) == first.id
    second = closed(session, resident(session))
    assert receivables.get_closure(session, first.id) is first
    with pytest.raises(ClosureUnknownError):
        receivables.get_closure(session, new_id())
    page = receivables.list_closures(session, limit=1)
    assert (page.items, page.next_before) == ([second], second.id)
    assert receivables.list_closures(session, before=second.id).items == [first]


# --- two records of one person ----------------------------------------------------------------------------------------


def test_of_two_records_the_lots_and_minutes_of_one_go_to_the_other(session: Session) -> None:
    peace = fund(session, available=500)
    twice, zhang = resident(session), resident(session)
    awarded(session, twice, 90)
    awarded(session, zhang, 10)
    served(session, twice, 75)
    closure = merged(session, twice, zhang)
    assert (closure.state, closure.merged_into_id) == (ClosureState.CLOSED, zhang.id)
    assert report_lines(session, closure) == [
        ("available", "2027-12-31:peace", 90, WhereTo.OTHER_RECORD, f"resident:{zhang.id.hex}:available"),
        ("minutes", "", 75, WhereTo.OTHER_RECORD, f"resident:{zhang.id.hex}:minutes"),
    ]
    assert lots_of(session, zhang) == {"2027-12-31:peace": 100}
    assert ledger.balance(session, zhang.minutes_account_id) == 75
    assert figures(session, peace) == (400, 0, 100, 500)
    assert states(session, twice) == [AccountState.CLOSED] * 3
    assert people.resident_by_number(session, twice.number).id == zhang.id
    third = resident(session)
    merged(session, zhang, third)
    assert people.resident_by_number(session, twice.number).id == third.id


def test_what_was_never_used_can_be_merged_too(session: Session) -> None:
    twice, zhang = resident(session), resident(session)
    assert closure_report(session, merged(session, twice, zhang)).lines == []


def test_records_that_owe_or_have_left_are_not_merged(session: Session) -> None:
    fund(session, available=500)
    owing, zhang, gone = debtor(session, 50), resident(session), resident(session)
    closed(session, gone)
    for record, into, reason in ((zhang, zhang, "same_record"), (owing, zhang, "owes")):
        with pytest.raises(MergerError) as refused:
            merged(session, record, into)
        assert refused.value.reason == reason
    with pytest.raises(ResidentLeftError):
        merged(session, zhang, gone)
    with pytest.raises(OwnerClosedError):
        merged(session, gone, zhang)
    receivables.repay_in_money(
        session, resident_id=owing.id, fund_code="peace", amount=50, document="x", actor=DECIDING, now=NOON
    )
    assert merged(session, owing, zhang).state is ClosureState.CLOSED


def test_nobody_merges_their_own_records(session: Session) -> None:
    twice, zhang = resident(session), resident(session)
    key, _secret = people.create_key(session, role=Role.RESIDENT, name="Li", now=NOON, resident_id=zhang.id)
    with pytest.raises(SamePersonError):
        merged(session, twice, zhang, actor=f"person:{key.person_id.hex}")


# --- at once ----------------------------------------------------------------------------------------------------------


def test_a_closure_and_a_payment_at_once_leave_nothing_behind(engine: Engine) -> None:
    with Session(engine, expire_on_commit=False) as session:
        peace = fund(session, available=500)
        zhang = resident(session)
        awarded(session, zhang, 90)
        spend(session, zhang, 1)
        session.commit()
    works = [lambda session: closed(session, zhang), lambda session: spend(session, zhang, 60)]
    done, _paid = at_once(engine, works)
    assert isinstance(done, Closure)
    with Session(engine) as session:
        assert lots_of(session, zhang) == {}
        available, held, outstanding, backing = figures(session, peace)
        assert (held, available + outstanding, backing) == (0, 500, 500)
        assert differences(session) == []


def test_of_two_who_close_at_once_one_does(engine: Engine) -> None:
    with Session(engine, expire_on_commit=False) as session:
        fund(session, available=500)
        zhang = resident(session)
        awarded(session, zhang, 90)
        session.commit()
    done = at_once(engine, [lambda session: closed(session, zhang)] * 4)
    assert sum(isinstance(each, Closure) for each in done) == 1
    assert sum(isinstance(each, OwnerClosedError) for each in done) == 3
