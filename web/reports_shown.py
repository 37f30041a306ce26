"""What of a report is told to whom: its reporter and its supervisors see more than a department needs."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session

from duties import Duty
from earnings import ClaimState, EarningPart, anonymous_parts_of, earning_of, parts_of
from oversight import Escalation, Order, OrderState, escalations_about, orders_about
from people import Principal, Role
from reports import (
    Covering,
    Report,
    ReportCall,
    appealable,
    appeals_of,
    asked_together,
    calls_of,
    comments_of,
    covering_of,
    duties_about,
    duties_of,
    in_confidence_with,
    is_appellant,
    is_reporter,
    joins_of,
    may_know_reporter,
    only_followed,
    requests_of,
    steps_of,
    unmaskings_of,
    weights,
)
from web.clock import now, today
from web.covered_texts import joins_facts

# Who may learn whose a report is.
_KNOW_THE_REPORTER = (Role.SUPERVISOR, Role.ADMINISTRATOR)


def report_facts(
    report: Report,
    duty: Duty | None,
    weight: int,
    seen_by: Principal,
    covering: Covering | None,
    *,
    is_followed: bool,
) -> dict[str, Any]:
    """Return a report's own facts with its open duty and how many told of it, for somebody who may see it.

    Who only follows it (`reports.only_followed`) is told neither its words nor the very place.
    """
    is_told = not is_followed and (covering is None or is_reporter(report, seen_by))
    knows = is_reporter(report, seen_by) or (seen_by.may(*_KNOW_THE_REPORTER) and not report.is_confidential)
    return {
        "report": report,
        "description": report.description if is_told else None,
        "address": None if is_followed else report.address,
        "latitude": None if is_followed else report.latitude,
        "longitude": None if is_followed else report.longitude,
        "covered": None if covering is None else covering.reason,
        "duty": None if duty is None else _duty_facts(duty),
        "weight": weight,
        "resident_id": report.resident_id if knows else None,
    }


def whole_report(session: Session, report: Report, seen_by: Principal) -> dict[str, Any]:
    """Return a report with its history; who took the steps, and what is asked about it, is told to officers only."""
    calls = calls_of(session, [report.id])
    by_id = {each.id: each for each in calls}
    # The last one of each call is what holds now.
    duties = {each.matter_id: each for each in duties_about(session, list(by_id))}
    charged = duties_of(session, report.id)
    is_officer, oversees = _is_officer(seen_by), seen_by.may(*_KNOW_THE_REPORTER)
    covering = covering_of(session, report.id)
    weight = weights(session, [report.id])[report.id]
    is_followed = bool(only_followed(session, [report], seen_by))
    facts = report_facts(report, _open_one(charged), weight, seen_by, covering, is_followed=is_followed)
    if report.is_confidential and is_officer and may_know_reporter(session, report, seen_by):
        facts["resident_id"] = report.resident_id
    return {
        **facts,
        "history": [
            # What its reporter did is told by its kind; who that is, by nothing here.
            {"step": step, "made_by": step.made_by if is_officer and step.made_by.startswith("person:") else None}
            for step in steps_of(session, report.id)
        ],
        "duties": charged,
        "calls": [_call_facts(each, duties[each.id]) for each in calls],
        "escalations": [
            escalation_facts(each, report, by_id.get(each.matter_id))
            for each in escalations_about(session, [report.id, *by_id])
        ],
        "orders": [order_facts(each) for each in orders_about(session, report.id)] if is_officer else [],
        "requests": requests_of(session, report.id) if is_officer else [],
        "joins": joins_facts(
            session,
            # Who they are, and what they saw, is a department's business no more than whose the report is.
            [each for each in joins_of(session, report.id) if oversees or seen_by.is_resident(each.resident_id)],
            seen_by,
        ),
        "comments": comments_of(session, report.id) if is_officer else [],
        "award": _award_facts(session, report, seen_by),
        "unmaskings": [
            each
            for each in unmaskings_of(session, report.id)
            if (each.is_approved and is_reporter(report, seen_by)) or seen_by.may(Role.SUPERVISOR)
        ],
        "appeals": [
            each
            for each in appeals_of(session, report.id)
            if seen_by.may(Role.SUPERVISOR) or is_appellant(report, each, seen_by)
        ],
        "appealable": appealable(session, report, seen_by, now()),
        "together": _together_facts(session, report, seen_by),
    }


def _together_facts(session: Session, report: Report, seen_by: Principal) -> dict[str, Any]:
    asked = asked_together(session, report.id)
    return {
        "asked": len(asked),
        "confirmed": sum(each.is_confirmed is True for each in asked),
        "mine": next((each.is_confirmed for each in asked if seen_by.is_resident(each.resident_id)), None),
    }


def escalation_facts(escalation: Escalation, report: Report, called: ReportCall | None) -> dict[str, Any]:
    """Return what was brought before a unit, with the report, and the call, that it is about."""
    return {
        "id": escalation.id,
        "kind": escalation.kind,
        "report_id": report.id,
        "number": report.number,
        "call_id": None if called is None else called.id,
        "unit": escalation.from_unit_code,
        "to": escalation.to_unit_code,
        "at_top": escalation.to_unit_code is None,
        "due_on": escalation.due_on,
        "raised_on": escalation.raised_on,
    }


def order_facts(order: Order) -> dict[str, Any]:
    """Return an order with where it stands today."""
    answered_on = None if order.answered_at is None else order.answered_at.astimezone(now().tzinfo).date()
    late = (answered_on or today()) > order.due_on
    unanswered = OrderState.OVERDUE if late else OrderState.OPEN
    return {
        "id": order.id,
        "report_id": order.matter_id,
        "unit": order.unit_code,
        "text": order.words,
        "due_on": order.due_on,
        "state": unanswered if answered_on is None else OrderState.ANSWERED,
        "late": late,
        "ordered_by": order.ordered_by,
        "ordered_at": order.ordered_at,
        "answer": order.answer,
        "answered_by": order.answered_by,
        "answered_at": order.answered_at,
    }


def _call_facts(called: ReportCall, duty: Duty) -> dict[str, Any]:
    return {
        "id": called.id,
        "unit": called.unit_code,
        "state": called.state,
        "called_at": called.called_at,
        "handled_at": duty.handled_at,
        "ended_at": duty.ended_at,
        "outcome": duty.outcome,
        "due_on": duty.due_on,
        "overdue": duty.ended_at is None and _duty_facts(duty)["overdue"],
    }


def _award_facts(session: Session, report: Report, seen_by: Principal) -> dict[str, Any] | None:
    """Return what a report earns: all of it to who may know the reporter, to residents their own parts."""
    earning = earning_of(session, report.id)
    knows_all = seen_by.may(*_KNOW_THE_REPORTER)
    if earning is None or (_is_officer(seen_by) and not knows_all):
        return None
    unnamed = anonymous_parts_of(session, earning.id) if earning.is_anonymous else []
    parts = [part for part in parts_of(session, earning.id) if knows_all or seen_by.is_resident(part.resident_id)]
    # What others earn, and what became of it, is theirs.
    is_whole = knows_all or is_reporter(report, seen_by)
    is_hidden = report.is_confidential and not is_reporter(report, seen_by)
    in_confidence = in_confidence_with(session, report.id) - {seen_by.resident_id}
    return {
        "state": earning.state,
        "amount": earning.amount if is_whole else None,
        "nothing_because": earning.nothing_because if is_whole else None,
        "loss": earning.loss if is_whole else None,
        "paid": sum(part.amount for part in parts),
        "parts": [_part_facts(part, hidden=is_hidden or part.resident_id in in_confidence) for part in parts],
        "to_be_claimed": [] if not is_whole else [part for part in unnamed if part.state is ClaimState.OPEN],
    }


def _part_facts(part: EarningPart, *, hidden: bool) -> dict[str, Any]:
    facts = {name: getattr(part, name) for name in ("kind", "due", "amount", "cut_because", "paid_at")}
    # Either leads to who it is.
    return facts | {
        "resident_id": None if hidden else part.resident_id,
        "award_id": None if hidden else part.award_id,
    }


def _is_officer(somebody: Principal) -> bool:
    return somebody.resident_id is None and somebody.matter_id is None


def _open_one(charged: Sequence[Duty]) -> Duty | None:
    return next((duty for duty in charged if duty.ended_at is None), None)


def _duty_facts(duty: Duty) -> dict[str, Any]:
    # Nobody is late with what is handled: from then on it is somebody else's turn.
    overdue = duty.handled_at is None and duty.due_on < today()
    return {"unit_code": duty.unit_code, "due_on": duty.due_on, "overdue": overdue}
