"""All reports that an officer has to do with, newest first; and one by its number."""

from typing import Any

from flask import make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from people import Role
from reports import ReportStatus, ReportUnknownError, list_reports, report_by_number
from responsibilities import categories
from web.auth import access, principal
from web.pages.categories_shown import category_name
from web.pages.forms import Form
from web.pages.lists import id_cursor, list_page, more_url
from web.pages.office.blueprint import blueprint
from web.pages.reports_shown import report_views
from web.unit_of_work import reading

SEE_REPORTS = (Role.SUPERVISOR, Role.DISPATCHER, Role.HANDLER, Role.ADMINISTRATOR)
_ON_PAGE = 30


@blueprint.get("/reports/all", endpoint="all_reports")
@access(*SEE_REPORTS)
def show_all_reports() -> ResponseReturnValue:
    """List the reports that the officer has to do with, newest first: all, or those of a status, or of a category."""
    return _all_page(Form())


@blueprint.post("/reports/all", endpoint="find_report")
@access(*SEE_REPORTS)
def find_report() -> ResponseReturnValue:
    """Go to the report with a number, as it is told on the phone."""
    form = Form.posted("number")
    number = form.text("number")
    found = None
    if number:
        found = form.attempt(
            lambda: reading(lambda session: report_by_number(session, number, seen_by=principal()).id),
            {ReportUnknownError: "number"},
        )
    return _all_page(form) if found is None else redirect(url_for("office.report", report_id=found), 303)


def _all_page(form: Form) -> ResponseReturnValue:
    status, category, before = request.args.get("status", ""), request.args.get("category", ""), id_cursor()
    wanted = ReportStatus(status) if status in set(ReportStatus) else None

    def read(session: Session) -> dict[str, Any]:
        by_code = {each.code: each for each in categories(session)}
        # In the order of the responsibility list.
        owned = sorted((each.parent_code, each.code) for each in by_code.values() if each.parent_code)
        code = category if category in by_code else None
        found = list_reports(
            session,
            seen_by=principal(),
            statuses=[wanted] if wanted else (),
            category_code=code,
            limit=_ON_PAGE,
            before=before,
        )
        return {
            "items": report_views(session, found.items),
            "more_url": more_url(found.next_before, status=wanted, category=code),
            "categories": [
                (code, f"{category_name(by_code[top])} / {category_name(by_code[code])}") for top, code in owned
            ],
            "statuses": list(ReportStatus),
            "filters": {"status": wanted.value if wanted else "", "category": code or ""},
        }

    page = list_page("office/all_reports.html", "office/_report_items.html", **reading(read), **form.context)
    return make_response(page, form.status)
