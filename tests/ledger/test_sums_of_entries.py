"""What entries of a kind moved, for the checks of other rooms."""

from sqlalchemy import select
from sqlalchemy.orm import Session

import ledger
from ledger import Asset, NewEntry, Side, credit, debit
from tests.clock import NOON

LOTS = ("2026-12-31:peace", "never:peace")


def test_each_entry_of_a_kind_is_summed_by_account(session: Session) -> None:
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

    sums = ledger.entry_sums("award")
    rows = {tuple(row) for row in session.execute(select(sums))}

    assert rows == {(ids[0], give, 200, 0), (ids[0], take, 0, 200), (ids[1], give, 14, 0), (ids[1], take, 0, 14)}
