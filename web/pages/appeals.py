"""Appealing against a decision about one's report, and confirming that one reports together with somebody.

Adds its routes to a resident's pages.
"""

from uuid import UUID

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

import reports
from people import Role
from web.auth import access, principal
from web.clock import now
from web.pages.fairness_shown import APPEAL_FIELDS, typed_appeal
from web.pages.forms import Form, once
from web.pages.reporting import report_page
from web.pages.resident_blueprint import blueprint

_CONFIRM, _DECLINE = "confirm", "decline"


@blueprint.post("/reports/<uuid:report_id>/appeals")
@access(Role.RESIDENT)
def appeal(report_id: UUID) -> ResponseReturnValue:
    """Take an appeal in, once."""
    form = Form.posted_once(*APPEAL_FIELDS)
    asked = typed_appeal(form)
    if not form.is_right or asked is None:
        return report_page(report_id, form)
    call = form.call(**asked)

    def make(session: Session) -> UUID:
        return reports.appeal(session, report_id=report_id, by=principal(), now=now(), call=call, **asked).id

    if form.attempt(lambda: once(call, make)) is None:
        return report_page(report_id, form)
    flash(_("Your appeal is with the office. A supervisor who had no part in the report decides."), "success")
    return redirect(url_for("resident.report", report_id=report_id), 303)


@blueprint.post("/reports/<uuid:report_id>/together")
@access(Role.RESIDENT)
def answer_together(report_id: UUID) -> ResponseReturnValue:
    """Say whether one reports together with whoever named one."""
    form = Form.posted_once("together")
    choice = form.values["together"]
    if choice not in {_CONFIRM, _DECLINE}:
        form.wrong("together", _("Choose one of these."))
    if not form.is_right:
        return report_page(report_id, form)
    call, is_confirmed = form.call(together=choice), choice == _CONFIRM

    def make(session: Session) -> UUID:
        by = principal()
        return reports.answer_together(
            session, report_id=report_id, is_confirmed=is_confirmed, by=by, now=now(), call=call
        ).id

    if form.attempt(lambda: once(call, make)) is None:
        return report_page(report_id, form)
    if not is_confirmed:
        flash(_("You do not report it together. Whoever named you is not told who said so."), "success")
        return redirect(url_for("resident.reports"), 303)
    flash(_("You report it together. You are told what becomes of it."), "success")
    return redirect(url_for("resident.report", report_id=report_id), 303)
