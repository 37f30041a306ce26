"""The code a resident shows at a till: random, valid for a minute, spent at most once, and stopped by its owner."""

import hashlib
import hmac
import unicodedata
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, bindparam, delete, func, insert, literal_column, select, update
from sqlalchemy.orm import Session

import ledger
import people
from payments.errors import CodesBlockedError, PaymentCodeUnknownError, TooManyLiveCodesError
from payments.model import CodeBlock, CodeKind, PaymentCode
from safeguards import CheckedPin, PinOutcome, prove_pin

CODE_LIFETIME = timedelta(seconds=60)
LIVE_CODES_MAX = 60
CODE_LENGTH = 12
# A to Z and 0 to 9 without look-alikes: I, O, 0, 1. 32 characters are 5 bits each, so a code has 60.
CODE_ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
# Codes a day old are of no more use to anybody.
KEPT = timedelta(days=1)


def _lives(resident_id: Any, now: Any) -> ColumnElement[bool]:
    """Return the condition that a code is a resident's and can be used; both are values or bound parameters."""
    return and_(
        PaymentCode.resident_id == resident_id,
        PaymentCode.expires_at >= now,
        PaymentCode.used_at.is_(None),
        PaymentCode.blocked_at.is_(None),
    )


# Written out, as in the indexes' conditions: what is bound would be one value more of each question.
_ON_SCREEN = PaymentCode.kind == literal_column(f"'{CodeKind.SCREEN}'")

# Phones show a code a minute, so its statements are made once: making them anew cost more than running them.
# Payments only refer to the resident's row, and are not kept waiting by its lock.
_LOCK_OWNER = (
    select(people.Resident.id).where(people.Resident.id == bindparam("owner_id")).with_for_update(key_share=True)
)
_STANDING = select(
    select(CodeBlock.blocked_at)
    .where(CodeBlock.resident_id == bindparam("owner_id"), CodeBlock.lifted_at.is_(None))
    .limit(1)
    .scalar_subquery()
    .label("blocked_at"),
    select(func.count())
    .select_from(PaymentCode)
    .where(_lives(bindparam("owner_id"), bindparam("now")), _ON_SCREEN)
    .scalar_subquery()
    .label("live"),
)
_RECORD = insert(PaymentCode)
_COLUMNS = ("id", "code_hash", "resident_id", "account_id", "payer_masked", "created_at", "expires_at")


def code_of(payment_code_id: UUID, secret: bytes) -> str:
    """Return the code that belongs to an id: what the screen shows again needs no copy of the code in the database.

    It is a keyed hash (HMAC-SHA-256) of an id with 74 random bits, so nobody without the secret can tell it.
    """
    number = int.from_bytes(hmac.digest(secret, payment_code_id.bytes, "sha256")[:8], "big")
    return "".join(CODE_ALPHABET[number >> 5 * place & 31] for place in range(CODE_LENGTH))


def normal_code(text: str) -> str:
    """Return what was scanned or typed as a code would be written: half-width, upper-case, without anything between.

    Scanner guns add control characters, input methods full-width letters, people blanks and hyphens.
    """
    upper = unicodedata.normalize("NFKC", text).upper()
    return "".join(character for character in upper if character.isascii() and character.isalnum())


def hash_of_code(code: str) -> bytes:
    """Return the SHA-256 under which a code is kept; any text has one."""
    return hashlib.sha256(code.encode(errors="surrogatepass")).digest()


def create_payment_code(
    session: Session,
    *,
    resident: people.Resident,
    secret: bytes,
    now: datetime,
    call: ledger.Call | None = None,
) -> PaymentCode:
    """Make a code for a resident; `code_of` tells it. Earlier codes stay valid until their time.

    Raises:
        CodesBlockedError: the resident has blocked their own codes.
        TooManyLiveCodesError: 60 unspent codes live already.
    """
    lock_owner(session, resident.id)
    standing = session.connection().execute(_STANDING, {"owner_id": resident.id, "now": now}).one()
    if standing.blocked_at is not None:
        ledger.check_still_new(session, call)
        raise CodesBlockedError(standing.blocked_at)
    if standing.live >= LIVE_CODES_MAX:
        ledger.check_still_new(session, call)
        raise TooManyLiveCodesError(LIVE_CODES_MAX)
    payment_code_id = ledger.new_id()
    payment_code = PaymentCode(
        id=payment_code_id,
        code_hash=hash_of_code(code_of(payment_code_id, secret)),
        resident_id=resident.id,
        account_id=resident.available_account_id,
        payer_masked=people.masked_name(resident.name),
        created_at=now,
        expires_at=now + CODE_LIFETIME,
    )
    session.connection().execute(_RECORD, {name: getattr(payment_code, name) for name in _COLUMNS})
    ledger.remember_call(session, call, made_id=payment_code.id, now=now)
    return payment_code


