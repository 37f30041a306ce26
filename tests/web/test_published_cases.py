"""The cases that WeChat Pay and Alipay publish for makers of tills, one by one; comments give their names for them.

WeChat Pay: payment by the payer's code, query, reversal and refund (pay.weixin.qq.com). Alipay: in-store payments with
alipay.trade.pay, .query, .cancel and .refund (opendocs.alipay.com).
"""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from payments import CODE_LIFETIME
from tests.web.world import Shop, Somebody, World, problem

PRICE = 1_250


class Till:
    """A till in front of which a resident stands who has 100.00 credits."""

    def __init__(self, world: World) -> None:
        self.world = world
        world.fund()
        self.payer: Somebody = world.resident(10_000)
        self.shop: Shop = world.shop()

    def pay(self, order_no: str, *, code: str = "", amount: int = PRICE, call: str = "") -> Any:
        """Send a payment with a code that the resident shows."""
        body = {"code": code or self.world.payment_code(self.payer), "amount": amount, "order_no": order_no}
        return self.world.post("/redemptions", body, self.shop.till, call=call or str(uuid4()))

    def outcome(self, order_no: str) -> tuple[int, str]:
        """Ask what became of an order; the second word is its status, or why there is none."""
        answer = self.world.get("/redemptions", self.shop.till, order_no=order_no)
        body = answer.get_json()
        return answer.status_code, body.get("status") if answer.status_code == 200 else body["code"]

    def refund(self, payment_id: str, amount: int) -> Any:
        """Let the shop's owner give something back."""
        body = {"amount": amount, "reason": "returned"}
        return self.world.post(f"/redemptions/{payment_id}/refunds", body, self.shop.owner)

    def order(self, order_no: str) -> str:
        """Ask for the amount by an order that the resident is to confirm, and return its path."""
        made = self.world.post("/orders", {"amount": PRICE, "order_no": order_no}, self.shop.till)
        assert made.status_code == 201
        return f"/orders/{made.get_json()['id']}"

    @property
    def left(self) -> int:
        """What the resident can still spend."""
        return self.world.available(self.payer)


@pytest.fixture
def till(world: World) -> Till:
    """Return a till in front of which somebody stands."""
    return Till(world)


def test_an_unknown_outcome_is_queried_until_it_is_known(till: Till) -> None:
    # The till never heard the answer (WeChat: SYSTEMERROR, USERPAYING; Alipay: 10003, 20000): it asks, then repeats.
    assert till.outcome("N1") == (404, "redemption_unknown")
    assert till.pay("N1", call="first").status_code == 201
    assert till.outcome("N1") == (200, "completed")
    # An order is queried while the payer decides.
    order = till.order("N2")
    assert till.outcome("N2") == (200, "awaiting_payer")
    till.world.post(f"{order}/payment", {}, till.payer.key)
    assert till.outcome("N2") == (200, "completed")
    assert till.left == 10_000 - 2 * PRICE


def test_the_same_request_again_is_the_same_payment(till: Till) -> None:
    code = till.world.payment_code(till.payer)
    first, again = (till.pay("N1", code=code, call="one").get_json() for _ in range(2))
    assert first == again
    assert till.left == 10_000 - PRICE


def test_a_cancellation_while_paying_wins_or_loses_and_both_sides_agree(till: Till) -> None:
    world, left = till.world, 10_000
    for number in range(4):
        order, start = till.order(f"N{number}"), threading.Barrier(2)

        def at_once(path: str, key: str, start: threading.Barrier = start) -> int:
            start.wait()
            return int(world.post(path, {}, key).status_code)

        with ThreadPoolExecutor(2) as threads:
            paid = threads.submit(at_once, f"{order}/payment", till.payer.key)
            cancelled = threads.submit(at_once, f"{order}/cancellation", till.shop.till)
        # Of the two exactly one comes; the other is told that the order is closed.
        status = till.outcome(f"N{number}")[1]
        assert (paid.result(), cancelled.result()) == ((201, 409) if status == "completed" else (409, 200))
        left -= PRICE if status == "completed" else 0
        assert till.left == left


