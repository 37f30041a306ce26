"""Deciding what another person asked for; only an approval is posted."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from ledger import Call, NewEntry, post
from receivables.forced_corrections import forced_correction_entry
from receivables.matters import locked_matter, mark_decided
from receivables.model import Matter, MatterKind, MatterState
from receivables.waivers import waiver_entry

_ENTRIES: dict[MatterKind, Callable[..., NewEntry]] = {
    MatterKind.FORCED_CORRECTION: forced_correction_entry,
    MatterKind.WAIVER: waiver_entry,
}


def approve(
    session: Session,
    *,
    matter_id: UUID,
    kind: MatterKind,
    actor: str,
    now: datetime,
    note: str = "",
    call: Call | None = None,
) -> Matter:
    """Approve a matter and post it.

    Raises:
        MatterUnknownError, MatterDecidedError: there is no such matter, or it was decided before.
        SamePersonError: the actor asked for it, or is the resident or of their household.
        ForcedTooMuchError, TakeBackFirstError, OwedLessError, AlreadyReversedError, ResidentLeftError: what was asked
            for cannot be done any more.
        TextRefusedError: the note is too long or has forbidden characters.
    """
    matter = locked_matter(session, matter_id, kind, actor=actor, call=call)
    entry = _ENTRIES[kind](session, matter, actor=actor, now=now)
    matter.entry_id = entry.id
    mark_decided(session, matter, MatterState.APPROVED, note=note, actor=actor, now=now, call=call)
    post(session, [entry])
    return matter


def reject(
    session: Session,
    *,
    matter_id: UUID,
    kind: MatterKind,
    actor: str,
    now: datetime,
    note: str = "",
    call: Call | None = None,
) -> Matter:
    """Reject a matter: nothing is posted, and the same may be asked for again.

    Raises:
        MatterUnknownError, MatterDecidedError, SamePersonError, TextRefusedError: as `approve`.
    """
    matter = locked_matter(session, matter_id, kind, actor=actor, call=call)
    mark_decided(session, matter, MatterState.REJECTED, note=note, actor=actor, now=now, call=call)
    session.flush()
    return matter
