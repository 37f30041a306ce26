"""Bringing matters before the level above, without anyone clicking: duties past their day, and what is urgent."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from duties import Duty
from ledger import Sweep, new_id
from oversight.model import Escalation, EscalationKind
from people import Level, Principal, Role, Unit, below, get_unit, units_by_code

# Whom a matter is brought before: places below a town have nobody in charge of others.
_IN_CHARGE = (Level.COUNTY, Level.TOWN)


@dataclass(frozen=True, slots=True)
class EscalationPage:
    """Escalations; `next_before` asks for those that follow, None if there are none."""

    items: list[Escalation]
    next_before: UUID | None


def unit_above(session: Session, unit_code: str) -> Unit | None:
    """Return the unit in charge one level above: the town or county that is next; None above a county."""
    codes = get_unit(session, unit_code).path.rstrip("/").split("/")[:-1]
    above = units_by_code(session, codes)
    return next((above[code] for code in reversed(codes) if above[code].level in _IN_CHARGE), None)


def escalate_overdue(session: Session, *, now: datetime, limit: int = 50, after: UUID | None = None) -> Sweep[UUID]:
    """Bring duties that are past their day and not handled before the unit above, each once; they stay where they lie.

    Call it in transactions of its own, with `after` from the call before, until `next_after` is None. It may be stopped
    and begun anew at any point, and run side by side: of two that meet the same duty, one meets a unique violation.
    """
    query = (
        select(Duty)
        .where(
            Duty.ended_at.is_(None),
            Duty.handled_at.is_(None),
            Duty.due_on < now.date(),
            ~exists().where(Escalation.duty_id == Duty.id),
        )
        .order_by(Duty.id)
        .limit(limit)
        # What somebody takes a step on at this moment is looked at by the next run.
        .with_for_update(skip_locked=True, of=Duty)
    )
    if after is not None:
        query = query.where(Duty.id > after)
    found = list(session.scalars(query))
    for duty in found:
        above = unit_above(session, duty.unit_code)
        session.add(
            Escalation(
                id=new_id(),
                kind=EscalationKind.OVERDUE,
                matter_id=duty.matter_id,
                duty_id=duty.id,
                from_unit_code=duty.unit_code,
                to_unit_code=None if above is None else above.code,
                due_on=duty.due_on,
                raised_on=now.date(),
                raised_at=now,
            )
        )
    session.flush()
    return Sweep(len(found), 0, found[-1].id if len(found) == limit else None)


def raise_urgent(
    session: Session, *, matter_id: UUID, unit_code: str, now: datetime, day_only: bool = False
) -> list[Escalation]:
    """Bring an urgent matter at a place before the unit in command there, and the one above it if there is any.

    With `day_only` nothing that is kept tells more of the time than `now` does: what is anonymous brings a day.
    """
    place = get_unit(session, unit_code)
    command = place if place.level in _IN_CHARGE else unit_above(session, unit_code)
    units = [command, None if command is None else unit_above(session, command.code)]
    raised = [
        Escalation(
            id=new_id(now if day_only else None),
            kind=EscalationKind.URGENT,
            matter_id=matter_id,
            from_unit_code=place.code,
            to_unit_code=each.code,
            raised_on=now.date(),
            raised_at=now,
        )
        for each in units
        if each is not None
    ]
    session.add_all(raised)
    session.flush()
    return raised


def escalations_about(session: Session, matter_ids: Collection[UUID]) -> list[Escalation]:
    """Return what was escalated about these matters, the earliest first."""
    return list(session.scalars(select(Escalation).where(Escalation.matter_id.in_(matter_ids)).order_by(Escalation.id)))


def list_escalations(
    session: Session,
    *,
    seen_by: Principal,
    kind: EscalationKind | None = None,
    limit: int = 50,
    before: UUID | None = None,
) -> EscalationPage:
    """Return what was brought before the units where somebody supervises, newest first; all to who administers all."""
    query = select(Escalation).order_by(Escalation.id.desc()).limit(limit + 1)
    paths = seen_by.unit_paths(Role.SUPERVISOR)
    if not ("" in paths or seen_by.may_everywhere(Role.ADMINISTRATOR)):
        told = func.coalesce(Escalation.to_unit_code, Escalation.from_unit_code)
        query = query.where(told.in_(select(Unit.code).where(below(paths))))
    if kind is not None:
        query = query.where(Escalation.kind == kind)
    if before is not None:
        query = query.where(Escalation.id < before)
    found = list(session.scalars(query))
    return EscalationPage(found[:limit], found[limit - 1].id if len(found) > limit else None)
