"""One report as the office sees it: its facts, who owes what, every step with who took it, and what may be done now."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask import make_response, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from duties import Duty
from people import Level, get_resident, get_unit, masked_name
from publishing import PUBLISHABLE, is_never_public
from reports import (
    REOPENING_DAYS,
    WAITING,
    Function,
    Report,
    ReportRequest,
    ReportStatus,
    ReportUnknownError,
    StepKind,
    calls_of,
    comments_of,
    covering_of,
    duties_of,
    get_report,
    is_placed,
    last_due_on,
    may_act,
    may_decide,
    may_know_reporter,
    may_take,
    requests_of,
    steps_of,
    takers,
)
from responsibilities import deadlines_of, get_category
from web.auth import access, principal
from web.clock import now
from web.maps import map_view
from web.pages.actors import actor_names
from web.pages.forms import Form
from web.pages.office.blueprint import blueprint
from web.pages.office.report_lists import SEE_REPORTS
from web.pages.office.report_parts import OPEN_CALLS, parts_beside
from web.pages.office.report_shapes import AskedView, CommentView, Days, OtherReport, Reporter, Taker
from web.pages.publications_shown import publication_view
from web.pages.reports_shown import report_views, step_views
from web.pages.times import local
from web.pages.units_shown import unit_labels
from web.unit_of_work import reading

# What brings a report further; of these at most one can be done at a time, and it is what somebody came for.
FORWARD = (
    StepKind.ACCEPTANCE,
    StepKind.COMPLETION,
    StepKind.DISPATCH,
    StepKind.ACKNOWLEDGEMENT,
    StepKind.HANDLING,
    StepKind.VERIFICATION,
    StepKind.CLOSURE,
)
_BESIDE = (StepKind.RETURN, StepKind.REJECTION, StepKind.MERGER, StepKind.TRANSFER, StepKind.CALL)
_ASKING = (StepKind.POSTPONEMENT, StepKind.WITHDRAWAL)


@blueprint.get("/reports/<uuid:report_id>", endpoint="report")
@access(*SEE_REPORTS)
def show_report(report_id: UUID) -> ResponseReturnValue:
    """Show one report, and what the officer may do with it now."""
    return report_page(report_id, Form())


def report_page(report_id: UUID, form: Form, form_name: str = "") -> ResponseReturnValue:
    """Show a report; a form that was sent and refused, `form_name`, is shown open with what was typed.

    Raises:
        ReportUnknownError: there is none that the officer may see.
    """

    def read(session: Session) -> dict[str, Any]:
        report = get_report(session, report_id, seen_by=principal())
        steps, requests = steps_of(session, report_id), requests_of(session, report_id)
        names = actor_names(
            session,
            {step.made_by for step in steps}
            | {each.asked_by for each in requests}
            | {each.decided_by for each in requests if each.decided_by},
        )
        called = {each.id: get_unit(session, each.unit_code).name for each in calls_of(session, [report_id])}
        return {
            "report": report_views(session, [(report, _open_one(duties_of(session, report_id)))])[0],
            "steps": step_views(session, steps, made_by=names),
            "asked": [_asked_view(each, names, called) for each in requests],
            "comments": [CommentView(each.text, local(each.said_at)) for each in comments_of(session, report_id)],
            "reporter": _reporter(session, report),
            "reopening_days": REOPENING_DAYS,
            "published": publication_view(session, report),
            "may_publish": _may_publish(session, report),
            "merged_into": _merged_into(session, report),
            **_list_facts(session, report),
            **_possible(session, report, requests),
            **parts_beside(session, report, steps),
        }

    return make_response(
        render_template("office/report.html", form_name=form_name, map=map_view(), **reading(read), **form.context),
        form.status,
    )


def _may_publish(session: Session, report: Report) -> bool:
    may_decide = may_act(session, report, principal(), Function.SUPERVISION)
    return may_decide and report.status in PUBLISHABLE and not is_never_public(session, report)


def _open_one(charged: Sequence[Duty]) -> Duty | None:
    return next((duty for duty in charged if duty.ended_at is None), None)


def _possible(session: Session, report: Report, requests: Sequence[ReportRequest]) -> dict[str, Any]:
    """Return what the officer may do now: exactly what would not be refused."""
    asking = principal()
    may = _may_take(session, report)
    pending = next((each for each in requests if each.decided_at is None), None)
    # While one thing waits for its decision, nothing else can be asked.
    others = [*_BESIDE, *(() if pending else _ASKING)]
    may_cover = may_act(session, report, asking, Function.SUPERVISION) and covering_of(session, report.id) is None
    if StepKind.COMPLETION in may:
        # Nobody is called any more: it may still go to a department as a whole.
        others.insert(0, StepKind.DISPATCH)
    choices: dict[str, Any] = {}
    if may & {StepKind.DISPATCH, StepKind.TRANSFER, StepKind.CALL}:
        choices = {"takers": _takers(session, report), "last_due_on": last_due_on(session, report, now())}
    return {
        "forward": next((kind.value for kind in FORWARD if kind in may), None),
        "others": [*(kind.value for kind in others if kind in may), *(["covering"] if may_cover else [])],
        "pending": None if pending is None else pending.kind.value,
        "may_decide": pending is not None and may_decide(session, pending, report, asking),
        "is_own_request": pending is not None and pending.asked_by == asking.actor,
        "is_barred": _is_barred(session, report),
        "takers": [],
        "last_due_on": None,
        **choices,
    }


def _may_take(session: Session, report: Report) -> set[StepKind]:
    """Return the steps that the officer may take now; of a led report, handlers of its unit too may say it is done."""
    may = may_take(session, report, principal())
    if not report.is_led or report.status is not ReportStatus.ACCEPTED:
        return may - {StepKind.COMPLETION}
    is_waiting = any(each.state in OPEN_CALLS for each in calls_of(session, [report.id]))
    if not is_waiting and may_act(session, report, principal(), Function.HANDLING, at=report.command_code):
        return may | {StepKind.COMPLETION}
    return may


def _is_barred(session: Session, report: Report) -> bool:
    """Say whether the next step were the officer's, had they not had another part in the report."""
    turn = next((function for function, statuses in WAITING.items() if report.status in statuses), None)
    return (
        turn is not None
        and is_placed(session, report, principal(), turn)
        and not may_act(session, report, principal(), turn)
    )


