"""What of a report is told to whom: its reporter and its supervisors see more than a department needs."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session

from duties import Duty
from people import Principal, Role
from reports import Report, duties_of, requests_of, steps_of
from web.clock import today

# Who may learn whose a report is.
_KNOW_THE_REPORTER = (Role.SUPERVISOR, Role.ADMINISTRATOR)


def report_facts(report: Report, duty: Duty | None, seen_by: Principal) -> dict[str, Any]:
    """Return a report's own facts with its open duty, for somebody who may see it."""
    own = report.resident_id is not None and seen_by.is_resident(report.resident_id)
    knows = own or seen_by.may(*_KNOW_THE_REPORTER)
    return {
        "report": report,
        "duty": None if duty is None else _duty_facts(duty),
        "resident_id": report.resident_id if knows else None,
    }


def whole_report(session: Session, report: Report, seen_by: Principal) -> dict[str, Any]:
    """Return a report with its history; who took the steps, and what is asked about it, is told to officers only."""
    charged = duties_of(session, report.id)
    is_officer = seen_by.resident_id is None
    return {
        **report_facts(report, _open_one(charged), seen_by),
        "history": [
            {"step": step, "made_by": step.made_by if is_officer else None} for step in steps_of(session, report.id)
        ],
        "duties": charged,
        "requests": requests_of(session, report.id) if is_officer else [],
    }


def _open_one(charged: Sequence[Duty]) -> Duty | None:
    return next((duty for duty in charged if duty.ended_at is None), None)


def _duty_facts(duty: Duty) -> dict[str, Any]:
    # Nobody is late with what is handled: from then on it is somebody else's turn.
    overdue = duty.handled_at is None and duty.due_on < today()
    return {"unit_code": duty.unit_code, "due_on": duty.due_on, "overdue": overdue}
