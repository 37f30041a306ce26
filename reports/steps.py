"""The steps of a report's life: who may take which, from which status, and never two ends of one report."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar
from uuid import UUID

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from ledger import (
    Call,
    InsufficientBalanceError,
    LostRaceError,
    NewEntry,
    SamePersonError,
    check_still_new,
    new_id,
    post,
    remember_call,
)
from people import Principal, Role, clean_text, get_unit
from reports.anonymity import NOBODY, as_kept, is_reporter
from reports.calls import are_calls_open
from reports.errors import ReportUnknownError, StepNotNowError
from reports.followers import tell_of_step
from reports.functions import FUNCTIONS, Function, functions_barred_to, is_barred
from reports.model import (
    TEXT_LENGTH_MAX,
    RejectionKind,
    Report,
    ReportStatus,
    ReportStep,
    StepKind,
)

T = TypeVar("T")

_ROLES = {
    Function.SUPERVISION: Role.SUPERVISOR,
    Function.COMMAND: Role.DISPATCHER,
    Function.HANDLING: Role.HANDLER,
}

# Whose duty is open and not handled.
WITH_DEPARTMENT = (ReportStatus.DISPATCHED, ReportStatus.ACKNOWLEDGED, ReportStatus.RETURNED)
UNHANDLED = (ReportStatus.ACCEPTED, *WITH_DEPARTMENT)
WITH_DUTY = (*UNHANDLED, ReportStatus.HANDLED)

_FROM = {
    StepKind.ACCEPTANCE: (ReportStatus.SUBMITTED,),
    StepKind.REJECTION: (ReportStatus.SUBMITTED,),
    StepKind.MERGER: (ReportStatus.SUBMITTED,),
    StepKind.DISPATCH: (ReportStatus.ACCEPTED,),
    StepKind.TRANSFER: WITH_DEPARTMENT,
    StepKind.ACKNOWLEDGEMENT: (ReportStatus.DISPATCHED,),
    StepKind.HANDLING: (ReportStatus.ACKNOWLEDGED, ReportStatus.RETURNED),
    StepKind.VERIFICATION: (ReportStatus.HANDLED,),
    StepKind.RETURN: (ReportStatus.HANDLED,),
    StepKind.CLOSURE: (ReportStatus.VERIFIED,),
    StepKind.REOPENING: (ReportStatus.CLOSED,),
    StepKind.POSTPONEMENT: UNHANDLED,
    StepKind.WITHDRAWAL: WITH_DUTY,
    StepKind.CALL: (ReportStatus.ACCEPTED,),
    StepKind.COMPLETION: (ReportStatus.ACCEPTED,),
}


# Asked before every step, so they are put together once.
_LOCKED = (
    select(Report)
    .where(Report.id == bindparam("report_id"))
    .with_for_update()
    .execution_options(populate_existing=True)
)
_STEPS_BEFORE = select(func.count()).where(ReportStep.report_id == bindparam("report_id"))


@dataclass(frozen=True, slots=True)
class NewStep:
    """A step that is to be written down, with the facts of a `ReportStep` and the entry about the duty it moves."""

    kind: StepKind
    note: str | None = None
    unit_code: str | None = None
    old_due_on: date | None = None
    due_on: date | None = None
    duty_entry: NewEntry | None = None
    call_id: UUID | None = None
    rejection_kind: RejectionKind | None = None


def locked_report(session: Session, report_id: UUID, kind: StepKind, *, by: Principal, call: Call | None) -> Report:
    """Return a report on which somebody may take a step of this kind now, behind its lock: its steps queue here.

    Raises:
        ReportUnknownError, SamePersonError: as `report_open_to`.
        StepNotNowError: the report's status does not allow the step.
    """
    report = report_open_to(session, report_id, kind, by=by, call=call)
    check_status(report, kind)
    return report


def report_open_to(session: Session, report_id: UUID, kind: StepKind, *, by: Principal, call: Call | None) -> Report:
    """Return a report on which somebody may take such steps at all, behind its lock.

    Raises:
        ReportUnknownError, SamePersonError: as `report_within_reach`.
    """
    return report_within_reach(session, report_id, FUNCTIONS[kind], by=by, call=call)


def report_within_reach(
    session: Session, report_id: UUID, function: Function, *, at: str | None = None, by: Principal, call: Call | None
) -> Report:
    """Return a report on which somebody may act in a function, behind its lock.

    `at` is the unit where they must have the role, where it is not the one of the report (`is_placed`).

    Raises:
        ReportUnknownError: there is none, or not where they have the role for it.
        SamePersonError: they did something on the report that is never the same person's, or would supervise what they
            or their household reported.
    """
    report = locked(session, report_id)
    check_within_reach(session, report, function, at=at, by=by, call=call)
    return report


def locked(session: Session, report_id: UUID) -> Report:
    """Return a report behind its lock, as it is now.

    Raises:
        ReportUnknownError: there is none.
    """
    report = session.scalars(_LOCKED, {"report_id": report_id}).one_or_none()
    if report is None:
        raise ReportUnknownError(report_id)
    return report


def check_within_reach(
    session: Session, report: Report, function: Function, *, at: str | None = None, by: Principal, call: Call | None
) -> None:
    """See that somebody may act in a function on a report that is locked, as `report_within_reach` does.

    Raises:
        ReportUnknownError, SamePersonError: as `report_within_reach`.
    """
    if not is_placed(session, report, by, function, at=at):
        raise ReportUnknownError(report.id)
    # A twin of this call may have taken the step while this one waited for the lock.
    check_still_new(session, call)
    if is_barred(session, report, by, function):
        raise SamePersonError(by.actor)


def check_status(report: Report, kind: StepKind) -> None:
    """See that a report's status allows a step.

    Raises:
        StepNotNowError: it does not.
    """
    if report.status not in _FROM[kind]:
        raise StepNotNowError(kind, report.status)


def is_placed(session: Session, report: Report, by: Principal, function: Function, *, at: str | None = None) -> bool:
    """Say whether somebody has a function at a unit, by itself the report's: its place, command unit or department."""
    if function is Function.REPORTING:
        return is_reporter(report, by)
    where = at or {
        Function.SUPERVISION: report.unit_code,
        Function.COMMAND: report.command_code,
        Function.HANDLING: report.department_code,
    }.get(function)
    return where is not None and by.may(_ROLES[function], unit_path=get_unit(session, where).path)


