"""Many requests at the same moment, on both databases: the books come out as if one had come after the other."""

import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from werkzeug.test import TestResponse

import ledger
from tests.web.world import World


def at_once(asks: list[Callable[[], TestResponse]]) -> list[TestResponse]:
    """Ask everything at the same moment, each in a thread of its own, and return the answers in order."""
    start = threading.Barrier(len(asks))

    def run(ask: Callable[[], TestResponse]) -> TestResponse:
        start.wait()
        return ask()

    with ThreadPoolExecutor(len(asks)) as threads:
        return list(threads.map(run, asks))


def told(answers: list[TestResponse]) -> Counter[str]:
    """Count the answers by what they say: 201, or the code of a refusal."""
    return Counter("201" if each.status_code == 201 else each.get_json()["code"] for each in answers)


def is_proved(world: World) -> bool:
    """Say whether the audit finds nothing."""
    return all(result.ok for result in world.seen(lambda session: list(ledger.audit(session))))


def test_one_code_pays_once_however_many_scan_it(world: World) -> None:
    world.fund()
    resident, shop = world.resident(balance=50_000), world.shop()
    code = world.payment_code(resident)

    def scan(number: int) -> Callable[[], TestResponse]:
        body = {"code": code, "amount": 100, "order_no": str(number)}
        return lambda: world.post("/redemptions", body, shop.till)

    answers = at_once([scan(number) for number in range(50)])
    assert told(answers) == {"201": 1, "code_used": 49}
    assert world.available(resident) == 49_900
    assert is_proved(world)


def test_credits_for_nine_pay_nine_of_twenty_four(world: World) -> None:
    world.fund()
    resident, shop = world.resident(balance=900), world.shop()
    codes = [world.payment_code(resident) for _ in range(24)]

    def scan(code: str) -> Callable[[], TestResponse]:
        body = {"code": code, "amount": 100, "order_no": code}
        return lambda: world.post("/redemptions", body, shop.till)

    answers = at_once([scan(code) for code in codes])
    assert told(answers) == {"201": 9, "insufficient_balance": 15}
    assert world.available(resident) == 0
    assert is_proved(world)


def test_one_call_eight_times_at_once_is_one_movement_and_eight_equal_answers(world: World) -> None:
    world.fund()
    resident, shop = world.resident(balance=900), world.shop()
    body = {"code": world.payment_code(resident), "amount": 100, "order_no": "A-1"}
    answers = at_once([lambda: world.post("/redemptions", body, shop.till, call="same")] * 8)
    assert {each.status_code for each in answers} == {201}
    assert len({each.text for each in answers}) == 1
    assert sum("Idempotency-Replayed" not in each.headers for each in answers) == 1
    assert world.available(resident) == 800
    assert is_proved(world)


def test_one_award_eight_times_at_once_is_one_award(world: World) -> None:
    world.fund(money=1_000)
    resident = world.resident()
    body = {"resident_id": str(resident.id), "fund": "peace", "amount": 100, "reason": "x"}
    key = world.administrator
    answers = at_once([lambda: world.post("/awards", body, key, call="same")] * 8)
    assert len({each.text for each in answers}) == 1
    assert world.available(resident) == 100


def test_one_order_number_is_one_payment(world: World) -> None:
    world.fund()
    shop = world.shop()
    residents = [world.resident(balance=100) for _ in range(8)]
    bodies: list[dict[str, Any]] = [
        {"code": world.payment_code(each), "amount": 100, "order_no": "A-1"} for each in residents
    ]

    def scan(body: dict[str, Any]) -> Callable[[], TestResponse]:
        return lambda: world.post("/redemptions", body, shop.till)

    answers = at_once([scan(body) for body in bodies])
    assert told(answers) == {"201": 1, "order_no_used": 7}
    assert sum(world.available(each) for each in residents) == 700


def test_one_code_of_a_fund_is_taken_once(world: World) -> None:
    key = world.administrator
    body = {"code": "peace", "name": "n", "purpose": "p"}
    answers = at_once([lambda: world.post("/funds", body, key)] * 8)
    assert told(answers) == {"201": 1, "fund_exists": 7}


def test_money_moved_both_ways_at_once_ends_where_it_began(world: World) -> None:
    for code in ("a", "b"):
        world.fund(code, money=1_000)
    key = world.finance

    def move(source: str, target: str) -> Callable[[], TestResponse]:
        body = {"amount": 10, "document": "d", "to": target}
        return lambda: world.post(f"/funds/{source}/transfers", body, key)

    answers = at_once([move(*pair) for pair in [("a", "b"), ("b", "a")] * 12])
    assert told(answers) == {"201": 24}
    assert world.get("/funds/a", key).get_json()["available"] == 1_000
    assert is_proved(world)


def test_a_payment_is_given_back_once_however_many_try(world: World) -> None:
    world.fund()
    resident, shop = world.resident(balance=100), world.shop()
    paid = world.paid(shop, resident, 100)
    path, body = f"/redemptions/{paid['id']}/refunds", {"amount": 60, "reason": "x"}
    answers = at_once([lambda: world.post(path, body, shop.owner)] * 8)
    assert told(answers) == {"201": 1, "refund_exceeds_redemption": 7}
    assert world.available(resident) == 60
