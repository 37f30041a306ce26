"""Sheets of slips: holds from the start, used once without a PIN, and back to their lots when lost or unused."""

from datetime import date, timedelta

import pytest
from sqlalchemy.orm import Session

import holds
import ledger
import people
from cards import (
    SLIPS_MAX,
    SheetDayError,
    SheetSizeError,
    SheetUnknownError,
    get_sheet,
    issue_sheet,
    list_sheets,
    revoke_sheet,
    slips_of,
)
from holds import HoldState, TooManyHoldsError, expire_holds
from ledger import Side
from payments import (
    AmountError,
    Channel,
    CodesBlockedError,
    Refusal,
    block_codes,
    get_redemption,
    lift_block,
    worth_of_slip,
)
from safeguards import PaymentLimits, set_payment_limits
from tests.cards.builders import OFFICER, attempt, pensioner, refused, sheet, texts_of, typed
from tests.clock import NOON
from tests.merchants.builders import SECRET, give, give_back, lots_of, merchant, payable_of, resident

THIS_YEAR, NEXT_YEAR = date(2026, 12, 31), date(2027, 12, 31)


def held_of(session: Session, owner: people.Resident) -> dict[str, int]:
    """Return what a resident has set aside, by label."""
    return {part.label: part.amount for part in ledger.lots(session, owner.held_account_id)}


def test_a_sheet_s_slips_are_set_aside_from_the_start_the_very_lots_earliest_first(session: Session) -> None:
    owner = resident(session)
    give(session, owner, 700, expires_on=THIS_YEAR)
    give(session, owner, 900, expires_on=NEXT_YEAR)

    made = sheet(session, owner, slips=3, worth=500)

    assert held_of(session, owner) == {"2026-12-31:peace": 700, "2027-12-31:peace": 800}
    assert lots_of(session, owner) == {"2027-12-31:peace": 100}
    slips = slips_of(session, [made.id])[made.id]
    assert [(slip.number, slip.worth, slip.paid, slip.state) for slip in slips] == [
        (number, 500, 0, HoldState.OPEN) for number in (1, 2, 3)
    ]
    assert len(set(texts_of(session, made))) == 3
    # Through the first last day of what is set aside.
    assert made.valid_until == THIS_YEAR


def test_a_slip_pays_once_without_a_pin_and_what_it_pays_is_one_entry_of_the_payment(session: Session) -> None:
    owner, shop = pensioner(session, balance=1_500, with_pin=False), merchant(session)
    text, *_ = texts_of(session, sheet(session, owner))

    paid = attempt(session, shop, text, 500)

    assert paid.redemption.refusal is None
    assert paid.payer == "李*爷"
    kept = get_redemption(session, paid.redemption.id)
    assert (kept.channel, kept.amount, kept.resident_id) == (Channel.SHEET, 500, owner.id)
    assert kept.receipt_no is not None
    assert kept.entry_id is not None
    entry = ledger.entry(session, kept.entry_id)
    assert entry.kind == "redemption"
    assert [(line.account, line.lot, line.side, line.amount) for line in entry.postings] == [
        (f"resident:{owner.id.hex}:held", "never:peace", Side.DEBIT, 500),
        ("merchant:hotel:payable", "never:peace", Side.CREDIT, 500),
    ]
    assert refused(session, shop, text, 1) is Refusal.CODE_USED
    assert payable_of(session, shop) == {"never:peace": 500}


def test_of_a_smaller_amount_the_rest_goes_back_to_its_lots(session: Session) -> None:
    owner, shop = resident(session), merchant(session)
    give(session, owner, 300, expires_on=THIS_YEAR)
    give(session, owner, 200, expires_on=NEXT_YEAR)
    text, *_ = texts_of(session, sheet(session, owner, slips=1, worth=500))

    assert refused(session, shop, text, 320) is None

    assert lots_of(session, owner) == {"2027-12-31:peace": 180}
    assert held_of(session, owner) == {}
    assert refused(session, shop, text, 180) is Refusal.CODE_USED


def test_a_larger_amount_is_refused_with_the_slip_s_worth_and_leaves_it_usable(session: Session) -> None:
    owner, shop = pensioner(session), merchant(session)
    text, *_ = texts_of(session, sheet(session, owner))

    made = attempt(session, shop, text, 501).redemption
    assert made.refusal is Refusal.INSUFFICIENT_BALANCE
    assert worth_of_slip(session, made.payment_code_id) == 500
    assert worth_of_slip(session, None) is None
    assert refused(session, shop, text, 500) is None


