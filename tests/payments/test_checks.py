"""The audit's checks of payments and refunds: silent where all is well, and each names the first difference."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

import pytest
from sqlalchemy import delete, select, text, update
from sqlalchemy.orm import Session

import ledger
from merchants import Merchant
from payments import CHECKS, Redemption, Refund
from tests.clock import NOON
from tests.merchants.builders import give_back, merchant, paid, pay, resident


@dataclass(frozen=True)
class Books:
    """A small shop's books: two payments, one of them refunded in part, and a refused attempt."""

    shop: Merchant
    paid: UUID
    partly_refunded: UUID
    refused: UUID
    refund: UUID


@pytest.fixture
def books(session: Session) -> Books:
    """Return books in which all is well."""
    payer, shop = resident(session, balance=5000), merchant(session)
    first, second = paid(session, payer, shop, 100), paid(session, payer, shop, 200)
    refused = pay(session, at=shop.id, with_code="unknown", amount=300).redemption
    made = give_back(session, second, 50)
    return Books(shop, first.id, second.id, refused.id, made.id)


def differences(session: Session) -> dict[str, str]:
    """Return what the checks find, by their names."""
    found = {check.__name__: check(session) for check in CHECKS}
    return {name: difference for name, difference in found.items() if difference is not None}


def lift_constraints(session: Session, *names: str) -> None:
    """Let rows stand that the database would refuse, as in a file that somebody altered."""
    if session.get_bind().dialect.name == "sqlite":
        session.execute(text("PRAGMA ignore_check_constraints = ON"))
        return
    for name in names:
        table = "redemptions" if "redemptions" in name else "refunds"
        session.execute(text(f"ALTER TABLE {table} DROP CONSTRAINT {name}"))


def test_where_all_is_well_no_check_says_anything(session: Session, books: Books) -> None:
    assert books.shop.code == "hotel"
    assert differences(session) == {}
    names = {check.__name__.replace("_", " ") for check in CHECKS}
    results = [result for result in ledger.audit(session, CHECKS) if result.name in names]
    assert [result.ok for result in results] == [True] * len(CHECKS) == [True] * 7


def test_empty_books_are_well(session: Session) -> None:
    assert differences(session) == {}


def test_a_payment_of_another_amount_than_its_entry_is_named(session: Session, books: Books) -> None:
    session.execute(update(Redemption).where(Redemption.id == books.paid).values(amount=101))

    assert differences(session) == {
        "every_payment_is_in_the_books": f"redemption {books.paid} is of 101;"
        " its entry took 100 from the payer and gave 100 to the merchant"
    }


def test_a_payment_whose_entry_is_another_s_is_named(session: Session, books: Books) -> None:
    other, there = resident(session, balance=100), merchant(session, code="there")
    for change in ({"resident_id": other.id}, {"merchant_id": there.id}):
        with session.begin_nested() as point:
            session.execute(update(Redemption).where(Redemption.id == books.paid).values(change))
            found = differences(session)["every_payment_is_in_the_books"]
            assert found.startswith(f"redemption {books.paid} is of 100; its entry took ")
            assert " 0 " in found
            point.rollback()


def test_a_payment_without_an_entry_in_the_books_is_named_and_the_entry_without_its_payment(
    session: Session, books: Books
) -> None:
    entry_id = session.scalar(select(Redemption.entry_id).where(Redemption.id == books.paid))
    session.execute(update(Redemption).where(Redemption.id == books.paid).values(entry_id=ledger.new_id()))

    assert differences(session) == {
        "every_payment_is_in_the_books": f"redemption {books.paid} is of 100;"
        " its entry took 0 from the payer and gave 0 to the merchant",
        "every_entry_of_a_payment_has_its_redemption": (
            f"entry {entry_id} of the kind redemption belongs to 0, not to 1"
        ),
    }


def test_a_payment_that_is_called_refused_afterwards_is_named(session: Session, books: Books) -> None:
    entry_id = session.scalar(select(Redemption.entry_id).where(Redemption.id == books.paid))
    lift_constraints(session, "ck_redemptions_completed_are_booked")
    session.execute(
        update(Redemption).where(Redemption.id == books.paid).values(status="refused", refusal="code_unknown")
    )

    assert differences(session) == {
        "every_entry_of_a_payment_has_its_redemption": f"entry {entry_id} of the kind redemption belongs to 0, not to 1"
    }


