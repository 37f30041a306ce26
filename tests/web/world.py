"""A small community with an application over it: people to act as, and builders that show their numbers."""

import itertools
import json as json_module
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from flask import Flask
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

import awards
import holds
import ledger
import merchants
import payments
import people
from people import Role
from tests.clock import NOON
from web.secret_keys import payment_code_secret, phone_vault
from web.unit_of_work import in_transaction, reading

T = TypeVar("T")

TOWN, VILLAGE, OTHER_TOWN = "140881001", "140881001001", "140881002"
SYSTEM = "system"


class Clock:
    """The application's time, which a test may move."""

    def __init__(self) -> None:
        self.at = NOON

    def __call__(self, zone: ZoneInfo) -> datetime:
        """Return the present instant in a zone."""
        return self.at.astimezone(zone)

    def pass_by(self, **time: float) -> None:
        """Let time pass."""
        self.at += timedelta(**time)


@dataclass(frozen=True)
class Shop:
    """A merchant with keys of its till and its owner."""

    id: UUID
    code: str
    till: str
    owner: str


@dataclass(frozen=True)
class Somebody:
    """A resident with a key of their own."""

    id: UUID
    number: str
    key: str


@dataclass
class World:
    """The application on one database, and everybody who may act in it."""

    app: Flask
    clock: Clock
    keys: dict[str, str] = field(default_factory=dict)
    counter: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    # --- acting over HTTP -------------------------------------------------------------------------------------------

    def get(self, path: str, key: str | None = None, **query: Any) -> TestResponse:
        """Ask for something of the API."""
        return self.app.test_client().get(f"/api/v1{path}", query_string=query, headers=self._headers(key))

    def post(
        self,
        path: str,
        body: Mapping[str, Any] | bytes,
        key: str | None = None,
        *,
        call: str | None = "",
        **headers: str,
    ) -> TestResponse:
        """Ask the API to do something, under a fresh idempotency key unless `call` names one or is None."""
        data = body if isinstance(body, bytes) else json_module.dumps(body).encode()
        sent = {"Content-Type": "application/json", **self._headers(key), **headers}
        if call is not None:
            sent["Idempotency-Key"] = call or str(uuid4())
        return self.app.test_client().post(f"/api/v1{path}", data=data, headers=sent)

    def key(self, role: Role, **place: Any) -> str:
        """Return a key of a role; without a place, always the same one."""
        usual = not place
        if usual and role.value in self.keys:
            return self.keys[role.value]
        name = place.pop("name", None) or f"{role} {next(self.counter)}"
        secret = self.done(
            lambda session: people.create_key(session, role=role, name=name, now=self.clock.at, **place)
        )[1]
        if usual:
            self.keys[role.value] = secret
        return secret

    @property
    def administrator(self) -> str:
        """A key of an administrator of the whole tree."""
        return self.key(Role.ADMINISTRATOR)

    @property
    def finance(self) -> str:
        """A key of somebody in finance."""
        return self.key(Role.FINANCE)

    @property
    def auditor(self) -> str:
        """A key of an auditor."""
        return self.key(Role.AUDITOR)

    # --- builders ---------------------------------------------------------------------------------------------------

    def done(self, work: Callable[[Session], T]) -> T:
        """Do something with the domain, and commit it."""
        with self.app.app_context():
            return in_transaction(work)

    def seen(self, work: Callable[[Session], T]) -> T:
        """Look at something with the domain."""
        with self.app.app_context():
            return reading(work)

    def fund(self, code: str = "peace", money: int = 100_000, expiry_rule: str = awards.END_OF_NEXT_YEAR) -> str:
        """Make a fund with money, in minor units, and return its code."""

        def make(session: Session) -> None:
            awards.create_fund(
                session,
                code=code,
                name=f"Fund {code}",
                purpose="Peace",
                actor=SYSTEM,
                now=self.clock.at,
                expiry_rule=expiry_rule,
            )

        self.done(make)
        if money:
            self.done(
                lambda session: awards.appropriate(
                    session, fund_code=code, amount=money, document="Doc 1", actor=SYSTEM, now=self.clock.at
                )
            )
        return code

    def resident(self, balance: int = 0, *, unit: str = VILLAGE, fund: str = "peace", name: str = "王小明") -> Somebody:
        """Register a resident with a key, and award them `balance` minor units."""
        number = next(self.counter)
        with self.app.app_context():
            vault = phone_vault()
        made = self.done(
            lambda session: people.register_resident(
                session, name=name, phone=f"1380000{number:04d}", unit_code=unit, vault=vault, now=self.clock.at
            )
        )
        if balance:
            self.award(made.id, balance, fund)
        return Somebody(made.id, made.number, self.key(Role.RESIDENT, resident_id=made.id))

    def award(self, resident_id: UUID, amount: int, fund: str = "peace") -> awards.Award:
        """Award credits to a resident."""
        return self.done(
            lambda session: awards.award(
                session,
                resident_id=resident_id,
                fund_code=fund,
                amount=amount,
                reason="A useful report",
                actor=SYSTEM,
                now=self.clock.at,
            )
        )

    def hold(self, resident: Somebody, amount: int, *, hours: float = 24) -> holds.Hold:
        """Set some of a resident's credits aside."""

        def make(session: Session) -> holds.Hold:
            owner = people.get_resident(session, resident.id)
            return holds.authorize(
                session,
                available=owner.available_account_id,
                held=owner.held_account_id,
                amount=amount,
                expires_at=self.clock.at + timedelta(hours=hours),
                actor=SYSTEM,
                now=self.clock.at,
                purpose="voucher",
            )

        return self.done(make)

    def captured(self, hold: holds.Hold, shop: Shop, amount: int) -> holds.HoldCapture:
        """Pay a shop something of what is set aside, and keep the rest."""

        def make(session: Session) -> holds.HoldCapture:
            return holds.capture(
                session,
                hold_id=hold.id,
                to=merchants.get_merchant(session, shop.id).payable_account_id,
                relabel=ledger.undated,
                final=False,
                actor=SYSTEM,
                now=self.clock.at,
                amount=amount,
            )

        return self.done(make)

    def shop(self, code: str = "M01", *, named: bool = True, funds: list[str] | None = None) -> Shop:
        """Register a merchant with keys, named for this year unless told otherwise."""

        def make(session: Session) -> merchants.Merchant:
            merchant = merchants.create_merchant(
                session, code=code, name=f"Shop {code}", category="food", actor=SYSTEM, now=self.clock.at
            )
            if named:
                merchants.name_merchant(
                    session,
                    merchant=merchant,
                    naming_class="A",
                    valid_from=date(2026, 1, 1),
                    valid_until=date(2026, 12, 31),
                    document="Doc 2",
                    funds=funds,
                    actor=SYSTEM,
                    now=self.clock.at,
                )
            return merchant

        merchant = self.done(make)
        return Shop(
            merchant.id,
            code,
            self.key(Role.TILL, merchant_id=merchant.id),
            self.key(Role.MERCHANT_OWNER, merchant_id=merchant.id),
        )

    def payment_code(self, resident: Somebody) -> str:
        """Return a fresh payment code of a resident."""
        with self.app.app_context():
            secret = payment_code_secret()

        def make(session: Session) -> str:
            owner = people.get_resident(session, resident.id)
            made = payments.create_payment_code(session, resident=owner, secret=secret, now=self.clock.at)
            return payments.code_of(made.id, secret)

        return self.done(make)

    def paid(self, shop: Shop, resident: Somebody, amount: int, order_no: str = "") -> dict[str, Any]:
        """Let a resident pay at a shop, and return the answer."""
        body = {
            "code": self.payment_code(resident),
            "amount": amount,
            "order_no": order_no or f"order-{next(self.counter)}",
        }
        answer = self.post("/redemptions", body, shop.till)
        assert answer.status_code == 201, answer.text
        return dict(answer.get_json())

    def available(self, resident: Somebody) -> int:
        """Return what a resident can spend, as the API says."""
        answer = self.get(f"/residents/{resident.id}/balances", resident.key)
        return int(answer.get_json()["items"][0]["available"])

    @staticmethod
    def _headers(key: str | None) -> dict[str, str]:
        return {} if key is None else {"Authorization": f"Bearer {key}"}


def problem(answer: TestResponse) -> tuple[int, str]:
    """Return a refusal's status and code, and see that it is told as the contract says."""
    assert answer.content_type == "application/problem+json", answer.text
    body = answer.get_json()
    assert body["status"] == answer.status_code
    assert {"type", "title", "detail", "code", "request_id"} <= body.keys()
    assert body["request_id"] == answer.headers["X-Request-ID"]
    return answer.status_code, body["code"]
