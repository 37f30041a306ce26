"""The books as a whole: the trial balance, and single entries."""

import pytest
from sqlalchemy.orm import Session

from ledger import (
    Asset,
    EntryUnknownError,
    NewAccount,
    PostingView,
    Side,
    TrialBalanceRow,
    balance,
    credit,
    debit,
    entry,
    new_id,
    open_account,
    open_accounts,
    post,
    reverse,
    trial_balance,
    trial_balance_totals,
)
from tests.clock import NOON
from tests.ledger.builders import ANOTHER_OFFICER, awarding, entry_of, funded_books, moving, tell_a_story


def test_the_trial_balance_lists_what_was_debited_and_credited_by_code(session: Session) -> None:
    books = funded_books(session, fund=1_000, resident=300)
    post(session, [moving(books.resident, books.shop, 120)])
    assert list(trial_balance(session, asset=Asset.PAB)) == [
        TrialBalanceRow("fund:peace:available", 300, 1_000, 700),
        TrialBalanceRow("issued", 1_000, 0, 1_000),
        TrialBalanceRow("merchant:Corner_Shop-1:payable", 0, 120, 120),
        TrialBalanceRow("resident:7f3:available", 120, 300, 180),
    ]


def test_balances_in_it_are_on_the_accounts_normal_side(session: Session) -> None:
    funded_books(session, fund=1_000)
    assert list(trial_balance(session, asset=Asset.CNY)) == [
        TrialBalanceRow("fund:peace:backing", 0, 1_000, 1_000),
        TrialBalanceRow("treasury:bank", 1_000, 0, 1_000),
    ]


def test_accounts_without_postings_are_left_out(session: Session) -> None:
    funded_books(session)
    assert list(trial_balance(session, asset=Asset.MIN)) == []
    assert trial_balance_totals(session, asset=Asset.MIN) == (0, 0)


@pytest.mark.parametrize("asset", list(Asset))
def test_all_debits_equal_all_credits(session: Session, asset: Asset) -> None:
    tell_a_story(session)
    debits, credits = trial_balance_totals(session, asset=asset)
    assert debits == credits
    rows = list(trial_balance(session, asset=asset))
    assert sum(row.debits for row in rows) == debits
    assert sum(row.credits for row in rows) == credits


def test_a_prefix_keeps_the_codes_that_begin_with_it(session: Session) -> None:
    books = tell_a_story(session)
    rows = list(trial_balance(session, asset=Asset.PAB, prefix="resident:"))
    assert [row.code for row in rows] == ["resident:7f3:available", "resident:8a4:available"]
    assert rows[0].balance == balance(session, books.resident)
    assert trial_balance_totals(session, asset=Asset.PAB, prefix="resident:") == (
        sum(row.debits for row in rows),
        sum(row.credits for row in rows),
    )


@pytest.mark.parametrize("prefix", ["%", "_", "esident", "merchant:Corner%", "merchant:Corner-Shop"])
def test_a_prefix_is_taken_letter_by_letter(session: Session, prefix: str) -> None:
    tell_a_story(session)
    assert list(trial_balance(session, asset=Asset.PAB, prefix=prefix)) == []
    assert trial_balance_totals(session, asset=Asset.PAB, prefix=prefix) == (0, 0)


def test_the_trial_balance_streams_however_many_accounts_there_are(session: Session) -> None:
    served = open_account(session, code="minutes:served", asset=Asset.MIN, normal_side=Side.DEBIT, bounded=False)
    codes = [f"resident:{number:04x}:minutes" for number in range(2_100)]
    takers = open_accounts(session, [NewAccount(code, Asset.MIN, Side.CREDIT) for code in codes])
    lines = [credit(taker, Asset.MIN, 1 + place) for place, taker in enumerate(takers)]
    post(session, [entry_of(debit(served, Asset.MIN, line.amount), line) for line in lines])
    rows = list(trial_balance(session, asset=Asset.MIN, prefix="resident:"))
    assert [(row.code, row.balance) for row in rows] == [(code, 1 + place) for place, code in enumerate(codes)]


def test_an_entry_is_shown_with_its_postings_in_their_order(session: Session) -> None:
    books = funded_books(session)
    given = awarding(books, 300)
    post(session, [given])
    assert entry(session, given.id).postings == (
        PostingView("fund:peace:available", Asset.PAB, "never:peace", Side.DEBIT, 300),
        PostingView("resident:7f3:available", Asset.PAB, "2026-12-31:peace", Side.CREDIT, 300),
    )


def test_an_entry_and_its_reversal_name_each_other(session: Session) -> None:
    books = funded_books(session)
    given = awarding(books, 300)
    post(session, [given])
    assert entry(session, given.id).reversed_by is None
    mirror = reverse(session, entry_id=given.id, actor=ANOTHER_OFFICER, now=NOON)
    assert entry(session, given.id).reversed_by == mirror
    assert entry(session, mirror).reverses_id == given.id


def test_an_unknown_entry_is_refused(session: Session) -> None:
    unknown = new_id()
    with pytest.raises(EntryUnknownError) as refused:
        entry(session, unknown)
    assert refused.value.entry_id == unknown