def create_proved_code(
    session: Session,
    *,
    resident: people.Resident,
    secret: bytes,
    pin: CheckedPin,
    now: datetime,
    call: ledger.Call | None = None,
) -> PaymentCode | PinOutcome:
    """Make a code for which the resident typed their PIN, so that no till asks for it; or say why not.

    Whoever has no PIN gets a code as any other. The caller commits whatever comes out: wrong tries are counted.

    Raises:
        CodesBlockedError, TooManyLiveCodesError: as `create_payment_code`.
    """
    outcome = prove_pin(session, resident_id=resident.id, checked=pin, now=now)
    if outcome in {PinOutcome.WRONG, PinOutcome.LOCKED}:
        return outcome
    made = create_payment_code(session, resident=resident, secret=secret, now=now, call=call)
    if outcome is PinOutcome.RIGHT:
        session.connection().execute(update(PaymentCode).where(PaymentCode.id == made.id).values(pin_proved_at=now))
    return made


def payer_of_code(session: Session, code: str) -> UUID | None:
    """Return whose code this is, None where nobody has it."""
    return session.scalar(select(PaymentCode.resident_id).where(PaymentCode.code_hash == hash_of_code(code)))


def has_ended(expires_at: datetime, now: datetime) -> bool:
    """Say whether the time of a code is over; its last moment still counts."""
    return expires_at < now


def lock_owner(session: Session, resident_id: UUID) -> None:
    """Let whatever is asked about the codes of one resident queue: a limit that is counted and a block stay exact."""
    session.connection().execute(_LOCK_OWNER, {"owner_id": resident_id})


def get_payment_code(session: Session, *, payment_code_id: UUID, resident_id: UUID) -> PaymentCode:
    """Return a resident's own code.

    Raises:
        PaymentCodeUnknownError: there is none, or it is another's.
    """
    payment_code = session.get(PaymentCode, payment_code_id)
    if payment_code is None or payment_code.resident_id != resident_id:
        raise PaymentCodeUnknownError(payment_code_id)
    return payment_code


def list_payment_codes(
    session: Session, *, resident_id: UUID, limit: int, before: UUID | None = None
) -> Sequence[PaymentCode]:
    """Return a resident's codes that are still kept, newest first, older than the cursor `before`."""
    query = select(PaymentCode).where(PaymentCode.resident_id == resident_id).order_by(PaymentCode.id.desc())
    if before is not None:
        query = query.where(PaymentCode.id < before)
    return session.scalars(query.limit(limit)).all()


def live_block(session: Session, *, resident_id: UUID) -> CodeBlock | None:
    """Return the order by which a resident's codes are blocked now, None if they are not."""
    return session.scalars(
        select(CodeBlock).where(CodeBlock.resident_id == resident_id, CodeBlock.lifted_at.is_(None)).limit(1)
    ).first()


def block_codes(
    session: Session, *, resident_id: UUID, actor: str, now: datetime, call: ledger.Call | None = None
) -> CodeBlock:
    """Stop all codes of a resident, those shown or printed before too, until the block is lifted.

    Again it stops what was not stopped.
    """
    lock_owner(session, resident_id)
    block = live_block(session, resident_id=resident_id)
    if block is None:
        block = CodeBlock(id=ledger.new_id(), resident_id=resident_id, blocked_by=actor, blocked_at=now)
        session.add(block)
        session.flush()
    stopped = update(PaymentCode).where(_lives(resident_id, now)).values(blocked_at=now, block_id=block.id)
    session.execute(stopped)
    ledger.remember_call(session, call, made_id=block.id, now=now)
    return block


def lift_block(
    session: Session, *, resident_id: UUID, actor: str, now: datetime, call: ledger.Call | None = None
) -> CodeBlock | None:
    """Let a resident make codes again; on paper those pay again which it had blocked, on screens none.

    Returns None where nothing was blocked.
    """
    lock_owner(session, resident_id)
    block = live_block(session, resident_id=resident_id)
    if block is None:
        ledger.check_still_new(session, call)
        return None
    block.lifted_by, block.lifted_at = actor, now
    on_paper = update(PaymentCode).where(PaymentCode.resident_id == resident_id, PaymentCode.block_id == block.id)
    session.execute(on_paper.where(~_ON_SCREEN).values(blocked_at=None, block_id=None))
    session.flush()
    ledger.remember_call(session, call, made_id=block.id, now=now)
    return block


def get_code_block(session: Session, block_id: UUID) -> CodeBlock | None:
    """Return the block with this id, None if there is none."""
    return session.get(CodeBlock, block_id)


def purge_payment_codes(session: Session, *, now: datetime) -> int:
    """Delete codes on screens that ended a day ago or earlier, and return how many; those on paper are history."""
    ended = delete(PaymentCode).where(PaymentCode.expires_at < now - KEPT, _ON_SCREEN)
    gone = session.connection().execute(ended)
    return gone.rowcount
