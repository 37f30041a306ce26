"""The tables of the books."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    String,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from ledger.base import Base, BigId, ByteOrderedText, UTCDateTime, enum_column
from ledger.entries import Asset, Side


class AccountState(StrEnum):
    """What an account may do: open both ways; frozen takes only; closing gives only; closed neither, at zero."""

    OPEN = "open"
    FROZEN = "frozen"
    CLOSING = "closing"
    CLOSED = "closed"


class Account(Base):
    """A place value comes from or goes to.

    A bounded account keeps its total (`balance`, on its normal side) and never crosses zero, nor its `ceiling` where it
    has one; an unbounded one is summed when asked. `seq` counts its postings, `recorded_at` is the time of the latest.
    `shared` accounts (funds, merchants) are locked last.
    """

    __tablename__ = "accounts"
    __table_args__ = (
        UniqueConstraint("id", "asset"),
        CheckConstraint("NOT bounded OR balance >= 0", name="balance_within_bounds"),
        CheckConstraint("bounded OR balance = 0", name="unbounded_keeps_no_total"),
        CheckConstraint("state <> 'closed' OR balance = 0", name="closed_is_empty"),
        CheckConstraint("ceiling IS NULL OR balance <= ceiling", name="balance_within_ceiling"),
        CheckConstraint("ceiling IS NULL OR bounded", name="only_bounded_have_a_ceiling"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    code: Mapped[str] = mapped_column(ByteOrderedText, unique=True)
    asset: Mapped[Asset] = mapped_column(enum_column(Asset))
    normal_side: Mapped[Side] = mapped_column(enum_column(Side))
    bounded: Mapped[bool] = mapped_column(Boolean(create_constraint=True, name="bounded_known"))
    shared: Mapped[bool] = mapped_column(Boolean(create_constraint=True, name="shared_known"))
    state: Mapped[AccountState] = mapped_column(enum_column(AccountState), server_default=AccountState.OPEN.value)
    balance: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    seq: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    recorded_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    ceiling: Mapped[int | None] = mapped_column(BigInteger)


class AccountLot(Base):
    """The part of a bounded account's total that bears one label; touched only under the lock of the account's row."""

    __tablename__ = "account_lots"
    __table_args__ = (
        CheckConstraint("balance >= 0", name="balance_not_negative"),
        # The sweep finds lots past their day by it. Never the balance in it: on PostgreSQL each change of a balance
        # would then write to every index of the table.
        Index("ix_account_lots_lot_account_id", "lot", "account_id"),
    )

    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), primary_key=True)
    lot: Mapped[str] = mapped_column(ByteOrderedText, primary_key=True)
    balance: Mapped[int] = mapped_column(BigInteger)


class JournalEntry(Base):
    """One balanced event, immutable. `recorded_at` is the ledger's own clock, `occurred_at` the domain's."""

    __tablename__ = "journal_entries"
    __table_args__ = (
        # An entry is reversed at most once. Only reversals stand in the index: full of NULLs, SQLite's planner would
        # think little of it and look for the reversals of a new entry in the whole table.
        Index(
            "uq_journal_entries_reverses_id",
            "reverses_id",
            unique=True,
            postgresql_where=text("reverses_id IS NOT NULL"),
            sqlite_where=text("reverses_id IS NOT NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    kind: Mapped[str] = mapped_column(String(32))
    description: Mapped[str] = mapped_column(Text, server_default=text("''"))
    actor: Mapped[str] = mapped_column(String(64))
    occurred_at: Mapped[datetime] = mapped_column(UTCDateTime)
    recorded_at: Mapped[datetime] = mapped_column(UTCDateTime)
    reverses_id: Mapped[UUID | None] = mapped_column(ForeignKey("journal_entries.id"))


class Posting(Base):
    """One line of an entry, immutable. `seq` and `balance_after` are empty on unbounded accounts.

    On PostgreSQL triggers keep what the foreign keys say, for all the postings of a list at once (0009).
    """

    __tablename__ = "postings"
    __table_args__ = (
        # The pair keeps a posting in its account's asset without a check of its own.
        ForeignKeyConstraint(["account_id", "asset"], ["accounts.id", "accounts.asset"]),
        UniqueConstraint("account_id", "seq"),
        CheckConstraint("amount > 0", name="amount_positive"),
        CheckConstraint("balance_after >= 0", name="balance_after_within_bounds"),
    )

    entry_id: Mapped[UUID] = mapped_column(
        ForeignKey("journal_entries.id", deferrable=True, initially="DEFERRED"), primary_key=True
    )
    line: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    account_id: Mapped[int] = mapped_column(BigInteger)
    asset: Mapped[Asset] = mapped_column(enum_column(Asset))
    lot: Mapped[str] = mapped_column(ByteOrderedText)
    side: Mapped[Side] = mapped_column(enum_column(Side))
    amount: Mapped[int] = mapped_column(BigInteger)
    seq: Mapped[int | None] = mapped_column(BigInteger)
    balance_after: Mapped[int | None] = mapped_column(BigInteger)


class IdempotencyKey(Base):
    """One answered call: whose key on which route, a hash of what was asked, and the id of what was made."""

    __tablename__ = "idempotency_keys"

    owner: Mapped[str] = mapped_column(String(64), primary_key=True)
    route: Mapped[str] = mapped_column(String(100), primary_key=True)
    key: Mapped[str] = mapped_column(String(200), primary_key=True)
    input_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    made_id: Mapped[UUID] = mapped_column(Uuid)
    made_at: Mapped[datetime] = mapped_column(UTCDateTime)


class Counter(Base):
    """What was counted for one owner under one name on one day, such as what a resident spent."""

    __tablename__ = "counters"
    __table_args__ = (CheckConstraint("total >= 0", name="total_not_negative"),)

    owner: Mapped[str] = mapped_column(ByteOrderedText, primary_key=True)
    name: Mapped[str] = mapped_column(ByteOrderedText, primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True, index=True)
    total: Mapped[int] = mapped_column(BigInteger)


class BookTerms(Base):
    """The terms on which entries are taken since they were set: those with the highest number are in force.

    Nothing that happened before `closed_until`, more than `open_days` days ago in `time_zone`, or more than `ahead_s`
    seconds ahead of the ledger's clock is taken; what is empty bounds nothing.
    """

    __tablename__ = "book_terms"
    __table_args__ = (
        CheckConstraint("open_days >= 0", name="open_days_not_negative"),
        CheckConstraint("open_days IS NULL OR time_zone IS NOT NULL", name="days_of_a_zone"),
    )

    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    closed_until: Mapped[datetime | None] = mapped_column(UTCDateTime)
    open_days: Mapped[int | None] = mapped_column(Integer)
    ahead_s: Mapped[int | None] = mapped_column(Integer)
    time_zone: Mapped[str | None] = mapped_column(String(64))
    set_by: Mapped[str] = mapped_column(String(64))
    set_at: Mapped[datetime] = mapped_column(UTCDateTime)


class ClosedPeriod(Base):
    """Days whose entries are complete, `last_on` included; each begins where the one before it ended.

    The first begins with the books and has no first day. `ends_at` is the first instant after it.
    """

    __tablename__ = "closed_periods"

    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    first_on: Mapped[date | None] = mapped_column(Date)
    last_on: Mapped[date] = mapped_column(Date, unique=True)
    ends_at: Mapped[datetime] = mapped_column(UTCDateTime)
    closed_by: Mapped[str] = mapped_column(String(64))
    closed_at: Mapped[datetime] = mapped_column(UTCDateTime)


class PeriodStatement(Base):
    """That a closed period has its closing statement, made when nobody could add to the period any more."""

    __tablename__ = "period_statements"

    period: Mapped[int] = mapped_column(ForeignKey("closed_periods.number"), primary_key=True, autoincrement=False)
    stated_at: Mapped[datetime] = mapped_column(UTCDateTime)


class PeriodBalance(Base):
    """How one account moved in a closed period, by when things happened; accounts that did not move have no row.

    `opening` and `closing` are on the account's normal side. All postings of a bounded account up to `seq` happened
    before the end of the period; an unbounded one has none.
    """

    __tablename__ = "period_balances"

    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), primary_key=True, autoincrement=False)
    period: Mapped[int] = mapped_column(ForeignKey("period_statements.period"), primary_key=True, autoincrement=False)
    opening: Mapped[int] = mapped_column(BigInteger)
    debits: Mapped[int] = mapped_column(BigInteger)
    credits: Mapped[int] = mapped_column(BigInteger)
    closing: Mapped[int] = mapped_column(BigInteger)
    seq: Mapped[int | None] = mapped_column(BigInteger)