def known(value: T | None) -> T:
    """Return a part of a report that its status says is there.

    Raises:
        LookupError: the report is broken.
    """
    if value is None:
        raise LookupError("a report lacks what its status promises")
    return value


def may_take(session: Session, report: Report, by: Principal) -> set[StepKind]:
    """Return the steps that somebody may take on a report now; for screens, which offer no others."""
    barred = functions_barred_to(session, report, by)
    found = {
        kind
        for kind, statuses in _FROM.items()
        if report.status in statuses
        and FUNCTIONS[kind] not in barred
        and is_placed(session, report, by, FUNCTIONS[kind])
    }
    if not report.is_led:
        return found - {StepKind.COMPLETION}
    return found - {StepKind.COMPLETION, StepKind.DISPATCH} if are_calls_open(session, report.id) else found


def may_act(session: Session, report: Report, by: Principal, function: Function, *, at: str | None = None) -> bool:
    """Say whether somebody has a function where the report is, or at a unit, and had no other part in it."""
    return is_placed(session, report, by, function, at=at) and not is_barred(session, report, by, function)


def take_step(
    session: Session,
    report: Report,
    kind: StepKind,
    status: ReportStatus,
    *,
    by: Principal,
    now: datetime,
    call: Call | None,
    note: str | None = None,
    unit_code: str | None = None,
    old_due_on: date | None = None,
    due_on: date | None = None,
    duty_entry: NewEntry | None = None,
    rejection_kind: RejectionKind | None = None,
    award_entries: Sequence[NewEntry] = (),
) -> ReportStep:
    """Write down a step, bring the report to its status, tell whom it concerns, and post the entries that belong to it.

    Raises:
        TextRefusedError: the note is empty, too long, or has forbidden characters.
    """
    step = NewStep(kind, note, unit_code, old_due_on, due_on, duty_entry, rejection_kind=rejection_kind)
    return take_steps(session, report, [step], status, by=by, now=now, call=call, award_entries=award_entries)


def take_steps(
    session: Session,
    report: Report,
    new: Sequence[NewStep],
    status: ReportStatus,
    *,
    by: Principal,
    now: datetime,
    call: Call | None,
    award_entries: Sequence[NewEntry] = (),
) -> ReportStep:
    """Write down the steps that are one act, bring the report to its status, and post their entries; return the last.

    Raises:
        TextRefusedError: a note is empty, too long, or has forbidden characters.
        LostRaceError: a fund has less than a moment ago.
    """
    earlier = session.connection().execute(_STEPS_BEFORE, {"report_id": report.id}).scalar_one()
    kept_at = as_kept(by, now)
    steps = [
        ReportStep(
            id=new_id(kept_at if by.actor == NOBODY else None),
            report_id=report.id,
            number=number,
            kind=each.kind,
            made_by=by.actor,
            made_at=kept_at,
            status=status,
            unit_code=each.unit_code,
            old_due_on=each.old_due_on,
            due_on=each.due_on,
            note=None if each.note is None else clean_text(each.note, field="note", length_max=TEXT_LENGTH_MAX),
            entry_id=None if each.duty_entry is None else each.duty_entry.id,
            call_id=each.call_id,
            rejection_kind=each.rejection_kind,
        )
        for number, each in enumerate(new, start=earlier + 1)
    ]
    # What changes about the report is written at once, so nothing is flushed before all of it is set.
    with session.no_autoflush:
        for step in steps:
            tell_of_step(session, report, step)
    report.status = status
    session.add_all(steps)
    remember_call(session, call, made_id=steps[-1].id, now=kept_at)
    session.flush()
    entries = [*(each.duty_entry for each in new if each.duty_entry), *award_entries]
    try:
        if entries:
            post(session, entries)
    except InsufficientBalanceError as error:
        # Only a fund can have less than it had a moment ago: run again, and the award waits for money.
        raise LostRaceError from error
    return steps[-1]


def report_of_step(session: Session, step_id: UUID) -> Report:
    """Return the report that a step was taken on.

    Raises:
        ReportUnknownError: there is no such step.
    """
    found = session.scalars(select(Report).join(ReportStep).where(ReportStep.id == step_id)).one_or_none()
    if found is None:
        raise ReportUnknownError(step_id)
    return found


def steps_of(session: Session, report_id: UUID) -> list[ReportStep]:
    """Return a report's steps, the earliest first."""
    found = select(ReportStep).where(ReportStep.report_id == report_id).order_by(ReportStep.number)
    return list(session.scalars(found))
