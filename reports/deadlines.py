"""The day of the list: until when who handles a report has, by how grave it is."""

from datetime import date, datetime

from sqlalchemy.orm import Session

from duties import open_duty
from reports.errors import DueDateError
from reports.model import Report
from reports.steps import known
from responsibilities import deadlines_of, get_category
from responsibilities import due_on as last_of_working_days


def last_due_on(session: Session, report: Report, now: datetime) -> date:
    """Return the last day that somebody who is given the report now may have."""
    category = get_category(session, report.category_code, version=report.list_version)
    by_the_list = last_of_working_days(now.date(), deadlines_of(category).of(known(report.severity)))
    if not report.is_led:
        return by_the_list
    # The command unit has used some of the days already; past them they run anew, and it has missed its own.
    own = open_duty(session, report.id).due_on
    return min(own, by_the_list) if now.date() <= own else by_the_list


def day_of_the_list(session: Session, report: Report, due_on: date | None, now: datetime) -> date:
    """Return the day which somebody sets, or, where they set none, the last that they may.

    Raises:
        DueDateError: theirs is over, or later than the list says.
    """
    last_on = last_due_on(session, report, now)
    if due_on is not None and not now.date() <= due_on <= last_on:
        raise DueDateError(now.date(), last_on)
    return due_on or last_on
