"""What entries of a kind moved, for the checks of other rooms."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

import ledger
from ledger import Asset, NewEntry, Side, credit, debit
from tests.clock import NOON
from tests.ledger.builders import NEXT_YEAR, THIS_YEAR, awarding, funded_books, moving

LOTS = ("2026-12-31:peace", "never:peace")


def posted(session: Session) -> tuple[int, int, list[UUID]]:
    """Post two awards and an expiry, each of two lots; return the giving and the taking account and the entries."""
    give, take = (
        ledger.open_account(session, code=code, asset=Asset.PAB, normal_side=side, bounded=False)
        for code, side in (("issued", Side.DEBIT), ("taken", Side.CREDIT))
    )
    ids = [ledger.new_id() for _ in range(3)]
    for entry_id, kind, amount in zip(ids, ("award", "award", "expiry"), (100, 7, 50), strict=True):
        lines = [
            line for lot in LOTS for line in (debit(give, Asset.PAB, amount, lot), credit(take, Asset.PAB, amount, lot))
        ]
        ledger.post(session, [NewEntry(entry_id, kind, "system", NOON, tuple(lines))])
    return give, take, ids


def test_each_entry_of_a_kind_is_summed_by_account(session: Session) -> None:
    give, take, ids = posted(session)

    sums = ledger.entry_sums("award")
    rows = {tuple(row) for row in session.execute(select(sums))}

    assert rows == {(ids[0], give, 200, 0), (ids[0], take, 0, 200), (ids[1], give, 14, 0), (ids[1], take, 0, 14)}


def test_entries_of_several_kinds_are_summed_by_lot(session: Session) -> None:
    give, take, ids = posted(session)

    rows = {tuple(row) for row in session.execute(select(ledger.entry_lot_sums("award", "expiry")))}

    amounts = dict(zip(ids, (100, 7, 50), strict=True))
    assert rows == {
        moved
        for entry_id, amount in amounts.items()
        for lot in LOTS
        for moved in ((entry_id, give, lot, amount, 0), (entry_id, take, lot, 0, amount))
    }


def test_what_accounts_of_a_kind_keep_is_read_lot_by_lot(session: Session) -> None:
    books = funded_books(session, fund=1_000, resident=30)
    ledger.post(session, [awarding(books, 5, lot=NEXT_YEAR)])
    ledger.post(session, [moving(books.resident, books.other, 5, NEXT_YEAR)])

    rows = {tuple(row) for row in session.execute(select(ledger.lots_kept("resident:%:available")))}

    assert rows == {(books.resident, THIS_YEAR, 30), (books.other, NEXT_YEAR, 5)}
