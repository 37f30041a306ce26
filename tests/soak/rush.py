"""The rush at noon: every till takes payments in all three ways, cancels, refunds, and loses its line now and then."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from random import Random
from typing import Any
from urllib.parse import urlencode
from uuid import UUID, uuid4

from tests.soak.calling import Answer, Line
from tests.soak.towns import Phone, Till, Town

AMOUNT_MAX = 2_000
LOST_LINES = 0.1
REFUNDS = 0.2
ANSWER_S_MAX = 180.0
RUSH_S_MAX = 600.0
PAUSE_S = 0.2
COMPLETED, CANCELLED, EXPIRED = "completed", "cancelled", "expired"


@dataclass(frozen=True, slots=True)
class Ended:
    """What its till knows of a payment: how it ended, and what was given back of it."""

    id: UUID
    shop: str
    state: str
    amount: int
    refunded: int


class UnexpectedError(AssertionError):
    """An answer came that no till expects, or none for very long."""


@dataclass
class RushedTill:
    """One till and whoever stands in front of it, on a line each."""

    till: Till
    owner: str
    phones: tuple[Phone, ...]
    number: int
    line: Line
    phone_line: Line
    chance: Random
    counts: Counter[str] = field(default_factory=Counter)
    ended: list[Ended] = field(default_factory=list)

    def take(self, turn: int) -> None:
        """Take a payment in one of the three ways, know how it ended, and perhaps give something back.

        Raises:
            UnexpectedError: an answer came that no till expects, or none for very long.
        """
        way = self.chance.choice((self._by_code, self._by_order, self._by_plaque))
        amount = self.chance.randint(2, AMOUNT_MAX)
        body = way(f"{self.number}-{turn}", self.chance.choice(self.phones), amount)
        refunded = 0
        if body["status"] == COMPLETED and self.chance.random() < REFUNDS:
            refunded = self._refunded(body["id"], amount)
        self.counts[f"{way.__name__.removeprefix('_by_')} {body['status']}"] += 1
        self.ended.append(Ended(UUID(body["id"]), self.till.shop, body["status"], amount, refunded))

    # --- the three ways ---------------------------------------------------------------------------------------------

    def _by_code(self, order_no: str, phone: Phone, amount: int) -> dict[str, Any]:
        for _ in range(5):
            made = self._post(self.phone_line, "/payment-codes", {}, phone.key)
            self._expect(made, 201)
            if "code" not in made.body:
                # The answer was lost with the server, and the code's time was over before it could be asked for again.
                self.counts["codes expired"] += 1
                continue
            paying = {"code": made.body["code"], "amount": amount, "order_no": order_no}
            call = self._perhaps_unheard("/redemptions", paying, self.till.key)
            if call is not None:
                # Half of the tills ask what became of it, half just press the button again.
                found = self._outcome(order_no) if self.chance.random() < 0.5 else None
                if found is not None and found["status"] == COMPLETED:
                    return found
            answer = self._post(self.line, "/redemptions", paying, self.till.key, call=call)
            if answer.status == 201:
                return answer.body
            self._expect(answer, 409, "code_expired")
            self.counts["codes expired"] += 1
        raise UnexpectedError(f"order {order_no}: every code expired")

    def _by_order(self, order_no: str, phone: Phone, amount: int) -> dict[str, Any]:
        asking = {"amount": amount, "order_no": order_no}
        call = self._perhaps_unheard("/orders", asking, self.till.key)
        made = self._post(self.line, "/orders", asking, self.till.key, call=call)
        self._expect(made, 201)
        order = f"/orders/{made.body['id']}"
        # Paid; or cancelled; or both at once, where nobody hears how the first of them ended.
        match self.chance.choices(("paid", "cancelled", "cancelling", "paying"), (7, 1, 1, 1))[0]:
            case "paid":
                self._expect(self._post(self.phone_line, f"{order}/payment", {}, phone.key), 201)
            case "cancelled":
                self._expect(self._post(self.line, f"{order}/cancellation", {}, self.till.key), 200)
            case "cancelling":
                self.line.post_and_hang_up(f"{order}/cancellation", {}, self.till.key, call=str(uuid4()))
                self._either(self._post(self.phone_line, f"{order}/payment", {}, phone.key))
            case _:
                self.phone_line.post_and_hang_up(f"{order}/payment", {}, phone.key, call=str(uuid4()))
                self._either(self._post(self.line, f"{order}/cancellation", {}, self.till.key))
        found = self._outcome(order_no)
        if found is None or found["status"] not in {COMPLETED, CANCELLED, EXPIRED}:
            raise UnexpectedError(f"order {order_no} has not ended: {found}")
        return found

    def _by_plaque(self, order_no: str, phone: Phone, amount: int) -> dict[str, Any]:
        del order_no  # the plaque gives it a number of its own
        path = f"/merchants/{self.till.shop}/payments"
        call = str(uuid4())
        if self.chance.random() < LOST_LINES:
            self.counts["lines lost"] += 1
            self.phone_line.post_and_hang_up(path, {"amount": amount}, phone.key, call=call)
        answer = self._post(self.phone_line, path, {"amount": amount}, phone.key, call=call)
        self._expect(answer, 201)
        # What the payer's screen says is no proof: the till looks itself.
        seen = self._get(f"/redemptions/{answer.body['id']}", self.till.key)
        self._expect(seen, 200)
        return seen.body

    # --- what follows ------------------------------------------------------------------------------------------------

    def _refunded(self, payment_id: str, amount: int) -> int:
        path, refunded = f"/redemptions/{payment_id}/refunds", 0
        for part in self._parts(amount):
            asked = {"amount": part, "reason": "returned"}
            call = self._perhaps_unheard(path, asked, self.owner)
            answer = self._post(self.line, path, asked, self.owner, call=call)
            if refunded + part > amount:
                self._expect(answer, 409, "refund_exceeds_redemption")
            else:
                self._expect(answer, 201)
                refunded += part
                if answer.body["refunded_total"] != refunded:
                    raise UnexpectedError(answer)
        self.counts["refunds"] += 1
        return refunded

    def _parts(self, amount: int) -> list[int]:
        """Return what is asked back: all of it, a part, two parts, or more than there is."""
        part = self.chance.randint(1, amount - 1)
        return self.chance.choice(([amount], [part], [part, amount - part], [part, amount]))

    def _outcome(self, order_no: str) -> dict[str, Any] | None:
        answer = self._get(f"/redemptions?{urlencode({'order_no': order_no})}", self.till.key)
        if answer.status == 404:
            return None
        self._expect(answer, 200)
        return answer.body

    # --- calling -----------------------------------------------------------------------------------------------------

    def _perhaps_unheard(self, path: str, body: Mapping[str, Any], key: str) -> str | None:
        """Now and then send something and lose the line; return the call's key, under which it may be sent again."""
        if self.chance.random() >= LOST_LINES:
            return None
        self.counts["lines lost"] += 1
        call = str(uuid4())
        self.line.post_and_hang_up(path, body, key, call=call)
        return call

    def _post(self, line: Line, path: str, body: Mapping[str, Any], key: str, *, call: str | None = None) -> Answer:
        call = call or str(uuid4())
        return self._heard(path, lambda: line.post(path, body, key, call=call))

    def _get(self, path: str, key: str) -> Answer:
        return self._heard(path, lambda: self.line.get(path, key))

    def _heard(self, path: str, ask: Callable[[], Answer | None]) -> Answer:
        """Ask until an answer decides something: the server may be away, or ask for patience."""
        deadline = time.monotonic() + ANSWER_S_MAX
        while time.monotonic() < deadline:
            answer = ask()
            if answer is not None and answer.status != 503:
                return answer
            if answer is not None and not answer.says_try_again:
                raise UnexpectedError(answer)
            self.counts["answers lost" if answer is None else "asked to try again"] += 1
            time.sleep(PAUSE_S)
        raise UnexpectedError(f"no answer for very long: {path}")

    def _either(self, answer: Answer) -> None:
        """Of a payment and a cancellation at once, either may have won."""
        if answer.status not in {200, 201}:
            self._expect(answer, 409, "order_closed")

    @staticmethod
    def _expect(answer: Answer, status: int, code: str | None = None) -> None:
        if answer.status != status or (code is not None and answer.body["code"] != code):
            raise UnexpectedError(answer)


