"""What must be true in the end: what tills were told is what the books hold, once, and nothing stands there by half."""

from collections import Counter
from collections.abc import Sequence

from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session

import ledger
import merchants
import payments
import people
from payments import Redemption, RedemptionStatus, Refusal
from tests.soak.serving import Installation
from tests.soak.tills import Paid
from tests.soak.towns import Town

_EVERYTHING = 1_000_000

# Each finds halves of what is written together or not at all.
_HALVES = {
    "entries without postings": """
        SELECT count(*) FROM journal_entries e WHERE NOT EXISTS (SELECT 1 FROM postings p WHERE p.entry_id = e.id)""",
    "postings without entries": """
        SELECT count(*) FROM postings p WHERE NOT EXISTS (SELECT 1 FROM journal_entries e WHERE e.id = p.entry_id)""",
    "payments without entries": """
        SELECT count(*) FROM redemptions r WHERE r.status = 'completed'
        AND NOT EXISTS (SELECT 1 FROM journal_entries e WHERE e.id = r.entry_id AND e.kind = 'redemption')""",
    "entries without payments": """
        SELECT count(*) FROM journal_entries e WHERE e.kind = 'redemption'
        AND NOT EXISTS (SELECT 1 FROM redemptions r WHERE r.entry_id = e.id AND r.status = 'completed')""",
    "payments whose code was not used": """
        SELECT count(*) FROM redemptions r WHERE r.status = 'completed'
        AND NOT EXISTS (SELECT 1 FROM payment_codes c WHERE c.id = r.payment_code_id AND c.used_at IS NOT NULL)""",
    "used codes without payments": """
        SELECT count(*) FROM payment_codes c WHERE c.used_at IS NOT NULL
        AND NOT EXISTS (SELECT 1 FROM redemptions r WHERE r.payment_code_id = c.id AND r.status = 'completed')""",
    "payments that no call remembers": """
        SELECT count(*) FROM redemptions r
        WHERE (SELECT count(*) FROM idempotency_keys k WHERE k.made_id = r.id) <> 1""",
}


def assert_books_hold_what_was_told(installation: Installation, town: Town, told: Sequence[Paid], orders: int) -> None:
    """Compare the books with what the tills of `town` were told of `orders` orders.

    Raises:
        AssertionError: they differ, or contradict themselves.
    """
    engine = ledger.prepare_engine(create_engine(installation.url))
    with Session(engine) as session:
        attempts = payments.list_redemptions(session, limit=_EVERYTHING)
        completed = [each for each in attempts if each.status is RedemptionStatus.COMPLETED]
        _assert_told_once(completed, told, orders)
        # A refused attempt is no outcome: its order was paid with another code.
        assert {each.refusal for each in attempts} <= {None, Refusal.CODE_EXPIRED}
        _assert_nothing_by_half(session)
        _assert_balances(session, town, completed)
    engine.dispose()
    audit = installation.flask("books", "audit")
    assert "every payment is in the books" in audit, "the audit leaves the payments out"


def _assert_told_once(completed: Sequence[Redemption], told: Sequence[Paid], orders: int) -> None:
    booked = {
        Paid(
            each.id,
            each.merchant_id,
            each.order_no,
            each.resident_id,
            each.amount,
            each.receipt_no,
            each.entry_id,
        )
        for each in completed
        if each.resident_id is not None and each.receipt_no is not None and each.entry_id is not None
    }
    assert len(booked) == len(completed)
    # Every order was told to its till in the end, so both sides name the same payments, word for word.
    assert set(told) == booked
    for name in ("id", "order_no", "receipt_no", "entry_id"):
        assert len({getattr(each, name) for each in booked}) == orders, name


def _assert_nothing_by_half(session: Session) -> None:
    assert {name: session.scalar(text(query)) for name, query in _HALVES.items()} == dict.fromkeys(_HALVES, 0)


def _assert_balances(session: Session, town: Town, completed: Sequence[Redemption]) -> None:
    spent: Counter[object] = Counter()
    collected: Counter[object] = Counter()
    for each in completed:
        spent[each.resident_id] += each.amount
        collected[each.merchant_id] += each.amount
    for phone in town.phones:
        account_id = people.get_resident(session, phone.resident_id).available_account_id
        assert ledger.balance(session, account_id) == town.granted - spent[phone.resident_id]
    for till in town.tills:
        account_id = merchants.get_merchant(session, till.shop_id).payable_account_id
        assert ledger.balance(session, account_id) == collected[till.shop_id]
