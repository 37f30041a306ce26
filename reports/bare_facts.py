"""Bare facts of reports, for anybody: that there are some, of what category, where they stand; never a hidden one."""

from collections.abc import Collection
from datetime import datetime
from functools import cache
from typing import NamedTuple

from sqlalchemy import ColumnElement, Select, and_, func, select
from sqlalchemy.orm import Session, aliased

from duties import Duty
from reports.errors import ReportUnknownError
from reports.model import NUMBER_LENGTH, Report, ReportStatus, ReportStep, StepKind
from responsibilities import Category

# Degrees, about a hundred metres: what anybody may know of where something was reported.
ROUNDED_DIGITS = 3


class BareReport(NamedTuple):
    """A report as anybody may know it, with its category, its newest step, and its open duty, if any."""

    report: Report
    category: Category
    last_step: ReportStep
    duty: Duty | None


class BareStep(NamedTuple):
    """One step of a report that anybody may know of."""

    step: ReportStep
    report: Report
    category: Category


def bare_reports(
    session: Session,
    *,
    since: datetime,
    until: datetime,
    category_codes: Collection[str] = (),
    statuses: Collection[ReportStatus] = (),
    limit: int,
    offset: int = 0,
) -> list[BareReport]:
    """Return what was reported from an instant until another (of some categories, with some statuses), newest first."""
    wanted = select(Report.id).where(Report.submitted_at >= since, Report.submitted_at <= until, is_for_anybody())
    if category_codes:
        wanted = wanted.where(Report.category_code.in_(category_codes))
    if statuses:
        wanted = wanted.where(Report.status.in_(statuses))
    order = (Report.submitted_at.desc(), Report.id.desc())
    # What stands beside a report is looked for only where it is shown, however many come before.
    shown = wanted.order_by(*order).limit(limit).offset(offset).subquery()
    query = _whole().where(Report.id.in_(select(shown.c.id))).order_by(*order)
    return [BareReport(*row) for row in session.execute(query)]


def bare_reports_by_number(session: Session, numbers: Collection[str]) -> list[BareReport]:
    """Return the reports with these numbers, newest first; those that are private or do not exist are left out."""
    # Some texts the database cannot even hear.
    known = [each for each in numbers if is_report_number(each)]
    query = _whole().where(Report.number.in_(known)).order_by(Report.submitted_at.desc(), Report.id.desc())
    return [BareReport(*row) for row in session.execute(query)]


def bare_report(session: Session, number: str) -> BareReport:
    """Return the report with this number.

    Raises:
        ReportUnknownError: there is none that anybody may know of.
    """
    found = bare_reports_by_number(session, [number])
    if not found:
        raise ReportUnknownError(number)
    return found[0]


def bare_steps(session: Session, *, since: datetime, until: datetime, limit: int, offset: int = 0) -> list[BareStep]:
    """Return the steps taken from an instant until another, the earliest first, without the submissions."""
    query = (
        select(ReportStep, Report, Category)
        .join(Report, Report.id == ReportStep.report_id)
        .join(Category, is_category_of())
        .where(
            ReportStep.made_at >= since,
            ReportStep.made_at <= until,
            ReportStep.kind != StepKind.SUBMISSION,
            is_for_anybody(),
        )
        .order_by(ReportStep.made_at, ReportStep.id)
        .limit(limit)
        .offset(offset)
    )
    return [BareStep(*row) for row in session.execute(query)]


def rounded_degrees(degrees: float) -> float:
    """Return a latitude or longitude, in degrees, as anybody may know it: to about a hundred metres."""
    return round(degrees, ROUNDED_DIGITS)


@cache
def may_be_public() -> ColumnElement[bool]:
    """Return the condition that a report is neither confidential nor of a category that is, or ever was, private."""
    # Of any version: what a later list calls private was no less so before.
    ever_private = aliased(Category)
    return and_(
        ~Report.is_confidential,
        Report.category_code.not_in(select(ever_private.code).where(ever_private.is_private)),
    )


@cache
def is_category_of() -> ColumnElement[bool]:
    """Return the condition that a category is that of a report, in the version under which it was sent in."""
    return (Category.version == Report.list_version) & (Category.code == Report.category_code)


def is_report_number(text: str) -> bool:
    """Say whether a report may have this number."""
    return len(text) == NUMBER_LENGTH and text.isascii() and text.isdigit()


@cache
def _whole() -> Select[Report, Category, ReportStep, Duty]:
    other = aliased(ReportStep)
    newest = select(func.max(other.number)).where(other.report_id == Report.id).scalar_subquery()
    return (
        select(Report, Category, ReportStep, Duty)
        .join(Category, is_category_of())
        .join(ReportStep, (ReportStep.report_id == Report.id) & (ReportStep.number == newest))
        .outerjoin(Duty, (Duty.matter_id == Report.id) & Duty.ended_at.is_(None))
        .where(is_for_anybody())
    )


@cache
def is_for_anybody() -> ColumnElement[bool]:
    """Return the condition that anybody may know of a report: nothing private, and nobody hid themselves."""
    # Whoever hid themselves must not be found by the minute in which their report appears.
    return and_(~Report.is_anonymous, may_be_public())
