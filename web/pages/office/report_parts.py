"""What stands beside a report's steps: photos, who joined, calls, orders, what went up, whose it is, what it earns."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from duties import Duty
from earnings import ClaimState, anonymous_parts_of, earning_of, parts_of
from oversight import Escalation, Order, escalations_about, orders_about
from people import Role, get_resident, get_unit, masked_name, units_by_code
from photos import photos_of
from reports import (
    CallState,
    Function,
    Report,
    ReportCall,
    ReportJoin,
    ReportStatus,
    ReportStep,
    StepKind,
    calls_of,
    duties_about,
    in_confidence_with,
    is_placed,
    joins_of,
    may_act,
    may_know_reporter,
    unmaskings_of,
    weights,
)
from web.auth import principal
from web.clock import today
from web.pages.actors import actor_names
from web.pages.office.report_fairness_shown import appeals_beside, coverings_beside
from web.pages.office.report_shapes import (
    CallView,
    EarnedPart,
    EarnedView,
    EscalationView,
    JoinView,
    OrderView,
    PhotoView,
    UnmaskingView,
)
from web.pages.times import local
from web.reports_shown import order_facts

OPEN_CALLS = (CallState.CALLED, CallState.ACKNOWLEDGED, CallState.RETURNED, CallState.HANDLED)
_TO_ACT = {
    CallState.CALLED: "acknowledge",
    CallState.ACKNOWLEDGED: "report_back",
    CallState.RETURNED: "report_back",
    CallState.HANDLED: "accept",
}
# Each has a form of its own on the page, but for what is accepted, which may be sent back too.
_FORMS_OF_CALLS = {
    "acknowledge": ("acknowledge",),
    "report_back": ("report_back",),
    "accept": ("accept", "send_back"),
}
_OWING = (
    *(ReportStatus.ACCEPTED, ReportStatus.DISPATCHED, ReportStatus.ACKNOWLEDGED),
    *(ReportStatus.RETURNED, ReportStatus.HANDLED),
)
_ENDED = (ReportStatus.CLOSED, ReportStatus.REJECTED, ReportStatus.MERGED, ReportStatus.WITHDRAWN)


def parts_beside(session: Session, report: Report, steps: Sequence[ReportStep]) -> dict[str, Any]:
    """Return what a report's page shows beside its steps, as far as it is the officer's to see."""
    supervises = is_placed(session, report, principal(), Function.SUPERVISION)
    may_supervise = may_act(session, report, principal(), Function.SUPERVISION)
    calls = calls_of(session, [report.id])
    views = call_views(session, report, calls, steps)
    orders = order_views(session, orders_about(session, report.id), report=report)
    found = joins_of(session, report.id)
    coverings = coverings_beside(session, report, found)
    joins = _join_views(session, report, found, coverings.reasons) if supervises else []
    appeals, may_decide_appeals = appeals_beside(session, report) if supervises else ([], False)
    may_decide_joins = may_supervise and report.status not in _ENDED
    whose = _unmasking(session, report, supervises=supervises)
    return {
        "photos": photo_views(session, report),
        "calls": views,
        "postponable_calls": [each for each in views if each.state in OPEN_CALLS and each.state != CallState.HANDLED],
        "orders": orders,
        "escalations": escalation_views(session, escalations_about(session, [report.id, *(one.id for one in calls)])),
        "weight": weights(session, [report.id])[report.id],
        "joins": joins,
        "may_decide_joins": may_decide_joins,
        "earned": _earned(session, report) if supervises or principal().may_everywhere(Role.ADMINISTRATOR) else None,
        "orderable": _orderable(session, report, calls) if may_supervise else [],
        "forms_beside": [
            *(f"{name}-{each.id.hex}" for each in views for name in _FORMS_OF_CALLS.get(each.may, ())),
            *(f"answer-{each.id.hex}" for each in orders if each.may_answer),
            *(f"join-{each.id.hex}" for each in joins if may_decide_joins and each.state == "asked"),
            *(["unmasking_decision"] if whose["may_decide_whose"] else []),
            *(f"covering-{each.id.hex}" for each in joins if coverings.may_cover and not each.covered),
            *(f"appeal-{each.id.hex}" for each in appeals if may_decide_appeals and each.is_upheld is None),
        ],
        "coverings": coverings,
        "appeals": appeals,
        "may_decide_appeals": may_decide_appeals,
        **whose,
    }


def photo_views(session: Session, report: Report, *, of: UUID | None = None) -> list[PhotoView]:
    """Return the photos of a report, or of what somebody added to it, the earliest first."""
    return [
        PhotoView(
            url_for("office.report_photo", report_id=report.id, photo_id=photo.id),
            photo.kind.value,
            local(photo.kept_at),
            photo.width,
            photo.height,
        )
        for photo in photos_of(session, of or report.id)
    ]


def call_views(
    session: Session, report: Report, calls: Sequence[ReportCall], steps: Sequence[ReportStep]
) -> list[CallView]:
    """Return the calls about a report with their days, the open ones first."""
    # The last one of each call is what holds now.
    duties = {each.matter_id: each for each in duties_about(session, [each.id for each in calls])}
    names = units_by_code(session, {each.unit_code for each in calls})
    last_kinds = (StepKind.CALL_HANDLING, StepKind.CALL_RETURN, StepKind.CALL_ACCEPTANCE)
    said = {step.call_id: step.note for step in steps if step.kind in last_kinds and step.note}
    in_command = may_act(session, report, principal(), Function.COMMAND)
    views = [
        _call_view(
            each,
            duties[each.id],
            names[each.unit_code].name,
            said.get(each.id),
            is_theirs=in_command
            if each.state is CallState.HANDLED
            else may_act(session, report, principal(), Function.HANDLING, at=each.unit_code),
        )
        for each in calls
    ]
    return sorted(views, key=lambda view: view.state not in OPEN_CALLS)


def _call_view(called: ReportCall, duty: Duty, unit: str, said: str | None, *, is_theirs: bool) -> CallView:
    is_running = duty.ended_at is None and duty.handled_at is None
    return CallView(
        id=called.id,
        unit=unit,
        state=called.state.value,
        due_on=duty.due_on,
        days_over=max(0, (today() - duty.due_on).days) if is_running else 0,
        is_late=duty.handled_at is not None and local(duty.handled_at).date() > duty.due_on,
        called_at=local(called.called_at),
        said=said,
        may=_TO_ACT.get(called.state, "") if is_theirs else "",
    )


def order_views(session: Session, orders: Sequence[Order], *, report: Report | None = None) -> list[OrderView]:
    """Return orders as of today; with their report, whether the officer may answer them."""
    names = units_by_code(session, {each.unit_code for each in orders})
    actors = {each.ordered_by for each in orders} | {each.answered_by for each in orders if each.answered_by}
    people = actor_names(session, actors)
    return [
        OrderView(
            id=each.id,
            unit=names[each.unit_code].name,
            words=each.words,
            due_on=each.due_on,
            state=order_facts(each)["state"].value,
            is_late=order_facts(each)["late"],
            ordered_by=people[each.ordered_by],
            ordered_at=local(each.ordered_at),
            answer=each.answer,
            answered_by=people.get(each.answered_by or "", ""),
            answered_at=None if each.answered_at is None else local(each.answered_at),
            may_answer=report is not None and each.answered_at is None and _may_answer(session, report, each),
        )
        for each in orders
    ]


def _may_answer(session: Session, report: Report, order: Order) -> bool:
    function = Function.COMMAND if order.is_to_command else Function.HANDLING
    return may_act(session, report, principal(), function, at=order.unit_code)


def escalation_views(session: Session, found: Sequence[Escalation]) -> list[EscalationView]:
    """Return what was brought before whom."""
    codes = {each.from_unit_code for each in found} | {each.to_unit_code for each in found if each.to_unit_code}
    names = units_by_code(session, codes)
    return [
        EscalationView(
            kind=each.kind.value,
            from_unit=names[each.from_unit_code].name,
            to_unit=names[each.to_unit_code or each.from_unit_code].name,
            at_top=each.to_unit_code is None,
            due_on=each.due_on,
            raised_on=each.raised_on,
        )
        for each in found
    ]


def _orderable(session: Session, report: Report, calls: Sequence[ReportCall]) -> list[tuple[str, str]]:
    """Return the units that owe something about a report: the holder of its own duty first, under no code."""
    if report.status not in _OWING:
        return []
    called = units_by_code(session, {each.unit_code for each in calls if each.state in OPEN_CALLS})
    holder = get_unit(session, report.department_code or report.command_code or report.unit_code)
    return [("", holder.name), *((code, unit.name) for code, unit in called.items())]


def _join_views(
    session: Session, report: Report, joins: Sequence[ReportJoin], covered: Mapping[UUID, str]
) -> list[JoinView]:
    names = actor_names(session, {each.decided_by for each in joins if each.decided_by})
    views = [
        JoinView(
            id=each.id,
            name=_resident_name(session, each.resident_id),
            state=each.state.value,
            evidence=each.evidence if each.id not in covered else None,
            covered=covered.get(each.id),
            note=each.note,
            joined_at=local(each.joined_at),
            decided_by=names.get(each.decided_by or "", ""),
            photos=photo_views(session, report, of=each.id),
        )
        for each in joins
        # Who only follows is told by the number of them all.
        if each.evidence is not None
    ]
    return sorted(views, key=lambda view: view.state != "asked")


def _unmasking(session: Session, report: Report, *, supervises: bool) -> dict[str, Any]:
    """Return what was asked about whose a confidential report is, to those who supervise it, and what may be done."""
    found = unmaskings_of(session, report.id) if supervises and report.is_confidential else []
    pending = next((each for each in found if each.decided_at is None), None)
    actor = principal().actor
    names = actor_names(session, {each.asked_by for each in found} | {each.decided_by or "system" for each in found})
    return {
        "unmaskings": [
            UnmaskingView(
                asked_by=names[each.asked_by],
                asked_at=local(each.asked_at),
                reason=each.reason,
                is_approved=each.is_approved,
                decided_by="" if each.decided_by is None else names[each.decided_by],
                decided_at=None if each.decided_at is None else local(each.decided_at),
                note=each.note,
            )
            for each in found
        ],
        "may_ask_whose": supervises
        and report.is_confidential
        and pending is None
        and not may_know_reporter(session, report, principal()),
        "may_decide_whose": pending is not None and pending.asked_by != actor,
        "asked_whose": pending is not None and pending.asked_by == actor,
    }


def _earned(session: Session, report: Report) -> EarnedView | None:
    earning = earning_of(session, report.id)
    if earning is None:
        return None
    unnamed = anonymous_parts_of(session, earning.id) if earning.is_anonymous else []
    is_hidden = report.is_confidential and not may_know_reporter(session, report, principal())
    in_confidence = in_confidence_with(session, report.id)
    return EarnedView(
        state=earning.state.value,
        amount=earning.amount,
        nothing_because=None if earning.nothing_because is None else earning.nothing_because.value,
        loss=earning.loss,
        parts=[
            EarnedPart(
                kind=part.kind.value,
                # Whoever joined a confidential report is no secret, but who is who of the two would tell.
                name=(
                    str(_("kept confidential"))
                    if is_hidden or part.resident_id in in_confidence
                    else _resident_name(session, part.resident_id)
                ),
                due=part.due,
                amount=part.amount,
                cut_because=None if part.cut_because is None else part.cut_because.value,
                paid_at=local(part.paid_at),
            )
            for part in parts_of(session, earning.id)
        ],
        unclaimed=[(part.kind.value, part.due) for part in unnamed if part.state is ClaimState.OPEN],
    )


def _resident_name(session: Session, resident_id: UUID) -> str:
    return masked_name(get_resident(session, resident_id).name)
