"""The steps of a report's life: who may take which, from which status, and never two ends of one report."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import TypeVar
from uuid import UUID

from sqlalchemy import CompoundSelect, bindparam, case, func, literal, select, union_all
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
from oversight import orders_touched_by
from people import Principal, Role, clean_text, get_unit
from reports.anonymity import NOBODY, as_kept, is_reporter
from reports.calls import are_calls_open
from reports.errors import ReportUnknownError, StepNotNowError
from reports.fairness_model import Appeal, Covering
from reports.followers import tell_of_step
from reports.model import (
    TEXT_LENGTH_MAX,
    RejectionKind,
    Report,
    ReportJoin,
    ReportRequest,
    ReportStatus,
    ReportStep,
    StepKind,
)

T = TypeVar("T")


class Function(StrEnum):
    """The ends of a report that are never one person's."""

    REPORTING = "reporting"
    SUPERVISION = "supervision"
    COMMAND = "command"
    HANDLING = "handling"


_ROLES = {
    Function.SUPERVISION: Role.SUPERVISOR,
    Function.COMMAND: Role.DISPATCHER,
    Function.HANDLING: Role.HANDLER,
}

# Whose step each is.
FUNCTIONS = {
    StepKind.SUBMISSION: Function.REPORTING,
    StepKind.ACCEPTANCE: Function.SUPERVISION,
    StepKind.REJECTION: Function.SUPERVISION,
    StepKind.MERGER: Function.SUPERVISION,
    StepKind.VERIFICATION: Function.SUPERVISION,
    StepKind.RETURN: Function.SUPERVISION,
    StepKind.CLOSURE: Function.SUPERVISION,
    StepKind.POSTPONEMENT: Function.SUPERVISION,
    StepKind.WITHDRAWAL: Function.SUPERVISION,
    StepKind.DISPATCH: Function.COMMAND,
    StepKind.TRANSFER: Function.COMMAND,
    StepKind.ACKNOWLEDGEMENT: Function.HANDLING,
    StepKind.HANDLING: Function.HANDLING,
    StepKind.REOPENING: Function.REPORTING,
    StepKind.LEAD: Function.COMMAND,
    StepKind.CALL: Function.COMMAND,
    StepKind.CALL_ACKNOWLEDGEMENT: Function.HANDLING,
    StepKind.CALL_HANDLING: Function.HANDLING,
    StepKind.CALL_ACCEPTANCE: Function.COMMAND,
    StepKind.CALL_RETURN: Function.COMMAND,
    StepKind.CALL_POSTPONEMENT: Function.SUPERVISION,
    StepKind.CALL_WITHDRAWAL: Function.SUPERVISION,
    StepKind.COMPLETION: Function.COMMAND,
    StepKind.RESTORATION: Function.SUPERVISION,
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
        SamePersonError: they did something on the report that is never the same person's.
    """
    report = session.get(Report, report_id, with_for_update=True, populate_existing=True)
    if report is None or not is_placed(session, report, by, function, at=at):
        raise ReportUnknownError(report_id)
    # A twin of this call may have taken the step while this one waited for the lock.
    check_still_new(session, call)
    if not functions_of(session, report, by) <= {function}:
        raise SamePersonError(by.actor)
    return report


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
    did = functions_of(session, report, by)
    found = {
        kind
        for kind, statuses in _FROM.items()
        if report.status in statuses and did <= {FUNCTIONS[kind]} and is_placed(session, report, by, FUNCTIONS[kind])
    }
    if not report.is_led:
        return found - {StepKind.COMPLETION}
    return found - {StepKind.COMPLETION, StepKind.DISPATCH} if are_calls_open(session, report.id) else found


def may_act(session: Session, report: Report, by: Principal, function: Function, *, at: str | None = None) -> bool:
    """Say whether somebody has a function where the report is, or at a unit, and had no other part in it."""
    return is_placed(session, report, by, function, at=at) and functions_of(session, report, by) <= {function}


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
    # Half of what a step changes may be set already, and must not be written without the status.
    with session.no_autoflush:
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
    report.status = status
    session.add_all(steps)
    for step in steps:
        tell_of_step(session, report, step)
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


def functions_of(session: Session, report: Report, by: Principal) -> set[Function]:
    """Return in which functions somebody has had to do with a report."""
    did = session.connection().execute(_DID, {"report_id": report.id, "actor": by.actor})
    return {FUNCTIONS[kind] for kind in did.scalars()}


def _did() -> CompoundSelect[StepKind]:
    """Return the query for what somebody (`actor`) did on a report (`report_id`), as the steps that say as much."""
    report_id, actor = bindparam("report_id", type_=Report.id.type), bindparam("actor", type_=ReportStep.made_by.type)
    # Whatever was asked or decided about it, by whomever for whatever, it was supervision.
    supervised, commanded, handled = (
        literal(kind, ReportStep.kind.type) for kind in (StepKind.VERIFICATION, StepKind.DISPATCH, StepKind.HANDLING)
    )
    order = orders_touched_by(matter_id=report_id, actor=actor).subquery()
    return union_all(
        select(ReportStep.kind).where(ReportStep.report_id == report_id, ReportStep.made_by == actor),
        select(supervised).where(
            ReportRequest.report_id == report_id,
            (ReportRequest.asked_by == actor) | (ReportRequest.decided_by == actor),
        ),
        select(supervised).where(ReportJoin.report_id == report_id, ReportJoin.decided_by == actor),
        select(supervised).where(Appeal.report_id == report_id, Appeal.decided_by == actor),
        select(supervised).where(Covering.report_id == report_id, Covering.made_by == actor),
        select(case((order.c.is_given, supervised), (order.c.is_to_command, commanded), else_=handled)),
    )


# Asked before every step, so it is put together once.
_DID = _did()
