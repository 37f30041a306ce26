"""Photos of reports on the office's pages: given out to whoever may see the report, as nothing but pictures."""

from uuid import UUID

from flask import Response
from sqlalchemy.orm import Session

from photos import Photo, PhotoUnknownError, get_photo, photo_key
from reports import Function, Report, get_report, is_placed, joins_of
from web.auth import access, principal
from web.pages.office.blueprint import blueprint
from web.pages.office.report_lists import SEE_REPORTS
from web.photo_storage import photo_store
from web.picture_answers import jpeg_answer
from web.unit_of_work import reading


@blueprint.get("/reports/<uuid:report_id>/photos/<uuid:photo_id>")
@access(*SEE_REPORTS)
def report_photo(report_id: UUID, photo_id: UUID) -> Response:
    """Give out a photo of a report; those that somebody added to it, to its supervisors."""

    def read(session: Session) -> Photo:
        report, photo = get_report(session, report_id, seen_by=principal()), get_photo(session, photo_id)
        if photo.matter_id != report.id and not _was_added(session, report, photo):
            raise PhotoUnknownError(photo_id)
        return photo

    return jpeg_answer(photo_store().get(photo_key(reading(read).id)), photo_id)


def _was_added(session: Session, report: Report, photo: Photo) -> bool:
    supervises = is_placed(session, report, principal(), Function.SUPERVISION)
    return supervises and photo.matter_id in {each.id for each in joins_of(session, report.id)}