def _takers(session: Session, report: Report) -> list[Taker]:
    found = takers(session, report)
    labels = unit_labels(session, {unit.code for unit in found})
    choices = [Taker(unit.code, labels[unit.code], unit.level is Level.DEPARTMENT) for unit in found]
    return sorted(choices, key=lambda each: not each.is_department)


def _list_facts(session: Session, report: Report) -> dict[str, Any]:
    """Return what the responsibility list says about the report's category: whose it is, and the working days."""
    category = get_category(session, report.category_code, version=report.list_version)
    days = deadlines_of(category)
    return {
        "list_department_code": category.department_code,
        "list_department": get_unit(session, category.department_code or "").name,
        "days": Days(days.normal, days.serious, days.urgent, days.dispatch),
    }


def _reporter(session: Session, report: Report) -> Reporter | None:
    """Return number and masked name of whose report it is, to a supervisor of its place; to others it is nobody's."""
    if not is_placed(session, report, principal(), Function.SUPERVISION):
        return None
    if report.is_anonymous:
        return Reporter(str(_("without a name")), None)
    if report.resident_id is None:
        return None
    # Whose a confidential report is, two officers learn together, and nobody by looking at a page.
    if report.is_confidential and not may_know_reporter(session, report, principal()):
        return Reporter(str(_("kept confidential")), None)
    resident = get_resident(session, report.resident_id)
    return Reporter(masked_name(resident.name), resident.number)


def _merged_into(session: Session, report: Report) -> OtherReport | None:
    if report.status is not ReportStatus.MERGED or report.merged_into_id is None:
        return None
    try:
        other = get_report(session, report.merged_into_id, seen_by=principal())
    except ReportUnknownError:
        return OtherReport("", None)
    return OtherReport(other.number, url_for("office.report", report_id=other.id))


def _asked_view(request: ReportRequest, names: dict[str, str], called: dict[UUID, str]) -> AskedView:
    return AskedView(
        id=request.id,
        kind=request.kind.value,
        called=None if request.call_id is None else called[request.call_id],
        due_on=request.due_on,
        reason=request.reason,
        asked_by=names[request.asked_by],
        asked_at=local(request.asked_at),
        is_approved=request.is_approved,
        note=request.note,
        decided_by=names.get(request.decided_by or "", ""),
        decided_at=None if request.decided_at is None else local(request.decided_at),
    )
