"""Claiming, as a resident, what an anonymous report of theirs earns."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

import earnings
from earnings import ClaimKeys, ClaimReceipt
from reports.anonymity import report_of_code
from reports.awarding import is_of_department
from reports.calls import calls_of
from reports.errors import ClaimUnknownError, OwnDepartmentError
from reports.model import Report
from responsibilities import get_category


def claim_award(session: Session, *, code: str, resident_id: UUID, keys: ClaimKeys, now: datetime) -> ClaimReceipt:
    """Take in a resident's claim of what is due for the report of a code; later parts are claimed by the same code.

    Raises:
        ClaimUnknownError: the code is of no report, or nothing is due that was not claimed.
        OwnDepartmentError: they, or their household, work for the department that answers for it.
        ClaimCapError: a cap would be passed as things stand today.
    """
    report_id = report_of_code(session, code)
    report = None if report_id is None else session.get(Report, report_id)
    if report is None:
        raise ClaimUnknownError
    category = get_category(session, report.category_code, version=report.list_version)
    called = {each.unit_code for each in calls_of(session, [report.id])}
    for department in {category.department_code, report.department_code, *called}:
        if is_of_department(session, resident_id, department):
            raise OwnDepartmentError
    try:
        return earnings.claim(session, matter_id=report.id, resident_id=resident_id, keys=keys, now=now)
    except earnings.NothingToClaimError as error:
        raise ClaimUnknownError from error
