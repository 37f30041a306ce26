"""32 tills at noon: however lines and servers fail, every payment ends, and statements and settlements are exact."""

import csv
import io
import time
from collections import Counter
from datetime import datetime
from decimal import Decimal
from random import Random
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session

import ledger
import merchants
import payments
import people
from tests.soak.calling import Line
from tests.soak.conftest import Say
from tests.soak.rush import COMPLETED, Ended, Rush
from tests.soak.serving import Installation, Server
from tests.soak.towns import SHOPS, Town, build_town

pytestmark = pytest.mark.soak

TILLS, KILLS = 32, 2
# Of each till. SQLite takes one write at a time, so there fewer show as much.
PAYMENTS = {"sqlite": 50, "postgresql": 200}
RESIDENTS = 64
_EVERYTHING = 1_000_000


def test_every_payment_of_a_rush_ends_and_statements_and_settlements_are_exact(
    installation: Installation, say: Say
) -> None:
    town = build_town(installation.url, tills_of_each=-(-TILLS // SHOPS), residents=RESIDENTS)
    town = Town(town.tills[:TILLS], town.phones, town.granted, town.owners)
    finance = keys_of_finance(installation.url)
    payments_of_each = PAYMENTS[installation.url.partition("+")[0].partition(":")[0]]
    rush, chance = Rush(town, installation.port, payments_of_each, seed=3), Random()
    with Server(installation) as server:
        began = time.monotonic()
        with rush.running():
            for number in range(KILLS):
                part = TILLS * payments_of_each // (KILLS + 1)
                rush.wait_until_ended(part * number + chance.randrange(part // 4, part))
                server.kill()
                server.start()
        took_s = time.monotonic() - began
        met = ", ".join(f"{number} {what}" for what, number in sorted(rush.counts.items()))
        say(f"{TILLS} tills, {len(rush.ended)} payments in {took_s:.0f} s, {KILLS} kills; {met}")
        assert len(rush.ended) == TILLS * payments_of_each
        assert rush.counts["answers lost"] >= KILLS
        assert_every_payment_ended_as_its_till_says(installation.url, rush.ended)
        with Line(installation.port) as line:
            collected = collected_by_shop(rush.ended)
            assert len(collected) == SHOPS
            for shop, amount in collected.items():
                assert_the_statement_is(line, town.owners[shop], shop, rush.ended)
                assert_the_settlement_is(line, finance, shop, amount)
    assert_nothing_is_left_to_pay(installation.url)
    audit = installation.flask("books", "audit")
    assert "every payment is in the books" in audit, "the audit leaves the payments out"


def keys_of_finance(url: str) -> tuple[str, str]:
    """Return keys of two persons in finance."""
    engine = ledger.prepare_engine(create_engine(url))
    now = datetime.now(ZoneInfo("Asia/Shanghai"))
    with Session(engine) as session:
        first, second = (
            people.create_key(session, role=people.Role.FINANCE, name=name, now=now)[1] for name in ("one", "other")
        )
        session.commit()
    engine.dispose()
    return first, second


def collected_by_shop(ended: list[Ended]) -> Counter[str]:
    """Return what each shop has to be paid, in cents."""
    collected: Counter[str] = Counter()
    for each in ended:
        if each.state == COMPLETED:
            collected[each.shop] += each.amount - each.refunded
    return collected


def assert_every_payment_ended_as_its_till_says(url: str, ended: list[Ended]) -> None:
    """Compare all that stands in the tables with what the tills know."""
    engine = ledger.prepare_engine(create_engine(url))
    with Session(engine) as session:
        attempts = payments.list_redemptions(session, limit=_EVERYTHING)
        refunded: Counter[UUID] = Counter()
        for refund in session.scalars(select(payments.Refund)):
            refunded[refund.redemption_id] += refund.amount
    engine.dispose()
    # A code that ran out is no outcome: its order was paid with another.
    stands = {
        (each.id, each.status.value, each.amount, refunded[each.id])
        for each in attempts
        if each.refusal is not payments.Refusal.CODE_EXPIRED
    }
    assert stands == {(each.id, each.state, each.amount, each.refunded) for each in ended}
    assert len(ended) == len({each.id for each in ended})


def assert_the_statement_is(line: Line, owner: str, shop: str, ended: list[Ended]) -> None:
    """See that the statement which a shop's owner downloads says what the tills say: came in, went out, and is left."""
    rows = list(csv.reader(io.StringIO(line.text(f"/merchants/{shop}/statement.csv?asset=PAB", owner))))
    # A closing row happened at no time, and bears the sums of its account.
    closing = [[Decimal(text or 0) for text in row[8:11]] for row in rows if len(row) > 10 and not row[2] and row[8]]
    paid = [each for each in ended if each.shop == shop and each.state == COMPLETED]
    came, went = sum(each.amount for each in paid), sum(each.refunded for each in paid)
    assert [sum(column) * 100 for column in zip(*closing, strict=True)] == [came, went, came - went]


def assert_the_settlement_is(line: Line, finance: tuple[str, str], shop: str, amount: int) -> None:
    """Open the settlement of a shop and pay it: its amount is what was collected, to the cent, and its lines add up."""
    until = datetime.now(ZoneInfo("Asia/Shanghai")).isoformat()
    opened = line.post("/settlements", {"merchant": shop, "until": until}, finance[0], call=str(uuid4()))
    assert opened is not None
    assert (opened.status, opened.body["amount"]) == (201, amount), opened
    of_lines, cursor = 0, ""
    while True:
        answer = line.get(f"/settlements/{opened.body['id']}/lines?limit=200{cursor}", finance[0])
        assert answer is not None
        assert answer.status == 200, answer
        of_lines += sum(each["amount"] for each in answer.body["items"])
        if answer.body["next_cursor"] is None:
            break
        cursor = f"&cursor={answer.body['next_cursor']}"
    assert of_lines == amount
    paid = line.post(f"/settlements/{opened.body['id']}/payment", {"document": "Bank 1"}, finance[1], call=str(uuid4()))
    assert paid is not None
    assert (paid.status, paid.body["status"]) == (201, "paid"), paid


def assert_nothing_is_left_to_pay(url: str) -> None:
    """See that the books owe no shop anything."""
    engine = ledger.prepare_engine(create_engine(url))
    with Session(engine) as session:
        left = {
            each.code: ledger.balance(session, each.payable_account_id)
            for each in merchants.list_merchants(session, limit=SHOPS)
        }
    engine.dispose()
    assert set(left.values()) == {0}, left
