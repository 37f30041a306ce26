"""A resident's notices: what happened about the reports that they sent in or follow.

Adds its routes to a resident's pages.
"""

from uuid import UUID

from flask import url_for
from flask.typing import ResponseReturnValue

from people import Role
from web.auth import access
from web.pages.notices_listed import notices_page, read_all, read_one
from web.pages.resident_blueprint import blueprint


@blueprint.get("/notices", endpoint="notices")
@access(Role.RESIDENT)
def show_notices() -> str:
    """Show the resident's notices, newest first."""
    return notices_page("resident/notices.html", report_url=_report_url)


@blueprint.post("/notices/reading", endpoint="read_notices")
@access(Role.RESIDENT)
def read_notices() -> ResponseReturnValue:
    """Mark all of them as read."""
    return read_all(url_for("resident.notices"))


@blueprint.post("/notices/<uuid:notice_id>/reading", endpoint="read_notice")
@access(Role.RESIDENT)
def read_notice(notice_id: UUID) -> ResponseReturnValue:
    """Mark one as read, and go to its report."""
    return read_one(notice_id, _report_url)


def _report_url(report_id: UUID) -> str:
    return url_for("resident.report", report_id=report_id)
