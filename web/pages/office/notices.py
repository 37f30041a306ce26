"""Notices of officers: what happened about reports, to their roles in the units of their subtree."""

from uuid import UUID

from flask import url_for
from flask.typing import ResponseReturnValue

from people import Role
from web.auth import access
from web.pages.notices_listed import notices_page, read_all, read_one
from web.pages.office.blueprint import blueprint

_TOLD = (Role.SUPERVISOR, Role.DISPATCHER, Role.HANDLER)


@blueprint.get("/notices")
@access(*_TOLD)
def notices() -> str:
    """Show the notices of the officer's units, newest first."""
    return notices_page("office/notices.html", report_url=_report_url)


@blueprint.post("/notices/reading")
@access(*_TOLD)
def read_notices() -> ResponseReturnValue:
    """Mark all of them as read, for the other officers of the units too."""
    return read_all(url_for("office.notices"))


@blueprint.post("/notices/<uuid:notice_id>/reading")
@access(*_TOLD)
def read_notice(notice_id: UUID) -> ResponseReturnValue:
    """Mark one as read, and go to its report."""
    return read_one(notice_id, _report_url)


def _report_url(report_id: UUID) -> str:
    return url_for("office.report", report_id=report_id)
