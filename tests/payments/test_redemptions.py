"""Rules of redemption: earliest lots first, the merchant gets the funds without their dates, and a receipt."""

from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

import ledger
from ledger import Side
from merchants import MerchantUnknownError
from payments import AmountError, OrderNumberError, RedemptionStatus, get_redemption, normal_order_no, redeem
from tests.clock import NOON
from tests.merchants.builders import call, code, give, lots_of, merchant, naming, paid, pay, payable_of, resident

LAST_YEAR, THIS_YEAR, NEXT_YEAR = date(2025, 12, 31), date(2026, 12, 31), date(2027, 12, 31)


def test_a_code_pays_out_of_the_resident_s_credits(session: Session) -> None:
    payer, shop = resident(session, balance=5000), merchant(session)

    attempt = pay(session, at=shop.id, with_code=code(session, payer), amount=1250)

    assert attempt.redemption.status is RedemptionStatus.COMPLETED
    assert ledger.balance(session, payer.available_account_id) == 3750
    assert ledger.balance(session, shop.payable_account_id) == 1250


def test_a_completed_payment_says_who_paid_what_to_whom_and_when(session: Session) -> None:
    payer, shop = resident(session, name="王小明", balance=5000), merchant(session)

    attempt = pay(session, at=shop.id, with_code=code(session, payer), amount=1250, order_no=" A-1 ")

    assert (attempt.merchant_code, attempt.payer, attempt.replayed, attempt.holder_id) == (
        "hotel",
        "王*明",
        False,
        None,
    )
    kept = get_redemption(session, attempt.redemption.id)
    for made in (attempt.redemption, kept):
        assert (made.merchant_id, made.resident_id, made.order_no) == (shop.id, payer.id, "A-1")
        assert (made.amount, made.cash_amount, made.refunded_total, made.refusal) == (1250, 0, 0, None)
        assert (made.redeemed_by, made.redeemed_at) == ("person:till", NOON)
        assert made.receipt_no is not None
    assert kept.payment_code_id is not None
    assert kept.receipt_no == attempt.redemption.receipt_no


def test_the_books_show_the_payment_as_one_entry_with_the_very_lots(session: Session) -> None:
    payer, shop = resident(session), merchant(session)
    give(session, payer, 300, expires_on=THIS_YEAR)
    give(session, payer, 500, expires_on=NEXT_YEAR)

    made = paid(session, payer, shop, 400)

    assert made.entry_id is not None
    entry = ledger.entry(session, made.entry_id)
    assert (entry.kind, entry.actor, entry.occurred_at, entry.description) == ("redemption", "person:till", NOON, "")
    available = f"resident:{payer.id.hex}:available"
    assert [(line.account, line.lot, line.side, line.amount) for line in entry.postings] == [
        (available, "2026-12-31:peace", Side.DEBIT, 300),
        (available, "2027-12-31:peace", Side.DEBIT, 100),
        ("merchant:hotel:payable", "never:peace", Side.CREDIT, 400),
    ]


def test_the_earliest_lot_is_spent_first_the_same_day_by_fund_and_undated_ones_last(session: Session) -> None:
    payer, shop = resident(session), merchant(session)
    give(session, payer, 100, fund="peace")
    give(session, payer, 100, fund="zeal", expires_on=THIS_YEAR)
    give(session, payer, 100, fund="aid", expires_on=NEXT_YEAR)
    give(session, payer, 100, fund="aid", expires_on=THIS_YEAR)
    left = []

    for _ in range(4):
        paid(session, payer, shop, 100)
        left.append(list(lots_of(session, payer)))

    assert left == [
        ["2026-12-31:zeal", "2027-12-31:aid", "never:peace"],
        ["2027-12-31:aid", "never:peace"],
        ["never:peace"],
        [],
    ]


def test_the_merchant_keeps_the_fund_of_what_it_collects_and_drops_the_date(session: Session) -> None:
    payer, shop = resident(session), merchant(session)
    give(session, payer, 100, fund="aid", expires_on=THIS_YEAR)
    give(session, payer, 100, fund="aid", expires_on=NEXT_YEAR)
    give(session, payer, 100, fund="peace", expires_on=NEXT_YEAR)

    paid(session, payer, shop, 250)

    assert payable_of(session, shop) == {"never:aid": 200, "never:peace": 50}


def test_credits_may_be_spent_through_their_last_day_and_never_after(session: Session) -> None:
    payer, shop = resident(session), merchant(session)
    give(session, payer, 100, expires_on=NOON.date() - timedelta(days=1))
    give(session, payer, 100, expires_on=NOON.date())
    give(session, payer, 100)

    paid(session, payer, shop, 150)

    # Swept or not, what is past its day stays where it is.
    assert lots_of(session, payer) == {"2026-05-31:peace": 100, "never:peace": 50}


def test_a_merchant_named_for_some_funds_is_paid_out_of_these_only(session: Session) -> None:
    payer, shop = resident(session), merchant(session, funds=["aid", "zeal"])
    give(session, payer, 100, fund="peace", expires_on=THIS_YEAR)
    give(session, payer, 100, fund="aid", expires_on=NEXT_YEAR)
    give(session, payer, 100, fund="zeal")

    paid(session, payer, shop, 150)

    assert lots_of(session, payer) == {"2026-12-31:peace": 100, "never:zeal": 50}


