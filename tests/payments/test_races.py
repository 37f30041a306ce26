"""Many at once, on both databases: a code pays once, credits are spent once, a call is answered once."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

import ledger
from merchants import MerchantError
from payments import (
    CHECKS,
    LIVE_CODES_MAX,
    Attempt,
    CodeBlock,
    CodesBlockedError,
    PaymentError,
    Redemption,
    Refund,
    RefundExceedsRedemptionError,
    Refusal,
    TooManyLiveCodesError,
    block_codes,
    create_payment_code,
    get_payment_code,
    get_redemption,
    get_refund,
    lift_block,
    list_redemptions,
    list_refunds,
    live_block,
)
from people import Resident, get_resident
from tests.clock import NOON
from tests.merchants.builders import SECRET, call, code, give_back, merchant, paid, pay, resident
from tests.payments.racing import at_once, committed, meeting


def furnished(engine: Engine, *, balance: int = 0) -> tuple[UUID, UUID]:
    """Return the ids of a merchant and of a resident who holds something."""
    return committed(engine, lambda session: (merchant(session).id, resident(session, balance=balance).id))


def codes_of(engine: Engine, resident_id: UUID, count: int) -> list[str]:
    """Return fresh codes of a resident."""

    def make(session: Session) -> list[str]:
        owner = get_resident(session, resident_id)
        return [code(session, owner) for _ in range(count)]

    return committed(engine, make)


def paying(merchant_id: UUID, shown: str, amount: int, **how: object) -> Callable[[Session], Attempt]:
    """Return the work of one attempt, which is the same work each time it is run."""
    order_no, asked = how.get("order_no") or f"order of {ledger.new_id()}", how.get("again") or call()
    assert isinstance(order_no, str)
    assert isinstance(asked, ledger.Call)
    return lambda session: pay(session, at=merchant_id, with_code=shown, amount=amount, order_no=order_no, again=asked)


def refusals(attempts: list[Attempt | MerchantError | PaymentError]) -> Counter[str]:
    """Count attempts by how they ended."""
    ended: Counter[str] = Counter()
    for attempt in attempts:
        assert isinstance(attempt, Attempt)
        ended[str(attempt.redemption.refusal or "completed")] += 1
    return ended


def assert_books_are_right(engine: Engine) -> None:
    """Prove the books and the payments in them."""
    with Session(engine) as session:
        assert [result for result in ledger.audit(session, CHECKS) if not result.ok] == []


# --- payments --------------------------------------------------------------------------------------------------------


def test_one_code_shown_fifty_times_at_once_pays_once(engine: Engine) -> None:
    merchant_id, resident_id = furnished(engine, balance=50_00)
    shown = codes_of(engine, resident_id, 1)[0]

    attempts = at_once(engine, [paying(merchant_id, shown, 1_00) for _ in range(50)])

    assert refusals(attempts) == {"completed": 1, "code_used": 49}
    with Session(engine) as session:
        assert ledger.balance(session, get_resident(session, resident_id).available_account_id) == 49_00
        assert len(list_redemptions(session, merchant_id=merchant_id, limit=100)) == 50
    assert_books_are_right(engine)


def test_twenty_four_codes_against_credits_for_nine_pay_exactly_nine_times(engine: Engine) -> None:
    merchant_id, resident_id = furnished(engine, balance=9_99)

    attempts = at_once(engine, [paying(merchant_id, shown, 1_00) for shown in codes_of(engine, resident_id, 24)])

    assert refusals(attempts) == {"completed": 9, "insufficient_balance": 15}
    with Session(engine) as session:
        assert ledger.balance(session, get_resident(session, resident_id).available_account_id) == 99
    assert_books_are_right(engine)


def test_the_same_call_eight_times_at_once_is_one_movement_and_eight_equal_answers(engine: Engine) -> None:
    merchant_id, resident_id = furnished(engine, balance=10_00)
    shown = codes_of(engine, resident_id, 1)[0]

    attempts = at_once(engine, [paying(merchant_id, shown, 1_00, order_no="A1", again=call("k"))] * 8)

    assert refusals(attempts) == {"completed": 8}
    made = [attempt for attempt in attempts if isinstance(attempt, Attempt)]
    assert len({(each.redemption.id, each.redemption.receipt_no, each.payer) for each in made}) == 1
    assert Counter(each.replayed for each in made) == {False: 1, True: 7}
    with Session(engine) as session:
        assert ledger.balance(session, get_resident(session, resident_id).available_account_id) == 9_00
    assert_books_are_right(engine)


def test_the_same_call_that_is_refused_eight_times_at_once_is_one_refusal(engine: Engine) -> None:
    merchant_id, _ = furnished(engine)

    attempts = at_once(engine, [paying(merchant_id, "unknown", 1_00, order_no="A1", again=call("k"))] * 8)

    assert refusals(attempts) == {"code_unknown": 8}
    assert len({attempt.redemption.id for attempt in attempts if isinstance(attempt, Attempt)}) == 1


def test_one_order_number_eight_times_at_once_is_paid_once_and_the_others_name_that_payment(engine: Engine) -> None:
    merchant_id, resident_id = furnished(engine, balance=10_00)
    shown = codes_of(engine, resident_id, 8)

    attempts = at_once(engine, [paying(merchant_id, each, 1_00, order_no="A1") for each in shown])

    assert refusals(attempts) == {"completed": 1, "order_no_used": 7}
    made = [attempt for attempt in attempts if isinstance(attempt, Attempt)]
    completed = next(each.redemption.id for each in made if each.redemption.refusal is None)
    assert {each.holder_id for each in made if each.redemption.refusal is Refusal.ORDER_NO_USED} == {completed}
    assert_books_are_right(engine)


# --- refunds ---------------------------------------------------------------------------------------------------------


def payment(engine: Engine, amount: int) -> Redemption:
    """Return a completed payment."""

    def make(session: Session) -> Redemption:
        made = paid(session, resident(session, balance=amount), merchant(session), amount)
        return get_redemption(session, made.id)

    return committed(engine, make)


def refunding(of: Redemption, amount: int, again: ledger.Call | None = None) -> Callable[[Session], Refund]:
    """Return the work of one refund, or of finding what the same call refunded."""

    def work(session: Session) -> Refund:
        made_id = None if again is None else ledger.recall_call(session, again)
        made = None if made_id is None else get_refund(session, made_id)
        return made or give_back(session, of, amount, again=again)

    return work


def test_refunds_at_once_never_exceed_the_payment(engine: Engine) -> None:
    redemption = payment(engine, 1_00)

    made = at_once(engine, [refunding(redemption, 30, call()) for _ in range(8)])

    assert Counter(type(each) for each in made) == {Refund: 3, RefundExceedsRedemptionError: 5}
    assert sorted(each.refunded_total for each in made if isinstance(each, Refund)) == [30, 60, 90]
    assert {each.left for each in made if isinstance(each, RefundExceedsRedemptionError)} == {10}
    assert_books_are_right(engine)


@pytest.mark.parametrize("amount", [1_00, 30])
def test_the_same_refund_eight_times_at_once_is_one_refund_and_eight_equal_answers(engine: Engine, amount: int) -> None:
    redemption = payment(engine, 1_00)

    made = at_once(engine, [refunding(redemption, amount, call("k"))] * 8)

    assert len({each.id for each in made if isinstance(each, Refund)}) == 1
    assert [type(each) for each in made] == [Refund] * 8
    with Session(engine) as session:
        assert len(list_refunds(session, redemption_id=redemption.id)) == 1
    assert_books_are_right(engine)


def test_payments_and_refunds_of_one_resident_at_one_merchant_get_by_each_other(engine: Engine) -> None:
    redemption = payment(engine, 40_00)
    assert redemption.resident_id is not None
    give_back_all = committed(engine, refunding(redemption, 20_00))
    assert give_back_all.refunded_total == 20_00
    shown = codes_of(engine, redemption.resident_id, 10)

    works: list[Callable[[Session], object]] = []
    for each in shown:
        works += [paying(redemption.merchant_id, each, 1_00), refunding(redemption, 1_00, call())]
    made = at_once(engine, works)

    assert [each for each in made if isinstance(each, MerchantError | PaymentError)] == []
    with Session(engine) as session:
        payer = get_resident(session, redemption.resident_id)
        assert ledger.balance(session, payer.available_account_id) == 20_00
    assert_books_are_right(engine)


# --- codes -----------------------------------------------------------------------------------------------------------


def test_codes_made_at_once_never_exceed_sixty(engine: Engine) -> None:
    _, resident_id = furnished(engine)
    codes_of(engine, resident_id, LIVE_CODES_MAX - 3)

    made = at_once(engine, [lambda session: code(session, get_resident(session, resident_id))] * 8)

    assert Counter(isinstance(each, TooManyLiveCodesError) for each in made) == {False: 3, True: 5}


def test_the_same_call_for_the_last_code_is_never_refused_for_its_twin_s_sake(engine: Engine) -> None:
    _, resident_id = furnished(engine)
    codes_of(engine, resident_id, LIVE_CODES_MAX - 1)
    asked = call("k")

    def make(session: Session) -> UUID:
        owner: Resident = get_resident(session, resident_id)
        made_id = ledger.recall_call(session, asked)
        if made_id is not None:
            return get_payment_code(session, payment_code_id=made_id, resident_id=resident_id).id
        return create_payment_code(session, resident=owner, secret=SECRET, now=NOON, call=asked).id

    assert len(set(at_once(engine, [make] * 8))) == 1


def test_no_code_slips_through_a_block_that_is_being_made(engine: Engine) -> None:
    _, resident_id = furnished(engine)

    with pytest.raises(CodesBlockedError):
        meeting(
            engine,
            lambda session: block_codes(session, resident_id=resident_id, actor="resident:1", now=NOON),
            lambda session: code(session, get_resident(session, resident_id)),
        )


def test_blocks_at_once_are_one_block_and_lifted_once(engine: Engine) -> None:
    _, resident_id = furnished(engine)

    def block(session: Session) -> UUID:
        return block_codes(session, resident_id=resident_id, actor="resident:1", now=NOON, call=call()).id

    def lift(session: Session) -> CodeBlock | None:
        later = NOON + timedelta(minutes=1)
        return lift_block(session, resident_id=resident_id, actor="resident:1", now=later, call=call())

    assert len(set(at_once(engine, [block] * 8))) == 1
    assert Counter(each is None for each in at_once(engine, [lift] * 8)) == {False: 1, True: 7}
    with Session(engine) as session:
        assert live_block(session, resident_id=resident_id) is None
