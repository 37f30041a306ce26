"""What the reporter does: sending a report in, and reopening it where what was called done is not."""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from duties import charge
from ledger import Call, new_id
from oversight import raise_urgent
from people import Level, Principal, clean_lines, clean_text, get_resident, get_unit
from reports.anonymity import NOBODY, as_kept
from reports.count_changes import note_reopening, note_submission
from reports.errors import PlaceUnknownError, PositionError, ReopeningClosedError
from reports.limits import check_may_report
from reports.model import (
    NAME_LENGTH_MAX,
    OUTSIDE_TEXT_LENGTH_MAX,
    TEXT_LENGTH_MAX,
    Channel,
    Report,
    ReportStatus,
    ReportStep,
    StepKind,
)
from reports.steps import known, locked_report, take_step
from reports.together import ask_together, check_together
from responsibilities import deadlines_of, due_on, get_category

REOPENING_DAYS = 15
_RANDOM_DIGITS = 6


def submit(
    session: Session,
    *,
    category_code: str,
    description: str,
    unit_code: str,
    by: Principal,
    now: datetime,
    resident_id: UUID | None = None,
    address: str | None = None,
    latitude: float | None = None,
    longitude: float | None = None,
    is_confidential: bool = False,
    is_urgent: bool = False,
    channel: Channel | None = None,
    joint_with: Sequence[UUID] = (),
    call: Call | None = None,
) -> Report:
    """Take in a report of what somebody saw at a place; `by` is the resident, or an officer who writes it for one.

    `resident_id` is whose report it is; None where a caller or visitor is not registered: it then earns nothing. Where
    `by` is nobody (`anonymity.nobody`), the report is anonymous, and the caller gives them its code. What is urgent
    (重大事项) is brought before the command unit and the one above it at once, before anybody accepts it.
    Without a channel, it came by whoever writes it. What came by Open311 may have lines, and 4,000 characters.
    Residents named in `joint_with` are asked whether they report together with the writer (`together.answer_together`).
    Latitude and longitude are degrees (WGS 84), both or neither. Of two reports that draw the same number, one meets a
    unique violation.

    Raises:
        CategoryUnknownError: nothing may be reported under this code.
        UnitUnknownError, PlaceUnknownError: there is no such unit, or it is a department.
        ResidentUnknownError: no such resident.
        PositionError: half a position, or none on earth.
        JointReportError: those named cannot report together.
        DailyLimitError, WaitingLimitError, FalseReportsError, OnBehalfLimitError, OwnHouseholdError: as
            `limits.check_may_report`.
        TextRefusedError: the description or the address is empty, too long, or has forbidden characters.
    """
    category = get_category(session, category_code)
    unit = get_unit(session, unit_code)
    if unit.level is Level.DEPARTMENT:
        raise PlaceUnknownError(unit.code)
    check_position(latitude, longitude)
    is_anonymous = by.actor == NOBODY
    is_own = resident_id is not None and by.is_resident(resident_id)
    others = check_together(session, resident_id, joint_with, is_hidden=is_confidential, is_own=is_own)
    check_may_report(session, by=by, resident_id=resident_id, now=now)
    kept_at = as_kept(by, now)
    if channel is None:
        channel = Channel.RESIDENT if is_anonymous or by.resident_id is not None else Channel.OFFICER
    report = Report(
        id=new_id(kept_at if is_anonymous else None),
        number=_new_number(now),
        list_version=category.version,
        category_code=category.code,
        description=_clean_description(description, channel),
        unit_code=unit.code,
        address=None if address is None else clean_text(address, field="address", length_max=NAME_LENGTH_MAX),
        latitude=latitude,
        longitude=longitude,
        channel=channel,
        resident_id=None if resident_id is None else get_resident(session, resident_id).id,
        submitted_at=kept_at,
        status=ReportStatus.SUBMITTED,
        is_anonymous=is_anonymous,
        is_confidential=is_confidential and resident_id is not None,
        is_urgent=is_urgent,
    )
    session.add(report)
    note_submission(session, report, now)
    session.flush()
    if is_urgent:
        raise_urgent(session, matter_id=report.id, unit_code=unit.code, now=kept_at, day_only=is_anonymous)
    take_step(session, report, StepKind.SUBMISSION, ReportStatus.SUBMITTED, by=by, now=now, call=call)
    ask_together(session, report, others, now=now)
    return report


def reopen(
    session: Session, *, report_id: UUID, reason: str, by: Principal, now: datetime, call: Call | None = None
) -> ReportStep:
    """Let the reporter say, within 15 days of closure, that it is not done: who had it has a new duty.

    Raises:
        ReportUnknownError: there is no such report of theirs.
        StepNotNowError: the report is not closed.
        ReopeningClosedError: the days for it are over.
        TextRefusedError: the reason is empty, too long, or has forbidden characters.
    """
    report = locked_report(session, report_id, StepKind.REOPENING, by=by, call=call)
    last_on = known(report.closed_at).astimezone(now.tzinfo).date() + timedelta(days=REOPENING_DAYS)
    if now.date() > last_on:
        raise ReopeningClosedError(last_on)
    category = get_category(session, report.category_code, version=report.list_version)
    charged = charge(
        session,
        matter_id=report.id,
        unit_code=known(report.command_code if report.is_led else report.department_code),
        due_on=due_on(now.date(), deadlines_of(category).of(known(report.severity))),
        actor=by.actor,
        now=now,
    )
    note_reopening(session, report, now)
    report.closed_at = None
    return take_step(
        session,
        report,
        StepKind.REOPENING,
        ReportStatus.ACCEPTED if report.is_led else ReportStatus.DISPATCHED,
        by=by,
        now=now,
        call=call,
        note=reason,
        unit_code=charged.duty.unit_code,
        due_on=charged.duty.due_on,
        duty_entry=charged.entry,
    )


def _new_number(now: datetime) -> str:
    """Return a number to say on the phone: the day, and digits that tell nobody how many reports there are."""
    return f"{now:%y%m%d}{secrets.randbelow(10**_RANDOM_DIGITS):0{_RANDOM_DIGITS}d}"


def _clean_description(text: str, channel: Channel) -> str:
    if channel is Channel.OPEN311:
        return clean_lines(text, field="description", length_max=OUTSIDE_TEXT_LENGTH_MAX)
    return clean_text(text, field="description", length_max=TEXT_LENGTH_MAX)


def check_position(latitude: float | None, longitude: float | None) -> None:
    """Refuse what is no position on earth; none at all is right.

    Raises:
        PositionError: half a position, or none on earth.
    """
    if latitude is None and longitude is None:
        return
    if latitude is None or longitude is None or not (abs(latitude) <= 90 and abs(longitude) <= 180):
        raise PositionError