def test_the_naming_of_the_day_says_which_funds(session: Session) -> None:
    payer, shop = resident(session), merchant(session, named=False)
    give(session, payer, 100, fund="peace")
    naming(session, shop, begins=-10, ends=-1, funds=["aid"])
    naming(session, shop, begins=0, ends=0)
    naming(session, shop, begins=1, ends=10, funds=["aid"])

    assert paid(session, payer, shop, 100).amount == 100


def test_the_last_cent_can_be_spent(session: Session) -> None:
    payer, shop = resident(session, balance=1250), merchant(session)

    paid(session, payer, shop, 1250)

    assert lots_of(session, payer) == {}


def test_cash_paid_beside_is_noted_and_moves_nothing(session: Session) -> None:
    payer, shop = resident(session, balance=5000), merchant(session)

    attempt = redeem(
        session,
        merchant_id=shop.id,
        actor="person:till",
        code=code(session, payer),
        amount=1000,
        cash_amount=250,
        order_no="A1",
        now=NOON,
        call=call(),
    )

    assert get_redemption(session, attempt.redemption.id).cash_amount == 250
    assert payable_of(session, shop) == {"never:peace": 1000}


@pytest.mark.parametrize(("amount", "cash_amount"), [(0, 0), (-1, 0), (2**53, 0), (2**63, 0), (100, -1), (100, 2**53)])
def test_an_amount_is_positive_and_what_the_books_can_hold(session: Session, amount: int, cash_amount: int) -> None:
    payer, shop = resident(session, balance=5000), merchant(session)

    with pytest.raises(AmountError) as refused:
        redeem(
            session,
            merchant_id=shop.id,
            actor="person:till",
            code=code(session, payer),
            amount=amount,
            cash_amount=cash_amount,
            order_no="A1",
            now=NOON,
            call=call(),
        )
    assert refused.value.amount in (amount, cash_amount)
    assert lots_of(session, payer) == {"never:peace": 5000}


@pytest.mark.parametrize("text", ["", "  ", "a" * 65, "a\nb", "a\x00b", "\u202e12", "\ud800", "a\u3000b"])
def test_an_order_number_is_one_to_sixty_four_visible_characters(session: Session, text: str) -> None:
    payer, shop = resident(session, balance=5000), merchant(session)

    with pytest.raises(OrderNumberError):
        pay(session, at=shop.id, with_code=code(session, payer), amount=100, order_no=text)


@pytest.mark.parametrize("text", ["1", " 2026-06-01/0001\n", "单号 1", "a" * 64])
def test_a_till_numbers_its_orders_as_it_likes(text: str) -> None:
    assert normal_order_no(text) == text.strip()


def test_an_unknown_merchant_is_not_paid(session: Session) -> None:
    payer = resident(session, balance=5000)

    with pytest.raises(MerchantUnknownError) as refused:
        pay(session, at=(nobody := ledger.new_id()), with_code=code(session, payer), amount=100)
    assert refused.value.merchant == nobody


def test_a_closed_merchant_account_takes_nothing(session: Session) -> None:
    payer, shop = resident(session, balance=5000), merchant(session)
    ledger.set_account_state(session, shop.payable_account_id, ledger.AccountState.CLOSING)

    with pytest.raises(ledger.AccountStateError) as refused:
        pay(session, at=shop.id, with_code=code(session, payer), amount=100)
    assert refused.value.account_id == shop.payable_account_id


def test_a_leaver_whose_account_is_closing_may_spend_what_is_left(session: Session) -> None:
    payer, shop = resident(session, balance=5000), merchant(session)
    ledger.set_account_state(session, payer.available_account_id, ledger.AccountState.CLOSING)

    assert paid(session, payer, shop, 5000).refusal is None


_DAYS = st.one_of(st.none(), st.integers(-2, 3).map(lambda days: NOON.date() + timedelta(days=days)))
_LOTS = st.dictionaries(st.tuples(_DAYS, st.sampled_from(["aid", "peace", "zeal"])), st.integers(1, 50), max_size=6)


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(held=_LOTS, amount=st.integers(1, 150), only=st.sampled_from([None, ["aid"], ["aid", "zeal"]]))
def test_whatever_is_held_a_payment_takes_the_earliest_that_may_be_spent_or_nothing(
    session: Session,
    held: dict[tuple[date | None, str], int],
    amount: int,
    only: list[str] | None,
) -> None:
    payer, shop = resident(session), merchant(session, code=ledger.new_id().hex, funds=only)
    for (expires_on, fund), each in held.items():
        give(session, payer, each, fund=fund, expires_on=expires_on)
    before = lots_of(session, payer)
    may_be_spent = {
        ledger.CreditLot(fund, day).label: each
        for (day, fund), each in held.items()
        if (day is None or day >= NOON.date()) and (only is None or fund in only)
    }

    attempt = pay(session, at=shop.id, with_code=code(session, payer), amount=amount)

    after = lots_of(session, payer)
    taken = {label: each - after.get(label, 0) for label, each in before.items() if each != after.get(label, 0)}
    enough = sum(may_be_spent.values()) >= amount
    assert (attempt.redemption.refusal is None) is enough
    assert sum(taken.values()) == (amount if enough else 0)
    assert set(taken) <= set(may_be_spent)
    # No lot is touched while an earlier one still holds something.
    assert all(after.get(label, 0) == 0 for label in may_be_spent if taken and label < max(taken))
    assert sum(payable_of(session, shop).values()) == sum(taken.values())
