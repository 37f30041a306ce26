"""Photos that a report from outside only names: fetched, cleaned and kept like others, or missed; the report stays."""

import logging
import threading
import time
from uuid import UUID

from photos import (
    PHOTOS_MAX,
    CleanPhoto,
    PhotoRefusedError,
    PhotoStoreUnavailableError,
    TooManyPhotosError,
    clean_photo,
)
from reports import StepNotNowError, add_photos, miss_photos
from web.auth import principal
from web.clock import now
from web.open311.media import MediaError, MediaFault, fetched
from web.photo_uploads import keeping
from web.request_ids import request_id
from web.settings import current_settings
from web.unit_of_work import DatabaseUnavailableError, in_transaction

# For all photos of one request: its client waits so long for our answer.
_TIME_S = 20.0
_TIME_S_EACH = 10.0
# So many requests of a process fetch at once: slow hosts must not take every thread that answers people.
_FETCHING = threading.BoundedSemaphore(4)

logger = logging.getLogger("web.open311")


def add_pictures(report_id: UUID, urls: list[str]) -> int:
    """Fetch what the URLs name and add it to a report that is committed already; return how many could not be had.

    A report is worth more than its photos: none of them, missing, unpleasant or never coming, may cost the report. What
    is missed is logged, by its reasons; the URL is forgotten, for it may tell of a person.
    """
    pictures, faults = _fetched_all(urls)
    if pictures:
        by, at = principal(), now()
        try:
            keeping(
                lambda session, store: add_photos(session, store, report_id=report_id, pictures=pictures, by=by, now=at)
            )
        except (PhotoStoreUnavailableError, DatabaseUnavailableError, StepNotNowError, TooManyPhotosError) as error:
            faults += [type(error).__name__] * len(pictures)
    if faults:
        logger.info("request %s: photos of a report are missing: %s", request_id(), ", ".join(faults))
    return len(faults)


def note_missing(report_id: UUID, missing: int) -> None:
    """Keep beside a report how many of its photos could not be had; where that fails, the log has it."""
    try:
        in_transaction(lambda session: miss_photos(session, report_id=report_id, count=missing))
    except DatabaseUnavailableError:
        logger.warning("request %s: %d photos of a report are missing, unnoted", request_id(), missing)


def _fetched_all(urls: list[str]) -> tuple[list[CleanPhoto], list[str]]:
    deadline = time.monotonic() + _TIME_S
    pictures: list[CleanPhoto] = []
    faults = ["too_many"] * len(urls[PHOTOS_MAX:])
    wanted = urls[:PHOTOS_MAX]
    if not _FETCHING.acquire(timeout=_TIME_S / 2):
        return pictures, faults + [MediaFault.TOO_SLOW.value] * len(wanted)
    try:
        for url in wanted:
            try:
                pictures.append(_fetched(url, deadline))
            except (MediaError, PhotoRefusedError) as error:
                faults.append(error.fault.value)
    finally:
        _FETCHING.release()
    return pictures, faults


def _fetched(url: str, deadline: float) -> CleanPhoto:
    until = min(deadline, time.monotonic() + _TIME_S_EACH)
    try:
        data = fetched(url, deadline=until, loopback=current_settings().open311_media_loopback)
    except TimeoutError as error:
        raise MediaError(MediaFault.TOO_SLOW) from error
    return clean_photo(data)
