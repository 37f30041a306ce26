"""The form of entries, checked before any database is asked."""

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger import AMOUNT_MAX, Asset, CreditLot, EntryInvalidError, Line, Side, credit, debit
from ledger.entries import check_entries
from tests.ledger.builders import THIS_YEAR, entry_of

GIVER, TAKER = 1, 2


def pab(side: Side, amount: int, lot: str = THIS_YEAR) -> Line:
    return Line(GIVER if side is Side.DEBIT else TAKER, Asset.PAB, side, amount, lot)


@pytest.mark.parametrize(("asset", "scale"), [(Asset.PAB, 2), (Asset.MIN, 0), (Asset.DUTY, 0), (Asset.CNY, 2)])
def test_every_asset_has_its_scale(asset: Asset, scale: int) -> None:
    assert asset.scale == scale


def test_the_other_side_of_a_side_is_the_other_one() -> None:
    assert (Side.DEBIT.other, Side.CREDIT.other) == (Side.CREDIT, Side.DEBIT)


def test_a_balanced_entry_is_well_formed() -> None:
    check_entries([entry_of(pab(Side.DEBIT, AMOUNT_MAX), pab(Side.CREDIT, AMOUNT_MAX))])


def test_an_entry_may_hold_several_assets_that_each_balance() -> None:
    money = (debit(3, Asset.CNY, 5), credit(4, Asset.CNY, 5))
    check_entries([entry_of(pab(Side.DEBIT, 7), *money, pab(Side.CREDIT, 7))])


def test_nothing_is_no_list_of_entries() -> None:
    with pytest.raises(EntryInvalidError, match="nothing to post"):
        check_entries([])


@pytest.mark.parametrize("lines", [(), (pab(Side.DEBIT, 1),)])
def test_an_entry_has_at_least_two_postings(lines: tuple[Line, ...]) -> None:
    with pytest.raises(EntryInvalidError, match="at least two"):
        check_entries([entry_of(*lines)])


@pytest.mark.parametrize("amount", [0, -1, AMOUNT_MAX + 1, 2**63])
def test_an_amount_is_at_least_one_and_no_more_than_the_limit(amount: int) -> None:
    with pytest.raises(EntryInvalidError, match="amount must lie between"):
        check_entries([entry_of(pab(Side.DEBIT, amount), pab(Side.CREDIT, amount))])


def test_debits_and_credits_of_an_asset_are_equal() -> None:
    with pytest.raises(EntryInvalidError, match="of PAB differ by 1"):
        check_entries([entry_of(pab(Side.DEBIT, 8), pab(Side.CREDIT, 7))])


def test_one_asset_does_not_balance_another() -> None:
    with pytest.raises(EntryInvalidError, match="differ by"):
        check_entries([entry_of(pab(Side.DEBIT, 7), credit(TAKER, Asset.CNY, 7))])


def test_an_entry_needs_a_time_zone() -> None:
    naive = datetime.fromisoformat("2026-06-01T12:00:00")
    with pytest.raises(EntryInvalidError, match="time zone"):
        check_entries([entry_of(pab(Side.DEBIT, 7), pab(Side.CREDIT, 7), occurred_at=naive)])


def test_one_bad_entry_spoils_the_list() -> None:
    good = entry_of(pab(Side.DEBIT, 7), pab(Side.CREDIT, 7))
    with pytest.raises(EntryInvalidError):
        check_entries([good, entry_of(pab(Side.DEBIT, 7))])


@pytest.mark.parametrize(
    "lot", ["", "peace", "2026-12-31", "2026-12-31:", "20261231:peace", "2026-13-01:peace", ":peace"]
)
def test_credits_are_labelled_with_day_and_fund(lot: str) -> None:
    with pytest.raises(EntryInvalidError, match="no lot of credits"):
        check_entries([entry_of(pab(Side.DEBIT, 7, lot), pab(Side.CREDIT, 7, lot))])


@pytest.mark.parametrize(("asset", "lot"), [(Asset.MIN, THIS_YEAR), (Asset.CNY, "x"), (Asset.DUTY, "")])
def test_duties_are_labelled_and_minutes_and_money_are_not(asset: Asset, lot: str) -> None:
    with pytest.raises(EntryInvalidError, match="does not suit"):
        check_entries([entry_of(debit(GIVER, asset, 7, lot), credit(TAKER, asset, 7, lot))])


def test_duties_bear_the_day_they_are_due() -> None:
    check_entries([entry_of(debit(GIVER, Asset.DUTY, 1, "2026-07-01"), credit(TAKER, Asset.DUTY, 1, "2026-07-01"))])


@given(st.dates(min_value=date(1000, 1, 1)) | st.none(), st.from_regex(r"[a-z0-9][a-z0-9_-]*", fullmatch=True))
def test_a_label_leads_back_to_its_lot(day: date | None, fund: str) -> None:
    lot = CreditLot(fund, day)
    assert CreditLot.parse(lot.label) == lot


def test_labels_sort_in_the_order_of_spending() -> None:
    early, late = date(2026, 12, 31), date(2027, 1, 1)
    in_order = [CreditLot("peace", early), CreditLot("school", early), CreditLot("art", late), CreditLot("art")]
    assert sorted(in_order, key=lambda lot: lot.label) == in_order
