"""A merchant's settlement of a hundred thousand lines: how long it takes to open, and how much memory that needs."""

import multiprocessing
import resource
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.orm import Session

import awards
import ledger
import merchants
import settlements
from bench.racing import report
from bench.worlds import engine_of, register, settle_statistics
from ledger import Asset, CreditLot, NewEntry
from payments import Redemption, RedemptionStatus

LINES, SECONDS, MEGABYTES = 100_000, 10, 200
_AT_ONCE = 2_000
_FUND = "peace"


def run(url: str, *, lines: int = LINES) -> bool:
    """Open a settlement of so many lines in an empty database, and tell time and memory; say whether both kept."""
    db = "postgresql" if url.startswith("postgresql") else "sqlite"
    engine = engine_of(url)
    with Session(engine) as session:
        shop_id = _collected(session, lines)
        session.commit()
    settle_statistics(engine)
    engine.dispose()
    # In a process of its own, that did not build the lines: the most memory it ever had tells of the opening alone.
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as apart:
        seconds, grown = apart.submit(_open, url, shop_id, lines).result()
    in_time = report(
        case=f"settlement_{lines}",
        db=db,
        clients=1,
        ours=seconds,
        limit=SECONDS,
        ratio=SECONDS / seconds,
        floor=1,
        unit="s to open; beside what is allowed",
    )
    in_memory = report(
        case=f"settlement_{lines}_memory",
        db=db,
        clients=1,
        ours=grown,
        limit=MEGABYTES,
        ratio=MEGABYTES / max(grown, 1),
        floor=1,
        unit="MB more than before; beside what is allowed",
    )
    return in_time and in_memory


def _open(url: str, shop_id: UUID, lines: int) -> tuple[float, float]:
    """Open the settlement; return the seconds it took and the megabytes by which the process grew."""
    engine = engine_of(url)
    with Session(engine) as session:
        shop, now = merchants.get_merchant(session, shop_id), datetime.now(UTC)
        before, begin = _most_memory(), time.perf_counter()
        made = settlements.open_settlement(session, merchant=shop, until=now, actor="system", now=now)
        session.commit()
        taken = time.perf_counter() - begin, _most_memory() - before
        if (made.lines, made.amount) != (lines, lines):
            raise AssertionError(f"{made.lines} lines of {made.amount} were settled, not {lines}")
    engine.dispose()
    return taken


def _collected(session: Session, lines: int) -> UUID:
    """Let one resident pay a shop a cent so many times; each payment is booked, and its row written with others."""
    now = datetime.now(UTC) - timedelta(days=1)
    (payer,) = register(session, 1, now)
    awards.create_fund(session, code=_FUND, name="Peace", purpose="x", actor="system", now=now)
    awards.appropriate(session, fund_code=_FUND, amount=lines, document="x", actor="system", now=now)
    awards.award(session, resident_id=payer.id, fund_code=_FUND, amount=lines, reason="x", actor="system", now=now)
    shop = merchants.create_merchant(session, code="big", name="平安商城", category="商城", actor="system", now=now)
    lot, undated = ledger.lots(session, payer.available_account_id)[0].label, CreditLot(_FUND).label
    for begin in range(0, lines, _AT_ONCE):
        entries = [
            NewEntry(
                ledger.new_id(),
                "redemption",
                "system",
                now + timedelta(milliseconds=number),
                (
                    ledger.debit(payer.available_account_id, Asset.PAB, 1, lot),
                    ledger.credit(shop.payable_account_id, Asset.PAB, 1, undated),
                ),
            )
            for number in range(begin, min(begin + _AT_ONCE, lines))
        ]
        rows = [
            {
                "id": ledger.new_id(),
                "merchant_id": shop.id,
                "order_no": entry.id.hex,
                "status": RedemptionStatus.COMPLETED,
                "amount": 1,
                "cash_amount": 0,
                "resident_id": payer.id,
                "receipt_no": entry.id.hex[-24:],
                "entry_id": entry.id,
                "redeemed_by": "system",
                "redeemed_at": entry.occurred_at,
            }
            for entry in entries
        ]
        session.execute(insert(Redemption), rows)
        ledger.post(session, entries)
        session.commit()
    return shop.id


def _most_memory() -> float:
    """Return the most memory that this process ever had, in megabytes."""
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / (1024 * 1024 if sys.platform == "darwin" else 1024)
