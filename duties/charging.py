"""Charging units with duties, moving them in time, and discharging them.

Each step changes the duty's row and returns the entry that says the same in the books; the activity posts it with its
own, in one call. The rules of time are here: a duty is met by a handling recorded by its due date, and past its date it
cannot be moved, only missed and charged anew.
"""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from duties.accounts import accounts_of_unit, charged_account
from duties.counting import Happening, comes, count, leaves
from duties.errors import DutyStateError
from duties.model import Duty, DutyOutcome, Measure
from ledger import Asset, Line, NewEntry, Side, new_id

CHARGE, MOVE, POSTPONEMENT, LAPSE = "duty_charged", "duty_moved", "duty_postponed", "duty_lapsed"
HANDLING, RETURN, DISCHARGE, WITHDRAWAL = "duty_handled", "duty_returned", "duty_discharged", "duty_withdrawn"
KINDS = (CHARGE, MOVE, POSTPONEMENT, LAPSE, HANDLING, RETURN, DISCHARGE, WITHDRAWAL)

_OPEN = select(Duty).where(Duty.matter_id == bindparam("matter_id"), Duty.ended_at.is_(None))


@dataclass(frozen=True, slots=True)
class Charged:
    """A duty that now lies on a unit, and the entry that is still to be posted for it."""

    duty: Duty
    entry: NewEntry


def open_duty(session: Session, matter_id: UUID) -> Duty:
    """Return the duty about a matter that has not ended; whoever asks knows that there is one."""
    return session.scalars(_OPEN, {"matter_id": matter_id}).one()


def charge(session: Session, *, matter_id: UUID, unit_code: str, due_on: date, actor: str, now: datetime) -> Charged:
    """Lay a duty about a matter on a unit, to be handled by the end of a day."""
    duty = _new_duty(session, matter_id=matter_id, unit_code=unit_code, due_on=due_on, now=now)
    taker = accounts_of_unit(session, unit_code)
    today = now.date()
    count(session, [Happening(unit_code, Measure.CHARGED, today), comes(unit_code, due_on, today)])
    return Charged(duty, _entry(CHARGE, _lines(charged_account(session), taker.duties, due_on), actor, now))


def move(session: Session, duty: Duty, *, unit_code: str, due_on: date, actor: str, now: datetime) -> Charged:
    """Move an open duty that is not handled to another unit, another due date, or both.

    Past its date it is missed where it lies, and the other one is charged: nobody gets rid of a delay by passing it on.

    Raises:
        DutyStateError: the duty has ended, or is handled.
    """
    _check_open(duty, is_handled=False)
    giver, taker = accounts_of_unit(session, duty.unit_code), accounts_of_unit(session, unit_code)
    today = now.date()
    in_time = today <= duty.due_on
    _end(duty, DutyOutcome.MOVED if in_time else DutyOutcome.MISSED, now)
    # Of a matter's duties one is open: this one has to be seen ended before the next begins.
    session.flush()
    moved = _new_duty(session, matter_id=duty.matter_id, unit_code=unit_code, due_on=due_on, now=now)
    if in_time:
        kind, ended = (POSTPONEMENT, None) if unit_code == duty.unit_code else (MOVE, Measure.MOVED)
        lines: tuple[Line, ...] = _lines(giver.duties, taker.duties, duty.due_on, due_on)
    else:
        kind, ended = LAPSE, Measure.LAPSED
        lines = (
            *_lines(giver.duties, giver.missed, duty.due_on),
            *_lines(charged_account(session), taker.duties, due_on),
        )
    happened = [leaves(duty.unit_code, duty.due_on, today), comes(unit_code, due_on, today)]
    if ended is not None:
        happened += [Happening(duty.unit_code, ended, today), Happening(unit_code, Measure.CHARGED, today)]
    count(session, happened)
    return Charged(moved, _entry(kind, lines, actor, now))


