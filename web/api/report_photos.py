"""Photos of reports: sent as a form of files, cleaned, and given out as nothing but pictures."""

from typing import Any
from uuid import UUID

from flask import Response
from flask_babel import gettext as _
from marshmallow import fields
from sqlalchemy.orm import Session

from people import Role
from photos import PHOTOS_MAX, Photo, PhotoKind, PhotoUnknownError, get_photo, photo_key, photos_of
from reports import add_photos, get_report, only_followed
from web.api.fields import Instant, Reply
from web.api.pages import page, page_of
from web.api.reports import SEE_REPORTS, TAKE_CALLS, blueprint
from web.auth import access, principal
from web.clock import now
from web.photo_storage import photo_store
from web.photo_uploads import keeping, let_photos_come, uploaded_photos
from web.picture_answers import jpeg_answer
from web.problems import ProblemError
from web.problems.requests import INVALID_FIELDS
from web.unit_of_work import reading

# How photos are sent, for the description.
PHOTOS_BODY: dict[str, Any] = {
    "required": True,
    "content": {
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "properties": {
                    "photos": {
                        "type": "array",
                        "maxItems": PHOTOS_MAX,
                        "items": {"type": "string", "format": "binary"},
                        "description": "JPEG, PNG or WebP, up to 10 MiB each.",
                    }
                },
                "required": ["photos"],
            }
        }
    },
}


class PhotoReply(Reply):
    """A photo, in pixels and bytes; what else the camera wrote is gone."""

    id = fields.UUID(required=True)
    kind = fields.Enum(PhotoKind, by_value=True, required=True)
    width = fields.Integer(required=True)
    height = fields.Integer(required=True)
    bytes = fields.Integer(required=True)
    kept_at = Instant(required=True)


class PhotosReply(Reply):
    """The photos that came with a request, in its order."""

    items = fields.List(fields.Nested(PhotoReply), required=True)


@blueprint.post("/reports/<uuid:report_id>/photos")
@access(Role.RESIDENT, Role.HANDLER, *TAKE_CALLS, by_code=True)
@blueprint.doc(requestBody=PHOTOS_BODY)
@blueprint.response(201, PhotosReply)
def add_some(report_id: UUID) -> Any:
    """Add photos, up to six: the reporter what they saw, the department what it did; the same again changes nothing."""
    let_photos_come()
    pictures = uploaded_photos("photos")
    if not pictures:
        raise ProblemError(INVALID_FIELDS, errors={"photos": [_("Choose at least one photo.")]})
    by, at = principal(), now()
    ids = keeping(
        lambda session, store: add_photos(session, store, report_id=report_id, pictures=pictures, by=by, now=at)
    )
    return {"items": reading(lambda session: [get_photo(session, each) for each in ids])}


@blueprint.get("/reports/<uuid:report_id>/photos")
@access(*SEE_REPORTS, by_code=True)
@blueprint.response(200, page_of(PhotoReply))
def list_some(report_id: UUID) -> Any:
    """List the photos of a report, the earliest first."""

    def read(session: Session) -> list[Photo]:
        report = get_report(session, report_id, seen_by=principal())
        # Who joined it sees those that an officer has published.
        return [] if only_followed(session, [report], principal()) else photos_of(session, report.id)

    return page(reading(read), None)


@blueprint.get("/reports/<uuid:report_id>/photos/<uuid:photo_id>")
@access(*SEE_REPORTS, by_code=True)
@blueprint.response(200, content_type="image/jpeg")
def show_photo(report_id: UUID, photo_id: UUID) -> Response:
    """Give out a photo of a report, as a JPEG."""

    def read(session: Session) -> Photo:
        report, photo = get_report(session, report_id, seen_by=principal()), get_photo(session, photo_id)
        if photo.matter_id != report.id or only_followed(session, [report], principal()):
            raise PhotoUnknownError(photo_id)
        return photo

    return jpeg_answer(photo_store().get(photo_key(reading(read).id)), photo_id)
