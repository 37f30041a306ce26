"""The tables of payments: payment codes, redemptions and refunds."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Enum,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from ledger import Base, UTCDateTime, enum_column, new_id

NAME_LENGTH_MAX = 100
TEXT_LENGTH_MAX = 500
ORDER_NO_LENGTH_MAX = 64
DESCRIPTION_LENGTH_MAX = 200

_SLIPS = text("hold_id IS NOT NULL")


class RedemptionStatus(StrEnum):
    """How an attempt to pay ended; an order waits for its payer before it does."""

    AWAITING_PAYER = "awaiting_payer"
    COMPLETED = "completed"
    REFUSED = "refused"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


class Channel(StrEnum):
    """How a payment came about.

    A till took the code on the resident's screen, that on their paper card, or one of a printed sheet; or the resident
    paid an order of the till's, or at the plaque on the shop's door.
    """

    CODE = "code"
    CARD = "card"
    SHEET = "sheet"
    ORDER = "order"
    PLAQUE = "plaque"


class CodeKind(StrEnum):
    """Where a code stands: on a screen for a minute, on a paper card that pays with the PIN, or on a sheet of slips."""

    SCREEN = "screen"
    CARD = "card"
    SHEET = "sheet"


class Refusal(StrEnum):
    """Why an attempt to pay was refused; the stable codes of the outside contract."""

    INSUFFICIENT_BALANCE = "insufficient_balance"
    FUND_NOT_ACCEPTED_HERE = "fund_not_accepted_here"
    ACCOUNT_FROZEN = "account_frozen"
    CODE_UNKNOWN = "code_unknown"
    CODE_EXPIRED = "code_expired"
    CODE_USED = "code_used"
    CODES_BLOCKED = "codes_blocked"
    ORDER_NO_USED = "order_no_used"
    MERCHANT_NOT_NAMED = "merchant_not_named"
    MERCHANT_SUSPENDED = "merchant_suspended"
    LIMIT_EXCEEDED = "limit_exceeded"
    POSSIBLE_DUPLICATE = "possible_duplicate"
    PIN_REQUIRED = "pin_required"
    PIN_WRONG = "pin_wrong"
    PIN_LOCKED = "pin_locked"


class PaymentCode(Base):
    """A resident's code, kept only as a hash: on a screen or a sheet it pays once, on a card until it is stopped."""

    __tablename__ = "payment_codes"
    __table_args__ = (
        CheckConstraint("(kind = 'card') = (day_limit IS NOT NULL)", name="cards_have_a_limit"),
        # The credits of a slip are set aside, so it names their hold and no account that they would be taken from.
        CheckConstraint(
            "(kind = 'sheet') = (hold_id IS NOT NULL) AND (kind = 'sheet') = (worth IS NOT NULL)"
            " AND (kind = 'sheet') = (account_id IS NULL)",
            name="slips_have_a_hold",
        ),
        CheckConstraint("kind <> 'card' OR used_at IS NULL", name="cards_are_not_used_up"),
        CheckConstraint("day_limit >= 1 AND worth >= 1", name="amounts_positive"),
        CheckConstraint("block_id IS NULL OR blocked_at IS NOT NULL", name="blocks_block"),
        # Which codes of a resident still live is asked each time one is made.
        Index("ix_payment_codes_resident_id_expires_at", "resident_id", "expires_at"),
        # Codes on screens, which are nearly all, do not stand in it.
        Index("uq_payment_codes_hold_id", "hold_id", unique=True, postgresql_where=_SLIPS, sqlite_where=_SLIPS),
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, default=new_id)
    code_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    resident_id: Mapped[UUID] = mapped_column(ForeignKey("residents.id"))
    kind: Mapped[CodeKind] = mapped_column(enum_column(CodeKind), server_default=CodeKind.SCREEN.value)
    # The resident's spending account and masked name, so that a redemption asks no further table.
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    payer_masked: Mapped[str] = mapped_column(String(NAME_LENGTH_MAX))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
    used_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    blocked_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    # When the resident typed their PIN for it, null where they did not.
    pin_proved_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    # The resident's order that blocked it, null where it was stopped by itself.
    block_id: Mapped[UUID | None] = mapped_column(ForeignKey("code_blocks.id"))
    # Of a card: what may be paid with cards in a day, in cents.
    day_limit: Mapped[int | None] = mapped_column(BigInteger)
    # Of a slip: what is set aside for it, and how much that was, in cents.
    hold_id: Mapped[UUID | None] = mapped_column(ForeignKey("holds.id"))
    worth: Mapped[int | None] = mapped_column(BigInteger)


