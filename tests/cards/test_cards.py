"""Paper cards: the PIN each time, a limit for a day, blocked by owner or office, and dead at once when replaced."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

import ledger
import people
from cards import (
    CardHiddenError,
    CardStandsError,
    CardState,
    CardStateError,
    CardStepKind,
    CardUnknownError,
    block_card,
    check_may_print,
    get_card,
    issue_card,
    list_cards,
    live_card,
    replace_card,
    steps_of_cards,
    unblock_card,
)
from payments import (
    LIVE_CODES_MAX,
    AmountError,
    Channel,
    CodesBlockedError,
    Refusal,
    block_codes,
    get_redemption,
    lift_block,
    paper_codes,
    purge_payment_codes,
)
from safeguards import PaymentLimits, clear_pin, set_payment_limits
from tests.cards.builders import OFFICER, PIN, WRONG, attempt, card, give_pin, pensioner, refused, text_of, typed
from tests.clock import NOON
from tests.merchants.builders import SECRET, code, give_back, lots_of, merchant, pay, payable_of, resident


def test_a_card_pays_with_the_pin_and_again_and_again(session: Session) -> None:
    payer, shop = pensioner(session), merchant(session)
    made = card(session, payer)

    for _ in range(2):
        paid = attempt(session, shop, text_of(made), 1_000, pin=typed(session, payer)).redemption
        assert paid.refusal is None
        assert get_redemption(session, paid.id).channel is Channel.CARD
    assert lots_of(session, payer) == {"never:peace": 8_000}
    assert payable_of(session, shop) == {"never:peace": 2_000}


def test_without_the_pin_a_photograph_of_a_card_pays_nothing(session: Session) -> None:
    payer, shop = pensioner(session), merchant(session)
    made = card(session, payer)

    assert refused(session, shop, text_of(made), 1) is Refusal.PIN_REQUIRED
    for _ in range(5):
        assert refused(session, shop, text_of(made), 1, pin=typed(session, payer, WRONG)) is Refusal.PIN_WRONG
    assert refused(session, shop, text_of(made), 1, pin=typed(session, payer, PIN)) is Refusal.PIN_LOCKED
    assert lots_of(session, payer) == {"never:peace": 10_000}


def test_a_card_whose_owner_has_no_pin_pays_nothing_until_they_choose_one(session: Session) -> None:
    payer, shop = pensioner(session, with_pin=False), merchant(session)
    made = card(session, payer)

    assert refused(session, shop, text_of(made), 1) is Refusal.PIN_REQUIRED
    assert refused(session, shop, text_of(made), 1, pin=typed(session, payer)) is Refusal.PIN_REQUIRED
    give_pin(session, payer)
    assert refused(session, shop, text_of(made), 1, pin=typed(session, payer)) is None
    clear_pin(session, resident_id=payer.id)
    assert refused(session, shop, text_of(made), 1, pin=typed(session, payer)) is Refusal.PIN_REQUIRED


def test_a_card_has_a_limit_a_day_that_outlives_it_and_refunds_give_room(session: Session) -> None:
    payer, shop = pensioner(session), merchant(session)
    made = card(session, payer, day_limit=1_000)
    first = attempt(session, shop, text_of(made), 700, pin=typed(session, payer)).redemption
    assert refused(session, shop, text_of(made), 301, pin=typed(session, payer)) is Refusal.LIMIT_EXCEEDED
    # What is paid from a phone does not count.
    pay(session, at=shop.id, with_code=code(session, payer), amount=5_000)
    assert refused(session, shop, text_of(made), 200, pin=typed(session, payer)) is None

    second = replace_card(session, card_id=made.id, reason="破损", secret=SECRET, actor=OFFICER, now=NOON)
    assert refused(session, shop, text_of(second), 101, pin=typed(session, payer)) is Refusal.LIMIT_EXCEEDED
    give_back(session, first, 1)
    assert refused(session, shop, text_of(second), 101, pin=typed(session, payer)) is None
    tomorrow = NOON + timedelta(days=1)
    assert refused(session, shop, text_of(second), 1_000, pin=typed(session, payer), now=tomorrow) is None


def test_the_office_s_limits_hold_for_cards_too(session: Session) -> None:
    payer, shop = pensioner(session), merchant(session)
    made = card(session, payer)
    set_payment_limits(session, limits=PaymentLimits(per_payment=500), actor="system", now=NOON)

    assert refused(session, shop, text_of(made), 501, pin=typed(session, payer)) is Refusal.LIMIT_EXCEEDED
    assert refused(session, shop, text_of(made), 500, pin=typed(session, payer)) is None


def test_a_blocked_card_pays_nothing_until_an_officer_unblocks_it(session: Session) -> None:
    payer, shop = pensioner(session), merchant(session)
    made = card(session, payer)
    for _ in range(2):
        block_card(session, card_id=made.id, reason="电话挂失", actor=OFFICER, now=NOON)
    assert get_card(session, made.id).state is CardState.BLOCKED
    assert refused(session, shop, text_of(made), 1, pin=typed(session, payer)) is Refusal.CODES_BLOCKED

    unblock_card(session, card_id=made.id, reason="找到了", actor=OFFICER, now=NOON)
    assert refused(session, shop, text_of(made), 1, pin=typed(session, payer)) is None
    with pytest.raises(CardStateError):
        unblock_card(session, card_id=made.id, reason="再次", actor=OFFICER, now=NOON)
    kinds = [step.kind for step in reversed(steps_of_cards(session, [made.id]))]
    assert kinds == [CardStepKind.ISSUE, CardStepKind.BLOCK, CardStepKind.UNBLOCK]


def test_a_replaced_card_is_dead_at_once_and_its_history_stays(session: Session) -> None:
    payer, shop = pensioner(session), merchant(session)
    old = card(session, payer, day_limit=900)
    block_card(session, card_id=old.id, reason="丢失", actor=OFFICER, now=NOON)
    new = replace_card(session, card_id=old.id, reason="丢失补办", secret=SECRET, actor=OFFICER, now=NOON)

    assert refused(session, shop, text_of(old), 1, pin=typed(session, payer)) is Refusal.CODES_BLOCKED
    assert refused(session, shop, text_of(new), 1, pin=typed(session, payer)) is None
    assert new.number != old.number
    assert new.replaces_id == old.id
    assert paper_codes(session, [new.payment_code_id])[new.payment_code_id].day_limit == 900
    assert {each.id for each in list_cards(session, resident_id=payer.id)} == {old.id, new.id}
    assert live_card(session, resident_id=payer.id) == new
    for refuse in (block_card, unblock_card):
        with pytest.raises(CardStateError):
            refuse(session, card_id=old.id, reason="x", actor=OFFICER, now=NOON)
    with pytest.raises(CardStateError):
        replace_card(session, card_id=old.id, reason="x", secret=SECRET, actor=OFFICER, now=NOON)


def test_blocking_all_codes_stops_cards_and_lifting_lets_those_pay_that_it_had_stopped(session: Session) -> None:
    payer, shop = pensioner(session), merchant(session)
    made = card(session, payer)
    on_screen = code(session, payer)
    block_codes(session, resident_id=payer.id, actor="resident:x", now=NOON)
    assert refused(session, shop, text_of(made), 1, pin=typed(session, payer)) is Refusal.CODES_BLOCKED
    with pytest.raises(CodesBlockedError):
        replace_card(session, card_id=made.id, reason="x", secret=SECRET, actor=OFFICER, now=NOON)

    lift_block(session, resident_id=payer.id, actor="resident:x", now=NOON)
    assert refused(session, shop, text_of(made), 1, pin=typed(session, payer)) is None
    assert pay(session, at=shop.id, with_code=on_screen, amount=1).redemption.refusal is Refusal.CODES_BLOCKED


def test_a_card_blocked_by_itself_stays_so_when_the_block_of_all_is_lifted(session: Session) -> None:
    payer, shop = pensioner(session), merchant(session)
    made = card(session, payer)
    block_codes(session, resident_id=payer.id, actor="resident:x", now=NOON)
    block_card(session, card_id=made.id, reason="丢失", actor=OFFICER, now=NOON)
    with pytest.raises(CodesBlockedError):
        unblock_card(session, card_id=made.id, reason="x", actor=OFFICER, now=NOON)

    lift_block(session, resident_id=payer.id, actor="resident:x", now=NOON)
    assert refused(session, shop, text_of(made), 1, pin=typed(session, payer)) is Refusal.CODES_BLOCKED


def test_nobody_gets_a_card_while_their_codes_are_blocked_or_beside_another(session: Session) -> None:
    payer = pensioner(session)
    block_codes(session, resident_id=payer.id, actor="resident:x", now=NOON)
    with pytest.raises(CodesBlockedError):
        card(session, payer)
    lift_block(session, resident_id=payer.id, actor="resident:x", now=NOON)
    made = card(session, payer)
    with pytest.raises(CardStandsError) as refusal:
        card(session, payer)
    assert refusal.value.number == made.number


def test_a_card_is_issued_to_whoever_is_here_and_not_for_one_s_own_household(session: Session) -> None:
    payer, gone = pensioner(session), pensioner(session)
    people.leave(session, gone, now=NOON)
    with pytest.raises(people.ResidentLeftError):
        card(session, gone)
    with pytest.raises(ledger.SamePersonError):
        issue_card(session, resident_id=payer.id, secret=SECRET, actor=f"resident:{payer.id.hex}", now=NOON)
    # A key of theirs makes an officer one of the household.
    made, _secret = people.create_key(
        session, role=people.Role.RESIDENT, name="Officer", resident_id=payer.id, now=NOON
    )
    with pytest.raises(ledger.SamePersonError):
        issue_card(session, resident_id=payer.id, secret=SECRET, actor=f"person:{made.person_id.hex}", now=NOON)


@pytest.mark.parametrize("day_limit", [0, -1, ledger.AMOUNT_MAX + 1])
def test_a_card_s_limit_is_an_amount(session: Session, day_limit: int) -> None:
    payer = pensioner(session)
    with pytest.raises(AmountError):
        card(session, payer, day_limit=day_limit)


def test_a_card_lives_three_years_and_is_kept_when_codes_on_screens_are_forgotten(session: Session) -> None:
    payer, shop = pensioner(session), merchant(session)
    made = card(session, payer)
    last_noon = NOON + timedelta(days=3 * 365)
    assert refused(session, shop, text_of(made), 1, pin=typed(session, payer), now=last_noon) in {
        None,
        Refusal.MERCHANT_NOT_NAMED,
    }
    ends_at = paper_codes(session, [made.payment_code_id])[made.payment_code_id].expires_at
    assert ends_at.astimezone(NOON.tzinfo).date() == last_noon.date()
    code(session, payer)
    purge_payment_codes(session, now=ends_at + timedelta(days=30))
    assert made.payment_code_id in paper_codes(session, [made.payment_code_id])


def test_cards_take_no_place_among_the_codes_that_live_at_once(session: Session) -> None:
    payer = pensioner(session)
    card(session, payer)
    for _ in range(LIVE_CODES_MAX):
        code(session, payer)


def test_a_card_is_no_other_s_and_an_unknown_one_is_told_so(session: Session) -> None:
    with pytest.raises(CardUnknownError):
        get_card(session, ledger.new_id())


def test_what_is_printed_is_shown_to_its_issuer_on_that_day_only(session: Session) -> None:
    made = card(session, pensioner(session))
    by, at = made.issued_by, made.issued_at
    check_may_print(issued_by=by, issued_at=at, actor=OFFICER, now=NOON + timedelta(hours=11))
    with pytest.raises(CardHiddenError):
        check_may_print(issued_by=by, issued_at=at, actor=OFFICER, now=NOON + timedelta(hours=12))
    with pytest.raises(CardHiddenError):
        check_may_print(issued_by=by, issued_at=at, actor="person:another", now=NOON)


def test_a_card_of_another_does_not_take_this_one_s_pin(session: Session) -> None:
    payer, other, shop = pensioner(session), resident(session), merchant(session)
    give_pin(session, other)
    made = card(session, payer)
    assert refused(session, shop, text_of(made), 1, pin=typed(session, other)) is Refusal.PIN_WRONG