def hand_over(session: Session, duty: Duty, *, actor: str, now: datetime) -> NewEntry:
    """Let a unit say that it has handled what it owes; from now on its clock stands, until the work is returned.

    Raises:
        DutyStateError: the duty has ended, or is handled.
    """
    _check_open(duty, is_handled=False)
    unit = accounts_of_unit(session, duty.unit_code)
    duty.handled_at = now
    today = now.date()
    count(
        session,
        [Happening(duty.unit_code, Measure.HANDED_OVER, today), leaves(duty.unit_code, duty.due_on, today)],
    )
    return _entry(HANDLING, _lines(unit.duties, unit.handled, duty.due_on), actor, now)


def give_back(session: Session, duty: Duty, *, actor: str, now: datetime) -> NewEntry:
    """Return to a unit what it had handled; the due date stays what it was.

    Raises:
        DutyStateError: the duty has ended, or is not handled.
    """
    _check_open(duty, is_handled=True)
    unit = accounts_of_unit(session, duty.unit_code)
    duty.handled_at = None
    today = now.date()
    count(
        session,
        [Happening(duty.unit_code, Measure.GIVEN_BACK, today), comes(duty.unit_code, duty.due_on, today)],
    )
    return _entry(RETURN, _lines(unit.handled, unit.duties, duty.due_on), actor, now)


def discharge(session: Session, duty: Duty, *, actor: str, now: datetime) -> NewEntry:
    """End a duty whose handling was verified: met where the handling was recorded by its due date, else missed.

    Raises:
        DutyStateError: the duty has ended, or is not handled.
    """
    _check_open(duty, is_handled=True)
    unit = accounts_of_unit(session, duty.unit_code)
    in_time = duty.handled_at is not None and duty.handled_at.astimezone(now.tzinfo).date() <= duty.due_on
    _end(duty, DutyOutcome.MET if in_time else DutyOutcome.MISSED, now)
    count(session, [Happening(duty.unit_code, Measure.MET if in_time else Measure.MISSED, now.date())])
    return _entry(DISCHARGE, _lines(unit.handled, unit.met if in_time else unit.missed, duty.due_on), actor, now)


def withdraw(session: Session, duty: Duty, *, actor: str, now: datetime) -> NewEntry:
    """End a duty whose matter is withdrawn, as if it had never been charged.

    Raises:
        DutyStateError: the duty has ended.
    """
    _check_open(duty, is_handled=duty.handled_at is not None)
    unit = accounts_of_unit(session, duty.unit_code)
    today = now.date()
    if duty.handled_at is None:
        lies_in, happened = unit.duties, leaves(duty.unit_code, duty.due_on, today)
    else:
        lies_in, happened = unit.handled, Happening(duty.unit_code, Measure.WITHDRAWN_HANDLED, today)
    _end(duty, DutyOutcome.WITHDRAWN, now)
    count(session, [Happening(duty.unit_code, Measure.WITHDRAWN, today), happened])
    return _entry(WITHDRAWAL, _lines(lies_in, charged_account(session), duty.due_on), actor, now)


def _new_duty(session: Session, *, matter_id: UUID, unit_code: str, due_on: date, now: datetime) -> Duty:
    duty = Duty(id=new_id(), matter_id=matter_id, unit_code=unit_code, due_on=due_on, charged_at=now)
    session.add(duty)
    return duty


def _check_open(duty: Duty, *, is_handled: bool) -> None:
    if duty.ended_at is not None or is_handled != (duty.handled_at is not None):
        raise DutyStateError(duty.id)


def _end(duty: Duty, outcome: DutyOutcome, now: datetime) -> None:
    duty.ended_at, duty.outcome = now, outcome


def _lines(giver: int, taker: int, due_on: date, new_due_on: date | None = None) -> tuple[Line, Line]:
    given, taken = due_on.isoformat(), (new_due_on or due_on).isoformat()
    return Line(giver, Asset.DUTY, Side.DEBIT, 1, given), Line(taker, Asset.DUTY, Side.CREDIT, 1, taken)


def _entry(kind: str, lines: tuple[Line, ...], actor: str, now: datetime) -> NewEntry:
    return NewEntry(id=new_id(), kind=kind, actor=actor, occurred_at=now, lines=lines)
