"""Reports as pages for everybody show them: by day, without anybody's name, and in published words only."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from flask import url_for
from sqlalchemy.orm import Session

from duties import Duty
from photos import Photo
from publishing import Publication, PublicReport, copies_of, newest_of, public_report
from reports import (
    Report,
    ReportStatus,
    ReportUnknownError,
    StepKind,
    calls_of,
    duties_about,
    nobody,
    numbers_of,
    steps_of,
)
from web.clock import now, today
from web.pages.reports_shown import DutyView, ReportView, StepView, report_views, step_views
from web.pages.times import local
from web.pages.units_shown import unit_names


@dataclass(frozen=True, slots=True)
class PublicPhoto:
    """One photo as anybody may see it; `kind` is "seen" or "handled", the sides are in pixels."""

    url: str
    kind: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class PublicReportView:
    """A report as anybody may know it. `is_published`: somebody looked, and `text`, `answer` and photos are theirs.

    `department` is who has it, or had it last; `photos` are filled in on its own page, else their number counts.
    """

    number: str
    status: ReportStatus
    category_code: str
    category: str
    group: str
    place: str
    unit_code: str
    submitted_on: date
    duty: DutyView | None
    is_led: bool
    department: str | None
    is_published: bool
    text: str | None
    answer: str | None
    photo_count: int
    photos: Sequence[PublicPhoto] = ()


@dataclass(frozen=True, slots=True)
class OwedView:
    """One duty about a report: of which unit, until the end of which day, and what became of it.

    `state` is "open", "overdue" or "checked", or how it ended: "met", "missed", "moved", "withdrawn".
    """

    unit: str
    due_on: date
    state: str
    days_over: int


def public_views(session: Session, found: Sequence[PublicReport]) -> list[PublicReportView]:
    """Return reports for a list."""
    copies = copies_of(session, [each.shown for each in found if each.shown is not None])
    views = report_views(session, [(each.report, each.duty) for each in found], seen_by=nobody())
    return [
        _view(view, each.shown, copies.get(each.shown.id, ()) if each.shown is not None else ())
        for view, each in zip(views, found, strict=True)
    ]


def steps_for_all(session: Session, report: Report, *, with_words: bool) -> list[StepView]:
    """Return a report's steps: what, of which unit, on which day; the reason for more time where words are public.

    That reason two supervisors wrote for everybody. All other notes are for whoever reported.
    """
    told = (StepKind.POSTPONEMENT, StepKind.CALL_POSTPONEMENT) if with_words else ()
    views = step_views(session, steps_of(session, report.id))
    return [replace(each, note=each.note if each.kind in told else None, entry_id=None) for each in views]


def owed_about(session: Session, report: Report) -> list[OwedView]:
    """Return all duties that a report laid on units, those of called units too, the earliest first."""
    duties = duties_about(session, [report.id, *(each.id for each in calls_of(session, [report.id]))])
    names = unit_names(session, {each.unit_code for each in duties})
    return [_owed(each, names[each.unit_code]) for each in duties]


def merged_into(session: Session, report: Report) -> str | None:
    """Return the number of the report that goes on instead, where anybody may know of it."""
    if report.merged_into_id is None:
        return None
    number = numbers_of(session, [report.merged_into_id])[report.merged_into_id]
    try:
        return public_report(session, number, now=now()).report.number
    except ReportUnknownError:
        return None


def taken_down_on(session: Session, report_id: UUID) -> date | None:
    """Return the day on which what was shown of a report was taken down; None where it was not."""
    newest = newest_of(session, [report_id]).get(report_id)
    return None if newest is None or newest.is_shown else local(newest.decided_at).date()


def _view(view: ReportView, shown: Publication | None, copies: Sequence[Photo]) -> PublicReportView:
    return PublicReportView(
        number=view.number,
        status=view.status,
        category_code=view.category_code,
        category=view.category,
        group=view.group,
        place=view.place,
        unit_code=view.unit_code,
        submitted_on=view.submitted_at.date(),
        duty=view.duty,
        is_led=view.is_led,
        department=view.department,
        is_published=shown is not None,
        text=None if shown is None else shown.text,
        answer=None if shown is None else shown.answer,
        photo_count=len(copies),
        photos=[_photo(view.number, each) for each in copies],
    )


def _photo(number: str, copy: Photo) -> PublicPhoto:
    url = url_for("public.report_photo", number=number, copy_id=copy.id)
    return PublicPhoto(url, copy.kind.value, copy.width, copy.height)


def _owed(duty: Duty, unit: str) -> OwedView:
    days_over = 0
    if duty.outcome is not None:
        state = duty.outcome.value
    elif duty.handled_at is not None:
        state = "checked"
    else:
        days_over = max(0, (today() - duty.due_on).days)
        state = "overdue" if days_over else "open"
    return OwedView(unit, duty.due_on, state, days_over)
