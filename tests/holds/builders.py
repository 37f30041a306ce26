"""Builders of holds: a resident with an account to spend from and one to set aside in; each test shows its numbers."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar
from uuid import UUID

from sqlalchemy import Engine
from sqlalchemy.orm import Session

import ledger
from holds import CHECKS, Hold, HoldCapture, HoldError, authorize, capture, void
from ledger import Asset, LedgerError, LotBalance, NewAccount, Side
from tests.clock import NOON
from tests.ledger.builders import NEXT_YEAR, OFFICER, OTHER_FUND, THIS_YEAR, Books, awarding, funded_books
from tests.payments.racing import committed

T = TypeVar("T")

AN_HOUR = timedelta(hours=1)
LATER = NOON + AN_HOUR
# The last day of the lots of this year is over.
NEXT_JANUARY = NOON + timedelta(days=214)


@dataclass(frozen=True)
class Town:
    """Account ids: a resident's, a fund's, and a shop's."""

    books: Books
    available: int
    held: int
    fund_held: int

    @property
    def shop(self) -> int:
        """Where the shop collects."""
        return self.books.shop


def town(session: Session, *, this_year: int = 0, next_year: int = 0, other_fund: int = 0) -> Town:
    """Open the accounts of a small town, and award the resident something of three lots."""
    books = funded_books(session)
    held, fund_held = ledger.open_accounts(
        session,
        [
            NewAccount("resident:7f3:held", Asset.PAB, Side.CREDIT),
            NewAccount("fund:peace:held", Asset.PAB, Side.CREDIT, shared=True),
        ],
    )
    amounts = {THIS_YEAR: this_year, NEXT_YEAR: next_year, OTHER_FUND: other_fund}
    given = [awarding(books, amount, lot=lot) for lot, amount in amounts.items() if amount]
    if given:
        ledger.post(session, given)
    return Town(books, books.resident, held, fund_held)


def hold(
    session: Session,
    of: Town,
    amount: int | Sequence[LotBalance],
    *,
    now: datetime = NOON,
    lasting: timedelta = AN_HOUR,
    again: ledger.Call | None = None,
) -> Hold:
    """Set something of the resident's aside, for an hour unless said otherwise."""
    return authorize(
        session,
        available=of.available,
        held=of.held,
        amount=amount,
        expires_at=now + lasting,
        actor=OFFICER,
        now=now,
        call=again,
    )


def captured(
    session: Session,
    of: Town,
    hold_id: UUID,
    amount: int | None = None,
    *,
    final: bool = False,
    now: datetime = NOON,
    again: ledger.Call | None = None,
) -> HoldCapture:
    """Give something of a hold to the shop."""
    return capture(
        session,
        hold_id=hold_id,
        to=of.shop,
        relabel=ledger.undated,
        final=final,
        actor=OFFICER,
        now=now,
        amount=amount,
        call=again,
    )


def voided(session: Session, hold_id: UUID, *, now: datetime = NOON, again: ledger.Call | None = None) -> Hold:
    """Void a hold."""
    return void(session, hold_id=hold_id, actor=OFFICER, now=now, call=again)


def call(key: str) -> ledger.Call:
    """Return a call that may be repeated."""
    return ledger.Call("person:1", "POST /holds", key, {})


def parts_of(session: Session, account_id: int) -> dict[str, int]:
    """Return what an account holds, by label."""
    return {part.label: part.amount for part in ledger.lots(session, account_id)}


def kinds_of(session: Session, account_id: int) -> list[str]:
    """Return the kinds of the entries that moved an account, the latest first."""
    return [item.kind for item in ledger.statement(session, account_id, limit=50).items]


def assert_books_are_right(session: Session) -> None:
    """Prove the books and the holds in them."""
    assert [result for result in ledger.audit(session, CHECKS) if not result.ok] == []


def at_once(engine: Engine, works: Sequence[Callable[[Session], T]]) -> list[T | HoldError | LedgerError]:
    """Run all works together, each in a transaction and a thread of its own; return what each came to, in order."""

    def run(work: Callable[[Session], T]) -> T | HoldError | LedgerError:
        try:
            return committed(engine, work)
        except (HoldError, LedgerError) as refusal:
            return refusal

    with ThreadPoolExecutor(len(works)) as threads:
        return list(threads.map(run, works))