def test_a_refund_goes_back_to_the_very_lots_of_what_can_be_spent(session: Session) -> None:
    owner, shop = resident(session), merchant(session)
    give(session, owner, 500, expires_on=THIS_YEAR)
    text, *_ = texts_of(session, sheet(session, owner, slips=1))
    paid = attempt(session, shop, text, 500).redemption

    give_back(session, paid, 200)

    assert lots_of(session, owner) == {"2026-12-31:peace": 200}
    assert payable_of(session, shop) == {"never:peace": 300}


def test_of_a_revoked_sheet_what_is_unused_returns_and_what_was_paid_stays(session: Session) -> None:
    owner, shop = resident(session), merchant(session)
    give(session, owner, 1_500, expires_on=THIS_YEAR)
    made = sheet(session, owner)
    first, second, third = texts_of(session, made)
    assert refused(session, shop, second, 400) is None

    for _ in range(2):
        revoke_sheet(session, sheet_id=made.id, reason="丢失", actor=OFFICER, now=NOON)

    assert lots_of(session, owner) == {"2026-12-31:peace": 1_100}
    assert held_of(session, owner) == {}
    assert refused(session, shop, first, 1) is Refusal.CODES_BLOCKED
    assert refused(session, shop, second, 1) is Refusal.CODE_USED
    assert refused(session, shop, third, 1) is Refusal.CODES_BLOCKED
    states = [slip.state for slip in slips_of(session, [made.id])[made.id]]
    assert states == [HoldState.VOIDED, HoldState.CAPTURED, HoldState.VOIDED]
    kept = get_sheet(session, made.id)
    assert (kept.revoked_by, kept.revocation_reason) == (OFFICER, "丢失")


def test_a_slip_pays_through_its_last_day_and_then_its_credits_come_back_by_themselves(session: Session) -> None:
    owner, shop = pensioner(session, balance=1_500), merchant(session)
    last_day = NOON.date() + timedelta(days=10)
    first, second, _third = texts_of(session, sheet(session, owner, until=last_day))
    last_minute = NOON + timedelta(days=10, hours=11, minutes=59)
    midnight = last_minute + timedelta(minutes=1)

    assert refused(session, shop, first, 500, now=last_minute) is None
    assert refused(session, shop, second, 500, now=midnight) is Refusal.CODE_EXPIRED
    expire_holds(session, now=midnight)
    assert lots_of(session, owner) == {"never:peace": 1_000}
    assert refused(session, shop, second, 500, now=midnight) is Refusal.CODE_EXPIRED


def test_credits_set_aside_in_time_pay_though_their_own_day_pass(session: Session) -> None:
    owner, shop = resident(session), merchant(session)
    give(session, owner, 500, expires_on=NOON.date())
    text, *_ = texts_of(session, sheet(session, owner, slips=1, until=NOON.date() + timedelta(days=5)))

    assert refused(session, shop, text, 500, now=NOON + timedelta(days=3)) is None


def test_a_shop_named_for_some_funds_is_paid_out_of_these_only(session: Session) -> None:
    owner, shop = resident(session), merchant(session, funds=["aid"])
    give(session, owner, 300, fund="peace", expires_on=THIS_YEAR)
    give(session, owner, 200, fund="aid", expires_on=NEXT_YEAR)
    text, *_ = texts_of(session, sheet(session, owner, slips=1, worth=500))

    assert refused(session, shop, text, 201) is Refusal.FUND_NOT_ACCEPTED_HERE
    assert refused(session, shop, text, 200) is None
    assert payable_of(session, shop) == {"never:aid": 200}
    assert lots_of(session, owner) == {"2026-12-31:peace": 300}


def test_blocking_all_codes_stops_slips_and_lifting_the_block_frees_those_of_sheets_that_stand(
    session: Session,
) -> None:
    owner, shop = pensioner(session), merchant(session)
    made, other = sheet(session, owner), sheet(session, owner)
    block_codes(session, resident_id=owner.id, actor="resident:x", now=NOON)
    text, other_text = texts_of(session, made)[0], texts_of(session, other)[0]
    assert refused(session, shop, text, 1) is Refusal.CODES_BLOCKED
    with pytest.raises(CodesBlockedError):
        sheet(session, owner)
    revoke_sheet(session, sheet_id=other.id, reason="x", actor=OFFICER, now=NOON)

    lift_block(session, resident_id=owner.id, actor="resident:x", now=NOON)
    assert refused(session, shop, other_text, 1) is Refusal.CODES_BLOCKED
    assert refused(session, shop, text, 1) is None


