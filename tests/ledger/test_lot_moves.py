"""Lots on their way: the label under which they arrive, and lines that balance."""

from datetime import date

import pytest

from ledger import (
    GRACE_DAYS,
    Asset,
    CreditLot,
    Line,
    LotBalance,
    Side,
    lines_of_move,
    relabelled,
    restoring,
    same_lot,
    undated,
)
from tests.ledger.builders import NEXT_YEAR, OTHER_FUND, THIS_YEAR, UNDATED

LAST_DAY, DAY_AFTER = date(2026, 12, 31), date(2027, 1, 1)


def test_what_comes_back_through_its_last_day_keeps_it() -> None:
    lot = CreditLot.parse(THIS_YEAR)
    assert restoring(LAST_DAY)(lot) == lot
    assert restoring(date(9999, 1, 1))(CreditLot("peace")) == CreditLot("peace")


@pytest.mark.parametrize(("grace", "until"), [({}, date(2027, 1, 31)), ({"grace_days": 7}, date(2027, 1, 8))])
def test_what_comes_back_past_its_day_has_days_of_grace(grace: dict[str, int], until: date) -> None:
    assert GRACE_DAYS == 30
    assert restoring(DAY_AFTER, **grace)(CreditLot.parse(THIS_YEAR)) == CreditLot("peace", until)


def test_parts_that_arrive_under_one_label_are_one() -> None:
    parts = [LotBalance(THIS_YEAR, 5), LotBalance(OTHER_FUND, 7), LotBalance(NEXT_YEAR, 3)]
    assert relabelled(parts, undated) == [LotBalance(UNDATED, 8), LotBalance("never:school", 7)]
    assert relabelled(parts, same_lot) == parts
    assert relabelled([], undated) == []


def test_a_move_takes_the_very_lots_and_gives_as_labelled() -> None:
    parts = [LotBalance(THIS_YEAR, 5), LotBalance(NEXT_YEAR, 3)]
    taken = (Line(1, Asset.PAB, Side.DEBIT, 5, THIS_YEAR), Line(1, Asset.PAB, Side.DEBIT, 3, NEXT_YEAR))
    assert lines_of_move(parts, giver=1, taker=2, relabel=undated) == (
        *taken,
        Line(2, Asset.PAB, Side.CREDIT, 8, UNDATED),
    )
    assert lines_of_move(parts, giver=1, taker=2) == (
        *taken,
        Line(2, Asset.PAB, Side.CREDIT, 5, THIS_YEAR),
        Line(2, Asset.PAB, Side.CREDIT, 3, NEXT_YEAR),
    )
