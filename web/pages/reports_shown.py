"""Reports on pages: where one stands, who owes what until when, and every step, with names instead of codes."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from duties import Duty
from people import Principal
from reports import (
    Channel,
    Covering,
    Report,
    ReportStatus,
    ReportStep,
    StepKind,
    covered_among,
    is_reporter,
    only_followed,
)
from responsibilities import Category, Severity, categories
from web.auth import principal
from web.clock import today
from web.pages.categories_shown import category_name
from web.pages.times import local
from web.pages.units_shown import unit_labels, unit_names


@dataclass(frozen=True, slots=True)
class DutyView:
    """Who owes something about a report now, and until the end of which day.

    `is_handled`: the unit says that it is done, and its clock stands until somebody else has looked. `days_over` counts
    the days since its day went by, 0 where it has not, or where it is handled.
    """

    unit: str
    due_on: date
    is_handled: bool
    days_over: int


@dataclass(frozen=True, slots=True)
class ReportView:
    """A report as pages show it. `place` is the way down the tree, `position` latitude and longitude in degrees.

    A covered text is none of it: then `description` says why, and `covered` too; to who wrote it, it is as it was.
    `duty` is None where nobody owes anything: before it is accepted, and after its end. `is_led`: the unit in command
    keeps it and has called others. `is_urgent`: the level above was told at once.
    """

    id: UUID
    number: str
    status: ReportStatus
    category_code: str
    category: str
    group: str
    description: str
    place: str
    address: str | None
    position: tuple[float, float] | None
    channel: Channel
    severity: Severity | None
    submitted_at: datetime
    closed_at: datetime | None
    department: str | None
    merged_into_id: UUID | None
    duty: DutyView | None
    is_led: bool
    is_urgent: bool
    unit_code: str
    covered: str | None
    # How many told of it, where a list shows it.
    weight: int = 1


@dataclass(frozen=True, slots=True)
class StepView:
    """One step; `old_due_on` and `due_on` are the unit's day before and after it, `days_late` what a handling was late.

    `made_by` is the name of who took it, which only the office's pages tell.
    """

    number: int
    kind: StepKind
    status: ReportStatus
    unit: str | None
    old_due_on: date | None
    due_on: date | None
    note: str | None
    made_at: datetime
    days_late: int
    made_by: str | None
    entry_id: UUID | None
    rejection_kind: str | None


class _Shown(NamedTuple):
    """What is shown of a report's words and place, and why its words are covered, if they are."""

    words: str
    covered: str | None = None
    address: str | None = None
    position: tuple[float, float] | None = None


def report_views(
    session: Session, found: Sequence[tuple[Report, Duty | None]], *, seen_by: Principal | None = None
) -> list[ReportView]:
    """Return reports, each with its open duty, for a page; `seen_by` is who reads it, where nobody is logged in."""
    by = seen_by or principal()
    followed = only_followed(session, [report for report, _duty in found], by)
    covered = covered_among(session, [report.id for report, _duty in found])
    named: dict[tuple[int, str], Category] = {
        (version, each.code): each
        for version in sorted({report.list_version for report, _duty in found})
        for each in categories(session, version=version)
    }
    places = unit_labels(session, {report.unit_code for report, _duty in found})
    owners: set[str | None] = {duty.unit_code for _report, duty in found if duty is not None}
    names = unit_names(session, owners | {report.department_code for report, _duty in found})
    return [
        _view(report, duty, named, places, names, shown=_shown(report, covered.get(report.id), by, followed))
        for report, duty in found
    ]


def step_views(
    session: Session, steps: Sequence[ReportStep], *, made_by: Mapping[str, str] | None = None
) -> list[StepView]:
    """Return steps for a page; `made_by` names those who took them, by actor, for pages that may tell it."""
    names = unit_names(session, {step.unit_code for step in steps})
    return [_step(step, names, made_by or {}) for step in steps]


def _shown(report: Report, covering: Covering | None, by: Principal, followed: Collection[UUID]) -> _Shown:
    """Return what is shown of a report's words and place: to who only follows it, nothing that its reporter wrote."""
    if report.id in followed:
        return _Shown(str(_("What its reporter wrote stands here for everybody once the office has published it.")))
    latitude, longitude = report.latitude, report.longitude
    position = None if latitude is None or longitude is None else (latitude, longitude)
    if covering is None or is_reporter(report, by):
        return _Shown(report.description, None if covering is None else covering.reason, report.address, position)
    covered = str(_("Covered: %(reason)s", reason=covering.reason))
    return _Shown(covered, covering.reason, report.address, position)


def _view(
    report: Report,
    duty: Duty | None,
    named: Mapping[tuple[int, str], Category],
    places: Mapping[str, str],
    names: Mapping[str, str],
    *,
    shown: _Shown,
) -> ReportView:
    category = named[report.list_version, report.category_code]
    group = named[report.list_version, category.parent_code or category.code]
    return ReportView(
        id=report.id,
        number=report.number,
        status=report.status,
        category_code=category.code,
        category=category_name(category),
        group=category_name(group),
        description=shown.words,
        covered=shown.covered,
        place=places[report.unit_code],
        address=shown.address,
        position=shown.position,
        channel=report.channel,
        severity=report.severity,
        submitted_at=local(report.submitted_at),
        closed_at=None if report.closed_at is None else local(report.closed_at),
        department=None if report.department_code is None else names[report.department_code],
        merged_into_id=report.merged_into_id,
        duty=None if duty is None else _duty(duty, names),
        is_led=report.is_led,
        is_urgent=report.is_urgent,
        unit_code=report.unit_code,
    )


def _duty(duty: Duty, names: Mapping[str, str]) -> DutyView:
    is_handled = duty.handled_at is not None
    # Nobody is late with what is handled: from then on it is somebody else's turn.
    days_over = 0 if is_handled else max(0, (today() - duty.due_on).days)
    return DutyView(names[duty.unit_code], duty.due_on, is_handled, days_over)


def _step(step: ReportStep, names: Mapping[str, str], made_by: Mapping[str, str]) -> StepView:
    made_at = local(step.made_at)
    due_before = step.old_due_on if step.kind is StepKind.HANDLING else None
    return StepView(
        number=step.number,
        kind=step.kind,
        status=step.status,
        unit=None if step.unit_code is None else names[step.unit_code],
        old_due_on=step.old_due_on,
        due_on=step.due_on,
        note=step.note,
        made_at=made_at,
        days_late=0 if due_before is None else max(0, (made_at.date() - due_before).days),
        made_by=made_by.get(step.made_by),
        entry_id=step.entry_id,
        rejection_kind=None if step.rejection_kind is None else step.rejection_kind.value,
    )
