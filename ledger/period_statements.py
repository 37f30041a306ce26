"""Statements of any account over any days: oldest first, streamed in parts, and proved while they stream.

What was recorded in the period counts, in the order of recording; when it happened is told beside it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import BigInteger, Row, Select, bindparam, case, func, select
from sqlalchemy.orm import Session

from ledger.base import UTCDateTime
from ledger.engine import read_all
from ledger.entries import Asset
from ledger.errors import (
    AccountUnknownError,
    PeriodEndsFirstError,
    PeriodInFutureError,
    PeriodTooOldError,
    StatementDiffersError,
)
from ledger.model import Account, JournalEntry, Posting
from ledger.statements import counter_code, last_seq, signed_amount

# Before there were books like these; and an end of the calendar has no instant in every zone.
EARLIEST_DAY = date(2000, 1, 1)
_LINES_AT_ONCE = 1_000
_TICK = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class StatementPeriod:
    """Days of the community, the first and the last included."""

    first_on: date
    last_on: date
    zone: tzinfo

    @property
    def since(self) -> datetime:
        """The first instant of the period."""
        return datetime.combine(self.first_on, time(), tzinfo=self.zone)

    @property
    def until(self) -> datetime:
        """The first instant after the period."""
        return datetime.combine(self.last_on + timedelta(days=1), time(), tzinfo=self.zone)


class PeriodLine(NamedTuple):
    """One posting as it moved an account, in minor units: one of `raised` and `lowered` is 0.

    `counter_code` is the code of an account on the other side of the entry, the first by code, or empty.
    """

    entry_id: UUID
    kind: str
    description: str
    lot: str
    raised: int
    lowered: int
    balance_after: int
    occurred_at: datetime
    recorded_at: datetime
    counter_code: str


@dataclass(slots=True)
class AccountStatement:
    """What an account held before a period and after it; `parts` streams the postings between, once.

    `raised` and `lowered` are the sums of the lines streamed so far. Balances are on the account's normal side.
    """

    account_id: int
    code: str
    asset: Asset
    bounded: bool
    period: StatementPeriod
    opening: int
    closing: int
    line_count: int
    first_seq: int = 0
    raised: int = 0
    lowered: int = 0

    def parts(self, session: Session) -> Iterator[Sequence[PeriodLine]]:
        """Stream the lines in parts, oldest first, by the snapshot in which the statement was opened.

        Raises:
            StatementDiffersError: a stored balance, or the closing one, is not what the postings add up to.
        """
        count = 0
        # Closed with the caller who leaves, not whenever the memory is looked through.
        with session.execute(self._query(), execution_options={"yield_per": _LINES_AT_ONCE}) as rows:
            for part in rows.partitions():
                yield [self._line(row) for row in part]
                count += len(part)
        if (self._balance, count) != (self.closing, self.line_count):
            raise StatementDiffersError(self.code)

    @property
    def _balance(self) -> int:
        return self.opening + self.raised - self.lowered

    def _query(self) -> Select[*tuple[Any, ...]]:
        if self.bounded:
            last = self.first_seq + self.line_count
            return _LINES.where(
                Posting.account_id == self.account_id, Posting.seq > self.first_seq, Posting.seq <= last
            ).order_by(Posting.seq)
        return _LINES.where(
            Posting.account_id == self.account_id,
            JournalEntry.recorded_at >= self.period.since,
            JournalEntry.recorded_at < self.period.until,
        ).order_by(JournalEntry.recorded_at, JournalEntry.id, Posting.line)

    def _line(self, row: Row[*tuple[Any, ...]]) -> PeriodLine:
        entry_id, kind, description, lot, signed, stored, occurred_at, recorded_at, counter = row
        raised, lowered = (signed, 0) if signed > 0 else (0, -signed)
        self.raised += raised
        self.lowered += lowered
        balance = self._balance
        if stored not in {None, balance}:
            raise StatementDiffersError(self.code)
        return PeriodLine(entry_id, kind, description, lot, raised, lowered, balance, occurred_at, recorded_at, counter)


_LINES = (
    select(
        Posting.entry_id,
        JournalEntry.kind,
        JournalEntry.description,
        Posting.lot,
        signed_amount(),
        Posting.balance_after,
        JournalEntry.occurred_at,
        JournalEntry.recorded_at,
        counter_code(same_asset=True),
    )
    .join(JournalEntry, JournalEntry.id == Posting.entry_id)
    .join(Account, Account.id == Posting.account_id)
)
_SINCE = bindparam("since", type_=UTCDateTime)
_SUMS = (
    select(
        func.coalesce(func.sum(case((JournalEntry.recorded_at < _SINCE, signed_amount()), else_=0)), 0),
        func.coalesce(func.sum(signed_amount()), 0),
        func.coalesce(func.sum(case((JournalEntry.recorded_at < _SINCE, 0), else_=1)), 0),
    )
    .select_from(Posting)
    .join(JournalEntry, JournalEntry.id == Posting.entry_id)
    .join(Account, Account.id == Posting.account_id)
    .where(
        Posting.account_id == bindparam("account", type_=BigInteger),
        JournalEntry.recorded_at < bindparam("until", type_=UTCDateTime),
    )
)


def check_period(period: StatementPeriod, *, today: date) -> None:
    """See that a statement can be given over these days.

    Raises:
        PeriodTooOldError: it begins before the year 2000.
        PeriodEndsFirstError: its last day lies before its first.
        PeriodInFutureError: its last day has not come yet.
    """
    if period.first_on < EARLIEST_DAY:
        raise PeriodTooOldError(EARLIEST_DAY)
    if period.last_on < period.first_on:
        raise PeriodEndsFirstError(period.first_on, period.last_on)
    if period.last_on > today:
        raise PeriodInFutureError(today)


def open_statement(session: Session, account_id: int, period: StatementPeriod) -> AccountStatement:
    """Return the statement of one account; its lines come when they are asked for, from the same snapshot.

    A bounded account's balances are look-ups, whatever the length of its history; an unbounded one is summed.

    Raises:
        AccountUnknownError: no such account.
    """
    account = session.execute(
        select(Account.code, Account.asset, Account.bounded).where(Account.id == account_id)
    ).one_or_none()
    if account is None:
        raise AccountUnknownError(account_id)
    code, asset, bounded = account
    if bounded:
        first = last_seq(session, account_id, period.since - _TICK)
        last = last_seq(session, account_id, period.until - _TICK)
        opening, closing, count = (
            _balance_of(session, account_id, first),
            _balance_of(session, account_id, last),
            last - first,
        )
        return AccountStatement(account_id, code, asset, bounded, period, opening, closing, count, first)
    read_all(session)
    asked = {"account": account_id, "since": period.since, "until": period.until}
    opening, closing, count = (int(total) for total in session.execute(_SUMS, asked).one())
    return AccountStatement(account_id, code, asset, bounded, period, opening, closing, count)


def _balance_of(session: Session, account_id: int, seq: int) -> int:
    held = select(Posting.balance_after).where(Posting.account_id == account_id, Posting.seq == seq)
    return session.scalar(held) or 0
