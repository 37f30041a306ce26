"""Correcting entries by their mirror, with the reason, which the books themselves do not hold."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from awards.model import TEXT_LENGTH_MAX, Correction
from ledger import AlreadyReversedError, Call, check_still_new, new_id, remember_call, reversal_of, reverse
from people import clean_text


def reverse_entry(
    session: Session, *, entry_id: UUID, reason: str, actor: str, now: datetime, call: Call | None = None
) -> Correction:
    """Post the mirror of an entry, once, by another person than its author, and keep why.

    Raises:
        EntryUnknownError, SamePersonError, AlreadyReversedError, NotReversibleError: as `ledger.reverse`.
        TextRefusedError: the reason is empty, too long, or has forbidden characters.
    """
    # Asked before the row is written: two rows about one entry cannot stand, not even for a moment.
    earlier = reversal_of(session, entry_id)
    if earlier is not None:
        check_still_new(session, call)
        raise AlreadyReversedError(entry_id, earlier)
    correction = Correction(
        reversal_id=new_id(),
        entry_id=entry_id,
        reason=clean_text(reason, field="reason", length_max=TEXT_LENGTH_MAX),
        made_by=actor,
        made_at=now,
    )
    session.add(correction)
    remember_call(session, call, made_id=correction.reversal_id, now=now)
    reverse(session, entry_id=entry_id, actor=actor, now=now, reversal_id=correction.reversal_id)
    return correction


def corrections_of(session: Session, entry_ids: Iterable[UUID]) -> dict[UUID, Correction]:
    """Return the corrections that these entries are about, as the mirror or as the mirrored, by the entry's id."""
    asked = set(entry_ids)
    found = session.scalars(
        select(Correction).where(Correction.reversal_id.in_(asked) | Correction.entry_id.in_(asked))
    ).all()
    return {entry_id: each for each in found for entry_id in (each.reversal_id, each.entry_id) if entry_id in asked}
