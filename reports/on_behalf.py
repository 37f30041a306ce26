"""Which officer wrote reports for which resident as often as the office allows: cases to look at, no ranking."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, select, true
from sqlalchemy.orm import Session

from people import Principal, Role
from reports.functions import Function
from reports.limits import limits_in_force
from reports.listings import placed
from reports.model import Report, ReportStep, StepKind


@dataclass(frozen=True, slots=True)
class WrittenForOne:
    """What one officer wrote for one resident in one month; `resident_id` is None where whose it is is confidential."""

    officer: str
    resident_id: UUID | None
    reports: Sequence[Report]


def written_for_one(session: Session, *, seen_by: Principal, since: datetime, until: datetime) -> list[WrittenForOne]:
    """Return who wrote as many reports for one resident as the cap in force allows a month, or more, in some days.

    `until` itself does not count. Without a cap they are none. To auditors of the whole tree all, to supervisors those
    of their places; in the order in which the first was written.
    """
    cap = limits_in_force(session).on_behalf_per_resident
    if cap is None:
        return []
    query = (
        select(ReportStep.made_by, Report)
        .join(Report, Report.id == ReportStep.report_id)
        .where(
            ReportStep.kind == StepKind.SUBMISSION,
            ReportStep.made_by.like("person:%"),
            ReportStep.made_at >= since,
            ReportStep.made_at < until,
            Report.resident_id.is_not(None),
            _seen(seen_by),
        )
        .order_by(ReportStep.made_at, Report.id)
    )
    found: defaultdict[tuple[str, UUID | None, bool], list[Report]] = defaultdict(list)
    for officer, report in session.execute(query):
        # Beside those by name, what is confidential would say whose it is.
        found[officer, report.resident_id, report.is_confidential].append(report)
    return [
        WrittenForOne(officer, None if is_hidden else resident_id, written)
        for (officer, resident_id, is_hidden), written in found.items()
        if len(written) >= cap
    ]


def _seen(by: Principal) -> ColumnElement[bool]:
    return true() if by.may_everywhere(Role.AUDITOR) else placed(by, Function.SUPERVISION)