class CodeBlock(Base):
    """A resident's own order that no code of theirs may be used, until it is lifted."""

    __tablename__ = "code_blocks"
    __table_args__ = (
        # One block stands at most.
        Index(
            "uq_code_blocks_resident_id",
            "resident_id",
            unique=True,
            postgresql_where=text("lifted_at IS NULL"),
            sqlite_where=text("lifted_at IS NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, default=new_id)
    resident_id: Mapped[UUID] = mapped_column(ForeignKey("residents.id"))
    blocked_by: Mapped[str] = mapped_column(String(64))
    blocked_at: Mapped[datetime] = mapped_column(UTCDateTime)
    lifted_by: Mapped[str | None] = mapped_column(String(64))
    lifted_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class Redemption(Base):
    """One attempt of a till to be paid in credits; the refused ones remember why. An order is one that waits."""

    __tablename__ = "redemptions"
    __table_args__ = (
        CheckConstraint("amount > 0", name="amount_positive"),
        CheckConstraint("refunded_total BETWEEN 0 AND amount", name="refunds_within_amount"),
        CheckConstraint("(status = 'refused') = (refusal IS NOT NULL)", name="refusals_say_why"),
        CheckConstraint("(status = 'completed') = (entry_id IS NOT NULL)", name="completed_are_booked"),
        CheckConstraint("cash_amount >= 0", name="cash_amount_not_negative"),
        CheckConstraint("channel <> 'order' OR status = 'refused' OR expires_at IS NOT NULL", name="orders_end"),
        CheckConstraint(
            "status NOT IN ('awaiting_payer', 'cancelled', 'expired') OR channel = 'order'", name="only_orders_wait"
        ),
        # A refused attempt frees its order number.
        Index(
            "uq_redemptions_merchant_id_order_no",
            "merchant_id",
            "order_no",
            unique=True,
            postgresql_where=text("status <> 'refused'"),
            sqlite_where=text("status <> 'refused'"),
        ),
        # The outcome by order number finds refused attempts too; completed ones do not pay for that.
        Index(
            "ix_redemptions_merchant_id_order_no",
            "merchant_id",
            "order_no",
            postgresql_where=text("status = 'refused'"),
            sqlite_where=text("status = 'refused'"),
        ),
        # Orders that still wait are few.
        Index(
            "ix_redemptions_waiting",
            "expires_at",
            postgresql_where=text("status = 'awaiting_payer'"),
            sqlite_where=text("status = 'awaiting_payer'"),
        ),
        Index("ix_redemptions_merchant_id_redeemed_at", "merchant_id", "redeemed_at"),
        Index("ix_redemptions_resident_id_redeemed_at", "resident_id", "redeemed_at"),
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, default=new_id)
    merchant_id: Mapped[UUID] = mapped_column(ForeignKey("merchants.id"))
    order_no: Mapped[str] = mapped_column(String(ORDER_NO_LENGTH_MAX))
    status: Mapped[RedemptionStatus] = mapped_column(enum_column(RedemptionStatus))
    # Not checked by the database: later ways to pay bring reasons of their own.
    refusal: Mapped[Refusal | None] = mapped_column(
        Enum(
            Refusal,
            native_enum=False,
            create_constraint=False,
            length=40,
            values_callable=lambda members: [each.value for each in members],
        )
    )
    amount: Mapped[int] = mapped_column(BigInteger)
    cash_amount: Mapped[int] = mapped_column(BigInteger)
    refunded_total: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    channel: Mapped[Channel] = mapped_column(enum_column(Channel), server_default=Channel.CODE.value)
    # Of orders alone: what is paid for, until when, and who cancelled it or let it expire.
    description: Mapped[str | None] = mapped_column(String(DESCRIPTION_LENGTH_MAX))
    expires_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    ended_by: Mapped[str | None] = mapped_column(String(64))
    # Empty on attempts whose code nobody knows, and on orders until they are paid.
    resident_id: Mapped[UUID | None] = mapped_column(ForeignKey("residents.id"))
    payment_code_id: Mapped[UUID | None] = mapped_column(Uuid)
    receipt_no: Mapped[str | None] = mapped_column(String(24), unique=True)
    entry_id: Mapped[UUID | None] = mapped_column(Uuid, unique=True)
    # The till, or whoever stands at it; at a plaque the resident. Of an order the moment is that of its payment.
    redeemed_by: Mapped[str] = mapped_column(String(64))
    redeemed_at: Mapped[datetime] = mapped_column(UTCDateTime)


class TillRefundLimit(Base):
    """How much of one payment a cashier of a merchant may refund without its owner; the highest number is in force."""

    __tablename__ = "till_refund_limits"
    __table_args__ = (
        CheckConstraint("amount >= 0", name="amount_not_negative"),
        UniqueConstraint("merchant_id", "number"),
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, default=new_id)
    merchant_id: Mapped[UUID] = mapped_column(ForeignKey("merchants.id"))
    number: Mapped[int] = mapped_column(Integer)
    amount: Mapped[int] = mapped_column(BigInteger)
    set_by: Mapped[str] = mapped_column(String(64))
    set_at: Mapped[datetime] = mapped_column(UTCDateTime)


class Refund(Base):
    """Credits a merchant gave back out of one redemption, to the very lots they came from."""

    __tablename__ = "refunds"
    __table_args__ = (CheckConstraint("amount > 0", name="amount_positive"),)

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, default=new_id)
    redemption_id: Mapped[UUID] = mapped_column(ForeignKey("redemptions.id"), index=True)
    amount: Mapped[int] = mapped_column(BigInteger)
    refunded_total: Mapped[int] = mapped_column(BigInteger)
    reason: Mapped[str] = mapped_column(String(TEXT_LENGTH_MAX))
    entry_id: Mapped[UUID] = mapped_column(Uuid, unique=True)
    refunded_by: Mapped[str] = mapped_column(String(64))
    refunded_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
