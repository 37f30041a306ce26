"""All reports that an officer has to do with, newest first; one by its number; and what each unit still owes."""

from collections.abc import Sequence
from typing import Any

from flask import make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from people import Role, units_by_code
from reports import (
    OpenByAge,
    ReportStatus,
    ReportUnknownError,
    categories,
    list_reports,
    open_by_age,
    report_by_number,
)
from web.auth import access, principal
from web.clock import today
from web.pages.categories_shown import category_name
from web.pages.forms import Form
from web.pages.lists import id_cursor, list_page, more_url
from web.pages.office.blueprint import blueprint
from web.pages.office.report_shapes import AgeView
from web.pages.reports_shown import report_views
from web.unit_of_work import reading

SEE_REPORTS = (Role.SUPERVISOR, Role.DISPATCHER, Role.HANDLER, Role.ADMINISTRATOR)
_ON_PAGE = 30
# Bars are drawn in thousandths of the longest.
_BAR = 1000


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


@blueprint.get("/reports/overview")
@access(Role.SUPERVISOR)
def report_overview() -> str:
    """Show what each unit owes about reports of the supervisor's places, by how old it is; what is late comes first."""

    def read(session: Session) -> list[AgeView]:
        found = open_by_age(session, seen_by=principal(), today=today())
        names = {code: unit.name for code, unit in units_by_code(session, {one.unit_code for one in found}).items()}
        longest = max((one.total for one in found), default=1)
        found.sort(key=lambda one: (-(one.overdue + one.long_overdue), -one.total, one.unit_code))
        return [_age_view(one, names[one.unit_code], longest) for one in found]

    return render_template("office/report_overview.html", units=reading(read))


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


def _age_view(one: OpenByAge, unit: str, longest: int) -> AgeView:
    return AgeView(
        unit=unit,
        due_later=one.due_later,
        due_today=one.due_today,
        overdue=one.overdue,
        long_overdue=one.long_overdue,
        total=one.total,
        bar=_bar(one, longest),
    )


def _bar(one: OpenByAge, longest: int) -> Sequence[tuple[str, int, int]]:
    parts, begin = [], 0
    for name, count in (
        ("long-overdue", one.long_overdue),
        ("overdue", one.overdue),
        ("due-today", one.due_today),
        ("due-later", one.due_later),
    ):
        width = count * _BAR // longest
        if width:
            parts.append((name, begin, width))
        begin += width
    return parts
