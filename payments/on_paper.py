"""Codes on paper: on a card, which pays with its owner's PIN until it is stopped, and on the slips of a sheet."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

import ledger
import people
from holds import Hold
from payments.errors import AmountError, CodesBlockedError
from payments.model import CodeKind, PaymentCode
from payments.payment_codes import code_of, hash_of_code, live_block, lock_owner


def create_card_code(
    session: Session, *, resident: people.Resident, day_limit: int, expires_at: datetime, secret: bytes, now: datetime
) -> PaymentCode:
    """Make the code of a card, with which up to `day_limit` cents a day are paid; `code_of` tells it.

    Raises:
        AmountError: the limit is no amount.
        CodesBlockedError: the resident has blocked their codes.
    """
    if not 0 < day_limit <= ledger.AMOUNT_MAX:
        raise AmountError(day_limit)
    check_not_blocked(session, resident.id)
    made = _code(resident, CodeKind.CARD, secret=secret, now=now, expires_at=expires_at)
    made.account_id, made.day_limit = resident.available_account_id, day_limit
    session.add(made)
    session.flush()
    return made


def create_slip_codes(
    session: Session,
    *,
    resident: people.Resident,
    set_aside: Sequence[Hold],
    expires_at: datetime,
    secret: bytes,
    now: datetime,
) -> list[PaymentCode]:
    """Make a code for each of these holds of a resident: whoever has it pays with what is set aside, once.

    Raises:
        CodesBlockedError: the resident has blocked their codes.
    """
    check_not_blocked(session, resident.id)
    made: list[PaymentCode] = []
    for hold in set_aside:
        slip = _code(resident, CodeKind.SHEET, secret=secret, now=now, expires_at=expires_at)
        slip.hold_id, slip.worth = hold.id, hold.amount
        made.append(slip)
    session.add_all(made)
    session.flush()
    return made


def check_not_blocked(session: Session, resident_id: UUID) -> None:
    """Let what is asked about the codes of a resident queue, and refuse while they have blocked them.

    Raises:
        CodesBlockedError: they have.
    """
    lock_owner(session, resident_id)
    block = live_block(session, resident_id=resident_id)
    if block is not None:
        raise CodesBlockedError(block.blocked_at)


def stop_codes(session: Session, payment_code_ids: Collection[UUID], *, now: datetime) -> None:
    """Stop single codes on paper, whether or not their owner blocked all; a block that is lifted does not free them."""
    session.execute(
        update(PaymentCode)
        .where(PaymentCode.id.in_(payment_code_ids), PaymentCode.used_at.is_(None))
        .values(blocked_at=now, block_id=None)
    )


def free_code(session: Session, payment_code_id: UUID) -> None:
    """Let a code on paper that was stopped by itself pay again."""
    session.execute(update(PaymentCode).where(PaymentCode.id == payment_code_id).values(blocked_at=None, block_id=None))


def paper_codes(session: Session, payment_code_ids: Collection[UUID]) -> dict[UUID, PaymentCode]:
    """Return codes by their ids, as they stand now."""
    found = session.scalars(
        select(PaymentCode).where(PaymentCode.id.in_(payment_code_ids)).execution_options(populate_existing=True)
    )
    return {code.id: code for code in found}


def _code(
    resident: people.Resident, kind: CodeKind, *, secret: bytes, now: datetime, expires_at: datetime
) -> PaymentCode:
    code_id = ledger.new_id()
    return PaymentCode(
        id=code_id,
        kind=kind,
        code_hash=hash_of_code(code_of(code_id, secret)),
        resident_id=resident.id,
        payer_masked=people.masked_name(resident.name),
        created_at=now,
        expires_at=expires_at,
    )
