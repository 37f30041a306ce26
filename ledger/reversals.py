"""Correcting an entry by its mirror: once, by another person, and only while nothing later rests on it."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.orm import Session, aliased

from ledger.accounts import lock_accounts
from ledger.base import new_id
from ledger.entries import Line, NewEntry
from ledger.errors import (
    AlreadyReversedError,
    EntryUnknownError,
    NotReversibleError,
    RestedOnError,
    SamePersonError,
)
from ledger.model import Account, JournalEntry, Posting
from ledger.posting import post

# What else went wrong is corrected by a claw-back, a refund or a receivable: a new event of its own.
REVERSIBLE_KINDS = frozenset({"appropriation", "award", "minutes"})

KIND = "reversal"


def reversal_of(session: Session, entry_id: UUID) -> UUID | None:
    """Return the id of the entry that reversed this one, None if it stands."""
    return session.scalar(select(JournalEntry.id).where(JournalEntry.reverses_id == entry_id))


def reversals_of(session: Session, entry_ids: Collection[UUID]) -> dict[UUID, UUID]:
    """Return the ids of the entries that reversed those of these which do not stand, by the id of the reversed."""
    query = select(JournalEntry.reverses_id, JournalEntry.id).where(JournalEntry.reverses_id.in_(entry_ids))
    return {reversed_id: mirror_id for reversed_id, mirror_id in session.execute(query) if reversed_id is not None}


def reverse(session: Session, *, entry_id: UUID, actor: str, now: datetime, reversal_id: UUID | None = None) -> UUID:
    """Post the mirror of an entry and return the mirror's id.

    Raises:
        EntryUnknownError: no such entry.
        SamePersonError: the actor wrote the entry.
        AlreadyReversedError: it was reversed before.
        NotReversibleError: entries of this kind are corrected otherwise.
        RestedOnError: a later entry has lowered what it raised.
    """
    entry = session.get(JournalEntry, entry_id)
    if entry is None:
        raise EntryUnknownError(entry_id)
    if entry.actor == actor:
        raise SamePersonError(actor)
    if entry.kind not in REVERSIBLE_KINDS:
        raise NotReversibleError(entry_id, "kind")
    # Locked before they are looked at: nothing can come to rest on the entry between the look and the mirror.
    postings = session.scalars(select(Posting).where(Posting.entry_id == entry_id).order_by(Posting.line)).all()
    lock_accounts(session, [posting.account_id for posting in postings])
    earlier = reversal_of(session, entry_id)
    if earlier is not None:
        raise AlreadyReversedError(entry_id, earlier)
    resting_id = _resting_on(session, entry_id)
    if resting_id is not None:
        raise RestedOnError(entry_id, resting_id)
    mirror = NewEntry(
        id=reversal_id or new_id(),
        kind=KIND,
        actor=actor,
        occurred_at=now,
        description=entry.kind,
        reverses_id=entry_id,
        lines=tuple(
            Line(posting.account_id, posting.asset, posting.side.other, posting.amount, posting.lot)
            for posting in postings
        ),
    )
    post(session, [mirror])
    return mirror.id


def _resting_on(session: Session, entry_id: UUID) -> UUID | None:
    """Return the first standing later entry that lowered a lot of an account which this entry raised."""
    raised, lowered, later, undone = aliased(Posting), aliased(Posting), aliased(JournalEntry), aliased(JournalEntry)
    question = (
        select(later.id)
        .select_from(raised)
        .join(Account, Account.id == raised.account_id)
        .join(
            lowered,
            (lowered.account_id == raised.account_id) & (lowered.lot == raised.lot) & (lowered.seq > raised.seq),
        )
        .join(later, later.id == lowered.entry_id)
        .where(
            raised.entry_id == entry_id,
            lowered.entry_id != entry_id,
            raised.side == Account.normal_side,
            lowered.side != Account.normal_side,
            # A later entry and its own reversal leave things as they were.
            later.reverses_id.is_(None),
            ~exists().where(undone.reverses_id == later.id),
        )
        .order_by(lowered.seq, later.id)
        .limit(1)
    )
    return session.scalar(question)
