"""What happened at a shop becomes one message each, whatever the order in which it was committed."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, delete, func, select
from sqlalchemy.orm import Session

from payments import cancel_order, create_order, expire_orders
from tests.clock import NOON
from tests.merchants.builders import code, give_back, merchant, paid, pay, resident
from tests.payments.racing import at_once, committed
from tests.webhooks.builders import HOUR, MINUTE, endpoint, look, told
from webhooks import CHECKS, WebhookDelivery, WebhookEndpoint, disable_endpoint, enable_endpoint

SECOND = timedelta(seconds=1)


def test_each_outcome_is_told_once_as_the_till_is_answered_and_names_nobody(session: Session) -> None:
    payer, shop, other = resident(session, name="王小明", balance=5_000), merchant(session), merchant(session, code="b")
    before = paid(session, payer, shop, 50)
    at = endpoint(session, shop, now=NOON + SECOND)
    first = pay(
        session, at=shop.id, with_code=code(session, payer), amount=1_250, order_no="A-1", now=NOON + 2 * SECOND
    )
    pay(session, at=shop.id, with_code="unknown", amount=300, order_no="A-2", now=NOON + 3 * SECOND)
    pay(session, at=other.id, with_code=code(session, payer), amount=70, now=NOON + 3 * SECOND)
    refund = give_back(session, before, 20, reason="王小明 was ill", now=NOON + 4 * SECOND)
    for number, order_no in enumerate(("B-1", "B-2")):
        create_order(
            session,
            merchant=shop,
            actor="t",
            amount=100,
            order_no=order_no,
            description="for 王小明",
            now=NOON + (5 + number) * SECOND,
        )
    left = create_order(session, merchant=shop, actor="t", amount=100, order_no="B-3", now=NOON + 7 * SECOND)
    cancel_order(session, order_id=left.id, merchant_id=shop.id, actor="t", now=NOON + 8 * SECOND)
    assert look(session, at, now=NOON + MINUTE) == 4
    assert expire_orders(session, now=NOON + 6 * MINUTE) == 2
    assert look(session, at, now=NOON + 6 * MINUTE) == 2
    assert look(session, at, now=NOON + 7 * MINUTE) == 0
    said = told(session, at)
    assert [(each["type"], each["data"]["order_no"]) for each in said] == [
        ("payment.completed", "A-1"),
        ("payment.refused", "A-2"),
        ("refund.completed", before.order_no),
        ("order.cancelled", "B-3"),
        ("order.expired", "B-1"),
        ("order.expired", "B-2"),
    ]
    assert said[0] == {
        "type": "payment.completed",
        "timestamp": "2026-06-01T04:00:02Z",
        "data": {
            "id": str(first.redemption.id),
            "merchant": "hotel",
            "order_no": "A-1",
            "status": "completed",
            "refusal": None,
            "amount": 1_250,
            "cash_amount": 0,
            "refunded_total": 0,
            "channel": "code",
            "receipt_no": first.redemption.receipt_no,
            "redeemed_at": "2026-06-01T04:00:02Z",
            "ended_at": None,
        },
    }
    assert said[1]["data"]["refusal"] == "code_unknown"
    assert said[2]["data"] | {"id": 0, "merchant": 0} == {
        "id": 0,
        "merchant": 0,
        "redemption_id": str(before.id),
        "order_no": before.order_no,
        "amount": 20,
        "refunded_total": 20,
        "refunded_at": "2026-06-01T04:00:04Z",
    }
    assert said[2]["data"]["id"] == str(refund.id)
    assert "王" not in str(said)
    assert [check(session) for check in CHECKS] == [None, None]


def test_only_what_was_asked_for_is_told(session: Session) -> None:
    payer, shop = resident(session, balance=5_000), merchant(session)
    at = endpoint(session, shop, events=["refund.completed"])
    give_back(session, paid(session, payer, shop, 100), 100)
    assert look(session, at, now=NOON + MINUTE) == 1
    assert told(session, at)[0]["type"] == "refund.completed"


def test_what_is_committed_late_and_what_ends_late_is_not_missed(session: Session) -> None:
    payer, shop = resident(session, balance=5_000), merchant(session)
    at = endpoint(session, shop)
    create_order(session, merchant=shop, actor="t", amount=100, order_no="B-1", now=NOON + MINUTE)
    assert look(session, at, now=NOON + 10 * HOUR) == 0
    # Its call began before that look, and its transaction ended after it.
    moment = NOON + 9.5 * HOUR
    pay(session, at=shop.id, with_code=code(session, payer, at=moment), amount=100, order_no="A-1", now=moment)
    # Nobody had written down for ten hours that its time was over.
    expire_orders(session, now=NOON + 10 * HOUR)
    assert look(session, at, now=NOON + 10 * HOUR + MINUTE) == 2
    said = [(each["type"], each["data"]["order_no"]) for each in told(session, at)]
    assert said == [("order.expired", "B-1"), ("payment.completed", "A-1")]
    assert at.position_at == NOON + 9 * HOUR + MINUTE


def test_the_position_stays_behind_whoever_still_writes(
    postgres_database: str, engine_at: Callable[[str], Engine]
) -> None:
    engine = engine_at(postgres_database)
    endpoint_id = committed(engine, lambda session: endpoint(session, merchant(session)).id)
    with Session(engine) as writing:
        began = writing.scalar(select(func.now()))
        merchant(writing, code="slow")
        writing.flush()
        far = datetime.now(UTC) + timedelta(days=1)
        committed(engine, lambda session: look(session, endpoint_id, now=far))
        position = writing.scalar(select(WebhookEndpoint.position_at))
    assert position is not None
    assert began is not None
    assert position <= began - HOUR


def test_many_outcomes_are_told_in_parts_and_each_part_goes_on_where_the_last_one_ended(session: Session) -> None:
    payer, shop = resident(session, balance=5_000), merchant(session)
    at = endpoint(session, shop)
    for number in range(5):
        moment = NOON + number * MINUTE
        payment = pay(session, at=shop.id, with_code=code(session, payer, at=moment), amount=100, now=moment).redemption
        if number < 2:
            give_back(session, payment, 100, now=NOON + 3 * HOUR)
    parts = [look(session, at, now=NOON + 9 * HOUR, limit=3) for _ in range(4)]
    assert parts == [3, 3, 1, 0]
    assert len(told(session, at)) == 7


def test_jobs_at_once_make_one_message_of_each_outcome(engine: Engine) -> None:
    def prepare(session: Session) -> WebhookEndpoint:
        payer, shop = resident(session, balance=5_000), merchant(session)
        at = endpoint(session, shop)
        for _ in range(6):
            paid(session, payer, shop, 10)
        return at

    at = committed(engine, prepare)
    made = at_once(engine, [lambda session: look(session, at, now=NOON + MINUTE) for _ in range(4)])
    assert sorted(each for each in made if isinstance(each, int)) == [0, 0, 0, 6]
    with Session(engine) as session:
        assert len(told(session, at)) == 6


def test_nothing_of_the_time_in_which_an_endpoint_was_off_is_told(session: Session) -> None:
    payer, shop = resident(session, balance=5_000), merchant(session)
    at = endpoint(session, shop)
    disable_endpoint(session, endpoint_id=at.id, merchant_id=shop.id, now=NOON)
    paid(session, payer, shop, 100)
    assert look(session, at, now=NOON + MINUTE) == 0
    enable_endpoint(session, endpoint_id=at.id, merchant_id=shop.id, now=NOON + HOUR)
    assert look(session, at, now=NOON + HOUR) == 0
    moment = NOON + HOUR + SECOND
    pay(session, at=shop.id, with_code=code(session, payer, at=moment), amount=100, order_no="A-1", now=moment)
    assert look(session, at, now=NOON + 2 * HOUR) == 1


@pytest.mark.parametrize("what", ["missed", "another's"])
def test_the_audit_says_what_was_missed_and_what_is_anothers(session: Session, what: str) -> None:
    payer, shop = resident(session, balance=5_000), merchant(session)
    at = endpoint(session, shop)
    paid(session, payer, shop, 100)
    look(session, at, now=NOON + 9 * HOUR)
    if what == "missed":
        session.execute(delete(WebhookDelivery))
    else:
        at.merchant_id = merchant(session, code="b").id
    session.flush()
    found = [check.__name__ for check in CHECKS if check(session) is not None]
    expected = {"missed": "no_outcome_was_missed", "another's": "every_message_is_of_an_outcome_of_its_shop"}
    assert found == [expected[what]]
