"""Reversals: once, by another person, and only while nothing later rests on the entry."""

import pytest
from sqlalchemy.orm import Session

from ledger import (
    REVERSIBLE_KINDS,
    AccountState,
    AccountStateError,
    AlreadyReversedError,
    Asset,
    EntryUnknownError,
    NewEntry,
    NotReversibleError,
    RestedOnError,
    SamePersonError,
    balance,
    credit,
    debit,
    entry,
    lots,
    new_id,
    post,
    reversal_of,
    reversals_of,
    reverse,
    set_account_state,
)
from tests.clock import NOON
from tests.ledger.builders import (
    ANOTHER_OFFICER,
    NEXT_YEAR,
    OFFICER,
    Books,
    appropriating,
    awarding,
    entry_of,
    findings,
    funded_books,
    moving,
)


def posted(session: Session, given: NewEntry) -> NewEntry:
    post(session, [given])
    return given


def reversed_by_another(session: Session, given: NewEntry) -> None:
    reverse(session, entry_id=given.id, actor=ANOTHER_OFFICER, now=NOON)


def test_a_reversal_leaves_every_account_as_it_was(session: Session) -> None:
    books = funded_books(session, fund=1_000, resident=40)
    before = [balance(session, account) for account in (books.fund, books.resident)], lots(session, books.resident)
    reversed_by_another(session, posted(session, awarding(books, 300, lot=NEXT_YEAR)))
    assert (
        [balance(session, account) for account in (books.fund, books.resident)],
        lots(session, books.resident),
    ) == before
    assert findings(session) == []


def test_a_reversal_mirrors_its_entry(session: Session) -> None:
    books = funded_books(session)
    given = posted(session, awarding(books, 300))
    wanted = new_id()
    made = reverse(session, entry_id=given.id, actor=ANOTHER_OFFICER, now=NOON, reversal_id=wanted)
    mirror = entry(session, made)
    assert made == wanted
    assert (mirror.kind, mirror.description, mirror.actor) == ("reversal", "award", ANOTHER_OFFICER)
    assert [(line.account, line.side, line.amount, line.lot) for line in mirror.postings] == [
        ("fund:peace:available", "credit", 300, "never:peace"),
        ("resident:7f3:available", "debit", 300, "2026-12-31:peace"),
    ]


def test_money_and_credits_of_an_appropriation_are_reversed_together(session: Session) -> None:
    books = funded_books(session, fund=1_000)
    reversed_by_another(session, posted(session, appropriating(books, 500)))
    assert [balance(session, each) for each in (books.bank, books.backing, books.fund, books.issued)] == [1_000] * 4


def test_whether_an_entry_was_reversed_can_be_asked(session: Session) -> None:
    books = funded_books(session)
    given = posted(session, awarding(books, 300))
    assert reversal_of(session, given.id) is None
    mirror = reverse(session, entry_id=given.id, actor=ANOTHER_OFFICER, now=NOON)
    assert reversal_of(session, given.id) == mirror
    assert reversals_of(session, [given.id, mirror]) == {given.id: mirror}


def test_an_entry_is_reversed_at_most_once(session: Session) -> None:
    books = funded_books(session)
    given = posted(session, awarding(books, 300))
    mirror = reverse(session, entry_id=given.id, actor=ANOTHER_OFFICER, now=NOON)
    with pytest.raises(AlreadyReversedError) as refused:
        reversed_by_another(session, given)
    assert (refused.value.entry_id, refused.value.reversal_id) == (given.id, mirror)


def test_the_author_of_an_entry_does_not_reverse_it(session: Session) -> None:
    books = funded_books(session)
    given = posted(session, awarding(books, 300))
    with pytest.raises(SamePersonError) as refused:
        reverse(session, entry_id=given.id, actor=OFFICER, now=NOON)
    assert refused.value.actor == OFFICER


def test_an_unknown_entry_cannot_be_reversed(session: Session) -> None:
    with pytest.raises(EntryUnknownError):
        reverse(session, entry_id=new_id(), actor=OFFICER, now=NOON)


