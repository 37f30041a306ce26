"""The audit's checks of cards, slips and what is set aside for them: silent where all is well, loud where it is not."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

import cards
import holds
import ledger
import payments
from cards import block_card, replace_card, revoke_sheet, slips_of
from tests.cards.builders import OFFICER, attempt, card, pensioner, sheet, text_of, texts_of, typed
from tests.clock import NOON
from tests.merchants.builders import SECRET, give_back, merchant

CHECKS = (*cards.CHECKS, *payments.CHECKS, *holds.CHECKS)


@dataclass(frozen=True)
class Books:
    """A pensioner's card, which replaced another and paid, and their sheet: two slips paid, the third came back."""

    card: UUID
    old: UUID
    code_of_card: UUID
    code_of_old: UUID
    whole: UUID
    partly: UUID
    sheet: UUID


@pytest.fixture
def books(session: Session) -> Books:
    """Return books in which all is well."""
    payer, shop = pensioner(session), merchant(session)
    old = card(session, payer)
    block_card(session, card_id=old.id, reason="丢失", actor=OFFICER, now=NOON)
    new = replace_card(session, card_id=old.id, reason="补办", secret=SECRET, actor=OFFICER, now=NOON)
    for amount in (100, 200):
        assert attempt(session, shop, text_of(new), amount, pin=typed(session, payer)).redemption.refusal is None
    made = sheet(session, payer)
    first, second, _third = texts_of(session, made)
    whole = attempt(session, shop, first, 500).redemption
    attempt(session, shop, second, 501)
    attempt(session, shop, second, 300)
    give_back(session, whole, 50)
    revoke_sheet(session, sheet_id=made.id, reason="丢失", actor=OFFICER, now=NOON)
    slips = slips_of(session, [made.id])[made.id]
    session.flush()
    return Books(
        new.id,
        old.id,
        new.payment_code_id,
        old.payment_code_id,
        slips[0].payment_code_id,
        slips[1].payment_code_id,
        made.id,
    )


def differences(session: Session) -> set[str]:
    """Return the names of the checks that find something."""
    return {check.__name__ for check in CHECKS if check(session) is not None}


def test_where_all_is_well_no_check_says_anything(session: Session, books: Books) -> None:
    assert books.card != books.old
    assert differences(session) == set()
    assert all(result.ok for result in ledger.audit(session, CHECKS))


@pytest.mark.parametrize(
    ("change", "names", "found"),
    [
        (
            "UPDATE payment_codes SET blocked_at = NULL WHERE id = :id",
            lambda books: books.code_of_old,
            {"no_stopped_card_pays"},
        ),
        (
            "UPDATE payment_codes SET blocked_at = created_at WHERE id = :id",
            lambda books: books.code_of_card,
            {"no_stopped_card_pays"},
        ),
        (
            "UPDATE payment_cards SET state = 'blocked' WHERE id = :id",
            lambda books: books.card,
            {"no_stopped_card_pays", "every_card_has_come_to_its_state"},
        ),
        (
            "UPDATE payment_codes SET worth = worth + 1 WHERE id = :id",
            lambda books: books.whole,
            {"every_slip_pays_out_of_its_own_hold", "every_sheet_has_its_slips"},
        ),
        (
            "UPDATE payment_codes SET used_at = NULL WHERE id = :id",
            lambda books: books.partly,
            {"every_slip_pays_out_of_its_own_hold"},
        ),
        (
            "UPDATE redemptions SET channel = 'code' WHERE payment_code_id = :id",
            lambda books: books.whole,
            {"every_payment_is_in_the_books"},
        ),
        (
            "UPDATE redemptions SET payment_code_id = NULL WHERE payment_code_id = :id",
            lambda books: books.whole,
            {"every_slip_pays_out_of_its_own_hold"},
        ),
        (
            "UPDATE hold_captures SET amount = 1 WHERE hold_id = (SELECT hold_id FROM payment_codes WHERE id = :id)",
            lambda books: books.whole,
            {"every_slip_pays_out_of_its_own_hold", "every_capture_is_in_the_books"},
        ),
        (
            "UPDATE code_sheets SET count = count + 1 WHERE id = :id",
            lambda books: books.sheet,
            {"every_sheet_has_its_slips"},
        ),
        (
            "UPDATE code_sheets SET revoked_at = NULL, revoked_by = NULL, revocation_reason = NULL WHERE id = :id",
            lambda books: books.sheet,
            {"of_a_revoked_sheet_nothing_is_set_aside"},
        ),
    ],
)
def test_each_check_finds_what_somebody_altered(
    session: Session, books: Books, change: str, names: Callable[[Books], UUID], found: set[str]
) -> None:
    of = names(books)
    key = of.hex if session.get_bind().dialect.name == "sqlite" else of
    session.execute(text(change), {"id": key})
    assert differences(session) == found


def test_a_card_says_whether_its_history_is_whole(session: Session, books: Books) -> None:
    key = books.card.hex if session.get_bind().dialect.name == "sqlite" else books.card
    session.execute(
        text(
            "INSERT INTO payment_card_steps (id, card_id, kind, reason, made_by, made_at)"
            " SELECT sheet_id, :id, 'block', 'x', 'system', created_at FROM sheet_slips"
            " JOIN payment_codes ON payment_codes.id = payment_code_id WHERE number = 1"
        ),
        {"id": key},
    )
    assert differences(session) == {"every_card_has_come_to_its_state"}


def test_what_was_done_about_a_card_cannot_be_changed(session: Session, books: Books) -> None:
    assert books.card != books.old
    for change in ("UPDATE payment_card_steps SET made_by = 'x'", "DELETE FROM payment_card_steps"):
        with pytest.raises(Exception, match="append-only"), session.begin_nested():
            session.execute(text(change))
