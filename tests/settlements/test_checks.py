"""The checks find what is amiss, and name it."""

from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

import ledger
from settlements import CHECKS, cancel
from settlements.checks import GUARDS, the_guards_of_settlements_stand
from tests.clock import NOON
from tests.settlements.builders import PAYER, check_books, opened, settled, spent, town

LATER = NOON + timedelta(hours=1)
TABLES = ("settlement_lines", "settlement_lots", "settlement_steps", "bank_statement_lines", "bank_statements")


def without_guards(session: Session) -> None:
    """Take the triggers away, as whoever tampers would."""
    kind = session.get_bind().dialect.name
    for guard in GUARDS[kind]:
        table = next(table for table in TABLES if guard.startswith(table))
        session.execute(text(f"DROP TRIGGER {guard}" if kind == "sqlite" else f"DROP TRIGGER {guard} ON {table}"))
    session.execute(text("DROP INDEX uq_settlement_lines_entry_id_lot"))


def found(session: Session) -> dict[str, str]:
    """Return the checks that fail, but for that of the guards, and what each says."""
    checks = [check for check in CHECKS if check is not the_guards_of_settlements_stand]
    answers = {check.__name__: check(session) for check in checks}
    return {name: answer for name, answer in answers.items() if answer is not None}


def three_settlements(session: Session) -> None:
    """Make one settlement that is paid, one that is cancelled, and one that is open."""
    payer, shop = town(session)
    spent(session, payer, shop, 100)
    settled(session, shop)
    spent(session, payer, shop, 50)
    cancel(session, settlement_id=opened(session, shop).id, reason="x", actor=PAYER, now=NOON)
    opened(session, shop)
    check_books(session)
    without_guards(session)
    assert found(session) == {}


@pytest.mark.parametrize(
    ("change", "check", "words"),
    [
        (
            "UPDATE settlement_lines SET amount = 101 WHERE amount = 100",
            "every_line_is_what_its_entry_did",
            "did 100 in lot never:peace; its lines are of 101 to 101",
        ),
        (
            "UPDATE settlement_lots SET amount = 101 WHERE amount = 100",
            "every_settlement_is_the_sum_of_its_lines",
            "where",
        ),
        (
            "UPDATE settlements SET amount = 101 WHERE amount = 100",
            "every_step_is_in_the_books",
            "is of a settlement of 101",
        ),
        (
            "UPDATE settlements SET lines = 9 WHERE amount = 100",
            "every_settlement_counts_its_lines",
            "with 9 lines; 1 are",
        ),
        (
            "UPDATE settlement_lines SET freed = true WHERE amount = 100",
            "what_is_not_settled_is_payable",
            "merchant hotel is to be paid 0 of lot never:peace, and lines of 100 are not settled",
        ),
        (
            "UPDATE settlement_lines SET freed = false",
            "nothing_is_settled_twice",
            "is settled 2 times in lot never:peace",
        ),
        (
            "UPDATE settlements SET status = 'cancelled' WHERE status = 'open'",
            "what_is_open_is_in_settlement",
            "merchant hotel has 50 of lot never:peace in settlement; its open settlements are of 0",
        ),
        (
            "DELETE FROM settlement_steps WHERE kind = 'payment'",
            "every_entry_of_a_settlement_has_its_step",
            "belongs to 0",
        ),
        (
            "UPDATE settlement_steps SET made_by = 'person:x'",
            "every_settlement_has_the_steps_of_its_status",
            "is paid after 2 steps by 1 persons",
        ),
        (
            "DELETE FROM settlement_steps WHERE kind = 'cancellation'",
            "every_settlement_has_the_steps_of_its_status",
            "is cancelled after 1 steps",
        ),
    ],
)
def test_what_is_amiss_is_named(session: Session, change: str, check: str, words: str) -> None:
    three_settlements(session)
    session.execute(text(change))
    assert words in found(session)[check]


def test_an_entry_of_a_settlement_that_nobody_made_is_named(session: Session) -> None:
    three_settlements(session)
    payable = ledger.account_id(session, "merchant:hotel:payable")
    issued = ledger.account_id(session, "issued")
    lines = (
        ledger.debit(issued, ledger.Asset.PAB, 5, "never:peace"),
        ledger.credit(payable, ledger.Asset.PAB, 5, "never:peace"),
    )
    ledger.post(session, [ledger.NewEntry(ledger.new_id(), "settlement_returned", "system", NOON, lines)])
    assert "belongs to 0, not to 1" in found(session)["every_entry_of_a_settlement_has_its_step"]
    assert "is to be paid 5" in found(session)["what_is_not_settled_is_payable"]


def test_a_guard_that_is_missing_is_named(session: Session) -> None:
    assert the_guards_of_settlements_stand(session) is None
    without_guards(session)
    assert "is missing or disabled" in (the_guards_of_settlements_stand(session) or "")