class Rush:
    """All tills at work, so many payments each."""

    def __init__(self, town: Town, port: int, payments: int, seed: int) -> None:
        """Let each of the town's tills call the server at `port`."""
        self._town, self._port, self._payments, self._seed = town, port, payments, seed
        self._lock, self._stop = threading.Lock(), threading.Event()
        self._done = 0
        self._running: list[Future[RushedTill]] = []
        self._finished: list[RushedTill] = []

    @contextmanager
    def running(self) -> Iterator[None]:
        """Let the tills begin; at the end wait until every payment has ended.

        Raises:
            UnexpectedError: a till met an answer that it does not expect, or none for very long.
        """
        tills = self._town.tills
        with ThreadPoolExecutor(len(tills)) as threads:
            self._running = [threads.submit(self._work, number) for number in range(len(tills))]
            try:
                yield
                self._finished = [each.result(RUSH_S_MAX) for each in self._running]
            finally:
                self._stop.set()

    def wait_until_ended(self, payments: int) -> None:
        """Wait until so many payments have ended.

        Raises:
            UnexpectedError: a till stopped, or it took very long.
        """
        deadline = time.monotonic() + RUSH_S_MAX
        while self._done < payments:
            for each in self._running:
                if each.done():
                    each.result()
            if time.monotonic() > deadline:
                raise UnexpectedError("the rush takes very long")
            time.sleep(0.002)

    @property
    def ended(self) -> list[Ended]:
        """How every payment ended, once all tills have finished."""
        return [each for till in self._finished for each in till.ended]

    @property
    def counts(self) -> Counter[str]:
        """What the tills met on the way."""
        return sum((till.counts for till in self._finished), Counter())

    def _work(self, number: int) -> RushedTill:
        till = self._town.tills[number]
        with Line(self._port) as line, Line(self._port) as phone_line:
            rushed = RushedTill(
                till,
                self._town.owners[till.shop],
                self._town.phones,
                number,
                line,
                phone_line,
                Random(f"{self._seed} {number}"),
            )
            for turn in range(self._payments):
                if self._stop.is_set():
                    break
                rushed.take(turn)
                with self._lock:
                    self._done += 1
            return rushed
