"""Tills under load: each order is paid with a fresh code, and nobody gives up before knowing what became of it."""

import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from random import Random
from urllib.parse import urlencode
from uuid import UUID, uuid4

from tests.soak.calling import Answer, Line
from tests.soak.towns import Phone, Till, Town

CLERKS = 8
AMOUNT_MAX = 2_000
# A code lives for a minute; an order that waits longer for a server is paid with another.
CODES_MAX = 5
ORDER_S_MAX = 180.0
LOAD_S_MAX = 420.0
PAUSE_S = 0.05
SECOND_LOOKS = 0.05


@dataclass(frozen=True, slots=True)
class Paid:
    """What a till was told of a completed payment, in its own words or in the answer to a later question."""

    id: UUID
    shop_id: UUID
    order_no: str
    resident_id: UUID
    amount: int
    receipt_no: str
    entry_id: UUID


@dataclass(frozen=True, slots=True)
class Order:
    """Something to be paid."""

    number: str
    till: Till
    phone: Phone
    amount: int


@dataclass
class Clerk:
    """One thread: takes orders until there are none, on one connection."""

    line: Line
    chance: Random
    counts: Counter[str] = field(default_factory=Counter)
    told: list[Paid] = field(default_factory=list)

    def take(self, order: Order) -> None:
        """Have an order paid, and know it.

        Raises:
            AssertionError: an answer came that no till expects, or none for very long.
        """
        for _ in range(CODES_MAX):
            body = {"code": self._fresh_code(order.phone), "amount": order.amount, "order_no": order.number}
            call = str(uuid4())
            if self._pay(order, body, call):
                if self.chance.random() < SECOND_LOOKS:
                    self._pay_again(order, body, call)
                return
            self.counts["codes expired"] += 1
        raise AssertionError(f"order {order.number}: every code expired")

    def _fresh_code(self, phone: Phone) -> str:
        deadline = time.monotonic() + ORDER_S_MAX
        while time.monotonic() < deadline:
            answer = self._heard(self.line.post("/payment-codes", {}, phone.key, call=str(uuid4())))
            if answer is not None:
                assert answer.status == 201, answer
                return str(answer.body["code"])
        raise AssertionError("no code for very long")

    def _pay(self, order: Order, body: dict[str, object], call: str) -> bool:
        """Send the payment until it is known to be completed (True) or its code to have expired (False)."""
        deadline = time.monotonic() + ORDER_S_MAX
        while time.monotonic() < deadline:
            answer = self._heard(self.line.post("/redemptions", body, order.till.key, call=call))
            if answer is not None:
                self.counts["repeated calls that were done before"] += answer.replayed
                return self._is_paid(order, answer, 201)
            # Nobody knows what became of it. Half of the clerks ask, half just press the button again.
            if self.chance.random() < 0.5 and self._asked(order):
                return True
        raise AssertionError(f"order {order.number}: no answer for very long")

    def _asked(self, order: Order) -> bool:
        """Ask by the order's number; say whether it is known to be paid."""
        query = urlencode({"order_no": order.number})
        answer = self._heard(self.line.get(f"/redemptions?{query}", order.till.key))
        if answer is None or answer.status == 404 or answer.body.get("status") == "refused":
            return False
        self.counts["found by order number"] += 1
        return self._is_paid(order, answer, 200)

    def _pay_again(self, order: Order, body: dict[str, object], call: str) -> None:
        """Press the button once more after all is known: the same answer, and nothing happens."""
        answer = self._heard(self.line.post("/redemptions", body, order.till.key, call=call))
        if answer is not None:
            assert answer.replayed, answer
            assert self._is_paid(order, answer, 201)

    def _is_paid(self, order: Order, answer: Answer, status: int) -> bool:
        if answer.status == 409 and answer.body["code"] == "code_expired":
            return False
        assert answer.status == status, answer
        body = answer.body
        assert (body["status"], body["order_no"], body["amount"]) == ("completed", order.number, order.amount), answer
        self.told.append(
            Paid(
                UUID(body["id"]),
                order.till.shop_id,
                order.number,
                order.phone.resident_id,
                order.amount,
                body["receipt_no"],
                UUID(body["entry_id"]),
            )
        )
        return True

    def _heard(self, answer: Answer | None) -> Answer | None:
        """Return the answer if it decides anything; else count it, and give whoever is away a moment."""
        if answer is not None and answer.status != 503:
            return answer
        assert answer is None or answer.says_try_again, answer
        self.counts["answers lost" if answer is None else "asked to try again"] += 1
        time.sleep(PAUSE_S)
        return None


class Load:
    """All clerks at work on so many orders, and what they were told."""

    def __init__(self, town: Town, port: int, orders: int, seed: int) -> None:
        """Let each clerk call the server at `port`; `orders` are all there are."""
        self._town, self._port, self.orders, self._seed = town, port, orders, seed
        self._numbers = count()
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._paid = 0
        self._running: list[Future[Clerk]] = []
        self._finished: list[Clerk] = []

    @contextmanager
    def running(self) -> Iterator[None]:
        """Let the clerks begin; at the end wait until every order is paid.

        Raises:
            AssertionError: a clerk met an answer that no till expects, or it took very long.
        """
        with ThreadPoolExecutor(CLERKS) as threads:
            self._running = [threads.submit(self._work, clerk) for clerk in range(CLERKS)]
            try:
                yield
                self._finished = [each.result(LOAD_S_MAX) for each in self._running]
            finally:
                self._stop.set()

    def wait_until_paid(self, orders: int) -> None:
        """Wait until so many orders are paid.

        Raises:
            AssertionError: a clerk stopped, or it took very long.
        """
        deadline = time.monotonic() + LOAD_S_MAX
        while self._paid < orders:
            for each in self._running:
                if each.done():
                    each.result()
            assert time.monotonic() < deadline, "the load takes very long"
            time.sleep(0.002)

    @property
    def told(self) -> list[Paid]:
        """All that the clerks were told, once they have finished; an order may be told more than once."""
        return [paid for clerk in self._finished for paid in clerk.told]

    @property
    def counts(self) -> Counter[str]:
        """What the clerks met on the way."""
        return sum((clerk.counts for clerk in self._finished), Counter())

    def _work(self, number: int) -> Clerk:
        with Line(self._port) as line:
            clerk = Clerk(line, Random(f"{self._seed} {number}"))
            while not self._stop.is_set() and (order := self._next_order(clerk.chance)) is not None:
                clerk.take(order)
                with self._lock:
                    self._paid += 1
            return clerk

    def _next_order(self, chance: Random) -> Order | None:
        with self._lock:
            number = next(self._numbers)
        if number >= self.orders:
            return None
        till, phone = chance.choice(self._town.tills), chance.choice(self._town.phones)
        return Order(f"order {number}", till, phone, chance.randint(1, AMOUNT_MAX))
