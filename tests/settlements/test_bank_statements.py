"""A statement of the bank beside the books: by what its lines are recognised, and what differs either way."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from ledger import Call, LostRaceError, new_id
from merchants import Merchant
from people import Resident
from settlements import (
    BankStatement,
    BankStatementEmptyError,
    BankStatementKnownError,
    BankStatementUnknownError,
    MatchedBy,
    Movement,
    Reconciled,
    Settlement,
    get_statement,
    import_statement,
    lines_of_statement,
    list_statements,
    pay,
    reconcile,
    set_payee,
    take_return,
)
from tests.clock import NOON
from tests.merchants.builders import merchant, vault
from tests.settlements.builders import OPENER, PAYER, opened, spent, town

TODAY = NOON.date()
ACCOUNT = "6217000012345678"


def moved(paid_out: int, *, name: str = "", account: str = "", reference: str = "", on: date = TODAY) -> Movement:
    """Return a movement of the bank, in fen."""
    return Movement(on, paid_out, name, account, reference)


def kept(session: Session, *movements: Movement, digest: str = "d", call: Call | None = None) -> BankStatement:
    """Bring a statement in."""
    return import_statement(
        session,
        file_name="bank.csv",
        digest=digest,
        movements=movements,
        vault=vault(),
        actor=OPENER,
        now=NOON,
        call=call,
    )


def compared(session: Session, *movements: Movement) -> Reconciled:
    """Bring a statement of today in, and compare it."""
    begin = NOON.replace(hour=0)
    return reconcile(session, kept(session, *movements), first=begin, last=begin + timedelta(days=1))


def paid_out(
    session: Session, payer: Resident, shop: Merchant, amount: int, document: str, *, days_ago: int = 0
) -> Settlement:
    """Let a shop collect something and be paid it."""
    at = NOON - timedelta(days=days_ago)
    spent(session, payer, shop, amount, at=at)
    made = opened(session, shop, until=at, now=at)
    return pay(session, settlement_id=made.id, document=document, actor=PAYER, now=at)


def payee(session: Session, shop: Merchant) -> None:
    """Say where a shop is paid."""
    set_payee(
        session,
        merchant=shop,
        holder="王记饭店",
        bank="农商行",
        account=ACCOUNT,
        document="x",
        vault=vault(),
        actor=OPENER,
        now=NOON,
    )


@pytest.mark.parametrize(
    ("line", "by"),
    [
        (moved(100, reference="货款 回单7 结算"), MatchedBy.DOCUMENT),
        (moved(100, account="6217 0000 1234 5678"), MatchedBy.ACCOUNT),
        (moved(100, name="王记饭店"), MatchedBy.NAME),
        (moved(100, name=" 平安饭店 "), MatchedBy.NAME),
        (moved(100), MatchedBy.AMOUNT),
    ],
)
def test_a_payment_is_recognised_the_surest_way_first(session: Session, line: Movement, by: MatchedBy) -> None:
    payer, shop = town(session)
    payee(session, shop)
    paid_out(session, payer, shop, 100, "回单7")
    told = compared(session, line, moved(7, reference="手续费"))
    assert [(match.by, match.difference) for match in told.paid] == [(by, 0)]
    assert [other.paid_out for other in told.others] == [7]
    assert told.fits
    assert told.by_the_bank == told.by_the_books == 100


def test_a_document_within_a_longer_one_is_another(session: Session) -> None:
    payer, shop = town(session)
    paid_out(session, payer, shop, 100, "A1")
    assert compared(session, moved(90, reference="A12")).differing == []


def test_another_amount_under_the_document_is_a_difference(session: Session) -> None:
    payer, shop = town(session)
    paid_out(session, payer, shop, 100, "A1")
    told = compared(session, moved(90, reference="A1"))
    assert [match.difference for match in told.differing] == [-10]
    assert not told.fits
    assert (told.by_the_books, told.by_the_bank) == (100, 90)


def test_of_two_of_one_amount_neither_is_recognised_by_it_alone(session: Session) -> None:
    payer, shop = town(session)
    other = merchant(session, code="clinic")
    paid_out(session, payer, shop, 100, "A1")
    paid_out(session, payer, other, 100, "A2")
    told = compared(session, moved(100))
    assert (told.paid, len(told.missing), len(told.others)) == ([], 2, 1)


def test_a_payment_that_is_on_the_statement_twice_fits_once(session: Session) -> None:
    payer, shop = town(session)
    paid_out(session, payer, shop, 100, "A1")
    told = compared(session, moved(100, reference="A1"), moved(100, reference="A1"))
    assert (len(told.paid), [other.line for other in told.others]) == (1, [2])


def test_what_was_paid_before_fits_and_is_missed_on_the_statement_of_its_own_days_only(session: Session) -> None:
    payer, shop = town(session)
    paid_out(session, payer, shop, 100, "A1", days_ago=3)
    paid_out(session, payer, shop, 50, "A2", days_ago=2)
    told = compared(session, moved(100, reference="A1"))
    assert ([match.settlement.document for match in told.paid], told.missing, told.fits) == (["A1"], [], True)


def test_money_that_came_back_waits_until_somebody_books_it(session: Session) -> None:
    payer, shop = town(session)
    payee(session, shop)
    made = paid_out(session, payer, shop, 100, "A1")
    lines = (moved(100, reference="A1"), moved(-100, account=ACCOUNT, reference="退汇"))
    begin = NOON.replace(hour=0)
    statement = kept(session, *lines)
    told = reconcile(session, statement, first=begin, last=begin + timedelta(days=1))
    assert ([match.by for match in told.came_back], told.fits) == ([MatchedBy.ACCOUNT], False)
    take_return(session, settlement_id=made.id, reason="x", actor=OPENER, now=NOON)
    again = reconcile(session, statement, first=begin, last=begin + timedelta(days=1))
    assert (len(again.came_back), again.fits) == (1, True)


def test_of_an_account_only_a_hash_and_four_digits_stay(session: Session) -> None:
    statement = kept(session, moved(1, account=ACCOUNT), moved(2, account="柜面"))
    first, second = lines_of_statement(session, statement.id)
    assert (first.account_lookup, first.account_tail) == (vault().lookup(ACCOUNT), "5678")
    assert (second.account_lookup, second.account_tail) == ("", "")


def test_a_statement_is_kept_once_and_has_movements(session: Session) -> None:
    with pytest.raises(BankStatementEmptyError):
        kept(session)
    call = Call(OPENER, "POST /x", "k", {})
    first = kept(session, moved(1), moved(2, on=TODAY - timedelta(days=4)), call=call)
    assert (first.first_on, first.last_on, first.lines) == (TODAY - timedelta(days=4), TODAY, 2)
    with pytest.raises(BankStatementKnownError) as refused:
        kept(session, moved(1))
    assert refused.value.statement_id == first.id
    with pytest.raises(LostRaceError):
        kept(session, moved(1), call=call)
    second = kept(session, moved(1), digest="e")
    assert session.scalars(select(BankStatement.digest).order_by(BankStatement.id)).all() == ["d", "e"]
    page = list_statements(session, limit=1)
    assert [each.id for each in page.items] == [second.id]
    assert [each.id for each in list_statements(session, before=page.next_before).items] == [first.id]
    with pytest.raises(BankStatementUnknownError):
        get_statement(session, new_id())
