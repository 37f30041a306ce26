"""A till that is paid while something goes wrong, and what must be true when all is well again."""

from dataclasses import dataclass, field
from itertools import count
from typing import Any

import ledger
import merchants
import payments
from tests.web.world import Shop, Somebody, World, problem

CHECKS = (*merchants.CHECKS, *payments.CHECKS)


@dataclass
class Order:
    """One order to be paid, under one idempotency key however often it is sent."""

    world: World
    shop: Shop
    body: dict[str, Any]
    number: str

    def send(self) -> tuple[int, str]:
        """Send it, and return the status with the problem's code, or with `replayed` or `new`."""
        answer = self.world.post("/redemptions", self.body, self.shop.till, call=self.number)
        if answer.status_code == 201:
            return 201, "replayed" if answer.headers.get("Idempotency-Replayed") else "new"
        if answer.status_code == 503:
            assert int(answer.headers["Retry-After"]) > 0
        return problem(answer)


@dataclass
class Counter:
    """A shop where a resident pays 1.00 each time."""

    world: World
    resident: Somebody
    shop: Shop
    numbers: "count[int]" = field(default_factory=lambda: count(1))

    def order(self) -> Order:
        """Let the resident show a code, for an order that is not sent yet."""
        number = f"order {next(self.numbers)}"
        code = self.world.payment_code(self.resident)
        return Order(self.world, self.shop, {"code": code, "amount": 100, "order_no": number}, number)

    def assert_paid(self, times: int) -> None:
        """See that it was paid so many times and nothing stands by half."""
        assert self.world.available(self.resident) == 100_000 - 100 * times
        findings = self.world.seen(lambda session: [each for each in ledger.audit(session, CHECKS) if not each.ok])
        assert findings == []


def counter(world: World) -> Counter:
    """Return a counter in a community with a fund of 10,000.00 and a resident who has 1,000.00."""
    world.fund(money=1_000_000)
    return Counter(world, world.resident(balance=100_000), world.shop("M01"))


UNAVAILABLE = (503, "unavailable")
NEW, REPLAYED = (201, "new"), (201, "replayed")
