"""Publishing a report, or taking it down, for a request: copies are made before, and old ones deleted after."""

import logging
from collections.abc import Callable, Sequence
from uuid import UUID

from sqlalchemy.orm import Session

from ledger import Call, recall_call
from people import Principal
from photos import PhotoStore, PhotoStoreUnavailableError
from publishing import PhotoDecision, Publication, forget_stale_copies, prepare, publish, take_down
from web.auth import principal
from web.clock import now
from web.photo_storage import photo_store
from web.photo_uploads import keeping_with
from web.unit_of_work import DatabaseUnavailableError, in_transaction, reading

logger = logging.getLogger("web.publications")


def publish_once(
    report_id: UUID,
    *,
    text: str | None,
    answer: str | None,
    photos: Sequence[PhotoDecision],
    reason: str | None,
    covering_id: UUID | None,
    seen_number: int | None,
    call: Call,
) -> tuple[UUID, bool]:
    """Publish this of a report; return the id of the version, and whether the same call made it before.

    Raises:
        KeyReusedError: the key stands with other input.
        PublishingError, ReportError, PhotoError: as `publishing.publish`.
    """
    if (before := reading(lambda session: recall_call(session, call))) is not None:
        return before, True
    by, at, store = principal(), now(), photo_store()
    prepared = reading(lambda session: prepare(session, store, report_id=report_id, decisions=photos, by=by))

    def make(session: Session, noted: PhotoStore) -> Publication:
        return publish(
            session,
            noted,
            report_id=report_id,
            text=text,
            answer=answer,
            photos=prepared,
            reason=reason,
            covering_id=covering_id,
            seen_number=seen_number,
            by=by,
            now=at,
            call=call,
        )

    return _decided(report_id, call, make)


def take_down_once(report_id: UUID, *, reason: str, call: Call) -> tuple[UUID, bool]:
    """Take down what is shown of a report, as `publish_once`."""
    by: Principal = principal()
    at = now()

    def make(session: Session, _noted: PhotoStore) -> Publication:
        return take_down(session, report_id=report_id, reason=reason, by=by, now=at, call=call)

    return _decided(report_id, call, make)


def forget_copies(report_id: UUID) -> None:
    """Delete the pictures of a report that nobody may see any more.

    No address leads to them since the decision is committed. Where the store or the database is away just now, the next
    `jobs run` deletes them.
    """
    store = photo_store()
    try:
        in_transaction(lambda session: forget_stale_copies(session, store, report_id=report_id))
    except (PhotoStoreUnavailableError, DatabaseUnavailableError):
        logger.warning("copies of a report that was published anew are left to the jobs")


def _decided(report_id: UUID, call: Call, make: Callable[[Session, PhotoStore], Publication]) -> tuple[UUID, bool]:
    def work(session: Session, noted: PhotoStore) -> tuple[UUID, bool]:
        before = recall_call(session, call)
        return (make(session, noted).id, False) if before is None else (before, True)

    made_id, is_replayed = keeping_with(work)
    forget_copies(report_id)
    return made_id, is_replayed
