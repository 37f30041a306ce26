"""Finding awards and batches again: one by id, pages of them newest first, and the reasons behind entries."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from awards.errors import AwardBatchUnknownError, AwardUnknownError
from awards.model import Award, AwardBatch, ClawBack
from people import Resident, Unit, below


@dataclass(frozen=True, slots=True)
class AwardPage:
    """Awards, newest first; `next_before` asks for those that follow, None if there are none."""

    items: list[Award]
    next_before: UUID | None


@dataclass(frozen=True, slots=True)
class BatchPage:
    """Batches of awards, newest first; `next_before` asks for those that follow, None if there are none."""

    items: list[AwardBatch]
    next_before: UUID | None


@dataclass(frozen=True, slots=True)
class EntryReason:
    """Why an entry of the books was made, and the award it belongs to."""

    award_id: UUID
    reason: str


def get_award(session: Session, award_id: UUID) -> Award:
    """Return the award with this id.

    Raises:
        AwardUnknownError: there is none.
    """
    award = session.get(Award, award_id)
    if award is None:
        raise AwardUnknownError(award_id)
    return award


def list_awards(
    session: Session,
    *,
    resident_id: UUID | None = None,
    fund_code: str | None = None,
    batch_id: UUID | None = None,
    within_path: str | Collection[str] | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    limit: int = 50,
    before: UUID | None = None,
) -> AwardPage:
    """Return awards, newest first, older than the cursor `before`: all, or those of a resident, a fund, a batch.

    `within_path` is the path of a unit, or of several: those of residents who live below it. `since` and `until` ask
    for those granted from the one on and before the other.
    """
    query = select(Award).order_by(Award.id.desc()).limit(limit + 1)
    if resident_id is not None:
        query = query.where(Award.resident_id == resident_id)
    if fund_code is not None:
        query = query.where(Award.fund_code == fund_code)
    if batch_id is not None:
        query = query.where(Award.batch_id == batch_id)
    if within_path is not None:
        query = (
            query.join(Resident, Resident.id == Award.resident_id)
            .join(Unit, Unit.code == Resident.unit_code)
            .where(below(within_path))
        )
    if since is not None:
        query = query.where(Award.granted_at >= since)
    if until is not None:
        query = query.where(Award.granted_at < until)
    if before is not None:
        query = query.where(Award.id < before)
    found = list(session.scalars(query))
    return AwardPage(found[:limit], found[limit - 1].id if len(found) > limit else None)


def get_batch(session: Session, batch_id: UUID) -> AwardBatch:
    """Return the batch with this id.

    Raises:
        AwardBatchUnknownError: there is none.
    """
    batch = session.get(AwardBatch, batch_id)
    if batch is None:
        raise AwardBatchUnknownError(batch_id)
    return batch


def list_batches(
    session: Session,
    *,
    fund_code: str | None = None,
    granted_by: str | None = None,
    limit: int = 50,
    before: UUID | None = None,
) -> BatchPage:
    """Return batches, newest first, older than the cursor `before`: all, or those of a fund, or of who granted them."""
    query = select(AwardBatch).order_by(AwardBatch.id.desc()).limit(limit + 1)
    if fund_code is not None:
        query = query.where(AwardBatch.fund_code == fund_code)
    if granted_by is not None:
        query = query.where(AwardBatch.granted_by == granted_by)
    if before is not None:
        query = query.where(AwardBatch.id < before)
    found = list(session.scalars(query))
    return BatchPage(found[:limit], found[limit - 1].id if len(found) > limit else None)


def awarded_between(session: Session, *, since: datetime, until: datetime) -> int:
    """Return the sum of what was awarded from `since` on and before `until`, in minor units."""
    total = session.scalar(select(func.sum(Award.amount)).where(Award.granted_at >= since, Award.granted_at < until))
    return int(total or 0)


def reasons_of_entries(session: Session, entry_ids: Iterable[UUID]) -> dict[UUID, EntryReason]:
    """Return why those of the entries were made that are awards or claw-backs, by the entry's id."""
    asked = list(entry_ids)
    awards = session.execute(select(Award.entry_id, Award.id, Award.reason).where(Award.entry_id.in_(asked)))
    claw_backs = session.execute(
        select(ClawBack.entry_id, ClawBack.award_id, ClawBack.reason).where(ClawBack.entry_id.in_(asked))
    )
    return {
        entry_id: EntryReason(award_id, reason)
        for rows in (awards, claw_backs)
        for entry_id, award_id, reason in rows
        if entry_id is not None
    }