@pytest.mark.parametrize("kind", ["redemption", "refund", "claw_back", "expiry", "money_returned", "reversal"])
def test_what_is_corrected_otherwise_is_not_reversed(session: Session, kind: str) -> None:
    assert kind not in REVERSIBLE_KINDS
    books = funded_books(session, resident=5)
    given = posted(session, moving(books.resident, books.shop, 5, kind=kind))
    with pytest.raises(NotReversibleError) as refused:
        reversed_by_another(session, given)
    assert (refused.value.entry_id, refused.value.reason) == (given.id, "kind")


def test_a_reversal_is_not_reversed(session: Session) -> None:
    books = funded_books(session)
    given = posted(session, awarding(books, 5))
    mirror = reverse(session, entry_id=given.id, actor=ANOTHER_OFFICER, now=NOON)
    with pytest.raises(NotReversibleError):
        reverse(session, entry_id=mirror, actor=OFFICER, now=NOON)


def spending_a_little(books: Books) -> NewEntry:
    return moving(books.resident, books.shop, 1)


def test_an_entry_on_which_a_later_one_rests_is_not_reversed(session: Session) -> None:
    books = funded_books(session)
    given = posted(session, awarding(books, 300))
    resting = posted(session, spending_a_little(books))
    posted(session, spending_a_little(books))
    with pytest.raises(RestedOnError) as refused:
        reversed_by_another(session, given)
    assert (refused.value.reason, refused.value.resting_id) == ("later_entries", resting.id)


def test_an_appropriation_out_of_which_was_awarded_is_not_reversed(session: Session) -> None:
    books = funded_books(session)
    given = posted(session, appropriating(books, 500))
    posted(session, awarding(books, 1))
    with pytest.raises(RestedOnError):
        reversed_by_another(session, given)


def test_what_was_spent_before_does_not_rest_on_an_entry(session: Session) -> None:
    books = funded_books(session, resident=5)
    posted(session, spending_a_little(books))
    reversed_by_another(session, posted(session, awarding(books, 300)))
    assert balance(session, books.resident) == 4


def test_what_was_spent_of_another_lot_or_by_another_does_not_rest_on_an_entry(session: Session) -> None:
    books = funded_books(session, resident=5)
    posted(session, awarding(books, 5, taker=books.other))
    given = posted(session, awarding(books, 300, lot=NEXT_YEAR))
    posted(session, spending_a_little(books))
    posted(session, moving(books.other, books.shop, 5))
    reversed_by_another(session, given)
    assert balance(session, books.resident) == 4


def test_later_entries_that_only_add_do_not_rest_on_an_entry(session: Session) -> None:
    books = funded_books(session)
    given = posted(session, awarding(books, 300))
    posted(session, awarding(books, 7))
    reversed_by_another(session, given)
    assert balance(session, books.resident) == 7


def test_entries_are_unwound_one_after_the_other(session: Session) -> None:
    books = funded_books(session)
    money = posted(session, appropriating(books, 500))
    award = posted(session, awarding(books, 300))
    with pytest.raises(NotReversibleError):
        reversed_by_another(session, money)
    reversed_by_another(session, award)
    reversed_by_another(session, money)
    assert balance(session, books.fund) == 10_000
    assert findings(session) == []


def test_minutes_and_duties_are_reversed_too(session: Session) -> None:
    books = funded_books(session)
    minutes = entry_of(debit(books.served, Asset.MIN, 90), credit(books.minutes, Asset.MIN, 90), kind="minutes")
    reversed_by_another(session, posted(session, minutes))
    assert balance(session, books.minutes) == balance(session, books.served) == 0


def test_a_frozen_account_does_not_give_back_what_it_was_awarded_wrongly(session: Session) -> None:
    books = funded_books(session)
    given = posted(session, awarding(books, 300))
    set_account_state(session, books.resident, AccountState.FROZEN)
    with pytest.raises(AccountStateError):
        reversed_by_another(session, given)