def test_a_code_that_paid_twice_is_named(session: Session, books: Books) -> None:
    code_id = session.scalar(select(Redemption.payment_code_id).where(Redemption.id == books.paid))
    session.execute(update(Redemption).where(Redemption.id == books.partly_refunded).values(payment_code_id=code_id))

    assert differences(session) == {"no_code_paid_twice": f"code {code_id} paid 2 times"}


def test_a_wrong_total_of_refunds_is_named(session: Session, books: Books) -> None:
    session.execute(update(Redemption).where(Redemption.id == books.partly_refunded).values(refunded_total=49))

    assert differences(session) == {
        "refunds_never_exceed_their_payment": f"redemption {books.partly_refunded} of 200 says that 49 was refunded,"
        " its refunds add up to 50"
    }


def test_refunds_above_the_payment_are_named(session: Session, books: Books) -> None:
    lift_constraints(session, "ck_redemptions_refunds_within_amount")
    session.execute(update(Refund).where(Refund.id == books.refund).values(amount=201))
    session.execute(update(Redemption).where(Redemption.id == books.partly_refunded).values(refunded_total=201))

    assert differences(session) == {
        "refunds_never_exceed_their_payment": f"redemption {books.partly_refunded} of 200 says that 201 was refunded,"
        " its refunds add up to 201",
        "every_refund_is_in_the_books": f"refund {books.refund} is of 201;"
        " its entry took 50 from the merchant and gave 50 to the payer",
    }


def test_a_refund_of_a_refused_attempt_is_named(session: Session, books: Books) -> None:
    session.execute(update(Refund).where(Refund.id == books.refund).values(redemption_id=books.refused))
    session.execute(update(Redemption).where(Redemption.id == books.refused).values(refunded_total=50))
    session.execute(update(Redemption).where(Redemption.id == books.partly_refunded).values(refunded_total=0))

    found = differences(session)

    assert found["refunds_never_exceed_their_payment"].startswith(f"redemption {books.refused} of 300 says that 50")
    # Nobody is known who could have been given it.
    assert found["every_refund_is_in_the_books"].endswith("took 50 from the merchant and gave 0 to the payer")


def test_a_refund_without_its_entry_and_an_entry_without_its_refund_are_named(session: Session, books: Books) -> None:
    entry_id = session.scalar(select(Refund.entry_id).where(Refund.id == books.refund))
    session.execute(update(Refund).where(Refund.id == books.refund).values(entry_id=ledger.new_id()))

    assert differences(session) == {
        "every_refund_is_in_the_books": f"refund {books.refund} is of 50;"
        " its entry took 0 from the merchant and gave 0 to the payer",
        "every_entry_of_a_refund_has_its_refund": f"entry {entry_id} of the kind refund belongs to 0, not to 1",
    }


def test_a_deleted_refund_is_noticed(session: Session, books: Books) -> None:
    entry_id = session.scalar(select(Refund.entry_id).where(Refund.id == books.refund))
    session.execute(delete(Refund).where(Refund.id == books.refund))

    assert differences(session) == {
        "refunds_never_exceed_their_payment": f"redemption {books.partly_refunded} of 200 says that 50 was refunded,"
        " its refunds add up to 0",
        "every_entry_of_a_refund_has_its_refund": f"entry {entry_id} of the kind refund belongs to 0, not to 1",
    }


def test_a_refund_that_the_merchant_owes_in_part_is_well(session: Session, books: Books) -> None:
    shop = books.shop
    lines = (
        ledger.debit(shop.payable_account_id, ledger.Asset.PAB, 240, "never:peace"),
        ledger.credit(shop.in_settlement_account_id, ledger.Asset.PAB, 240, "never:peace"),
    )
    ledger.post(session, [ledger.NewEntry(ledger.new_id(), "settlement", "system", NOON, lines)])
    redemption = session.get_one(Redemption, books.paid)

    give_back(session, redemption, 100)

    assert ledger.balance(session, shop.receivable_account_id) == 90
    assert differences(session) == {}


@pytest.mark.parametrize("check", CHECKS)
def test_each_check_says_in_its_name_and_in_words_what_it_shows(check: Callable[[Session], str | None]) -> None:
    assert check.__doc__
    assert "_" in check.__name__