def test_a_paid_order_is_not_cancelled_but_refunded(till: Till) -> None:
    # WeChat: ORDERPAID; Alipay's cancel would give the money back, ours says that a refund is what is meant.
    order = till.order("N1")
    payment_id = till.world.post(f"{order}/payment", {}, till.payer.key).get_json()["id"]
    assert problem(till.world.post(f"{order}/cancellation", {}, till.shop.till)) == (409, "order_closed")
    assert till.refund(payment_id, PRICE).status_code == 201
    assert till.left == 10_000


def test_a_cancelled_order_is_never_paid_and_cancelling_again_is_the_same(till: Till) -> None:
    # WeChat: ORDERREVERSED.
    order = till.order("N1")
    assert [till.world.post(f"{order}/cancellation", {}, till.shop.till).status_code for _ in range(2)] == [200, 200]
    assert problem(till.world.post(f"{order}/payment", {}, till.payer.key)) == (409, "order_closed")
    assert till.left == 10_000


def test_more_than_was_paid_is_never_given_back(till: Till) -> None:
    payment_id = till.pay("N1").get_json()["id"]
    assert problem(till.refund(payment_id, PRICE + 1)) == (409, "refund_exceeds_redemption")
    assert till.refund(payment_id, PRICE).status_code == 201
    assert problem(till.refund(payment_id, 1)) == (409, "refund_exceeds_redemption")
    assert till.left == 10_000


def test_parts_are_given_back_to_the_cent(till: Till) -> None:
    payment_id = till.pay("N1", amount=1_000).get_json()["id"]
    # Thirds of 10.00: their sum is 10.00, not 9.99 and not 10.01.
    totals = [till.refund(payment_id, part).get_json()["refunded_total"] for part in (333, 333, 334)]
    assert totals == [333, 666, 1_000]
    assert problem(till.refund(payment_id, 1)) == (409, "refund_exceeds_redemption")
    assert till.left == 10_000


def test_an_order_number_is_not_used_for_another_amount(till: Till) -> None:
    # WeChat: OUT_TRADE_NO_USED; Alipay: ACQ.CONTEXT_INCONSISTENT, ACQ.TRADE_HAS_SUCCESS.
    paid = till.pay("N1").get_json()
    for other in (till.pay("N1", amount=PRICE + 1), till.pay("N1")):
        assert problem(other) == (409, "order_no_used")
        assert other.get_json()["id"] == paid["id"]
    asked = till.world.post("/orders", {"amount": 1, "order_no": "N1"}, till.shop.till)
    assert problem(asked) == (409, "order_no_used")
    assert till.left == 10_000 - PRICE


def test_a_code_pays_once(till: Till) -> None:
    code = till.world.payment_code(till.payer)
    assert till.pay("N1", code=code).status_code == 201
    assert problem(till.pay("N2", code=code)) == (409, "code_used")
    assert till.left == 10_000 - PRICE


@pytest.mark.parametrize(("after_s", "status"), [(0, 201), (1, 409)])
def test_a_code_lives_to_its_last_second_and_not_one_more(till: Till, after_s: int, status: int) -> None:
    # WeChat: AUTHCODEEXPIRE; Alipay: ACQ.PAYMENT_AUTH_CODE_INVALID.
    code = till.world.payment_code(till.payer)
    till.world.clock.at += CODE_LIFETIME - timedelta(seconds=1) + timedelta(seconds=2 * after_s)
    answer = till.pay("N1", code=code)
    assert answer.status_code == status
    if status == 409:
        assert problem(answer) == (409, "code_expired")
        # The number is free for another code.
        assert till.pay("N1").status_code == 201
    assert till.left == 10_000 - PRICE
