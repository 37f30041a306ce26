"""Contestants that redeem: a fresh code each time, a shop out of fifty."""

import hashlib
import random
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import insert, text
from sqlalchemy.orm import Session

import ledger
import merchants
import payments
from bench.racing import ROUND_S, ROUNDS, WARM_UP_S, Step
from bench.worlds import engine_of
from payments import CODE_ALPHABET, PaymentCode

# More than all clients together can use up in a second.
_CODES_A_SECOND_MAX = 5_000

_REDEEM = text("SELECT limit_redeem(:entry, :redemption, :hash, :merchant, :number, :moved, :call_key, :today)")


def code_text(number: int) -> str:
    """Return the code with this number."""
    return "".join(CODE_ALPHABET[number >> 5 * place & 31] for place in range(12))


def hash_of_number(number: int) -> bytes:
    """Return what the code with this number is kept under."""
    return hashlib.sha256(code_text(number).encode()).digest()


def _numbers(client: int, clients: int, series: int = 0) -> range:
    # Rounds with other numbers of clients made codes of their own before, and so do both contestants of one round.
    begin = (clients * 100 + client) * 10_000_000 + series * 1_000_000
    return range(begin, begin + int(_CODES_A_SECOND_MAX * (ROUNDS * ROUND_S + WARM_UP_S) / clients))


def ours(url: str, client: int, clients: int, *, shops_paid: int = 50, series: int = 0) -> Step:
    """Redeem through the merchants package: every rule, the call remembered, the code used, the entry posted."""
    session, rng = Session(engine_of(url), expire_on_commit=False), random.Random(client)
    numbers = _numbers(client, clients, series)
    now = datetime.now(UTC)
    payers = session.execute(text("SELECT id, available_account_id FROM residents")).all()
    shops = [shop.id for shop in merchants.list_merchants(session, limit=shops_paid)]
    session.execute(
        insert(PaymentCode),
        [
            {
                "code_hash": hash_of_number(number),
                "resident_id": UUID(str(payer.id)),
                "account_id": payer.available_account_id,
                "payer_masked": "王*",
                "created_at": now,
                "expires_at": now + timedelta(days=1),
            }
            for number, payer in zip(numbers, rng.choices(payers, k=len(numbers)), strict=True)
        ],
    )
    session.commit()
    unused = iter(numbers)

    def step() -> int:
        number = next(unused)
        attempt = payments.redeem(
            session,
            merchant_id=rng.choice(shops),
            actor="person:till",
            code=code_text(number),
            amount=1,
            order_no=str(number),
            now=datetime.now(UTC),
            call=ledger.Call("person:till", "POST /redemptions", str(number), {"order_no": str(number), "amount": 1}),
        )
        session.commit()
        if attempt.redemption.refusal is not None:
            raise RuntimeError(attempt.redemption.refusal)
        return 1

    return step


def at_one_shop(url: str, client: int, clients: int) -> Step:
    """Redeem as `ours` does, everybody at the same shop."""
    return ours(url, client, clients, shops_paid=1, series=1)


def at_many_shops(url: str, client: int, clients: int) -> Step:
    """Redeem as `ours` does, with codes apart from those of `at_one_shop`."""
    return ours(url, client, clients, series=2)


def limit(url: str, client: int, clients: int) -> Step:
    """Call the hand-written redemption, with its own codes."""
    rng, numbers = random.Random(client), _numbers(client, clients)
    session = Session(engine_of(url))
    payers = list(session.scalars(text("SELECT available_account_id FROM residents")))
    shops = list(session.scalars(text("SELECT payable_account_id FROM merchants")))
    expires_at = datetime.now(UTC) + timedelta(days=1)
    session.execute(
        text("INSERT INTO limit_codes (code_hash, account_id, expires_at) VALUES (:hash, :payer, :expires_at)"),
        [
            {"hash": hash_of_number(number), "payer": payer, "expires_at": expires_at}
            for number, payer in zip(numbers, rng.choices(payers, k=len(numbers)), strict=True)
        ],
    )
    session.commit()
    unused = iter(numbers)

    def step() -> int:
        number = next(unused)
        entry = ledger.new_id()
        asked = {
            "entry": entry,
            "redemption": ledger.new_id(),
            "hash": hash_of_number(number),
            "merchant": rng.choice(shops),
            "number": str(number),
            "moved": 1,
            "call_key": str(entry),
            "today": datetime.now(UTC),
        }
        session.execute(_REDEEM, asked)
        session.commit()
        return 1

    return step
