"""The tables of settlements: what was paid for, line by line, every step, payees, and imported bank statements."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import BigInteger, Boolean, CheckConstraint, Date, ForeignKey, Index, Integer, String, Text, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from ledger import Base, ByteOrderedText, UTCDateTime, enum_column, new_id

NAME_LENGTH_MAX = 100
TEXT_LENGTH_MAX = 500


class SettlementStatus(StrEnum):
    """How far a settlement is: its money is to be paid, was paid, or it ended without a payment that lasts."""

    OPEN = "open"
    PAID = "paid"
    FAILED = "failed"
    CANCELLED = "cancelled"
    RETURNED = "returned"


class SettlementStepKind(StrEnum):
    """What one person did with a settlement."""

    OPENING = "opening"
    PAYMENT = "payment"
    FAILURE = "failure"
    CANCELLATION = "cancellation"
    RETURN = "return"


class Settlement(Base):
    """What one merchant is paid for what it collected until a cut-off: opened by one person, paid by another.

    `amount` is the sum of its lines in cents, `lines` their number.
    """

    __tablename__ = "settlements"
    __table_args__ = (
        CheckConstraint("amount > 0", name="amount_positive"),
        CheckConstraint("lines > 0", name="has_lines"),
        CheckConstraint("paid_by <> opened_by", name="two_persons"),
        CheckConstraint("(status IN ('paid', 'returned')) = (paid_by IS NOT NULL)", name="payments_name_who"),
        CheckConstraint("(paid_by IS NULL) = (paid_at IS NULL)", name="payments_name_when"),
        CheckConstraint("(paid_by IS NULL) = (document = '')", name="payments_name_their_document"),
        Index("ix_settlements_merchant_id_id", "merchant_id", "id"),
        Index("ix_settlements_paid_at", "paid_at"),
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, default=new_id)
    merchant_id: Mapped[UUID] = mapped_column(ForeignKey("merchants.id"))
    until: Mapped[datetime] = mapped_column(UTCDateTime)
    status: Mapped[SettlementStatus] = mapped_column(enum_column(SettlementStatus), index=True)
    amount: Mapped[int] = mapped_column(BigInteger)
    lines: Mapped[int] = mapped_column(Integer)
    opened_by: Mapped[str] = mapped_column(String(64))
    opened_at: Mapped[datetime] = mapped_column(UTCDateTime)
    paid_by: Mapped[str | None] = mapped_column(String(64))
    paid_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    document: Mapped[str] = mapped_column(String(TEXT_LENGTH_MAX), server_default=text("''"))


class SettlementLot(Base):
    """What a settlement pays out of one lot, and so of one fund, in cents."""

    __tablename__ = "settlement_lots"
    __table_args__ = (CheckConstraint("amount > 0", name="amount_positive"),)

    settlement_id: Mapped[UUID] = mapped_column(ForeignKey("settlements.id"), primary_key=True)
    lot: Mapped[str] = mapped_column(ByteOrderedText, primary_key=True)
    amount: Mapped[int] = mapped_column(BigInteger)


class SettlementLine(Base):
    """What one entry of the books did to what a merchant is to be paid: a redemption raised it, a refund lowered it.

    An entry that moved several lots is one line with a row for each. `freed` says that the settlement ended without a
    payment that lasts: another one takes the entry, and what was in this one stays readable.
    """

    __tablename__ = "settlement_lines"
    __table_args__ = (
        CheckConstraint("amount <> 0", name="amount_not_zero"),
        # Nothing is settled twice at a time, whoever tries at once. The rules are worded as each database is asked for
        # what is not freed: SQLite uses an index of a part only where the words are the same.
        Index(
            "uq_settlement_lines_entry_id_lot",
            "entry_id",
            "lot",
            unique=True,
            postgresql_where=text("NOT freed"),
            sqlite_where=text("freed = 0"),
        ),
    )

    # No foreign key: lines are written before the settlement, whose sum they are, and one of a hundred thousand lines
    # would look for it as often. The audit looks for lines without their settlement.
    settlement_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    line: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    lot: Mapped[str] = mapped_column(ByteOrderedText, primary_key=True)
    entry_id: Mapped[UUID] = mapped_column(Uuid)
    kind: Mapped[str] = mapped_column(String(32))
    amount: Mapped[int] = mapped_column(BigInteger)
    occurred_at: Mapped[datetime] = mapped_column(UTCDateTime)
    freed: Mapped[bool] = mapped_column(
        Boolean(create_constraint=True, name="freed_known"), server_default=text("false")
    )


class SettlementStep(Base):
    """One thing that was done with a settlement: by whom, when, why or by which document, and its entry."""

    __tablename__ = "settlement_steps"
    __table_args__ = (Index("uq_settlement_steps_settlement_id_kind", "settlement_id", "kind", unique=True),)

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, default=new_id)
    settlement_id: Mapped[UUID] = mapped_column(ForeignKey("settlements.id"))
    kind: Mapped[SettlementStepKind] = mapped_column(enum_column(SettlementStepKind))
    reason: Mapped[str] = mapped_column(String(TEXT_LENGTH_MAX))
    document: Mapped[str] = mapped_column(String(TEXT_LENGTH_MAX))
    entry_id: Mapped[UUID] = mapped_column(Uuid, unique=True)
    made_by: Mapped[str] = mapped_column(String(64))
    made_at: Mapped[datetime] = mapped_column(UTCDateTime)


class Payee(Base):
    """To which bank account a merchant is paid, since somebody said so; the newest is in force.

    The number is encrypted with keys kept outside the database, `account_lookup` finds it, `account_tail` shows it.
    """

    __tablename__ = "payees"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, default=new_id)
    merchant_id: Mapped[UUID] = mapped_column(ForeignKey("merchants.id"), index=True)
    holder: Mapped[str] = mapped_column(String(NAME_LENGTH_MAX))
    bank: Mapped[str] = mapped_column(String(NAME_LENGTH_MAX))
    account_encrypted: Mapped[str] = mapped_column(Text)
    account_lookup: Mapped[str] = mapped_column(String(64))
    account_tail: Mapped[str] = mapped_column(String(4))
    document: Mapped[str] = mapped_column(String(TEXT_LENGTH_MAX))
    set_by: Mapped[str] = mapped_column(String(64))
    set_at: Mapped[datetime] = mapped_column(UTCDateTime)


class BankStatement(Base):
    """A statement of the treasury's bank account as somebody brought it in; `digest` is the SHA-256 of the file."""

    __tablename__ = "bank_statements"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, default=new_id)
    file_name: Mapped[str] = mapped_column(String(NAME_LENGTH_MAX))
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    first_on: Mapped[date] = mapped_column(Date)
    last_on: Mapped[date] = mapped_column(Date)
    lines: Mapped[int] = mapped_column(Integer)
    imported_by: Mapped[str] = mapped_column(String(64))
    imported_at: Mapped[datetime] = mapped_column(UTCDateTime)


class BankStatementLine(Base):
    """One movement of a bank statement, in fen: what left the treasury is positive, what came in negative."""

    __tablename__ = "bank_statement_lines"
    __table_args__ = (CheckConstraint("paid_out <> 0", name="moves_money"),)

    statement_id: Mapped[UUID] = mapped_column(ForeignKey("bank_statements.id"), primary_key=True)
    line: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    booked_on: Mapped[date] = mapped_column(Date)
    paid_out: Mapped[int] = mapped_column(BigInteger)
    counterparty: Mapped[str] = mapped_column(String(NAME_LENGTH_MAX))
    # As of a payee: the number itself is not kept. Empty where the bank told none.
    account_lookup: Mapped[str] = mapped_column(String(64))
    account_tail: Mapped[str] = mapped_column(String(4))
    reference: Mapped[str] = mapped_column(String(TEXT_LENGTH_MAX))
