"""Photos of a report that is followed by its code: within the page itself, or given out for a form.

An address of a photo would stand in histories and in the logs of proxies, beside whoever opened it, and lead to the
report. So small pictures come within the page, and the whole one is asked for by a form, with the code.
"""

from base64 import b64encode
from dataclasses import dataclass
from uuid import UUID

from flask import Response
from sqlalchemy.orm import Session

from people import Principal
from photos import Photo, PhotoStoreUnavailableError, PhotoUnknownError, get_photo, photo_key, photos_of, preview
from web.photo_storage import photo_store
from web.picture_answers import jpeg_answer
from web.problems import ProblemError
from web.problems.requests import NOT_FOUND
from web.unit_of_work import reading


@dataclass(frozen=True, slots=True)
class PreviewView:
    """One photo; `picture` is a small one of it as a data address, None where the store is away or has lost it.

    `kind` is "seen" or "handled".
    """

    id: UUID
    kind: str
    picture: str | None


def photo_previews(session: Session, report_id: UUID) -> list[PreviewView]:
    """Return the photos of a report as small pictures, the earliest first."""
    return [PreviewView(photo.id, photo.kind.value, _small(photo)) for photo in photos_of(session, report_id)]


def show_photo(typed_id: str, by: Principal) -> Response:
    """Give out one photo of the report that somebody without a name follows.

    Raises:
        ProblemError: the form was not made by us.
        PhotoUnknownError: it is no photo of this report.
    """
    try:
        photo_id = UUID(typed_id)
    except ValueError as error:
        raise ProblemError(NOT_FOUND) from error

    def read(session: Session) -> Photo:
        photo = get_photo(session, photo_id)
        if photo.matter_id != by.matter_id:
            raise PhotoUnknownError(photo_id)
        return photo

    answer = jpeg_answer(photo_store().get(photo_key(reading(read).id)), photo_id)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _small(photo: Photo) -> str | None:
    try:
        data = photo_store().get(photo_key(photo.id))
    except PhotoStoreUnavailableError:
        # The rest of the page needs no store, and whoever asks for the whole photo is told.
        return None
    return None if data is None else f"data:image/jpeg;base64,{b64encode(preview(data)).decode('ascii')}"
