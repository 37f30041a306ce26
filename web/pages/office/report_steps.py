"""The steps that officers take on a report, each by its form: a refusal stands beside it, and nothing happens twice."""

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any, Protocol, TypeVar
from uuid import UUID

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

import reports
from ledger import recall_call
from people import Principal, Role, UnitUnknownError
from photos import Photo, PhotoStore, TooManyPhotosError
from reports import (
    CallUnknownError,
    DispatchTargetError,
    DueDateError,
    MergerTargetError,
    RejectionKind,
    ReportUnknownError,
    RequestKind,
    StepKind,
    report_by_number,
)
from responsibilities import Severity
from web.auth import access, principal
from web.clock import now
from web.extensions import csrf
from web.pages.forms import Form, once
from web.pages.office.blueprint import blueprint
from web.pages.office.report_page import report_page
from web.pages.office.typed_texts import typed_choice, typed_day, typed_text
from web.photo_uploads import keeping, let_photos_come, uploaded_photos

E = TypeVar("E", bound=StrEnum)
_DECISION = "decision"
# What happened; who is next stands on the page that follows.
_SAID = {
    StepKind.ACCEPTANCE: _l("Accepted."),
    StepKind.REJECTION: _l("Rejected. The reporter reads why."),
    StepKind.MERGER: _l("Merged. It goes on with the other report."),
    StepKind.DISPATCH: _l("Dispatched."),
    StepKind.TRANSFER: _l("Passed on."),
    StepKind.ACKNOWLEDGEMENT: _l("Acknowledged."),
    StepKind.HANDLING: _l("Written down as done."),
    StepKind.VERIFICATION: _l("Verified: it is done."),
    StepKind.RETURN: _l("Returned: it is not done."),
    StepKind.CLOSURE: _l("Closed."),
    StepKind.POSTPONEMENT: _l("Asked. Another supervisor decides."),
    StepKind.WITHDRAWAL: _l("Asked. Another supervisor decides."),
}
_TOO_MANY: Mapping[type[Exception], str] = {TooManyPhotosError: "photos"}
# Errors of which only the form knows whose they are.
_AT_FAULT: dict[str, Mapping[type[Exception], str]] = {
    StepKind.MERGER: {ReportUnknownError: "into_number", MergerTargetError: "into_number"},
    StepKind.DISPATCH: {DispatchTargetError: "dispatch_unit", UnitUnknownError: "dispatch_unit"},
    StepKind.TRANSFER: {DispatchTargetError: "transfer_unit", UnitUnknownError: "transfer_unit"},
    StepKind.POSTPONEMENT: {DueDateError: "later_on", CallUnknownError: "postponed_call"},
}


class _Made(Protocol):
    """A step or a request that was written down."""

    id: Any


@blueprint.post("/reports/<uuid:report_id>/acceptance")
@access(Role.SUPERVISOR)
def accept_report(report_id: UUID) -> ResponseReturnValue:
    """Accept a report, with how grave it is."""
    form = Form.posted_once("severity")
    return _step(report_id, form, StepKind.ACCEPTANCE, reports.accept, severity=_chosen(form, "severity", Severity))


@blueprint.post("/reports/<uuid:report_id>/rejection")
@access(Role.SUPERVISOR)
def reject_report(report_id: UUID) -> ResponseReturnValue:
    """Reject a report, with a reason for its reporter."""
    form = Form.posted_once("rejection_reason", "rejection_kind")
    kind, reason = _chosen(form, "rejection_kind", RejectionKind), typed_text(form, "rejection_reason")
    return _step(report_id, form, StepKind.REJECTION, reports.reject, reason=reason, kind=kind)


@blueprint.post("/reports/<uuid:report_id>/merger")
@access(Role.SUPERVISOR)
def merge_report(report_id: UUID) -> ResponseReturnValue:
    """Merge a report into another one, named by its number."""
    form = Form.posted_once("into_number")
    return _step(report_id, form, StepKind.MERGER, _merge_by_number, number=form.text("into_number"))


@blueprint.post("/reports/<uuid:report_id>/verification")
@access(Role.SUPERVISOR)
def verify_report(report_id: UUID) -> ResponseReturnValue:
    """Confirm that what was called done is done."""
    form = Form.posted_once("verification_note")
    return _step(report_id, form, StepKind.VERIFICATION, reports.verify, note=_typed_note(form, "verification_note"))


@blueprint.post("/reports/<uuid:report_id>/return")
@access(Role.SUPERVISOR)
def return_report(report_id: UUID) -> ResponseReturnValue:
    """Give back to its department what is not done."""
    form = Form.posted_once("return_note")
    return _step(report_id, form, StepKind.RETURN, reports.return_to_department, note=typed_text(form, "return_note"))


@blueprint.post("/reports/<uuid:report_id>/closure")
@access(Role.SUPERVISOR)
def close_report(report_id: UUID) -> ResponseReturnValue:
    """Close a report that was verified."""
    return _step(report_id, Form.posted_once(), StepKind.CLOSURE, reports.close)


@blueprint.post("/reports/<uuid:report_id>/dispatch")
@access(Role.DISPATCHER)
def dispatch_report(report_id: UUID) -> ResponseReturnValue:
    """Give a report to a department, with its day."""
    form = Form.posted_once("dispatch_unit", "due_on")
    unit_code = form.text("dispatch_unit")
    due_on = typed_day(form, "due_on") if form.values["due_on"].strip() else None
    return _step(report_id, form, StepKind.DISPATCH, reports.dispatch, unit_code=unit_code, due_on=due_on)


@blueprint.post("/reports/<uuid:report_id>/transfer")
@access(Role.DISPATCHER)
def transfer_report(report_id: UUID) -> ResponseReturnValue:
    """Give a report to another department."""
    form = Form.posted_once("transfer_unit")
    return _step(report_id, form, StepKind.TRANSFER, reports.transfer, unit_code=form.text("transfer_unit"))


