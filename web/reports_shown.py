"""What of a report is told to whom: its reporter and its supervisors see more than a department needs."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session

from duties import Duty
from earnings import earning_of, parts_of
from people import Principal, Role
from reports import Report, comments_of, duties_of, joins_of, requests_of, steps_of, weights
from web.clock import today

# Who may learn whose a report is.
_KNOW_THE_REPORTER = (Role.SUPERVISOR, Role.ADMINISTRATOR)


def report_facts(report: Report, duty: Duty | None, weight: int, seen_by: Principal) -> dict[str, Any]:
    """Return a report's own facts with its open duty and how many told of it, for somebody who may see it."""
    knows = _is_own(report, seen_by) or seen_by.may(*_KNOW_THE_REPORTER)
    return {
        "report": report,
        "duty": None if duty is None else _duty_facts(duty),
        "weight": weight,
        "resident_id": report.resident_id if knows else None,
    }


def whole_report(session: Session, report: Report, seen_by: Principal) -> dict[str, Any]:
    """Return a report with its history; who took the steps, and what is asked about it, is told to officers only."""
    charged = duties_of(session, report.id)
    is_officer = seen_by.resident_id is None
    return {
        **report_facts(report, _open_one(charged), weights(session, [report.id])[report.id], seen_by),
        "history": [
            {"step": step, "made_by": step.made_by if is_officer else None} for step in steps_of(session, report.id)
        ],
        "duties": charged,
        "requests": requests_of(session, report.id) if is_officer else [],
        "joins": [
            joined for joined in joins_of(session, report.id) if is_officer or seen_by.is_resident(joined.resident_id)
        ],
        "comments": comments_of(session, report.id) if is_officer else [],
        "award": _award_facts(session, report, seen_by),
    }


def _award_facts(session: Session, report: Report, seen_by: Principal) -> dict[str, Any] | None:
    """Return what a report earns: all of it to who may know the reporter, to residents their own parts."""
    earning = earning_of(session, report.id)
    knows_all = seen_by.may(*_KNOW_THE_REPORTER)
    if earning is None or not (knows_all or seen_by.resident_id is not None):
        return None
    parts = [part for part in parts_of(session, earning.id) if knows_all or seen_by.is_resident(part.resident_id)]
    # What others earn, and what became of it, is theirs.
    is_whole = knows_all or _is_own(report, seen_by)
    return {
        "state": earning.state,
        "amount": earning.amount if is_whole else None,
        "nothing_because": earning.nothing_because if is_whole else None,
        "loss": earning.loss if is_whole else None,
        "paid": sum(part.amount for part in parts),
        "parts": parts,
    }


def _is_own(report: Report, seen_by: Principal) -> bool:
    return report.resident_id is not None and seen_by.is_resident(report.resident_id)


def _open_one(charged: Sequence[Duty]) -> Duty | None:
    return next((duty for duty in charged if duty.ended_at is None), None)


def _duty_facts(duty: Duty) -> dict[str, Any]:
    # Nobody is late with what is handled: from then on it is somebody else's turn.
    overdue = duty.handled_at is None and duty.due_on < today()
    return {"unit_code": duty.unit_code, "due_on": duty.due_on, "overdue": overdue}