def test_the_office_s_limits_hold_for_slips_but_neither_pin_nor_the_same_sum_again(session: Session) -> None:
    owner, shop = pensioner(session), merchant(session)
    first, second, third = texts_of(session, sheet(session, owner))
    set_payment_limits(
        session,
        limits=PaymentLimits(per_payment=400, per_day=800, pin_above_amount=0, duplicate_within_s=60),
        actor="system",
        now=NOON,
    )
    assert refused(session, shop, first, 401) is Refusal.LIMIT_EXCEEDED
    assert refused(session, shop, first, 400, pin=typed(session, owner, "111213")) is None
    assert refused(session, shop, second, 400) is None
    assert refused(session, shop, third, 1) is Refusal.LIMIT_EXCEEDED


def test_a_slip_of_a_frozen_account_pays_nothing(session: Session) -> None:
    owner, shop = pensioner(session), merchant(session)
    text, *_ = texts_of(session, sheet(session, owner))
    ledger.set_account_state(session, owner.available_account_id, ledger.AccountState.FROZEN)

    assert refused(session, shop, text, 1) is Refusal.ACCOUNT_FROZEN


def test_a_slip_whose_hold_ended_otherwise_says_so(session: Session) -> None:
    owner, shop = pensioner(session), merchant(session)
    made = sheet(session, owner)
    for hold in holds.open_holds(session, available=owner.available_account_id)[:1]:
        holds.void(session, hold_id=hold.id, actor="system", now=NOON)
    stopped = [refused(session, shop, text, 1) for text in texts_of(session, made)]
    assert sorted(each or "" for each in stopped) == ["", "", Refusal.CODES_BLOCKED]


@pytest.mark.parametrize("count", [0, -1, SLIPS_MAX + 1])
def test_a_sheet_has_so_many_slips_as_fit_on_a_page(session: Session, count: int) -> None:
    with pytest.raises(SheetSizeError):
        sheet(session, pensioner(session), slips=count)


@pytest.mark.parametrize("worth", [0, -5, ledger.AMOUNT_MAX])
def test_a_slip_s_worth_is_an_amount(session: Session, worth: int) -> None:
    with pytest.raises(AmountError):
        sheet(session, pensioner(session), worth=worth)


@pytest.mark.parametrize("days", [-1, 366])
def test_a_sheet_is_good_until_a_day_of_the_coming_year(session: Session, days: int) -> None:
    with pytest.raises(SheetDayError):
        sheet(session, pensioner(session), until=NOON.date() + timedelta(days=days))


def test_undated_credits_make_a_sheet_for_a_year(session: Session) -> None:
    assert sheet(session, pensioner(session)).valid_until == NOON.date() + timedelta(days=365)


def test_more_than_there_is_or_may_be_set_aside_makes_no_sheet(session: Session) -> None:
    owner = pensioner(session, balance=100_000)
    with pytest.raises(ledger.InsufficientBalanceError):
        sheet(session, owner, slips=24, worth=5_000, until=NOON.date())
    for _ in range(4):
        sheet(session, owner, slips=24, worth=1)
    with pytest.raises(TooManyHoldsError):
        sheet(session, owner, slips=5, worth=1)


def test_a_sheet_is_issued_to_whoever_is_here_and_not_for_one_s_own_household(session: Session) -> None:
    owner, gone = pensioner(session), pensioner(session)
    people.leave(session, gone, now=NOON)
    with pytest.raises(people.ResidentLeftError):
        sheet(session, gone)
    with pytest.raises(ledger.SamePersonError):
        issue_sheet(
            session,
            resident_id=owner.id,
            count=1,
            worth=1,
            secret=SECRET,
            actor=f"resident:{owner.id.hex}",
            now=NOON,
        )


def test_the_sheets_of_somebody_are_listed_newest_first(session: Session) -> None:
    owner = pensioner(session)
    first, second = sheet(session, owner, slips=1), sheet(session, owner, slips=1)
    assert [each.id for each in list_sheets(session, resident_id=owner.id)] == [second.id, first.id]
    assert [each.id for each in list_sheets(session, resident_id=owner.id, before=second.id)] == [first.id]
    with pytest.raises(SheetUnknownError):
        get_sheet(session, ledger.new_id())