@blueprint.post("/reports/<uuid:report_id>/acknowledgement")
@access(Role.HANDLER)
def acknowledge_report(report_id: UUID) -> ResponseReturnValue:
    """Say that the department has seen what it owes."""
    return _step(report_id, Form.posted_once(), StepKind.ACKNOWLEDGEMENT, reports.acknowledge)


@blueprint.post("/reports/<uuid:report_id>/handling")
@access(Role.HANDLER, Role.DISPATCHER)
def handle_report(report_id: UUID) -> ResponseReturnValue:
    """Say that it is done, and how, with photos of it; the step and its photos are kept together, or neither."""
    let_photos_come()
    # Only now: the token stands in the body, which may be larger than that of other forms.
    csrf.protect()
    form = Form.posted_once("handling_note", "photos")
    note = typed_text(form, "handling_note")
    pictures = form.attempt(lambda: uploaded_photos("photos"), _TOO_MANY) or []
    call, by, at = form.call(note=note, photos=[picture.sha256 for picture in pictures]), principal(), now()

    def work(session: Session, store: PhotoStore) -> list[Photo]:
        if recall_call(session, call) is not None:
            return []
        kept = []
        if pictures:
            kept = reports.add_photos(session, store, report_id=report_id, pictures=pictures, by=by, now=at)
        reports.handle(session, report_id=report_id, note=note, by=by, now=at, call=call)
        return kept

    if not form.is_right or form.attempt(lambda: keeping(work), _TOO_MANY) is None:
        return report_page(report_id, form, StepKind.HANDLING)
    return _done(report_id, str(_SAID[StepKind.HANDLING]))


csrf.exempt(handle_report)


@blueprint.post("/reports/<uuid:report_id>/postponement")
@access(Role.SUPERVISOR)
def ask_for_postponement(report_id: UUID) -> ResponseReturnValue:
    """Ask for a later day; another supervisor decides."""
    form = Form.posted_once("later_on", "postponement_reason", "postponed_call")
    call_id = _typed_call(form)
    due_on, reason = typed_day(form, "later_on"), typed_text(form, "postponement_reason")
    return _step(
        report_id, form, StepKind.POSTPONEMENT, reports.ask_postponement, due_on=due_on, reason=reason, **call_id
    )


@blueprint.post("/reports/<uuid:report_id>/withdrawal")
@access(Role.SUPERVISOR)
def ask_for_withdrawal(report_id: UUID) -> ResponseReturnValue:
    """Ask that a report ends without result; another supervisor decides."""
    form = Form.posted_once("withdrawal_reason")
    reason = typed_text(form, "withdrawal_reason")
    return _step(report_id, form, StepKind.WITHDRAWAL, reports.ask_withdrawal, reason=reason)


@blueprint.post("/reports/<uuid:report_id>/decision")
@access(Role.SUPERVISOR)
def decide_request(report_id: UUID) -> ResponseReturnValue:
    """Decide what another supervisor asked about a report."""
    form = Form.posted_once("decision_note", "decision", "kind")
    kind = _chosen(form, "kind", RequestKind)
    is_approved = typed_choice(form, "decision", {"approve", "reject"}) == "approve"
    note = _typed_note(form, "decision_note")
    return _step(report_id, form, _DECISION, reports.decide, kind=kind, is_approved=is_approved, note=note)


def _merge_by_number(session: Session, *, number: str, by: Principal, **rest: Any) -> _Made:
    return reports.merge(session, into_id=report_by_number(session, number, seen_by=by).id, by=by, **rest)


def _chosen(form: Form, field: str, kind: type[E]) -> E | None:
    """Return which was chosen; None and a fault where none was, so that nothing is done."""
    typed = typed_choice(form, field, set(kind))
    return kind(typed) if typed in set(kind) else None


def _typed_call(form: Form) -> dict[str, UUID]:
    """Return which call was chosen, as a fact; none where the report's own day is meant."""
    typed = form.values["postponed_call"]
    try:
        return {"call_id": UUID(typed)} if typed else {}
    except ValueError:
        form.wrong("postponed_call", _("Choose one of these."))
        return {}


def _typed_note(form: Form, field: str) -> str | None:
    return typed_text(form, field) if form.values[field].strip() else None


def act_once(
    report_id: UUID,
    form: Form,
    act: Callable[..., _Made],
    said: str,
    *,
    form_name: str,
    at_fault: Mapping[type[Exception], str] | None = None,
    **facts: Any,
) -> ResponseReturnValue:
    """Do it once, and show the report as it then stands; refused, show it with the form and why."""
    call = form.call(**facts)

    def make(session: Session) -> UUID:
        made_id: UUID = act(session, report_id=report_id, by=principal(), now=now(), call=call, **facts).id
        return made_id

    if not form.is_right or form.attempt(lambda: once(call, make), at_fault) is None:
        return report_page(report_id, form, form_name)
    return _done(report_id, said)


def _step(report_id: UUID, form: Form, name: str, act: Callable[..., _Made], **facts: Any) -> ResponseReturnValue:
    said = str(_SAID[StepKind(name)]) if name != _DECISION else _decided(is_approved=facts["is_approved"])
    return act_once(report_id, form, act, said, form_name=name, at_fault=_AT_FAULT.get(name), **facts)


def _done(report_id: UUID, said: str) -> ResponseReturnValue:
    flash(said, "success")
    return redirect(url_for("office.report", report_id=report_id), 303)


def _decided(*, is_approved: bool) -> str:
    return str(_("Approved.") if is_approved else _("Not approved. Everything stays as it was."))
